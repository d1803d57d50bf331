// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What follows from which evidence.

use forestall_model::dossier::{Existence, ListingKind, MatchedBy, Rank, RegistrationState};
use forestall_model::{Dossier, NameClass};
use forestall_vet::circumstances::Cohort;
use forestall_vet::verdict::assess;
use forestall_vet::{Band, Circumstances, PointName, Rules, Verdict};

use crate::built::{LOOKED, answer, conficker, failure, instant, listing, look, named, rank, registered};

fn judged(dossier: &Dossier) -> Verdict {
    assess(dossier, &conficker(), Rules::built_in())
}

#[track_caller]
fn check(dossier: &Dossier, class: &str, band: Band) -> Verdict {
    let verdict = judged(dossier);
    assert_eq!((verdict.class_text().as_str(), verdict.band), (class, band), "{verdict:#?}");
    verdict
}

#[test]
fn absent_and_nothing_else_is_free_and_says_what_that_is_worth() {
    let mut dossier = named("abcdefgh.com");
    dossier.presence.push(look(Existence::Absent, &[]));
    let verdict = check(&dossier, "free", Band::NoHolder);
    assert!(verdict.points[0].text.contains("reserves"), "{verdict:?}");
    dossier.registration.push(answer(RegistrationState::NotFound));
    check(&dossier, "free", Band::NoHolder);
    dossier.failures.push(failure());
    check(&dossier, "free", Band::NoHolder);
}

#[test]
fn what_says_nothing_is_unknown() {
    let mut dossier = named("abcdefgh.com");
    check(&dossier, "unknown", Band::Human);
    dossier.failures.push(failure());
    let verdict = check(&dossier, "unknown", Band::Human);
    assert!(verdict.points.iter().any(|point| point.text == "no answer within 5 s"));
    dossier.registration.push(answer(RegistrationState::NotFound));
    check(&dossier, "unknown", Band::Human);
    dossier.presence.push(look(Existence::Wildcard, &[]));
    let verdict = check(&dossier, "unknown", Band::Human);
    assert!(verdict.has(PointName::ParentAnswersForAll) && verdict.has(PointName::NotFoundIsNotFree));
    let mut dossier = named("abcdefgh.com");
    dossier.registration.push(answer(RegistrationState::Unavailable));
    dossier.presence.push(look(Existence::Absent, &[]));
    check(&dossier, "unknown", Band::Human);
}

#[test]
fn a_registered_name_on_hold_is_registered_though_absent() {
    let mut dossier = named("abcdefgh.com");
    dossier.presence.push(look(Existence::Absent, &[]));
    let mut answer = registered("2009-01-05T00:00:00Z", "2010-01-05T00:00:00Z");
    answer.fact.statuses = vec!["serverHold".to_owned()];
    dossier.registration.push(answer);
    let verdict = check(&dossier, "registered-suspect", Band::Human);
    assert!(verdict.has(PointName::HeldOutsideZone) && !verdict.has(PointName::SourcesContradict));
}

#[test]
fn the_registration_wins_where_sources_contradict() {
    let mut dossier = named("praat.org");
    dossier.presence.push(look(Existence::Absent, &[]));
    dossier.registration.push(registered("2000-05-01T00:00:00Z", "2010-05-01T00:00:00Z"));
    let verdict = check(&dossier, "registered-suspect", Band::Human);
    assert!(verdict.has(PointName::SourcesContradict), "{verdict:?}");
    let mut dossier = named("praat.org");
    dossier.presence.push(look(Existence::Delegated, &["ns1.hoster.example"]));
    dossier.registration.push(answer(RegistrationState::NotFound));
    let verdict = check(&dossier, "registered-suspect", Band::Human);
    assert!(verdict.has(PointName::SourcesContradict));
}

#[test]
fn a_newer_look_of_the_same_source_replaces_the_older_at_once_and_of_another_after_a_month() {
    let mut dossier = named("abcdefgh.com");
    let mut old = look(Existence::Delegated, &["ns1.hoster.example"]);
    old.at = instant("2009-03-01T00:00:00Z");
    dossier.presence.push(old);
    dossier.presence.push(look(Existence::Absent, &[]));
    check(&dossier, "free", Band::NoHolder);
    dossier.presence[0].source = "com.zone".to_owned();
    assert!(check(&dossier, "registered-suspect", Band::Human).has(PointName::SourcesContradict));
    dossier.presence[0].at = instant("2009-01-01T00:00:00Z");
    assert!(check(&dossier, "free", Band::NoHolder).has(PointName::Superseded));
}

#[test]
fn old_and_kept_up_is_clear_benign_and_every_point_is_told() {
    let mut dossier = named("praat.org");
    dossier.presence.push(look(Existence::Delegated, &["ns1.hoster.example"]));
    dossier.registration.push(registered("1999-05-01T00:00:00Z", "2010-05-01T00:00:00Z"));
    let verdict = check(&dossier, "registered-benign", Band::ClearBenign);
    let texts: Vec<_> = verdict.points.iter().map(|point| point.text.as_str()).collect();
    assert!(texts.contains(&"created 9 years before the family was first seen (1999-05-01 against 2008-11-22)"));
    assert!(verdict.points.iter().filter(|point| point.weight != 0).all(|point| {
        point.point == PointName::ShortName || point.evidence == format!("rdap https://rdap.example/ at {LOOKED}")
    }));
    assert_eq!(verdict.score, verdict.points.iter().map(|point| point.weight).sum::<i32>());
}

#[test]
fn popular_names_are_clear_benign_unless_bots_can_make_them_popular() {
    let mut dossier = named("abcdefgh.com");
    dossier.presence.push(look(Existence::Delegated, &["ns1.hoster.example"]));
    dossier.ranks.push(rank("tranco.csv", 4_312));
    let verdict = check(&dossier, "registered-benign", Band::ClearBenign);
    assert_eq!(verdict.points[0].text, "rank 4,312 in the top list");
    dossier.ranks = vec![rank("umbrella-top-1m.csv", 12)];
    assert!(check(&dossier, "registered-suspect", Band::Human).has(PointName::InQueryList));
    let during = Rank { list: "tranco.csv".to_owned(), place: 12, day: Some("2009-03-31".parse().unwrap()) };
    dossier.ranks = vec![during.clone()];
    assert!(check(&dossier, "registered-suspect", Band::Human).has(PointName::InQueryList));
    dossier.ranks = vec![Rank { list: "majestic_million.csv".to_owned(), ..during }];
    check(&dossier, "registered-benign", Band::ClearBenign);
}

#[test]
fn forty_names_of_one_day_are_sorted_for_a_person() {
    let mut dossier = named("abcdefgh.com");
    dossier.presence.push(look(Existence::Delegated, &["ns1.hoster.example"]));
    dossier.registration.push(registered("2009-02-27T00:00:00Z", "2010-02-27T00:00:00Z"));
    let together = Circumstances {
        cohort: Cohort { day_and_registrar: 40, name_servers: 40, among: 200 },
        windows: Vec::new(),
        ..conficker()
    };
    let verdict = assess(&dossier, &together, Rules::built_in());
    assert_eq!((verdict.class, verdict.band), (NameClass::RegisteredMalicious, Band::ClearMalicious), "{verdict:#?}");
    let text = "registered together with 40 other predicted names on 2009-02-27 at Example Registrar";
    assert!(verdict.points.iter().any(|point| point.text == text), "{verdict:?}");
    assert_eq!(judged(&dossier).band, Band::Human, "without the others it is for a person");
    // A collector of names who registered them before the family existed is no botmaster.
    dossier.registration[0] = registered("2005-02-27T00:00:00Z", "2010-02-27T00:00:00Z");
    let verdict = assess(&dossier, &together, Rules::built_in());
    assert!(verdict.has(PointName::TogetherBeforeFamily) && verdict.band != Band::ClearMalicious, "{verdict:?}");
}

#[test]
fn sinkholes_need_no_action_where_their_servers_answer() {
    let mut dossier = named("abcdefgh.com");
    dossier.presence.push(look(Existence::Delegated, &["ns1.sinkhole.example"]));
    dossier.listings.push(listing(ListingKind::Sinkhole, MatchedBy::NameServer, true));
    check(&dossier, "sinkholed-by:somebody", Band::ClearBenign);
    dossier.listings[0].by = MatchedBy::Address;
    check(&dossier, "sinkholed-by:somebody", Band::Human);
    dossier.listings[0] = listing(ListingKind::Sinkhole, MatchedBy::NameServer, false);
    check(&dossier, "sinkholed-by:somebody", Band::Human);
}

#[test]
fn an_address_alone_makes_nobody_a_friend() {
    let mut dossier = named("abcdefgh.com");
    dossier.presence.push(look(Existence::Delegated, &["ns1.hoster.example"]));
    dossier.listings.push(listing(ListingKind::Friendly, MatchedBy::Address, true));
    assert!(check(&dossier, "registered-suspect", Band::Human).has(PointName::FriendlyProposed));
    dossier.listings[0].by = MatchedBy::NameServer;
    check(&dossier, "registered-benign", Band::ClearBenign);
}

#[test]
fn an_excluded_name_in_a_sinkhole_is_for_a_person() {
    // susam.in, November 2019: an innocent name went to a sinkhole.
    let mut dossier = named("susam.in");
    dossier.presence.push(look(Existence::Delegated, &["ns1.sinkhole.example"]));
    dossier.listings.push(listing(ListingKind::Sinkhole, MatchedBy::NameServer, true));
    dossier.listings.push(listing(ListingKind::Excluded, MatchedBy::Name, true));
    check(&dossier, "sinkholed-by:somebody", Band::Human);
}

#[test]
fn exclusions_of_the_trusted_decide_and_those_of_others_propose() {
    let mut dossier = named("abcdefgh.com");
    dossier.presence.push(look(Existence::Delegated, &["ns1.hoster.example"]));
    dossier.listings.push(listing(ListingKind::Excluded, MatchedBy::Name, true));
    check(&dossier, "registered-benign", Band::ClearBenign);
    dossier.presence.clear();
    check(&dossier, "registered-benign", Band::ClearBenign);
    dossier.presence.push(look(Existence::Absent, &[]));
    assert!(check(&dossier, "free", Band::Human).has(PointName::ListedWithoutHolder));
    dossier.listings[0].trusted = false;
    check(&dossier, "free", Band::Human);
    dossier.presence[0] = look(Existence::Delegated, &["ns1.hoster.example"]);
    check(&dossier, "registered-suspect", Band::Human);
}

#[test]
fn friends_are_not_chased_and_lost_names_are_told() {
    let mut dossier = named("abcdefgh.com");
    dossier.presence.push(look(Existence::Delegated, &["ns1.friend.example"]));
    dossier.listings.push(listing(ListingKind::Friendly, MatchedBy::Name, true));
    check(&dossier, "registered-benign", Band::ClearBenign);
    dossier.listings[0].trusted = false;
    check(&dossier, "registered-suspect", Band::Human);
    dossier.listings[0].trusted = true;
    dossier.presence[0] = look(Existence::Absent, &[]);
    check(&dossier, "free", Band::Human);
}

#[test]
fn a_name_about_to_drop_is_never_clear_benign() {
    let mut dossier = named("praat.org");
    dossier.presence.push(look(Existence::Delegated, &["ns1.hoster.example"]));
    dossier.ranks.push(rank("majestic_million.csv", 5));
    let mut answer = registered("1999-05-01T00:00:00Z", "2010-05-01T00:00:00Z");
    answer.fact.statuses = vec!["pendingDelete".to_owned()];
    dossier.registration.push(answer);
    let verdict = check(&dossier, "registered-suspect", Band::Human);
    assert!(verdict.score > 50);
}

#[test]
fn names_that_others_depend_on_are_never_clear_malicious() {
    let mut dossier = named("abcdefgh.com");
    dossier.presence.push(look(Existence::Delegated, &["ns1.hoster.example"]));
    dossier.registration.push(registered("2009-03-01T00:00:00Z", "2010-03-01T00:00:00Z"));
    let mut circumstances =
        Circumstances { cohort: Cohort { day_and_registrar: 99, name_servers: 99, among: 99 }, ..conficker() };
    assert_eq!(assess(&dossier, &circumstances, Rules::built_in()).band, Band::ClearMalicious);
    circumstances.providers_zone = Some("hopto.org".parse().unwrap());
    assert_eq!(assess(&dossier, &circumstances, Rules::built_in()).band, Band::Human);
    circumstances.providers_zone = None;
    for i in 0..5 {
        dossier.presence[0].fact.hosts.push(format!("h{i}.abcdefgh.com").parse().unwrap());
    }
    let verdict = assess(&dossier, &circumstances, Rules::built_in());
    assert!(verdict.has(PointName::ThirdPartyHosts) && verdict.band == Band::Human, "{verdict:?}");
}

#[test]
fn reserved_and_not_registrable_names_have_no_holder() {
    let mut dossier = named("abcdefgh.com");
    dossier.registration.push(answer(RegistrationState::Reserved));
    check(&dossier, "reserved", Band::NoHolder);
    let barred = Circumstances { not_registrable: Some("too short".to_owned()), ..conficker() };
    let verdict = assess(&named("ab.com"), &barred, Rules::built_in());
    assert_eq!((verdict.class, verdict.band), (NameClass::NotRegistrable, Band::NoHolder));
    // Whatever the rules say, somebody may hold it since before they did.
    let mut dossier = named("ab.com");
    dossier.presence.push(look(Existence::Delegated, &["ns1.hoster.example"]));
    assert_eq!(assess(&dossier, &barred, Rules::built_in()).class, NameClass::RegisteredSuspect);
}

#[test]
fn a_date_that_cannot_be_is_not_used() {
    let mut dossier = named("abcdefgh.com");
    dossier.registration.push(registered("2031-01-01T00:00:00Z", "2040-01-01T00:00:00Z"));
    let verdict = check(&dossier, "registered-suspect", Band::Human);
    assert!(verdict.has(PointName::CreationNotUsed) && verdict.score == 0, "{verdict:?}");
    dossier.registration[0] = registered("1970-01-01T00:00:00Z", "1971-01-01T00:00:00Z");
    assert!(judged(&dossier).has(PointName::CreationNotUsed));
}

#[test]
fn a_verdict_is_stored_and_reproduced() {
    let mut dossier = named("praat.org");
    dossier.presence.push(look(Existence::Delegated, &["ns1.hoster.example"]));
    dossier.registration.push(registered("1999-05-01T00:00:00Z", "2010-05-01T00:00:00Z"));
    dossier.failures.push(failure());
    let verdict = judged(&dossier);
    let text = serde_json::to_string(&verdict).unwrap();
    let stored: Verdict = serde_json::from_str(&text).unwrap();
    assert_eq!(stored, verdict);
    let again: Dossier = serde_json::from_slice(&dossier.canonical()).unwrap();
    let circumstances = serde_json::from_str(&serde_json::to_string(&conficker()).unwrap()).unwrap();
    assert!(stored.is_reproduced_by(&again, &circumstances, Rules::built_in()));
    let other = Rules::built_in().with_file("version = 1\n[points]\nkept-up = 9\n").unwrap();
    assert!(!stored.is_reproduced_by(&again, &circumstances, &other));
}
