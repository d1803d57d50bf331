// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Values of the case as the API writes them.

use forestall_api::case::{Counts, Coverage, LevelCoverage, Reach, Worst};
use forestall_api::list::List;
use forestall_api::slice::{Asked, Claim, Deadline};
use forestall_api::words;
use forestall_coord::board::{self, Cell};
use forestall_coord::case::{RangeAnswer, Request};
use forestall_coord::{Board, Case, CutList, Level, ReachRange, Tally};
use forestall_model::party::Terms;
use forestall_model::{CampaignId, DayRange, Instant, Tld};
use serde::de::DeserializeOwned;
use serde::Serialize;

use crate::server::Problem;

/// Returns a word of the case as the same word of the API.
pub(super) fn word<T: std::str::FromStr<Err: std::fmt::Display>>(word: &str) -> Result<T, Problem> {
    word.parse().map_err(|error| Problem::internal(&error))
}

/// Returns a document that the pages hand out as well as the type that the API has for the same form.
pub(super) fn same<T: DeserializeOwned>(document: &impl Serialize) -> Result<T, Problem> {
    let value = serde_json::to_value(document).map_err(|error| Problem::internal(&error))?;
    serde_json::from_value(value).map_err(|error| Problem::internal(&error))
}

/// Returns a level of proof.
pub(super) const fn level(level: Level) -> words::Level {
    match level {
        Level::Claimed => words::Level::Claimed,
        Level::Attested => words::Level::Attested,
        Level::Observed => words::Level::Observed,
    }
}

/// Returns where names stand.
pub(super) const fn counts(tally: &Tally) -> Counts {
    Counts {
        names: tally.names,
        registrable: tally.registrable(),
        not_registrable: tally.not_registrable,
        held: tally.held,
        claimed: tally.claimed,
        attested: tally.attested,
        observed: tally.observed,
        mismatch: tally.mismatch,
        lost: tally.lost,
        refused: tally.refused,
        suspect: tally.suspect,
        undecided: tally.undecided,
        lapsing: tally.lapsing,
        unknown: tally.unknown,
        looked: tally.looked,
    }
}

/// Returns both ends of a reach.
pub(super) const fn reach(reach: ReachRange) -> Reach {
    Reach { low: reach.low, high: reach.high }
}

/// Returns the worst of some reaches.
pub(super) fn worst(case: &Case, worst: board::Worst) -> Option<Worst> {
    let campaign = case.campaigns.get(worst.campaign)?;
    Some(Worst {
        campaign: campaign.id.clone(),
        unverified: !campaign.verified,
        day: worst.day,
        low: worst.reach.low,
        high: worst.reach.high,
    })
}

/// Returns coverage over some days, with the worst reach at each level.
pub(super) fn coverage(case: &Case, days: DayRange, tally: &Tally, worst_at: &[Option<board::Worst>; 3]) -> Coverage {
    let of_level = |of: &Level| LevelCoverage {
        level: level(*of),
        names: tally.at(*of),
        coverage: tally.coverage(*of),
        worst: worst_at[*of as usize].and_then(|at| worst(case, at)),
    };
    Coverage { days: days.into(), counts: counts(tally), levels: Level::ALL.iter().map(of_level).collect() }
}

/// Returns the campaigns of some indices.
pub(super) fn campaigns(case: &Case, indices: &[usize]) -> Vec<CampaignId> {
    indices.iter().filter_map(|index| case.campaigns.get(*index)).map(|campaign| campaign.id.clone()).collect()
}

/// Returns what a registry was asked.
pub(super) fn asked(case: &Case, request: &Request) -> Asked {
    Asked {
        action: request.action,
        fallback: request.fallback,
        days: request.days.into(),
        campaigns: campaigns(case, &request.campaigns),
        at: request.at,
    }
}

/// Returns what a registry said of whole days.
pub(super) fn claim(case: &Case, answer: &RangeAnswer) -> Claim {
    Claim {
        days: answer.days.into(),
        campaigns: campaigns(case, &answer.campaigns),
        action: answer.claim.action,
        result: answer.claim.result,
        level: level(answer.claim.level),
        at: answer.at,
        source: answer.source.clone(),
    }
}

/// Returns until when the next open list of a slice with a name that is not claimed must be with its registry.
pub(super) fn deadline(board: &Board<'_>, tld: &Tld, terms: &Terms, now: Instant) -> Result<Option<Deadline>, Problem> {
    let guard = |cell: &Cell| board.case.guard(cell.campaign, cell.window);
    let is_left = |cell: &&Cell| cell.tally.misses(Level::Claimed) > 0 && guard(cell).until > now;
    let Some(opens) = board.slice(tld).iter().filter(is_left).map(|cell| guard(cell).from).min() else {
        return Ok(None);
    };
    let deadline = forestall_coord::Deadline::of(opens, terms);
    Ok(Some(Deadline {
        opens: deadline.opens,
        send_by: deadline.send_by,
        act_by: deadline.act_by,
        timing: word(deadline.timing(now).word())?,
    }))
}

/// Returns a numbered list.
pub(super) fn list(case: &Case, tld: &Tld, cut: &CutList, now: Instant) -> List {
    let last = case.slices.get(tld).and_then(|slice| slice.last_cut(cut.purpose));
    List {
        slice: tld.clone(),
        number: cut.number,
        purpose: cut.purpose,
        party: cut.party.clone(),
        previous: cut.previous,
        cut: cut.at,
        days: cut.days.into(),
        campaigns: campaigns(case, &cut.campaigns),
        action: cut.action,
        fallback: cut.fallback,
        legal_basis: cut.legal_basis.clone(),
        sha256: cut.digest,
        names: cut.counts.names,
        added: cut.counts.added,
        withdrawn: cut.counts.withdrawn,
        expired: cut.counts.expired,
        act_by: cut.act_by,
        late: cut.acknowledged.is_none() && cut.act_by.is_some_and(|by| by < now),
        delivered: cut.last_delivery(),
        reminders: cut.reminders(),
        read: cut.read,
        acknowledged: cut.acknowledged,
        last: last.is_some_and(|last| last.number == cut.number),
    }
}
