// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How many of a day's names we held, and the ways in which a bot may ask for them.

use serde::Serialize;

use crate::definition::Share;
use crate::estimate::{Estimate, NoEstimate};
use crate::names::{self, Holding};

/// One reading of how the bots of a campaign ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Who holds how many names, and how a bot draws.
    pub holding: Holding,
    /// Of which campaign, and who says so.
    pub source: String,
}

/// How many names we held, with all readings of how bots ask. Where there are several and nobody knows which holds, figures reach over all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// The share for definitions: over all campaigns that the machines may be of, names held and listed; none of none where it is not known.
    pub share: Share,
    /// The readings.
    pub readings: Vec<Reading>,
    /// How it is known how many names we held.
    pub how: String,
    /// Which campaigns, as definitions say it; the family where it is empty.
    pub of: String,
}

impl Held {
    /// Returns the least and the largest probability that a machine is seen; `None` without readings.
    #[must_use]
    pub fn probabilities(&self) -> Option<(f64, f64)> {
        let all = self.readings.iter().map(|reading| reading.holding.probability());
        all.fold(None, |range, p| match range {
            None => Some((p, p)),
            Some((low, high)) => Some((low.min(p), high.max(p))),
        })
    }

    /// Estimates the machines that asked from those seen, over all readings.
    ///
    /// # Errors
    ///
    /// [`NoEstimate`] where there is no reading, or one by which no machine can be seen.
    pub fn machines(&self, seen: &Estimate) -> Result<Estimate, NoEstimate> {
        let all = self.readings.iter().map(|reading| names::from_estimate(seen, &reading.holding));
        let all = all.collect::<Result<Vec<_>, _>>()?;
        Estimate::range(&all).ok_or(NoEstimate::TooFew { what: "readings of how bots ask", found: 0, least: 1 })
    }

    /// Returns what the readings are, for people.
    #[must_use]
    pub fn told(&self) -> Vec<Told<'_>> {
        let told = |reading: &'_ Reading| (reading.holding.probability(), reading.holding);
        self.readings
            .iter()
            .map(|reading| {
                let (probability, holding) = told(reading);
                Told {
                    held: holding.ours,
                    listed: holding.listed,
                    others: holding.others,
                    asked: holding.asked,
                    rounds: holding.rounds,
                    stops: holding.stops,
                    probability,
                    source: &reading.source,
                }
            })
            .collect()
    }
}

/// A reading as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Told<'a> {
    /// Names that we held.
    pub held: u32,
    /// Distinct names of the day's list.
    pub listed: u32,
    /// Names that others' sinkholes held.
    pub others: u32,
    /// Names that a bot asks for in a round; all where there is none.
    pub asked: Option<u32>,
    /// Rounds of a day.
    pub rounds: u32,
    /// Whether a bot stops at the first answer.
    pub stops: bool,
    /// The probability that a machine is seen.
    pub probability: f64,
    /// Who says so.
    pub source: &'a str,
}
