// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall import` and `forestall case waiver`: looked at first, taken in whole or not at all.

use serde_json::{Value, json};

use crate::served::Served;
use crate::support::Home;

/// Opens a case on two days of B.
fn opened() -> Home {
    let home = Home::new();
    home.ok("case open mine --campaign conficker-b --from 2009-01-01 --until 2009-01-03 --title 'Two days'");
    home
}

fn names(home: &Home, day: &str) -> Vec<String> {
    home.ok(&format!("predict conficker-b --on {day}")).lines().map(str::to_owned).collect()
}

fn events(home: &Home) -> usize {
    home.ok("case log mine").matches("mine#").count()
}

fn looked(home: &Home, line: &str) -> Value {
    serde_json::from_str(&home.ok(&format!("{line} --format json"))).unwrap()
}

/// A MISP event of others: a name of the case, one of a day after it, one of nobody, and a machine's address.
fn event(home: &Home, tlp: &str) -> String {
    let attribute = |kind: &str, value: &str| json!({"type": kind, "value": value, "to_ids": true, "first_seen": "2009-01-01T08:00:00+00:00"});
    let event = json!({"Event": {
        "info": "Downadup at three members", "Orgc": {"name": "CERT Example"}, "Tag": [{"name": tlp}],
        "Attribute": [
            attribute("domain", &names(home, "2009-01-01")[0]),
            attribute("hostname", &format!("www.{}", names(home, "2009-01-20")[0])),
            attribute("domain", "nobody.example"),
            attribute("ip-src", "192.0.2.99"),
        ],
    }});
    event.to_string()
}

#[test]
fn a_misp_event_is_looked_at_and_taken_in_once() {
    let home = opened();
    home.write("event.json", event(&home, "tlp:amber"));
    let ran = home.run("import event.json --as misp --case mine --others others.txt");
    assert_eq!(ran.status, 0, "{}", ran.err);
    for text in [
        "CERT Example: Downadup at three members",
        "TLP:AMBER PAP:CLEAR; the case is TLP:AMBER+STRICT",
        "nobody.example",
    ] {
        assert!(ran.out.contains(text), "{text:?} in\n{}", ran.out);
    }
    assert!(ran.err.contains("--apply records it") && !ran.out.contains("192.0.2.99"), "{}{}", ran.out, ran.err);
    // What stands below a registrable name is written as that one, so that it can be identified.
    let late = names(&home, "2009-01-20")[0].clone();
    let mut expected = [late.as_str(), "nobody.example"];
    expected.sort_unstable();
    assert!(home.read("others.txt").lines().eq(expected));
    assert!(
        home.ok("identify others.txt --known-only --from 2009-01-01 --until 2009-02-01 --on 2009-01-20")
            .contains("conficker-b")
    );
    assert_eq!(events(&home), 1, "nothing changes before --apply");
    let preview = &looked(&home, "import event.json --case mine")["preview"];
    let counts = ["names", "known", "excluded", "outside_horizon", "new", "malformed"]
        .map(|count| preview[count].as_u64().unwrap());
    assert_eq!((counts, &preview["form"]), ([3, 1, 0, 1, 1, 0], &json!("misp")));
    assert_eq!(
        preview["campaigns"][0],
        json!({"campaign": "conficker-b", "names": 1, "first_day": "2009-01-01", "last_day": "2009-01-01"})
    );
    assert!(home.ok("import event.json --case mine --apply").ends_with("mine#2\ttold\n"));
    let log = home.ok("case log mine");
    assert!(
        log.contains("a file (misp) tells of 1 name of the case and of 2 others, marked TLP:AMBER PAP:CLEAR"),
        "{log}"
    );
    assert!(log.contains("CERT Example: Downadup at three members") && !log.contains("192.0.2.99"), "{log}");
    home.fails(1, "import event.json --case mine --apply", &["this file was taken in before, as event 2"]);
    assert_eq!(events(&home), 2);
}

#[test]
fn a_stricter_marking_is_taken_up_only_where_somebody_says_so() {
    let home = opened();
    home.write("event.json", event(&home, "tlp:red"));
    let refused = "import event.json --case mine --apply";
    home.fails(1, refused, &["the file is marked TLP:RED PAP:CLEAR, and the case TLP:AMBER+STRICT"]);
    assert_eq!(events(&home), 1);
    home.ok("import event.json --case mine --apply --raise-marking");
    assert!(home.ok("case list").contains("TLP:RED"));
    home.fails(1, "publish --case mine --as plain --on 2009-01-01 --audience organisation", &["TLP:RED"]);
    let other = opened();
    other.write("list.txt", names(&other, "2009-01-01")[0].clone());
    other.fails(1, "import list.txt --case mine --tlp TLP:RED --apply", &["the file is marked TLP:RED"]);
}

#[test]
fn nothing_is_taken_of_a_file_with_a_fault() {
    let home = opened();
    let name = names(&home, "2009-01-01")[0].clone();
    home.write("bad.json", json!({"some_dga": [name, "no name"]}).to_string());
    let ran = home.run("import bad.json --as dgarchive --case mine");
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains("malformed: some_dga[1]: \"no name\" is not a domain name"), "{}", ran.out);
    home.fails(1, "import bad.json --as dgarchive --case mine --apply", &["nothing was taken in", "some_dga[1]"]);
    home.write("cut.json", "{\"type\":\"bundle\",\n\"objects\":[");
    home.fails(1, "import cut.json --case mine --apply", &["as stix: line 2, column 11"]);
    home.fails(2, "import cut.json --case mine --raise-marking", &["--apply"]);
    assert_eq!(events(&home), 1);
}

/// What the case itself publishes comes back as names of the case, on the days that it says.
#[test]
fn our_own_forms_come_back() {
    let home = opened();
    for form in ["misp", "stix", "plain"] {
        home.ok(&format!("publish --case mine --as {form} --on 2009-01-01 -o own.txt"));
        let preview = looked(&home, &format!("import own.txt --case mine --as {form}"))["preview"].clone();
        assert_eq!(
            (&preview["known"], &preview["new"], &preview["malformed"]),
            (&preview["names"], &json!(0), &json!(0)),
            "{form}"
        );
        assert!(preview["names"].as_u64().unwrap() >= 250, "{preview}");
        assert_eq!(looked(&home, "import own.txt --case mine")["preview"]["form"], form, "it is found out");
    }
    assert!(home.ok("import own.txt --case mine --apply").contains("mine#2\ttold"));
}

#[test]
fn answers_of_a_registry_are_looked_at_first() {
    let home = opened();
    let name = home.ok("predict conficker-b --on 2009-01-01 --tld com").lines().next().unwrap().to_owned();
    home.write("answers.csv", format!("name,result\n{name},refused\n"));
    home.fails(2, "import answers.csv --case mine", &["name --tld and --action"]);
    assert_eq!(home.ok("import answers.csv --case mine --tld com --action reserve"), "reserve\trefused\t1\n");
    for further in ["--tlp TLP:RED", "--apply --raise-marking", "--known-only", "--others o.txt", "--format json"] {
        let line = format!("import answers.csv --case mine --tld com --action reserve {further}");
        home.fails(2, &line, &["are for names from elsewhere"]);
    }
    assert_eq!(events(&home), 1);
    home.ok("import answers.csv --case mine --tld com --action reserve --apply");
    assert_eq!(events(&home), 2);
    home.write("answers.csv", "name,result\nnobody.com,done\n");
    home.fails(
        1,
        "import answers.csv --case mine --tld com --action reserve --apply",
        &["line 2: nobody.com is not a name of this case"],
    );
}

/// A window without an end is written as one that ends with the last year; the log that holds it is read again.
#[test]
fn a_window_that_ends_with_the_last_year_is_one_without_an_end() {
    let home = opened();
    let of = |relation: &str, kind: &str, value: &str| json!({"object_relation": relation, "type": kind, "value": value, "to_ids": true});
    let attributes = [of("domain", "domain", "nobody.example"), of("validity-end", "datetime", "9999-12-31")];
    let event = json!({"Event": {"info": "x", "Object": [{"name": "dga-domain", "Attribute": attributes}]}});
    home.write("misp.json", event.to_string());
    let hit =
        json!({"domain": "nobody.example", "validity": {"from": "2009-01-01 00:00:00", "to": "9999-12-30 22:00:00"}});
    home.write("dgarchive.json", json!({"hits": [hit]}).to_string());
    home.ok("import misp.json --as misp --case mine --apply");
    home.ok("import dgarchive.json --as dgarchive --case mine --apply");
    assert_eq!(events(&home), 3);
}

/// A hub records what it is handed as of now, so nothing is dropped in silence.
#[test]
fn a_hub_refuses_another_time_and_a_comment() {
    let (home, hub) = (Home::new(), Served::start());
    home.write("told.txt", "nobody.example\n");
    for further in ["--comment late", "--on-date 2026-11-01", "--apply --comment late"] {
        let ran = hub.run(&home, &format!("import told.txt --case mine {further}"));
        assert_eq!(ran.status, 2, "{}{}", ran.out, ran.err);
        assert!(ran.err.contains("leave --on-date and --comment out"), "{}", ran.err);
    }
}

#[test]
fn the_clock_of_a_request_to_icann_runs_until_it_is_answered() {
    let home = opened();
    home.ok("case waiver sent mine --as ersr --tld com --tld net --on-date 2026-11-19 --reference 'ERSR 7'");
    home.fails(1, "case waiver sent mine --as ersr --tld ws", &["ws is the domain of a country or territory"]);
    home.ok("case waiver sent mine --as waiver --tld org --on-date 2026-11-19");
    let list: Value = serde_json::from_str(&home.ok("case waiver list mine --format json")).unwrap();
    assert_eq!((&list[0]["due"], &list[1]["due"]), (&json!("2026-11-25T00:00:00Z"), &json!("2026-12-05T00:00:00Z")));
    assert!(!home.ok("case alarms mine").contains("waiver-due"));
    let late = home.run_at("2026-11-26T12:00:00Z", "case alarms mine");
    assert!(late.out.contains("waiver-due"), "{}{}", late.out, late.err);
    home.ok("case waiver answered mine 1 --as granted --text 'as requested'");
    assert!(!home.run_at("2026-11-26T12:00:00Z", "case alarms mine").out.contains("waiver-due"));
    assert!(home.ok("case waiver list mine").contains("granted"));
}
