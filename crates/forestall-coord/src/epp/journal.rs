// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The journal of an account: what was sent, and what came of it.

use std::collections::BTreeMap;

use forestall_model::{Digest, DomainName, Instant, UtcDay, vocabulary};

vocabulary! {
    /// What came of a command.
    pub enum Outcome as "an outcome of a command" {
        /// It was done.
        Done = "done",
        /// It was so already.
        Held = "already-held",
        /// It was taken, and a message will say what came of it.
        Pending = "pending",
        /// The registry refuses it, or what the name is now does.
        Refused = "refused",
        /// It was not sent: it is not asked for any more, or not yet due, or what it needs was not done.
        Skipped = "skipped",
        /// It was not done, and may be sent again.
        Failed = "failed",
    }
}

impl Outcome {
    /// Says whether nothing more happens about the command.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Held | Self::Refused | Self::Skipped)
    }

    /// Says whether what was wanted is so.
    #[must_use]
    pub const fn is_so(self) -> bool {
        matches!(self, Self::Done | Self::Held)
    }
}

/// What became of one attempt at one command, or why there was none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Our transaction identifier: [`transaction`].
    pub id: String,
    /// The batch.
    pub batch: Digest,
    /// The place in the batch, from 0.
    pub position: u32,
    /// Which attempt, from 1; 0 for a command that was closed without a frame.
    pub attempt: u32,
    /// The name.
    pub name: DomainName,
    /// The word for the command.
    pub command: String,
    /// When the frame went out, or was about to; none for one that never did.
    pub sent: Option<Instant>,
    /// When the outcome was known.
    pub ended: Option<Instant>,
    /// The outcome; none while it is in doubt.
    pub outcome: Option<Outcome>,
    /// The code of the answer.
    pub code: Option<u16>,
    /// The registry's transaction identifier.
    pub theirs: Option<String>,
    /// What was said, in words.
    pub text: String,
    /// When the object was created, where this command did so and the registry tells it.
    pub created: Option<Instant>,
}

/// Returns the transaction identifier of an attempt: equal for equal attempts, so that what was sent is known by it for good.
#[must_use]
pub fn transaction(batch: Digest, position: u32, command: &str, attempt: u32) -> String {
    let text = format!("forestall epp\n{batch}\n{position}\n{command}\n{attempt}\n");
    format!("FSB-{}", &Digest::of(text.as_bytes()).to_string()[..40])
}

/// What stands of one command in the journal.
#[derive(Clone, Copy, Debug)]
pub(super) enum State<'a> {
    /// Nothing, or attempts that failed.
    Open {
        /// How many attempts there were.
        attempts: u32,
    },
    /// A frame went out, and nobody knows what came of it.
    InDoubt(&'a Record),
    /// It was taken, and a message will say what came of it.
    Pending,
    /// It has ended.
    Ended(Outcome),
}

/// The records of an account.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    by_name: BTreeMap<DomainName, Vec<Record>>,
    /// Frames by the day on which they went out.
    by_day: BTreeMap<UtcDay, u32>,
}

impl Journal {
    /// Takes records in, in any order.
    #[must_use]
    pub fn of(records: impl IntoIterator<Item = Record>) -> Self {
        let mut journal = Self::default();
        records.into_iter().for_each(|record| journal.put(record));
        journal
    }

    /// Takes a record in, over an earlier one of the same attempt.
    pub fn put(&mut self, record: Record) {
        let records = self.by_name.entry(record.name.clone()).or_default();
        match records.iter_mut().find(|known| known.id == record.id) {
            Some(known) => *known = record,
            None => {
                if let Some(sent) = record.sent {
                    *self.by_day.entry(sent.day()).or_default() += 1;
                }
                records.push(record);
                records.sort_by(|a, b| (moment(a), &a.id).cmp(&(moment(b), &b.id)));
            }
        }
    }

    /// Returns the records of a name, the earliest first.
    #[must_use]
    pub fn of_name(&self, name: &DomainName) -> &[Record] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// Returns all records, by name.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.by_name.values().flatten()
    }

    /// Returns how many frames went out on a day.
    #[must_use]
    pub(crate) fn sent_on(&self, day: UtcDay) -> u32 {
        self.by_day.get(&day).copied().unwrap_or(0)
    }

    /// Returns the command of ours that created the object of a name, unless we deleted it since.
    #[must_use]
    pub fn created_by(&self, name: &DomainName) -> Option<&Record> {
        let last = self.of_name(name).iter().rfind(|record| {
            record.outcome == Some(Outcome::Done)
                && record.sent.is_some()
                && matches!(record.command.as_str(), "create" | "delete")
        })?;
        (last.command == "create").then_some(last)
    }

    /// Returns when the last command about a name went out or ended; none where there was none.
    pub(super) fn last_about(&self, name: &DomainName) -> Option<Instant> {
        self.of_name(name).iter().filter(|record| record.sent.is_some()).filter_map(|r| r.ended.max(r.sent)).max()
    }

    pub(super) fn state(&self, batch: Digest, position: u32, name: &DomainName) -> State<'_> {
        let of: Vec<&Record> =
            self.of_name(name).iter().filter(|record| record.batch == batch && record.position == position).collect();
        if let Some(outcome) = of.iter().filter_map(|record| record.outcome).find(|outcome| outcome.is_final()) {
            return State::Ended(outcome);
        }
        if of.iter().any(|record| record.outcome == Some(Outcome::Pending)) {
            return State::Pending;
        }
        if let Some(record) = of.iter().find(|record| record.outcome.is_none()) {
            return State::InDoubt(record);
        }
        State::Open { attempts: of.iter().map(|record| record.attempt).max().unwrap_or(0) }
    }

    /// Returns the outcome of a command, where it has ended.
    #[must_use]
    pub fn outcome(&self, batch: Digest, position: u32, name: &DomainName) -> Option<Outcome> {
        match self.state(batch, position, name) {
            State::Ended(outcome) => Some(outcome),
            State::Pending => Some(Outcome::Pending),
            State::Open { .. } | State::InDoubt(_) => None,
        }
    }
}

fn moment(record: &Record) -> Option<Instant> {
    record.sent.or(record.ended)
}
