// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall predict`: published lists through the program, the fixed options, and what is refused.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use forestall_model::Digest;

use crate::support::{Home, NOW};

/// Returns the names of a published list without its first line.
fn published(text: &str) -> String {
    text.lines().skip(1).map(|name| format!("{name}\n")).collect()
}

#[test]
fn prints_published_lists_in_order() {
    let home = Home::new();
    let check = |line: &str, list: &str| assert_eq!(home.ok(line), published(list), "{line}");
    check(
        "predict conficker-a --on 2020-06-30",
        include_str!("../../../forestall-dga/tests/it/published/conficker-a/2020-06-30.txt"),
    );
    check(
        "predict conficker-a --at 2009-01-17T23:59:59Z",
        include_str!("../../../forestall-dga/tests/it/published/conficker-a/2009-01-17.txt"),
    );
    check(
        "predict conficker-b --from 2016-02-29 --until 2016-03-01 --raw",
        include_str!("../../../forestall-dga/tests/it/published/conficker-b/2016-02-29.txt"),
    );
    check(
        "predict conficker-b --campaign conficker-b --on 2009-01-16 --set sine=x87",
        include_str!("../../../forestall-dga/tests/it/published/conficker-b/2009-01-16.txt"),
    );
}

#[test]
fn prints_the_candidate_of_c_with_and_without_duplicates() {
    let home = Home::new();
    let raw = home.ok("predict conficker-c --on 2009-04-01 --raw");
    let fingerprint = "9e994e0d0e447a7322f3870d2fca053a505344c4eebe89587c258f87dcf87af0";
    assert_eq!(Digest::of(raw.as_bytes()).to_string(), fingerprint);
    assert_eq!(home.ok("predict conficker-c --on 2009-04-01").lines().count(), 49_998);
}

#[test]
fn takes_today_where_no_date_is_given() {
    let home = Home::new();
    let today = home.ok("predict conficker-a");
    assert_eq!(today, home.ok(&format!("predict conficker-a --at {NOW}")));
    assert_eq!(today, home.ok("predict conficker-a --on 2026-11-23"));
    assert_ne!(today, home.ok("predict conficker-a --on 2026-11-24"));
}

#[test]
fn until_is_not_included_and_no_day_gives_no_name() {
    let home = Home::new();
    let two = home.ok("predict conficker-a --on 2009-01-01") + &home.ok("predict conficker-a --on 2009-01-02");
    assert_eq!(home.ok("predict conficker-a --from 2009-01-01 --until 2009-01-03"), two);
    assert_eq!(home.ok("predict conficker-a --from 2009-01-01 --until 2009-01-01"), "");
}

#[test]
fn limit_comes_before_the_filters() {
    let home = Home::new();
    assert_eq!(
        home.ok("predict conficker-a --on 2009-01-01 --limit 3"),
        "drenhycbfh.net\nigqprk.info\nbfmazbcsree.net\n"
    );
    assert_eq!(home.ok("predict conficker-a --on 2009-01-01 --limit 3 --tld net"), "drenhycbfh.net\nbfmazbcsree.net\n");
    assert_eq!(home.ok("predict conficker-a --on 2009-01-01 --limit 3 --tld .NET").lines().count(), 2);
    let each = home.ok("predict conficker-a --from 2009-01-01 --until 2009-01-11 --limit 3");
    assert_eq!(each.lines().count(), 30);
}

#[test]
fn tells_a_suffix_from_a_top_level_domain() {
    let home = Home::new();
    let of = |filter: &str| home.ok(&format!("predict conficker-c --on 2009-04-01 {filter}"));
    let ag = of("--tld ag");
    assert_eq!(of("--suffix ag").lines().count() + of("--suffix com.ag").lines().count(), ag.lines().count());
    assert!(of("--suffix com.ag").lines().all(|name| name.ends_with(".com.ag")));
    assert!(of("--suffix ag").lines().all(|name| !name.ends_with(".com.ag")));
    assert_eq!(of("--suffix co.uk"), of("--tld uk"));
    assert_eq!(of("--tld com"), "");
}

#[test]
fn rows_have_the_fixed_columns() {
    let home = Home::new();
    let csv = home.ok("predict conficker-a --on 2009-01-01 --limit 3 --tld net --format csv");
    let expected = "name,family,campaign,valid_from,valid_until,position\n\
        drenhycbfh.net,conficker-a,conficker-a,2009-01-01T00:00:00Z,2009-01-02T00:00:00Z,0\n\
        bfmazbcsree.net,conficker-a,conficker-a,2009-01-01T00:00:00Z,2009-01-02T00:00:00Z,2\n";
    assert_eq!(csv, expected);
    let jsonl = home.ok("predict conficker-a --on 2009-01-01 --limit 1 --format jsonl");
    let row: serde_json::Value = serde_json::from_str(&jsonl).unwrap();
    let expected = serde_json::json!({
        "name": "drenhycbfh.net", "family": "conficker-a", "campaign": "conficker-a",
        "valid_from": "2009-01-01T00:00:00Z", "valid_until": "2009-01-02T00:00:00Z", "position": 0,
    });
    assert_eq!(row, expected);
    let of_nothing = home.ok("predict conficker-a --on 2009-01-01 --tld de --format csv");
    assert_eq!(of_nothing, "name,family,campaign,valid_from,valid_until,position\n", "a CSV always has its header");
}

#[test]
fn rows_of_a_long_list_are_whole() {
    let home = Home::new();
    let csv = home.ok("predict conficker-c --from 2009-04-01 --until 2009-04-03 --format csv --raw");
    let rows: Vec<&str> = csv.lines().skip(1).collect();
    assert_eq!(rows.len(), 100_000);
    for (place, row) in rows.iter().enumerate() {
        let day = 1 + place / 50_000;
        let end = format!(
            ",conficker-c,conficker-c,2009-04-0{day}T00:00:00Z,2009-04-0{}T00:00:00Z,{}",
            day + 1,
            place % 50_000
        );
        assert!(row.ends_with(&end), "{row}");
    }
    let names: String = rows.iter().map(|row| format!("{}\n", row.split(',').next().unwrap())).collect();
    assert_eq!(names, home.ok("predict conficker-c --from 2009-04-01 --until 2009-04-03 --raw"));
}

#[test]
fn replaced_parameters_make_another_campaign() {
    let home = Home::new();
    let x87 = home.ok("predict conficker-a --on 2009-04-28");
    let exact = home.ok("predict conficker-a --on 2009-04-28 --set sine=exact");
    let first = x87.lines().zip(exact.lines()).position(|(a, b)| a != b);
    assert_eq!(first, Some(164));
    let rows = home.ok("predict conficker-a --on 2009-04-28 --set sine=exact --limit 1 --format csv");
    assert!(rows.contains(",conficker-a,conficker-a.sine-exact,"), "{rows}");
}

#[test]
fn takes_aliases_for_families() {
    let home = Home::new();
    let list = home.ok("predict conficker-b --on 2009-03-13");
    assert!(list.lines().any(|name| name == "wnsux.com"));
    assert_eq!(home.ok("predict downadup.b --on 2009-03-13"), list);
    assert_eq!(home.ok("predict Conficker-B --on 2009-03-13"), list);
}

#[test]
fn says_on_standard_error_that_a_list_is_unverified() {
    let home = Home::new();
    for form in ["plain", "csv", "jsonl"] {
        let ran = home.run(&format!("predict conficker-c --on 2009-04-01 --limit 1 --format {form}"));
        assert_eq!(ran.status, 0);
        assert!(ran.err.contains("conficker-c is UNVERIFIED"), "{}", ran.err);
        assert!(!ran.out.contains("UNVERIFIED"));
        assert_eq!(home.run(&format!("predict conficker-a --limit 1 --format {form}")).err, "");
    }
}

#[test]
fn refuses_what_cannot_be_meant() {
    let home = Home::new();
    let fails = |line: &str, says: &[&str]| home.fails(2, &format!("predict {line}"), says);
    fails("conficker", &["no family \"conficker\"", "conficker-a, conficker-b or conficker-c"]);
    fails("zeus-of-olympus", &["`forestall family list` names all"]);
    fails("conficker-a --on 1600-12-31", &["1601-01-01 to 9999-12-31"]);
    fails("conficker-a --on 10000-01-01", &["1601-01-01 to 9999-12-31"]);
    fails("conficker-a --on 2009-02-29", &["YYYY-MM-DD"]);
    fails("conficker-a --at 2009-02-28T00:00:00+01:00", &["RFC 3339 with Z"]);
    fails("conficker-a --from 2009-01-02 --until 2009-01-01", &["--until 2009-01-01 is before --from 2009-01-02"]);
    fails("conficker-a --from 2009-01-02", &["--until"]);
    fails("conficker-a --until 2009-01-02", &["--from"]);
    fails("conficker-a --on 2009-01-01 --at 2009-01-01T00:00:00Z", &["cannot be used with"]);
    fails("conficker-a --on 2009-01-01 --from 2009-01-01 --until 2009-01-02", &["cannot be used with"]);
    fails("conficker-a --limit 0", &["from 1 on"]);
    fails("conficker-a --limit -1", &["--limit"]);
    fails("conficker-a --campaign conficker-b", &["of the family conficker-b"]);
    fails("conficker-a --campaign conficker-aa", &["it has conficker-a", "Did you mean conficker-a?"]);
    fails("conficker-a --set sine", &["KEY=VALUE"]);
    fails("conficker-a --set sine=x87 --set sine=exact", &["given twice"]);
    fails("conficker-a --set cosine=x87", &["no parameter \"cosine\"", "sine"]);
    fails("conficker-a --set sine=rough", &["expected x87 or exact"]);
    fails("conficker-a --tld co.uk", &["one label"]);
    fails("conficker-a --suffix a..b", &["is not a suffix"]);
    fails("conficker-a --format xml", &["plain, csv, jsonl"]);
}

#[test]
fn knows_the_first_and_the_last_day() {
    let home = Home::new();
    for day in ["1601-01-01", "9999-12-31"] {
        assert_eq!(home.ok(&format!("predict conficker-a --on {day}")).lines().count(), 250, "{day}");
    }
    assert_eq!(home.ok("predict conficker-a --from 9999-12-30 --until 9999-12-31").lines().count(), 250);
}

#[test]
fn ends_quietly_when_nobody_reads_on() {
    let home = Home::new();
    for form in ["plain", "csv"] {
        let mut command = home.program();
        command.args(["predict", "conficker-a", "--from", "2009-01-01", "--until", "2029-01-01", "--format", form]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let done = child.wait_with_output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{form}");
        assert_eq!(String::from_utf8(done.stderr).unwrap(), "", "{form}");
        assert!(!first.is_empty());
    }
}

#[test]
fn refuses_what_a_family_does_not_take() {
    let home = Home::new();
    let fails = |line: &str, says: &[&str]| home.fails(2, &format!("predict {line}"), says);
    fails("dnschanger --set zeed=1", &["dnschanger has no parameter \"zeed\"; it has seed"]);
    fails("chinad --set seed=1", &["chinad has no parameter \"seed\"; it has indexbytes"]);
    fails("emotet --set seed=1", &["emotet has no parameter \"seed\"; it has none"]);
    fails("dnschanger --set seed=4294967296", &["seed=\"4294967296\" is not possible"]);
    fails("dnschanger --set seed=many", &["seed=\"many\" is not possible"]);
    fails("mirai --set seed=xyz", &["seed=\"xyz\" is not possible", "hexadecimal"]);
    fails("kraken --set version=3", &["version=\"3\" is not possible; expected 1, 2"]);
    for family in ["banjori", "ramnit", "unnamed-downloader"] {
        for date in ["--on 2026-01-01", "--at 2026-01-01T00:00:00Z", "--from 2026-01-01 --until 2026-01-02"] {
            fails(&format!("{family} {date}"), &[&format!("{family} has one list for all time"), "takes no --on"]);
        }
        assert!(!home.ok(&format!("predict {family} --limit 1")).is_empty());
    }
    fails("ramnit --limit 0", &["\"0\" is no number of names"]);
    fails("ramnit --limit 1.5", &["\"1.5\" is no number of names"]);
    home.fails(3, "predict suppobox --on 2026-01-01", &["suppobox list 1 is missing", "dictionary add FILE"]);
}
