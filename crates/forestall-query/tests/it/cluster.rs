// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A scheduler and two executors on loopback give what the process alone gives.

use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use ballista::prelude::SessionContextExt as _;
use datafusion::prelude::SessionContext;

use crate::support::{Cluster, Part, ended, free_port, program, run, world};

/// Statements of every kind. Their rows have an order.
const STATEMENTS: &[&str] = &[
    // Scans.
    "select count(*) from dns_hits",
    "select * from contact_hits where q < 20 order by time, sensor",
    "select time, qname, resolver_v4, qtype, spoofable from dns_hits where day = '2025-11-21' and family = 'bobax' order by time, sensor limit 50",
    // Groups.
    "select day, family, count(*), count(distinct resolver_v4), min(time), max(time) from dns_hits group by day, family order by day, family",
    "select date_trunc('hour', time) as hour, asn, country, sum(q), avg(q) from contact_hits where left_out is null group by hour, asn, country order by hour, asn",
    "select user_agent, count(*) filter (where ip_version = 6) from contact_hits group by user_agent having count(*) > 1 order by 1",
    // Joins.
    "select d.family, c.asn, count(*) from dns_hits d join contact_hits c on d.asn = c.asn and d.day = c.day and c.q < 50 group by d.family, c.asn order by 1, 2",
    "select count(*) from dns_hits d left join contact_hits c on d.resolver_v4 = c.source_v4 where c.source_v4 is null",
    "select family, count(*) from dns_hits where asn in (select asn from contact_hits where q = 7) group by family order by family",
    "select qname, n, rank() over (order by n desc, qname) as place from (select qname, count(*) as n from dns_hits group by qname) order by place limit 10",
    "select 'dns' as kind, count(*) from dns_hits union all select 'contact', count(*) from contact_hits order by kind",
    // Ours.
    "select predicted(qname, time) as campaign, count(*) from dns_hits group by campaign order by campaign",
    "select count(*) from dns_hits where predicted(qname, time) is null and listed(qname) is not null",
    "select predicted('qx0zk.ws', timestamp '2025-11-20 12:00:00') as campaign, count(*) from dns_hits group by campaign",
    "select registrable('www.' || qname) as name, count(*) from dns_hits group by name order by name",
    "select day, approx_addresses(source_v4), approx_addresses(source_v6) from contact_hits where left_out is null group by day order by day",
    "select asn, sketch_addresses(source_v4), address_set(source_v4) from contact_hits group by asn order by asn",
    "select sketch_count(sketch_merge(s)), address_count(address_set_merge(a), 4), address_count(address_set_merge(a), 6) \
     from (select sensor, sketch_addresses(resolver_v4) as s, address_set(resolver_v4) as a from dns_hits group by sensor)",
    "select d.family, approx_addresses(c.source_v4) from dns_hits d join contact_hits c on d.asn = c.asn where predicted(d.qname, d.time) is not null and c.q < 40 \
     group by d.family order by d.family",
];

fn index() -> &'static str {
    world().index.to_str().unwrap()
}

fn lake() -> &'static str {
    world().lake.to_str().unwrap()
}

#[test]
fn every_statement_gives_the_same() {
    let cluster = Cluster::start(&[&world().index]);
    for sql in STATEMENTS {
        let here = run(&[sql, "--lake", lake(), "--format", "csv", "--index", index()]);
        assert_eq!(here.status, 0, "{sql}: {}", here.err);
        assert!(here.out.lines().count() > 1, "{sql}");
        let there = run(&[sql, "--lake", lake(), "--format", "csv", "--engine", &cluster.engine, "--index", index()]);
        assert_eq!(there.status, 0, "{sql}: {}\n{}", there.err, cluster.told());
        assert_eq!(there.out, here.out, "{sql}");
    }
}

#[test]
fn what_fails_on_a_cluster_is_told() {
    // Executors with other names than the one who asks means, and none at all.
    let cluster = Cluster::start(&[&world().other_index]);
    let asked = |sql: &str, more: &[&str]| {
        run(&[&[sql, "--lake", lake(), "--format", "csv", "--engine", &cluster.engine], more].concat())
    };
    let sql = "select count(predicted(qname, time)) from dns_hits";
    let ran = asked(sql, &["--index", index()]);
    assert_eq!(ran.status, 3, "{}", ran.out);
    assert!(ran.err.contains("an executor has other index files than --index names"), "{}", ran.err);
    assert_eq!(asked(sql, &[]).status, 0);
    let ran = asked("select nothing from dns_hits", &[]);
    assert_eq!(ran.status, 2, "{}", ran.err);
    let ran = asked("copy dns_hits to '/tmp/never' stored as csv", &[]);
    assert_eq!(ran.status, 2, "{}", ran.err);
    let ran = asked("select 1", &["--keys", "x"]);
    assert!(ran.status == 2 && ran.err.contains("--keys to each of them"), "{}", ran.err);
}

#[test]
fn a_plan_of_another_client_writes_nothing() {
    let cluster = Cluster::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("out.parquet");
    let sql = format!("copy (select 1 as one) to '{}' stored as parquet", target.display());
    let url = cluster.engine.replace("ballista://", "df://");
    let failed = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let context = SessionContext::remote(&url).await.unwrap();
        context.sql(&sql).await.unwrap().collect().await.unwrap_err().to_string()
    });
    assert!(failed.contains("queries only read"), "{failed}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_is_not_there_is_told_in_time() {
    // No scheduler, something else, and a scheduler without an executor.
    let nobody = format!("127.0.0.1:{}", free_port());
    let asked = |engine: &str| run(&["select 1", "--lake", lake(), "--engine", &format!("ballista://{engine}")]);
    let ran = asked(&nobody);
    assert!(ran.status == 3 && ran.err.contains(&format!("{nobody} cannot be reached")), "{}", ran.err);
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    let answers = thread::spawn(move || other.accept().unwrap().0.write_all(b"SSH-2.0-OpenSSH_9.2\r\n"));
    let ran = asked(&address);
    assert!(ran.status == 3 && ran.err.contains("what listens there is no scheduler"), "{}", ran.err);
    answers.join().unwrap().unwrap();
    let port = free_port().to_string();
    let scheduler = Part::start(&["scheduler", "--port", &port]);
    scheduler.wait_for("listening on");
    let ran = asked(&format!("127.0.0.1:{port}"));
    assert!(ran.status == 3 && ran.err.contains("has no executor: start one by"), "{}", ran.err);
    // An executor waits for its scheduler, says so, and not without end.
    let port = free_port().to_string();
    let begin = Instant::now();
    let ran = run(&["executor", "--scheduler", &nobody, "--port", &port, "--wait", "2"]);
    assert!(begin.elapsed() >= Duration::from_secs(1), "{:?}", begin.elapsed());
    assert!(ran.status == 3 && ran.err.contains("note: waits 2 s at most"), "{}", ran.err);
    assert!(ran.err.contains("cannot be reached, after 2 s of waiting"), "{}", ran.err);
    let late = free_port().to_string();
    let executor = Part::start(&["executor", "--scheduler", &format!("127.0.0.1:{late}"), "--port", &port]);
    executor.wait_for("note: waits 30 s at most");
    let _scheduler = Part::start(&["scheduler", "--port", &late]);
    executor.wait_for("arrow flight server listening on");
}

#[test]
fn the_last_executor_that_dies_ends_the_query() {
    let mut cluster = Cluster::start(&[]);
    let child = asked_slowly(&cluster);
    for executor in &cluster.executors {
        executor.wait_for("Received task");
    }
    cluster.executors.iter_mut().for_each(Part::kill);
    let ran = ended(child);
    assert_eq!(ran.status, 3, "{}", ran.out);
    assert!(ran.err.contains("the query failed") && ran.err.contains("all executors were lost"), "{}", ran.err);
}

#[test]
fn an_executor_ends_when_told_and_leaves_nothing() {
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().to_str().unwrap();
    let port = free_port().to_string();
    let scheduler = Part::start(&["scheduler", "--port", &port]);
    scheduler.wait_for("listening on");
    let address = format!("127.0.0.1:{port}");
    let port = free_port().to_string();
    let mut executor = Part::start(&["executor", "--scheduler", &address, "--port", &port, "--work", folder]);
    executor.wait_for("arrow flight server listening on");
    // A second one cannot have its port.
    let ran = run(&["executor", "--scheduler", &address, "--port", &port]);
    assert!(ran.status == 3 && ran.err.contains("cannot run: Address"), "{}", ran.err);
    let engine = format!("ballista://{address}");
    let asked = ["select qname, count(*) from dns_hits group by qname", "--lake", lake(), "--engine", &engine];
    assert_eq!(run(&asked).status, 0);
    let left = || std::fs::read_dir(folder).unwrap().count();
    assert_eq!(left(), 1);
    assert_eq!(executor.end(), Some(0), "{}", executor.told());
    assert_eq!(left(), 0);
}

/// Some seconds of work in several stages, of a build that is not optimised.
const SLOW: &str = "select a.family, count(*), sum(length(a.qname || b.qname)), min(date_trunc('hour', a.time)) from dns_hits a join dns_hits b on a.day = b.day and a.asn = b.asn \
                    where a.sensor = 'sensor-0' and b.family = 'conficker' and a.qname <> b.qname group by a.family order by a.family";

fn asked_slowly(cluster: &Cluster) -> Child {
    let mut command = program();
    command.args([SLOW, "--lake", lake(), "--format", "csv", "--engine", &cluster.engine]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn an_executor_that_is_killed_in_the_middle_costs_time_and_no_row() {
    let mut cluster = Cluster::start(&[]);
    let here = run(&[SLOW, "--lake", lake(), "--format", "csv"]);
    assert_eq!(here.status, 0, "{}", here.err);
    let mut child = asked_slowly(&cluster);
    // Until both have something to do.
    for executor in &cluster.executors {
        executor.wait_for("Received task");
    }
    cluster.executors[1].kill();
    assert!(child.try_wait().unwrap().is_none(), "the query was over before its executor was killed");
    let there = ended(child);
    assert_eq!(there.status, 0, "{}\n{}", there.err, cluster.told());
    assert_eq!(there.out, here.out);
    // It was missed, and what it had was done again.
    assert!(cluster.told().contains("heartbeat timed out after 10s"), "{}", cluster.told());
}

#[test]
fn parts_of_a_cluster_listen_on_loopback_alone_and_say_what_is_wrong() {
    let port = free_port();
    let scheduler = Part::start(&["scheduler", "--port", &port.to_string()]);
    scheduler.wait_for(&format!("listening on 127.0.0.1:{port}"));
    // Nobody listens for other hosts.
    let tables = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let listening = tables.lines().filter(|line| line.contains(&format!(":{port:04X} 00000000:0000 0A")));
    for line in listening {
        assert!(line.contains("0100007F:"), "{line}");
    }
    let ran = run(&["scheduler", "--port", &port.to_string()]);
    assert!(ran.status == 3 && ran.err.contains("cannot run"), "{}", ran.err);
    let ran = run(&["executor", "--index", "/nowhere/a.idx"]);
    assert!(ran.status == 3 && ran.err.contains("/nowhere/a.idx"), "{}", ran.err);
    let ran = run(&["executor", "--work", "/nowhere", "--port", &free_port().to_string()]);
    assert!(ran.status == 3 && ran.err.contains("/nowhere"), "{}", ran.err);
    assert_eq!(run(&["executor", "--scheduler", "x"]).status, 2);
}
