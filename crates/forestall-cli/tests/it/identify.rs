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
    let days = "--from 2026-11-20 --until 2026-11-26";
    for (on, said) in [
        ("2026-11-23", "clock 1 day behind: 5 of 5 names"),
        ("2026-11-20", "clock 2 days ahead: 5 of 5 names"),
        (
            "2044-10-11",
            "6,533 days before 2044-10-11: the machine's clock is wrong, or the names were asked for on an earlier day, which --on names: 5",
        ),
        ("2026-01-01", "325 days after 2026-01-01: the machine's clock is wrong, or the names"),
    ] {
        let text = home.ok(&format!("identify names.txt --on {on} {days}"));
        assert!(text.contains(said), "{on}: {text}");
    }
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

/// Two published names of one victim of SUNBURST, pieces of another's domain made by the published encoder, and foreign ones below the zone.
#[test]
fn decodes_names_of_sunburst_and_says_which_do_not_decode() {
    let home = Home::new();
    let below = |label: &str| format!("{label}.appsync-api.us-west-2.avsvmcloud.com");
    let times = ["k5kcubuassl3alrf7gm3", "MHDOSOKSACCF9SNI9ICP"].map(below);
    let foreign = [below("letters-and-digits-only"), "www.avsvmcloud.com".to_owned(), below("midosoksaccf9shzcorp")];
    home.write("names.txt", [&times[..], &foreign[..], &["wikipedia.org".to_owned()]].concat().join("\n"));
    let days = "--from 2026-11-20 --until 2026-11-22";
    let ran = home.run(&format!("identify names.txt {days} --format jsonl"));
    assert_eq!(ran.status, 0, "{}", ran.err);
    let names = times.map(|name| name.to_lowercase());
    let made = |at: &str| serde_json::json!({ "at": at, "flag": true, "services": "" });
    let expected = serde_json::json!({
        "family": "sunburst", "campaign": "sunburst", "parameters": {}, "date": null, "clock_offset_days": null,
        "explained": 2.0 / 6.0, "names": names,
        "decoded": {
            "victim": "3c327147876e6ea4", "confirmed": true, "domain": null, "pieces": [],
            "times": [made("2020-07-22T17:00:00Z"), made("2020-07-23T18:30:00Z")],
        },
    });
    assert_eq!(rows(&ran.out), [expected]);
    for name in &foreign {
        assert!(ran.err.contains(&format!("note: {name} was not decoded: ")), "{}", ran.err);
    }
    assert!(
        ran.err.contains("midosoksaccf9shzcorp.appsync-api.us-west-2.avsvmcloud.com was not decoded: nothing confirms")
    );
    let text = home.ok(&format!("identify names.txt {days}"));
    let expected = format!(
        "sunburst, campaign sunburst: 2 of 6 names (33 %)\n  victim 3c327147876e6ea4 (names that begin otherwise show this identifier)\n  \
         made at 2020-07-22T17:00:00Z, marked dnssec\n  made at 2020-07-23T18:30:00Z, marked dnssec\n  {}\n",
        names.join("\n  ")
    );
    assert_eq!(text, expected);
}

/// The first piece and the last.
const PIECES: [&str; 2] = ["erphueqlupulibhte2sd0irmuhd1r0", "5fuvnba0p9pnoehgte2h"];

/// `corp.example.com` in two pieces, the second first; both labels show the identifier 0123456789abcdef, each under its own key.
#[test]
fn joins_the_pieces_of_a_domain() {
    let home = Home::new();
    let below = |label: &str| format!("{label}.appsync-api.eu-west-1.avsvmcloud.com");
    home.write("names.txt", format!("{}\n{}\n", below(PIECES[1]), below(PIECES[0])));
    let days = "--from 2026-11-20 --until 2026-11-22";
    let row = &rows(&home.ok(&format!("identify names.txt {days} --format jsonl")))[0];
    assert_eq!((&row["decoded"]["victim"], &row["decoded"]["confirmed"]), (&"0123456789abcdef".into(), &true.into()));
    assert_eq!(row["decoded"]["domain"], serde_json::json!({ "part": "joined", "text": "corp.example.com" }));
    let pieces =
        serde_json::json!([{ "number": 0, "encoded": "e2sd0irmuhd1r0" }, { "number": null, "encoded": "te2h" }]);
    assert_eq!(row["decoded"]["pieces"], pieces);
    let text = home.ok(&format!("identify names.txt {days}"));
    assert!(
        text.contains("  domain \"corp.example.com\", from the pieces 0, last, if none was missed before the last\n")
    );
    home.write("names.txt", format!("{}\n", below(PIECES[1])));
    let ran = home.run(&format!("identify names.txt {days}"));
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("nothing confirms what it decodes to"), "{}", ran.err);
}
