// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What every estimator keeps to, whatever it is given: the interval holds the value, and more seen is never fewer there.

use forestall_census::agents::{self, AgentShares, Shown};
use forestall_census::churn::{self, Panel, Pool, Whence};
use forestall_census::names::{self, Holding};
use forestall_census::occasions::Occasions;
use forestall_census::{Addresses, Estimate, NoEstimate, Protocol, Source, chao, chapman, jolly_seber, schnabel};
use proptest::prelude::*;

fn sound(outcome: &Result<Estimate, NoEstimate>, at_least: u64) -> Result<(), TestCaseError> {
    if let Ok(estimate) = outcome {
        prop_assert!(estimate.value().is_finite() && estimate.error() >= 0.0, "{estimate:?}");
        prop_assert!(estimate.low() <= estimate.value() && estimate.value() <= estimate.high(), "{estimate:?}");
        prop_assert!(estimate.value() >= at_least as f64 - 1e-6, "{estimate:?} of {at_least} seen");
        prop_assert!(!estimate.methods().is_empty() && !estimate.assumptions().is_empty());
    }
    Ok(())
}

fn holding() -> impl Strategy<Value = Holding> {
    (1..100_000_u32, 0..1_000_u32, 0..1_000_u32, proptest::option::of(0..1_000_u32), 1..10_u32, any::<bool>())
        .prop_map(|(listed, ours, others, asked, rounds, stops)| Holding { listed, ours, others, asked, rounds, stops })
}

fn occasions() -> impl Strategy<Value = Vec<Addresses>> {
    let set = proptest::collection::vec(0..60_u32, 0..60);
    let set = set.prop_map(|set| set.into_iter().map(Source::V4).collect::<Addresses>());
    proptest::collection::vec(set, 0..7)
}

proptest! {
    #[test]
    fn names(holding in holding(), seen in 0..1_000_000_u64) {
        let p = holding.probability();
        prop_assert!((0.0..=1.0).contains(&p));
        sound(&names::machines(seen, &holding), seen)?;
        // More seen are more there; more names held see more; others that answer see for us.
        if let (Ok(fewer), Ok(more)) = (names::machines(seen, &holding), names::machines(seen + 1, &holding)) {
            prop_assert!(fewer.value() < more.value() && fewer.low() <= more.low() && fewer.high() <= more.high());
        }
        let alone = Holding { stops: false, ..holding };
        let one_more = Holding { ours: holding.ours + 1, ..alone }.probability();
        prop_assert!(one_more >= alone.probability() - 1e-12);
        prop_assert!(p <= alone.probability() + 1e-12);
        let longer = Holding { rounds: holding.rounds + 1, ..holding }.probability();
        prop_assert!(longer >= p - 1e-12);
    }

    #[test]
    fn capture_and_recapture(sets in occasions()) {
        let sets: Vec<&Addresses> = sets.iter().collect();
        let occasions = Occasions::of(&sets, Protocol::V4);
        let mut whole = Addresses::default();
        sets.iter().for_each(|set| whole.merge(set));
        prop_assert_eq!(occasions.distinct, whole.count(Protocol::V4));
        sound(&chapman::all(&occasions), 0)?;
        sound(&schnabel::all(&occasions), occasions.distinct)?;
        sound(&chao::at_least(&occasions), occasions.distinct)?;
        for (number, occasion) in occasions.each.iter().enumerate() {
            sound(&jolly_seber::in_use(&occasions, number), occasion.seen)?;
        }
    }

    #[test]
    fn the_order_of_occasions_does_not_matter_to_a_closed_population(sets in occasions(), first in 0..7_usize) {
        let sets: Vec<&Addresses> = sets.iter().collect();
        let mut turned = sets.clone();
        let places = turned.len().max(1);
        turned.rotate_left(first % places);
        let (one, other) = (Occasions::of(&sets, Protocol::V4), Occasions::of(&turned, Protocol::V4));
        prop_assert_eq!((one.distinct, one.once, one.twice), (other.distinct, other.once, other.twice));
        if let (Ok(one), Ok(other)) = (schnabel::all(&one), schnabel::all(&other)) {
            prop_assert!((one.value() - other.value()).abs() < 1e-6 * one.value());
        }
    }

    #[test]
    fn churn(distinct in 0..100_000_u64, counts in proptest::collection::vec(0..30_u32, 0..50), pool in 2..200_000_u64) {
        let mut panel = Panel::default();
        counts.iter().for_each(|count| panel.add(*count));
        for whence in [Whence::Among, Whence::Elsewhere] {
            let without = churn::machines(distinct, &panel, whence, None);
            let with = churn::machines(distinct, &panel, whence, Some(Pool(pool)));
            sound(&without, 0)?;
            sound(&with, 0)?;
            if let (Ok(without), Ok(with)) = (without, with) {
                // A pool only hides machines, and no machine has less than one address.
                prop_assert!(with.value() >= without.value() - 1e-6 && without.value() <= distinct as f64 + 1e-6);
            }
        }
    }

    #[test]
    fn machines_behind_addresses(counts in proptest::collection::vec(1..8_u32, 1..60), agents in proptest::collection::vec(1..1_000_u64, 2..60)) {
        let mut shown = Shown::default();
        counts.iter().for_each(|count| shown.add(*count));
        let shares = AgentShares::of_counts(agents).unwrap();
        sound(&agents::machines(&shown, &shares), shown.pairs())?;
    }

    #[test]
    fn sums_products_and_ranges(values in proptest::collection::vec((1..1_000_000_u64, 1..250_u32), 1..6)) {
        let parts: Vec<Estimate> = values
            .iter()
            .map(|(seen, ours)| names::machines(*seen, &Holding { listed: 250, ours: *ours, others: 0, asked: Some(32), rounds: 1, stops: false }).unwrap())
            .collect();
        let sum = Estimate::sum(&parts).unwrap();
        let range = Estimate::range(&parts).unwrap();
        for estimate in [&sum, &range, &parts[0].times(&sum), &parts[0].over(&sum).unwrap()] {
            prop_assert!(estimate.low() <= estimate.value() && estimate.value() <= estimate.high(), "{estimate:?}");
        }
        prop_assert!(parts.iter().all(|part| range.low() <= part.low() && part.high() <= range.high()));
        prop_assert!(parts.iter().all(|part| sum.value() >= part.value()));
    }
}
