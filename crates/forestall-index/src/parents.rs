// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The parents of an index, found by hash: at which endings a query is cut.
//!
//! What stands above a parent (`net` above `ddns.net`) is known too, as a way to it, so that a walk from the right stops at the first
//! label with which no parent goes on. Few real queries get beyond two labels.

use crate::hash::{ROOT, has_dot, with_label};
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
    /// For each number, the parent as text of at most seven octets, with their number topmost: letters, digits and hyphens, and dots between labels; 0 for another. What has
    /// the length of a label among its octets is thus none that is known here.
    texts: Vec<u64>,
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
        Self { hashes: vec![0; FEWEST_SLOTS], numbers: vec![0; FEWEST_SLOTS], count: 0, texts: Vec::new() }
    }

    /// Adds a parent, on the wire and in lower case. Of two with one hash the first stays.
    pub(crate) fn add(&mut self, wire: &[u8], number: u16) {
        let Some(labels) = Labels::of(wire) else { return };
        self.texts.resize(self.texts.len().max(usize::from(number) + 1), 0);
        // Labels::of has seen that the lengths are right.
        let mut text = Vec::with_capacity(labels.length);
        for start in labels.starts() {
            let label = &wire[start + 1..=start + usize::from(wire[start])];
            let is_first = text.is_empty();
            if !label.iter().all(|octet| is_usual(*octet)) {
                text.clear();
                break;
            }
            text.extend((!is_first).then_some(b'.'));
            text.extend_from_slice(label);
        }
        self.texts[usize::from(number)] = if (1..=7).contains(&text.len()) {
            text.iter().rev().fold(0, |word, octet| word << 8 | u64::from(*octet)) | (text.len() as u64) << 56
        } else {
            0
        };
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
            let room = 2 * self.hashes.len();
            let texts = std::mem::take(&mut self.texts);
            let mut larger = Self { hashes: vec![0; room], numbers: vec![0; room], count: 0, texts };
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

    /// Says whether the parent with a number is known to be this one label: at most seven octets with their number topmost, letters in lower case.
    #[inline]
    pub(crate) fn is_label(&self, number: u16, word: u64) -> bool {
        self.is_text(number, word) && !has_dot(word)
    }

    /// Says whether the parent with a number is known to be written so: at most seven octets, dots between labels among them, with their number topmost, letters in
    /// lower case.
    #[inline]
    pub(crate) fn is_text(&self, number: u16, word: u64) -> bool {
        self.texts.get(usize::from(number)).is_some_and(|known| *known == word)
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

fn is_usual(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || octet == b'-'
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
        let [com, net] = [0x0300_0000_006D_6F63, 0x0300_0000_0074_656E];
        assert!(parents.is_label(2, com) && parents.is_label(2_000, net));
        assert!(!parents.is_label(2, net) && !parents.is_label(1, net) && !parents.is_label(0, com));
        assert!(!parents.is_label(u16::MAX, com));
        parents.add(b"\x05co.uk", 2_001);
        parents.add(b"\x04a\x02bc", 2_002);
        let [dotted, lengths] = [0x0500_006B_752E_6F63, 0x0400_0000_6362_0261];
        assert!(!parents.is_label(2_001, dotted) && !parents.is_label(2_002, lengths));
        assert!(!parents.is_text(2_001, dotted) && !parents.is_text(2_002, lengths));
        parents.add(b"\x02co\x02uk", 2_003);
        assert!(parents.is_text(2_003, dotted) && !parents.is_label(2_003, dotted) && parents.is_text(2, com));
        assert!(!parents.is_text(1, com) && !parents.is_text(u16::MAX, com));
    }
}
