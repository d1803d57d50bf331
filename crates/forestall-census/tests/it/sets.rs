// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sets of addresses and of hours: merging, leaving out, counting.

use std::collections::BTreeSet;

use forestall_census::{Addresses, HourlyAddresses, Protocol, Source};
use forestall_model::UtcDay;
use proptest::prelude::*;

pub(crate) fn source() -> impl Strategy<Value = Source> {
    prop_oneof![
        (0..400_u32).prop_map(Source::V4),
        any::<u32>().prop_map(Source::V4),
        (0..400_u64).prop_map(Source::V6),
        any::<u64>().prop_map(Source::V6),
    ]
}

pub(crate) fn sources() -> impl Strategy<Value = Vec<Source>> {
    proptest::collection::vec(source(), 0..200)
}

fn set(sources: &[Source]) -> Addresses {
    sources.iter().copied().collect()
}

fn merged(sets: &[&Addresses]) -> Addresses {
    let mut merged = Addresses::default();
    sets.iter().for_each(|set| merged.merge(set));
    merged
}

fn day() -> UtcDay {
    "2009-04-01".parse().unwrap()
}

proptest! {
    #[test]
    fn merging_sets_hangs_on_no_order_and_no_repetition(a in sources(), b in sources(), c in sources()) {
        let (a_set, b_set, c_set) = (set(&a), set(&b), set(&c));
        let all = merged(&[&a_set, &b_set, &c_set]);
        prop_assert_eq!(&all, &merged(&[&c_set, &a_set, &b_set]));
        prop_assert_eq!(&all, &merged(&[&a_set, &merged(&[&b_set, &c_set])]));
        prop_assert_eq!(&all, &merged(&[&all, &b_set, &all]));
        let plain: BTreeSet<Source> = a.iter().chain(&b).chain(&c).copied().collect();
        let v4 = plain.iter().filter(|source| matches!(source, Source::V4(_))).count() as u64;
        prop_assert_eq!((all.count(Protocol::V4), all.count(Protocol::V6)), (v4, plain.len() as u64 - v4));
        prop_assert!(plain.iter().all(|source| all.contains(*source)));
    }

    #[test]
    fn who_is_left_out_is_in_no_count(a in sources(), b in sources()) {
        let (mut left, other) = (set(&a), set(&b));
        let shared = left.shared(&other, Protocol::V4);
        let before = left.count(Protocol::V4);
        left.leave_out(&other);
        prop_assert_eq!(left.count(Protocol::V4), before - shared);
        prop_assert_eq!(left.shared(&other, Protocol::V4), 0);
        prop_assert_eq!(left.shared(&other, Protocol::V6), 0);
    }

    #[test]
    fn a_day_is_the_union_of_its_hours(seen in proptest::collection::vec((0..86_400_i64, source()), 0..200)) {
        let mut hours = HourlyAddresses::new(day());
        for (second, source) in &seen {
            prop_assert!(hours.insert(day().start().plus_seconds(*second), *source));
        }
        let all: Vec<Source> = seen.iter().map(|(_, source)| *source).collect();
        prop_assert_eq!(hours.whole(), set(&all));
        let (hour, busiest) = hours.busiest(Protocol::V4);
        prop_assert_eq!(hours.hour(hour).unwrap().count(Protocol::V4), busiest);
        prop_assert!((0..24).all(|hour| hours.hour(hour).unwrap().count(Protocol::V4) <= busiest));
        prop_assert!(hours.growth(Protocol::V4).is_none_or(|growth| growth >= 1.0));
    }
}

#[test]
fn other_days_are_not_taken() {
    let mut hours = HourlyAddresses::new(day());
    assert!(!hours.insert(day().start().plus_seconds(-1), Source::V4(1)));
    assert!(!hours.insert(day().plus(1).start(), Source::V4(1)));
    assert_eq!(hours.whole().count(Protocol::V4), 0);
    let refused = hours.merge(&HourlyAddresses::new(day().plus(1))).unwrap_err();
    assert_eq!(refused.to_string(), "hours of 2009-04-02 are not merged into those of 2009-04-01");
    assert!(hours.hour(24).is_none());
}

#[test]
fn debug_shows_no_address() {
    let set = set(&[Source::V4(0xC000_0201), Source::V6(7)]);
    assert_eq!(format!("{set:?}"), "Addresses(1 of IPv4, 1 networks of IPv6)");
}
