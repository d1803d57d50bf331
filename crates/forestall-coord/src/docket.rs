// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The collision docket: registered names about which a person has to decide, the most pressing first.

use std::collections::BTreeMap;

use forestall_model::{DomainName, Instant, Window};

use crate::board::Board;
use crate::holding::{Holding, Stance};
use crate::proof::shows_another_holder;
use crate::reach::{ReachRange, Reaches};
use crate::tally::{ListView, View};

/// One name on the docket.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The name.
    pub name: &'a DomainName,
    /// What the case holds of it.
    pub holding: &'a Holding,
    /// Why it is here, in words.
    pub why: &'static str,
    /// The guard window that is open, or the next to open.
    pub window: Window,
    /// The index of the campaign of that window.
    pub campaign: usize,
    /// The reach if this name were the only miss of its list.
    pub reach: ReachRange,
}

/// Returns the names about which a person has to decide and whose window has not closed: the first to open first, of those the
/// larger reach, then in the order of the names.
#[must_use]
pub fn docket<'a>(board: &Board<'a>, now: Instant) -> Vec<Entry<'a>> {
    let mut windows = Windows::new(board);
    let mut entries: Vec<Entry<'a>> = Vec::new();
    for (name, holding) in &board.case.holdings {
        let Some(why) = why(board, name, holding) else { continue };
        let Some(next) = windows.next(holding, now) else { continue };
        entries.push(Entry { name, holding, why, window: next.0, campaign: next.1, reach: next.2 });
    }
    entries.sort_by(|a, b| {
        let opens = |entry: &Entry<'_>| entry.window.from.max(now);
        let by_reach = b.reach.high.partial_cmp(&a.reach.high).unwrap_or(std::cmp::Ordering::Equal);
        opens(a).cmp(&opens(b)).then(by_reach).then_with(|| a.name.cmp(b.name))
    });
    entries
}

/// Returns why a person has to look at a name; none where nobody has to.
fn why(board: &Board<'_>, name: &DomainName, holding: &Holding) -> Option<&'static str> {
    if board.case.exclusions.contains_key(name) && holding.stance() != Stance::Disputed {
        return None;
    }
    if holding.verdict.is_none() && holding.stance() == Stance::Open {
        return is_seen_held(board, name, holding).then_some("somebody holds it, and nobody has vetted it");
    }
    holding.why()
}

/// Says whether the last look at a name, at any of its places, shows another holder.
#[must_use]
pub fn is_seen_held(board: &Board<'_>, name: &DomainName, holding: &Holding) -> bool {
    let tld = name.tld();
    let Some(slice) = board.case.slices.get(&tld) else { return false };
    holding.occurrences.iter().any(|occurrence| {
        let Some(index) = board.case.campaign_index(&occurrence.campaign) else { return false };
        let counted = board.counted(index, occurrence.period);
        let Some((counted, count)) = counted.and_then(|c| Some((c, c.of_tld(tld.as_str())?))) else { return false };
        let list = ListView::of(board.case, slice, index, occurrence.period, counted.window, count);
        matches!(list.at(occurrence.place), View::Open(open) if open.sight.is_some_and(shows_another_holder))
    })
}

/// The windows and reaches of single names of a case.
#[derive(Debug)]
pub(crate) struct Windows<'b, 'a> {
    board: &'b Board<'a>,
    reaches: BTreeMap<usize, Reaches<'a>>,
}

impl<'b, 'a> Windows<'b, 'a> {
    pub(crate) const fn new(board: &'b Board<'a>) -> Self {
        Self { board, reaches: BTreeMap::new() }
    }

    /// Returns the guard window of a name that is open or next to open, its campaign, and the reach of this one miss; none where all
    /// have closed.
    pub(crate) fn next(&mut self, holding: &Holding, now: Instant) -> Option<(Window, usize, ReachRange)> {
        let case = self.board.case;
        let mut next: Option<(Window, usize, u32)> = None;
        for occurrence in &holding.occurrences {
            let Some(index) = case.campaign_index(&occurrence.campaign) else { continue };
            let Some(counted) = self.board.counted(index, occurrence.period) else { continue };
            let guard = case.guard(index, counted.window);
            if guard.until > now && next.is_none_or(|(best, ..)| guard.from < best.from) {
                next = Some((guard, index, counted.distinct));
            }
        }
        let (window, index, distinct) = next?;
        let reaches = self.reaches.entry(index).or_insert_with(|| Reaches::new(&case.campaigns[index].draws));
        Some((window, index, reaches.over(distinct, 1)))
    }
}
