// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who approved a batch, and the switch that stops everything.

use forestall_model::{Actor, Digest, Instant, PersonId};

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
    /// The account with which the person was signed in; none where somebody said the name on the command line, which nobody checks.
    pub account: Option<PersonId>,
    /// When.
    pub at: Instant,
}

/// On what terms approvals count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// For how long, in seconds.
    pub lives: i64,
    /// Whether only those count that people gave with accounts of their own.
    pub signed_in: bool,
}

impl Default for Terms {
    /// Seven days, and whoever names themselves.
    fn default() -> Self {
        Self { lives: 7 * 86_400, signed_in: false }
    }
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

/// Returns two approvals of two different people among those that count: for this digest and count, on the terms, and not from the future.
///
/// Two people differ in their names by more than capitals and blanks, and in their accounts where both have one.
#[must_use]
pub fn two<'a>(
    approvals: &'a [Approval],
    digest: Digest,
    count: u32,
    terms: &Terms,
    now: Instant,
) -> Option<(&'a Approval, &'a Approval)> {
    let since = now.plus_seconds(-terms.lives);
    let counts = |approval: &&Approval| {
        approval.digest == digest
            && approval.count == count
            && (since..=now).contains(&approval.at)
            && (approval.account.is_some() || !terms.signed_in)
    };
    let counting: Vec<&Approval> = approvals.iter().filter(counts).collect();
    let pair = |(place, first): (usize, &&'a Approval)| {
        let second = counting[place + 1..].iter().find(|second| are_two(first, second))?;
        Some((*first, *second))
    };
    counting.iter().enumerate().find_map(pair)
}

fn are_two(one: &Approval, other: &Approval) -> bool {
    let same_account = one.account.is_some() && one.account == other.account;
    !same_account && !same_person(&one.by, &other.by)
}
