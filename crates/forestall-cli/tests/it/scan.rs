// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Indexes built and asked, and traffic held against them.

use crate::support::Home;

/// 2009-03-31T10:00:00Z.
const MORNING: i64 = 1_238_493_600;

/// Makes an index of Conficker A and B around the end of March 2009.
fn with_index(home: &Home, more: &str) {
    home.ok(&format!(
        "index build -o names.idx --family conficker-a --family conficker-b --from 2009-03-20 --until 2009-04-15 {more}"
    ));
}

/// Returns names of Conficker B of 31 March 2009.
fn names(home: &Home, count: usize) -> Vec<String> {
    home.ok("predict conficker-b --on 2009-03-31").lines().take(count).map(str::to_owned).collect()
}

/// An infected machine, one whose clock is ten days ahead, an ordinary one, and a line that is broken.
fn log(home: &Home) -> String {
    let names = names(home, 6);
    let mut log = String::new();
    for (name, minute) in names.iter().zip(0..) {
        let at = MORNING + minute * 60;
        let asked = if minute == 2 { format!("WWW.{}.", name.to_uppercase()) } else { name.clone() };
        log.push_str(&format!("{at} 192.0.2.7 {asked} A NXDOMAIN\n"));
        log.push_str(&format!("{} 2001:db8::5 {name} A NXDOMAIN\n", at - 10 * 86_400));
        log.push_str(&format!("{at} 192.0.2.8 not{name} A NXDOMAIN\n"));
    }
    log.push_str("what is this\n");
    log
}

fn rows(out: &str) -> Vec<serde_json::Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn finds_infected_machines_and_the_error_of_a_clock() {
    let home = Home::new();
    with_index(&home, "");
    home.write("log.txt", log(&home));
    let ran = home.run("scan log.txt --index names.idx --format jsonl");
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.err.contains("1 of 19 could not be read") && ran.err.contains("line 19"), "{}", ran.err);
    let rows = rows(&ran.out);
    let about = |row: &serde_json::Value| {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        let number = |key: &str| row[key].as_i64().unwrap();
        (
            text("client"),
            text("family"),
            number("queries"),
            number("names"),
            number("nxdomain"),
            number("clock_offset_days"),
        )
    };
    let expected = [
        ("192.0.2.7".to_owned(), "conficker-b".to_owned(), 6, 6, 6, 0),
        ("2001:db8::5".to_owned(), "conficker-b".to_owned(), 6, 6, 6, 10),
    ];
    assert_eq!(rows.iter().map(about).collect::<Vec<_>>(), expected);
    assert!(rows.iter().all(|row| row["confidence"].as_f64().unwrap() > 0.999));
    assert_eq!(rows[0]["first_seen"], "2009-03-31T10:00:00Z");
    assert_eq!(rows[0]["campaigns"], serde_json::json!(["conficker-b"]));
}

#[test]
fn what_holds_no_question_is_told() {
    let home = Home::new();
    with_index(&home, "");
    home.write("empty.txt", "");
    home.write("other.txt", format!("{MORNING} 192.0.2.8 example.com A NOERROR\n"));
    let ran = home.run("scan empty.txt other.txt --index names.idx");
    assert_eq!((ran.status, ran.out.as_str()), (0, ""));
    assert!(ran.err.contains("note: empty.txt") && ran.err.contains("holds no question"), "{}", ran.err);
    assert!(!ran.err.contains("other.txt"), "{}", ran.err);
}

#[test]
fn a_visitor_of_an_excluded_name_is_no_finding() {
    let home = Home::new();
    home.write("excluded.txt", "praat.org\n");
    // praat.org, the home of a program for phoneticians, stands in the list of B for 31 March 2009.
    assert!(home.ok("predict conficker-b --on 2009-03-31").lines().any(|name| name == "praat.org"));
    with_index(&home, "--exclude excluded.txt");
    home.write("log.txt", format!("{MORNING} 192.0.2.9 www.praat.org A NOERROR\n"));
    let ran = home.run("scan log.txt --index names.idx --format jsonl");
    assert_eq!(ran.status, 0, "{}", ran.err);
    let rows = rows(&ran.out);
    assert_eq!((rows.len(), &rows[0]["family"], &rows[0]["queries"]), (1, &"collision".into(), &1.into()));
    assert_eq!(rows[0]["confidence"], 0.0);
}

#[test]
fn the_same_traffic_in_other_kinds_gives_the_same_findings() {
    let home = Home::new();
    with_index(&home, "");
    let plain = log(&home);
    home.write("log.txt", &plain);
    let lines: Vec<Vec<&str>> =
        plain.lines().map(|line| line.split(' ').collect::<Vec<_>>()).filter(|fields| fields.len() == 5).collect();
    let mut zeek = "#separator \\x09\n#fields\tts\tid.orig_h\tquery\tqtype_name\trcode_name\n".to_owned();
    let (mut json, mut csv) = (String::new(), "time,client,qname,qtype,rcode\n".to_owned());
    for fields in &lines {
        let [at, client, name, qtype, rcode] = fields[..] else { panic!("{fields:?}") };
        zeek.push_str(&format!("{at}.000000\t{client}\t{name}\t{qtype}\t{rcode}\n"));
        json.push_str(&format!(
            "{{\"ts\":{at}.0,\"id.orig_h\":\"{client}\",\"query\":\"{name}\",\"qtype_name\":\"{qtype}\",\"rcode_name\":\"{rcode}\"}}\n"
        ));
        csv.push_str(&format!("{at},{client},{name},{qtype},{rcode}\n"));
    }
    home.write("dns.log", zeek);
    home.write("dns.json", json);
    home.write("log.csv", csv);
    let expected = home.run("scan log.txt --index names.idx --format jsonl").out;
    assert!(!expected.is_empty());
    for (file, kind) in [("dns.log", "zeek"), ("dns.json", "zeek-json"), ("log.csv", "csv")] {
        for kind in [kind, "auto"] {
            let ran = home.run(&format!("scan {file} --index names.idx --input {kind} --format jsonl"));
            assert_eq!(ran.out, expected, "{file} as {kind}: {}", ran.err);
        }
    }
}

#[test]
fn several_inputs_are_one_scan_and_standard_input_is_one_of_them() {
    let home = Home::new();
    with_index(&home, "");
    let log = log(&home);
    let (first, second) = log.split_at(log.match_indices('\n').nth(8).unwrap().0 + 1);
    home.write("log.txt", &log);
    home.write("1.txt", first);
    home.write("2.txt", second);
    let whole = home.run("scan log.txt --index names.idx --format csv").out;
    assert_eq!(home.run("scan 1.txt 2.txt --index names.idx --format csv").out, whole);
    let mut command = home.program();
    command.args(["scan", "1.txt", "-", "--index", "names.idx", "--format", "csv"]);
    command.stdin(std::fs::File::open(home.folder().join("2.txt")).unwrap());
    assert_eq!(String::from_utf8(command.output().unwrap().stdout).unwrap(), whole);
}

#[test]
fn no_address_leaves_where_it_must_not() {
    let home = Home::new();
    with_index(&home, "");
    home.write("log.txt", log(&home));
    home.write("key", "0123456789abcdef0123456789abcdef\n");
    let bare = home.run("scan log.txt --index names.idx --format stix");
    assert!(!bare.out.contains("192.0.2.7") && !bare.out.contains("2001:db8"), "{}", bare.out);
    assert_eq!(bare.out.matches("\"type\":\"sighting\"").count(), 2);
    let full = home.run("scan log.txt --index names.idx --format stix --include-clients").out;
    assert!(full.contains("\"value\":\"192.0.2.7\"") && full.contains("\"type\":\"ipv6-addr\""), "{full}");
    for form in ["text", "jsonl", "csv", "stix"] {
        let ran = home.run(&format!("scan log.txt --index names.idx --format {form} --pseudonymise key"));
        assert_eq!(ran.status, 1);
        assert!(!ran.out.contains("192.0.2.7") && !ran.err.contains("192.0.2.7"), "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("p-"), "{}", ran.out);
    }
    home.fails(2, "scan log.txt --index names.idx --include-clients", &["--include-clients is for --format stix"]);
    home.write("short", "abc\n");
    home.fails(2, "scan log.txt --index names.idx --pseudonymise short", &["has 3 octets; expected 16 or more"]);
}

#[test]
fn an_index_that_is_none_or_cut_is_refused_with_its_reason() {
    let home = Home::new();
    with_index(&home, "");
    home.write("log.txt", "");
    let mut index = std::fs::read(home.folder().join("names.idx")).unwrap();
    home.fails(3, "scan log.txt --index log.txt", &["the index log.txt is not used"]);
    home.fails(3, "scan missing.txt --index names.idx", &["missing.txt could not be opened"]);
    index.truncate(index.len() - 1);
    home.write("cut.idx", &index);
    home.fails(3, "scan log.txt --index cut.idx", &["it is cut"]);
    assert_eq!(home.run("scan log.txt --index names.idx").status, 0);
}

#[test]
fn an_index_answers_with_windows_as_they_are_stored() {
    let home = Home::new();
    with_index(&home, "");
    let name = &names(&home, 1)[0];
    home.write("names.txt", format!("www.{}\nnot-listed.example\n", name.to_uppercase()));
    let mut command = home.program();
    command.args(["index", "query", "names.idx"]);
    command.stdin(std::fs::File::open(home.folder().join("names.txt")).unwrap());
    let out = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let expected = format!("{name}\tconficker-b\tconficker-b\t2009-03-31T00:00:00Z\t2009-04-01T00:00:00Z\n");
    assert_eq!(out, expected);
    assert!(home.ok("index info names.idx --verify").contains("conficker-b"));
}

#[test]
fn tables_of_measuring_systems() {
    let home = Home::new();
    home.write("list.txt", "qwkxjvmz.info\n");
    home.ok("index build -o names.idx --names list.txt");
    let entrada = include_bytes!("../../../forestall-detect/tests/it/tables/entrada.parquet");
    let entrada2 = include_bytes!("../../../forestall-detect/tests/it/tables/entrada2.parquet");
    home.write("a.parquet", entrada);
    home.write("b.parquet", entrada2);
    let ran = home.run("scan a.parquet b.parquet --index names.idx --format jsonl");
    assert_eq!(ran.status, 1, "{}", ran.err);
    let found = &rows(&ran.out)[0];
    assert_eq!((&found["client"], &found["queries"], &found["nxdomain"]), (&"192.0.2.2".into(), &2.into(), &2.into()));

    // Standard input goes to a scratch file.
    let mut command = home.program();
    command.args(["scan", "-", "--input", "parquet", "--index", "names.idx", "--format", "jsonl"]);
    let input = std::fs::File::open(home.folder().join("a.parquet")).unwrap();
    let ran = crate::support::ran(command.stdin(input));
    assert_eq!((ran.status, rows(&ran.out)[0]["queries"].as_u64()), (1, Some(1)), "{}", ran.err);

    home.fails(3, "scan a.parquet --follow --index names.idx", &["does not grow"]);
    home.write("cut.parquet", &entrada[..900]);
    home.fails(3, "scan cut.parquet --index names.idx", &["cut.parquet", "the Parquet file cannot be read"]);
    home.fails(3, "scan list.txt --input parquet --index names.idx", &["the Parquet file cannot be read"]);
}

#[test]
fn reports_in_full() {
    let home = Home::new();
    home.write("excluded.txt", "praat.org\n");
    with_index(&home, "--exclude excluded.txt");
    let visitor = format!("{MORNING} 192.0.2.9 www.praat.org A NOERROR\n");
    home.write("log.txt", log(&home) + &visitor);
    let of = |form: &str, more: &str| home.run(&format!("scan log.txt --index names.idx --format {form} {more}")).out;
    insta::assert_snapshot!("scan_text", of("text", ""));
    insta::assert_snapshot!("scan_jsonl", of("jsonl", ""));
    insta::assert_snapshot!("scan_csv", of("csv", ""));
    insta::assert_snapshot!("scan_stix", of("stix", ""));
    insta::assert_snapshot!("scan_stix_clients", of("stix", "--include-clients"));
}

#[test]
fn texts_of_others_do_no_harm_and_standard_input_is_read_once() {
    let home = Home::new();
    home.write("list.txt", "qwkxjvmz.info\n");
    home.ok("index build -o names.idx --names list.txt");
    home.write("log.txt", "1700000000 \u{1b}[2Jx qwkxjvmz.info A NXDOMAIN\n1700000000 =1+1 qwkxjvmz.info A NXDOMAIN\n");
    let text = home.run("scan log.txt --index names.idx").out;
    assert!(text.contains("?[2Jx") && !text.contains('\u{1b}'), "{text}");
    let csv = home.run("scan log.txt --index names.idx --format csv").out;
    assert!(csv.contains("\n'=1+1,"), "{csv}");
    home.fails(2, "scan - - --index names.idx", &["standard input can be read once only"]);
}

/// What network operators and CERTs already read: a row a machine and family, and no question by itself.
#[test]
fn findings_stand_in_the_columns_of_shadowserver() {
    let home = Home::new();
    with_index(&home, "");
    home.write("log.txt", log(&home));
    let ran = home.run("scan log.txt --index names.idx --format shadowserver");
    assert_eq!(ran.status, 1, "{}", ran.err);
    let mut lines: Vec<&str> = ran.out.lines().collect();
    assert!(
        lines[0].starts_with("\"timestamp\",\"protocol\",\"src_ip\",") && lines[0].ends_with(",\"query\",\"count\"")
    );
    lines[1..].sort_unstable();
    assert_eq!(lines.len(), 3, "{}", ran.out);
    for (line, starts) in lines[1..]
        .iter()
        .zip(["\"2009-03-21 10:00:00\",\"\",\"2001:db8::5\",", "\"2009-03-31 10:00:00\",\"\",\"192.0.2.7\","])
    {
        assert!(line.starts_with(starts) && line.ends_with(",\"\",\"\",\"6\""), "{line}");
        assert!(line.contains("\"conficker-b\",\"conficker-b\",\"dga;predicted;tlp:amber+strict\",\"dns\""), "{line}");
    }
    home.write("key", "k".repeat(32));
    home.fails(2, "scan log.txt --index names.idx --format shadowserver --pseudonymise key", &["a pseudonym is none"]);
}
