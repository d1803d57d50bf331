// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Jobs are taken once, survive who took them, and are not done twice; evidence and documents come back as they went in.

use forestall_model::{Digest, Instant};
use forestall_store::{Challenge, Document, JobState, JobsAsked, NewJob};

use crate::support::{Home, on_both};

on_both! {
    a_job_is_kept_once_and_taken_once,
    who_dies_leaves_its_job_to_another_and_cannot_end_it_any_more,
    two_processes_never_have_one_job,
    evidence_is_found_by_its_digest,
    documents_are_replaced_as_a_whole,
    a_challenge_holds_for_its_name_its_way_and_its_time,
}

fn at(seconds: i64) -> Instant {
    Instant::from_seconds(1_700_000_000 + seconds)
}

fn job(key: &str, not_before: i64) -> NewJob {
    NewJob {
        kind: "verify".to_owned(),
        case: "a-case".to_owned(),
        key: key.to_owned(),
        created: at(0),
        not_before: at(not_before),
    }
}

async fn a_job_is_kept_once_and_taken_once(home: &Home) {
    let store = home.open().await;
    assert!(store.create_job(job("2026-01-02", 10)).await.unwrap());
    assert!(!store.create_job(job("2026-01-02", 0)).await.unwrap(), "the same work is not asked for twice");
    assert!(store.create_job(job("2026-01-03", 5)).await.unwrap());
    assert_eq!(store.claim_job(at(0), at(60)).await.unwrap(), None, "both are for later");
    let first = store.claim_job(at(20), at(80)).await.unwrap().expect("a job");
    assert_eq!((first.key.as_str(), first.attempts, first.state), ("2026-01-03", 1, JobState::Running));
    let second = store.claim_job(at(20), at(80)).await.unwrap().expect("another");
    assert_eq!(second.key, "2026-01-02");
    assert_eq!(store.claim_job(at(20), at(80)).await.unwrap(), None);
    assert!(store.end_job(&first, JobState::Done, at(30), "90 names looked at".to_owned()).await.unwrap());
    assert!(!store.end_job(&first, JobState::Failed, at(31), String::new()).await.unwrap(), "it has ended");
    let shown = store.jobs(10).await.unwrap();
    let shown: Vec<(&str, JobState)> = shown.iter().map(|job| (job.key.as_str(), job.state)).collect();
    assert_eq!(shown, [("2026-01-02", JobState::Running), ("2026-01-03", JobState::Done)]);
    let ended = (first.kind.as_str(), "90 names looked at");
    let all = JobsAsked::default();
    for (asked, keys) in [
        (JobsAsked { kind: Some(&first.kind), ..all }, &["2026-01-02", "2026-01-03"][..]),
        (JobsAsked { kind: Some("another"), ..all }, &[]),
        (JobsAsked { state: Some(JobState::Done), ..all }, &["2026-01-03"]),
        (JobsAsked { outcome: Some(ended.1), ..all }, &["2026-01-03"]),
        (JobsAsked { but: Some(ended), ..all }, &["2026-01-02"]),
        (JobsAsked { but: Some(("another", ended.1)), ..all }, &["2026-01-02", "2026-01-03"]),
    ] {
        let found = store.jobs_asked(asked, 10).await.unwrap();
        let found: Vec<&str> = found.iter().map(|job| job.key.as_str()).collect();
        assert_eq!((found.as_slice(), store.count_jobs(asked).await.unwrap()), (keys, keys.len() as u64), "{asked:?}");
    }
    store.close().await;
}

async fn who_dies_leaves_its_job_to_another_and_cannot_end_it_any_more(home: &Home) {
    let store = home.open().await;
    store.create_job(job("a", 0)).await.unwrap();
    let dead = store.claim_job(at(0), at(60)).await.unwrap().expect("a job");
    assert!(store.renew_job(&dead, (5, 10), at(70)).await.unwrap());
    assert_eq!(store.claim_job(at(69), at(200)).await.unwrap(), None, "the lease was renewed");
    store.close().await;
    let again = home.open().await;
    let taken = again.claim_job(at(70), at(200)).await.unwrap().expect("its lease ran out");
    assert_eq!((taken.id, taken.attempts, taken.done, taken.total), (dead.id, 2, 5, 10));
    assert!(!again.renew_job(&dead, (6, 10), at(300)).await.unwrap(), "the first has lost it");
    assert!(!again.end_job(&dead, JobState::Done, at(80), String::new()).await.unwrap());
    assert!(again.put_off_job(&taken, at(500), "the server does not answer".to_owned()).await.unwrap());
    assert_eq!(again.claim_job(at(499), at(600)).await.unwrap(), None);
    let third = again.claim_job(at(500), at(600)).await.unwrap().expect("its time has come");
    assert_eq!(third.outcome.as_deref(), Some("the server does not answer"));
    again.end_job(&third, JobState::Failed, at(501), "given up".to_owned()).await.unwrap();
    assert_eq!(again.purge_jobs(at(501)).await.unwrap(), 0);
    assert_eq!(again.purge_jobs(at(502)).await.unwrap(), 1);
    again.close().await;
}

async fn two_processes_never_have_one_job(home: &Home) {
    let (one, other) = (home.open().await, home.open().await);
    for number in 0..40 {
        one.create_job(job(&number.to_string(), 0)).await.unwrap();
    }
    let mut taken = Vec::new();
    loop {
        let (a, b) = tokio::join!(one.claim_job(at(1), at(60)), other.claim_job(at(1), at(60)));
        let both: Vec<u64> = [a.unwrap(), b.unwrap()].into_iter().flatten().map(|job| job.id).collect();
        if both.is_empty() {
            break;
        }
        taken.extend(both);
    }
    taken.sort_unstable();
    assert_eq!(taken, (1..=40).collect::<Vec<_>>());
    one.close().await;
    other.close().await;
}

async fn evidence_is_found_by_its_digest(home: &Home) {
    let store = home.open().await;
    let documents = vec!["{\"name\":\"a.com\"}".to_owned(), "{\"name\":\"b.com\"}".to_owned()];
    let digests = store.keep_evidence(documents.clone()).await.unwrap();
    assert_eq!(store.keep_evidence(documents.clone()).await.unwrap(), digests, "kept once");
    assert_eq!(digests[0], Digest::of(documents[0].as_bytes()));
    assert_eq!(store.evidence(digests[1]).await.unwrap().as_deref(), Some(documents[1].as_str()));
    assert_eq!(store.evidence(Digest::of(b"else")).await.unwrap(), None);
    store.close().await;
}

async fn documents_are_replaced_as_a_whole(home: &Home) {
    let store = home.open().await;
    let document = |id: &str, body: &str, seconds| Document {
        kind: "register",
        id: id.to_owned(),
        changed: at(seconds),
        body: body.to_owned(),
    };
    store.keep_documents(vec![document("b", "one", 0), document("a", "two", 0)]).await.unwrap();
    store.keep_documents(vec![document("b", "early", 8), document("b", "three", 9)]).await.unwrap();
    assert_eq!(store.documents("register").await.unwrap(), [document("a", "two", 0), document("b", "three", 9)]);
    assert_eq!(store.document("register", "b").await.unwrap(), Some(document("b", "three", 9)));
    assert!(store.drop_document("register", "b").await.unwrap());
    assert!(!store.drop_document("register", "b").await.unwrap());
    assert_eq!(store.document("register", "b").await.unwrap(), None);
    store.close().await;
}

async fn a_challenge_holds_for_its_name_its_way_and_its_time(home: &Home) {
    let store = home.open().await;
    let name = "susam.in".parse().unwrap();
    let token = Digest::of(b"a token");
    let challenge = Challenge { name, token, way: "txt", expires: at(60) };
    store.create_challenge(challenge.clone()).await.unwrap();
    let good = |name: &str, token, way, now| {
        let (store, name) = (store.clone(), name.parse().unwrap());
        async move { store.challenge(&name, token, way, now).await.unwrap() }
    };
    assert!(good("susam.in", token, "txt", at(59)).await);
    assert!(!good("susam.in", token, "txt", at(60)).await);
    assert!(!good("susam.in", token, "mail", at(0)).await);
    assert!(!good("other.in", token, "txt", at(0)).await);
    assert!(!good("susam.in", Digest::of(b"another"), "txt", at(0)).await);
    assert_eq!(store.purge_challenges(at(60)).await.unwrap(), 1);
    store.close().await;
}
