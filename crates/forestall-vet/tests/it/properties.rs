// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What holds for all evidence.

use forestall_model::dossier::{Dossier, Existence, Listing, ListingKind, MatchedBy, RegistrationState};
use forestall_model::{Instant, NameClass, OwnerName};
use forestall_vet::circumstances::Cohort;
use forestall_vet::verdict::assess;
use forestall_vet::{Band, Circumstances, PointName, Rules};
use proptest::prelude::*;

use crate::built::{answer, conficker, failure, listing, look, named, rank, registered};

fn looks() -> impl Strategy<Value = (u8, u8, i64, bool)> {
    (0..4_u8, 0..3_u8, -100 * 86_400..100 * 86_400_i64, any::<bool>())
}

fn dossiers() -> impl Strategy<Value = Dossier> {
    let presence = prop::collection::vec(looks(), 0..3);
    let registration = prop::collection::vec((0..5_u8, 0..40_i64, 0..12_i64, any::<u8>()), 0..3);
    let ranks = prop::collection::vec((any::<bool>(), 0..2_000_000_u32), 0..3);
    let listings = prop::collection::vec((0..5_u8, 0..3_u8, any::<bool>()), 0..3);
    (presence, registration, ranks, listings, 0..3_usize).prop_map(
        |(presence, registration, ranks, listings, failed)| {
            let mut dossier = named("abcdefgh.com");
            for (existence, source, shift, mail) in presence {
                let mut fact = look(Existence::ALL[usize::from(existence)], &["ns1.hoster.example"]);
                fact.source = format!("{source}");
                fact.at = fact.at.plus_seconds(shift);
                if mail {
                    fact.fact.mail = vec!["mx.example".parse::<OwnerName>().unwrap()];
                }
                dossier.presence.push(fact);
            }
            for (state, years, paid, bits) in registration {
                let state = RegistrationState::ALL[usize::from(state)];
                let mut fact = answer(state);
                if state == RegistrationState::Registered {
                    fact = registered("2009-01-01T00:00:00Z", "2010-01-01T00:00:00Z");
                    let created = fact.at.plus_seconds(-years * 200 * 86_400);
                    fact.fact.created = Some(created);
                    fact.fact.expires = Some(created.plus_seconds(paid * 365 * 86_400));
                }
                if bits & 1 > 0 {
                    fact.fact.statuses.push("clientHold".to_owned());
                }
                if bits & 2 > 0 {
                    fact.fact.statuses.push("pendingDelete".to_owned());
                }
                fact.fact.signed = Some(bits & 4 > 0);
                fact.source = format!("{}", bits % 2);
                dossier.registration.push(fact);
            }
            dossier.ranks = ranks
                .into_iter()
                .map(|(umbrella, place)| rank(if umbrella { "umbrella" } else { "tranco" }, place))
                .collect();
            let kinds = |(kind, by, trusted): (u8, u8, bool)| -> Listing {
                listing(ListingKind::ALL[usize::from(kind)], MatchedBy::ALL[usize::from(by)], trusted)
            };
            dossier.listings = listings.into_iter().map(kinds).collect();
            dossier.failures = vec![failure(); failed];
            dossier
        },
    )
}

fn circumstances() -> impl Strategy<Value = Circumstances> {
    (any::<bool>(), any::<bool>(), 0..60_u32, 0..60_u32, any::<bool>()).prop_map(
        |(family, windows, day_and_registrar, name_servers, words)| {
            let whole = conficker();
            Circumstances {
                first_seen: whole.first_seen.filter(|_| family),
                windows: if windows { whole.windows.clone() } else { Vec::new() },
                cohort: Cohort { day_and_registrar, name_servers, among: 100 },
                made_of_words: words,
                ..whole
            }
        },
    )
}

const fn rank_of(band: Band) -> u8 {
    match band {
        Band::ClearMalicious => 0,
        Band::Human | Band::NoHolder => 1,
        Band::ClearBenign => 2,
    }
}

proptest! {
    #[test]
    fn failures_alone_are_never_free_and_never_clear(circumstances in circumstances(), failed in 0..9_usize, at in any::<i32>()) {
        let mut dossier = named("abcdefgh.com");
        dossier.failures = vec![failure(); failed];
        let circumstances = Circumstances { at: Instant::from_seconds(at.into()), ..circumstances };
        let verdict = assess(&dossier, &circumstances, Rules::built_in());
        prop_assert_eq!((verdict.class, verdict.band), (NameClass::Unknown, Band::Human));
    }

    #[test]
    fn one_more_failure_changes_no_class_and_no_band(dossier in dossiers(), circumstances in circumstances()) {
        let before = assess(&dossier, &circumstances, Rules::built_in());
        let mut failed = dossier;
        failed.failures.push(failure());
        let after = assess(&failed, &circumstances, Rules::built_in());
        prop_assert_eq!((before.class, before.band, before.score), (after.class, after.band, after.score));
    }

    #[test]
    fn a_heavier_weight_moves_no_band_against_its_side(
        dossier in dossiers(),
        circumstances in circumstances(),
        point in 0..PointName::ALL.len(),
        more in 1..200_i32,
    ) {
        let point = PointName::ALL[point];
        let rules = Rules::built_in();
        let weight = rules.weight(point);
        prop_assume!(weight != 0);
        let heavier = rules.with_file(&format!("version = 1\n[points]\n{point} = {}\n", weight + more * weight.signum())).unwrap();
        let before = rank_of(assess(&dossier, &circumstances, rules).band);
        let after = rank_of(assess(&dossier, &circumstances, &heavier).band);
        if weight > 0 {
            prop_assert!(after >= before);
        } else {
            prop_assert!(after <= before);
        }
    }

    #[test]
    fn the_same_evidence_gives_the_same_verdict(dossier in dossiers(), circumstances in circumstances()) {
        let verdict = assess(&dossier, &circumstances, Rules::built_in());
        let again: Dossier = serde_json::from_slice(&dossier.canonical()).unwrap();
        prop_assert!(verdict.is_reproduced_by(&again, &circumstances, Rules::built_in()));
        prop_assert_eq!(verdict.score, verdict.points.iter().map(|point| point.weight).sum::<i32>());
    }

    #[test]
    fn no_name_that_a_source_shows_held_is_free(dossier in dossiers(), circumstances in circumstances()) {
        let verdict = assess(&dossier, &circumstances, Rules::built_in());
        let registered = dossier.registration.iter().any(|look| look.fact.state == RegistrationState::Registered);
        // Looks at registration data of these dossiers are all of one instant, so that none overtakes another; of one source the last counts.
        if registered && dossier.registration.len() == 1 {
            prop_assert!(!matches!(verdict.class, NameClass::Free | NameClass::Unknown | NameClass::Reserved));
        }
    }

    #[test]
    fn only_the_trusted_make_a_name_clear_that_was_not(dossier in dossiers(), circumstances in circumstances(), kind in 0..5_u8, by in 0..3_u8) {
        let before = assess(&dossier, &circumstances, Rules::built_in());
        let mut listed = dossier;
        listed.listings.push(listing(ListingKind::ALL[usize::from(kind)], MatchedBy::ALL[usize::from(by)], false));
        let after = assess(&listed, &circumstances, Rules::built_in());
        if after.band == Band::ClearBenign {
            prop_assert_eq!(before.band, Band::ClearBenign);
        }
    }
}
