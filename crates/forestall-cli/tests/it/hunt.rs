// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Hunts through the program: groups, known families, files for `identify`, pseudonyms, and what is broken.

use crate::support::Home;

/// 2026-11-20T08:00:00Z.
const MORNING: i64 = 1_795_161_600;

fn rows(out: &str) -> Vec<serde_json::Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn lines(client: &str, names: &[&str]) -> String {
    (0..).zip(names).map(|(at, name)| format!("{} {client} {name} A NXDOMAIN\n", MORNING + at * 30)).collect()
}

/// Two clients of Qadars, ordinary ones, and a line that is broken.
fn log(home: &Home) -> (String, Vec<String>) {
    let out = home.ok("predict qadars --on 2026-11-20 --limit 40 --raw");
    let names: Vec<&str> = out.lines().take(40).collect();
    let mut log = lines("192.0.2.7", &names[..25]);
    log.push_str(&lines("192.0.2.9", &names[5..30]));
    for client in 1..20 {
        let typos = [
            "wikpedia.org",
            "facebok.com",
            "youtub.com",
            "amazn.de",
            "bookin.com",
            "netflx.com",
            "wether.com",
            "_dmarc.example.com",
        ];
        log.push_str(&lines(&format!("10.0.0.{client}"), &typos));
        log.push_str(&format!("{MORNING} 10.0.0.{client} www.wikipedia.org A NOERROR\n"));
    }
    log.push_str("what is this\n");
    (log, names[..30].iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn a_group_is_reported_and_its_file_is_what_identify_takes() {
    let home = Home::new();
    let (log, names) = log(&home);
    home.write("log.txt", log);
    let ran = home.run("hunt log.txt --format jsonl --names groups");
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.err.contains("1 of 222 could not be read"), "{}", ran.err);
    let rows = rows(&ran.out);
    let [row] = rows.as_slice() else { panic!("{}", ran.out) };
    assert_eq!((&row["kind"], &row["clients"]), (&"group".into(), &serde_json::json!(["192.0.2.7", "192.0.2.9"])));
    assert_eq!((&row["length"], &row["scheme"]), (&serde_json::json!([12, 12]), &"arithmetic".into()));
    assert_eq!(row["nearest"]["family"], "qadars");
    let id = row["id"].as_str().unwrap();
    let file = home.read(&format!("groups/{id}.txt"));
    assert!(file.lines().count() >= 28 && file.lines().all(|name| names.iter().any(|known| known == name)), "{file}");
    assert_eq!(row["identify"], format!("forestall identify groups/{id}.txt --on 2026-11-20"));
    let days = "--from 2026-11-18 --until 2026-11-24";
    let identified = home.ok(&format!("identify groups/{id}.txt --on 2026-11-20 {days} --known-only --format jsonl"));
    assert_eq!(self::rows(&identified)[0]["family"], "qadars");
    let text = home.run("hunt log.txt").out;
    for part in [
        &format!("Group {id}: 2 clients"),
        "192.0.2.7, 192.0.2.9",
        "nearest    qadars",
        &format!(
            "go on with --names groups, which writes them to groups/{id}.txt; then forestall identify groups/{id}.txt --on 2026-11-20"
        ),
    ] {
        assert!(text.replace("  ", " ").contains(&part.replace("  ", " ")), "{part:?} in\n{text}");
    }
    let written = home.run("hunt log.txt --names 'my groups'").out;
    assert!(
        written.contains(&format!("go on with forestall identify 'my groups/{id}.txt' --on 2026-11-20")),
        "{written}"
    );
    assert_eq!(self::rows(&home.run("hunt log.txt --format jsonl").out)[0]["identify"], serde_json::Value::Null);
    let csv = home.run("hunt log.txt --format csv").out;
    assert!(
        csv.starts_with("kind,id,family,clients,") && csv.contains(&format!("group,{id},,192.0.2.7 192.0.2.9,")),
        "{csv}"
    );
}

#[test]
fn with_an_index_known_names_are_known_families_and_three_are_enough() {
    let home = Home::new();
    let (mut log, _) = log(&home);
    home.ok("index build -o names.idx --family conficker-b --family qadars --from 2026-11-15 --until 2026-11-25");
    let out = home.ok("predict conficker-b --on 2026-11-20");
    let names: Vec<&str> = out.lines().collect();
    log.push_str(&lines("192.0.2.33", &names[..3]));
    log.push_str(&lines("192.0.2.34", &names[3..5]));
    home.write("log.txt", log);
    let ran = home.run("hunt log.txt --index names.idx --format jsonl");
    assert_eq!(ran.status, 1, "{}", ran.err);
    let found: Vec<(String, String, i64)> = rows(&ran.out)
        .iter()
        .map(|row| {
            assert_eq!(row["kind"], "known", "{row}");
            (
                row["clients"][0].as_str().unwrap().to_owned(),
                row["family"].as_str().unwrap().to_owned(),
                row["names"].as_i64().unwrap(),
            )
        })
        .collect();
    let expected = [("192.0.2.7", "qadars", 25), ("192.0.2.9", "qadars", 25), ("192.0.2.33", "conficker-b", 3)];
    assert_eq!(found, expected.map(|(client, family, names)| (client.to_owned(), family.to_owned(), names)));
    assert!(home.run("hunt log.txt --index names.idx").out.contains("192.0.2.33  conficker-b"));
}

#[test]
fn ordinary_traffic_is_no_finding_and_several_inputs_are_one_hunt() {
    let home = Home::new();
    let (log, _) = log(&home);
    let ordinary: String =
        log.lines().filter(|line| !line.contains(" 192.0.2.")).map(|line| format!("{line}\n")).collect();
    home.write("ordinary.txt", &ordinary);
    for form in ["text", "jsonl"] {
        let ran = home.run(&format!("hunt ordinary.txt --format {form}"));
        assert_eq!((ran.status, ran.out.as_str()), (0, ""), "{}", ran.err);
    }
    let (first, second) = log.split_at(log.match_indices('\n').nth(20).unwrap().0 + 1);
    home.write("log.txt", &log);
    home.write("1.txt", first);
    home.write("2.txt", second);
    let whole = home.run("hunt log.txt --format jsonl").out;
    assert!(!whole.is_empty());
    assert_eq!(home.run("hunt 2.txt 1.txt --format jsonl").out, whole);
}

#[test]
fn no_address_leaves_under_pseudonyms() {
    let home = Home::new();
    let (log, _) = log(&home);
    home.write("log.txt", log);
    home.write("key", "0123456789abcdef0123456789abcdef\n");
    for form in ["text", "jsonl", "csv"] {
        let ran = home.run(&format!("hunt log.txt --format {form} --pseudonymise key"));
        assert_eq!(ran.status, 1);
        assert!(!ran.out.contains("192.0.2.") && !ran.err.contains("192.0.2."), "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("p-"), "{}", ran.out);
    }
}

#[test]
fn says_what_it_cannot_use() {
    let home = Home::new();
    home.write("log.txt", format!("{MORNING} 192.0.2.7 example.com A -\n"));
    let ran = home.run("hunt log.txt");
    assert_eq!((ran.status, ran.out.as_str()), (0, ""));
    assert!(ran.err.contains("none of 1 record tells an answer"), "{}", ran.err);
    home.fails(3, "hunt missing.txt", &["missing.txt could not be opened"]);
    home.fails(2, "hunt log.txt --threshold 0", &["expected a number above 0"]);
    home.fails(2, "hunt", &["INPUT"]);
    home.fails(3, "hunt log.txt --index log.txt", &["the index log.txt is not used"]);
}
