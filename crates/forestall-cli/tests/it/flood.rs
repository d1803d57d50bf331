// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case flood` and `forestall case letters`: who will be hit, and who is told.

use std::path::Path;

use crate::support::Home;

/// A case on B with one legitimate name on its second day.
fn opened() -> (Home, String) {
    let home = Home::new();
    home.ok("case open mine --campaign conficker-b --from 2009-01-01 --until 2009-01-03 --title 'Two days'");
    let name = home.ok("predict conficker-b --on 2009-01-02 --tld com").lines().next().unwrap().to_owned();
    home.ok(&format!("case exclude mine {name} --reason 'a shop'"));
    (home, name)
}

fn files(folder: &Path) -> Vec<String> {
    let mut files: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    files.sort_unstable();
    files
}

#[test]
fn lists_who_will_be_hit_with_intervals_and_their_reasons() {
    let (home, name) = opened();
    let text = home.ok("case flood mine --from 2009-01-01");
    for part in [
        name.as_str(),
        "2009-01-02T00:00:00Z to 2009-01-03T00:00:00Z",
        "machines 1,900,000 to 6,700,000; contacts 3,000,000 to 11,000,000",
        "SRI International",
        "32 names in each of 12 rounds",
    ] {
        assert!(text.contains(part), "{part:?} in\n{text}");
    }
    let csv = home.ok(
        "case flood mine --from 2009-01-01 --population conficker-b=10..20 --assumption 'told by phone' --format csv",
    );
    let row = csv.lines().nth(1).unwrap();
    assert!(row.contains(",10,20,") && row.contains("10 to 20 infected machines: told by phone"), "{row}");
    assert_eq!(home.ok("case flood mine --from 2009-01-01 --format jsonl").lines().count(), 1);
}

#[test]
fn warns_of_what_is_short() {
    let (home, name) = opened();
    let at = |now: &str| home.run_at(now, "case flood mine").err;
    assert!(!at("2008-12-20T00:00:00Z").contains("warning"), "{}", at("2008-12-20T00:00:00Z"));
    let late = at("2008-12-30T00:00:00Z");
    assert!(late.contains("warning: 1 name is asked for in less than 7 days") && late.contains(&name), "{late}");
    assert!(at("2026-01-01T00:00:00Z").contains("no name with a holder is asked for in these days"));
}

#[test]
fn writes_one_list_for_each_registrar_and_host() {
    let (home, name) = opened();
    home.ok("case flood mine --from 2009-01-01 --format csv -o out/lists");
    let folder = home.folder().join("out/lists");
    assert_eq!(files(&folder), ["flood.csv", "host-unknown.csv", "registrar-unknown.csv"]);
    assert!(home.read("out/lists/registrar-unknown.csv").contains(&name));
}

#[test]
fn writes_letters_and_sends_nothing() {
    let (home, name) = opened();
    let ran = home.run("case letters mine --from 2009-01-01 -o letters --contact 'Ada, +1 555 0100' --appeal https://forestall.example/public/look-up");
    assert_eq!((ran.status, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert!(ran.err.contains("letters to 1 holder, to 0 registrars and to 0 hosts; nothing was sent"), "{}", ran.err);
    assert!(ran.err.contains("the registrar of 1 name is not known"), "{}", ran.err);
    assert_eq!(files(&home.folder().join("letters")), [format!("holder-{name}.txt")]);
    let letter = home.read(&format!("letters/holder-{name}.txt"));
    for part in [name.as_str(), "Ada, +1 555 0100", "https://forestall.example/public/look-up", "2009-01-02T00:00:00Z"]
    {
        assert!(letter.contains(part), "{part:?} in\n{letter}");
    }
}

#[test]
fn says_what_it_cannot_do() {
    let (home, _) = opened();
    home.fails(2, "case flood mine --population 5..4", &["begins above its end"]);
    home.fails(2, "case flood mine --population many", &["expected LOW..HIGH"]);
    home.fails(2, "case flood mine --population conficker-c=1..2", &["holds no campaign conficker-c"]);
    home.fails(2, "case flood mine --from 2009-01-02 --until 2009-01-01", &["--until"]);
    home.fails(1, "case letters mine --from 2009-01-01 -o out --lang tlh", &["there are: en"]);
    home.fails(2, "case letters mine --from 2009-01-01 -o out --appeal javascript:alert(1)", &["--appeal"]);
    home.fails(1, "case flood mine --audience public", &["may not go"]);
    assert!(!home.folder().join("out").exists(), "nothing was written");
}
