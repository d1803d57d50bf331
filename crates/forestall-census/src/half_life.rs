// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How fast a population gets smaller: the days in which clean-up halves it, per network and country.
//!
//! Daily counts are taken to fall by a constant share: a log-linear regression of the counts on the day, with a factor for weekends (McCullagh and Nelder, Generalized Linear
//! Models, 1989, chapters 6 and 9). Its interval must know that it is the same machines that are counted day after day: one that is cleaned is missing on all later days, so that the
//! counts err together. For a population of which each member goes at a constant rate (a pure death process; Bailey, The Elements of Stochastic Processes, 1964, section 8.5) the counts
//! `y` of days `s < t` have the covariance `w E(y_t) (1 - exp(-rate s))`, where `w` is what a machine adds to a day's count; to it comes what each day errs by itself, in
//! proportion to its mean, by the squared differences of neighbouring residuals (von Neumann, Annals of Mathematical Statistics 12, 1941). The variance of the slope is
//! that of the estimating equations under both (the sandwich; Liang and Zeger, Biometrika 73, 1986). The interval is Student's.
//!
//! Any unit will do that stays the same over the days: where churn, shares of names or machines behind an address are constant, they fall out of the rate. Rates of
//! two networks are comparable even where their counts are not, over the same days.

use std::fmt;

use forestall_model::UtcDay;
use forestall_model::party::Weekday;
use serde::Serialize;

use crate::definition::Unlike;
use crate::estimate::{Method, NoEstimate, number};
use crate::series::Series;
use crate::special::student_95;

/// The method.
pub const METHOD: Method = Method {
    name: "half-life",
    what: "log-linear regression of daily counts with a factor for weekends; the interval is for machines that stay away once they are cleaned",
    source: "McCullagh and Nelder 1989, chapter 9; Bailey 1964, section 8.5; Liang and Zeger, Biometrika 73, 1986",
};

/// What it assumes.
pub const ASSUMPTIONS: &[&str] = &[
    "each day the same share of the machines is cleaned, and none is infected anew",
    "what a machine adds to a day's count does not change over the days, but for weekends: neither re-addressing, nor the share of names held, nor the sinkholes",
];

/// The fewest days: two weeks, so that weekends can be told from decline.
pub const LEAST_DAYS: usize = 14;

/// How fast counts fall.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decline {
    /// By how much the logarithm of the count falls a day; negative where it grows.
    rate: f64,
    error: f64,
    low: f64,
    high: f64,
    /// By how much counts of weekends are those of other days.
    weekend: f64,
    days: usize,
    first: String,
    last: String,
    method: Method,
    assumptions: &'static [&'static str],
}

/// What a decline says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The interval of the rate lies above zero: it falls.
    Falls,
    /// The interval holds zero: no decline is shown, nor that there is none.
    NotShown,
    /// The interval lies below zero: it grows.
    Grows,
}

/// Fits the decline of a series. `each` is what a machine adds to the count of a day on average, such as 0.6 for machines that are on on three days of five
/// and have one address; 1 where nothing is known, which gives an interval that is rather too wide where machines have few addresses.
///
/// # Errors
///
/// [`NoEstimate`] where it has fewer than [`LEAST_DAYS`] days, or hardly any counts.
pub fn of(series: &Series, each: f64) -> Result<Decline, NoEstimate> {
    of_points(&series.points(), each)
}

/// Fits the decline of counts, which must all count the same thing, in the order of their days; days may be missing.
///
/// # Errors
///
/// [`NoEstimate`] where there are fewer than [`LEAST_DAYS`] days, or hardly any counts, or `each` is not above zero.
pub fn of_points(points: &[(UtcDay, f64)], each: f64) -> Result<Decline, NoEstimate> {
    if !each.is_finite() || each <= 0.0 {
        return Err(NoEstimate::Impossible {
            what: "what a machine adds to a count",
            found: each,
            expected: "more than 0",
        });
    }
    let (Some((first, _)), Some((last, _))) = (points.first(), points.last()) else {
        return Err(NoEstimate::NothingSeen);
    };
    if points.len() < LEAST_DAYS {
        return Err(NoEstimate::TooFew { what: "days", found: points.len() as u64, least: LEAST_DAYS as u64 });
    }
    if let Some((_, wrong)) = points.iter().find(|(_, count)| !count.is_finite() || *count < 0.0) {
        return Err(NoEstimate::Impossible { what: "a count", found: *wrong, expected: "a number from 0 on" });
    }
    let total: f64 = points.iter().map(|(_, count)| count).sum();
    if total < points.len() as f64 {
        return Err(NoEstimate::Impossible {
            what: "the mean of the counts",
            found: total / points.len() as f64,
            expected: "1 or more",
        });
    }
    // Days from the middle one on, so that level and slope hardly hang together.
    let middle = f64::from(last.days_since(*first)) / 2.0;
    let row = |day: UtcDay| [1.0, f64::from(day.days_since(*first)) - middle, weekend(day)];
    let rows: Vec<([f64; 3], f64)> = points.iter().map(|(day, count)| (row(*day), *count)).collect();
    let fit = fitted(&rows, middle, each).ok_or(NoEstimate::Impossible {
        what: "the fit",
        found: f64::NAN,
        expected: "one that ends",
    })?;
    let freedom = points.len() as f64 - 3.0;
    let error = fit.slope_error;
    let spread = student_95(freedom) * error;
    Ok(Decline {
        rate: -fit.slope,
        error,
        low: -fit.slope - spread,
        high: -fit.slope + spread,
        weekend: fit.weekend.exp(),
        days: points.len(),
        first: first.to_string(),
        last: last.to_string(),
        method: METHOD,
        assumptions: ASSUMPTIONS,
    })
}

impl Decline {
    /// Returns what it says.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.low > 0.0 {
            Verdict::Falls
        } else if self.high < 0.0 {
            Verdict::Grows
        } else {
            Verdict::NotShown
        }
    }

    /// Returns by how much the logarithm of the count falls a day, with the ends of its 90 % interval.
    #[must_use]
    pub fn rate(&self) -> (f64, f64, f64) {
        (self.low, self.rate, self.high)
    }

    /// Returns the standard error of the rate.
    #[must_use]
    pub fn error(&self) -> f64 {
        self.error
    }

    /// Returns by how much counts of weekends are those of other days.
    #[must_use]
    pub fn weekend(&self) -> f64 {
        self.weekend
    }

    /// Returns the half-life in days with the ends of its 90 % interval: least, value, most; infinite where a rate is not above zero.
    #[must_use]
    pub fn days_to_halve(&self) -> (f64, f64, f64) {
        let days = |rate: f64| if rate > 0.0 { std::f64::consts::LN_2 / rate } else { f64::INFINITY };
        (days(self.high), days(self.rate), days(self.low))
    }

    /// Returns method and assumptions as one line.
    #[must_use]
    pub fn told(&self) -> String {
        let Method { name, what, source } = self.method;
        format!("method: {name}: {what} ({source}); assumes: {}", self.assumptions.join("; "))
    }

    /// Returns by how much this rate is larger than another one, with the ends of its 90 % interval: low, value, high.
    ///
    /// # Errors
    ///
    /// [`OtherDays`] where they are over other days: then seasons differ as well.
    pub fn faster_than(&self, other: &Self) -> Result<(f64, f64, f64), OtherDays> {
        if (&self.first, &self.last) != (&other.first, &other.last) {
            let text = |decline: &Self| format!("{} to {}", decline.first, decline.last);
            return Err(OtherDays { one: text(self), other: text(other) });
        }
        let spread = crate::estimate::Z * self.error.hypot(other.error);
        let difference = self.rate - other.rate;
        Ok((difference - spread, difference, difference + spread))
    }
}

/// Declines over other days.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("declines over other days are not compared: {one} against {other}")]
pub struct OtherDays {
    one: String,
    other: String,
}

/// Says which of two series of one unit falls faster, if their definitions allow it.
///
/// # Errors
///
/// [`Unlike`] where they count different things: more than the part differs.
pub fn comparable(one: &Series, other: &Series) -> Result<(), Unlike> {
    match (one.figures().first(), other.figures().first()) {
        (Some(one), Some(other)) => one.definition().like_but_for_part(other.definition()),
        _ => Ok(()),
    }
}

impl fmt::Display for Decline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, days, most) = self.days_to_halve();
        match self.verdict() {
            Verdict::Falls => {
                let [least, days, most] = [least, days, most].map(|days| number(days, 1));
                write!(f, "halves in {days} days (90 % interval {least} to {most})")?;
            }
            Verdict::NotShown => {
                write!(f, "no decline is shown; if it falls, it halves in no less than {} days", number(least, 1))?;
            }
            Verdict::Grows => f.write_str("grows")?,
        }
        write!(f, ", over {} days from {} to {}", self.days, self.first, self.last)
    }
}

fn weekend(day: UtcDay) -> f64 {
    if matches!(Weekday::of(day), Weekday::Saturday | Weekday::Sunday) { 1.0 } else { 0.0 }
}

struct Fit {
    slope: f64,
    slope_error: f64,
    weekend: f64,
}

/// Iteratively reweighted least squares for a logarithmic link; `None` where it does not settle.
fn fitted(rows: &[([f64; 3], f64)], middle: f64, each: f64) -> Option<Fit> {
    let mean = rows.iter().map(|(_, count)| count).sum::<f64>() / rows.len() as f64;
    let mut effects = [mean.ln(), 0.0, 0.0];
    let mut settled = false;
    for _ in 0..100 {
        let (matrix, right) = normal_equations(rows, &effects);
        let next = solved(&matrix, &right)?;
        settled = next.iter().zip(&effects).all(|(next, effect)| (next - effect).abs() < 1e-10);
        effects = next;
        if settled {
            break;
        }
    }
    if !settled || effects.iter().any(|effect| !effect.is_finite()) {
        return None;
    }
    let (matrix, _) = normal_equations(rows, &effects);
    // The row of the inverse that makes the slope of the score.
    let to_slope = solved(&matrix, &[0.0, 1.0, 0.0])?;
    let expected: Vec<f64> = rows.iter().map(|(row, _)| predictor(row, &effects).exp()).collect();
    let residuals: Vec<f64> =
        rows.iter().zip(&expected).map(|((_, count), expected)| (count - expected) / expected.sqrt()).collect();
    let differences: f64 = residuals.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum();
    let by_itself = differences / (2.0 * (rows.len() as f64 - 1.0));
    // How much each day's count moves the slope.
    let pulls: Vec<f64> = rows.iter().map(|(row, _)| predictor(row, &to_slope)).collect();
    let rate = (-effects[1]).max(0.0);
    let mut variance = 0.0;
    // What later days pull together: sum over t > s of pull_t E(y_t).
    let mut later = 0.0;
    for ((pull, expected), (row, _)) in pulls.iter().zip(&expected).zip(rows).rev() {
        let gone = -(-rate * (row[1] + middle)).exp_m1();
        variance += each * gone * pull * (2.0 * later + pull * expected) + by_itself * pull * pull * expected;
        later += pull * expected;
    }
    let slope_error = variance.max(0.0).sqrt();
    Some(Fit { slope: effects[1], slope_error, weekend: effects[2] })
}

fn predictor(row: &[f64; 3], effects: &[f64; 3]) -> f64 {
    row.iter().zip(effects).map(|(value, effect)| value * effect).sum::<f64>().clamp(-50.0, 50.0)
}

fn normal_equations(rows: &[([f64; 3], f64)], effects: &[f64; 3]) -> ([[f64; 3]; 3], [f64; 3]) {
    let (mut matrix, mut right) = ([[0.0; 3]; 3], [0.0; 3]);
    for (row, count) in rows {
        let linear = predictor(row, effects);
        let weight = linear.exp();
        let working = linear + (count - weight) / weight;
        for i in 0..3 {
            for j in 0..3 {
                matrix[i][j] += weight * row[i] * row[j];
            }
            right[i] += weight * row[i] * working;
        }
    }
    // Where no day is on a weekend, its effect is nought.
    if matrix[2][2] == 0.0 {
        matrix[2][2] = 1.0;
    }
    (matrix, right)
}

/// Solves three equations by Cramer's rule; `None` where they have no one solution.
fn solved(matrix: &[[f64; 3]; 3], right: &[f64; 3]) -> Option<[f64; 3]> {
    let determinant = |m: &[[f64; 3]; 3]| {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    };
    let whole = determinant(matrix);
    if !whole.is_finite() || whole == 0.0 {
        return None;
    }
    let mut solution = [0.0; 3];
    for (column, value) in solution.iter_mut().enumerate() {
        let mut other = *matrix;
        for (row, right) in other.iter_mut().zip(right) {
            row[column] = *right;
        }
        *value = determinant(&other) / whole;
    }
    Some(solution)
}

#[cfg(test)]
mod tests {
    use super::{Verdict, of_points};
    use forestall_model::UtcDay;

    fn points(days: i32, count: impl Fn(f64) -> f64) -> Vec<(UtcDay, f64)> {
        let first: UtcDay = "2009-05-04".parse().unwrap();
        (0..days).map(|day| (first.plus(day), count(f64::from(day)).round())).collect()
    }

    #[test]
    fn finds_a_half_life_through_weekends() {
        let falling = points(56, |day| {
            let weekend = if day % 7.0 >= 5.0 { 0.6 } else { 1.0 };
            weekend * 100_000.0 * (-day / 30.0).exp2()
        });
        let found = of_points(&falling, 1.0).unwrap();
        let (least, days, most) = found.days_to_halve();
        assert!((days - 30.0).abs() < 0.05 && least <= days && days <= most, "{found}");
        assert!((found.weekend() - 0.6).abs() < 0.001 && found.verdict() == Verdict::Falls);
        assert!(found.to_string().starts_with("halves in 30 days (90 % interval "), "{found}");
        let slower = of_points(&points(56, |day| 100_000.0 * (-day / 60.0).exp2()), 1.0).unwrap();
        assert!(found.faster_than(&slower).unwrap().0 > 0.0);
        assert!(found.faster_than(&of_points(&points(40, |_| 100.0), 1.0).unwrap()).is_err());
    }

    #[test]
    fn says_where_nothing_is_shown_or_it_grows() {
        let level = of_points(&points(28, |day| 1_000.0 + 40.0 * (day * 2.4).sin()), 1.0).unwrap();
        assert_eq!(level.verdict(), Verdict::NotShown);
        assert!(level.to_string().starts_with("no decline is shown; "), "{level}");
        let growing = of_points(&points(28, |day| 1_000.0 * (day / 20.0).exp2()), 1.0).unwrap();
        assert_eq!(growing.verdict(), Verdict::Grows);
        assert!(growing.days_to_halve().1.is_infinite());
    }

    #[test]
    fn refuses_too_little() {
        assert!(of_points(&points(13, |_| 100.0), 1.0).is_err());
        assert!(of_points(&points(28, |_| 0.0), 1.0).is_err());
        assert!(of_points(&points(28, |_| f64::NAN), 1.0).is_err());
        assert!(of_points(&[], 1.0).is_err());
        assert!(of_points(&points(28, |_| 100.0), 0.0).is_err());
    }
}
