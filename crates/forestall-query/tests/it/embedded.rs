// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Queries in the process.

use std::fs::DirEntry;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{QUERIES, REQUESTS, program, rows, run, world};

#[test]
fn every_event_is_a_row_of_its_table() {
    assert_eq!(rows("select count(*) from dns_hits", &[]), [(2 * QUERIES).to_string()]);
    assert_eq!(rows("select count(*) from contact_hits", &[]), [(2 * REQUESTS).to_string()]);
    assert_eq!(rows("select count(*) from losses", &[]), ["0"]);
    assert_eq!(rows("select count(*) from aggregates", &[]), ["0"]);
    let sql =
        "select sensor, count(distinct resolver_v4), min(time), max(day) from dns_hits group by sensor order by sensor";
    let expected = ["sensor-0,60,2025-11-20T00:00:00Z,2025-11-21", "sensor-1,60,2025-11-20T00:00:00Z,2025-11-21"];
    assert_eq!(rows(sql, &[]), expected);
}

#[test]
fn days_and_families_choose_files() {
    let sql =
        "select day, family, count(*) from dns_hits where day = '2025-11-20' and family = 'bobax' group by day, family";
    assert_eq!(rows(sql, &[]), ["2025-11-20,bobax,1200"]);
    // Only the files of that folder are in the plan.
    let plan = rows(&format!("explain {sql}"), &[]).join("\n");
    assert!(plan.contains("day=2025-11-20/family=bobax"), "{plan}");
    assert!(!plan.contains("day=2025-11-21") && !plan.contains("family=conficker"), "{plan}");
}

#[test]
fn three_forms_and_where_they_end() {
    let lake = world().lake.to_str().unwrap();
    let sql = "select resolver_v4, pseudonym, qname, recursion_desired from dns_hits where resolver_v4 = 3325256704 order by time, sensor limit 3";
    let csv = run(&[sql, "--lake", lake, "--format", "csv"]).out;
    assert_eq!(csv.lines().next(), Some("resolver_v4,pseudonym,qname,recursion_desired"));
    assert_eq!(csv.lines().nth(1), Some("3325256704,,qx0zk.ws,false"));
    let jsonl = run(&[sql, "--lake", lake, "--format", "jsonl"]).out;
    let first: serde_json::Value = serde_json::from_str(jsonl.lines().next().unwrap()).unwrap();
    let expected = serde_json::json!({
        "resolver_v4": 3_325_256_704_u32, "pseudonym": null, "qname": "qx0zk.ws", "recursion_desired": false
    });
    assert_eq!(first, expected);
    let table = run(&["select qname from dns_hits", "--lake", lake, "--rows", "2"]);
    assert_eq!(table.out.lines().count(), 4, "{}", table.out);
    assert!(table.err.contains("more than 2 rows"), "{}", table.err);
}

#[test]
fn rows_come_before_the_last_is_computed_and_a_reader_may_leave() {
    let lake = world().lake.to_str().unwrap();
    // 16 million rows: they would not fit into the memory that it has.
    let sql = "select a.qname, b.qname as other from dns_hits a cross join dns_hits b";
    let mut command = program();
    command.args([sql, "--lake", lake, "--format", "jsonl", "--memory", "64"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    first.read_line(&mut line).unwrap();
    assert!(line.starts_with("{\"qname\":"), "{line}");
    drop(first);
    assert!(child.wait_with_output().unwrap().status.success());
}

#[test]
fn what_does_not_fit_goes_to_disk_or_ends_the_query() {
    let spill = tempfile::tempdir().unwrap();
    let folder = spill.path().to_str().unwrap();
    let lake = world().lake.to_str().unwrap();
    let sql = "select max(place), sum(place * qtype) from (select row_number() over (order by b.time, a.qname, a.time, a.sensor, b.sensor) as place, \
               a.qtype as qtype from dns_hits a join dns_hits b on a.resolver_v4 = b.resolver_v4)";
    let sorted =
        |sql: &str, memory: &str| run(&[sql, "--lake", lake, "--format", "csv", "--memory", memory, "--spill", folder]);
    let (much, little) = (sorted(sql, "1024"), sorted(sql, "24"));
    assert_eq!((much.status, little.status), (0, 0), "{}{}", much.err, little.err);
    assert_eq!(much.out, little.out);
    // The second did go over the disk.
    let spills = |memory: &str| {
        let told = sorted(&format!("explain analyze {sql}"), memory).out;
        told.split("spill_count=").skip(1).any(|rest| !rest.starts_with('0'))
    };
    assert!(!spills("1024") && spills("24"));
    // What is to be held whole is no matter for the disk: an array of 16 million texts.
    let ran = run(&[
        "select array_agg(a.qname || b.qname) from dns_hits a cross join dns_hits b",
        "--lake",
        lake,
        "--memory",
        "16",
    ]);
    assert_eq!(ran.status, 3, "{}", ran.out.len());
    assert!(ran.err.contains("the query needs more memory than it may have"), "{}", ran.err);
    assert!(ran.err.contains("--memory"), "{}", ran.err);
    // Nothing of it is left.
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
}

#[test]
fn a_query_that_is_told_to_end_leaves_nothing_on_disk() {
    let spill = tempfile::tempdir().unwrap();
    let lake = world().lake.to_str().unwrap();
    // A sort of 16 million rows.
    let sql = "select a.qname, b.qname as other from dns_hits a cross join dns_hits b order by b.time, a.time";
    let mut command = program();
    command.args([sql, "--lake", lake, "--format", "csv", "--memory", "64", "--spill", spill.path().to_str().unwrap()]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begin = Instant::now();
    while sizes(spill.path()) == 0 {
        assert!(begin.elapsed() < Duration::from_secs(120), "nothing went to disk");
        assert!(child.try_wait().unwrap().is_none(), "it ended early");
        thread::sleep(Duration::from_millis(20));
    }
    let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(std::fs::read_dir(spill.path()).unwrap().count(), 0);
}

/// Returns the octets of all files below a folder, some of which may go meanwhile.
fn sizes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let size = |entry: DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => sizes(&entry.path()),
        metadata => metadata.map_or(0, |metadata| metadata.len()),
    };
    entries.map(size).sum()
}

#[test]
fn a_statement_from_standard_input_and_the_lake_from_the_environment() {
    let sql = world().folder.join("statement.sql");
    std::fs::write(&sql, "select count(*) as n\nfrom dns_hits\n").unwrap();
    let mut command = program();
    command.args(["-", "--format", "csv"]).env("FORESTALL_LAKE", &world().lake);
    let ran = crate::support::ran(command.stdin(std::fs::File::open(sql).unwrap()));
    assert_eq!(ran.out, format!("n\n{}\n", 2 * QUERIES), "{}", ran.err);
}

#[test]
fn the_catalogue_can_be_asked() {
    let found = rows("select table_name from information_schema.tables where table_schema = 'public' order by 1", &[]);
    assert_eq!(found, ["aggregates", "contact_hits", "dns_hits", "losses"]);
    let sql = "select data_type from information_schema.columns where table_name = 'dns_hits' and column_name in ('day', 'family') order by column_name";
    assert_eq!(rows(sql, &[]).len(), 2);
}
