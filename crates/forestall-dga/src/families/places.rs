// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which places of a list are searched for a key of 32 bits behind a digest.
//!
//! Each place takes all keys, and finds the key only where its name was observed. The places are as far apart as can be: a bot that tries
//! names in a row leaves one gap, and a gap of so many names holds one place for each distance between two, at most. One place more is
//! enough.

use std::ops::Range;

/// Keys of one place.
pub(super) const KEYS: u64 = 1 << 32;

/// Places that are searched at most.
pub(super) const PLACES: u64 = 4;

/// Cuts candidates, which are the keys for one place after the other, into those of each place that is worth it.
///
/// `observed` of `list` names were seen; no place is worth it where they are less than `fewest`.
pub(super) fn worth_it(
    range: Range<u64>,
    observed: u64,
    list: u64,
    fewest: u64,
) -> impl Iterator<Item = (u64, Range<u64>)> {
    let apart = list / PLACES;
    let enough = 1 + list.saturating_sub(observed).div_ceil(apart);
    let places = if observed < fewest { 0 } else { enough.min(PLACES) };
    (0..places).filter_map(move |number| {
        let begin = number * KEYS;
        let own = range.start.clamp(begin, begin + KEYS) - begin..range.end.clamp(begin, begin + KEYS) - begin;
        (!own.is_empty()).then_some((number * apart, own))
    })
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::{KEYS, worth_it};

    fn check(range: Range<u64>, observed: u64, expected: &[(u64, Range<u64>)]) {
        assert_eq!(worth_it(range, observed, 1_000, 125).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_whole_set_needs_one_place_and_a_small_one_all() {
        let all = 0..4 * KEYS;
        check(all.clone(), 124, &[]);
        check(all.clone(), 1_000, &[(0, 0..KEYS)]);
        check(all.clone(), 999, &[(0, 0..KEYS), (250, 0..KEYS)]);
        check(all.clone(), 750, &[(0, 0..KEYS), (250, 0..KEYS)]);
        check(all, 125, &[(0, 0..KEYS), (250, 0..KEYS), (500, 0..KEYS), (750, 0..KEYS)]);
        check(KEYS - 1..KEYS + 2, 125, &[(0, KEYS - 1..KEYS), (250, 0..2)]);
    }
}
