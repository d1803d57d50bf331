// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! People, and by what they sign in: what works once works once, and what is taken away is gone.

use forestall_model::{CaseRole, Digest, PersonId, Scope, Scopes, Standing};
use forestall_store::{ApiToken, Disclosure, Invitation, Person, PersonSession, Secrets, Store};

use crate::support::{at, fresh, id};

fn person(name: &str) -> Person {
    Person {
        id: format!("p-{name}").parse().unwrap(),
        party: None,
        name: name.to_owned(),
        mail: format!("{name}@registry.example").parse().unwrap(),
        standing: Standing::Operator,
        disabled: false,
        changed: at(0),
    }
}

fn secrets() -> Secrets {
    Secrets { password: Some("$hash".to_owned()), ..Secrets::default() }
}

fn invitation(name: &str) -> Invitation {
    Invitation {
        digest: Digest::of(name.as_bytes()),
        party: None,
        mail: format!("{name}@registry.example").parse().unwrap(),
        standing: Standing::Operator,
        expires: at(60),
        invited_by: "test".to_owned(),
    }
}

async fn accepted(store: &Store, name: &str) -> Person {
    store.invite(invitation(name)).await.unwrap();
    assert!(store.accept_invitation(Digest::of(name.as_bytes()), person(name), secrets(), at(1)).await.unwrap());
    person(name)
}

fn session(of: &PersonId, token: &str) -> PersonSession {
    PersonSession {
        token: Digest::of(token.as_bytes()),
        person: of.clone(),
        created: at(0),
        last_used: at(0),
        expires: at(1_000),
        strong: false,
        agent: "a browser".to_owned(),
    }
}

#[tokio::test]
async fn an_invitation_makes_one_account_once() {
    let (_folder, store) = fresh().await;
    let token = Digest::of(b"ada");
    store.invite(invitation("ada")).await.unwrap();
    assert_eq!(store.invitation(token, at(59)).await.unwrap(), Some(invitation("ada")));
    assert_eq!(store.invitation(token, at(60)).await.unwrap(), None);
    assert!(!store.accept_invitation(token, person("ada"), secrets(), at(60)).await.unwrap(), "too late");
    assert!(store.accept_invitation(token, person("ada"), secrets(), at(59)).await.unwrap());
    assert!(!store.accept_invitation(token, person("eve"), secrets(), at(59)).await.unwrap(), "used");
    // A second one to an address with an account is worth nothing, and stays.
    store.invite(invitation("ada")).await.unwrap();
    let double = Person { id: "p-double".parse().unwrap(), ..person("ada") };
    assert!(!store.accept_invitation(token, double, secrets(), at(1)).await.unwrap());
    assert!(store.invitation(token, at(1)).await.unwrap().is_some());
    // A newer one to the same address is the only one.
    let newer = Invitation { digest: Digest::of(b"newer"), ..invitation("ada") };
    store.invite(newer.clone()).await.unwrap();
    assert_eq!(store.invitations(at(1)).await.unwrap(), [newer]);
    assert_eq!(store.people().await.unwrap(), [person("ada")]);
    assert_eq!(store.person_by_mail(&person("ada").mail).await.unwrap(), Some((person("ada"), secrets())));
}

#[tokio::test]
async fn somebody_who_is_disabled_is_out_at_once() {
    let (_folder, store) = fresh().await;
    let ada = accepted(&store, "ada").await;
    store.begin_person_session(session(&ada.id, "s")).await.unwrap();
    let token = ApiToken {
        id: "t-1".to_owned(),
        person: ada.id.clone(),
        name: "nightly".to_owned(),
        scopes: Scopes::of([Scope::Read]),
        created: at(0),
        expires: at(1_000),
        last_used: None,
        revoked: None,
    };
    store.create_api_token(token.clone(), Digest::of(b"t")).await.unwrap();
    let found = |store: Store| async move {
        let session = store.person_session(Digest::of(b"s"), at(5), at(-5)).await.unwrap();
        (session.is_some(), store.api_token(Digest::of(b"t"), at(5)).await.unwrap().is_some())
    };
    assert_eq!(found(store.clone()).await, (true, true));
    let out = Person { disabled: true, changed: at(2), ..ada.clone() };
    assert!(!store.replace_person(out.clone(), secrets(), at(1)).await.unwrap(), "over another version");
    assert!(store.replace_person(out.clone(), secrets(), at(0)).await.unwrap());
    assert_eq!(found(store.clone()).await, (false, false));
    assert!(store.replace_person(Person { disabled: false, changed: at(3), ..out }, secrets(), at(2)).await.unwrap());
    assert_eq!(found(store.clone()).await, (false, false), "what was taken does not come back");
}

#[tokio::test]
async fn a_mail_address_belongs_to_one() {
    let (_folder, store) = fresh().await;
    let (ada, bob) = (accepted(&store, "ada").await, accepted(&store, "bob").await);
    let taken = Person { mail: ada.mail.clone(), changed: at(2), ..bob.clone() };
    assert!(!store.replace_person(taken, secrets(), bob.changed).await.unwrap());
    assert_eq!(store.person(&bob.id).await.unwrap().unwrap().0, bob);
}

#[tokio::test]
async fn sessions_end_by_age_by_rest_and_by_hand() {
    let (_folder, store) = fresh().await;
    let ada = accepted(&store, "ada").await;
    for token in ["one", "two", "three"] {
        store.begin_person_session(session(&ada.id, token)).await.unwrap();
    }
    let one = Digest::of(b"one");
    let good = |now, idle| {
        let store = store.clone();
        async move { store.person_session(one, at(now), at(idle)).await.unwrap().is_some() }
    };
    assert!(good(999, -1).await);
    assert!(!good(1_000, -1).await, "its age");
    assert!(!good(999, 0).await, "nobody used it");
    store.touch_person_session(one, at(500)).await.unwrap();
    assert!(good(999, 499).await);
    assert!(!store.end_person_session(Digest::of(b"two"), &"p-eve".parse().unwrap()).await.unwrap(), "another's");
    assert!(store.end_person_session(Digest::of(b"two"), &ada.id).await.unwrap());
    assert_eq!(store.person_sessions(&ada.id, at(1)).await.unwrap().len(), 2);
    assert_eq!(store.end_other_sessions(&ada.id, Some(one)).await.unwrap(), 1);
    store.strengthen_session(one).await.unwrap();
    let left = store.person_sessions(&ada.id, at(1)).await.unwrap();
    assert_eq!((left.len(), left[0].token, left[0].strong), (1, one, true));
    assert_eq!(store.end_other_sessions(&ada.id, None).await.unwrap(), 1);
}

#[tokio::test]
async fn codes_work_once() {
    let (_folder, store) = fresh().await;
    let ada = accepted(&store, "ada").await;
    let codes = vec![Digest::of(b"1"), Digest::of(b"2")];
    store.keep_recovery_codes(&ada.id, codes.clone()).await.unwrap();
    assert!(!store.use_recovery_code(&"p-eve".parse().unwrap(), codes[0]).await.unwrap());
    assert!(store.use_recovery_code(&ada.id, codes[0]).await.unwrap());
    assert!(!store.use_recovery_code(&ada.id, codes[0]).await.unwrap());
    assert_eq!(store.recovery_codes(&ada.id).await.unwrap(), 1);
    let check = |step, expected| {
        let (store, id) = (store.clone(), ada.id.clone());
        async move { assert_eq!(store.use_totp_step(&id, step).await.unwrap(), expected, "{step}") }
    };
    check(7, true).await;
    check(7, false).await;
    check(6, false).await;
    check(8, true).await;
}

#[tokio::test]
async fn tokens_expire_and_are_taken_back() {
    let (_folder, store) = fresh().await;
    let ada = accepted(&store, "ada").await;
    let token = ApiToken {
        id: "t-1".to_owned(),
        person: ada.id.clone(),
        name: "nightly".to_owned(),
        scopes: "read,answer".parse().unwrap(),
        created: at(0),
        expires: at(100),
        last_used: None,
        revoked: None,
    };
    store.create_api_token(token.clone(), Digest::of(b"t")).await.unwrap();
    assert_eq!(store.api_token(Digest::of(b"t"), at(99)).await.unwrap(), Some((token.clone(), ada.clone())));
    assert_eq!(store.api_token(Digest::of(b"t"), at(100)).await.unwrap(), None);
    store.touch_api_token("t-1", at(50)).await.unwrap();
    assert!(!store.revoke_api_token("t-1", &"p-eve".parse().unwrap(), at(60)).await.unwrap());
    assert!(store.revoke_api_token("t-1", &ada.id, at(60)).await.unwrap());
    assert!(!store.revoke_api_token("t-1", &ada.id, at(61)).await.unwrap());
    assert_eq!(store.api_token(Digest::of(b"t"), at(61)).await.unwrap(), None);
    let kept = store.api_tokens(&ada.id).await.unwrap();
    assert_eq!(kept, [ApiToken { last_used: Some(at(50)), revoked: Some(at(60)), ..token }]);
}

#[tokio::test]
async fn roles_are_one_for_each_case() {
    let (_folder, store) = fresh().await;
    let ada = accepted(&store, "ada").await;
    store.set_role(&id("b"), &ada.id, Some(CaseRole::Reader)).await.unwrap();
    store.set_role(&id("a"), &ada.id, Some(CaseRole::Reader)).await.unwrap();
    store.set_role(&id("a"), &ada.id, Some(CaseRole::Coordinator)).await.unwrap();
    let roles = store.roles_of(&ada.id).await.unwrap();
    assert_eq!(roles, [(id("a"), CaseRole::Coordinator), (id("b"), CaseRole::Reader)]);
    store.set_role(&id("a"), &ada.id, None).await.unwrap();
    assert_eq!(store.roles_of(&ada.id).await.unwrap(), [(id("b"), CaseRole::Reader)]);
}

#[tokio::test]
async fn an_identity_is_one_persons() {
    let (_folder, store) = fresh().await;
    let (ada, bob) = (accepted(&store, "ada").await, accepted(&store, "bob").await);
    let of = |subject: &str| Secrets {
        subject: Some(("https://id.example".to_owned(), subject.to_owned())),
        ..Secrets::default()
    };
    let found = |subject: &'static str| {
        let store = store.clone();
        async move { store.person_by_identity("https://id.example", subject).await.unwrap().map(|(person, _)| person.id) }
    };
    assert_eq!(found("1").await, None);
    assert!(store.replace_person(ada.clone(), of("1"), ada.changed).await.unwrap());
    assert_eq!(found("1").await, Some(ada.id.clone()));
    assert_eq!(store.person_by_identity("https://id.exampl", "e1").await.unwrap(), None, "the parts are apart");
    assert!(!store.replace_person(bob.clone(), of("1"), bob.changed).await.unwrap(), "it is taken");
    store.invite(invitation("eve")).await.unwrap();
    assert!(!store.accept_invitation(Digest::of(b"eve"), person("eve"), of("1"), at(1)).await.unwrap(), "it is taken");
    assert!(store.replace_person(ada.clone(), secrets(), ada.changed).await.unwrap());
    assert_eq!(found("1").await, None, "and given back");
    assert!(store.replace_person(bob.clone(), of("1"), bob.changed).await.unwrap());
    assert_eq!(found("1").await, Some(bob.id));
}

#[tokio::test]
async fn failures_in_a_row_are_counted_and_forgotten() {
    let (_folder, store) = fresh().await;
    let key = Digest::of(b"somebody");
    assert_eq!(store.failures(key, at(0)).await.unwrap(), None);
    for (seen, second) in (0..3).zip(1..) {
        assert!(store.count_failure(key, seen, at(second), at(0)).await.unwrap());
        assert!(!store.count_failure(key, seen, at(second), at(0)).await.unwrap(), "another one came in between");
    }
    assert_eq!(store.failures(key, at(0)).await.unwrap(), Some((3, at(3))));
    assert_eq!(store.failures(key, at(3)).await.unwrap(), None);
    assert!(store.count_failure(key, 0, at(9), at(3)).await.unwrap());
    assert_eq!(store.failures(key, at(3)).await.unwrap(), Some((1, at(9))), "the old ones count no more");
    store.clear_failures(key).await.unwrap();
    assert_eq!(store.failures(key, at(0)).await.unwrap(), None);
    assert!(store.count_failure(key, 0, at(9), at(3)).await.unwrap());
    assert_eq!(store.purge_failures(at(9)).await.unwrap(), 1);
}

#[tokio::test]
async fn disclosures_stand_newest_first() {
    let (_folder, store) = fresh().await;
    let row = |number: i64| Disclosure {
        id: format!("d-{number}"),
        at: at(number),
        actor: "Ada".to_owned(),
        party: Some("dns-be".parse().unwrap()),
        case: (number != 2).then(|| id("case")),
        what: "names of .be as csv".to_owned(),
        count: 7,
        purpose: "protection".to_owned(),
        basis: "the case".to_owned(),
    };
    for number in 1..=3 {
        store.disclose(row(number)).await.unwrap();
    }
    assert_eq!(store.disclosures(None, 2).await.unwrap(), [row(3), row(2)]);
    assert_eq!(store.disclosures(Some(at(2)), 2).await.unwrap(), [row(1)]);
}
