// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A look at a store tells what it is and changes nothing.

use std::time::Duration;

use forestall_store::{Examined, Store, StoreError};

use crate::support::{Home, at, id, note, on_both, opening, run};

const BUSY: Duration = Duration::from_secs(5);

on_both! {
    a_store_is_told_and_stays_as_it_is,
    an_older_store_stays_as_old_as_it_is,
    a_newer_store_is_told_and_not_written_to,
}

async fn examine(home: &Home) -> Examined {
    Store::examine(&home.place(), BUSY).await.unwrap()
}

async fn filled(home: &Home) {
    let store = home.open().await;
    run(&store, &id("case"), &opening(), 0).await;
    run(&store, &id("case"), &note("fact"), 1).await;
    store.close().await;
}

async fn a_store_is_told_and_stays_as_it_is(home: &Home) {
    filled(home).await;
    let found = examine(home).await;
    assert_eq!((found.version, found.events, found.newest), (Some(found.known), Some(2), Some(at(1))));
    assert!(matches!(found.writing, Some(Ok(()))) && found.structure.is_empty(), "{found:?}");
    assert!(found.octets.is_some_and(|octets| octets > 0));
    match home {
        Home::Sqlite(_) => assert_eq!((found.write_ahead, found.server_time), (Some(true), None)),
        Home::Postgres(..) => {
            assert!(found.server_time.is_some() && found.write_ahead.is_none());
            // The server of the tests may lose everything, and says so; one that was given may not.
            assert!([0, 2].contains(&found.unsafe_settings.len()), "{:?}", found.unsafe_settings);
        }
    }
    // While somebody else has it open, too.
    let store = home.open().await;
    assert_eq!(examine(home).await.events, Some(2));
    assert!(store.verify().await.unwrap().is_empty());
    store.close().await;
}

async fn an_older_store_stays_as_old_as_it_is(home: &Home) {
    filled(home).await;
    home.tamper("UPDATE schema SET version = 12").await;
    for _ in 0..2 {
        assert_eq!(examine(home).await.version, Some(12));
    }
}

async fn a_newer_store_is_told_and_not_written_to(home: &Home) {
    filled(home).await;
    home.tamper("UPDATE schema SET version = 999").await;
    let found = examine(home).await;
    assert!(found.version == Some(999) && found.writing.is_none(), "{found:?}");
}

#[tokio::test]
async fn a_damaged_page_is_found() {
    let home = Home::sqlite();
    filled(&home).await;
    let place = home.place();
    let path = place.path().unwrap();
    let mut octets = std::fs::read(path).unwrap();
    let half = octets.len() / 2;
    octets[half..].fill(0xA5);
    std::fs::write(path, octets).unwrap();
    let found = Store::examine(&place, BUSY).await;
    let is_told = match &found {
        Ok(found) => !found.structure.is_empty(),
        Err(error) => matches!(error, StoreError::Damaged { .. }),
    };
    assert!(is_told, "{found:?}");
}

#[tokio::test]
async fn what_is_no_store_is_an_error_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("forestall.db");
    std::fs::write(&file, "a text ".repeat(200)).unwrap();
    let found = Store::examine(&forestall_store::Place::file(&file), BUSY).await;
    assert!(matches!(found, Err(StoreError::NotAStore { .. })), "{found:?}");
    let missing = folder.path().join("missing.db");
    assert!(Store::examine(&forestall_store::Place::file(&missing), BUSY).await.is_err());
    assert!(!missing.exists(), "no file is made");
}
