// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is wrong with a statement, a lake or a file is told by place, and nothing is ever written.

use std::path::Path;

use crate::support::{files, run, world};

#[track_caller]
fn fails(status: i32, arguments: &[&str], words: &[&str]) {
    let ran = run(arguments);
    assert_eq!(ran.status, status, "{arguments:?}: {}{}", ran.out, ran.err);
    for word in words {
        assert!(ran.err.contains(word), "{arguments:?}: no {word:?} in: {}", ran.err);
    }
}

#[test]
fn statements_that_are_wrong() {
    let lake = world().lake.to_str().unwrap();
    for (sql, words) in [
        ("selekt 1", &["Line: 1", "Column: 1"][..]),
        ("select\n  nothing\nfrom dns_hits", &["line 2, column 3", "nothing"]),
        ("select 1 from nowhere", &["nowhere"]),
        ("select 1; select 2", &["statement"]),
        ("", &["statement"]),
        ("select nosuch(1)", &["nosuch"]),
    ] {
        fails(2, &[sql, "--lake", lake], words);
    }
    fails(
        2,
        &["select a.qname, b.qname from dns_hits a, dns_hits b", "--lake", lake, "--format", "jsonl"],
        &["\"qname\"", "AS"],
    );
    fails(2, &["select 1"], &["give --lake URL"]);
    fails(2, &[], &["SQL"]);
    fails(2, &["select 1", "--lake", lake, "--engine", "spark://x:1"], &["ballista://HOST:PORT"]);
}

#[test]
fn statements_that_write_are_refused() {
    let lake = world().lake.to_str().unwrap();
    let before = files(&world().lake);
    let out = world().folder.join("out");
    let target = out.display();
    for sql in [
        format!("copy (select * from dns_hits) to '{target}' stored as parquet"),
        format!("create external table t stored as parquet location '{target}'"),
        "create table t as select 1".to_owned(),
        "create view v as select 1".to_owned(),
        "insert into dns_hits select * from dns_hits".to_owned(),
        "delete from dns_hits".to_owned(),
        "update dns_hits set qname = 'x'".to_owned(),
        "drop table dns_hits".to_owned(),
        "set datafusion.execution.batch_size = 1".to_owned(),
        "explain analyze insert into dns_hits select * from dns_hits".to_owned(),
        format!("select * from '{}'", world().index.display()),
    ] {
        let ran = run(&[sql.as_str(), "--lake", lake]);
        assert_eq!(ran.status, 2, "{sql}: {}{}", ran.out, ran.err);
    }
    assert!(!out.exists());
    assert_eq!(files(&world().lake), before);
}

#[test]
fn lakes_that_are_none() {
    fails(3, &["select 1", "--lake", "/nowhere/lake"], &["/nowhere/lake cannot be read"]);
    assert!(!Path::new("/nowhere").exists());
    fails(3, &["select 1", "--lake", world().lake.join("dns_hits").to_str().unwrap()], &["is no lake"]);
    fails(2, &["select 1", "--lake", world().index.to_str().unwrap()], &["a lake is a folder"]);
    fails(2, &["select 1", "--lake", "gopher://x/"], &["expected a folder, file://, s3://, gs:// or az://"]);
    fails(2, &["select 1", "--logs", "a/b=/tmp"], &["no name of a table"]);
    fails(3, &["select 1", "--logs", "logs=/nowhere"], &["/nowhere cannot be read"]);
    let lake = world().lake.to_str().unwrap();
    let logs = format!("dns_hits={lake}/contact_hits");
    fails(2, &["select 1", "--lake", lake, "--logs", &logs], &["there is a table dns_hits already"]);
    let empty = tempfile::tempdir().unwrap();
    let ran = run(&["select count(*) as n from dns_hits", "--lake", empty.path().to_str().unwrap(), "--format", "csv"]);
    assert_eq!((ran.status, ran.out.as_str()), (0, "n\n0\n"), "{}", ran.err);
    let logs = format!("logs={}", empty.path().display());
    fails(3, &["select 1", "--logs", &logs], &["No files found"]);
}

#[test]
fn a_file_that_is_cut_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let part = folder.path().join("dns_hits/day=2025-11-20/family=bobax");
    std::fs::create_dir_all(&part).unwrap();
    let whole = files(&world().lake).into_iter().find(|path| path.to_string_lossy().contains("dns_hits")).unwrap();
    let octets = std::fs::read(whole).unwrap();
    for (name, octets) in
        [("cut", &octets[..octets.len() - 9]), ("none", &b""[..]), ("text", b"not a Parquet file at all")]
    {
        let file = part.join(format!("{name}.parquet"));
        std::fs::write(&file, octets).unwrap();
        let lake = folder.path().to_str().unwrap();
        let ran = run(&["select qname from dns_hits", "--lake", lake]);
        if name == "none" {
            // The engine passes files without an octet; so does the check here, which the shipper's manifests go beyond.
            assert_eq!(ran.status, 0, "{}", ran.err);
        } else {
            assert_eq!(ran.status, 3, "{name}: {}", ran.err);
            assert!(ran.err.contains(&format!("{name}.parquet")), "{}", ran.err);
        }
        std::fs::remove_file(file).unwrap();
    }
    // Octets in the middle that are others than were written.
    let mut altered = octets;
    altered[40..400].fill(0xA5);
    std::fs::write(part.join("altered.parquet"), altered).unwrap();
    let ran = run(&["select * from dns_hits", "--lake", folder.path().to_str().unwrap(), "--format", "csv"]);
    assert_eq!(ran.status, 3, "{}", ran.err);
    assert!(ran.err.contains("the query failed"), "{}", ran.err);
}
