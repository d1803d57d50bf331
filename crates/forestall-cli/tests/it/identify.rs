// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall identify`: names of the program's own lists, mixed and foreign ones, and what is refused.

use crate::support::Home;

fn rows(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn prints_the_fixed_keys() {
    let home = Home::new();
    let names = home.ok("predict conficker-b --on 2026-11-22 --limit 5");
    home.write("names.txt", &names);
    let printed = home.ok("identify names.txt --from 2026-11-20 --until 2026-11-26 --format jsonl");
    let names: Vec<&str> = names.lines().collect();
    let expected = serde_json::json!({
        "family": "conficker-b", "campaign": "conficker-b", "parameters": {}, "date": "2026-11-22",
        "clock_offset_days": -1, "explained": 1.0, "names": names,
    });
    assert_eq!(rows(&printed), [expected]);
    let text = home.ok("identify names.txt --on 2026-11-22 --from 2026-11-20 --until 2026-11-26");
    assert!(
        text.starts_with("conficker-b, campaign conficker-b, list of 2026-11-22, clock right: 5 of 5 names (100 %)")
    );
}

#[test]
fn finds_a_list_of_2009_without_being_told_the_span() {
    let home = Home::new();
    home.write("names.txt", home.ok("predict conficker-a --on 2009-01-17 --limit 5"));
    let printed = home.ok("identify names.txt --on 2009-01-16 --format jsonl");
    let best = &rows(&printed)[0];
    assert_eq!((&best["date"], &best["clock_offset_days"]), (&"2009-01-17".into(), &1.into()));
}

#[test]
fn ends_with_one_where_nothing_explains() {
    let home = Home::new();
    home.write("names.txt", "wikipedia.org\nexample.com\n");
    let days = "--from 2026-11-20 --until 2026-11-26";
    let ran = home.run(&format!("identify names.txt {days}"));
    assert_eq!((ran.status, ran.out.as_str()), (1, "Nothing known explains any of the 2 names.\n"));
    let ran = home.run(&format!("identify names.txt {days} --format jsonl"));
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
}

#[test]
fn refuses_what_is_no_name() {
    let home = Home::new();
    home.write("names.txt", "example.com\nnot a name\n");
    home.write("empty.txt", "\n");
    home.fails(2, "identify names.txt", &["names.txt, line 2", "\"not a name\"", "one name a line"]);
    for (name, file) in [
        ("ab?c.bazar", "mark.txt"),
        ("a b.com", "blank.txt"),
        ("abc..com.bn", "label.txt"),
        ("-a.com", "hyphen.txt"),
        ("com", "one.txt"),
    ] {
        home.write(file, format!("example.com\n{name}\n"));
        home.fails(2, &format!("identify {file}"), &[file, "line 2", name]);
    }
    home.fails(2, "identify empty.txt", &["there is no name"]);
    home.fails(3, "identify missing.txt", &["missing.txt could not be opened"]);
    home.fails(2, "identify names.txt --from 2026-01-01", &["--until"]);
    home.fails(2, "identify names.txt --from 2026-01-02 --until 2026-01-01", &["is before"]);
}
