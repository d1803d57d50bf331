// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Parties are replaced over what was read, and a domain belongs to one of them.

use forestall_model::{Party, PartyId};
use forestall_store::{KeptParty, PartyChange, Store};

use crate::support::{at, fresh};

fn party(id: &str, tlds: &[&str]) -> Party {
    Party {
        id: id.parse().unwrap(),
        kind: forestall_model::party::PartyKind::Registry,
        name: id.to_owned(),
        tlds: tlds.iter().map(|tld| tld.parse().unwrap()).collect(),
        terms: None,
        contacts: Vec::new(),
        webhook: None,
        openpgp: None,
    }
}

fn change(party: Party, seconds: i64, over: Option<i64>) -> PartyChange {
    PartyChange { kept: KeptParty { party, changed: at(seconds) }, over: over.map(at) }
}

async fn owner(store: &Store, tld: &str) -> Option<String> {
    store.party_of(&tld.parse().unwrap()).await.unwrap().map(|id: PartyId| id.to_string())
}

#[tokio::test]
async fn a_party_is_kept_over_the_version_that_was_read() {
    let (_folder, store) = fresh().await;
    assert!(store.keep_parties(vec![change(party("a", &["be"]), 1, None)]).await.unwrap());
    assert!(!store.keep_parties(vec![change(party("a", &["be"]), 2, None)]).await.unwrap(), "it is there already");
    assert!(store.keep_parties(vec![change(party("a", &["eu"]), 3, Some(1))]).await.unwrap());
    assert!(!store.keep_parties(vec![change(party("a", &["be"]), 4, Some(1))]).await.unwrap(), "it is another by now");
    let kept = store.party(&"a".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((kept.party, kept.changed), (party("a", &["eu"]), at(3)));
    assert_eq!((owner(&store, "be").await, owner(&store, "eu").await), (None, Some("a".to_owned())));
    assert!(!store.remove_party(&"a".parse().unwrap(), at(1)).await.unwrap());
    assert!(store.remove_party(&"a".parse().unwrap(), at(3)).await.unwrap());
    assert_eq!((store.parties().await.unwrap().len(), owner(&store, "eu").await), (0, None));
}

#[tokio::test]
async fn a_domain_belongs_to_one_and_can_change_hands() {
    let (_folder, store) = fresh().await;
    let both = vec![change(party("a", &["be"]), 1, None), change(party("b", &["eu"]), 1, None)];
    assert!(store.keep_parties(both).await.unwrap());
    assert!(!store.keep_parties(vec![change(party("c", &["be"]), 2, None)]).await.unwrap());
    let one_fails = vec![change(party("d", &["nl"]), 2, None), change(party("e", &["nl"]), 2, None)];
    assert!(!store.keep_parties(one_fails).await.unwrap());
    assert_eq!(store.parties().await.unwrap().len(), 2, "all or none");
    let swapped = vec![change(party("a", &["eu"]), 3, Some(1)), change(party("b", &["be"]), 3, Some(1))];
    assert!(store.keep_parties(swapped).await.unwrap());
    assert_eq!((owner(&store, "be").await, owner(&store, "eu").await), (Some("b".to_owned()), Some("a".to_owned())));
}
