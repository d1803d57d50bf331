// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `scan` finds what `forestall scan` finds in the same files: its rows go through that program, and the findings are the same.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use forestall_testkit::skip::skipped;

use crate::support::{Cluster, Ran, program, ran, run, world};

/// The variable that names the program `forestall`, as `cargo xtask test --cluster` sets it.
const PROGRAM: &str = "FORESTALL_PROGRAM";

const ENTRADA: &[u8] = include_bytes!("../../../forestall-detect/tests/it/tables/entrada.parquet");
const ENTRADA2: &[u8] = include_bytes!("../../../forestall-detect/tests/it/tables/entrada2.parquet");
const DNS_COLLECTOR: &[u8] = include_bytes!("../../../forestall-detect/tests/it/tables/dns-collector.parquet");
const IMPALA: &[u8] = include_bytes!("../../../forestall-detect/tests/it/tables/impala.parquet");

/// Returns the program that decides what matches mean.
fn forestall(test: &str) -> Option<PathBuf> {
    let found = std::env::var_os(PROGRAM).map(PathBuf::from).filter(|program| program.is_file());
    if found.is_none() {
        skipped(test, "needs the program forestall, named by FORESTALL_PROGRAM");
    }
    found
}

/// Scans files, or what comes in.
fn scanned(forestall: &Path, home: &Path, arguments: &[&str], index: &str, input: Stdio) -> Ran {
    let mut command = Command::new(forestall);
    command.current_dir(home).env("HOME", home).env_remove("FORESTALL_DATA");
    command.arg("scan").args(arguments).args(["--index", index, "--format", "jsonl"]);
    ran(command.stdin(input))
}

/// An index of the names in the tables.
fn index(forestall: &Path, home: &Path) -> String {
    std::fs::write(
        home.join("list.txt"),
        "qwkxjvmz.info\nexample.com\nexample.org\nlocalnet.example\na.example\nexample.net\n",
    )
    .unwrap();
    let mut command = Command::new(forestall);
    command.current_dir(home).env("HOME", home).env_remove("FORESTALL_DATA");
    let built = ran(command.args(["index", "build", "-o", "names.idx", "--names", "list.txt"]));
    assert_eq!(built.status, 0, "{}", built.err);
    home.join("names.idx").to_str().unwrap().to_owned()
}

#[test]
fn findings_over_logs_of_four_programs_are_those_of_scan() {
    let Some(forestall) = forestall("scan::findings_over_logs_of_four_programs_are_those_of_scan") else { return };
    let home = tempfile::tempdir().unwrap();
    let index = index(&forestall, home.path());
    let mut findings = 0;
    for (name, octets) in
        [("entrada", ENTRADA), ("entrada2", ENTRADA2), ("collector", DNS_COLLECTOR), ("impala", IMPALA)]
    {
        let file = home.path().join(format!("{name}.parquet"));
        std::fs::write(&file, octets).unwrap();
        let file = file.to_str().unwrap();
        let expected = scanned(&forestall, home.path(), &[file], &index, Stdio::null());
        let found = run(&["scan", "--logs", file, "--index", &index]);
        assert_eq!(found.status, 0, "{}", found.err);
        let rows = home.path().join("rows.csv");
        std::fs::write(&rows, &found.out).unwrap();
        let input = std::fs::File::open(&rows).unwrap().into();
        let through = scanned(&forestall, home.path(), &["-", "--input", "csv"], &index, input);
        assert_eq!(
            (through.status, &through.out),
            (expected.status, &expected.out),
            "{name}: {}{}",
            found.out,
            through.err
        );
        findings += expected.out.lines().count();
    }
    assert!(findings >= 4, "{findings}");
}

#[test]
fn findings_over_a_lake_of_logs_are_the_same_on_a_cluster() {
    let Some(forestall) = forestall("scan::findings_over_a_lake_of_logs_are_the_same_on_a_cluster") else { return };
    let home = tempfile::tempdir().unwrap();
    let logs = home.path().join("logs");
    std::fs::create_dir_all(logs.join("year=2024")).unwrap();
    for copy in 0..6 {
        std::fs::write(logs.join(format!("year=2024/{copy}.parquet")), ENTRADA).unwrap();
    }
    let names = index(&forestall, home.path());
    let cluster = Cluster::start(&[Path::new(&names)]);
    let files: Vec<String> =
        (0..6).map(|copy| logs.join(format!("year=2024/{copy}.parquet")).display().to_string()).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let expected = scanned(&forestall, home.path(), &files, &names, Stdio::null());
    assert_eq!(expected.status, 1, "{}", expected.err);
    for engine in ["embedded", &cluster.engine] {
        let found = run(&["scan", "--logs", logs.to_str().unwrap(), "--index", &names, "--engine", engine]);
        assert_eq!(found.status, 0, "{engine}: {}\n{}", found.err, cluster.told());
        let rows = home.path().join("rows.csv");
        std::fs::write(&rows, &found.out).unwrap();
        let input = std::fs::File::open(&rows).unwrap().into();
        let through = scanned(&forestall, home.path(), &["-", "--input", "csv"], &names, input);
        assert_eq!((through.status, through.out), (1, expected.out.clone()), "{engine}");
    }
    // The same over a table that has a column of its own.
    let logs = format!("logs={}", logs.display());
    let sql = "select year, count(*) as n from logs where listed(qname) is not null group by year";
    let mut command = program();
    command.args([sql, "--logs", &logs, "--format", "csv", "--engine", &cluster.engine, "--index", &names]);
    assert_eq!(ran(&mut command).out.lines().next(), Some("year,n"));
}

#[test]
fn logs_that_are_none_and_no_index() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("a.parquet");
    std::fs::write(&file, &ENTRADA[..900]).unwrap();
    let index = world().index.to_str().unwrap();
    let ran = run(&["scan", "--logs", file.to_str().unwrap(), "--index", index]);
    assert!(ran.status == 3 && ran.err.contains("a.parquet"), "{}", ran.err);
    let lake = world().lake.join("contact_hits");
    let ran = run(&["scan", "--logs", lake.to_str().unwrap(), "--index", index]);
    assert!(ran.status == 3 && ran.err.contains("no columns for a time, a client and a name"), "{}", ran.err);
    std::fs::write(&file, ENTRADA).unwrap();
    let ran = run(&["scan", "--logs", file.to_str().unwrap()]);
    assert!(ran.status == 2 && ran.err.contains("give --index FILE"), "{}", ran.err);
}
