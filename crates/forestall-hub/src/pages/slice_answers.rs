// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the registry of a slice answered, and what its forms offer to answer.

use forestall_coord::Case;
use forestall_coord::case::{RangeAnswer, Slice};
use forestall_model::{Action, AnswerResult};

use super::frame::to_minute;

/// An answer for a range of days.
#[derive(Debug)]
pub(super) struct AnswerRow {
    pub(super) at: String,
    pub(super) days: String,
    /// The campaigns that it is about; `all` where it names none.
    pub(super) campaigns: String,
    pub(super) claim: String,
    pub(super) source: String,
    /// The number of its event.
    pub(super) version: u64,
}

impl AnswerRow {
    /// Returns the answers of a slice for days, the latest first.
    pub(super) fn all(case: &Case, slice: &Slice) -> Vec<Self> {
        slice.answers.iter().rev().map(|answer| Self::of(case, answer)).collect()
    }

    fn of(case: &Case, answer: &RangeAnswer) -> Self {
        let campaigns: Vec<&str> =
            answer.campaigns.iter().filter_map(|index| case.campaigns.get(*index)).map(|c| c.id.as_str()).collect();
        Self {
            at: to_minute(answer.at),
            days: answer.days.to_string(),
            campaigns: if campaigns.is_empty() { "all".to_owned() } else { campaigns.join(", ") },
            claim: format!("{}: {} ({})", answer.claim.action, answer.claim.result, answer.claim.level),
            source: answer.source.clone().unwrap_or_default(),
            version: answer.version,
        }
    }
}

/// Returns the actions that an answer can be about, with their meaning.
pub(super) fn actions() -> Vec<(&'static str, &'static str)> {
    let actions = Action::ALL.iter().filter(|action| **action != Action::Exclude);
    actions.map(|action| (action.word(), action.meaning())).collect()
}

/// Returns the results that an answer can have, with their meaning.
pub(super) fn results() -> Vec<(&'static str, &'static str)> {
    AnswerResult::ALL.iter().map(|result| (result.word(), meaning(*result))).collect()
}

/// Says what a result means.
const fn meaning(result: AnswerResult) -> &'static str {
    match result {
        AnswerResult::Done => "the action was applied",
        AnswerResult::AlreadyHeld => "the names were held in that way before",
        AnswerResult::Refused => "the registry will not do it",
        AnswerResult::NotMine => "the names are not under this registry",
        AnswerResult::Error => "the registry tried and failed",
    }
}
