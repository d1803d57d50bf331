// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What can go wrong with a hub.

use std::time::Duration;

use forestall_api::Problem;

use crate::tls::TlsError;

/// Longest text that is kept of a problem, its detail apart, in characters.
const LONGEST_TEXT: usize = 300;
/// Longest detail of a problem that is kept, in characters: as many as a file with twenty faults makes.
const LONGEST_DETAIL: usize = 8_000;
/// Most members at fault that are kept.
const MOST_FAULTS: usize = 50;

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HubError {
    /// The hub refuses, and says why.
    #[error("{}", written(.problem))]
    Problem {
        /// What it says.
        problem: Box<Problem>,
        /// How long it asks to be left alone.
        after: Option<Duration>,
    },
    /// The hub cannot be reached, or the connection broke. It may have done what was asked.
    #[error("no talk with the hub: {0}")]
    Unreachable(String),
    /// Its certificate is wrong.
    #[error("the hub's certificate is not believed: {0}")]
    Certificate(String),
    /// It took too long. It may have done what was asked.
    #[error("the hub did not answer within {0:?}")]
    TooSlow(Duration),
    /// It sends us elsewhere.
    #[error("the hub answers HTTP {0}, a redirect, which is not followed; name its new address")]
    Redirect(u16),
    /// What it answers is not what was expected: another program may listen there.
    #[error("this is not the answer of a hub to {call}: expected {expected}, found {found}")]
    Protocol {
        /// The call: method and address.
        call: String,
        /// What was expected.
        expected: &'static str,
        /// What came.
        found: String,
    },
    /// The answer is longer than what is read.
    #[error("the answer of the hub to {call} is longer than {most} octets")]
    TooLarge {
        /// The call: method and address.
        call: String,
        /// The most octets that are read.
        most: usize,
    },
    /// A list goes on and on.
    #[error("the list that the hub gives has more than {0} entries")]
    TooMany(usize),
    /// What should be sent is longer than what the hub takes.
    #[error("this has {found} octets, and a hub takes {most}")]
    TooMuch {
        /// Its octets.
        found: usize,
        /// The most.
        most: usize,
    },
    /// What should be sent cannot be written down.
    #[error("the request cannot be written: {0}")]
    Request(String),
    /// The operating system gives no random numbers.
    #[error("the operating system gives no random numbers: {0}")]
    Randomness(String),
}

impl HubError {
    /// Returns the status of a refusal.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Problem { problem, .. } => Some(problem.status),
            _ => None,
        }
    }

    /// Says whether the hub has nothing of this name, or not for whoever asks.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// Says whether the same call may be answered when it is sent again: the connection broke, the hub is busy, it wants a pause that it names,
    /// or it is still doing what was asked before.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Problem { problem, after } => match problem.status {
                503 => true,
                429 => after.is_some(),
                409 => problem.kind == forestall_api::problem::IN_PROGRESS.reference(),
                _ => false,
            },
            _ => false,
        }
    }

    /// Returns how long the hub asks to be left alone.
    #[must_use]
    pub const fn after(&self) -> Option<Duration> {
        match self {
            Self::Problem { after, .. } => *after,
            _ => None,
        }
    }
}

/// Settings with which no hub can be called.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HubSettingsError {
    /// TLS cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The client cannot be made.
    #[error("the client cannot be made: {0}")]
    Client(String),
}

/// Returns a problem in words: what is wrong, and each member at fault.
fn written(problem: &Problem) -> String {
    let mut text = problem.detail.clone();
    for fault in &problem.errors {
        if !text.contains(&fault.detail) {
            text.push_str(&format!("; {}: {}", fault.pointer, fault.detail));
        }
    }
    text
}

/// Makes a problem harmless for a terminal and for the memory.
pub(super) fn tamed(problem: Problem) -> Problem {
    let Problem { kind, title, status, detail, mut errors } = problem;
    errors.truncate(MOST_FAULTS);
    for fault in &mut errors {
        fault.pointer = plain(&fault.pointer, LONGEST_TEXT);
        fault.detail = plain(&fault.detail, LONGEST_TEXT);
    }
    let (kind, title) = (plain(&kind, LONGEST_TEXT), plain(&title, LONGEST_TEXT));
    Problem { kind, title, status, detail: plain(&detail, LONGEST_DETAIL), errors }
}

/// Returns a text of others without what moves the cursor; lines stay.
pub(super) fn plain(text: &str, most: usize) -> String {
    text.chars().filter(|c| *c == '\n' || !c.is_control()).take(most).collect()
}
