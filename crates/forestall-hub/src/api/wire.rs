// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Values of the case as the API alone writes them; `shown` has those that the command line prints too.

use forestall_api::slice::Claim;
use forestall_coord::Case;
use forestall_coord::case::RangeAnswer;

use crate::server::Problem;
use crate::shown::{campaigns, level};

/// Returns a word of the case as the same word of the API.
pub(super) fn word<T: std::str::FromStr<Err: std::fmt::Display>>(word: &str) -> Result<T, Problem> {
    word.parse().map_err(|error| Problem::internal(&error))
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
