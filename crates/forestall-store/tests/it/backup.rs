// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Copies of a store that is written to, put back in another place.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use forestall_store::{Place, Settings, Store, StoreError};
use forestall_testkit::postgres::{Postgres, program};
use forestall_testkit::skip;

use crate::support::{Home, context, decide, file, id, note, opening, run};

/// Writes without end until it is told to.
fn writer(store: &Store, end: &Arc<AtomicBool>) -> tokio::task::JoinHandle<u64> {
    let (store, end) = (store.clone(), Arc::clone(end));
    tokio::spawn(async move {
        let (case, mut last) = (id("busy"), 0);
        run(&store, &case, &opening(), 0).await;
        while !end.load(Ordering::Relaxed) {
            let context = context(&case, 1);
            let text = "n".repeat(300);
            let done = store.execute(&case, |state| decide(state, &note(&text), &context)).await.unwrap();
            last = done.0.seq;
        }
        last
    })
}

/// Checks that a copy is whole, holds what was there when it was begun, and can be gone on with.
async fn assert_whole(place: &Place, at_least: u64) {
    let copy = Store::open_at(place, Settings::default()).await.unwrap();
    assert_eq!(copy.verify().await.unwrap(), []);
    let head = copy.head().await.unwrap();
    assert!(head >= at_least, "{head} events, and {at_least} were there before the copy");
    assert_eq!(copy.load(&id("case")).await.unwrap().unwrap().notes.len(), 50);
    assert_eq!(run(&copy, &id("case"), &note("after"), 100).await, head + 1);
    copy.close().await;
}

async fn fill(store: &Store) {
    let case = id("case");
    run(store, &case, &opening(), 0).await;
    for number in 0..50 {
        run(store, &case, &note(&format!("{number}")), number).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn copy_of_a_file_that_is_written_to_is_whole() {
    let home = Home::sqlite();
    let store = home.open().await;
    fill(&store).await;
    let end = Arc::new(AtomicBool::new(false));
    let busy = writer(&store, &end);
    let folder = tempfile::tempdir().unwrap();
    let mut copies = Vec::new();
    for number in 0..3 {
        let path = folder.path().join(format!("copy-{number}"));
        let before = store.head().await.unwrap();
        let size = store.back_up(&path).await.unwrap();
        assert_eq!(size, std::fs::metadata(&path).unwrap().len());
        copies.push((path, before));
    }
    end.store(true, Ordering::Relaxed);
    busy.await.unwrap();
    store.close().await;
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3, "nothing else is left");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&copies[0].0).unwrap().permissions().mode() & 0o777, 0o600);
    }
    for (path, before) in copies {
        // Put back: a file of the usual name in a folder.
        let restored = tempfile::tempdir().unwrap();
        std::fs::copy(path, file(&restored)).unwrap();
        assert_whole(&Place::file(&file(&restored)), before).await;
    }
}

#[tokio::test]
async fn copy_over_a_file_or_into_nowhere_is_refused() {
    let home = Home::sqlite();
    let store = home.open().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter");
    std::fs::write(&path, "to a friend").unwrap();
    let told = store.back_up(&path).await.unwrap_err();
    assert!(told.to_string().contains("there is a file of this name"), "{told}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "to a friend");
    let told = store.back_up(&folder.path().join("none").join("copy")).await.unwrap_err();
    assert!(matches!(told, StoreError::Backup { .. }), "{told:?}");
    // What a copy left behind that was cut off is written over.
    std::fs::write(folder.path().join("copy.part"), "half").unwrap();
    store.back_up(&folder.path().join("copy")).await.unwrap();
    assert!(!folder.path().join("copy.part").exists());
    store.close().await;
}

fn ran(program: &Path, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", program.display());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn copy_of_a_database_that_is_written_to_is_whole() {
    let test = "copy_of_a_database_that_is_written_to_is_whole";
    let Some(server) = Postgres::shared(test) else { return };
    let (Some(dump), Some(restore)) = (program("pg_dump"), program("pg_restore")) else {
        return skip::skipped(test, "needs pg_dump and pg_restore");
    };
    let database = server.database();
    let store = Store::open_at(&Place::database(database.address()).unwrap(), Settings::default()).await.unwrap();
    fill(&store).await;
    let told = store.back_up(Path::new("copy")).await.unwrap_err();
    assert!(told.to_string().contains("pg_dump"), "{told}");

    let end = Arc::new(AtomicBool::new(false));
    let busy = writer(&store, &end);
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    let before = store.head().await.unwrap();
    let (from, to) = (format!("--dbname={}", database.address()), format!("--file={}", copy.display()));
    tokio::task::spawn_blocking(move || ran(&dump, &["--format=custom", &to, &from])).await.unwrap();
    end.store(true, Ordering::Relaxed);
    busy.await.unwrap();
    store.close().await;

    let again = server.database();
    let to = format!("--dbname={}", again.address());
    ran(&restore, &["--no-owner", "--exit-on-error", "--single-transaction", &to, copy.to_str().unwrap()]);
    assert_whole(&Place::database(again.address()).unwrap(), before).await;
}
