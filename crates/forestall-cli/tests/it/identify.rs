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

/// The ready entry on standard error.
fn recovered_entry(told: &str) -> &str {
    let start = told.find("family = ").unwrap_or_else(|| panic!("no entry in {told}"));
    told[start..].split("\nnote: ").next().unwrap().split("\nsearching ").next().unwrap()
}

#[test]
fn recovers_an_unknown_seed_and_prints_its_entry() {
    let home = Home::new();
    let set = "--set seed=AbCdEfGhIjKlMnOp --set domain=somethingnew1.com";
    let names = home.ok(&format!("predict tinba {set} --limit 20"));
    let names: Vec<&str> = names.lines().skip(1).step_by(3).collect();
    home.write("names.txt", format!("{}\nwikipedia.org\n", names.join("\n").to_uppercase()));
    let ran = home.run("identify names.txt --from 2026-11-20 --until 2026-11-22");
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.starts_with("tinba, campaign tinba.recovered-"), "{}", ran.out);
    assert!(ran.out.contains(&format!(": {} of {} names", names.len(), names.len() + 1)), "{}", ran.out);
    let entry: toml::Table = recovered_entry(&ran.err).parse().unwrap();
    assert_eq!(entry["family"].as_str(), Some("tinba"));
    let set = &entry["campaign"][0]["set"];
    let set = format!("--set seed={} --set domain={}", set["seed"].as_str().unwrap(), set["domain"].as_str().unwrap());
    let again = home.ok(&format!("predict tinba {set} --limit 20"));
    assert!(names.iter().all(|name| again.contains(name)), "{again}");
    let ran = home.run("identify names.txt --from 2026-11-20 --until 2026-11-22 --known-only");
    assert_eq!(ran.status, 1);
}

#[test]
fn searches_for_a_seed_of_one_family_and_says_why_not() {
    let home = Home::new();
    home.write("names.txt", home.ok("predict dircrypt --set seed=DEADBEEF --limit 5"));
    let days = "--from 2026-11-20 --until 2026-11-22";
    let ran = home.run(&format!("identify names.txt --family dircrypt {days}"));
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.starts_with("dircrypt, campaign dircrypt"), "{}", ran.out);
    let ran = home.run(&format!("identify names.txt --family ramdo {days}"));
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("note: 0 of the names can be of ramdo by suffix and shape; expected 4"), "{}", ran.err);
    let ran = home.run(&format!("identify names.txt --family vawtrak {days}"));
    assert!(ran.err.contains("of the names can be of vawtrak"), "{}", ran.err);
    home.fails(2, &format!("identify names.txt --family nosuch {days}"), &["there is no family \"nosuch\""]);
    home.fails(
        2,
        &format!("identify names.txt --family conficker-a {days}"),
        &["cannot be searched for", "docs/identify.md"],
    );
    home.fails(2, "identify names.txt --family ramdo --known-only", &["--known-only"]);
}
