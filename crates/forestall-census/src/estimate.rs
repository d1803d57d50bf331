// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A value with its interval, the method that gave both, and what that method assumes.

use std::fmt;

use forestall_model::number::grouped;
use serde::Serialize;

/// The share of runs in which an interval is meant to hold the truth.
pub const LEVEL: f64 = 0.90;

/// The 95th percentile of the standard normal distribution: 5 % lie beyond it on each side of a 90 % interval.
pub(crate) const Z: f64 = 1.644_853_626_951_472_2;

/// How a value came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Method {
    /// A short name, as in tables.
    pub name: &'static str,
    /// What was done, in one sentence.
    pub what: &'static str,
    /// Who described it first or best.
    pub source: &'static str,
}

/// A value with its 90 % interval, its methods and its assumptions.
///
/// The interval holds the value. It says what chance does to the value where every assumption holds, and nothing about assumptions that
/// do not hold. It becomes a [`Figure`](crate::Figure), which can be shown, with a definition of what was counted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Estimate {
    value: f64,
    low: f64,
    /// Infinite where there is no upper bound; JSON then has null.
    high: f64,
    #[serde(rename = "standard_error")]
    error: f64,
    methods: Vec<Method>,
    assumptions: Vec<&'static str>,
}

/// Why there is no estimate.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NoEstimate {
    /// There was nothing to estimate from.
    #[error("nothing was seen: there is nothing to estimate from")]
    NothingSeen,
    /// Nobody was seen twice, so that nothing is known of those not seen.
    #[error("nobody was seen twice: how many were not seen at all is not known")]
    NoneTwice,
    /// There are too few occasions, days or machines.
    #[error("{found} {what} are too few; expected at least {least}")]
    TooFew {
        /// Of what.
        what: &'static str,
        /// How many there are.
        found: u64,
        /// How many there must be.
        least: u64,
    },
    /// A number cannot be what it is said to be.
    #[error("{what} is {found}; expected {expected}")]
    Impossible {
        /// The number.
        what: &'static str,
        /// What it is.
        found: f64,
        /// What it must be.
        expected: &'static str,
    },
}

impl Estimate {
    /// Makes an estimate; the interval is widened to hold the value, and does not reach below zero.
    pub(crate) fn new(
        value: f64,
        error: f64,
        (low, high): (f64, f64),
        method: Method,
        assumptions: &[&'static str],
    ) -> Self {
        let low = if low.is_nan() { 0.0 } else { low.min(value).max(0.0) };
        let high = if high.is_nan() { f64::INFINITY } else { high.max(value) };
        Self { value, low, high, error, methods: vec![method], assumptions: assumptions.to_vec() }
    }

    /// Makes an estimate of a count that is known exactly.
    pub(crate) fn exact(value: f64, method: Method, assumptions: &[&'static str]) -> Self {
        Self::new(value, 0.0, (value, value), method, assumptions)
    }

    /// Makes an estimate whose logarithm is about normal.
    pub(crate) fn log_normal(value: f64, error: f64, method: Method, assumptions: &[&'static str]) -> Self {
        Self::new(value, error, log_interval(value, error), method, assumptions)
    }

    /// Makes an estimate of a population of which `seen` were seen: the logarithm of the rest is about normal, so that the interval never
    /// reaches below what was seen (Chao 1987, Biometrics 43, 783-791, section 3).
    pub(crate) fn beyond(seen: f64, value: f64, error: f64, method: Method, assumptions: &[&'static str]) -> Self {
        let rest = value - seen;
        let interval = if rest > 0.0 {
            let (low, high) = log_interval(rest, error);
            (seen + low, seen + high)
        } else {
            (seen, value + Z * error)
        };
        Self::new(value, error, interval, method, assumptions)
    }

    /// Makes an estimate of a count that somebody counted in full: it has no interval of chance.
    #[must_use]
    pub fn counted(count: u64) -> Self {
        Self::exact(real(count), COUNTED, &["nothing was lost on the way, and all of it was seen"])
    }

    /// Returns the value.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Returns the lower end of the 90 % interval.
    #[must_use]
    pub fn low(&self) -> f64 {
        self.low
    }

    /// Returns the upper end of the 90 % interval; infinite where there is none.
    #[must_use]
    pub fn high(&self) -> f64 {
        self.high
    }

    /// Returns the standard error.
    #[must_use]
    pub fn error(&self) -> f64 {
        self.error
    }

    /// Returns the methods, in the order in which they were applied.
    #[must_use]
    pub fn methods(&self) -> &[Method] {
        &self.methods
    }

    /// Returns what must be true for the interval to mean what it says.
    #[must_use]
    pub fn assumptions(&self) -> &[&'static str] {
        &self.assumptions
    }

    /// Says whether the interval holds a number.
    #[must_use]
    pub fn holds(&self, truth: f64) -> bool {
        (self.low..=self.high).contains(&truth)
    }

    /// Returns the sum of estimates of parts that have no machine in common and err independently of each other; `None` where there are none.
    ///
    /// The errors are added as variances, and the interval is that of a logarithm that is about normal.
    #[must_use]
    pub fn sum(parts: &[Self]) -> Option<Self> {
        let (first, rest) = parts.split_first()?;
        let value = parts.iter().map(|part| part.value).sum();
        let error = parts.iter().map(|part| part.error * part.error).sum::<f64>().sqrt();
        let mut sum = Self { value, error, ..first.clone() };
        (sum.low, sum.high) = if rest.is_empty() { (first.low, first.high) } else { log_interval(value, error) };
        rest.iter().for_each(|part| sum.take_words(part));
        Some(sum)
    }

    /// Returns the product with a factor that errs independently of this.
    ///
    /// Squares of relative errors are added, and the interval is that of a logarithm that is about normal.
    #[must_use]
    pub fn times(&self, factor: &Self) -> Self {
        let value = self.value * factor.value;
        let error = value * (relative(self).powi(2) + relative(factor).powi(2)).sqrt();
        let mut product = Self { value, error, ..self.clone() };
        (product.low, product.high) = log_interval(value, error);
        product.take_words(factor);
        product
    }

    /// Returns the quotient by a divisor that errs independently of this.
    ///
    /// # Errors
    ///
    /// [`NoEstimate::Impossible`] where the divisor is not above zero.
    pub fn over(&self, divisor: &Self) -> Result<Self, NoEstimate> {
        if divisor.value.is_nan() || divisor.value <= 0.0 {
            return Err(NoEstimate::Impossible { what: "a divisor", found: divisor.value, expected: "more than 0" });
        }
        let inverse = Self { value: 1.0 / divisor.value, error: relative(divisor) / divisor.value, ..divisor.clone() };
        Ok(self.times(&inverse))
    }

    /// Returns the whole range of several readings of the same thing: from the least lower to the largest upper end; `None` where there are none.
    ///
    /// The value is the geometric mean of the least and the largest one. It is no better than any other number in between.
    #[must_use]
    pub fn range(readings: &[Self]) -> Option<Self> {
        let (first, rest) = readings.split_first()?;
        let (mut low, mut high, mut least, mut most) = (first.low, first.high, first.value, first.value);
        let mut range = first.clone();
        for reading in rest {
            (low, high) = (low.min(reading.low), high.max(reading.high));
            (least, most) = (least.min(reading.value), most.max(reading.value));
            range.error = range.error.max(reading.error);
            range.take_words(reading);
        }
        range.value = if least > 0.0 { (least * most).sqrt() } else { f64::midpoint(least, most) };
        range.error += (most - least) / 2.0;
        (range.low, range.high) = (low, high);
        Some(range)
    }

    /// Returns this between two numbers of which it is known that the truth lies there.
    #[must_use]
    pub(crate) fn held_to(self, least: f64, most: f64) -> Self {
        let most = most.max(least);
        let within = |number: f64| number.clamp(least, most);
        let (value, low, high) = (within(self.value), within(self.low), within(self.high));
        Self { value, low, high, error: self.error.min(most - least), ..self }
    }

    /// Adds a method and what it assumes.
    pub(crate) fn by(mut self, method: Method, assumptions: &[&'static str]) -> Self {
        let words = Self::exact(0.0, method, assumptions);
        self.take_words(&words);
        self
    }

    fn take_words(&mut self, other: &Self) {
        for method in &other.methods {
            if !self.methods.contains(method) {
                self.methods.push(*method);
            }
        }
        for assumption in &other.assumptions {
            if !self.assumptions.contains(assumption) {
                self.assumptions.push(assumption);
            }
        }
    }
}

const COUNTED: Method =
    Method { name: "counted", what: "counted one by one", source: "a count has no error of chance" };

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = if self.value.abs() < 100.0 { 2 } else { 0 };
        write!(f, "{} (", number(self.value, places))?;
        if self.error == 0.0 && self.low >= self.high {
            // What was reckoned from counts may have no error of chance, and is no count for that.
            let counted = self.methods == [COUNTED];
            return f.write_str(if counted { "counted exactly)" } else { "no error of chance)" });
        }
        write!(f, "90 % interval {} to ", number(self.low, places))?;
        match self.high.is_finite() {
            true => write!(f, "{})", number(self.high, places)),
            false => f.write_str("no upper bound)"),
        }
    }
}

/// Writes a number with commas between thousands and so many decimals, without those that are zero throughout.
pub(crate) fn number(value: f64, places: usize) -> String {
    if !value.is_finite() {
        return "no bound".to_owned();
    }
    let text = format!("{value:.places$}");
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut out = format!("{sign}{}", grouped(digits, ","));
    if decimals.bytes().any(|digit| digit != b'0') {
        out.push('.');
        out.push_str(decimals);
    }
    out
}

/// A count as a number to reckon with; exact below 2^53.
pub(crate) fn real(count: u64) -> f64 {
    count as f64
}

/// The interval of a value whose logarithm is about normal, so that it has no end below zero.
fn log_interval(value: f64, error: f64) -> (f64, f64) {
    if value <= 0.0 {
        return (0.0, Z * error);
    }
    // The deviation of the logarithm that belongs to this one of the value itself.
    let spread = (Z * (error / value).powi(2).ln_1p().sqrt()).exp();
    (value / spread, value * spread)
}

fn relative(estimate: &Estimate) -> f64 {
    if estimate.value > 0.0 { estimate.error / estimate.value } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::{Estimate, Method, number};

    const METHOD: Method = Method { name: "a", what: "b", source: "c" };

    fn of(value: f64, error: f64) -> Estimate {
        Estimate::log_normal(value, error, METHOD, &["d"])
    }

    #[test]
    fn writes_numbers() {
        let check = |value, places, expected| assert_eq!(number(value, places), expected);
        check(0.0, 0, "0");
        check(1_234_567.4, 0, "1,234,567");
        check(12.0, 2, "12");
        check(12.305, 2, "12.30");
        check(-1_000.5, 1, "-1,000.5");
    }

    #[test]
    fn says_value_and_interval_or_that_it_was_counted() {
        assert_eq!(Estimate::counted(1_005_941).to_string(), "1,005,941 (counted exactly)");
        assert_eq!(of(1_000.0, 60.8).to_string(), "1,000 (90 % interval 905 to 1,105)");
        let reckoned = Estimate::exact(166.0, METHOD, &[]);
        assert_eq!(reckoned.to_string(), "166 (no error of chance)");
        let product = Estimate::counted(166).times(&Estimate::exact(1.0, METHOD, &[]));
        assert_eq!(product.to_string(), "166 (no error of chance)");
        let open = Estimate::new(10.0, 3.0, (5.0, f64::INFINITY), METHOD, &[]);
        assert_eq!(open.to_string(), "10 (90 % interval 5 to no upper bound)");
    }

    #[test]
    fn an_interval_holds_its_value_whatever_it_is_given() {
        for (low, high) in [(3.0, 2.0), (f64::NAN, f64::NAN), (11.0, 12.0), (-5.0, 1.0)] {
            let estimate = Estimate::new(10.0, 1.0, (low, high), METHOD, &[]);
            assert!(estimate.holds(10.0) && estimate.low() >= 0.0, "{estimate:?}");
        }
    }

    #[test]
    fn sums_and_products_add_their_errors_and_words() {
        let sum = Estimate::sum(&[of(300.0, 30.0), of(400.0, 40.0)]).unwrap();
        assert!((sum.value() - 700.0).abs() < 1e-9 && (sum.error() - 50.0).abs() < 1e-9);
        assert_eq!((sum.methods().len(), sum.assumptions()), (1, &["d"][..]));
        let product = of(200.0, 6.0).times(&of(2.0, 0.08));
        assert!((product.value() - 400.0).abs() < 1e-9 && (product.error() - 20.0).abs() < 1e-9);
        let ratio = of(200.0, 6.0).over(&of(2.0, 0.08)).unwrap();
        assert!((ratio.value() - 100.0).abs() < 1e-9 && (ratio.error() - 5.0).abs() < 1e-9);
        assert!(of(1.0, 0.0).over(&of(0.0, 0.0)).is_err());
        assert!(Estimate::sum(&[]).is_none() && Estimate::range(&[]).is_none());
    }

    #[test]
    fn a_range_reaches_over_all_readings() {
        let range = Estimate::range(&[of(100.0, 5.0), of(400.0, 5.0)]).unwrap();
        assert!((range.value() - 200.0).abs() < 1e-9);
        assert!(range.low() < 100.0 && range.high() > 400.0);
    }
}
