// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The slices: one for each top-level domain.

use std::collections::{BTreeMap, BTreeSet};

use forestall_api::case::LevelReach;
use forestall_api::slice::{Asked, LastLook, SliceEntry};
use forestall_coord::case::Request;
use forestall_coord::{Board, Case, ReachRange};
use forestall_model::{DayRange, Instant, Party, Tld, UtcDay};

use super::coverage::{at_levels, counts, worst};
use super::lead::lead;
use super::lists::campaigns;
use crate::lead::LeadDocument;

/// Returns the slices in the order of their top-level domains, counted over some days, and over the day from which the case is looked at.
#[must_use]
pub fn slices(
    board: &Board<'_>,
    registries: &BTreeMap<Tld, Party>,
    days: DayRange,
    day: UtcDay,
    now: Instant,
) -> Vec<SliceEntry> {
    let case = board.case;
    let entry = |(tld, slice): (&Tld, &forestall_coord::case::Slice)| {
        let registry = registries.get(tld);
        SliceEntry {
            tld: tld.clone(),
            registry: registry.map(|party| party.id.clone()),
            parties: parties(board, tld),
            on_day: counts(&board.slice_total(tld, DayRange::one(day))),
            over_all: counts(&board.slice_total(tld, days)),
            alone: board.worst_alone(tld, days).and_then(|found| worst(case, found)),
            asked: slice.requests.last().map(|request| asked(case, request)),
            acknowledged: slice.acknowledged,
            answers: slice.answer_count,
            lists: u32::try_from(slice.cuts.len()).unwrap_or(u32::MAX),
            last_look: slice.last_sweep().map(|(at, method)| LastLook { at, method }),
            lead: LeadDocument::of_slice(board, registries, tld, now).as_ref().map(lead),
        }
    };
    case.slices.iter().map(entry).collect()
}

/// Returns who can act on the names of a slice, each once.
fn parties(board: &Board<'_>, tld: &Tld) -> Vec<String> {
    let here: BTreeSet<usize> = board.slice(tld).iter().map(|cell| cell.campaign).collect();
    let of_campaign = |index: usize| board.case.campaigns[index].parties(tld).map(|party| party.to_string());
    let mut parties: Vec<String> = here.into_iter().flat_map(of_campaign).collect();
    parties.sort_unstable();
    parties.dedup();
    parties
}

/// Returns what a registry was asked.
#[must_use]
pub fn asked(case: &Case, request: &Request) -> Asked {
    Asked {
        action: request.action,
        fallback: request.fallback,
        days: request.days.into(),
        campaigns: campaigns(case, &request.campaigns),
        at: request.at,
    }
}

/// Returns the worst reach of a slice's names that are not protected, at each level of proof, if they were the only misses.
#[must_use]
pub fn left(board: &Board<'_>, tld: &Tld, days: DayRange) -> Vec<LevelReach> {
    at_levels(|level| {
        let cells = board.slice(tld).iter().filter(|cell| days.contains(cell.day));
        let reach = cells.map(|cell| {
            let draws = &board.case.campaigns[cell.campaign].draws;
            ReachRange::over(cell.distinct, cell.tally.misses(level), draws)
        });
        reach.reduce(ReachRange::worse).unwrap_or_default()
    })
}
