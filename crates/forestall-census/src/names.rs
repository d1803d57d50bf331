// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! From the machines that reached our names to all that asked: bots ask for `k` of `n` names, we hold `m` of them, others hold `o`.
//!
//! A bot that draws `k` of `n` names without repetition meets at least one of `m` given ones with probability
//! `1 - C(n-m, k) / C(n, k)` (the hypergeometric distribution; Feller, An Introduction to Probability Theory, volume 1, II.6). Where a bot goes on after an answer,
//! names that others hold change nothing. Where it stops at the first name that answers, it meets one of the `m + o` held by
//! anybody with `1 - C(n-m-o, k) / C(n, k)`, and the first of these is ours with `m / (m + o)`, as the order is drawn at random. With `r` rounds drawn anew, each with
//! probability `p`, it is `1 - (1 - p)^r`.
//!
//! The machines seen are then binomial with that probability, and all machines are those seen over it. The interval is the score interval of the
//! binomial (Wilson, JASA 22, 1927), solved for the number of trials: all `N` with `(seen - N p)^2 <= z^2 N p (1 - p)`.

use forestall_model::Draws;

use crate::estimate::{Estimate, Method, NoEstimate, Z, real};

/// The method.
pub const METHOD: Method = Method {
    name: "share of names held",
    what: "machines seen over the probability that a machine meets a name that we hold",
    source: "hypergeometric distribution, Feller vol. 1, II.6; score interval, Wilson, JASA 22, 1927",
};

/// What it assumes.
pub const ASSUMPTIONS: &[&str] = &[
    "each machine draws its names from the whole list, each name as likely as any other and independently of other machines",
    "a machine that meets a name of ours is seen, and counted once",
];

/// What it assumes besides where bots stop at the first answer.
pub const STOPS: &str =
    "a machine asks in random order and stops at the first name that answers; others' sinkholes answer";

/// Who holds how much of a day's list, and how a bot asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Distinct names of the day's list.
    pub listed: u32,
    /// Names that our sinkholes held all day.
    pub ours: u32,
    /// Names that others' sinkholes held.
    pub others: u32,
    /// Names that a bot asks for in a round; all where there is none.
    pub asked: Option<u32>,
    /// Rounds of a day, each drawn anew.
    pub rounds: u32,
    /// Whether a bot's round ends with the first name that answers.
    pub stops: bool,
}

impl Holding {
    /// Returns the holding of `ours` of `listed` names where a bot draws so and goes on after an answer.
    #[must_use]
    pub fn of(listed: u32, ours: u32, draws: &Draws) -> Self {
        Self { listed, ours, others: 0, asked: draws.names, rounds: draws.rounds, stops: false }
    }

    /// Returns the probability, 0 to 1, that one bot is seen at least once in the day.
    #[must_use]
    pub fn probability(&self) -> f64 {
        let ours = self.ours.min(self.listed);
        let others = if self.stops { self.others.min(self.listed - ours) } else { 0 };
        let share = if ours == 0 { 0.0 } else { f64::from(ours) / (f64::from(ours) + f64::from(others)) };
        let once = share * meets(self.listed, ours + others, self.asked.unwrap_or(self.listed));
        if once >= 1.0 && self.rounds > 0 { 1.0 } else { -((-once).ln_1p() * f64::from(self.rounds)).exp_m1() }
    }
}

/// The probability of at least one of `held` among `asked` of `listed` names.
fn meets(listed: u32, held: u32, asked: u32) -> f64 {
    let asked = asked.min(listed);
    if held == 0 || asked == 0 {
        return 0.0;
    }
    if u64::from(held) + u64::from(asked) > u64::from(listed) {
        return 1.0;
    }
    // C(n-m, k) / C(n, k) = prod_{i<k} (n-m-i)/(n-i), and the same with m and k exchanged.
    let (factors, out) = if asked <= held { (asked, held) } else { (held, asked) };
    let log_escapes: f64 = (0..factors).map(|i| (-f64::from(out) / f64::from(listed - i)).ln_1p()).sum();
    -log_escapes.exp_m1()
}

/// Estimates the machines that asked from those that were seen.
///
/// # Errors
///
/// [`NoEstimate::Impossible`] where no machine can be seen at all.
pub fn machines(seen: u64, holding: &Holding) -> Result<Estimate, NoEstimate> {
    let p = checked(holding)?;
    let seen = real(seen);
    let value = seen / p;
    // The roots of N^2 p^2 - N (2 seen p + z^2 p (1-p)) + seen^2.
    let spread = Z * ((1.0 - p) * (Z * Z * (1.0 - p) + 4.0 * seen)).max(0.0).sqrt();
    let middle = 2.0 * seen + Z * Z * (1.0 - p);
    let interval = (((middle - spread) / (2.0 * p)).max(seen), (middle + spread) / (2.0 * p));
    let error = (value * (1.0 - p) / p).sqrt();
    Ok(Estimate::new(value, error, interval, METHOD, &assumptions(holding)))
}

/// Estimates the machines that asked from an estimate of those seen, as where addresses change: both errors are in the interval.
///
/// # Errors
///
/// [`NoEstimate::Impossible`] where no machine can be seen at all.
pub fn from_estimate(seen: &Estimate, holding: &Holding) -> Result<Estimate, NoEstimate> {
    let p = checked(holding)?;
    if seen.value() <= 0.0 {
        return machines(0, holding);
    }
    let value = seen.value() / p;
    // The chance of being seen is that of a binomial with `value` trials: its share of the error as a factor of 1 / p.
    let error = ((1.0 - p) / (p * value)).sqrt() / p;
    let factor = Estimate::log_normal(1.0 / p, error, METHOD, &assumptions(holding));
    Ok(seen.times(&factor))
}

/// Estimates where one of several readings holds and nobody knows which: how a family draws, or how many names others hold.
///
/// # Errors
///
/// [`NoEstimate`] where a reading gives none, or there is no reading.
pub fn machines_by_any(seen: u64, holdings: &[Holding]) -> Result<Estimate, NoEstimate> {
    let readings = holdings.iter().map(|holding| machines(seen, holding)).collect::<Result<Vec<_>, _>>()?;
    Estimate::range(&readings).ok_or(NoEstimate::TooFew { what: "readings", found: 0, least: 1 })
}

fn checked(holding: &Holding) -> Result<f64, NoEstimate> {
    let p = holding.probability();
    if p > 0.0 {
        return Ok(p);
    }
    Err(NoEstimate::Impossible { what: "the probability that a machine is seen", found: p, expected: "more than 0" })
}

fn assumptions(holding: &Holding) -> Vec<&'static str> {
    let mut all = ASSUMPTIONS.to_vec();
    if holding.stops {
        all.push(STOPS);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{Holding, machines, machines_by_any};

    const C: Holding = Holding { listed: 50_000, ours: 69, others: 0, asked: Some(500), rounds: 1, stops: false };

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-3 * expected.abs(), "{found} is not {expected}");
    }

    #[test]
    fn knows_the_printed_probabilities_of_conficker() {
        // One name of C reaches 1 % of the bots, 69 half of them, 250 92 %; 32 of 250 names in rounds of 3 hours: 67 %.
        near(Holding { ours: 1, ..C }.probability(), 0.01);
        near(C.probability(), 0.5);
        near(Holding { ours: 250, ..C }.probability(), 0.92);
        near(Holding { listed: 250, ours: 1, asked: Some(32), rounds: 8, ..C }.probability(), 0.666);
        near(Holding { listed: 250, ours: 1, asked: None, ..C }.probability(), 1.0);
    }

    #[test]
    fn who_stops_is_shared_with_others() {
        let all = Holding { listed: 250, ours: 100, others: 150, asked: Some(250), rounds: 1, stops: true };
        near(all.probability(), 0.4);
        near(Holding { stops: false, ..all }.probability(), 1.0);
        near(Holding { ours: 30, others: 0, stops: true, ..C }.probability(), Holding { ours: 30, ..C }.probability());
    }

    #[test]
    fn the_six_names_of_1_april_2009() {
        // 13,841 as distinct machines over six names: about 237,000, and not 1.3 million.
        let six = machines(13_841, &Holding { ours: 6, ..C }).unwrap();
        near(six.value(), 236_533.0);
        near(six.low(), 233_300.0);
        near(six.high(), 239_800.0);
    }

    #[test]
    fn nobody_seen_is_not_nobody_there() {
        let none = machines(0, &C).unwrap();
        assert!(none.value() == 0.0 && none.low() == 0.0 && none.high() > 2.0);
        assert!(machines(5, &Holding { ours: 0, ..C }).is_err());
        let whole = machines(5, &Holding { listed: 250, ours: 250, asked: None, ..C }).unwrap();
        assert_eq!((whole.low(), whole.high()), (5.0, 5.0));
    }

    #[test]
    fn readings_that_differ_give_a_range() {
        let one = Holding { listed: 250, ours: 10, asked: None, ..C };
        let other = Holding { asked: Some(32), rounds: 1, ..one };
        let range = machines_by_any(1_000, &[one, other]).unwrap();
        assert!(range.holds(1_000.0) && range.holds(machines(1_000, &other).unwrap().high()));
        assert!(machines_by_any(1_000, &[]).is_err());
    }
}
