// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Batches for registries over EPP: their text, each rule by an example, and all of them against any order of events and any crash.

mod batches;
mod properties;
mod registry;
mod steps;

use std::collections::{BTreeMap, BTreeSet};

use forestall_coord::epp::{
    Approval, Batch, Entry, Ground, Journal, Look, Present, Rules, Seen, Step, Stop, Wanted, next,
};
use forestall_model::epp::{Change, Guarded, Object, Operation, Side, Status};
use forestall_model::{Action, DomainName, Instant};
use forestall_testkit::parsed;

const US: &str = "forestall";
const NOON: &str = "2009-04-01T12:00:00Z";

fn at(text: &str) -> Instant {
    parsed(text)
}

fn rules() -> Rules {
    Rules { servers: BTreeSet::from(["ns1.sink.example".to_owned()]), ..Rules::new(Side::Client, US.to_owned()) }
}

fn create() -> Operation {
    Operation::Create { servers: vec!["ns1.sink.example".to_owned()], registrant: None, contacts: Vec::new(), years: 1 }
}

fn set(guards: Guarded) -> Operation {
    Operation::Update(Change { add_statuses: vec![Status { side: Side::Client, guards }], ..Change::default() })
}

fn take_away(guards: Guarded) -> Operation {
    Operation::Update(Change { remove_statuses: vec![Status { side: Side::Client, guards }], ..Change::default() })
}

fn entry(name: &str, action: Action, operation: Operation, ground: Ground) -> Entry {
    Entry { name: parsed(name), action, operation, ground, needed_until: Some(at("2009-05-02T00:00:00Z")) }
}

fn batch(entries: Vec<Entry>) -> Batch {
    Batch { account: "be".to_owned(), case: parsed("conficker"), tld: parsed("be"), planned: at(NOON), entries }
}

/// A batch that registers a name and locks it.
fn sinkhole() -> Batch {
    let action = Action::RegisterSinkhole;
    batch(vec![
        entry("abcd.be", action, create(), Ground::Free),
        entry("abcd.be", action, set(Guarded::Delete), Ground::Own),
    ])
}

fn approvals(batch: &Batch, people: &[&str]) -> Vec<Approval> {
    let count = u32::try_from(batch.entries.len()).expect("a small batch");
    people
        .iter()
        .map(|by| Approval { digest: batch.digest(), count, by: parsed(by), account: None, at: at(NOON) })
        .collect()
}

fn object(created: Instant) -> Object {
    Object {
        sponsor: US.to_owned(),
        creator: Some(US.to_owned()),
        created: Some(created),
        expires: Some(at("2010-04-01T12:00:00Z")),
        servers: BTreeSet::from(["ns1.sink.example".to_owned()]),
        ..Object::default()
    }
}

fn look(name: &str, at: Instant, seen: Seen) -> Look {
    Look { name: parsed(name), at, seen, price: None }
}

/// Everything that a step follows from, with an approved batch and a case that asks for its names.
struct Scene {
    batch: Batch,
    approvals: Vec<Approval>,
    journal: Journal,
    wanted: BTreeMap<DomainName, Wanted>,
    stopped: Option<Stop>,
    rules: Rules,
    look: Option<Look>,
    now: Instant,
}

impl Scene {
    fn of(batch: Batch) -> Self {
        let wanted = |entry: &Entry| {
            let order = if let Ground::Order(event) = entry.ground { Some(event) } else { None };
            (entry.name.clone(), Wanted { action: Some(entry.action), order, needed_until: entry.needed_until })
        };
        Self {
            approvals: approvals(&batch, &["Ada", "Ben"]),
            wanted: batch.entries.iter().map(wanted).collect(),
            batch,
            journal: Journal::default(),
            stopped: None,
            rules: rules(),
            look: None,
            now: at(NOON),
        }
    }

    fn next(&self) -> Step {
        next(&Present {
            batch: &self.batch,
            digest: self.batch.digest(),
            approvals: &self.approvals,
            journal: &self.journal,
            wanted: &self.wanted,
            stopped: self.stopped.as_ref(),
            rules: &self.rules,
            look: self.look.as_ref(),
            now: self.now,
        })
    }

    fn see(&mut self, name: &str, seen: Seen) {
        self.look = Some(look(name, self.now, seen));
    }

    fn later(&mut self, seconds: i64) {
        self.now = self.now.plus_seconds(seconds);
    }
}
