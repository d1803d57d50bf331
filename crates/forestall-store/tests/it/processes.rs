// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Several processes on one store.

use std::collections::BTreeSet;
use std::process::{Child, Command};

use forestall_model::Instant;
use forestall_store::NewJob;

use crate::child::{Acknowledged, Does, acknowledged, arguments, prepare_at};
use crate::support::{Home, on_both};

on_both! {
    two_processes_append_without_a_gap,
    two_processes_take_each_job_once,
    jobs_that_two_processes_ask_for_have_numbers_of_their_own,
}

fn start(home: &Home, does: Does, count: u32) -> Child {
    let [program, rest @ ..] = arguments();
    let mut command = Command::new(program);
    prepare_at(command.args(rest), home.address(), does, count).spawn().unwrap()
}

/// Lets two children do the same and returns their lines.
async fn both(home: &Home, does: Does, count: u32) -> [Vec<String>; 2] {
    let children = [start(home, does, count), start(home, does, count)];
    let ended = children.map(|child| tokio::task::spawn_blocking(|| child.wait_with_output().unwrap()));
    let mut lines = [Vec::new(), Vec::new()];
    for (lines, output) in lines.iter_mut().zip(ended) {
        let output = output.await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        *lines = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    }
    lines
}

async fn two_processes_append_without_a_gap(home: &Home) {
    const EACH: u32 = 120;
    let store = home.open().await;
    let told = both(home, Does::Append, EACH).await;
    let mut expected: Vec<Acknowledged> = Vec::new();
    for lines in &told {
        let own: Vec<_> = lines.iter().filter_map(|line| acknowledged(line)).collect();
        assert_eq!(own.len(), EACH as usize, "{lines:?}");
        expected.extend(own);
    }
    expected.sort_unstable_by_key(|event| event.seq);
    let log = store.log(0, 10_000, None).await.unwrap();
    let found: Vec<Acknowledged> = log
        .iter()
        .map(|entry| Acknowledged {
            seq: entry.seq,
            case: entry.event.case.to_string(),
            version: entry.event.version,
            leaf: entry.leaf.to_string(),
        })
        .collect();
    assert_eq!(found, expected);
    assert!(found.iter().map(|event| event.seq).eq(1..=u64::from(2 * EACH)));
    assert_eq!(store.verify().await.unwrap(), []);
    store.close().await;
}

async fn two_processes_take_each_job_once(home: &Home) {
    const JOBS: u64 = 200;
    let store = home.open().await;
    for number in 0..JOBS {
        let at = Instant::from_seconds(0);
        let (kind, case, key) = ("verify".to_owned(), String::new(), number.to_string());
        store.create_job(NewJob { kind, case, key, created: at, not_before: at }).await.unwrap();
    }
    let told = both(home, Does::TakeJobs, 0).await;
    let taken: Vec<Vec<u64>> = told.iter().map(|lines| numbers(lines, "took ")).collect();
    let all: Vec<u64> = taken.concat();
    assert_eq!(all.len() as u64, JOBS, "each once");
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>(), (1..=JOBS).collect());
    store.close().await;
}

async fn jobs_that_two_processes_ask_for_have_numbers_of_their_own(home: &Home) {
    const JOBS: u32 = 100;
    let store = home.open().await;
    let told = both(home, Does::AskForJobs, JOBS).await;
    // Half of them are the same for both: one process is told that its job is new.
    let new: usize = told.iter().map(|lines| lines.iter().filter(|line| *line == "new").count()).sum();
    assert_eq!(new, 3 * JOBS as usize / 2);
    let ids: BTreeSet<u64> = store.jobs(1_000).await.unwrap().iter().map(|job| job.id).collect();
    assert_eq!(ids, (1..=new as u64).collect());
    store.close().await;
}

fn numbers(lines: &[String], prefix: &str) -> Vec<u64> {
    lines.iter().filter_map(|line| line.strip_prefix(prefix)?.parse().ok()).collect()
}
