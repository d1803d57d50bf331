// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A process that is killed while it writes leaves a whole store with everything that it acknowledged.

use std::io::{BufRead, BufReader};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use forestall_store::Store;

use crate::child::{Acknowledged, acknowledged, arguments, prepare};
use crate::support::{file, fresh, id, note, opening, run};

/// Starts a writer, kills it `after` its first acknowledgement (at once after its start where that is `None`), and
/// returns what it had acknowledged.
fn kill_while_writing(path: &std::path::Path, after: Option<Duration>) -> Vec<Acknowledged> {
    let [program, rest @ ..] = arguments();
    let mut command = Command::new(program);
    let mut child = prepare(command.args(rest), path, u32::MAX).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (sender, first) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut all = Vec::new();
        for line in lines.map_while(Result::ok) {
            if let Some(event) = acknowledged(&line) {
                all.push(event);
                let _ = sender.send(());
            }
        }
        all
    });
    match after {
        Some(after) => {
            first.recv_timeout(Duration::from_secs(60)).expect("something is acknowledged");
            sleep(after);
        }
        None => sleep(Duration::from_millis(15)),
    }
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert!(!status.success(), "it was killed in the middle: {status}");
    reader.join().unwrap()
}

#[tokio::test]
async fn killed_writer_loses_nothing_that_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    let mut expected: Vec<Acknowledged> = Vec::new();
    let start = Instant::now();
    // Not at the same moments in every run: the clock's last digits shift each kill by up to 64 ms.
    for round in 0..8_u64 {
        let jitter = u64::from(start.elapsed().subsec_nanos() % 64);
        let after = (round > 0).then(|| Duration::from_millis(round * 23 % 160 + jitter));
        expected.extend(kill_while_writing(&path, after));

        let store = Store::open(&path).await.unwrap();
        assert_eq!(store.verify().await.unwrap(), [], "round {round}");
        let mut log = Vec::new();
        loop {
            let page = store.log(log.len() as u64, 1_000, None).await.unwrap();
            if page.is_empty() {
                break;
            }
            log.extend(page);
        }
        for acknowledged in &expected {
            let index = usize::try_from(acknowledged.seq).unwrap() - 1;
            let entry = log.get(index).unwrap_or_else(|| panic!("round {round}: {acknowledged:?} is lost"));
            let found = Acknowledged {
                seq: entry.seq,
                case: entry.event.case.to_string(),
                version: entry.event.version,
                leaf: entry.leaf.to_string(),
            };
            assert_eq!(found, *acknowledged, "round {round}");
        }
        store.close().await;
    }
    // How many there are follows from how much of the processor it gets beside others.
    assert!(expected.len() > 20, "only {} events were acknowledged under load", expected.len());
    println!("{} acknowledged events survived 8 kills", expected.len());
    let store = Store::open(&path).await.unwrap();
    run(&store, &id("after"), &opening(), 0).await;
}

#[tokio::test]
async fn survivor_goes_on_beside_a_killed_writer() {
    let (folder, store) = fresh().await;
    let case = id("survivor");
    run(&store, &case, &opening(), 0).await;
    let path = file(&folder);
    let killed = tokio::task::spawn_blocking(move || kill_while_writing(&path, Some(Duration::from_millis(60))));
    let mut number = 0;
    while !killed.is_finished() {
        number += 1;
        run(&store, &case, &note(&format!("{number}")), number).await;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let acknowledged = killed.await.unwrap();
    run(&store, &case, &note("after"), number + 1).await;
    assert_eq!(store.verify().await.unwrap(), []);
    assert!(!acknowledged.is_empty());
    for event in acknowledged {
        let entry = store.log(event.seq - 1, 1, None).await.unwrap().remove(0);
        assert_eq!((entry.event.case.as_str(), entry.event.version), (event.case.as_str(), event.version));
    }
}
