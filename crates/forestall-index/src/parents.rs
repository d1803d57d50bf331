// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The parents of an index, found by hash: at which endings a query is cut.
//!
//! What stands above a parent (`net` above `ddns.net`) is known too, as a way to it, so that a walk from the right stops at the first
//! label with which no parent goes on. Few real queries get beyond two labels.

use crate::hash::{ROOT, with_label};
use crate::name::Labels;

/// The number of an ending that is only the way to a parent.
const WAY: u16 = u16::MAX;

/// Slots at the beginning. Few of many slots are in use, so that nearly each search ends where it begins.
const FEWEST_SLOTS: usize = 4_096;

/// Parents and the ways to them, by hash. Equal hashes of different endings are told apart when a name is compared.
#[derive(Clone, Debug)]
pub(crate) struct Parents {
    /// Open addressing; 0 where nothing is.
    hashes: Vec<u64>,
    numbers: Vec<u16>,
    count: usize,
}

/// An ending that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// A parent, with its number.
    Parent(u16),
    /// A parent goes on from here.
    Way,
}

impl Parents {
    pub(crate) fn new() -> Self {
        Self { hashes: vec![0; FEWEST_SLOTS], numbers: vec![0; FEWEST_SLOTS], count: 0 }
    }

    /// Adds a parent, on the wire and in lower case. Of two with one hash the first stays.
    pub(crate) fn add(&mut self, wire: &[u8], number: u16) {
        let Some(labels) = Labels::of(wire) else { return };
        let mut hash = ROOT;
        let mut left = labels.count();
        for start in labels.starts().rev() {
            let length = usize::from(wire[start]);
            hash = with_label(hash, &wire[start + 1..=start + length]);
            left -= 1;
            self.insert(hash, if left == 0 { number } else { WAY });
        }
    }

    fn insert(&mut self, hash: u64, number: u16) {
        if 4 * (self.count + 1) > self.hashes.len() {
            let mut larger =
                Self { hashes: vec![0; 2 * self.hashes.len()], numbers: vec![0; 2 * self.hashes.len()], count: 0 };
            for (hash, number) in self.hashes.iter().zip(&self.numbers).filter(|(hash, _)| **hash != 0) {
                larger.insert(*hash, *number);
            }
            *self = larger;
        }
        let slot = self.slot(hash);
        if self.hashes[slot] == 0 {
            self.hashes[slot] = hash | 1;
            self.numbers[slot] = number;
            self.count += 1;
        } else if self.numbers[slot] == WAY {
            self.numbers[slot] = number;
        }
    }

    /// Returns what an ending with this hash is.
    #[inline]
    pub(crate) fn find(&self, hash: u64) -> Option<Ending> {
        let slot = self.slot(hash);
        match (self.hashes[slot], self.numbers[slot]) {
            (0, _) => None,
            (_, WAY) => Some(Ending::Way),
            (_, number) => Some(Ending::Parent(number)),
        }
    }

    /// Returns the slot of a hash: the one that holds it, or the free one where it would stand.
    #[inline]
    fn slot(&self, hash: u64) -> usize {
        let mask = self.hashes.len() - 1;
        let mut slot = (hash >> 32) as usize & mask;
        while self.hashes[slot] != 0 && self.hashes[slot] != hash | 1 {
            slot = (slot + 1) & mask;
        }
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::{Ending, Parents};
    use crate::hash::{ROOT, with_label};

    #[test]
    fn knows_parents_and_the_ways_to_them() {
        let mut parents = Parents::new();
        parents.add(b"\x04ddns\x03net", 1);
        parents.add(b"\x03com", 2);
        for number in 3..2_000u16 {
            parents.add(format!("\x04{number:04}\x03org").as_bytes(), number);
        }
        let [net, com, org] = [b"net", b"com", b"org"].map(|tld| with_label(ROOT, tld));
        assert_eq!(parents.find(net), Some(Ending::Way));
        assert_eq!(parents.find(com), Some(Ending::Parent(2)));
        assert_eq!(parents.find(with_label(net, b"ddns")), Some(Ending::Parent(1)));
        assert_eq!(parents.find(with_label(com, b"ddns")), None);
        assert_eq!(parents.find(with_label(org, b"1999")), Some(Ending::Parent(1999)));
        parents.add(b"\x03net", 2_000);
        assert_eq!(parents.find(net), Some(Ending::Parent(2_000)));
        assert_eq!(parents.find(ROOT), None);
    }
}
