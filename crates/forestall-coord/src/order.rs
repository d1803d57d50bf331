// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which registries matter most next: one after another, each time that whose protection makes the reach of misses fall most.
//!
//! A step tries every slice that is left against every list. That is two look-ups in a table and a subtraction each, because the
//! misses of a list without a slice are the misses of the list less those of the slice. Lists of which even the largest slice takes too
//! little away to be felt (a bot is certain to meet a miss before and after) are passed over whole.
//!
//! The order is greedy: the best next one, given those before it. The best set of some slices may be another one.

use std::collections::{BTreeMap, BTreeSet};

use forestall_model::{DayRange, Draws, Tld, UtcDay, vocabulary};

use crate::board::{Board, Variant, VariantPeriod, Worst};
use crate::proof::Level;
use crate::reach::ReachRange;
use crate::reach_table::{Parts, ReachTable};
use crate::what_if::Picture;

vocabulary! {
    /// What is to fall.
    pub enum Aim as "an aim" {
        /// The reach of the worst variant on its worst day; of two that make it fall alike, the one that lets the mean fall more.
        Worst = "worst",
        /// The mean reach over all variants and days; of two that make it fall alike, the one that lets the worst fall more.
        Mean = "mean",
    }
}

/// The order in which registries matter.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// What is to fall.
    pub aim: Aim,
    /// The level of proof that a slice reaches.
    pub level: Level,
    /// The days that are looked at.
    pub days: DayRange,
    /// As it is.
    pub before: Picture,
    /// The slices, the one that matters most first.
    pub steps: Vec<Step>,
    /// Slices with a miss in these days, those of the steps among them.
    pub slices: usize,
}

/// One slice of the order.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The slice.
    pub tld: Tld,
    /// Its misses, summed over the lists.
    pub names: u64,
    /// As it would be with this slice and those before it.
    pub after: Picture,
}

impl Step {
    /// Says whether the aim falls by this step, from what it was before.
    #[must_use]
    pub fn is_felt(&self, aim: Aim, before: &Picture) -> bool {
        let of = |picture: &Picture| match aim {
            Aim::Worst => picture.worst.map_or_else(ReachRange::default, |worst| worst.reach),
            Aim::Mean => picture.mean,
        };
        of(&self.after) != of(before)
    }
}

/// Returns the first `most` slices in the order in which their protection over `days`, at a level of proof, makes the reach of misses fall.
///
/// Reaches are compared by their upper end, then by their lower, in steps of 2^-44. Where two slices do the same, the one with more
/// misses comes first, then the one whose top-level domain does. Slices without a miss are left out.
#[must_use]
pub fn order(board: &Board<'_>, level: Level, days: DayRange, aim: Aim, most: usize) -> Order {
    let mut race = Race::new(board, level, days);
    let before = race.picture();
    let slices = race.left.len();
    let mut steps = Vec::new();
    while steps.len() < most
        && let Some(next) = race.best(aim)
    {
        race.protect(next);
        let slice = &race.slices[next];
        steps.push(Step { tld: slice.tld.clone(), names: slice.names, after: race.picture() });
    }
    Order { aim, level, days, before, steps, slices }
}

/// A slice in the race.
struct Runner<'b> {
    tld: &'b Tld,
    names: u64,
}

/// The lists of one campaign in the days.
struct Field<'b> {
    campaign: usize,
    readings: &'b [Draws],
    lists: Vec<List>,
    tables: Vec<ReachTable>,
    /// The slices with a miss that are left, by their place among the runners.
    columns: Vec<usize>,
    /// How many there were at the start.
    width: usize,
    /// Misses by list and column, `width` for each list; past the columns, those that were taken out.
    misses: Vec<u32>,
}

/// One list.
struct List {
    day: UtcDay,
    distinct: u32,
    table: usize,
    /// Misses of all slices that are left.
    misses: u32,
    /// The misses of the largest slice.
    largest: u32,
}

struct Race<'b> {
    fields: Vec<Field<'b>>,
    slices: Vec<Runner<'b>>,
    /// The places of the slices that are left.
    left: BTreeSet<usize>,
}

impl<'b> Race<'b> {
    fn new(board: &'b Board<'_>, level: Level, days: DayRange) -> Self {
        let mut starts: Vec<Start> = board.variants().iter().map(|variant| Start::new(variant, level, days)).collect();
        let mut slices = Vec::new();
        for (tld, cells) in board.slices() {
            let mut names = 0;
            // Cells stand by campaign and time, as the lists do: each is looked for from the one before on.
            let mut cursor = (0, 0);
            for cell in cells.iter().filter(|cell| days.contains(cell.day)) {
                let (misses, start) = (cell.tally.misses(level), &mut starts[cell.campaign]);
                let from = if cursor.0 == cell.campaign { cursor.1 } else { 0 };
                if misses > 0
                    && let Some(place) = start.keys[from..].iter().position(|key| *key == cell.period)
                {
                    cursor = (cell.campaign, from + place);
                    start.found.push((slices.len(), from + place, misses));
                    names += u64::from(misses);
                }
            }
            if names > 0 {
                slices.push(Runner { tld, names });
            }
        }
        let field = |(campaign, start): (usize, Start)| start.field(campaign, &board.case.campaigns[campaign].draws);
        let fields = starts.into_iter().enumerate().map(field).collect();
        let left = (0..slices.len()).collect();
        Self { fields, slices, left }
    }

    /// Returns the slice that matters most among those that are left.
    fn best(&self, aim: Aim) -> Option<usize> {
        let mut tried = vec![Tried::default(); self.slices.len()];
        let mut here = vec![Parts::default(); self.slices.len()];
        for field in &self.fields {
            // Whoever has no miss here leaves the worst of this field as it is.
            here.fill(field.worst().map_or_else(Parts::default, |(_, parts)| parts));
            field.try_each(&mut tried, &mut here);
            for (tried, here) in tried.iter_mut().zip(&here) {
                tried.worst = tried.worst.max(*here);
            }
        }
        self.left.iter().copied().max_by(|a, b| {
            let by_worst = tried[*b].worst.cmp(&tried[*a].worst);
            let by_mean = tried[*a].saved.cmp(&tried[*b].saved);
            let by_aim = match aim {
                Aim::Worst => by_worst.then(by_mean),
                Aim::Mean => by_mean.then(by_worst),
            };
            by_aim.then(self.slices[*a].names.cmp(&self.slices[*b].names)).then(b.cmp(a))
        })
    }

    /// Takes a slice out of the race.
    fn protect(&mut self, slice: usize) {
        self.left.remove(&slice);
        self.fields.iter_mut().for_each(|field| field.protect(slice));
    }

    /// Returns the reach as it is without the slices that were taken out.
    fn picture(&self) -> Picture {
        let lists = self.fields.iter().map(|field| field.lists.len()).sum();
        let sum = self.fields.iter().map(Field::sum).fold(Parts::default(), Parts::plus);
        let mut worst: Option<(Parts, &Field<'_>, usize)> = None;
        for field in &self.fields {
            if let Some((place, parts)) = field.worst()
                && worst.as_ref().is_none_or(|(known, ..)| parts > *known)
            {
                worst = Some((parts, field, place));
            }
        }
        let worst = worst.map(|(_, field, place)| {
            let list = &field.lists[place];
            let reach = ReachRange::over(list.distinct, list.misses, field.readings);
            Worst { campaign: field.campaign, day: list.day, reach }
        });
        Picture { worst, mean: sum.mean(lists), lists }
    }
}

/// A field in the making.
struct Start {
    lists: Vec<List>,
    /// The periods of the lists.
    keys: Vec<i64>,
    /// Slice, list and misses, slice by slice.
    found: Vec<(usize, usize, u32)>,
}

impl Start {
    fn new(variant: &Variant, level: Level, days: DayRange) -> Self {
        let periods = || variant.periods.iter().filter(|period| days.contains(period.day));
        let list = |period: &VariantPeriod| List {
            day: period.day,
            distinct: period.distinct,
            table: 0,
            misses: period.tally.misses(level),
            largest: 0,
        };
        Self {
            lists: periods().map(list).collect(),
            keys: periods().map(|period| period.period).collect(),
            found: Vec::new(),
        }
    }

    fn field(self, campaign: usize, readings: &[Draws]) -> Field<'_> {
        let Self { mut lists, found, .. } = self;
        let mut columns: Vec<usize> = found.iter().map(|(slice, ..)| *slice).collect();
        columns.dedup();
        let width = columns.len();
        let mut misses = vec![0; lists.len() * width];
        let mut column = 0;
        for (slice, place, here) in found {
            if columns[column] != slice {
                column += 1;
            }
            misses[place * width + column] = here;
            lists[place].largest = lists[place].largest.max(here);
        }
        let tables = tables(&mut lists, readings);
        Field { campaign, readings, lists, tables, columns, width, misses }
    }
}

/// What comes of a slice that is tried.
#[derive(Clone, Copy, Debug, Default)]
struct Tried {
    /// By how much the sum over all lists falls.
    saved: Parts,
    /// The worst list of all that is left then.
    worst: Parts,
}

impl Field<'_> {
    /// Tries each slice that is left: adds to what it saves, and notes in `worst` the worst list of this field with it.
    fn try_each(&self, tried: &mut [Tried], worst: &mut [Parts]) {
        let mut columns = vec![Tried::default(); self.columns.len()];
        // The worst list that no slice here can make better.
        let mut floor = Parts::default();
        for (list, misses) in self.lists.iter().zip(self.misses.chunks(self.width.max(1))) {
            let table = &self.tables[list.table];
            let now = table.of(list.misses);
            if table.is_level_down_to(list.misses.saturating_sub(list.largest)) {
                floor = floor.max(now);
                continue;
            }
            for (tried, misses) in columns.iter_mut().zip(misses) {
                let after = table.of(list.misses - misses);
                tried.saved = tried.saved.plus(now.minus(after));
                tried.worst = tried.worst.max(after);
            }
        }
        for (slice, column) in self.columns.iter().zip(columns) {
            tried[*slice].saved = tried[*slice].saved.plus(column.saved);
            worst[*slice] = column.worst.max(floor);
        }
    }

    /// Takes a slice out: the last column comes in its place.
    fn protect(&mut self, slice: usize) {
        let Some(column) = self.columns.iter().position(|left| *left == slice) else { return };
        self.columns.swap_remove(column);
        let last = self.columns.len();
        for (list, misses) in self.lists.iter_mut().zip(self.misses.chunks_mut(self.width)) {
            list.misses -= misses[column];
            misses.swap(column, last);
        }
    }

    /// Returns the place of the worst list, the first of several, with its reach.
    fn worst(&self) -> Option<(usize, Parts)> {
        let reaches = self.lists.iter().map(|list| self.tables[list.table].of(list.misses));
        reaches.enumerate().reduce(|worst, next| if next.1 > worst.1 { next } else { worst })
    }

    fn sum(&self) -> Parts {
        self.lists.iter().map(|list| self.tables[list.table].of(list.misses)).fold(Parts::default(), Parts::plus)
    }
}

/// Makes the tables of some lists, one for each number of distinct names, and tells each list its own.
fn tables(lists: &mut [List], readings: &[Draws]) -> Vec<ReachTable> {
    let mut most: BTreeMap<u32, u32> = BTreeMap::new();
    for list in lists.iter() {
        let known = most.entry(list.distinct).or_default();
        *known = list.misses.max(*known);
    }
    let sizes: Vec<u32> = most.keys().copied().collect();
    for list in lists {
        list.table = sizes.binary_search(&list.distinct).unwrap_or_default();
    }
    most.into_iter().map(|(names, most)| ReachTable::new(names, most, readings)).collect()
}
