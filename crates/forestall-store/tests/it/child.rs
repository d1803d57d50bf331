// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The other process of tests that need one: this test binary again, told by its environment what to do.
//!
//! It writes a store under load and says on standard output, line by line, what was acknowledged to it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use forestall_store::{ExecuteError, Store, StoreError};

use crate::support::{context, decide, id, note, opening};

/// Names the store; without it the child has nothing to do.
const PATH: &str = "FORESTALL_TEST_STORE";
/// How many events to append at most.
const EVENTS: &str = "FORESTALL_TEST_EVENTS";

/// Returns the command line that runs the child on a store, for `sh -c` and the like as well.
pub(crate) fn arguments() -> [String; 5] {
    let program = std::env::current_exe().unwrap().to_str().unwrap().to_owned();
    let test = "child::does_what_its_parent_asks".to_owned();
    [program, test, "--exact".to_owned(), "--nocapture".to_owned(), "--quiet".to_owned()]
}

/// Prepares a command that ends up running [`arguments`].
pub(crate) fn prepare<'a>(command: &'a mut Command, path: &Path, events: u32) -> &'a mut Command {
    command
        .env(PATH, path)
        .env(EVENTS, events.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
}

/// One event that the child was told is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    pub(crate) seq: u64,
    pub(crate) case: String,
    pub(crate) version: u64,
    pub(crate) leaf: String,
}

/// Reads one line of the child; `None` for lines that acknowledge nothing.
pub(crate) fn acknowledged(line: &str) -> Option<Acknowledged> {
    let mut words = line.strip_prefix("acknowledged ")?.split(' ');
    let read = Acknowledged {
        seq: words.next()?.parse().ok()?,
        case: words.next()?.to_owned(),
        version: words.next()?.parse().ok()?,
        leaf: words.next()?.to_owned(),
    };
    // A line that was cut by the end of the child has a short digest.
    (read.leaf.len() == 64).then_some(read)
}

#[test]
fn does_what_its_parent_asks() {
    let (Some(path), Ok(events)) = (std::env::var_os(PATH), std::env::var(EVENTS)) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(write(PathBuf::from(path), events.parse().unwrap()));
}

/// Four tasks append to cases of their own, and all of them to one that they share.
async fn write(path: PathBuf, events: u32) {
    let store = match Store::open(&path).await {
        Ok(store) => store,
        Err(error) => return println!("open {error}"),
    };
    println!("opened");
    let tasks: Vec<_> = (0..4).map(|task| tokio::spawn(append(store.clone(), task, events / 4))).collect();
    for task in tasks {
        if let Err(error) = task.await.unwrap() {
            println!("failed {error}");
        }
    }
    let case = id("shared");
    match store.load(&case).await {
        Ok(state) => println!("readable {}", state.map_or(0, |state| state.version)),
        Err(error) => println!("unreadable {error}"),
    }
    store.close().await;
    println!("closed");
}

async fn append(store: Store, task: u32, events: u32) -> Result<(), StoreError> {
    let own = id(&format!("case-{task}"));
    for number in 0..events {
        let case = if number % 3 == 0 { id("shared") } else { own.clone() };
        let mut context = context(&case, i64::from(number));
        context.comment = Some("c".repeat(number as usize % 700));
        let text = "n".repeat(1 + number as usize % 900);
        let done = store.execute(&case, |state| {
            let command = if state.is_some() { note(&text) } else { opening() };
            decide(state, &command, &context)
        });
        match done.await {
            Ok((stored, _)) => {
                println!("acknowledged {} {} {} {}", stored.seq, stored.event.case, stored.event.version, stored.leaf)
            }
            Err(ExecuteError::Store(error)) => return Err(error),
            Err(error) => panic!("{error}"),
        }
    }
    Ok(())
}
