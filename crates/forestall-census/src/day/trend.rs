// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Several days: what may be drawn as one curve, and how fast it falls, in all and by network and country.

use std::collections::BTreeMap;

use forestall_model::UtcDay;
use serde::Serialize;

use super::held::Held;
use super::part::Part;
use super::report::{DayReport, Entry, LEAST_PANEL, definition_of_machines};
use super::totals::Totals;
use crate::churn::Panel;
use crate::definition::{Span, Unit};
use crate::figure::Figure;
use crate::half_life::{self, Decline};

/// The most networks of which a half-life is looked for: the largest ones of the last day.
const MOST_NETWORKS: usize = 1_000;

/// A day that does not stand in the curve.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Refused {
    /// The day.
    #[serde(serialize_with = "day_text")]
    pub day: UtcDay,
    /// In what it differs from the last day.
    pub why: String,
}

/// How fast a network or country falls.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartTrend {
    /// Of what.
    pub part: Part,
    /// Its addresses on the last day.
    pub addresses: u64,
    /// How fast they fall; none where it cannot be said.
    pub decline: Option<Decline>,
    /// What that says, or why it cannot be said.
    pub said: String,
}

/// Days that count the same thing as the last one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trend {
    /// Distinct IPv4 addresses, day after day.
    pub addresses: Vec<Figure>,
    /// Machines that were on, on those days of which the figure could be given.
    pub machines: Vec<Figure>,
    /// Days that are not in the curve.
    pub refused: Vec<Refused>,
    /// How fast the addresses fall; none where it cannot be said.
    pub decline: Option<Decline>,
    /// What that says, or why it cannot be said.
    pub said: String,
    /// The same by network, the largest first.
    pub networks: Vec<PartTrend>,
    /// The same by country, the largest first.
    pub countries: Vec<PartTrend>,
}

fn day_text<S: serde::Serializer>(day: &UtcDay, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

impl Trend {
    /// Makes the trend of days of one family in ascending order. The last day decides what is counted: days that count something else are refused, with what differs. A part that is missing on
    /// a day had no address on it. `None` without days.
    #[must_use]
    pub fn of(days: &[(Totals, Held)]) -> Option<Self> {
        let (last, last_held) = days.last()?;
        let reference = definition_of_machines(last, last_held, Unit::Addresses4, Span::Day);
        let (mut accepted, mut refused, mut addresses, mut machines) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (totals, held) in days {
            let definition = definition_of_machines(totals, held, Unit::Addresses4, Span::Day);
            if let Err(unlike) = reference.like(&definition) {
                refused.push(Refused { day: totals.day, why: unlike.to_string() });
                continue;
            }
            for entry in DayReport::figures_of_machines(totals, held) {
                match entry {
                    Entry::Given { name: "addresses of the day", figure } => addresses.push(*figure),
                    Entry::Given { name: "machines that were on", figure } => machines.push(*figure),
                    _ => {}
                }
            }
            accepted.push(totals);
        }
        let each = |panel: &Panel| {
            panel.mean().filter(|_| panel.machines() >= LEAST_PANEL && last.machines.sampled == 0).unwrap_or(1.0)
        };
        let of_all: Vec<(UtcDay, f64)> =
            accepted.iter().map(|totals| (totals.day, crate::estimate::real(totals.machines.v4.day))).collect();
        let (decline, said) = told(&of_all, each(&last.machines.panel));
        let by_day: Vec<BTreeMap<Part, u64>> = accepted
            .iter()
            .map(|totals| totals.machines.parts.iter().map(|counts| (counts.part, counts.v4)).collect())
            .collect();
        // Also those that are gone on the last day: they are the success.
        let mut parts: BTreeMap<Part, (u64, Panel)> = BTreeMap::new();
        for totals in &accepted {
            for counts in totals.machines.parts.iter().filter(|counts| !counts.part.is_unknown()) {
                parts.entry(counts.part).or_default();
            }
        }
        for counts in &last.machines.parts {
            if let Some(of_last) = parts.get_mut(&counts.part) {
                *of_last = (counts.v4, counts.panel);
            }
        }
        let mut parts: Vec<(Part, (u64, Panel))> = parts.into_iter().collect();
        parts.sort_by_key(|(part, (addresses, _))| (std::cmp::Reverse(*addresses), *part));
        let (mut networks, mut countries) = (Vec::new(), Vec::new());
        for (part, (addresses, panel)) in parts {
            let list = if matches!(part, Part::Network(_)) { &mut networks } else { &mut countries };
            if list.len() >= MOST_NETWORKS {
                continue;
            }
            let counts = accepted.iter().zip(&by_day);
            let points: Vec<(UtcDay, f64)> = counts
                .map(|(totals, parts)| (totals.day, crate::estimate::real(parts.get(&part).copied().unwrap_or(0))))
                .collect();
            let (decline, said) = told(&points, each(&panel));
            list.push(PartTrend { part, addresses, decline, said });
        }
        Some(Self { addresses, machines, refused, decline, said, networks, countries })
    }
}

fn told(points: &[(UtcDay, f64)], each: f64) -> (Option<Decline>, String) {
    match half_life::of_points(points, each) {
        Ok(decline) => {
            let said = decline.to_string();
            (Some(decline), said)
        }
        Err(error) => (None, error.to_string()),
    }
}
