// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who approved a batch, and the switch that stops everything.

use forestall_model::{Actor, Digest, Instant};

use crate::commands::same_person;

/// One person's approval, given over a count and a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The digest of the text that the person saw.
    pub digest: Digest,
    /// How many commands the person saw.
    pub count: u32,
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Instant,
}

/// The switch is off: nothing is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Who switched it off.
    pub by: String,
    /// When.
    pub at: Instant,
    /// Why, in words.
    pub reason: String,
}

/// Returns two approvals of two different people among those that count: for this digest and count, not from the future, and given at `since` or later.
#[must_use]
pub fn two(
    approvals: &[Approval],
    digest: Digest,
    count: u32,
    since: Instant,
    now: Instant,
) -> Option<(&Approval, &Approval)> {
    let counts = |approval: &&Approval| {
        approval.digest == digest && approval.count == count && approval.at >= since && approval.at <= now
    };
    let first = approvals.iter().find(counts)?;
    let second = approvals.iter().filter(counts).find(|other| !same_person(&first.by, &other.by))?;
    Some((first, second))
}
