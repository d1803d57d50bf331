// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Coverage and reach.

use forestall_api::case::{Counts, Coverage, LevelCoverage, LevelReach, LevelWorst, Reach, Worst};
use forestall_coord::{Board, Case, Level, ReachRange, Tally, board};
use forestall_model::DayRange;

use super::words::level;

/// Returns where names stand.
#[must_use]
pub const fn counts(tally: &Tally) -> Counts {
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
#[must_use]
pub const fn reach(reach: ReachRange) -> Reach {
    Reach { low: reach.low, high: reach.high }
}

/// Returns the worst of some reaches; none where the case has no such campaign.
#[must_use]
pub fn worst(case: &Case, worst: board::Worst) -> Option<Worst> {
    let campaign = case.campaigns.get(worst.campaign)?;
    Some(Worst {
        campaign: campaign.id.clone(),
        unverified: !campaign.verified,
        day: worst.day,
        low: worst.reach.low,
        high: worst.reach.high,
    })
}

/// Returns coverage over some days, with the worst reach at each level, in the order of the levels.
#[must_use]
pub fn coverage(board: &Board<'_>, days: DayRange) -> Coverage {
    let tally = board.total(days);
    let of_level = |of: &Level| LevelCoverage {
        level: level(*of),
        names: tally.at(*of),
        coverage: tally.coverage(*of),
        worst: board.worst(*of, days).and_then(|at| worst(board.case, at)),
    };
    Coverage { days: days.into(), counts: counts(&tally), levels: Level::ALL.iter().map(of_level).collect() }
}

/// Returns a reach at each level of proof, in the order of the levels.
pub(super) fn at_levels(reach: impl Fn(Level) -> ReachRange) -> Vec<LevelReach> {
    let of_level = |of: &Level| {
        let ReachRange { low, high } = reach(*of);
        LevelReach { level: level(*of), low, high }
    };
    Level::ALL.iter().map(of_level).collect()
}

/// Returns the worst at each level of proof, in the order of the levels.
pub(super) fn worst_at_levels(case: &Case, of: impl Fn(Level) -> Option<board::Worst>) -> Vec<LevelWorst> {
    let of_level = |at: &Level| LevelWorst { level: level(*at), worst: of(*at).and_then(|found| worst(case, found)) };
    Level::ALL.iter().map(of_level).collect()
}
