// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Programs that are not ours read the lake, and count the same.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use forestall_lake::{Keys, Policy};
use forestall_testkit::skip::needs;

use crate::support::{lake, mixed, rows, ship, shipping};

/// Asks DuckDB; rows come as lines of values with a tab between.
fn ask(duckdb: &Path, sql: &str) -> Vec<String> {
    let output =
        Command::new(duckdb).args(["-noheader", "-separator", "\t", "-list", ":memory:", sql]).output().unwrap();
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn duckdb_counts_the_same_and_reads_every_column() {
    let test = "counterparts::duckdb_counts_the_same_and_reads_every_column";
    let Some(duckdb) = needs(test, "duckdb") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (spool, store) = (folder.path().join("spool"), folder.path().join("lake"));
    mixed(&spool, "sensor-1", 5, 5_000);
    let lake = lake(&store);
    ship(&shipping(&spool, &lake)).unwrap();
    let table =
        |name: &str| format!("read_parquet('{}/{name}/**/*.parquet', hive_partitioning = true)", store.display());
    let counted = || {
        let mut found = BTreeMap::new();
        for name in ["dns_hits", "contact_hits"] {
            let sql = format!("select day, family, count(*) from {} group by all", table(name));
            for line in ask(&duckdb, &sql) {
                let values: Vec<&str> = line.split('\t').collect();
                found.insert((name, values[0].to_owned(), values[1].to_owned()), values[2].parse().unwrap());
            }
        }
        found
    };
    assert_eq!(counted(), rows(&lake));
    // Values: addresses as docs/lake.md writes them, times, numbers without sign.
    let sql = format!(
        "select concat_ws('.', source_v4 >> 24, source_v4 >> 16 & 255, source_v4 >> 8 & 255, source_v4 & 255), epoch_us(time), q, asn, country, \
         user_agent, source_port from {} where source_v4 is not null order by time limit 1",
        table("contact_hits")
    );
    let agent = "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1)";
    assert_eq!(ask(&duckdb, &sql), [format!("192.0.2.0\t1763596800000000\t0\t64500\tDE\t{agent}\t50000")]);
    for name in ["dns_hits", "contact_hits"] {
        let sql = format!("select typeof(time), typeof(asn), typeof(day), typeof(sensor) from {} limit 1", table(name));
        assert_eq!(ask(&duckdb, &sql), ["TIMESTAMP WITH TIME ZONE\tUINTEGER\tDATE\tVARCHAR"]);
    }
    let sql = format!(
        "select count(distinct source_v4), count(distinct source_v6), count(distinct pseudonym) from {}",
        table("contact_hits")
    );
    assert_eq!(ask(&duckdb, &sql), ["180\t20\t0"]);
    // And after addresses gave way to pseudonyms, and rows to counts.
    let mut keys = Keys::open(&folder.path().join("keys.toml")).unwrap();
    lake.keep(&Policy::default(), &mut keys, "2025-12-20".parse().unwrap(), None).unwrap();
    assert_eq!(ask(&duckdb, &sql), ["0\t0\t200"]);
    assert_eq!(counted(), rows(&lake));
    lake.keep(&Policy::default(), &mut keys, "2026-02-19".parse().unwrap(), None).unwrap();
    let sql = format!(
        "select \"of\", sum(events) from {} where day = '2025-11-20' group by all order by all",
        table("aggregates")
    );
    assert_eq!(ask(&duckdb, &sql), ["contact_hits\t3000", "dns_hits\t3000"]);
    assert_eq!(counted(), rows(&lake));
}
