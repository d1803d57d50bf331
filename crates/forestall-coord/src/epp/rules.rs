// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What one look at a name allows: whether a command may go out now, or how it ends without one.

use std::collections::BTreeSet;

use forestall_model::epp::{Change, Guarded, Object, Operation, Side, Status};
use forestall_model::money::Money;
use forestall_model::{DomainName, Instant};

use super::approval::Terms;
use super::batch::{Entry, Ground};
use super::journal::{Outcome, Record};
use super::next::{Present, Wanted};

/// How far the clocks of a registry and ours may be apart, in seconds, where a date says whether an object is the one that a command created.
const CLOCKS: i64 = 300;

/// The limits of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// On which side of the protocol the account stands.
    pub side: Side,
    /// What the registry calls the account: sponsor and creator of its objects.
    pub user: String,
    /// The name servers of the sinkhole.
    pub servers: BTreeSet<String>,
    /// Most frames that change something, on one UTC day.
    pub per_day: u32,
    /// How long after its window a name is kept, in seconds.
    pub cool_down: i64,
    /// On what terms approvals count.
    pub approvals: Terms,
    /// How long a look counts, in seconds.
    pub look_lives: i64,
    /// How long a frame whose answer never came is left alone, in seconds: what is on its way must have arrived before the registry is asked about it.
    pub rest: i64,
    /// Most that a creation may cost; none where prices are not looked at.
    pub most_price: Option<Money>,
}

impl Rules {
    /// Returns the limits that are usual: 100 frames a day, 30 days after the window, approvals for 7 days, looks for 30 s, and a rest of 60 s.
    #[must_use]
    pub fn new(side: Side, user: String) -> Self {
        const DAY: i64 = 86_400;
        Self {
            side,
            user,
            servers: BTreeSet::new(),
            per_day: 100,
            cool_down: 30 * DAY,
            approvals: Terms::default(),
            look_lives: 30,
            rest: 60,
            most_price: None,
        }
    }
}

/// One look at a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The name.
    pub name: DomainName,
    /// When the registry had answered.
    pub at: Instant,
    /// What it said.
    pub seen: Seen,
    /// What to create it costs, where it told so.
    pub price: Option<Money>,
}

/// What a registry said of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It can be registered.
    Free,
    /// There is no object, and it cannot be registered, or it does not tell this account; with the reason where there is one.
    Unavailable(Option<String>),
    /// There is an object.
    Exists(Object),
}

/// What follows from a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The command may go out now.
    Send,
    /// The command ends without a frame.
    Close(Outcome, String),
}

/// What is said of a name about which the registry does not tell this account, whether it exists or not.
const NOT_TOLD: &str = "the registry does not tell of it";

fn close(outcome: Outcome, text: impl Into<String>) -> Verdict {
    Verdict::Close(outcome, text.into())
}

/// Says whether a command may go out, by the case, the journal and the look.
pub(super) fn judge(entry: &Entry, look: &Look, present: &Present<'_>) -> Verdict {
    match (&entry.operation, entry.ground) {
        (Operation::Create { .. }, Ground::Free) => create(entry, look, present),
        (_, Ground::Free) | (Operation::Create { .. }, _) => close(Outcome::Skipped, "it has no ground"),
        (operation, Ground::Own) => own(entry, operation, look, present),
        (Operation::Update(change), Ground::Order(event)) => ordered(entry, change, event, look, present),
        (_, Ground::Order(_)) => close(Outcome::Skipped, "no order is a ground for it"),
    }
}

fn create(entry: &Entry, look: &Look, present: &Present<'_>) -> Verdict {
    let Present { journal, rules, .. } = *present;
    let wanted = present.wanted.get(&entry.name);
    if wanted.is_none_or(|wanted| wanted.action != Some(entry.action)) {
        return close(Outcome::Skipped, format!("the case does not ask for {} any more", entry.action));
    }
    match &look.seen {
        Seen::Exists(object) => match journal.created_by(&entry.name) {
            Some(record) if is_of(object, record, rules) => close(Outcome::Held, "a command of ours created it before"),
            _ => close(Outcome::Refused, format!("it exists already, and {:?} sponsors it", object.sponsor)),
        },
        Seen::Unavailable(reason) => close(
            Outcome::Refused,
            format!("it cannot be registered: {}", reason.as_deref().unwrap_or("no reason given")),
        ),
        Seen::Free => match (&rules.most_price, &look.price) {
            (Some(most), Some(price)) if !price.is_within(most) => {
                close(Outcome::Refused, format!("it costs {price}, and the account pays {most} at most"))
            }
            (Some(most), None) => {
                close(Outcome::Refused, format!("its price is not told, and the account pays {most} at most"))
            }
            _ => Verdict::Send,
        },
    }
}

fn own(entry: &Entry, operation: &Operation, look: &Look, present: &Present<'_>) -> Verdict {
    let Present { journal, rules, now, .. } = *present;
    let wanted = present.wanted.get(&entry.name);
    let Some(record) = journal.created_by(&entry.name) else {
        return close(Outcome::Refused, "no command of ours created it");
    };
    let object = match &look.seen {
        Seen::Exists(object) => object,
        Seen::Unavailable(_) => return close(Outcome::Refused, NOT_TOLD),
        Seen::Free => return close(Outcome::Refused, "it does not exist any more"),
    };
    if !is_of(object, record, rules) {
        return close(
            Outcome::Refused,
            "it is not the object that our command created: it was registered anew, or has another sponsor",
        );
    }
    let lets_go = match operation {
        Operation::Delete {} => true,
        Operation::Update(change) => change.weakens(),
        Operation::Create { .. } | Operation::Renew { .. } => false,
    };
    if lets_go && let Some(verdict) = still_needed(entry, wanted, rules, now) {
        return verdict;
    }
    match operation {
        Operation::Update(change) => update(change, object, rules),
        Operation::Renew { .. } if wanted.is_none_or(|wanted| wanted.action.is_none()) => {
            close(Outcome::Skipped, "the case does not need it any more")
        }
        Operation::Renew { expires, .. } => match object.expires.map(Instant::day) {
            Some(day) if day == *expires => Verdict::Send,
            Some(day) if day > *expires => close(Outcome::Held, format!("it ends on {day} only")),
            _ => close(Outcome::Refused, format!("it does not end on {expires} as planned")),
        },
        Operation::Delete {} if is_pending(object, "pendingDelete") => {
            close(Outcome::Held, "it is being deleted already")
        }
        Operation::Delete {} => match prohibited(object, Guarded::Delete, rules) {
            Some(status) => close(Outcome::Refused, format!("{status} forbids it")),
            None => Verdict::Send,
        },
        Operation::Create { .. } => close(Outcome::Skipped, "it has no ground"),
    }
}

/// Returns until when a name is needed, by its plan and by what the case says of it now: the case may have moved on since, and need it again. None
/// where that is at all times.
#[must_use]
pub fn latest_need(planned: Option<Instant>, wanted: Option<&Wanted>) -> Option<Instant> {
    match wanted {
        None => planned,
        Some(wanted) => planned.zip(wanted.needed_until).map(|(planned, now)| planned.max(now)),
    }
}

/// Returns why a name must not be let go yet; none where its window has closed and the cool-down is over.
fn still_needed(entry: &Entry, wanted: Option<&Wanted>, rules: &Rules, now: Instant) -> Option<Verdict> {
    let Some(until) = latest_need(entry.needed_until, wanted) else {
        let who = if entry.needed_until.is_none() { "it is needed" } else { "the case needs it" };
        return Some(close(Outcome::Skipped, format!("{who} at all times")));
    };
    let over = until.plus_seconds(rules.cool_down.max(0));
    (now < over).then(|| close(Outcome::Skipped, format!("it is needed until {until}, and kept until {over}")))
}

fn ordered(entry: &Entry, change: &Change, event: u64, look: &Look, present: &Present<'_>) -> Verdict {
    let rules = present.rules;
    let wanted = present.wanted.get(&entry.name);
    if wanted.is_none_or(|wanted| wanted.order != Some(event) || wanted.action != Some(entry.action)) {
        return close(Outcome::Skipped, format!("the order of event {event} does not stand any more"));
    }
    let object = match &look.seen {
        Seen::Exists(object) => object,
        Seen::Unavailable(_) => return close(Outcome::Refused, NOT_TOLD),
        Seen::Free => return close(Outcome::Refused, "nobody holds it any more"),
    };
    if rules.side == Side::Client && object.sponsor != rules.user {
        return close(Outcome::Refused, format!("{:?} sponsors it, and only a sponsor may change it", object.sponsor));
    }
    update(change, object, rules)
}

fn update(change: &Change, object: &Object, rules: &Rules) -> Verdict {
    if is_so(change, object) {
        return close(Outcome::Held, "it is so already");
    }
    let changes_servers = !change.add_servers.is_empty() || !change.remove_servers.is_empty();
    if changes_servers {
        let has = |server: &String| object.servers.contains(server);
        let strange = |server: &&String| !change.remove_servers.contains(server) && !rules.servers.contains(*server);
        let left = left_of(change, object);
        if !left.remove_servers.iter().all(has)
            || left.add_servers.iter().any(has)
            || object.servers.iter().any(|s| strange(&s))
        {
            let now: Vec<&str> = object.servers.iter().map(String::as_str).collect();
            return close(
                Outcome::Refused,
                format!("its name servers changed since the plan; now: {}", now.join(", ")),
            );
        }
    }
    for pending in ["pendingDelete", "pendingTransfer", "pendingUpdate", "pendingCreate"] {
        if is_pending(object, pending) {
            return close(Outcome::Refused, format!("{pending} forbids it"));
        }
    }
    match prohibited(object, Guarded::Update, rules) {
        Some(status) if !change.remove_statuses.iter().any(|s| s.to_string() == status) => {
            close(Outcome::Refused, format!("{status} forbids it"))
        }
        _ => Verdict::Send,
    }
}

fn is_pending(object: &Object, status: &str) -> bool {
    object.statuses.contains(status)
}

/// Returns the status that forbids a command of this account: for a registrar those of both sides, for a registry its own.
fn prohibited(object: &Object, guards: Guarded, rules: &Rules) -> Option<String> {
    let sides: &[Side] = match rules.side {
        Side::Client => &[Side::Client, Side::Server],
        Side::Server => &[Side::Server],
    };
    sides.iter().map(|side| format!("{side}{guards}")).find(|status| object.statuses.contains(status))
}

/// Returns what is left to do of an operation: a registry may refuse an update as a whole where a part of it is so already (RFC 5731, section 3.2.5).
pub(super) fn left(operation: &Operation, seen: &Seen) -> Operation {
    match (operation, seen) {
        (Operation::Update(change), Seen::Exists(object)) => Operation::Update(left_of(change, object)),
        _ => operation.clone(),
    }
}

/// Name servers stay together: they are as planned, or as wanted, or somebody else's doing.
fn left_of(change: &Change, object: &Object) -> Change {
    let has_server = |name: &String| object.servers.contains(name);
    let has_status = |status: &Status| object.statuses.contains(&status.to_string());
    let mut left = change.clone();
    if change.add_servers.iter().all(has_server) && !change.remove_servers.iter().any(has_server) {
        left.add_servers.clear();
        left.remove_servers.clear();
    }
    left.add_statuses.retain(|status| !has_status(status));
    left.remove_statuses.retain(has_status);
    left.remove_ds &= object.signed;
    left
}

/// Says whether everything that a change wants is so.
pub(super) fn is_so(change: &Change, object: &Object) -> bool {
    let server = |name: &String| object.servers.contains(name);
    change.add_servers.iter().all(server)
        && !change.remove_servers.iter().any(server)
        && change.add_statuses.iter().all(|status| object.statuses.contains(&status.to_string()))
        && !change.remove_statuses.iter().any(|status| object.statuses.contains(&status.to_string()))
        && !(change.remove_ds && object.signed)
}

/// Says whether an object is the one that a command of ours created. Where the registry does not tell when it was created, it is not.
pub(super) fn is_of(object: &Object, record: &Record, rules: &Rules) -> bool {
    if object.sponsor != rules.user || object.creator.as_ref().is_some_and(|creator| *creator != rules.user) {
        return false;
    }
    let (Some(created), Some(sent)) = (object.created, record.sent) else { return false };
    match record.created {
        Some(told) => created == told,
        None => created >= sent.plus_seconds(-CLOCKS) && created <= record.ended.unwrap_or(sent).plus_seconds(CLOCKS),
    }
}

/// What a look says of a command that is in doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trace {
    /// It was done; with the date of the object that it created.
    Done(Option<Instant>),
    /// It was not.
    NotDone,
    /// It was not, and cannot be any more.
    Overtaken(String),
}

/// Says what came of a command whose answer never came.
pub(super) fn trace(entry: &Entry, record: &Record, look: &Look, rules: &Rules) -> Trace {
    match (&entry.operation, &look.seen) {
        (Operation::Create { .. }, Seen::Exists(object)) => {
            // What is on its way has arrived when its rest is over: an object that was created later is somebody else's, however late the look is.
            let ended = record.ended.or(record.sent.map(|sent| sent.plus_seconds(rules.rest)));
            let unanswered = Record { created: None, ended, ..record.clone() };
            if is_of(object, &unanswered, rules) {
                Trace::Done(object.created)
            } else {
                Trace::Overtaken(format!("it exists, and not by this command; {:?} sponsors it", object.sponsor))
            }
        }
        (Operation::Create { .. }, Seen::Free) => Trace::NotDone,
        (Operation::Create { .. }, Seen::Unavailable(reason)) => {
            Trace::Overtaken(format!("it cannot be registered: {}", reason.as_deref().unwrap_or("no reason given")))
        }
        (Operation::Update(change), Seen::Exists(object)) if is_so(change, object) => Trace::Done(None),
        (Operation::Renew { expires, .. }, Seen::Exists(object))
            if object.expires.is_some_and(|now| now.day() > *expires) =>
        {
            Trace::Done(None)
        }
        (Operation::Delete {}, Seen::Exists(object)) if is_pending(object, "pendingDelete") => Trace::Done(None),
        (Operation::Delete {}, Seen::Free) => Trace::Done(None),
        (_, Seen::Exists(_)) => Trace::NotDone,
        (_, Seen::Free) => Trace::Overtaken("it does not exist any more".to_owned()),
        (_, Seen::Unavailable(_)) => Trace::Overtaken(NOT_TOLD.to_owned()),
    }
}
