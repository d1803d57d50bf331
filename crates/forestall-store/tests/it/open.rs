// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Opening what is there, what is not, and what is something else.

use std::fs;
use std::time::Duration;

use forestall_store::{AppendError, FILE_NAME, Settings, Store, StoreError};
use sqlx::Connection;

use crate::support::{context, decide, file, fresh, id, note, opening, raw, run, tamper};

fn impatient() -> Settings {
    let mut settings = Settings::default();
    settings.busy = Duration::from_millis(100);
    settings
}

#[tokio::test]
async fn folder_and_file_are_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a").join("b").join(FILE_NAME);
    let store = Store::open(&path).await.unwrap();
    assert_eq!(store.place().path(), Some(path.as_path()));
    assert!(store.verify().await.unwrap().is_empty());
    assert!(store.cases().await.unwrap().is_empty());
    store.close().await;
    // One file is left, for this user alone.
    let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().map(|f| f.unwrap().file_name()).collect();
    assert_eq!(left, [FILE_NAME]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

#[tokio::test]
async fn path_under_a_file_cannot_be_made() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "text").unwrap();
    let error = Store::open(&folder.path().join("file").join(FILE_NAME)).await.unwrap_err();
    assert!(matches!(error, StoreError::Create { .. }), "{error:?}");
    assert!(error.to_string().contains("cannot be created"), "{error}");
}

#[tokio::test]
async fn garbage_is_no_store_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    for garbage in ["no database".repeat(1_000), "x".to_owned(), "SQLite format 3\0 but no more".to_owned()] {
        fs::write(&path, &garbage).unwrap();
        let error = Store::open(&path).await.unwrap_err();
        assert!(matches!(error, StoreError::NotAStore { .. }), "{error:?}");
        assert!(error.to_string().contains("is no store of this program"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), garbage.as_bytes());
    }
    let error = Store::open(folder.path()).await.unwrap_err();
    assert!(error.to_string().contains("it is a folder"), "{error}");
}

#[tokio::test]
async fn database_of_another_program_is_left_alone() {
    for tables in [
        "CREATE TABLE other (x TEXT)",
        "CREATE TABLE schema (x TEXT)",
        "CREATE TABLE schema (id BIGINT, program TEXT, version BIGINT); INSERT INTO schema VALUES (1, 'another', 1)",
        "CREATE TABLE schema (id BIGINT, program TEXT, version BIGINT)",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder);
        fs::write(&path, "").unwrap();
        tamper(&path, tables).await;
        let before = fs::read(&path).unwrap();
        let error = Store::open(&path).await.unwrap_err();
        assert!(error.to_string().contains("an SQLite database of another program"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}

#[tokio::test]
async fn newer_store_is_refused_and_untouched() {
    let (folder, store) = fresh().await;
    run(&store, &id("case"), &opening(), 0).await;
    store.close().await;
    let path = file(&folder);
    tamper(&path, "UPDATE schema SET version = 1000; DROP TABLE counts").await;
    let before = fs::read(&path).unwrap();
    let error = Store::open(&path).await.unwrap_err();
    let StoreError::NewerVersion { found, known, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*found, *known < 1_000), (1_000, true));
    assert!(error.to_string().contains("version 1000"), "{error}");
    assert!(error.to_string().contains("written by a newer program"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no side file is left");
}

#[tokio::test]
async fn older_stores_are_brought_up_to_date() {
    const MIGRATIONS: [&str; 3] = [
        include_str!("../../migrations/0001_event_log.sql"),
        include_str!("../../migrations/0002_read_models.sql"),
        include_str!("../../migrations/0003_counts.sql"),
    ];
    for version in 0..=MIGRATIONS.len() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder);
        fs::write(&path, "").unwrap();
        let schema =
            "CREATE TABLE schema (id BIGINT NOT NULL PRIMARY KEY, program TEXT NOT NULL, version BIGINT NOT NULL)";
        tamper(&path, &format!("{schema}; INSERT INTO schema VALUES (1, 'forestall', {version})")).await;
        for migration in &MIGRATIONS[..version] {
            tamper(&path, migration).await;
        }
        let store = Store::open(&path).await.unwrap();
        run(&store, &id("case"), &opening(), 0).await;
        assert!(!store.redeem_link(forestall_model::Digest::of(b"x"), crate::support::at(0)).await.unwrap());
        assert!(store.verify().await.unwrap().is_empty());
        store.close().await;
        Store::open(&path).await.unwrap().close().await;
    }
}

#[tokio::test]
async fn file_without_content_becomes_a_store() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(file(&folder), "").unwrap();
    let store = Store::open(&file(&folder)).await.unwrap();
    assert_eq!(run(&store, &id("case"), &opening(), 0).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_may_open_a_new_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let opening_all: Vec<_> = (0..8)
        .map(|_| {
            let path = file(&folder);
            tokio::spawn(async move { Store::open(&path).await })
        })
        .collect();
    for (number, store) in opening_all.into_iter().enumerate() {
        let store = store.await.unwrap().unwrap();
        run(&store, &id(&format!("case-{number}")), &opening(), 0).await;
    }
    let store = Store::open(&file(&folder)).await.unwrap();
    assert_eq!(store.cases().await.unwrap().len(), 8);
    assert!(store.verify().await.unwrap().is_empty());
}

#[tokio::test]
async fn store_that_another_keeps_to_itself_is_locked() {
    let (folder, store) = fresh().await;
    store.close().await;
    let mut other = raw(&file(&folder)).await;
    sqlx::raw_sql("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    let error = Store::open_with(&file(&folder), impatient()).await.unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error:?}");
    assert!(error.to_string().contains("locked by another process, and 0.1 s of waiting"), "{error}");
    other.close().await.unwrap();
    Store::open_with(&file(&folder), impatient()).await.unwrap();
}

#[tokio::test]
async fn write_lock_of_another_is_waited_for_and_then_told() {
    let (folder, store) = fresh().await;
    store.close().await;
    let store = Store::open_with(&file(&folder), impatient()).await.unwrap();
    let case = id("case");
    run(&store, &case, &opening(), 0).await;
    let mut other = raw(&file(&folder)).await;
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();

    let decided = || decide(None, &opening(), &context(&id("late"), 1)).unwrap();
    let locked = store.append(vec![decided()]).await;
    assert!(matches!(locked, Err(AppendError::Store(StoreError::Locked { .. }))), "{locked:?}");
    // Reading goes on beside a writer.
    assert_eq!(store.load(&case).await.unwrap().unwrap().version, 1);
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    assert_eq!(store.append(vec![decided()]).await.unwrap()[0].seq, 2);
    assert_eq!(run(&store, &case, &note("x"), 2).await, 3);
}

#[tokio::test]
async fn transaction_cut_by_a_crash_is_rolled_back() {
    let (folder, store) = fresh().await;
    let case = id("case");
    run(&store, &case, &opening(), 0).await;
    store.close().await;
    // What a crash leaves while a file is made: pages of a transaction that never ended, and the journal to undo them.
    let mut other = raw(&file(&folder)).await;
    sqlx::raw_sql(
        "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 2; BEGIN; UPDATE schema SET version = version - 1; \
         UPDATE event SET encoding = hex(randomblob(100000)); DELETE FROM slice_view",
    )
    .execute(&mut other)
    .await
    .unwrap();
    let crashed = tempfile::tempdir().unwrap();
    let mut files = 0;
    for left in fs::read_dir(folder.path()).unwrap() {
        let left = left.unwrap();
        fs::copy(left.path(), crashed.path().join(left.file_name())).unwrap();
        files += 1;
    }
    assert_eq!(files, 2, "there is a journal");

    let store = Store::open(&file(&crashed)).await.unwrap();
    assert_eq!(store.verify().await.unwrap(), []);
    assert_eq!(run(&store, &case, &note("x"), 1).await, 2);
}

#[tokio::test]
async fn file_cut_in_the_middle_is_found_out() {
    let (folder, store) = fresh().await;
    let case = id("case");
    run(&store, &case, &opening(), 0).await;
    for number in 0..200 {
        run(&store, &case, &note(&format!("{number}{}", "x".repeat(500))), number).await;
    }
    store.close().await;
    let path = file(&folder);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let whole = match Store::open(&path).await {
        Ok(store) => store.verify().await.map(|problems| problems.is_empty()),
        Err(error) => Err(error),
    };
    assert!(!matches!(whole, Ok(true)), "half a file is not whole");
}
