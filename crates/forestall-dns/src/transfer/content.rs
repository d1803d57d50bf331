// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a zone holds, in the form from which messages are written: names in an arena, and the rules that each of them gets.

use std::cmp::Ordering;
use std::net::IpAddr;
use std::sync::Arc;

use forestall_model::marking::Marked;
use forestall_model::{Marking, OwnerName};

use crate::wire::octets_of;

/// Types of records.
pub(super) mod rtype {
    pub(in crate::transfer) const A: u16 = 1;
    pub(in crate::transfer) const NS: u16 = 2;
    pub(in crate::transfer) const CNAME: u16 = 5;
    pub(in crate::transfer) const SOA: u16 = 6;
    pub(in crate::transfer) const AAAA: u16 = 28;
    pub(in crate::transfer) const OPT: u16 = 41;
    pub(in crate::transfer) const TSIG: u16 = 250;
    pub(in crate::transfer) const IXFR: u16 = 251;
    pub(in crate::transfer) const AXFR: u16 = 252;
}

/// Octets of a label, at most (RFC 1035, section 2.3.4).
const LABEL: usize = 63;
/// Octets of a name, at most, as text.
const NAME: usize = 253;

/// The records at the apex of a zone, and how long all of its records may be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apex {
    /// The zone.
    pub zone: OwnerName,
    /// The primary that its SOA names.
    pub primary: OwnerName,
    /// The mailbox that its SOA names.
    pub contact: OwnerName,
    /// Its name server.
    pub name_server: OwnerName,
    /// Seconds between two looks of a secondary.
    pub refresh: u32,
    /// Seconds after which a look that failed is repeated.
    pub retry: u32,
    /// Seconds after which a secondary gives the zone up.
    pub expire: u32,
    /// Seconds for which an answer may be kept, one that says no as well.
    pub ttl: u32,
}

impl Apex {
    /// Returns the apex of a zone that nobody asks for: it names no server and no person, is looked at often, and never given up soon, since an old
    /// list is better than none. Answers are kept for minutes: the names of a day go at its end.
    #[must_use]
    #[allow(clippy::missing_panics_doc, reason = "labels this short are a name")]
    pub fn of(zone: OwnerName) -> Self {
        let label = |labels: &[&str]| {
            let octets = labels.iter().map(|label| label.as_bytes());
            OwnerName::from_labels(octets).expect("short labels are a name")
        };
        Self {
            zone,
            primary: label(&["localhost"]),
            contact: label(&["nobody", "invalid"]),
            name_server: label(&["localhost"]),
            refresh: 300,
            retry: 60,
            expire: 604_800,
            ttl: 300,
        }
    }
}

/// Names below an apex, as text without it, each once and in the order of their octets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    letters: Vec<u8>,
    ends: Vec<u32>,
}

/// Why a name cannot be among the [`Names`] of a zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NamesError {
    /// It is no name, or none in the order of the others.
    #[error("{0:?} does not follow the names before it, or is no name with labels of 1 to 63 octets")]
    Name(String),
    /// More than 4 GiB.
    #[error("the names of one zone take more than 4 GiB")]
    TooMany,
}

impl Names {
    /// Adds a name behind the others. One that is the last already is not added again.
    ///
    /// # Errors
    ///
    /// [`NamesError`].
    pub fn push(&mut self, name: &str) -> Result<(), NamesError> {
        let octets = name.as_bytes();
        let refused = || NamesError::Name(name.to_owned());
        if octets.len() > NAME || octets.split(|o| *o == b'.').any(|l| l.is_empty() || l.len() > LABEL) {
            return Err(refused());
        }
        if let Some(last) = self.len().checked_sub(1) {
            match self.get(last).cmp(octets) {
                Ordering::Less => {}
                Ordering::Equal => return Ok(()),
                Ordering::Greater => return Err(refused()),
            }
        }
        let end = u32::try_from(self.letters.len() + octets.len()).map_err(|_| NamesError::TooMany)?;
        self.letters.extend_from_slice(octets);
        self.ends.push(end);
        Ok(())
    }

    /// Returns how many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Says whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Returns the names in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Returns the name with an index, which must be below [`Self::len`].
    pub(super) fn get(&self, index: usize) -> &[u8] {
        let begin = index.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.letters[begin..self.ends[index] as usize]
    }

    /// Returns the names of `self` that `other` has not, and those of `other` that `self` has not: what leaves and what comes.
    #[must_use]
    pub fn difference(&self, other: &Self) -> (Self, Self) {
        let (mut gone, mut come) = (Self::default(), Self::default());
        let (mut ours, mut theirs) = (self.iter().peekable(), other.iter().peekable());
        loop {
            match (ours.peek(), theirs.peek()) {
                (Some(our), Some(their)) => match our.cmp(their) {
                    Ordering::Less => gone.take(ours.next()),
                    Ordering::Greater => come.take(theirs.next()),
                    Ordering::Equal => {
                        ours.next();
                        theirs.next();
                    }
                },
                (Some(_), None) => gone.take(ours.next()),
                (None, Some(_)) => come.take(theirs.next()),
                (None, None) => return (gone, come),
            }
        }
    }

    /// Adds a name that another arena of the same order held, which therefore fits.
    fn take(&mut self, name: Option<&[u8]>) {
        self.letters.extend_from_slice(name.unwrap_or_default());
        self.ends.push(u32::try_from(self.letters.len()).unwrap_or(u32::MAX));
    }
}

/// Type and data of a record that each name of a [`Run`] gets, itself and with a wildcard before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub(super) rtype: u16,
    pub(super) data: Vec<u8>,
}

impl Rule {
    /// Returns the rule that leads to another name.
    #[must_use]
    pub fn cname(target: &OwnerName) -> Self {
        Self { rtype: rtype::CNAME, data: octets_of(target) }
    }

    /// Returns the rule with an address.
    #[must_use]
    pub fn address(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self { rtype: rtype::A, data: address.octets().to_vec() },
            IpAddr::V6(address) => Self { rtype: rtype::AAAA, data: address.octets().to_vec() },
        }
    }
}

/// Names that have the same rules.
#[derive(Clone, Debug)]
pub struct Run {
    /// The names.
    pub names: Arc<Names>,
    /// What each has, itself and with a wildcard.
    pub rules: Arc<[Rule]>,
}

/// Records of a zone below its apex.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// The runs, in the order in which they are sent.
    pub runs: Vec<Run>,
}

impl Contents {
    /// Returns how many records there are, wildcards included.
    #[must_use]
    pub fn records(&self) -> usize {
        self.runs.iter().map(|run| 2 * run.names.len() * run.rules.len()).sum()
    }
}

/// What is sent to a secondary.
#[derive(Clone, Debug)]
pub enum Transfer {
    /// Nothing but the SOA: the secondary has the serial, or asked over UDP.
    Nothing {
        /// The serial of the zone.
        serial: u32,
        /// The marking of what the zone holds.
        marking: Marking,
    },
    /// The whole zone.
    Full {
        /// Its serial.
        serial: u32,
        /// The marking of what the zone holds.
        marking: Marking,
        /// What it holds.
        contents: Contents,
    },
    /// What leads from one serial to another.
    Difference {
        /// The serial that the secondary has.
        from: u32,
        /// The serial of the zone.
        to: u32,
        /// The marking of what the zone holds, of what leaves it too.
        marking: Marking,
        /// What leaves.
        removed: Contents,
        /// What comes.
        added: Contents,
    },
}

impl Transfer {
    /// Returns the serial that a secondary has when it has taken it.
    #[must_use]
    pub const fn serial(&self) -> u32 {
        match self {
            Self::Nothing { serial, .. } | Self::Full { serial, .. } => *serial,
            Self::Difference { to, .. } => *to,
        }
    }
}

impl Marked for Transfer {
    fn marking(&self) -> Marking {
        match self {
            Self::Nothing { marking, .. } | Self::Full { marking, .. } | Self::Difference { marking, .. } => *marking,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    fn names(of: &[&str]) -> Names {
        let mut names = Names::default();
        of.iter().for_each(|name| names.push(name).unwrap());
        names
    }

    #[test]
    fn a_difference_is_what_leaves_and_what_comes() {
        let (before, after) = (names(&["a.be", "b.be", "d.be"]), names(&["b.be", "c.be", "d.be", "e.be"]));
        let (gone, come) = before.difference(&after);
        assert_eq!((gone, come), (names(&["a.be"]), names(&["c.be", "e.be"])));
        let (gone, come) = before.difference(&before);
        assert!(gone.is_empty() && come.is_empty());
    }

    #[test]
    fn refuses_what_is_no_name_or_out_of_order() {
        let long = "a".repeat(64);
        let mut all = names(&["b.be", "b.be"]);
        assert_eq!(all.len(), 1);
        for wrong in ["a.be", "", ".be", "c..be", "c.be.", long.as_str(), &"c.".repeat(130)] {
            assert!(all.push(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(all, names(&["b.be"]));
    }
}
