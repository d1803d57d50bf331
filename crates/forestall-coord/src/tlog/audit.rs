// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Looking through a whole log: is every event what its leaf says, is none missing, does every withheld field fit?

use std::collections::BTreeSet;

use forestall_model::{CaseId, Digest};

use super::tree::{Tree, leaf_hash};
use crate::Withheld;
use crate::event::Event;

/// An event as a log or a file holds it, before anything is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// The number that it is kept under.
    pub version: u64,
    /// Its encoding.
    pub encoding: Vec<u8>,
    /// The hash that is kept beside it.
    pub leaf: Digest,
    /// The withheld fields that are still there.
    pub withheld: Vec<Withheld>,
}

/// Something in a log that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogFault {
    /// A number is missing or stands twice.
    #[error("event {found} stands where event {expected} was expected")]
    Gap {
        /// The number expected.
        expected: u64,
        /// The number found.
        found: u64,
    },
    /// The event is not what the hash beside it says.
    #[error("event {version} was changed: its hash is {found}, and the log says {leaf}")]
    Leaf {
        /// The number of the event.
        version: u64,
        /// The hash that is kept.
        leaf: Digest,
        /// The hash of the event.
        found: Digest,
    },
    /// The event cannot be read.
    #[error("event {version} cannot be read: {reason}")]
    Encoding {
        /// The number of the event.
        version: u64,
        /// What is wrong, in words.
        reason: String,
    },
    /// The event says that it is another one, or one of another case.
    #[error("event {version} says that it is event {own} of the case {case}")]
    Place {
        /// The number that it is kept under.
        version: u64,
        /// The number that it gives itself.
        own: u64,
        /// The case that it gives.
        case: CaseId,
    },
    /// A withheld field is not what the event commits to.
    #[error("event {version}: the withheld field {field:?} was changed: the event does not commit to this value")]
    Withheld {
        /// The number of the event.
        version: u64,
        /// The name of the field.
        field: String,
    },
    /// A withheld field stands twice.
    #[error("event {version}: the withheld field {field:?} stands twice")]
    Repeated {
        /// The number of the event.
        version: u64,
        /// The name of the field.
        field: String,
    },
}

/// Looks through the events of a case, one after another.
#[derive(Debug)]
pub struct Audit {
    case: CaseId,
    tree: Tree,
    faults: Vec<LogFault>,
    fields: u64,
    erased: Vec<(u64, String)>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// The tree over the events as they are, whatever hashes are kept beside them.
    pub tree: Tree,
    /// What is wrong, in order; at most [`Audited::MOST_FAULTS`].
    pub faults: Vec<LogFault>,
    /// Withheld fields that fit their events.
    pub fields: u64,
    /// Withheld fields that were erased: the number of the event and the name of the field.
    pub erased: Vec<(u64, String)>,
}

impl Audited {
    /// Faults that are listed at most: a log that was written over has one in every event.
    pub const MOST_FAULTS: usize = 1_000;
}

impl Audit {
    /// Begins at the first event of a case.
    #[must_use]
    pub fn of(case: CaseId) -> Self {
        Self { case, tree: Tree::default(), faults: Vec::new(), fields: 0, erased: Vec::new() }
    }

    /// Looks at the next event and returns it, where it can be read.
    pub fn event(&mut self, stored: &StoredEvent) -> Option<Event> {
        let expected = self.tree.size() + 1;
        let version = stored.version;
        if version != expected {
            self.fault(LogFault::Gap { expected, found: version });
        }
        let found = leaf_hash(&stored.encoding);
        self.tree.push(found);
        if found != stored.leaf {
            self.fault(LogFault::Leaf { version, leaf: stored.leaf, found });
        }
        let event = match Event::from_canonical(&stored.encoding) {
            Ok(event) => event,
            Err(error) => {
                self.fault(LogFault::Encoding { version, reason: error.to_string() });
                return None;
            }
        };
        if event.version != version || event.case != self.case {
            self.fault(LogFault::Place { version, own: event.version, case: event.case.clone() });
        }
        let mut there = BTreeSet::new();
        for field in &stored.withheld {
            if !there.insert(field.field.as_str()) {
                self.fault(LogFault::Repeated { version, field: field.field.clone() });
            } else if event.withheld.get(&field.field) == Some(&field.commitment()) {
                self.fields += 1;
            } else {
                self.fault(LogFault::Withheld { version, field: field.field.clone() });
            }
        }
        let erased = event.withheld.keys().filter(|field| !there.contains(field.as_str()));
        self.erased.extend(erased.map(|field| (version, field.clone())));
        Some(event)
    }

    /// Returns the first fault, where there is one.
    #[must_use]
    pub(crate) fn first_fault(&self) -> Option<&LogFault> {
        self.faults.first()
    }

    /// Ends.
    #[must_use]
    pub fn finish(self) -> Audited {
        Audited { tree: self.tree, faults: self.faults, fields: self.fields, erased: self.erased }
    }

    fn fault(&mut self, fault: LogFault) {
        if self.faults.len() < Audited::MOST_FAULTS {
            self.faults.push(fault);
        }
    }
}
