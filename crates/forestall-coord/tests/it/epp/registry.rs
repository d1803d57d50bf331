// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A registry as a value: it carries commands out as RFC 5731 says, and remembers each that it did.

use std::collections::{BTreeMap, BTreeSet};

use forestall_coord::epp::Seen;
use forestall_model::epp::{Guarded, Object, Operation, Side, Status};
use forestall_model::{DomainName, Instant};

use super::US;

/// A command that was carried out.
#[derive(Clone, Debug)]
pub(super) struct Executed {
    pub(super) name: DomainName,
    pub(super) position: u32,
    pub(super) at: Instant,
    /// How often others had changed the name by then.
    pub(super) strangers: u32,
}

#[derive(Default)]
pub(super) struct Registry {
    objects: BTreeMap<DomainName, Object>,
    /// Objects that a command of ours created, and nobody deleted.
    ours: BTreeSet<DomainName>,
    strangers: BTreeMap<DomainName, u32>,
    pub(super) log: Vec<Executed>,
}

impl Registry {
    pub(super) fn look(&self, name: &DomainName) -> Seen {
        self.objects.get(name).cloned().map_or(Seen::Free, Seen::Exists)
    }

    /// Says whether a command of ours created the object that there is.
    pub(super) fn is_ours(&self, name: &DomainName) -> bool {
        self.ours.contains(name)
    }

    /// Carries a command out, or refuses it.
    pub(super) fn execute(&mut self, name: &DomainName, operation: &Operation, position: u32, at: Instant) -> bool {
        let done = self.try_to(name, operation, at);
        if done {
            let strangers = self.strangers.get(name).copied().unwrap_or(0);
            self.log.push(Executed { name: name.clone(), position, at, strangers });
        }
        done
    }

    fn try_to(&mut self, name: &DomainName, operation: &Operation, at: Instant) -> bool {
        if let Operation::Create { servers, .. } = operation {
            if self.objects.contains_key(name) {
                return false;
            }
            let servers = servers.iter().cloned().collect();
            self.objects.insert(name.clone(), Object { servers, ..object(US, at) });
            self.ours.insert(name.clone());
            return true;
        }
        let Some(object) = self.objects.get_mut(name).filter(|object| object.sponsor == US) else { return false };
        let forbidden = |guards: Guarded, object: &Object| {
            Side::ALL.iter().any(|side| object.statuses.contains(&Status { side: *side, guards }.to_string()))
        };
        match operation {
            Operation::Create { .. } => false,
            Operation::Update(change) => {
                let text = |status: &Status| status.to_string();
                if change.add_statuses.iter().any(|status| object.statuses.contains(&text(status)))
                    || !change.remove_statuses.iter().all(|status| object.statuses.contains(&text(status)))
                    || forbidden(Guarded::Update, object) && change.remove_statuses.is_empty()
                {
                    return false;
                }
                object.statuses.extend(change.add_statuses.iter().map(text));
                for status in &change.remove_statuses {
                    object.statuses.remove(&text(status));
                }
                true
            }
            Operation::Renew { expires, years } => {
                let day = object.expires.expect("each object ends").day();
                if day != *expires {
                    return false;
                }
                object.expires = Some(day.plus(365 * i32::from(*years)).start());
                true
            }
            Operation::Delete {} => {
                if forbidden(Guarded::Delete, object) {
                    return false;
                }
                self.objects.remove(name);
                self.ours.remove(name);
                true
            }
        }
    }

    /// Somebody else registers the name, or registers it anew.
    pub(super) fn taken(&mut self, name: &DomainName, at: Instant) {
        self.changed(name);
        self.ours.remove(name);
        self.objects.insert(name.clone(), object("stranger", at));
    }

    /// The object is deleted by the registry.
    pub(super) fn dropped(&mut self, name: &DomainName) {
        self.changed(name);
        self.ours.remove(name);
        self.objects.remove(name);
    }

    /// The object goes to us by a transfer, as some registries do by hand.
    pub(super) fn handed_over(&mut self, name: &DomainName) {
        self.changed(name);
        if let Some(object) = self.objects.get_mut(name) {
            US.clone_into(&mut object.sponsor);
        }
    }

    fn changed(&mut self, name: &DomainName) {
        *self.strangers.entry(name.clone()).or_default() += 1;
    }
}

fn object(sponsor: &str, at: Instant) -> Object {
    Object {
        sponsor: sponsor.to_owned(),
        creator: Some(sponsor.to_owned()),
        created: Some(at),
        expires: Some(at.day().plus(365).start()),
        ..Object::default()
    }
}
