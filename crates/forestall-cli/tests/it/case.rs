// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case`: from the opening over requests, answers, exclusions and evidence to the figures, and the log of it all.

use serde_json::Value;

use crate::support::Home;

/// Opens a case on two days of B.
fn opened() -> Home {
    let home = Home::new();
    home.ok("case open mine --campaign conficker-b --from 2009-01-01 --until 2009-01-03 --title 'Two days' --name-server ns1.sinkhole.test --first-person Ann --second-person Bob --override-evidence 'a test'");
    home
}

fn shown(home: &Home) -> Value {
    serde_json::from_str(&home.ok("case show mine --on 2009-01-01 --format json")).unwrap()
}

fn close(value: &Value, expected: f64) {
    assert!((value.as_f64().unwrap() - expected).abs() < 1e-9, "{value} is not {expected}");
}

/// The first name of a top-level domain on a day.
fn name_of(home: &Home, tld: &str, day: &str) -> String {
    home.ok(&format!("predict conficker-b --on {day} --tld {tld}")).lines().next().unwrap().to_owned()
}

const TLDS: [&str; 8] = ["biz", "cc", "cn", "com", "info", "net", "org", "ws"];

fn answer_all(home: &Home) {
    for tld in TLDS {
        home.ok(&format!("case answer mine --tld {tld} --action reserve --result done"));
    }
}

#[test]
fn opens_lists_and_shows_a_case() {
    let home = opened();
    let list: Value = serde_json::from_str(&home.ok("case list --format json")).unwrap();
    assert_eq!(
        (&list[0]["id"], &list[0]["title"], &list[0]["slices"]),
        (&"mine".into(), &"Two days".into(), &8.into())
    );
    assert!(home.ok("case list").contains("TLP:AMBER+STRICT"));
    let page = shown(&home);
    assert_eq!(page["over_the_horizon"]["names"], 500);
    assert_eq!(page["day"]["names"], 250);
    assert_eq!(page["events"], 1);
    for level in ["claimed", "attested", "observed"] {
        close(&page["day"]["coverage"][level], 0.0);
        close(&page["day"]["reach"][level]["high"], 1.0);
        assert_eq!(page["day"]["reach"][level]["campaign"], "conficker-b");
    }
    let text = home.ok("case show mine --on 2009-01-01");
    for part in
        ["claimed", "attested", "observed", "worst variant: conficker-b on 2009-01-01", "legitimate holders  0 names"]
    {
        assert!(text.contains(part), "{part:?} in\n{text}");
    }
}

#[test]
fn reach_of_a_claim_follows_the_readings_of_the_draw() {
    let home = opened();
    answer_all(&home);
    let page = shown(&home);
    close(&page["day"]["coverage"]["claimed"], 1.0);
    close(&page["day"]["coverage"]["observed"], 0.0);
    close(&page["day"]["reach"]["claimed"]["high"], 0.0);
    close(&page["day"]["reach"]["observed"]["high"], 1.0);

    let name = name_of(&home, "com", "2009-01-01");
    home.ok(&format!("case answer mine --tld com --action reserve --result refused --name {name}"));
    let page = shown(&home);
    close(&page["day"]["coverage"]["claimed"], 249.0 / 250.0);
    // One of 250 names: the whole list always meets it; 32 names drawn anew in 8 rounds as the mildest reading.
    close(&page["day"]["reach"]["claimed"]["low"], 1.0 - (218.0_f64 / 250.0).powi(8));
    close(&page["day"]["reach"]["claimed"]["high"], 1.0);
    assert!(home.ok("case names mine --tld com --on 2009-01-01 --standing refused").contains(&name));
}

#[test]
fn an_answer_shows_what_it_changed() {
    let home = opened();
    let ran = home.run("case answer mine --tld cc --action reserve --result done --from 2009-01-01 --until 2009-01-02");
    assert_eq!((ran.status, ran.out.as_str()), (0, "mine#2\tanswered\n"));
    assert!(ran.err.contains("coverage of cc") && ran.err.contains("reach left by cc alone"), "{}", ran.err);
    assert!(ran.err.contains("% / 0 % / 0 %"), "{}", ran.err);
}

#[test]
fn an_answer_may_speak_of_single_names() {
    let home = opened();
    let (first, second) = (name_of(&home, "org", "2009-01-01"), name_of(&home, "org", "2009-01-02"));
    home.write("done.txt", format!("# by telephone\n{}\n", second.to_uppercase()));
    home.ok(&format!("case answer mine --tld org --action reserve --result done --name {first} --names done.txt"));
    let claimed =
        home.ok("case names mine --tld org --from 2009-01-01 --until 2009-01-03 --standing claimed --format csv");
    let names: Vec<&str> = claimed.lines().skip(1).map(|row| row.split(',').next().unwrap()).collect();
    assert_eq!(names, [first, second]);
    home.fails(
        1,
        "case answer mine --tld org --action reserve --result done --name nobody-asked.org",
        &["nobody-asked.org"],
    );
    home.fails(1, "case answer mine --tld org --action reserve --result done --name nobody.com", &["not under org"]);
    home.write("empty.txt", "# nothing\n");
    home.fails(1, "case answer mine --tld org --action reserve --result done --names empty.txt", &["holds no name"]);
}

#[test]
fn a_registry_sends_the_list_back_as_its_answer() {
    let home = opened();
    home.ok("publish --case mine --as csv --tld ws --horizon -o ws.csv");
    let sent = home.read("ws.csv");
    let answered: Vec<String> = sent
        .lines()
        .enumerate()
        .map(|(i, row)| {
            format!(
                "{row},{}",
                if i == 0 {
                    "result"
                } else if i == 1 {
                    "refused"
                } else {
                    "done"
                }
            )
        })
        .collect();
    home.write("answer.csv", answered.join("\r\n"));
    home.ok("case answer mine --tld ws --action reserve --file answer.csv");
    let slices: Value = serde_json::from_str(&home.ok("case slices mine --format json")).unwrap();
    let ws = slices.as_array().unwrap().iter().find(|slice| slice["tld"] == "ws").unwrap();
    let names = sent.lines().count() - 1;
    assert_eq!((&ws["refused"], &ws["protected"]["claimed"]), (&1.into(), &(names - 1).into()));
}

#[test]
fn a_broken_answer_names_line_and_column_and_changes_nothing() {
    let home = opened();
    let good = name_of(&home, "com", "2009-01-01");
    let events = || home.ok("case log mine").lines().count();
    let before = events();
    let broken = |text: String, says: &[&str]| {
        home.write("answer.csv", text);
        home.fails(1, "case answer mine --tld com --action reserve --file answer.csv", says);
        assert_eq!(events(), before, "nothing is applied");
    };
    let place = "line 3, column 2 (result)";
    broken(
        format!("name,result\n{good},done\n{good}x,maybe\n"),
        &["nothing was recorded", "answer.csv", place, "maybe", "done"],
    );
    broken(format!("name,result\n\"{good},done\n"), &["line 2, column 1", "quotation mark"]);
    broken(format!("name,result\n{good}\n"), &["line 2", "1 fields; expected 2"]);
    broken(format!("name,results\n{good},done\n"), &["line 1", "results"]);
    broken(format!("name,result\n{good},done\nunheard-of.com,done\n"), &["line 3", "unheard-of.com"]);
    home.fails(3, "case answer mine --tld com --action reserve --file gone.csv", &["gone.csv could not be opened"]);
}

#[test]
fn legitimate_holders_stand_on_a_line_of_their_own() {
    let home = opened();
    let name = name_of(&home, "net", "2009-01-01");
    let excluded = format!(
        "case exclude mine {name} --reason 'an airline' --source 'its web site' --comment 'told by Ms Example'"
    );
    home.ok(&excluded);
    let page = shown(&home);
    assert_eq!((&page["day"]["legitimate_holder"], &page["day"]["registrable"]), (&1.into(), &249.into()));
    assert!(home.ok("case show mine").contains("legitimate holders  1 name excluded"));
    home.fails(1, &excluded, &["excluded already"]);
    home.fails(1, "case exclude mine example.net --reason 'an airline'", &["example.net is not a name of this case"]);
    home.ok(&format!("case readmit mine {name} --reason 'the registration lapsed'"));
    assert_eq!(shown(&home)["day"]["legitimate_holder"], 0);
}

#[test]
fn evidence_from_elsewhere_proves_and_refutes() {
    let home = opened();
    answer_all(&home);
    let (reserved, taken) = (name_of(&home, "biz", "2009-01-01"), name_of(&home, "info", "2009-01-01"));
    home.write(
        "seen.csv",
        format!(
            "name,method,sight,at,name_servers,source\n\
             {reserved},rdap,reserved,2009-01-01T00:00:00Z,,the registry's RDAP\n\
             {taken},dns,other-name-servers,2009-01-01T00:00:00Z,ns.else.test,a resolver\n"
        ),
    );
    let ran = home.run("case evidence import mine seen.csv");
    assert_eq!((ran.status, ran.out.as_str()), (0, "mine#10\tseen\n"), "{}", ran.err);
    let day = &shown(&home)["day"];
    assert_eq!((&day["protected"]["observed"], &day["mismatch"]), (&1.into(), &1.into()));
    home.write(
        "seen.csv",
        format!("name,method,sight,at,source\n{reserved},dns,reserved,2009-01-01T00:00:00Z,a resolver\n"),
    );
    home.fails(1, "case evidence import mine seen.csv", &["dns cannot show reserved"]);
    home.write("seen.csv", format!("name,method,sight,at,source\n{reserved},dns,gone,yesterday,a resolver\n"));
    home.fails(1, "case evidence import mine seen.csv", &["line 2, column 3 (sight)", "line 2, column 4 (at)"]);
}

#[test]
fn gaps_close_only_by_proof() {
    let home = opened();
    let gaps = |home: &Home| -> Vec<Value> {
        serde_json::from_str(&home.ok("case gaps mine --on 2009-01-01 --days 1 --format json")).unwrap()
    };
    let before = gaps(&home);
    assert_eq!(before.len(), 8);
    let reaches: Vec<f64> = before.iter().map(|gap| gap["reach_high"].as_f64().unwrap()).collect();
    assert!(reaches.is_sorted_by(|a, b| a >= b), "the largest reach first: {reaches:?}");
    answer_all(&home);
    let after = gaps(&home);
    assert_eq!(after.len(), 8, "a claim closes no gap");
    assert!(after.iter().all(|gap| gap["claimed"] == gap["unproved"]));
    assert_eq!(home.ok("case gaps mine --on 2009-01-01 --days 1 --format csv").lines().count(), 9);
    assert!(home.ok("case gaps mine --on 2009-01-01").contains("reach if alone"));
    let none = home.run("case gaps mine --on 2010-01-01");
    assert_eq!((none.status, none.out.as_str()), (0, ""));
    assert!(none.err.contains("nothing"), "{}", none.err);
}

#[test]
fn slices_say_what_one_domain_alone_costs() {
    let home = opened();
    let csv = home.ok("case slices mine --format csv");
    let tlds: Vec<&str> = csv.lines().skip(1).map(|row| row.split(',').next().unwrap()).collect();
    assert_eq!(tlds, TLDS);
    assert_eq!(home.ok("case slices mine").lines().count(), 9);
    let names: u64 = csv.lines().skip(1).map(|row| row.split(',').nth(1).unwrap().parse::<u64>().unwrap()).sum();
    assert_eq!(names, 500);
}

#[test]
fn days_tell_coverage_and_reach_one_by_one() {
    let home = opened();
    TLDS.iter().filter(|tld| **tld != "ws").for_each(|tld| {
        home.ok(&format!(
            "case answer mine --tld {tld} --action reserve --result done --from 2009-01-02 --until 2009-01-03"
        ));
    });
    let csv = home.ok("case days mine --format csv");
    let rows: Vec<Vec<&str>> = csv.lines().skip(1).map(|row| row.split(',').collect()).collect();
    assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), ["2009-01-01", "2009-01-02"]);
    assert_eq!((rows[0][7], rows[0][9]), ("0", "0"), "nothing is claimed or observed on the first day");
    let ws = home.ok("predict conficker-b --on 2009-01-02 --tld ws").lines().count();
    assert_eq!(rows[1][7].parse::<usize>().unwrap(), 250 - ws);
    // What is claimed leaves the names of .ws: with 32 of 250 drawn in 8 rounds at least, with the whole list certainly.
    let low: f64 = rows[1][10].parse().unwrap();
    let escape: f64 = (0..32_u32).map(|i| 1.0 - f64::from(u32::try_from(ws).unwrap()) / f64::from(250 - i)).product();
    assert!((low - (1.0 - escape.powi(8))).abs() < 1e-9, "{low}");
    assert_eq!(rows[1][11], "1");
    assert_eq!(rows[1][15], "1", "nobody has seen any of it");

    let one: Value = serde_json::from_str(&home.ok("case days mine --tld ws --format json")).unwrap();
    assert_eq!(one[1]["names"], ws);
    close(&one[1]["reach"][2]["low"], low);
    assert_eq!(home.ok("case days mine --from 2009-01-02 --until 2009-01-03").lines().count(), 2);
    home.fails(1, "case days mine --tld be", &["no slice be"]);
}

#[test]
fn requests_keep_to_what_a_marking_allows() {
    let home = opened();
    home.ok("case open unsure --campaign conficker-c --from 2009-04-01 --until 2009-04-02");
    home.fails(1, "case request unsure --tld ru --action reserve", &["unverified", "monitor", "two named people"]);
    home.ok("case request unsure --tld ru --action monitor");
    let one = "--first-person 'Ann Example' --second-person 'ann example' --override-evidence 'a list of 2009'";
    home.fails(1, &format!("case request unsure --tld pl --action reserve {one}"), &["two different people"]);
    home.fails(2, "case request unsure --tld pl --action reserve --first-person Ann", &["--second-person"]);
    let two = "--first-person 'Ann Example' --second-person 'Bo Example' --override-evidence 'a list of 2009'";
    home.ok(&format!("case request unsure --tld pl --action reserve {two}"));
    home.fails(1, "case request mine --tld com --action suspend", &["legal basis"]);
    home.ok("case request mine --tld com --action suspend --legal-basis 'an order of a court'");
    home.fails(1, "case request mine --tld de --action reserve", &["no slice de"]);
    home.fails(1, "case acknowledge mine --tld org", &["nothing was requested"]);
    home.ok("case acknowledge mine --tld com");
    home.fails(2, "case request mine --tld com --action takedown", &["reserve", "register-sinkhole"]);
    assert!(home.ok("case show unsure").contains("UNVERIFIED: conficker-c"));
    assert!(home.ok("case names unsure --tld pl --on 2009-04-01").contains("conficker-c UNVERIFIED"));
}

#[test]
fn the_log_tells_who_did_what_when_and_from_what() {
    let home = opened();
    home.ok("case answer mine --tld cc --action reserve --result refused --on-date 2009-01-01 --source 'a letter' --comment 'by Mr Example'");
    home.ok("case note mine 'The registry is closed on Sundays.' --tld cc --by 'Ann Example'");
    let text = home.ok("case log mine");
    for part in [
        "1  mine#1  2026-11-23T12:00:00Z  tester: opened as live: Two days",
        "tester: cc answered refused to reserve (claimed), 2009-01-01 to 2009-01-02",
        "happened: 2009-01-01T00:00:00Z",
        "source:   a letter",
        "comment: by Mr Example",
        "Ann Example: noted on cc: The registry is closed on Sundays.",
    ] {
        assert!(text.contains(part), "{part:?} in\n{text}");
    }
    let lines: Vec<Value> =
        home.ok("case log --format jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = lines.iter().map(|line| line["event"]["body"]["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["opened", "answered", "noted"]);
    assert_eq!(lines[1]["withheld"]["comment"], "by Mr Example");
    assert!(!lines[1]["event"].to_string().contains("Example"), "names of people stand outside the event");
    assert_eq!(home.ok("case log mine --after 1 --limit 1").lines().count(), 4);
    home.fails(1, "case note mine ' '", &["must not be empty"]);
    home.fails(1, "case note mine later --on-date 2027-01-01", &["what has not happened cannot be recorded"]);
}

#[test]
fn opening_refuses_what_makes_no_case() {
    let home = opened();
    let fails = |status, rest: &str, says: &[&str]| home.fails(status, &format!("case open {rest}"), says);
    fails(1, "mine --campaign conficker-a --from 2009-01-01 --until 2009-01-02", &["open already"]);
    fails(2, "Mine! --campaign conficker-a --from 2009-01-01 --until 2009-01-02", &["lower-case letters"]);
    fails(2, "x --campaign conficker-z --from 2009-01-01 --until 2009-01-02", &["conficker-z", "conficker-a"]);
    fails(2, "x --campaign conficker-a:sine=rough --from 2009-01-01 --until 2009-01-02", &["x87 or exact"]);
    fails(2, "x --campaign conficker-a --from 2009-01-02 --until 2009-01-01", &["is before"]);
    fails(2, "x --campaign conficker-a --from 2009-01-01 --until 2009-01-01", &["at least one"]);
    fails(2, "x --from 2009-01-01 --until 2009-01-02", &["--campaign"]);
    fails(2, "x --campaign conficker-a --from 2009-01-01 --until 2009-01-02 --tlp white", &["TLP:CLEAR"]);
    fails(
        2,
        "x --campaign conficker-a --from 2009-01-01 --until 2009-01-02 --board-day 2009-01-01",
        &["--reconstruction"],
    );
    fails(1, "x --campaign conficker-a --campaign conficker-a --from 2009-01-01 --until 2009-01-02", &["given twice"]);
    for verb in ["show", "gaps", "slices", "log"] {
        home.fails(2, &format!("case {verb} nobody"), &["no case nobody", "`forestall case list`"]);
    }
}

#[test]
fn a_case_can_hold_the_union_of_both_sines() {
    let home = Home::new();
    home.ok(
        "case open both --campaign conficker-a --campaign conficker-a:sine=exact --from 2009-04-28 --until 2009-04-29",
    );
    let page: Value = serde_json::from_str(&home.ok("case show both --format json")).unwrap();
    let campaigns: Vec<&str> =
        page["variants"].as_array().unwrap().iter().map(|v| v["campaign"].as_str().unwrap()).collect();
    assert_eq!(campaigns, ["conficker-a", "conficker-a.sine-exact"]);
    let union = home.ok("publish --case both --as plain --horizon").lines().count();
    assert!((251..500).contains(&union), "{union}");
}

#[test]
fn a_reconstruction_says_so_and_looks_from_its_day() {
    let home = Home::new();
    home.ok("case open past --campaign conficker-b --from 2009-01-01 --until 2009-02-01 --reconstruction --board-day 2009-01-10 --tlp clear");
    let page = home.ok("case show past");
    assert!(page.starts_with("RECONSTRUCTION") && page.contains("on the day, 2009-01-10"), "{page}");
    assert!(home.ok("case names past --tld com").contains("2009-01-10"));
}

#[test]
fn store_is_verified_and_rebuilt() {
    let home = opened();
    answer_all(&home);
    let list = home.ok("case list");
    assert_eq!(home.ok("store verify"), "");
    assert!(home.ok("store rebuild").starts_with("events\t9\n"));
    assert_eq!(home.ok("case list"), list);
    assert_eq!(home.ok("store verify"), "");
}

/// A key pair of minisign 0.11 made for this test; the secret key was thrown away.
const KEY: &str = "RWS1U12dtaRmkEN3Ab2wrXDfs6Tqn5NdqerEER8YQXWgYSWs10Iqr6+c";
/// The signature by it over the names of .cc of 2009-01-01 and 2009-01-02, in generation order.
const SIGNATURE: &str = "untrusted comment: forestall test\n\
    RUS1U12dtaRmkN/o6TfFgpeJGO6LM7FgXcNXF0pL/M5c+RWDlJm0qDihlRlWdND+NHNHe/FWi+bFprb2Ht7YnUig4ucc6dnorQw=\n\
    trusted comment: names of .cc\n\
    ptZWDUVGrdFTOuWtzxt8tH6vs6XAWXcG2vc9DotJ0AgamAinMLaJReFpFUU2c2YJEtXNLJy3fo4e36HliHi7Cw==\n";

#[test]
fn a_signed_list_that_is_ours_attests() {
    let home = opened();
    let list = home.ok("predict conficker-b --from 2009-01-01 --until 2009-01-03 --tld cc");
    home.write("cc.txt", &list);
    home.write("cc.txt.minisig", SIGNATURE);
    let answer = format!("case answer mine --tld cc --action reserve --result done --signed-list cc.txt --key {KEY}");
    home.fails(1, &format!("{answer} --from 2009-01-01 --until 2009-01-02"), &["nothing is attested"]);
    home.write("other.txt", list.replace("cc\n", "cc \n"));
    let other = answer.replace("cc.txt", "other.txt --signature cc.txt.minisig");
    home.fails(1, &other, &["not by this key over this list"]);
    home.fails(3, &answer.replace("cc.txt", "gone.txt"), &["gone.txt"]);
    home.fails(2, "case answer mine --tld cc --action reserve --result done --signed-list cc.txt", &["--key"]);
    assert_eq!(home.ok("case log mine --format jsonl").lines().count(), 1);

    home.write("registry.pub", format!("untrusted comment: the registry's\n{KEY}\n"));
    home.ok(&answer.replace(KEY, "registry.pub"));
    let slices: Value = serde_json::from_str(&home.ok("case slices mine --format json")).unwrap();
    let cc = slices.as_array().unwrap().iter().find(|slice| slice["tld"] == "cc").unwrap();
    assert_eq!((&cc["protected"]["attested"], &cc["protected"]["observed"]), (&cc["names"], &0.into()));
}

#[test]
fn a_title_that_nobody_chose_has_no_days_which_move() {
    let home = Home::new();
    home.ok("case open mine --campaign conficker-a --campaign conficker-b --from 2009-01-01 --until 2009-01-03");
    let list: Value = serde_json::from_str(&home.ok("case list --format json")).unwrap();
    assert_eq!(list[0]["title"], "conficker-a, conficker-b");
}

#[test]
fn a_title_is_no_formula_in_a_spreadsheet() {
    let home = Home::new();
    home.ok("case open mine --campaign conficker-b --from 2009-01-01 --until 2009-01-02 --title '=HYPERLINK(1)'");
    let listed = home.ok("case list --format csv");
    assert!(listed.lines().nth(1).is_some_and(|row| row.starts_with("mine,'=HYPERLINK(1),")), "{listed}");
}
