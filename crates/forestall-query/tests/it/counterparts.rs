// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! DuckDB and Spark read the same lake and count the same.

use std::path::Path;
use std::process::Command;

use forestall_testkit::skip::needs;

use crate::support::{rows, world};

/// What all three are asked. None of them may give way to another's dialect.
const COUNTED: &str = "select cast(day as varchar), family, count(*), count(distinct resolver_v4), sum(qtype) from dns_hits group by cast(day as varchar), family order by 1, 2";
const CONTACTS: &str = "select cast(day as varchar), family, verdict, count(*), count(distinct source_v4), count(distinct source_v6), max(q) from contact_hits \
                        where left_out is null group by cast(day as varchar), family, verdict order by 1, 2, 3";

fn ours(sql: &str) -> Vec<String> {
    let found = rows(sql, &[]);
    assert!(found.len() > 1, "{found:?}");
    found
}

#[test]
fn duckdb_counts_the_same() {
    let Some(duckdb) = needs("counterparts::duckdb_counts_the_same", "duckdb") else { return };
    for sql in [COUNTED, CONTACTS] {
        let mut script = String::new();
        for table in ["dns_hits", "contact_hits"] {
            let folder = world().lake.join(table);
            script.push_str(&format!(
                "create view {table} as from read_parquet('{}/**/*.parquet', hive_partitioning = true); ",
                folder.display()
            ));
        }
        script.push_str(sql);
        let output = Command::new(&duckdb).args(["-noheader", "-csv", ":memory:", &script]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let found = String::from_utf8(output.stdout).unwrap();
        assert_eq!(found.lines().collect::<Vec<_>>(), ours(sql), "{sql}");
    }
}

#[test]
fn spark_counts_the_same() {
    let test = "counterparts::spark_counts_the_same";
    let (Some(submit), Some(_)) = (needs(test, "spark-submit"), needs(test, "java")) else { return };
    let script = world().folder.join("count.py");
    let python = format!(
        "from pyspark.sql import SparkSession\n\
         spark = SparkSession.builder.master('local[2]').config('spark.ui.enabled', 'false').getOrCreate()\n\
         for table in ['dns_hits', 'contact_hits']:\n    spark.read.parquet('{lake}/' + table).createOrReplaceTempView(table)\n\
         for sql in [{COUNTED:?}, {CONTACTS:?}]:\n    \
         for row in spark.sql(sql.replace('varchar', 'string')).collect():\n        print('row', *row, sep=',')\n",
        lake = world().lake.display()
    );
    std::fs::write(&script, python).unwrap();
    // Spark's script looks for its home by the first `python3` of the search path, which need not be the one that it was installed for.
    let own = submit.with_file_name("python3");
    let output = Command::new(&submit)
        .arg(&script)
        .env("PYSPARK_PYTHON", if own.is_file() { own.as_path() } else { Path::new("python3") })
        .env("SPARK_LOCAL_IP", "127.0.0.1")
        .env("SPARK_LOCAL_DIRS", &world().folder)
        .current_dir(&world().folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found = String::from_utf8(output.stdout).unwrap();
    let found: Vec<&str> = found.lines().filter_map(|line| line.strip_prefix("row,")).collect();
    assert_eq!(found, [ours(COUNTED), ours(CONTACTS)].concat());
}
