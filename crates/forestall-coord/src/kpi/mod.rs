// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The figures that show whether a response works, K1 to K18: each with its definition, its numerator and denominator, and the reason
//! where a case does not say it. What is not known is never shown as 0.
//!
//! [`Follow`] folds the events of a case with their instants; some figures need what was known at the moment when a window opened, which no
//! later state can tell.

mod figures;
mod follow;
mod latency;

use std::fmt;

use forestall_model::{Instant, Tld, UtcDay, vocabulary};

use crate::reach::{ReachRange, percent};

pub use follow::Follow;
pub use latency::{SliceLatency, Stretch};

vocabulary! {
    /// One of the figures by which a response is judged.
    pub enum Kpi as "a figure" {
        /// Coverage at opening.
        Coverage = "K1",
        /// Reach of misses.
        Reach = "K2",
        /// Lost names.
        Lost = "K3",
        /// Lead.
        Lead = "K4",
        /// Latency of registries.
        Latency = "K5",
        /// Honesty of claims.
        Honesty = "K6",
        /// False protection.
        FalseProtection = "K7",
        /// Load of vetting.
        VettingLoad = "K8",
        /// Proof of the predictor.
        PredictorProof = "K9",
        /// Infected population.
        Population = "K10",
        /// Half-life of clean-up.
        CleanUp = "K11",
        /// Share of infected addresses that were notified.
        Notified = "K12",
        /// Release on time.
        Release = "K13",
        /// Early release.
        EarlyRelease = "K14",
        /// Hygiene of outputs.
        Hygiene = "K15",
        /// Time to the first slice.
        FirstSlice = "K16",
        /// Health of the sinkhole.
        SinkholeHealth = "K17",
        /// How many people can run it.
        BusFactor = "K18",
    }
}

impl Kpi {
    /// Returns what people call it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Coverage => "Coverage at opening",
            Self::Reach => "Reach of misses at opening",
            Self::Lost => "Lost names",
            Self::Lead => "Lead",
            Self::Latency => "Registry latency",
            Self::Honesty => "Claim honesty",
            Self::FalseProtection => "False protection",
            Self::VettingLoad => "Vetting load",
            Self::PredictorProof => "Predictor proof",
            Self::Population => "Infected population",
            Self::CleanUp => "Clean-up half-life",
            Self::Notified => "Notified share",
            Self::Release => "Release on time",
            Self::EarlyRelease => "Early release",
            Self::Hygiene => "Output hygiene",
            Self::FirstSlice => "Time to first slice",
            Self::SinkholeHealth => "Sinkhole health",
            Self::BusFactor => "Bus factor",
        }
    }

    /// Returns what it counts.
    #[must_use]
    pub const fn definition(self) -> &'static str {
        match self {
            Self::Coverage => {
                "names whose protection had been observed when the guard window of their list opened, per name that could be registered"
            }
            Self::Reach => {
                "probability that a bot meets at least one name of its day's list whose protection had not been observed when the \
                 guard window opened"
            }
            Self::Lost => {
                "names, each in each of its windows, that a third party holds or held though they were predicted free"
            }
            Self::Lead => {
                "time from the look that showed every registrable name of a list protected to the opening of its guard window"
            }
            Self::Latency => {
                "time from a request to its acknowledgement (an answer acknowledges too), to the first claim that it is done, and to the \
                 first look that showed a whole list of it protected"
            }
            Self::Honesty => "names that a registry claims and whose protection nobody has observed, per claimed name",
            Self::FalseProtection => {
                "names that had to be taken back, each in each of its windows, per name that a registry claims; hours until it was undone"
            }
            Self::VettingLoad => "registered names that needed a person, per registered name",
            Self::PredictorProof => {
                "days and families with exact vectors; days on which live traffic confirms the list"
            }
            Self::Population => "infected machines, with an interval",
            Self::CleanUp => "days until the population has halved",
            Self::Notified => "infected addresses that were sent to their network within 24 hours, per address seen",
            Self::Release => "names that were released within the time set after their window, per name that was due",
            Self::EarlyRelease => "names that were released within their window or its cool-down",
            Self::Hygiene => "entries outside their window in what is published, and duplicates",
            Self::FirstSlice => {
                "time from the opening of the case to the first request, and to a request to every slice"
            }
            Self::SinkholeHealth => "loss, answer time and days until the sinkhole's own domain expires",
            Self::BusFactor => "people who can run the daily roll-over from the handbook",
        }
    }

    /// Returns what is aimed at.
    #[must_use]
    pub const fn target(self) -> &'static str {
        match self {
            Self::Coverage => "100 % where bots ask for a whole list",
            Self::Reach => "under 1 %",
            Self::Lost | Self::EarlyRelease | Self::Hygiene => "0",
            Self::Lead => "worst over 7 days",
            Self::Latency => "falling",
            Self::Honesty => "under 0.1 %",
            Self::FalseProtection => "0; under 24 hours",
            Self::VettingLoad => "falling",
            Self::PredictorProof => "all",
            Self::Population => "always with an interval",
            Self::CleanUp => "compared between networks",
            Self::Notified => "over 95 %",
            Self::Release => "100 %",
            Self::FirstSlice => "under 1 day",
            Self::SinkholeHealth => "none lost",
            Self::BusFactor => "at least 3",
        }
    }
}

/// One figure of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Which.
    pub kpi: Kpi,
    /// What is counted over: days, lists, requests.
    pub window: &'static str,
    /// What it says; at least one reading.
    pub readings: Vec<Reading>,
}

/// One number of a figure, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// What the number is.
    pub what: &'static str,
    /// The number.
    pub value: Value,
}

/// A number of a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// The case does not say it, for this reason.
    NotKnown(&'static str),
    /// A part of a whole that is not nothing.
    Share {
        /// The numerator.
        part: u64,
        /// The denominator; not 0.
        whole: u64,
    },
    /// A count.
    Count(u64),
    /// A reach, on its day.
    Reach(ReachRange, Option<UtcDay>),
    /// A time in seconds; negative where it ran out.
    Seconds(i64),
}

impl Value {
    /// Returns the share of `part` in `whole`, or `reason` where there is no whole.
    #[must_use]
    pub const fn share(part: u64, whole: u64, reason: &'static str) -> Self {
        if whole == 0 { Self::NotKnown(reason) } else { Self::Share { part, whole } }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotKnown(reason) => write!(f, "not known: {reason}"),
            Self::Share { part, whole } => {
                write!(f, "{} ({part} of {whole})", percent(*part as f64 / *whole as f64))
            }
            Self::Count(count) => write!(f, "{count}"),
            Self::Reach(reach, None) => write!(f, "{reach}"),
            Self::Reach(reach, Some(day)) => write!(f, "{reach} on {day}"),
            Self::Seconds(seconds) => f.write_str(&stretch(*seconds)),
        }
    }
}

/// Writes a time as people say it, cut to the hour from two days on: `3 days 4 h`, `5 h 30 min`, `45 s`.
#[must_use]
pub fn stretch(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.unsigned_abs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600, seconds / 60);
    let text = match (days, hours, minutes) {
        (2.., ..) => format!("{days} days {} h", hours % 24),
        (_, 1.., _) => format!("{hours} h {} min", minutes % 60),
        (_, _, 1..) => format!("{minutes} min {} s", seconds % 60),
        _ => format!("{seconds} s"),
    };
    format!("{sign}{text}")
}

/// The figures of a case at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// When the case was opened.
    pub from: Instant,
    /// Until when it was followed.
    pub until: Instant,
    /// All figures, in the order of [`Kpi::ALL`].
    pub all: Vec<Figure>,
    /// Latency by slice, in the order of the slices; those that were never asked are left out.
    pub latency: Vec<SliceLatency>,
    /// Coverage at opening by slice: observed and registrable names; slices of which no list has opened are left out.
    pub coverage: Vec<(Tld, u64, u64)>,
    /// How many events of a kind happened on a day, in the order of the days, then of the kinds.
    pub events: Vec<(UtcDay, &'static str, u32)>,
}

impl Figures {
    /// Returns one of the figures.
    #[must_use]
    pub fn of(&self, kpi: Kpi) -> Option<&Figure> {
        self.all.iter().find(|figure| figure.kpi == kpi)
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, stretch};

    #[test]
    fn writes_times_as_people_say_them() {
        let check = |seconds, expected| assert_eq!(stretch(seconds), expected);
        check(0, "0 s");
        check(59, "59 s");
        check(61, "1 min 1 s");
        check(5_400, "1 h 30 min");
        check(47 * 3_600, "47 h 0 min");
        check(-(3 * 86_400 + 4 * 3_600), "-3 days 4 h");
    }

    #[test]
    fn a_share_of_nothing_is_not_known() {
        assert_eq!(Value::share(0, 0, "no list").to_string(), "not known: no list");
        assert_eq!(Value::share(0, 5, "no list").to_string(), "0 % (0 of 5)");
        assert_eq!(Value::share(1, 4, "no list").to_string(), "25.0 % (1 of 4)");
    }
}
