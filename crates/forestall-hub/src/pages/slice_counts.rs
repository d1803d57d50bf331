// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names of a slice day by day: a chart with one bar a day, stacked by campaign, and the table below it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use forestall_coord::board::Cell;
use forestall_coord::{Level, Tally};
use forestall_model::{DayRange, UtcDay};

use crate::number::{coverage, grouped};

/// Colours of the bars of a chart; further campaigns begin again.
const BAR_COLOURS: usize = 5;

/// The names of a slice day by day.
#[derive(Debug)]
pub(super) struct SliceCounts {
    /// The days that have names, in order of time.
    pub(super) days: Vec<DayCount>,
    /// The bars of each campaign that has names here, in the order of the case.
    pub(super) bars: Vec<Bars>,
    /// Names of the day that has most.
    pub(super) highest: u32,
    /// The campaigns that have names here, by their index.
    here: Vec<usize>,
}

/// The counts of one day.
#[derive(Debug)]
pub(super) struct DayCount {
    pub(super) day: String,
    /// Names of each campaign that has some here, in the order of the case.
    pub(super) names: Vec<String>,
    pub(super) total: String,
    pub(super) observed: String,
    pub(super) claimed: String,
}

/// The bars of one campaign.
#[derive(Debug)]
pub(super) struct Bars {
    /// Which of the colours it has.
    pub(super) class: usize,
    /// A path of SVG in a box one unit a day wide and 100 high.
    pub(super) path: String,
}

impl SliceCounts {
    /// Counts the lists of a slice of a case with so many campaigns.
    pub(super) fn of(cells: &[Cell], campaigns: usize, horizon: DayRange) -> Self {
        let here: Vec<usize> =
            (0..campaigns).filter(|index| cells.iter().any(|cell| cell.campaign == *index)).collect();
        let by_day = by_day(cells);
        Self {
            days: by_day.iter().map(|(day, counts)| day_count(*day, counts, &here)).collect(),
            bars: bars(&by_day, &here, horizon),
            highest: by_day.values().map(|day| day.total.names).max().unwrap_or(0),
            here,
        }
    }

    /// Returns which colour the bars of a campaign have; none where it has no names here.
    pub(super) fn class_of(&self, campaign: usize) -> Option<usize> {
        self.here.iter().position(|index| *index == campaign).map(|place| place % BAR_COLOURS)
    }
}

/// The lists of one day.
#[derive(Default)]
struct OfDay {
    total: Tally,
    /// Names of each campaign, by its index.
    names: BTreeMap<usize, u32>,
}

fn by_day(cells: &[Cell]) -> BTreeMap<UtcDay, OfDay> {
    let mut days: BTreeMap<UtcDay, OfDay> = BTreeMap::new();
    for cell in cells {
        let day = days.entry(cell.day).or_default();
        day.total.add(&cell.tally);
        *day.names.entry(cell.campaign).or_default() += cell.tally.names;
    }
    days
}

fn day_count(day: UtcDay, counts: &OfDay, here: &[usize]) -> DayCount {
    DayCount {
        day: day.to_string(),
        names: here.iter().map(|index| grouped(counts.names.get(index).copied().unwrap_or(0))).collect(),
        total: grouped(counts.total.names),
        observed: coverage(&counts.total, Level::Observed),
        claimed: coverage(&counts.total, Level::Claimed),
    }
}

/// Draws the counts as stacked bars, one path a campaign, in a box one unit a day wide and 100 high.
fn bars(by_day: &BTreeMap<UtcDay, OfDay>, here: &[usize], horizon: DayRange) -> Vec<Bars> {
    let highest = by_day.values().map(|day| day.total.names).max().unwrap_or(0).max(1);
    let height = |names: u32| u64::from(names) * 100 / u64::from(highest);
    let mut paths = vec![String::new(); here.len()];
    for (day, counts) in by_day {
        let x = day.days_since(horizon.from);
        let mut below = 0;
        for (place, index) in here.iter().enumerate() {
            let names = counts.names.get(index).copied().unwrap_or(0);
            let (bottom, top) = (height(below), height(below + names));
            if top > bottom {
                let _ = write!(paths[place], "M{x} {}V{}h1V{}z", 100 - bottom, 100 - top, 100 - bottom);
            }
            below += names;
        }
    }
    paths.into_iter().enumerate().map(|(place, path)| Bars { class: place % BAR_COLOURS, path }).collect()
}
