// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The other process of tests that need one: this test binary again, told by its environment what to do.
//!
//! It writes a store under load and says on standard output, line by line, what was acknowledged to it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use forestall_model::Instant;
use forestall_store::{ExecuteError, JobState, NewJob, Place, Settings, Store, StoreError};

use crate::support::{context, decide, id, note, opening};

/// Names the store; without it the child has nothing to do.
const PATH: &str = "FORESTALL_TEST_STORE";
/// How many events to append at most, or jobs to ask for.
const EVENTS: &str = "FORESTALL_TEST_EVENTS";
/// What to do.
const DOES: &str = "FORESTALL_TEST_DOES";

/// What the child does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Does {
    Append,
    TakeJobs,
    AskForJobs,
}

impl Does {
    const fn word(self) -> &'static str {
        match self {
            Self::Append => "append",
            Self::TakeJobs => "take jobs",
            Self::AskForJobs => "ask for jobs",
        }
    }
}

/// Returns the command line that runs the child on a store, for `sh -c` and the like as well.
pub(crate) fn arguments() -> [String; 5] {
    let program = std::env::current_exe().unwrap().to_str().unwrap().to_owned();
    let test = "child::does_what_its_parent_asks".to_owned();
    [program, test, "--exact".to_owned(), "--nocapture".to_owned(), "--quiet".to_owned()]
}

/// Prepares a command that ends up running [`arguments`].
pub(crate) fn prepare<'a>(command: &'a mut Command, path: &Path, events: u32) -> &'a mut Command {
    prepare_at(command, path.as_os_str(), Does::Append, events)
}

/// Prepares a command that ends up running [`arguments`] on the store in a file or under an address.
pub(crate) fn prepare_at(command: &mut Command, place: impl AsRef<OsStr>, does: Does, events: u32) -> &mut Command {
    command
        .env(PATH, place)
        .env(DOES, does.word())
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
    let place = match path.to_str().filter(|path| path.starts_with("postgres:")) {
        Some(address) => Place::database(address).unwrap(),
        None => Place::file(&PathBuf::from(path)),
    };
    let events = events.parse().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    match std::env::var(DOES).unwrap_or_default() {
        does if does == Does::TakeJobs.word() => runtime.block_on(take_jobs(&place)),
        does if does == Does::AskForJobs.word() => runtime.block_on(ask_for_jobs(&place, events)),
        _ => runtime.block_on(write(&place, events)),
    }
}

/// Waits as long as it takes, for a test that shares a slow machine.
async fn open(place: &Place) -> Result<Store, StoreError> {
    let mut settings = Settings::default();
    settings.busy = std::time::Duration::from_secs(60);
    Store::open_at(place, settings).await
}

async fn take_jobs(place: &Place) {
    let store = open(place).await.unwrap();
    let (now, later) = (Instant::from_seconds(1), Instant::from_seconds(600));
    while let Some(job) = store.claim_job(now, later).await.unwrap() {
        println!("took {}", job.id);
        assert!(store.end_job(&job, JobState::Done, now, String::new()).await.unwrap());
    }
    store.close().await;
}

/// Every second job is one that the other child asks for too.
async fn ask_for_jobs(place: &Place, count: u32) {
    let store = open(place).await.unwrap();
    let at = Instant::from_seconds(0);
    for number in 0..count {
        let key = if number % 2 == 0 { number.to_string() } else { format!("{number} of {}", std::process::id()) };
        let job = NewJob { kind: "verify".to_owned(), case: String::new(), key, created: at, not_before: at };
        println!("{}", if store.create_job(job).await.unwrap() { "new" } else { "there" });
    }
    store.close().await;
}

/// Four tasks append to cases of their own, and all of them to one that they share.
async fn write(place: &Place, events: u32) {
    let store = match open(place).await {
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
        loop {
            let done = store.execute(&case, |state| {
                let command = if state.is_some() { note(&text) } else { opening() };
                decide(state, &command, &context)
            });
            match done.await {
                Ok((stored, _)) => {
                    let event = &stored.event;
                    println!("acknowledged {} {} {} {}", stored.seq, event.case, event.version, stored.leaf);
                    break;
                }
                // Another child on the same case was faster every time; nothing has happened.
                Err(ExecuteError::Contended { .. }) => {}
                Err(ExecuteError::Store(error)) => return Err(error),
                Err(error) => panic!("{error}"),
            }
        }
    }
    Ok(())
}
