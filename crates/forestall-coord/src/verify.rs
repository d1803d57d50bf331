// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What to look at from outside, and when: the plan of verification.
//!
//! Every name of a list is looked at over DNS once a registry claims the list, 7 days and 1 day before its guard window opens, and on each
//! day of the window. On days in between, a random sample of [`SAMPLE`] names of each slice is drawn; the first of them that
//! disagrees with the registry has all claimed lists of the slice looked at. Registration data are asked for all exceptions
//! once a day, and for a small sample of the rest.
//!
//! The plan is a function of the board and the time: whoever runs it late, twice, or after a crash does what is due and no more.

use std::collections::{BTreeMap, BTreeSet};

use forestall_model::evidence::Places;
use forestall_model::{Digest, DomainName, Instant, Method, Tld, Window, vocabulary};

use crate::board::{Board, Cell};
use crate::case::Slice;
use crate::docket::Windows;
use crate::holding::Stance;
use crate::proof::Level;

/// Names of a slice that are drawn each day between the looks at every name.
pub const SAMPLE: u32 = 300;

/// Names of a slice whose registration data are asked for each day besides the exceptions.
pub const REGISTRATION_SAMPLE: u32 = 10;

const DAY: i64 = 86_400;

vocabulary! {
    /// Why a list is looked at.
    pub enum Why as "a reason to look" {
        /// A registry claims it, and nobody has looked since.
        AfterClaim = "after-claim",
        /// Its window opens in 7 days.
        WeekBefore = "week-before",
        /// Its window opens tomorrow.
        DayBefore = "day-before",
        /// Its window is open.
        InWindow = "in-window",
        /// A day in between: a sample.
        Sample = "sample",
        /// A sample disagreed with the registry.
        Escalated = "escalated",
    }
}

/// A look at one list that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The slice.
    pub tld: Tld,
    /// The index of the campaign in the case.
    pub campaign: usize,
    /// The key of the origin period.
    pub period: i64,
    /// Why.
    pub why: Why,
    /// Since when it is due.
    pub due: Instant,
    /// The places to look at; all where there is none.
    pub sample: Option<Places>,
}

/// Returns the looks over DNS that are due at `now`, by slice, campaign and time.
#[must_use]
pub fn due_looks(board: &Board<'_>, now: Instant) -> Vec<Check> {
    let mut checks = Vec::new();
    for (tld, cells) in board.slices() {
        let Some(slice) = board.case.slices.get(tld) else { continue };
        let escalated = escalated(slice, cells);
        let mut between = Vec::new();
        for cell in cells {
            let guard = board.case.guard(cell.campaign, cell.window);
            if guard.until <= now || cell.tally.names == 0 {
                continue;
            }
            let list = slice.lists.get(&(cell.campaign, cell.period));
            let looked = list.and_then(|list| list.last_whole_look(Method::Dns));
            let claimed = claimed_at(board, slice, cell);
            let escalated = escalated.filter(|_| claimed.is_some()).map(|at| (Why::Escalated, at));
            let due = [milestone(guard, claimed, now), escalated].into_iter().flatten().max_by_key(|(_, at)| *at);
            match due {
                Some((why, at)) if looked.is_none_or(|looked| looked < at) => {
                    let (tld, campaign, period) = (tld.clone(), cell.campaign, cell.period);
                    checks.push(Check { tld, campaign, period, why, due: at, sample: None });
                }
                // Looked at in whole today: no sample says more.
                _ if claimed.is_some() && looked.is_none_or(|looked| looked < now.day().start()) => between.push(cell),
                _ => {}
            }
        }
        if !was_sampled_since(slice, &between, now.day().start()) {
            sample(board, tld, &between, now, &mut checks);
        }
    }
    checks
}

/// Returns the last instant not after `now` at which every name of a list was to be looked at.
fn milestone(guard: Window, claimed: Option<Instant>, now: Instant) -> Option<(Why, Instant)> {
    let today = now.day().start().max(guard.from);
    let points = [
        claimed.map(|at| (Why::AfterClaim, at)),
        Some((Why::WeekBefore, guard.from.plus_seconds(-7 * DAY))),
        Some((Why::DayBefore, guard.from.plus_seconds(-DAY))),
        (now >= guard.from).then_some((Why::InWindow, today)),
    ];
    points.into_iter().flatten().filter(|(_, at)| *at <= now).max_by_key(|(why, at)| (*at, *why))
}

/// Returns when somebody last claimed to have protected names of a list; none where nobody claims any.
fn claimed_at(board: &Board<'_>, slice: &Slice, cell: &Cell) -> Option<Instant> {
    if cell.tally.at(Level::Claimed) == 0 {
        return None;
    }
    let ranged = slice.ranged(cell.campaign, board.case.list_day(cell.period)).map(|(order, _)| order.0);
    let single = slice.lists.get(&(cell.campaign, cell.period)).and_then(|list| list.last_claim());
    ranged.max(single)
}

/// Returns when a sample of a slice last disagreed with its registry: then all of its claimed lists are due.
fn escalated(slice: &Slice, cells: &[Cell]) -> Option<Instant> {
    let disagreed = cells.iter().filter(|cell| cell.tally.mismatch + cell.tally.lost > 0);
    disagreed.filter_map(|cell| slice.lists.get(&(cell.campaign, cell.period))?.last_sample()).max()
}

fn was_sampled_since(slice: &Slice, cells: &[&Cell], since: Instant) -> bool {
    let lists = cells.iter().filter_map(|cell| slice.lists.get(&(cell.campaign, cell.period)));
    lists.filter_map(|list| list.last_sample()).any(|at| at >= since)
}

/// Draws [`SAMPLE`] names of the lists of a slice, the same for the whole day.
fn sample(board: &Board<'_>, tld: &Tld, cells: &[&Cell], now: Instant, checks: &mut Vec<Check>) {
    for (index, places) in drawn(board, tld, cells, now, SAMPLE) {
        let cell = cells[index];
        checks.push(Check {
            tld: tld.clone(),
            campaign: cell.campaign,
            period: cell.period,
            why: Why::Sample,
            due: now.day().start(),
            sample: Some(places),
        });
    }
}

fn drawn(board: &Board<'_>, tld: &Tld, cells: &[&Cell], now: Instant, most: u32) -> BTreeMap<usize, Places> {
    let ends: Vec<u64> = cells
        .iter()
        .scan(0_u64, |sum, cell| {
            *sum += u64::from(cell.tally.names);
            Some(*sum)
        })
        .collect();
    let total = ends.last().copied().unwrap_or(0);
    let mut chosen = BTreeSet::new();
    let mut draw = 0_u64;
    while (chosen.len() as u64) < u64::from(most).min(total) {
        let parts: [&[u8]; 5] = [
            b"forestall sample 1\0",
            board.case.id.as_str().as_bytes(),
            tld.as_str().as_bytes(),
            &now.day().epoch_days().to_be_bytes(),
            &draw.to_be_bytes(),
        ];
        let digest = Digest::of_parts(&parts);
        let number = u64::from_be_bytes(std::array::from_fn(|i| digest.0[i]));
        chosen.insert(number % total);
        draw += 1;
    }
    let mut lists: BTreeMap<usize, Places> = BTreeMap::new();
    for number in chosen {
        let index = ends.partition_point(|end| *end <= number);
        let start = index.checked_sub(1).map_or(0, |before| ends[before]);
        let place = u32::try_from(number - start).unwrap_or(u32::MAX);
        lists.entry(index).or_default().insert(place);
    }
    lists
}

/// Returns the exceptions whose registration is to be looked at again: names that somebody holds or that changed, whose window has not
/// closed, and at which nobody looked today. In the order of their next windows.
#[must_use]
pub fn due_registrations(board: &Board<'_>, now: Instant) -> Vec<DomainName> {
    let mut windows = Windows::new(board);
    let mut due = Vec::new();
    for (name, holding) in &board.case.holdings {
        let looked = holding.verdict.as_ref().map(|verdict| verdict.at);
        if looked.is_some_and(|at| at >= now.day().start()) || holding.stance() == Stance::Excluded {
            continue;
        }
        if let Some((window, ..)) = windows.next(holding, now) {
            due.push((window.from, name));
        }
    }
    due.sort_unstable();
    due.into_iter().map(|(_, name)| name.clone()).collect()
}

/// Returns places whose registration data are to be asked for today besides the exceptions, from the claimed lists that open within
/// 30 days: (slice, campaign, origin period) with its places.
#[must_use]
pub fn registration_sample(board: &Board<'_>, now: Instant) -> Vec<Check> {
    let soon = now.plus_seconds(30 * DAY);
    let mut checks = Vec::new();
    for (tld, cells) in board.slices() {
        let near = |cell: &&Cell| {
            let guard = board.case.guard(cell.campaign, cell.window);
            guard.until > now && guard.from < soon && cell.tally.at(Level::Claimed) > 0
        };
        let near: Vec<&Cell> = cells.iter().filter(near).collect();
        for (index, places) in drawn(board, tld, &near, now, REGISTRATION_SAMPLE) {
            let (campaign, period) = (near[index].campaign, near[index].period);
            let (tld, due) = (tld.clone(), now.day().start());
            checks.push(Check { tld, campaign, period, why: Why::Sample, due, sample: Some(places) });
        }
    }
    checks
}
