// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The closed vocabularies of a case in the words of the API.

use forestall_api::words::{CaseKind, Level, Phase, Standing, TaskState, Timing};
use forestall_coord::event;

/// Returns a level of proof.
#[must_use]
pub const fn level(level: forestall_coord::Level) -> Level {
    match level {
        forestall_coord::Level::Claimed => Level::Claimed,
        forestall_coord::Level::Attested => Level::Attested,
        forestall_coord::Level::Observed => Level::Observed,
    }
}

/// Returns a kind of case.
#[must_use]
pub const fn case_kind(kind: event::CaseKind) -> CaseKind {
    match kind {
        event::CaseKind::Live => CaseKind::Live,
        event::CaseKind::Reconstruction => CaseKind::Reconstruction,
    }
}

/// Returns where a guard window stands.
#[must_use]
pub const fn phase(phase: forestall_coord::Phase) -> Phase {
    match phase {
        forestall_coord::Phase::Ahead => Phase::Ahead,
        forestall_coord::Phase::Open => Phase::Open,
        forestall_coord::Phase::Closed => Phase::Closed,
    }
}

pub(super) const fn task_state(state: event::TaskState) -> TaskState {
    match state {
        event::TaskState::Open => TaskState::Open,
        event::TaskState::Done => TaskState::Done,
        event::TaskState::Dropped => TaskState::Dropped,
    }
}

pub(super) const fn timing(timing: forestall_coord::Timing) -> Timing {
    match timing {
        forestall_coord::Timing::InTime => Timing::InTime,
        forestall_coord::Timing::TooLateForRoad => Timing::TooLateForRoad,
        forestall_coord::Timing::TooLate => Timing::TooLate,
    }
}

pub(super) const fn standing(standing: forestall_coord::Standing) -> Standing {
    use forestall_coord::Standing as Known;
    match standing {
        Known::Predicted => Standing::Predicted,
        Known::Requested => Standing::Requested,
        Known::Accepted => Standing::Accepted,
        Known::Claimed => Standing::Claimed,
        Known::Protected => Standing::Protected,
        Known::Mismatch => Standing::Mismatch,
        Known::Lost => Standing::Lost,
        Known::Refused => Standing::Refused,
        Known::Suspect => Standing::Suspect,
        Known::Excluded => Standing::Excluded,
        Known::Benign => Standing::Benign,
        Known::Friendly => Standing::Friendly,
        Known::Disputed => Standing::Disputed,
        Known::Lapsing => Standing::Lapsing,
        Known::NotRegistrable => Standing::NotRegistrable,
    }
}
