// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a transparency log and a hand-over take from a store: hashes, events as they are, and documents that are swapped.

use forestall_coord::tlog::{Audit, LogFault, Tree};
use forestall_coord::{Decided, Event};
use forestall_store::{AppendError, Document, Store};

use crate::support::{at, context, decide, exclude, file, fresh, id, note, opening, run, tamper};

/// A store with three events of `case` and some of another between them.
async fn filled() -> (tempfile::TempDir, Store) {
    let (folder, store) = fresh().await;
    let (case, other) = (id("case"), id("other"));
    run(&store, &case, &opening(), 0).await;
    run(&store, &other, &opening(), 0).await;
    run(&store, &case, &exclude(1, "be"), 1).await;
    run(&store, &other, &note("noise"), 1).await;
    let mut context = context(&case, 2);
    context.comment = Some("a comment".to_owned());
    store.execute(&case, |state| decide(state, &note("fact"), &context)).await.unwrap();
    (folder, store)
}

#[tokio::test]
async fn leaves_are_those_of_the_case_in_order() {
    let (_folder, store) = filled().await;
    let entries = store.events(&id("case"), 0, 9).await.unwrap();
    let expected: Vec<_> = entries.iter().map(|entry| (entry.event.version, entry.event.leaf())).collect();
    assert_eq!(expected.len(), 3);
    assert_eq!(store.leaves(&id("case"), 0, 9).await.unwrap(), expected);
    assert_eq!(store.leaves(&id("case"), 1, 1).await.unwrap(), expected[1..2]);
    assert!(store.leaves(&id("nobody"), 0, 9).await.unwrap().is_empty());
    let short = store.short_encodings(&id("case"), 0, 3, 10_000).await.unwrap();
    let canonical: Vec<Vec<u8>> = entries.iter().map(|entry| entry.event.canonical()).collect();
    assert_eq!(short.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>(), canonical);
    let most = canonical[2].len().max(canonical[1].len());
    assert!(canonical[0].len() > most);
    assert_eq!(store.short_encodings(&id("case"), 0, 3, most).await.unwrap(), short[1..], "the opening is too long");
    assert_eq!(store.short_encodings(&id("case"), 1, 1, 10_000).await.unwrap(), short[1..2]);
}

/// Looks through the case of a store whose file was changed.
async fn faults(tampering: &str) -> (Vec<LogFault>, Vec<(u64, String)>) {
    let (folder, store) = filled().await;
    store.close().await;
    tamper(&file(&folder), tampering).await;
    let store = Store::open(&file(&folder)).await.unwrap();
    let mut audit = Audit::of(id("case"));
    for stored in store.stored_events(&id("case"), 0, 9).await.unwrap() {
        audit.event(&stored);
    }
    let audited = audit.finish();
    (audited.faults, audited.erased)
}

#[tokio::test]
async fn tampering_is_found_and_erasure_is_none() {
    assert_eq!(faults("SELECT 1").await, (vec![], vec![]));
    let (none, erased) = faults("DELETE FROM withheld WHERE field = 'comment'").await;
    assert_eq!((none, erased), (vec![], vec![(3, "comment".to_owned())]));
    let check = async |tampering: &str, expected: &dyn Fn(&LogFault) -> bool| {
        let (faults, _) = faults(tampering).await;
        assert!(faults.first().is_some_and(expected), "{tampering}: {faults:?}");
    };
    check("UPDATE event SET encoding = replace(encoding, 'bakery', 'banker') WHERE case_version = 2", &|f| {
        matches!(f, LogFault::Leaf { version: 2, .. })
    })
    .await;
    check("UPDATE event SET encoding = 'rubbish' WHERE seq = 3", &|f| matches!(f, LogFault::Leaf { version: 2, .. }))
        .await;
    check("UPDATE event SET leaf = zeroblob(32) WHERE seq = 3", &|f| matches!(f, LogFault::Leaf { version: 2, .. }))
        .await;
    check("DELETE FROM event WHERE seq = 3", &|f| *f == LogFault::Gap { expected: 2, found: 3 }).await;
    check("UPDATE withheld SET value = 'Mallory' WHERE field = 'comment'", &|f| {
        matches!(f, LogFault::Withheld { version: 3, .. })
    })
    .await;
    check("UPDATE withheld SET salt = x'00' WHERE field = 'comment'", &|f| {
        matches!(f, LogFault::Withheld { version: 3, .. })
    })
    .await;
}

/// The events of a case with their fields, as an archive brings them.
async fn received(store: &Store) -> Vec<Decided> {
    let stored = store.stored_events(&id("case"), 0, 9).await.unwrap();
    let decided = |stored: forestall_coord::tlog::StoredEvent| Decided {
        event: Event::from_canonical(&stored.encoding).unwrap(),
        withheld: stored.withheld,
    };
    stored.into_iter().map(decided).collect()
}

fn root(leaves: &[(u64, forestall_model::Digest)]) -> forestall_model::Digest {
    let mut tree = Tree::default();
    leaves.iter().for_each(|(_, leaf)| tree.push(*leaf));
    tree.root()
}

#[tokio::test]
async fn an_imported_case_is_the_same_case_with_the_same_root() {
    let (_folder, store) = filled().await;
    store.erase(5, "comment").await.unwrap();
    let (_other, into) = fresh().await;
    let case = id("case");
    let stored = into.import(received(&store).await, vec!["evidence".to_owned()]).await.unwrap();
    assert_eq!(stored.len(), 3);
    let states = (into.load(&case).await.unwrap().unwrap(), store.load(&case).await.unwrap().unwrap());
    assert_eq!(format!("{:?}", states.0), format!("{:?}", states.1));
    let roots = (root(&into.leaves(&case, 0, 9).await.unwrap()), root(&store.leaves(&case, 0, 9).await.unwrap()));
    assert_eq!(roots.0, roots.1);
    assert_eq!(into.stored_events(&case, 0, 9).await.unwrap(), store.stored_events(&case, 0, 9).await.unwrap());
    assert_eq!(into.verify().await.unwrap(), []);
    let digest = forestall_model::Digest::of(b"evidence");
    assert_eq!(into.evidence(digest).await.unwrap().as_deref(), Some("evidence"));
    // Life goes on there.
    run(&into, &case, &note("here"), 9).await;
}

#[tokio::test]
async fn an_import_is_taken_whole_or_not_at_all() {
    let (_folder, store) = filled().await;
    let (_other, into) = fresh().await;
    let mut broken = received(&store).await;
    broken[2].withheld[0].value = "Mallory".to_owned();
    let error = into.import(broken, vec!["evidence".to_owned()]).await.unwrap_err();
    assert!(matches!(error, AppendError::Invalid { version: 3, .. }), "{error}");
    let again = into.import(received(&store).await.split_off(1), vec!["evidence".to_owned()]).await.unwrap_err();
    assert!(matches!(again, AppendError::Conflict { version: 2, head: 0, .. }), "{again}");
    assert!(into.cases().await.unwrap().is_empty());
    let digest = forestall_model::Digest::of(b"evidence");
    assert_eq!((into.head().await.unwrap(), into.evidence(digest).await.unwrap()), (0, None));
}

#[tokio::test]
async fn of_two_who_swap_a_document_one_succeeds() {
    let (_folder, store) = fresh().await;
    let document = |body: &str| Document { kind: "test", id: "a".to_owned(), changed: at(0), body: body.to_owned() };
    let swap = async |before: Option<&str>, body: &str| {
        store.swap_document(document(body), before.map(str::to_owned)).await.unwrap()
    };
    assert!(!swap(Some("one"), "two").await, "there is none to swap");
    assert!(swap(None, "one").await);
    assert!(!swap(None, "other").await);
    assert!(swap(Some("one"), "two").await);
    assert!(!swap(Some("one"), "three").await);
    assert_eq!(store.document("test", "a").await.unwrap().map(|document| document.body).as_deref(), Some("two"));
}
