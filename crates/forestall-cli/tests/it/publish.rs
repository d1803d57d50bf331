// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall publish`: the forms, the days, and files that are whole or not there.

use std::collections::BTreeSet;

use forestall_formats::Form;

use crate::support::Home;

fn opened() -> Home {
    let home = Home::new();
    home.ok("case open mine --campaign conficker-b --from 2009-01-01 --until 2009-01-06");
    home
}

fn predicted(home: &Home, rest: &str) -> BTreeSet<String> {
    home.ok(&format!("predict conficker-b {rest}")).lines().map(str::to_owned).collect()
}

#[test]
fn lists_the_forms_with_tabs() {
    let list = Home::new().ok("publish --list");
    for row in list.lines() {
        assert_eq!(row.split('\t').count(), 3, "{row}");
    }
    let forms: Vec<&str> = list.lines().map(|row| row.split('\t').next().unwrap()).collect();
    assert_eq!(forms, Form::ALL.iter().map(|form| form.word()).collect::<Vec<_>>());
}

#[test]
fn a_day_holds_the_names_whose_guard_window_meets_it() {
    let home = opened();
    let published: BTreeSet<String> =
        home.ok("publish --case mine --as plain --on 2009-01-03").lines().map(str::to_owned).collect();
    // The guard is 24 h on each side: the lists of the day before, the day and the day after.
    assert_eq!(published, predicted(&home, "--from 2009-01-02 --until 2009-01-05"));
    let lists: BTreeSet<String> = home
        .ok("publish --case mine --as plain --from 2009-01-03 --until 2009-01-04")
        .lines()
        .map(str::to_owned)
        .collect();
    assert_eq!(lists, predicted(&home, "--on 2009-01-03"));
    let slice: BTreeSet<String> =
        home.ok("publish --case mine --as plain --horizon --tld ws").lines().map(str::to_owned).collect();
    assert_eq!(slice, predicted(&home, "--from 2009-01-01 --until 2009-01-06 --tld ws"));
}

#[test]
fn today_is_the_default_day() {
    let home = opened();
    let of = |now: &str| home.run_at(now, "publish --case mine --as plain");
    assert_eq!(of("2009-01-03T08:00:00Z").out, home.ok("publish --case mine --as plain --on 2009-01-03"));
    let late = of("2026-11-23T08:00:00Z");
    assert_eq!((late.status, late.out.as_str()), (0, ""));
    assert!(late.err.contains("0 lines: names live on 2026-11-23"), "{}", late.err);
}

#[test]
fn forms_carry_the_same_names() {
    let home = opened();
    let plain = home.ok("publish --case mine --as plain --on 2009-01-01 --tld cn");
    let csv = home.ok("publish --case mine --as csv --on 2009-01-01 --tld cn");
    let jsonl = home.ok("publish --case mine --as jsonl --on 2009-01-01 --tld cn");
    let of_csv: Vec<&str> = csv.lines().skip(1).map(|row| row.split(',').next().unwrap()).collect();
    let of_jsonl: Vec<serde_json::Value> = jsonl.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    assert_eq!(of_csv, plain.lines().collect::<Vec<_>>());
    assert!(of_jsonl.iter().map(|row| row["name"].as_str().unwrap()).eq(plain.lines()));
    assert!(of_jsonl.iter().all(|row| row["confidence"] == "verified"));
}

#[test]
fn a_file_appears_whole_and_replaces_the_one_before() {
    let home = opened();
    let expected = home.ok("publish --case mine --as csv --horizon");
    home.write("list.csv", "what was there before");
    assert_eq!(home.ok("publish --case mine --as csv --horizon -o list.csv"), "");
    assert_eq!(home.read("list.csv"), expected);
    let left: Vec<_> = std::fs::read_dir(home.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "the list and the data folder: {left:?}");
}

#[test]
#[cfg(unix)]
fn a_link_stays_one_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = opened();
    let file = home.write("real.txt", "before");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::os::unix::fs::symlink(&file, home.folder().join("link.txt")).unwrap();
    home.ok("publish --case mine --as plain --on 2009-01-01 -o link.txt");
    assert!(home.folder().join("link.txt").is_symlink());
    assert_ne!(home.read("real.txt"), "before");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_marking_keeps_names_from_those_who_may_not_have_them() {
    let home = opened();
    home.write("list.txt", "before");
    let held = home.run("publish --case mine --as plain --horizon --audience public -o list.txt");
    assert_eq!(held.status, 1, "{}", held.err);
    assert_eq!(
        held.err.trim(),
        "error: the object is marked TLP:AMBER+STRICT and may not go to the audience public; it may go to recipient or organisation"
    );
    assert_eq!(home.read("list.txt"), "before");
    home.ok("case open open --campaign conficker-a --from 2009-01-01 --until 2009-01-02 --tlp clear --pap clear");
    assert_eq!(home.ok("publish --case open --as plain --horizon --audience public").lines().count(), 250);
}

#[test]
fn says_on_standard_error_that_names_are_unverified() {
    let home = Home::new();
    home.ok("case open unsure --campaign conficker-c --from 2009-04-01 --until 2009-04-02");
    let plain = home.run("publish --case unsure --as plain --tld ru --horizon");
    assert!(plain.err.contains("UNVERIFIED") && plain.err.contains("cannot mark"), "{}", plain.err);
    let csv = home.run("publish --case unsure --as csv --tld ru --horizon");
    assert!(csv.err.contains("UNVERIFIED"), "{}", csv.err);
    assert!(csv.out.lines().skip(1).all(|row| row.contains(",unverified,")));
}

#[test]
fn refuses_what_cannot_be_meant() {
    let home = opened();
    home.fails(2, "publish --as plain", &["--case"]);
    home.fails(2, "publish --case mine", &["--as"]);
    home.fails(2, "publish --case mine --as rpz2", &["plain, csv, jsonl"]);
    home.fails(2, "publish --case nobody --as plain", &["no case nobody"]);
    home.fails(1, "publish --case mine --as plain --tld de", &["no slice de"]);
    home.fails(2, "publish --case mine --as plain --on 2009-01-01 --horizon", &["cannot be used with"]);
    home.fails(
        3,
        "publish --case mine --as plain --horizon -o no/such/folder/list.txt",
        &["no/such/folder/list.txt could not be written"],
    );
}

/// Names may be tried before and after the period that they are of: ten days (Sisron), 45 (Pushdo), for ever (Emotet).
#[test]
fn a_day_holds_names_of_lists_of_other_days() {
    let home = Home::new();
    for (campaign, names) in [("sisron", 12 * 4), ("pushdo", 47 * 30), ("emotet", 0)] {
        home.ok(&format!("case open {campaign} --campaign {campaign} --from 2014-11-25 --until 2014-12-25"));
        let published: BTreeSet<String> = home
            .ok(&format!("publish --case {campaign} --as plain --on 2014-12-05"))
            .lines()
            .map(str::to_owned)
            .collect();
        // What a bot tries on the day, all clocks right.
        let tried: BTreeSet<String> = home
            .ok(&format!("predict {campaign} --campaign {campaign} --on 2014-12-05"))
            .lines()
            .map(str::to_owned)
            .collect();
        assert!(published.is_superset(&tried), "{campaign}");
        assert!(names == 0 || published.len() == names, "{campaign}: {}", published.len());
    }
    let rows = home.ok("publish --case emotet --as csv --on 2014-12-05");
    let first = rows.lines().find(|row| row.contains(",2014-10-28T00:00:00Z,")).unwrap();
    assert!(first.contains(",9999-12-31T00:00:00Z,"), "{first}");
    assert!(home.ok("case gaps emotet --format csv").lines().count() > 1);
}

#[test]
fn a_public_suffix_that_an_algorithm_makes_is_acted_on_by_nobody() {
    let home = Home::new();
    home.ok("case open q --campaign qsnatch-a --from 2026-07-31 --until 2026-08-01");
    home.ok("case request q --tld pe --action reserve");
    let plain = home.ok("publish --case q --as plain --tld pe --horizon");
    assert!(plain.lines().count() > 100 && !plain.lines().any(|name| name == "com.pe"), "{plain}");
    let table = home.ok("publish --case q --as csv --tld pe --horizon");
    let action = |name: &str| {
        let row = table.lines().find(|row| row.starts_with(&format!("{name},"))).unwrap_or_default();
        row.split(',').nth(9).unwrap_or_default().to_owned()
    };
    assert_eq!((action("2jw.pe").as_str(), action("com.pe").as_str()), ("reserve", ""), "{table}");
}

/// What a registry is asked goes out as commands, drafts and annexes; what a form needs to know is asked for.
#[test]
fn requests_are_written_and_nothing_is_sent() {
    let home = opened();
    home.ok("case request mine --tld com --action register-sinkhole");
    let lists = "publish --case mine --tld com --from 2009-01-03 --until 2009-01-04";
    let names: Vec<String> = predicted(&home, "--on 2009-01-03 --tld com").into_iter().collect();
    home.fails(1, &format!("{lists} --as epp"), &["--name-server", &names[0]]);
    let commands = home.ok(&format!(
        "{lists} --as epp --name-server ns1.sink.example --name-server ns2.sink.example --registrant SINK-1 --contact tech=SINK-2"
    ));
    let frames: Vec<&str> = commands.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(frames.len(), 2 * names.len(), "a name is created, then locked");
    assert!(commands.contains("NOTHING HAS BEEN SENT") && frames[0].contains(&names[0]), "{commands}");
    assert!(frames[1].contains("serverTransferProhibited"), "{}", frames[1]);
    let annex = home.ok(&format!("{lists} --as annex"));
    assert_eq!(annex.lines().filter(|line| line.contains("| register-sinkhole |")).count(), names.len());
    // The guard: a day on each side.
    assert!(annex.contains("| 2009-01-02T00:00:00Z | 2009-01-05T00:00:00Z |"), "{annex}");
    assert!(home.ok(&format!("{lists} --as annex-html")).starts_with("<!DOCTYPE html>"));
    for form in ["ersr", "waiver"] {
        let draft = home.ok(&format!("{lists} --as {form} --publisher 'Team X' --publisher-mail team@x.example"));
        assert!(draft.starts_with("# DRAFT: ") && draft.contains("Prepared by: Team X, team@x.example"), "{draft}");
    }
    home.fails(1, &format!("{lists} --as registrar-mail"), &["--publisher-mail"]);
    home.fails(1, &format!("{lists} --as xarf"), &["--publisher"]);
    let mail = home.run(&format!("{lists} --as registrar-mail --publisher-mail team@x.example"));
    assert_eq!((mail.status, mail.out.as_str()), (0, ""), "nobody holds a name: {}", mail.err);
}

#[test]
fn refuses_what_is_no_account() {
    let home = opened();
    let lists = "publish --case mine --horizon --as epp";
    home.fails(2, &format!("{lists} --registrant 'a b'"), &["is not the identifier of a contact"]);
    home.fails(2, &format!("{lists} --contact SINK-2"), &["expected one such as tech=sh8013"]);
    home.fails(2, &format!("{lists} --contact boss=SINK-2"), &["admin"]);
    home.fails(2, &format!("{lists} --years 11"), &["1..=10"]);
    home.fails(2, &format!("{lists} --publisher-mail nobody"), &["mail address"]);
}
