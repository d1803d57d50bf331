// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A PostgreSQL server that goes away and comes back, refuses, or is no place for a store.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use forestall_store::{ExecuteError, Place, Settings, Store, StoreError};
use forestall_testkit::postgres::Postgres;
use tokio::time::sleep;

use crate::support::{context, decide, id, note, opening, run};

fn impatient() -> Settings {
    let mut settings = Settings::default();
    settings.busy = Duration::from_millis(1_500);
    settings
}

/// Appends notes until it is told to end; returns the texts that were acknowledged, and the failures.
async fn append(store: Store, task: u32, end: Arc<AtomicBool>) -> (Vec<(u64, String)>, Vec<StoreError>) {
    let case = id(&format!("case-{task}"));
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    let mut number = 0;
    while !end.load(Ordering::Relaxed) {
        number += 1;
        let text = format!("{task} {number}");
        let context = context(&case, number);
        match store.execute(&case, |state| decide(state, &note(&text), &context)).await {
            Ok((stored, _)) => done.push((stored.seq, text)),
            Err(ExecuteError::Store(error)) => {
                failed.push(error);
                sleep(Duration::from_millis(20)).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
    (done, failed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn server_that_stops_amid_appends_loses_nothing_acknowledged() {
    let Some(server) = Postgres::start("server_that_stops_amid_appends_loses_nothing_acknowledged") else { return };
    let database = server.database();
    let store = Store::open_at(&Place::database(database.address()).unwrap(), impatient()).await.unwrap();
    for task in 0..4 {
        run(&store, &id(&format!("case-{task}")), &opening(), 0).await;
    }
    let end = Arc::new(AtomicBool::new(false));
    let tasks: Vec<_> = (0..4).map(|task| tokio::spawn(append(store.clone(), task, Arc::clone(&end)))).collect();
    for round in 0..3 {
        sleep(Duration::from_millis(200 + 70 * round)).await;
        server.stop();
        let told = store.log(0, 1, None).await.unwrap_err();
        assert!(matches!(told, StoreError::Unreachable { .. }), "{told:?}");
        assert!(told.to_string().contains("cannot be reached"), "{told}");
        server.go_on();
        let begin = Instant::now();
        while store.head().await.is_err() {
            assert!(begin.elapsed() < Duration::from_secs(30), "reading goes on when the server is back");
        }
    }
    sleep(Duration::from_millis(300)).await;
    end.store(true, Ordering::Relaxed);
    let (mut expected, mut failed) = (Vec::new(), Vec::new());
    for task in tasks {
        let (done, of_task) = task.await.unwrap();
        expected.extend(done);
        failed.extend(of_task);
    }
    assert!(!failed.is_empty(), "calls failed while the server was away");
    for error in &failed {
        assert!(matches!(error, StoreError::Unreachable { .. } | StoreError::Uncertain { .. }), "{error:?}");
    }
    let log = store.log(0, 100_000, None).await.unwrap();
    assert!(log.iter().map(|entry| entry.seq).eq(1..=log.len() as u64));
    for (seq, text) in expected {
        let entry = &log[usize::try_from(seq).unwrap() - 1];
        let encoding = String::from_utf8(entry.event.canonical()).unwrap();
        assert!(encoding.contains(&format!("\"{text}\"")), "{seq} is {encoding}, and {text:?} was acknowledged");
    }
    assert_eq!(store.verify().await.unwrap(), []);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn server_that_was_started_anew_between_two_calls_is_not_noticed() {
    let Some(server) = Postgres::start("server_that_was_started_anew_between_two_calls_is_not_noticed") else { return };
    let database = server.database();
    let store = Store::open_at(&Place::database(database.address()).unwrap(), Settings::default()).await.unwrap();
    let case = id("case");
    run(&store, &case, &opening(), 0).await;
    server.stop();
    server.go_on();
    assert_eq!(run(&store, &case, &note("after"), 1).await, 2);
    assert_eq!(store.verify().await.unwrap(), []);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn database_that_was_put_back_is_taken_as_it_is() {
    let test = "database_that_was_put_back_is_taken_as_it_is";
    let Some(server) = Postgres::shared(test) else { return };
    let database = server.database();
    let store = Store::open_at(&Place::database(database.address()).unwrap(), Settings::default()).await.unwrap();
    let case = id("case");
    run(&store, &case, &opening(), 0).await;
    run(&store, &case, &note("lost"), 1).await;
    database.sql("DELETE FROM event WHERE seq = 2; DELETE FROM withheld WHERE seq = 2; UPDATE log_head SET seq = 1");
    assert_eq!(store.load(&case).await.unwrap().unwrap().version, 1);
    assert_eq!(run(&store, &case, &note("again"), 2).await, 2);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn connection_that_the_server_ends_is_replaced() {
    let Some(server) = Postgres::shared("connection_that_the_server_ends_is_replaced") else { return };
    let database = server.database();
    let store = Store::open_at(&Place::database(database.address()).unwrap(), Settings::default()).await.unwrap();
    let case = id("case");
    run(&store, &case, &opening(), 0).await;
    let ended = database.sql(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    assert_ne!(ended.trim(), "0");
    assert_eq!(run(&store, &case, &note("after"), 1).await, 2);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn lock_of_another_writer_is_waited_for_and_then_told() {
    let Some(server) = Postgres::shared("lock_of_another_writer_is_waited_for_and_then_told") else { return };
    let database = Arc::new(server.database());
    let place = Place::database(database.address()).unwrap();
    let store = Store::open_at(&place, impatient()).await.unwrap();
    let case = id("case");
    run(&store, &case, &opening(), 0).await;
    // Another program of the database that holds the number of the last event for some seconds.
    let other = Arc::clone(&database);
    let holder = tokio::task::spawn_blocking(move || {
        other.sql("BEGIN; UPDATE log_head SET seq = seq; SELECT pg_sleep(6); COMMIT");
    });
    let held = "SELECT count(*) FROM pg_locks WHERE relation = 'log_head'::regclass AND mode = 'RowExclusiveLock'";
    while database.sql(held).trim() == "0" {
        sleep(Duration::from_millis(20)).await;
    }
    let context = context(&case, 1);
    let told = store.execute(&case, |state| decide(state, &note("late"), &context)).await.unwrap_err();
    assert!(matches!(&told, ExecuteError::Store(StoreError::Locked { .. })), "{told:?}");
    // Reading goes on beside a writer.
    assert_eq!(store.load(&case).await.unwrap().unwrap().version, 1);
    holder.await.unwrap();
    assert_eq!(run(&store, &case, &note("after"), 2).await, 2);
    store.close().await;
}

#[tokio::test]
async fn what_is_no_place_for_a_store_is_told() {
    let Some(server) = Postgres::shared("what_is_no_place_for_a_store_is_told") else { return };
    let open = async |address: &str| {
        let place = Place::database(address).unwrap();
        Store::open_at(&place, impatient()).await.map(|store| store.place().to_string())
    };
    let database = server.database();
    let missing = database.address().replace("/forestall_", "/missing_");
    let told = open(&missing).await.unwrap_err();
    assert!(matches!(&told, StoreError::Denied { reason, .. } if reason.contains("does not exist")), "{told:?}");

    for tables in [
        "CREATE TABLE other (x TEXT)",
        "CREATE TABLE schema (x TEXT)",
        "CREATE TABLE schema (id BIGINT, program TEXT, version BIGINT)",
    ] {
        let database = server.database();
        database.sql(tables);
        let told = open(database.address()).await.unwrap_err();
        assert!(told.to_string().contains("a database of another program"), "{told}");
        let count = database.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'");
        assert_eq!(count.trim(), "1", "nothing was changed");
    }
    let latin = server.database_with("TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc");
    let told = open(latin.address()).await.unwrap_err();
    assert!(told.to_string().contains("another encoding than UTF-8"), "{told}");
}

#[tokio::test]
async fn newer_store_in_a_database_is_refused_and_untouched() {
    let Some(server) = Postgres::shared("newer_store_in_a_database_is_refused_and_untouched") else { return };
    let database = server.database();
    let place = Place::database(database.address()).unwrap();
    Store::open_at(&place, impatient()).await.unwrap().close().await;
    database.sql("UPDATE schema SET version = 1000; DROP TABLE counts");
    let told = Store::open_at(&place, impatient()).await.unwrap_err();
    assert!(matches!(told, StoreError::NewerVersion { found: 1_000, .. }), "{told:?}");
    assert_eq!(database.sql("SELECT version FROM schema").trim(), "1000");
}

#[tokio::test]
async fn older_stores_in_a_database_are_brought_up_to_date() {
    let Some(server) = Postgres::shared("older_stores_in_a_database_are_brought_up_to_date") else { return };
    let database = server.database();
    database.sql(
        "CREATE TABLE schema (id BIGINT NOT NULL PRIMARY KEY, program TEXT NOT NULL, version BIGINT NOT NULL); \
         INSERT INTO schema VALUES (1, 'forestall', 1)",
    );
    database.sql(include_str!("../../migrations/0001_event_log.sql"));
    let store = Store::open_at(&Place::database(database.address()).unwrap(), impatient()).await.unwrap();
    run(&store, &id("case"), &opening(), 0).await;
    assert_eq!(store.verify().await.unwrap(), []);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_may_open_a_new_database_at_once() {
    let Some(server) = Postgres::shared("many_may_open_a_new_database_at_once") else { return };
    let database = server.database();
    let place = Place::database(database.address()).unwrap();
    let opening_all: Vec<_> = (0..8)
        .map(|_| {
            let place = place.clone();
            tokio::spawn(async move { Store::open_at(&place, Settings::default()).await })
        })
        .collect();
    for (number, store) in opening_all.into_iter().enumerate() {
        let store = store.await.unwrap().unwrap();
        run(&store, &id(&format!("case-{number}")), &opening(), 0).await;
        store.close().await;
    }
    let store = Store::open_at(&place, Settings::default()).await.unwrap();
    assert_eq!(store.cases().await.unwrap().len(), 8);
    store.close().await;
}

#[tokio::test]
async fn no_message_holds_a_password() {
    let address = "postgres://me:hunter2@127.0.0.1:1/name?password=hunter2";
    let place = Place::database(address).unwrap();
    assert_eq!(place.to_string(), "postgres://me@127.0.0.1:1/name");
    let told = Store::open_at(&place, impatient()).await.unwrap_err();
    assert!(matches!(told, StoreError::Unreachable { .. }), "{told:?}");
    for text in [told.to_string(), format!("{told:?}"), format!("{place:?}")] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    for wrong in [
        "mysql://me:hunter2@host/name",
        "postgres://me:hunter2@host:port/name",
        "postgres://me:hunter2@/name",
        "postgres://me@host/name?pasword=hunter2",
        "hunter2",
        "",
    ] {
        let told = Place::database(wrong).unwrap_err();
        assert!(matches!(told, StoreError::Address { .. }), "{told:?}");
        assert!(!told.to_string().contains("hunter2"), "{told}");
    }
}

/// Stands between a store and its server, and hangs up after the next commit has been done and before its answer is passed on.
async fn hang_up_after_commit(listener: tokio::net::UnixListener, server: std::path::PathBuf, armed: Arc<AtomicBool>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    while let Ok((mut client, _)) = listener.accept().await {
        let (server, armed) = (server.clone(), Arc::clone(&armed));
        tokio::spawn(async move {
            let mut server = tokio::net::UnixStream::connect(server).await.unwrap();
            let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
            loop {
                tokio::select! {
                    read = client.read(&mut asked) => {
                        let Ok(read @ 1..) = read else { break };
                        server.write_all(&asked[..read]).await.unwrap();
                        if asked[..read].windows(7).any(|word| word == b"COMMIT\0") && armed.swap(false, Ordering::Relaxed) {
                            assert_ne!(server.read(&mut answered).await.unwrap(), 0, "it was committed");
                            break;
                        }
                    }
                    read = server.read(&mut answered) => {
                        let Ok(read @ 1..) = read else { break };
                        client.write_all(&answered[..read]).await.unwrap();
                    }
                }
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn answer_to_a_commit_that_is_lost_is_no_failure_and_no_success() {
    let Some(server) = Postgres::start("answer_to_a_commit_that_is_lost_is_no_failure_and_no_success") else { return };
    let database = server.database();
    let folder = tempfile::tempdir().unwrap();
    let listener = tokio::net::UnixListener::bind(folder.path().join(".s.PGSQL.5432")).unwrap();
    let own = server.files().unwrap().parent().unwrap().to_path_buf();
    let armed = Arc::new(AtomicBool::new(false));
    tokio::spawn(hang_up_after_commit(listener, own.join(".s.PGSQL.5432"), Arc::clone(&armed)));
    let between = database.address().replace(&own.display().to_string(), &folder.path().display().to_string());
    let store = Store::open_at(&Place::database(&between).unwrap(), Settings::default()).await.unwrap();
    let case = id("case");
    run(&store, &case, &opening(), 0).await;

    armed.store(true, Ordering::Relaxed);
    let context = context(&case, 1);
    let told = store.execute(&case, |state| decide(state, &note("perhaps"), &context)).await.unwrap_err();
    assert!(matches!(&told, ExecuteError::Store(StoreError::Uncertain { .. })), "{told:?}");
    assert!(told.to_string().contains("whether it was recorded is not known"), "{told}");
    // It was, and the next command stands on it.
    assert_eq!(run(&store, &case, &note("after"), 2).await, 3);
    assert_eq!(store.verify().await.unwrap(), []);
    store.close().await;
}
