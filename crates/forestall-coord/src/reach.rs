// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Reach of misses (K2): how likely a bot meets a name that nobody protects.
//!
//! A bot that draws `d` of `n` distinct names without repetition meets at least one of `m` unprotected ones with probability
//! `1 - C(n-m, d) / C(n, d)`; with `r` rounds drawn anew, `1 - (C(n-m, d) / C(n, d))^r`. Exact, not the binomial
//! approximation; computed as a product of at most `min(d, m)` factors, so the relative error stays near 1e-13.
//!
//! Reach is a matter of one variant and one day. It is never summed over variants: the worst one is named.

use std::collections::BTreeMap;

use forestall_model::Draws;

/// Returns the probability, 0 to 1, that one bot meets a miss in one origin period.
///
/// `names` are the distinct names of the whole list, `misses` the unprotected among them (cut to `names`).
#[must_use]
pub fn reach(names: u32, misses: u32, draws: &Draws) -> f64 {
    let misses = misses.min(names);
    if misses == 0 || draws.rounds == 0 {
        return 0.0;
    }
    let drawn = draws.names.unwrap_or(names).min(names);
    if drawn == 0 {
        return 0.0;
    }
    if u64::from(drawn) + u64::from(misses) > u64::from(names) {
        return 1.0;
    }
    // C(n-m, d) / C(n, d) = prod_{i<d} (n-m-i)/(n-i); the same with d and m exchanged, hence the shorter product. Summed
    // as logarithms of 1-x, so that many factors close to one keep their digits.
    let (factors, out) = if drawn <= misses { (drawn, misses) } else { (misses, drawn) };
    let log_escape: f64 = (0..factors).map(|i| (-f64::from(out) / f64::from(names - i)).ln_1p()).sum();
    -(log_escape * f64::from(draws.rounds)).exp_m1()
}

/// The reach by the most and the least favourable of the published readings of how a bot draws.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct ReachRange {
    /// The least reach among the readings.
    pub low: f64,
    /// The largest reach among the readings.
    pub high: f64,
}

impl ReachRange {
    /// Returns the range over all readings; as if the whole list were asked where there is no reading.
    #[must_use]
    pub fn over(names: u32, misses: u32, readings: &[Draws]) -> Self {
        if readings.is_empty() {
            let certain = if misses == 0 { 0.0 } else { 1.0 };
            return Self { low: certain, high: certain };
        }
        let mut range = Self { low: f64::INFINITY, high: 0.0 };
        for draws in readings {
            let value = reach(names, misses, draws);
            range.low = range.low.min(value);
            range.high = range.high.max(value);
        }
        range
    }

    /// Returns the range that is worse, judged by its upper end, then by its lower.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        if (other.high, other.low) > (self.high, self.low) { other } else { self }
    }
}

/// Reaches for one variant, each computed once: the lists of a case share few pairs of sizes, and a reach takes up to
/// some hundred logarithms.
#[derive(Debug)]
pub(crate) struct Reaches<'a> {
    readings: &'a [Draws],
    known: BTreeMap<(u32, u32), ReachRange>,
}

impl<'a> Reaches<'a> {
    /// Starts without any.
    pub(crate) const fn new(readings: &'a [Draws]) -> Self {
        Self { readings, known: BTreeMap::new() }
    }

    /// Returns [`ReachRange::over`] these sizes.
    pub(crate) fn over(&mut self, names: u32, misses: u32) -> ReachRange {
        let readings = self.readings;
        *self.known.entry((names, misses)).or_insert_with(|| ReachRange::over(names, misses, readings))
    }
}

impl std::fmt::Display for ReachRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let low = percent(self.low);
        let high = percent(self.high);
        if low == high { f.pad(&high) } else { f.pad(&format!("{low} to {high}")) }
    }
}

/// Writes a share as per cent, with as many digits as it takes to tell it from nothing and from all.
#[must_use]
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    if share <= 0.0 {
        "0 %".to_owned()
    } else if share >= 1.0 {
        "100 %".to_owned()
    } else if value < 0.000_1 {
        "< 0.0001 %".to_owned()
    } else if value < 0.01 {
        format!("{value:.4} %")
    } else if value > 99.999_999 {
        "> 99.999999 %".to_owned()
    } else if !(1.0..=99.0).contains(&value) {
        // 99.998 must not be shown as 100.
        let text = format!("{value:.2}");
        if text == "100.00" { format!("{value:.6} %") } else { format!("{text} %") }
    } else {
        format!("{value:.1} %")
    }
}

#[cfg(test)]
mod tests {
    use super::{percent, reach};
    use forestall_model::Draws;

    fn draws(names: Option<u32>, rounds: u32) -> Draws {
        Draws { names, rounds, source: "test".to_owned() }
    }

    #[test]
    fn gives_the_published_figures_for_conficker_c() {
        // Playbook, part 1.4: one missed name reaches 1.0 % of the bots that day, 10 reach 9.6 %, 69 reach half, 250 reach
        // 92 %, 500 reach 99.4 %.
        let check = |misses, expected: f64, digits: f64| {
            let value = reach(50_000, misses, &draws(Some(500), 1));
            assert!((value - expected).abs() < digits, "{misses}: {value}");
        };
        check(1, 0.01, 1e-12);
        check(10, 0.0956, 5e-4);
        check(69, 0.50, 5e-3);
        check(250, 0.92, 5e-3);
        check(500, 0.994, 5e-4);
    }

    #[test]
    fn rounds_drawn_anew_reach_more() {
        // 32 of 250 in 8 rounds reach 67 % for one name, in 12 rounds 81 %.
        let eight = reach(250, 1, &draws(Some(32), 8));
        let twelve = reach(250, 1, &draws(Some(32), 12));
        assert!((eight - (1.0 - (218.0_f64 / 250.0).powi(8))).abs() < 1e-14);
        assert!((twelve - (1.0 - (218.0_f64 / 250.0).powi(12))).abs() < 1e-14);
    }

    #[test]
    fn whole_list_and_no_miss_are_certain() {
        assert!((reach(250, 1, &draws(None, 1)) - 1.0).abs() < f64::EPSILON);
        assert!(reach(250, 0, &draws(None, 1)).abs() < f64::EPSILON);
        assert!((reach(250, 219, &draws(Some(32), 1)) - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn never_rounds_to_all_or_nothing() {
        assert_eq!(percent(0.999_999_9), "99.999990 %");
        assert_eq!(percent(0.000_01), "0.0010 %");
        assert_eq!(percent(1e-9), "< 0.0001 %");
        assert_eq!(percent(1.0 - 1e-12), "> 99.999999 %");
        assert_eq!(percent(0.673), "67.3 %");
    }
}
