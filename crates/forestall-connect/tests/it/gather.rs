// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Gathering from several sources, with looks that are kept for the next run.

use forestall_connect::cache::Cache;
use forestall_connect::gather::{FRESH_SECONDS, GatherReport, Sources, gather};
use forestall_model::{Dossier, Instant, Method};
use forestall_testkit::rdap::{RdapService, Record};

use crate::rdap::{at, name, now};

async fn gathered(base: &str, cache: &mut Cache, when: Instant) -> (Vec<Dossier>, GatherReport, usize) {
    let mut dossiers: Vec<Dossier> = ["wnsux.com", "jogli.com"].map(|text| Dossier::new(name(text))).into();
    let sources = Sources { rdap: Some(at(base)), ..Sources::default() };
    let mut asked = 0;
    let report = gather(&mut dossiers, &sources, Some((cache, when.plus_seconds(-FRESH_SECONDS))), when, |progress| {
        asked = progress.done
    })
    .await
    .unwrap();
    (dossiers, report, asked)
}

#[tokio::test]
async fn what_was_learned_is_not_asked_for_again_and_what_failed_is() {
    let service = RdapService::start([("wnsux.com".to_owned(), Record::default())]);
    // The three tries for jogli.com, which is the first in the order of names.
    service.refuse(3, 500, None);
    let room = tempfile::tempdir().unwrap();
    let path = room.path().join("looks.jsonl");
    let mut cache = Cache::open(&path).unwrap();
    let (first, report, asked) = gathered(&service.base(), &mut cache, now()).await;
    assert_eq!((report.failed, report.unkept, asked), (vec![(Method::Rdap, 1)], None, 2));
    assert_eq!((first[0].registration.len(), first[1].failures.len()), (1, 1));
    assert_eq!(cache.len(), 1, "a failure tells the next run nothing");
    assert!(first[0].registration[0].at >= now());
    drop(cache);

    service.refuse(3, 500, None);
    let mut cache = Cache::open(&path).unwrap();
    let (second, report, asked) = gathered(&service.base(), &mut cache, now().plus_seconds(3_600)).await;
    assert_eq!((report.failed, asked), (vec![(Method::Rdap, 1)], 1));
    assert_eq!(second[0].registration, first[0].registration, "with the time of the look itself");
    let late = now().plus_seconds(FRESH_SECONDS + 60);
    assert_eq!(gathered(&service.base(), &mut cache, late).await.2, 2, "it grew old");
}
