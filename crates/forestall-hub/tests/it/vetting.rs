// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Vetting at the desk: verdicts that can be computed again, registers that weigh by trust, and the page of jobs.

use forestall_coord::Stance;
use forestall_dga::Catalogue;
use forestall_formats::exclusions::{self, ExclusionList};
use forestall_formats::signature::SecretKey;
use forestall_hub::desk::{Desk, DeskError};
use forestall_model::dossier::{
    Existence, Listing, ListingKind, MatchedBy, Presence, Registrar, Registration, RegistrationState, Sourced,
};
use forestall_model::{Band, CaseId, DomainName, Dossier, Instant, Method, NameClass};
use forestall_store::{JobState, NewJob};
use forestall_testkit::parsed;
use forestall_vet::verdict::assess;
use forestall_vet::{Rules, Verdict};

use crate::console::{Served, act, now};

fn dossier(name: &DomainName, created: &str, server: &str, at: Instant) -> Dossier {
    let mut dossier = Dossier::new(name.clone());
    let mut presence = Presence::bare(Existence::Delegated);
    presence.name_servers = vec![parsed(server)];
    dossier.presence.push(Sourced { method: Method::Dns, source: "192.0.2.53:53".to_owned(), at, fact: presence });
    let mut fact = Registration::bare(RegistrationState::Registered);
    fact.created = Some(parsed(created));
    fact.registrar = Some(Registrar {
        name: "Example Registrar".to_owned(),
        iana_id: Some(9_999),
        abuse_mail: None,
        abuse_phone: None,
    });
    dossier.registration.push(Sourced { method: Method::Rdap, source: "https://rdap.test/".to_owned(), at, fact });
    dossier
}

async fn names(desk: &Desk, case: &CaseId, count: usize) -> Vec<DomainName> {
    let file = desk.file(case).await.expect("a case");
    let period = file.counts[0].periods[0].key;
    desk.listing(&file, &parsed("com"), 0, period).expect("a list").names.iter().take(count).cloned().collect()
}

#[tokio::test]
async fn a_verdict_is_computed_again_from_what_was_kept() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let (desk, case) = (&served.desk, parsed("a"));
    let names = names(desk, &case, 3).await;
    let at = now().plus_seconds(-3_600);
    let dossiers = vec![
        dossier(&names[0], "1998-05-01T00:00:00Z", "ns1.holder.example", at),
        dossier(&names[1], "2009-03-20T00:00:00Z", "ns1.bulk.example", at),
        Dossier::new(names[2].clone()),
    ];
    let rules = Rules::built_in();
    let report = desk.vet(&case, &act(), dossiers, at, rules).await.unwrap();
    assert_eq!(report.verdicts.len(), 3);
    let file = desk.file(&case).await.unwrap();
    assert_eq!(file.case.holdings.len(), 2, "of a name of which nothing is known only the number is kept");
    for name in &names[..2] {
        let kept = desk.evidence_of(&file, name).await.unwrap().expect("the case has a verdict");
        let again: Verdict = assess(&kept.dossier, &kept.circumstances, rules);
        let stored = file.case.holdings[name].verdict.as_ref().unwrap();
        assert_eq!((again.class, again.band, again.score), (stored.class, stored.band, stored.score));
        assert!(report.verdicts.contains(&again));
        assert!(!kept.circumstances.windows.is_empty() && kept.circumstances.family.is_some());
    }
    assert_eq!(desk.evidence_of(&file, &names[2]).await.unwrap(), None);
    let strangers = vec![dossier(&parsed("no-name-of-the-case.com"), "1998-05-01T00:00:00Z", "ns.example", at)];
    assert!(matches!(desk.vet(&case, &act(), strangers, at, rules).await, Err(DeskError::NotInCase(_))));
}

#[tokio::test]
async fn a_friend_that_is_trusted_settles_a_name_and_another_proposes() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let (desk, case) = (&served.desk, parsed("a"));
    let name = names(desk, &case, 1).await.remove(0);
    let at = now().plus_seconds(-3_600);
    let look = || vec![dossier(&name, "2009-03-20T00:00:00Z", "ns1.friend.example", at)];
    let row = format!(
        "holder,kind,names,name_servers,addresses,since,contact,proof\na-cert,friendly,{name},ns1.friend.example,,2009-03-20,cert@friend.example,a letter\n"
    );
    let stance = async |trusted: bool| {
        desk.import_friends("friends", &row, trusted, now()).await.unwrap();
        desk.vet(&case, &act(), look(), at, Rules::built_in()).await.unwrap();
        desk.file(&case).await.unwrap().case.holdings[&name].stance()
    };
    assert_eq!(stance(false).await, Stance::Undecided, "what others say is a proposal");
    assert_eq!(stance(true).await, Stance::Benign);
    let lists = desk.held_lists().await.unwrap();
    assert_eq!((lists.len(), lists[0].entries, lists[0].trusted), (1, 1, true));
    assert!(matches!(desk.import_friends("friends", "holder\nx\n", true, now()).await, Err(DeskError::Input(_))));
    assert_eq!(desk.held_lists().await.unwrap(), lists, "a broken list changes nothing");
}

#[tokio::test]
async fn a_dossier_says_nobody_is_trusted() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let (desk, case) = (&served.desk, parsed("a"));
    let name = names(desk, &case, 1).await.remove(0);
    let at = now().plus_seconds(-3_600);
    let mut brought = dossier(&name, "2009-03-20T00:00:00Z", "ns1.holder.example", at);
    for (kind, who) in [(ListingKind::Friendly, "a-friend"), (ListingKind::Sinkhole, "this-response")] {
        brought.listings.push(Listing {
            list: "elsewhere".to_owned(),
            kind,
            who: who.to_owned(),
            by: MatchedBy::Name,
            value: name.to_string(),
            trusted: true,
            since: None,
        });
    }
    desk.vet(&case, &act(), vec![brought], at, Rules::built_in()).await.unwrap();
    let file = desk.file(&case).await.unwrap();
    assert_eq!(file.case.holdings[&name].stance(), Stance::Undecided);
    assert!(desk.evidence_of(&file, &name).await.unwrap().unwrap().dossier.listings.is_empty());
}

#[tokio::test]
async fn our_own_sinkhole_is_nobody_elses() {
    let folder = tempfile::tempdir().unwrap();
    let desk = crate::place::desk(folder.path(), Catalogue::built_in()).await.unwrap();
    let case: CaseId = parsed("ours");
    let servers = vec![parsed("ns1.sinkhole.example")];
    desk.keep_server_evidence(&forestall_testkit::guard::safe(&servers, now()), now()).await.unwrap();
    let ask = forestall_hub::desk::OpenCase {
        id: case.clone(),
        title: "Ours".to_owned(),
        kind: forestall_coord::event::CaseKind::Live,
        campaigns: vec!["conficker-b".parse().unwrap()],
        horizon: forestall_model::DayRange { from: parsed("2009-04-01"), until: parsed("2009-04-02") },
        board_day: None,
        marking: forestall_model::Marking::DEFAULT,
        name_servers: servers,
        guard_override: None,
        four_eyes: false,
        ahead: None,
    };
    desk.open_case(&act(), ask).await.unwrap();
    let name = names(&desk, &case, 1).await.remove(0);
    let at = now().plus_seconds(-3_600);
    let ours = vec![dossier(&name, "2009-03-20T00:00:00Z", "ns1.sinkhole.example", at)];
    let report = desk.vet(&case, &act(), ours, at, Rules::built_in()).await.unwrap();
    assert_eq!((report.verdicts[0].class, report.verdicts[0].band), (NameClass::Sinkholed, Band::ClearBenign));
    let file = desk.file(&case).await.unwrap();
    assert_eq!(file.case.holdings[&name].stance(), Stance::Open, "it counts as ours, not as a holder's");
}

#[tokio::test]
async fn the_page_of_jobs_shows_what_runs_waits_and_failed() {
    let served = Served::start().await;
    let client = served.sign_in().await;
    assert!(client.get("/jobs").await.body.contains("There is no job"));
    let store = served.desk.store();
    for key in ["one", "two"] {
        let job = NewJob {
            kind: "verify".to_owned(),
            case: "a".to_owned(),
            key: key.to_owned(),
            created: now(),
            not_before: now(),
        };
        store.create_job(job).await.unwrap();
    }
    let taken = store.claim_job(now(), now().plus_seconds(60)).await.unwrap().unwrap();
    store.renew_job(&taken, (25, 100), now().plus_seconds(60)).await.unwrap();
    let page = client.get("/jobs").await.body;
    assert!(page.contains("25 of 100") && page.contains(">waiting<") && page.contains(">running<"), "{page}");
    let why = "<b>the server does not answer</b>".to_owned();
    store.end_job(&taken, JobState::Failed, now(), why).await.unwrap();
    let page = client.get("/jobs").await.body;
    assert!(page.contains("1 job was given up") && page.contains("&#60;b&#62;the server"), "{page}");
}

#[tokio::test]
async fn jobs_are_shown_by_kind_and_state_and_looks_that_found_nothing_only_where_they_are_asked_for() {
    let served = Served::start().await;
    let client = served.sign_in().await;
    let store = served.desk.store();
    let ended = async |kind: &str, key: &str, state: JobState, outcome: &str| {
        let text = |text: &str| text.to_owned();
        let job = NewJob { kind: text(kind), case: String::new(), key: text(key), created: now(), not_before: now() };
        store.create_job(job).await.unwrap();
        let taken = store.claim_job(now(), now().plus_seconds(60)).await.unwrap().unwrap();
        store.end_job(&taken, state, now(), text(outcome)).await.unwrap();
    };
    ended("inbox", "1", JobState::Done, "nothing new").await;
    let page = client.get("/jobs").await.body;
    assert!(page.contains("1 look into the mailbox that found nothing new is left out"), "{page}");
    assert!(page.contains("There is no other job") && !page.contains("[look]"), "{page}");
    ended("inbox", "2", JobState::Done, "nothing new").await;
    ended("inbox", "3", JobState::Done, "1 answer proposed").await;
    ended("roll", "2009-03-12", JobState::Failed, "the horizon did not move").await;
    let shows = async |query: &str, expected: [bool; 3]| {
        let page = client.get(&format!("/jobs{query}")).await;
        let found =
            [">nothing new<", ">1 answer proposed<", ">the horizon did not move<"].map(|t| page.body.contains(t));
        assert_eq!((page.status, found), (200, expected), "{query}: {}", page.body);
        page.body
    };
    let page = shows("", [false, true, true]).await;
    assert!(page.contains("2 looks into the mailbox that found nothing new are left out"), "{page}");
    let page = shows("?kind=inbox&state=", [true, true, false]).await;
    assert!(!page.contains("left out") && page.contains("<option value=\"inbox\" selected>"), "{page}");
    let page = shows("?kind=&state=failed", [false, false, true]).await;
    assert!(!page.contains("left out"), "{page}");
    let page = shows("?kind=vet", [false, false, false]).await;
    assert!(page.contains("No job is meant by this choice"), "{page}");
    assert_eq!(client.get("/jobs?kind=nonsense").await.status, 400);
}

#[tokio::test]
async fn a_look_that_brought_nothing_leaves_the_evidence_on_the_sinkholes_servers() {
    let served = Served::start().await;
    let servers = vec![parsed("ns1.sinkhole.example")];
    let safe = forestall_testkit::guard::safe(&servers, now());
    served.desk.keep_server_evidence(&safe, now()).await.unwrap();
    let later = now().plus_seconds(86_400);
    let silent = vec![Dossier::new(safe[0].name.clone())];
    served.desk.keep_server_evidence(&silent, later).await.unwrap();
    let kept = served.desk.server_evidence(&servers).await.unwrap();
    assert_eq!((&kept[0].registration, &kept[0].presence), (&safe[0].registration, &safe[0].presence));
    let newer = forestall_testkit::guard::safe(&servers, later);
    // The name and a server of the same name, looked at in one round.
    served.desk.keep_server_evidence(&[newer[0].clone(), silent[0].clone()], later).await.unwrap();
    assert_eq!(served.desk.server_evidence(&servers).await.unwrap()[0].registration, newer[0].registration);
}

#[tokio::test]
async fn a_list_stands_under_one_name_and_an_unsigned_serial_keeps_no_signed_list_out() {
    let served = Served::start().await;
    let desk = &served.desk;
    let text = |operation: &str, serial: u64| {
        let list = ExclusionList { operation: operation.to_owned(), issued: now(), serial, names: Vec::new() };
        let mut bytes = Vec::new();
        exclusions::write(&list, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    desk.import_exclusions(&text("Team X", u64::MAX), None, &[], now()).await.unwrap();
    let key = SecretKey::from_seed(&[7; 32], [1; 8]);
    let signed = text("Team X", 3);
    let sign = key.sign(signed.as_bytes(), "serial 3").unwrap();
    let held = desk.import_exclusions(&signed, Some(&sign), &[key.public_key()], now()).await.unwrap();
    assert_eq!((held.id.as_str(), held.trusted), ("team-x", true));
    let refused = async |text: &str| match desk.import_exclusions(text, None, &[], now()).await {
        Err(DeskError::Input(why)) => why,
        other => panic!("{other:?}"),
    };
    assert!(refused(&text("team x", 9)).await.contains("would be held as team-x"));
    let friends = "holder,kind,names,name_servers,addresses\na,friendly,a.example,,\n";
    let clash = desk.import_friends("team-x", friends, true, now()).await;
    assert!(matches!(&clash, Err(DeskError::Input(why)) if why.contains("an exclusion list is held")), "{clash:?}");
    desk.import_friends("ours", friends, true, now()).await.unwrap();
    assert!(refused(&text("Ours", 1)).await.contains("a register of friends is held"));
}
