// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The next step of a batch.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use forestall_model::epp::Operation;
use forestall_model::money::Money;
use forestall_model::{Action, Digest, DomainName, Instant};

use super::approval::{self, Approval, Stop};
use super::batch::{Batch, Entry};
use super::journal::{Journal, Outcome, Record, State, transaction};
use super::rules::{Look, Rules, Trace, Verdict, judge, left, trace};

/// How often a command is sent before it is given up.
const MOST_ATTEMPTS: u32 = 3;

/// What a case says of a name now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What is asked for; none where nothing is.
    pub action: Option<Action>,
    /// The event in which people decided so, for a name that somebody holds.
    pub order: Option<u64>,
    /// Until when it is needed, margins included; none where that is at all times.
    pub needed_until: Option<Instant>,
}

/// Everything that the next step follows from.
#[derive(Clone, Copy, Debug)]
pub struct Present<'a> {
    /// The batch.
    pub batch: &'a Batch,
    /// Its digest.
    pub digest: Digest,
    /// Who approved what.
    pub approvals: &'a [Approval],
    /// What was sent over the account before.
    pub journal: &'a Journal,
    /// What the case says of the names of the batch now.
    pub wanted: &'a BTreeMap<DomainName, Wanted>,
    /// Whether the switch is off.
    pub stopped: Option<&'a Stop>,
    /// The limits of the account.
    pub rules: &'a Rules,
    /// The last look at a name.
    pub look: Option<&'a Look>,
    /// The time.
    pub now: Instant,
}

/// A frame that is to be sent, once it stands in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// What is to stand in the journal before the frame goes out.
    pub record: Record,
    /// What is done: of an update, what is not so yet.
    pub operation: Operation,
    /// The price that is agreed to; none but for a creation.
    pub price: Option<Money>,
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Look at the name of this command, and ask again.
    Look(u32),
    /// Put the record into the journal, then send the frame.
    Send(Box<Intent>),
    /// Put the record into the journal: the command ended, or an attempt that was in doubt did.
    Note(Box<Record>),
    /// Nothing can be done before this instant.
    Wait(Instant),
    /// Nothing may be sent.
    Refused(Refused),
    /// Nothing is left to do.
    Done,
}

/// Why nothing may be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The switch is off.
    #[error("nothing is sent: {} stopped it at {}: {}; `forestall epp go` starts it again", .0.by, .0.at, .0.reason)]
    Stopped(Stop),
    /// Two people are missing.
    #[error(
        "the batch {digest} of {count} commands is not approved by two different people{} within the last {days} days; {}",
        if *.signed_in { " with accounts of their own" } else { "" },
        if *.signed_in { "they do so at the console" } else { "`forestall epp approve` does so" }
    )]
    NotApproved {
        /// The batch.
        digest: Digest,
        /// How many commands it has.
        count: usize,
        /// For how long an approval counts.
        days: i64,
        /// Whether only those count that people gave with accounts of their own.
        signed_in: bool,
    },
    /// Enough for today.
    #[error("the account has sent {sent} commands on {day}, and may send {most} a day; go on tomorrow")]
    DailyCap {
        /// How many.
        sent: u32,
        /// The day.
        day: forestall_model::UtcDay,
        /// The cap.
        most: u32,
    },
    /// Another text than the one that was hashed.
    #[error("the batch is not the one of the digest {0}")]
    OtherText(Digest),
}

/// Says what is to be done next. Equal arguments give equal steps.
#[must_use]
pub fn next(present: &Present<'_>) -> Step {
    if let Err(refused) = gate(present) {
        return Step::Refused(refused);
    }
    let mut wait: Option<Instant> = None;
    let mut busy: BTreeSet<&DomainName> = BTreeSet::new();
    let mut not_so: BTreeSet<&DomainName> = BTreeSet::new();
    for (position, entry) in present.batch.positions() {
        let state = present.journal.state(present.digest, position, &entry.name);
        match state {
            State::Ended(outcome) => {
                if !outcome.is_so() {
                    not_so.insert(&entry.name);
                }
                continue;
            }
            State::Pending => {
                busy.insert(&entry.name);
                continue;
            }
            _ if busy.contains(&entry.name) => continue,
            State::InDoubt(record) => {
                let rested = record.sent.map(|sent| sent.plus_seconds(present.rules.rest));
                if let Some(rested) = rested.filter(|rested| present.now < *rested) {
                    wait = Some(wait.map_or(rested, |earlier| earlier.min(rested)));
                    busy.insert(&entry.name);
                    continue;
                }
            }
            State::Open { .. } => {}
        }
        return of_entry(present, position, entry, state, not_so.contains(&entry.name));
    }
    wait.map_or(Step::Done, Step::Wait)
}

/// What would be done about one command if it were approved: what a dry run tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rehearsed {
    /// It has ended already.
    Ended(Outcome),
    /// It would be sent.
    Send {
        /// What would be done: of an update, what is not so yet.
        operation: Operation,
        /// The price that would be agreed to.
        price: Option<Money>,
    },
    /// It would end without a frame.
    Close(Outcome, String),
    /// It waits for the command before it, about the same name.
    Follows(u32),
    /// A frame went out, and what came of it is to be found out first.
    InDoubt,
}

impl fmt::Display for Rehearsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(outcome) => write!(f, "{outcome} before"),
            Self::Send { price: None, .. } => f.write_str("would be sent"),
            Self::Send { price: Some(price), .. } => write!(f, "would be sent, for {price}"),
            Self::Close(outcome, text) => write!(f, "{outcome}, without a frame: {text}"),
            Self::Follows(before) => write!(f, "follows where command {} is done", before + 1),
            Self::InDoubt => f.write_str("was sent, and has no answer: the registry is asked first"),
        }
    }
}

/// Says what would be done about the command at a position, by a look at its name. Approvals, the switch and the cap are left out.
#[must_use]
pub fn rehearse(present: &Present<'_>, position: u32, look: &Look) -> Option<Rehearsed> {
    let Present { batch, digest, journal, rules, .. } = *present;
    let entry = batch.entry(position)?;
    match journal.state(digest, position, &entry.name) {
        State::Ended(outcome) => return Some(Rehearsed::Ended(outcome)),
        State::Pending => return Some(Rehearsed::Ended(Outcome::Pending)),
        State::InDoubt(_) => return Some(Rehearsed::InDoubt),
        State::Open { .. } => {}
    }
    let before =
        batch.positions().take_while(|(place, _)| *place < position).filter(|(_, before)| before.name == entry.name);
    let open = before.filter(|(place, _)| journal.outcome(digest, *place, &entry.name).is_none()).last();
    if let Some((place, _)) = open {
        return Some(Rehearsed::Follows(place));
    }
    Some(match judge(entry, look, present) {
        Verdict::Send => {
            Rehearsed::Send { operation: left(&entry.operation, &look.seen), price: agreed(entry, look, rules) }
        }
        Verdict::Close(outcome, text) => Rehearsed::Close(outcome, text),
    })
}

fn gate(present: &Present<'_>) -> Result<(), Refused> {
    let Present { batch, digest, rules, now, .. } = *present;
    if let Some(stop) = present.stopped {
        return Err(Refused::Stopped(stop.clone()));
    }
    if batch.digest() != digest {
        return Err(Refused::OtherText(digest));
    }
    let (count, terms) = (batch.entries.len(), rules.approvals);
    let counted = u32::try_from(count).unwrap_or(u32::MAX);
    match approval::two(present.approvals, digest, counted, &terms, now) {
        Some(_) => Ok(()),
        None => Err(Refused::NotApproved { digest, count, days: terms.lives / 86_400, signed_in: terms.signed_in }),
    }
}

fn of_entry(present: &Present<'_>, position: u32, entry: &Entry, state: State<'_>, before_failed: bool) -> Step {
    let Present { journal, rules, now, .. } = *present;
    let closed = |outcome: Outcome, text: String| {
        let record = record(present, position, entry, 0);
        Step::Note(Box::new(Record { sent: None, ended: Some(now), outcome: Some(outcome), text, ..record }))
    };
    let attempts = match state {
        State::Open { attempts } => attempts,
        _ => 0,
    };
    if matches!(state, State::Open { .. }) && before_failed {
        return closed(Outcome::Skipped, "the command before it was not done".to_owned());
    }
    if attempts >= MOST_ATTEMPTS {
        return closed(Outcome::Refused, format!("it was sent {attempts} times, and the registry could not do it"));
    }
    // A clock that went back makes no look fresh: it has to catch up first.
    if let Some(last) = journal.last_about(&entry.name).filter(|last| *last > now) {
        return Step::Wait(last);
    }
    let fresh = present.look.filter(|look| {
        look.name == entry.name
            && look.at <= now
            && now <= look.at.plus_seconds(rules.look_lives)
            && journal.last_about(&entry.name).is_none_or(|last| last < look.at)
    });
    let Some(look) = fresh else { return Step::Look(position) };
    if let State::InDoubt(record) = state {
        return Step::Note(Box::new(settled(entry, record, look, rules, now)));
    }
    match judge(entry, look, present) {
        Verdict::Close(outcome, text) => closed(outcome, text),
        Verdict::Send => {
            let (day, most) = (now.day(), rules.per_day);
            let sent = journal.sent_on(day);
            if sent >= most {
                return Step::Refused(Refused::DailyCap { sent, day, most });
            }
            let record = Record { sent: Some(now), ..record(present, position, entry, attempts + 1) };
            let price = agreed(entry, look, rules);
            Step::Send(Box::new(Intent { record, operation: left(&entry.operation, &look.seen), price }))
        }
    }
}

/// Returns the price that is agreed to. What was looked up is what a creation costs, and says nothing of other commands.
fn agreed(entry: &Entry, look: &Look, rules: &Rules) -> Option<Money> {
    let creates = matches!(entry.operation, Operation::Create { .. });
    look.price.clone().filter(|_| creates && rules.most_price.is_some())
}

fn record(present: &Present<'_>, position: u32, entry: &Entry, attempt: u32) -> Record {
    let command = entry.operation.word();
    Record {
        id: transaction(present.digest, position, command, attempt),
        batch: present.digest,
        position,
        attempt,
        name: entry.name.clone(),
        command: command.to_owned(),
        sent: None,
        ended: None,
        outcome: None,
        code: None,
        theirs: None,
        text: String::new(),
        created: None,
    }
}

/// Returns the record of an attempt that was in doubt, with what a look says of it.
fn settled(entry: &Entry, record: &Record, look: &Look, rules: &Rules, now: Instant) -> Record {
    let (outcome, text, created) = match trace(entry, record, look, rules) {
        Trace::Done(created) => {
            (Outcome::Done, "no answer came; the registry shows that it was done".to_owned(), created)
        }
        Trace::NotDone => (Outcome::Failed, "no answer came; the registry shows that it was not done".to_owned(), None),
        Trace::Overtaken(text) => (Outcome::Refused, format!("no answer came: {text}"), None),
    };
    Record { ended: Some(now), outcome: Some(outcome), text, created, ..record.clone() }
}
