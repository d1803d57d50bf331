// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is said of families on a day, with the trend of the days before it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use forestall_census::day::{DayReport, Held, Totals, Trend, csv, text};
use forestall_dga::Catalogue;
use forestall_lake::tally;
use forestall_model::marking::Marked;
use forestall_model::{Marking, UtcDay};
use serde::{Serialize, Serializer};

use super::days::Counted;
use super::{CensusError, CensusSettings, held};
use crate::number::counted;

/// The most networks that are told of a family: the largest ones.
pub(crate) const MOST_NETWORKS: usize = 1_000;

/// Which families are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// All of the day but those that machines of these families of the catalogue speak as.
    AllBut(BTreeSet<String>),
    /// One, by the name under which requests speak or queries ask.
    One(String),
    /// Those that machines of these families of the catalogue speak as.
    Of(BTreeSet<String>),
}

impl Whose {
    fn wants(&self, family: &str) -> bool {
        match self {
            Self::AllBut(slugs) => !is_of_one(family, slugs),
            Self::One(one) => one == family,
            Self::Of(slugs) => is_of_one(family, slugs),
        }
    }
}

/// Says whether machines of one of the families of the catalogue speak as a family.
pub(crate) fn is_of_one(family: &str, slugs: &BTreeSet<String>) -> bool {
    slugs.iter().any(|slug| tally::is_of(slug, family))
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The day.
    pub(crate) day: UtcDay,
    /// The first day of the trend; the day itself where none is wanted.
    pub(crate) since: UtcDay,
    /// Of which families.
    pub(crate) whose: Whose,
}

/// All that is said of a day.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) day: UtcDay,
    pub(crate) families: Vec<OfFamily>,
    pub(crate) notes: Vec<String>,
}

/// What is said of a family.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OfFamily {
    #[serde(flatten)]
    pub(crate) report: DayReport,
    /// Distinct names that resolvers asked for and got, by campaign: queries tell variants apart, machines do not.
    pub(crate) names_of: BTreeMap<String, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trend: Option<Trend>,
}

/// A report as somebody is to see it: under the marking of the figures, or a stricter one.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) report: Arc<Report>,
    pub(crate) marking: Marking,
}

/// The written form of a report. // WIRE FORMAT, version 1: as `forestall_api::census::Census` reads it.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(serialize_with = "day_text")]
    day: UtcDay,
    tlp: &'static str,
    families: &'a [OfFamily],
    notes: &'a [String],
}

impl Marked for Shown {
    fn marking(&self) -> Marking {
        self.marking
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Report { day, families, notes } = &*self.report;
        Document { day: *day, tlp: self.marking.tlp.word(), families, notes }.serialize(serializer)
    }
}

fn day_text<S: Serializer>(day: &UtcDay, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

impl Shown {
    /// Writes it for people.
    pub(crate) fn text(&self) -> String {
        let mut out = format!("{}\n", self.marking.tlp.word());
        for of in &self.report.families {
            out.push('\n');
            out.push_str(&text(&of.report, of.trend.as_ref()));
        }
        for note in &self.report.notes {
            out.push_str(&format!("\nNote: {note}\n"));
        }
        out
    }

    /// Writes it as CSV: a row a figure, network and country, each with its whole definition.
    pub(crate) fn csv(&self) -> String {
        let reports: Vec<_> = self.report.families.iter().map(|of| (of.report.clone(), of.trend.clone())).collect();
        csv(&reports)
    }
}

impl Report {
    /// Makes the report of days in order, the last of which is the one that is told.
    pub(super) fn of(
        asked: &Asked,
        days: &[(UtcDay, Arc<Counted>)],
        settings: &CensusSettings,
        catalogue: &Catalogue,
    ) -> Result<Self, CensusError> {
        let mut notes = Vec::new();
        let mut series: BTreeMap<&str, Vec<(Totals, Held)>> = BTreeMap::new();
        for (day, counted) in days {
            let note = |note: &String| if *day == asked.day { note.clone() } else { format!("{day}: {note}") };
            notes.extend(counted.notes.iter().map(note));
            for totals in counted.totals.iter().filter(|totals| asked.whose.wants(&totals.family)) {
                let held = held::of(totals, &settings.names, catalogue)?;
                series.entry(totals.family.as_str()).or_default().push((totals.clone(), held));
            }
        }
        let family = |series: &Vec<(Totals, Held)>| {
            let (totals, held) = series.last().filter(|(totals, _)| totals.day == asked.day)?;
            let mut report = DayReport::of(totals, held);
            let more = report.networks.len().saturating_sub(MOST_NETWORKS);
            if more > 0 {
                report.networks.truncate(MOST_NETWORKS);
                report.notes.push(format!(
                    "Not told one by one: {} with fewer addresses than these {MOST_NETWORKS}",
                    counted(more as u64, "network", "networks")
                ));
            }
            Some(OfFamily {
                report,
                names_of: totals.resolvers.names_of.clone(),
                trend: if asked.since < asked.day { Trend::of(series) } else { None },
            })
        };
        let families: Vec<OfFamily> = series.values().filter_map(family).collect();
        let gone = series.iter().filter(|(_, series)| series.last().is_none_or(|(totals, _)| totals.day != asked.day));
        for (family, series) in gone {
            if let Some((totals, _)) = series.last() {
                notes.push(format!("{family} was last seen on {}", totals.day));
            }
        }
        if families.is_empty() {
            notes.push(format!("the lake holds nothing of {} that was asked for", asked.day));
        }
        Ok(Self { day: asked.day, families, notes })
    }

    /// Returns a report that says nothing.
    pub(crate) const fn empty(day: UtcDay) -> Self {
        Self { day, families: Vec::new(), notes: Vec::new() }
    }

    /// Returns the report with one more note.
    pub(crate) fn with_note(mut self, note: String) -> Self {
        self.notes.push(note);
        self
    }
}
