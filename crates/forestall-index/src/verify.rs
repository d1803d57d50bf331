// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Checking an index name by name: that every entry makes sense, stands where it is looked for, and is counted.
//!
//! [`Index::open`] finds every octet that changed. This finds what a faulty or hostile writer may have written with right checksums.

use crate::Index;
use crate::block::Block;
use crate::bucket::{Entry, Parts, entries, parts, push_name};
use crate::filter;
use crate::hash::{ROOT, with_label};
use crate::key::{Key, packed_size, unpacked};
use crate::name::Labels;
use crate::quotient::{Placed, given_back, placed, spread, spread_at};

/// Something in an index that no builder writes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at octet {at}: {what}")]
pub struct Fault {
    /// Where, counted from the start of the file.
    pub at: u64,
    /// What is wrong, in words.
    pub what: &'static str,
}

impl<B: AsRef<[u8]>> Index<B> {
    /// Checks every name.
    ///
    /// # Errors
    ///
    /// The first [`Fault`].
    pub fn verify(&self) -> Result<(), Fault> {
        let octets = self.octets.as_ref();
        let fault = |at: usize, what| Err(Fault { at: at as u64, what });
        let (mut names, mut collisions) = (0u64, 0u64);
        let mut names_of = vec![0u64; self.tables.campaigns.len()];
        for (number, block) in self.blocks.iter().enumerate() {
            let start = block.range().start;
            let before = names;
            let mut filled = block.bucket(octets, block.place(0)).start;
            for bucket_number in 0..block.bucket_count() {
                let place = block.place(bucket_number);
                let bucket = block.bucket(octets, place);
                if bucket.start != filled {
                    return fault(place, "the directory does not lead from each bucket to the next");
                }
                filled = bucket.end;
                for entry in entries(&octets[bucket.clone()], block.width()) {
                    let entry = match entry {
                        Ok(entry) => entry,
                        Err(at) => return fault(bucket.start + at, "these octets are no entry"),
                    };
                    let at = bucket.start + entry.at;
                    let Some(hash) = self.hash_of(&entry, block, bucket_number) else {
                        return fault(at, "the entry holds no name that stands so in this bucket");
                    };
                    if self.block(hash) != block {
                        return fault(at, "the name stands in a block where it is not looked for");
                    }
                    let pair = filter::pair(octets, block.pair(hash, self.tables.log2));
                    if !filter::passes(pair, filter::bits(hash)) {
                        return fault(at, "the filter does not let the name through");
                    }
                    let mut last = None;
                    let mut count = 0;
                    for reference in entry.references {
                        let Some((campaign, _)) = self.tables.references.get(reference as usize) else {
                            return fault(at, "the name points to a reference that is not there");
                        };
                        if last.is_some_and(|last| last > *campaign) {
                            return fault(at, "the references of the name are not in order");
                        }
                        if last != Some(*campaign) {
                            names_of[*campaign as usize] += 1;
                            last = Some(*campaign);
                        }
                        count += 1;
                    }
                    if count == 0 && !entry.collision {
                        return fault(at, "the name stands for nothing");
                    }
                    names += 1;
                    collisions += u64::from(entry.collision);
                }
            }
            if block.used(octets) != Some(filled) || octets[filled..block.range().end].iter().any(|octet| *octet != 0) {
                return fault(filled, "there is more in the block than its directory leads to");
            }
            if names - before != u64::from(self.tables.blocks[number].names) {
                return fault(start, "the block does not hold as many names as the tables say");
            }
        }
        let counted = self.tables.campaigns.iter().map(|(_, names)| names).eq(&names_of);
        if !counted || names != self.tables.names || collisions != self.tables.collisions {
            return fault(octets.len(), "the tables do not count the names as they are");
        }
        Ok(())
    }

    /// Returns the hash of the name of an entry; `None` where there is none, or where it is not written so in this bucket.
    fn hash_of(&self, entry: &Entry<'_>, block: &Block, bucket: u32) -> Option<u64> {
        let mut key = Key::empty();
        let parent = match parts(entry.name, block.width())? {
            Parts::Label { tag, left, rest, parent } => {
                let parent_hash = wire_hash(self.tables.parents.get(usize::from(parent))?)?;
                let spread = spread_at(Placed { bucket, left }, block.bucket_count())?;
                let packed = given_back(spread, tag, rest, packed_size(tag)?, parent_hash)?;
                key.set_label(&unpacked(tag, &packed)?[1..]);
                parent
            }
            Parts::Any { labels, parent } => {
                match labels.split_first() {
                    // Such a label stands so only where no letters of five or six bits hold it.
                    Some((length, label)) if usize::from(*length) == label.len() && (1..64).contains(length) => {
                        key.set_label(label);
                    }
                    _ => key.set_wire(labels),
                }
                parent
            }
        };
        let parent_wire = self.tables.parents.get(usize::from(parent))?;
        let mut wire = match key.packed() {
            Some(packed) => unpacked(key.tag(), packed)?,
            None => key.octets()[2..].to_vec(),
        };
        wire.extend_from_slice(parent_wire);
        let labels = Labels::of(&wire)?;
        let deep = parent != 0 || self.tables.root_depths.checked_shr(u32::try_from(labels.count()).ok()?)? & 1 != 0;
        let hash = wire_hash(&wire).filter(|_| labels.count() > 1 && deep)?;
        let place = placed(spread(&key, wire_hash(parent_wire)?, hash), block.bucket_count());
        let mut name = Vec::new();
        push_name(&mut name, &key, place.left, block.width(), parent);
        let first = entry.name.first()? & 0x7F;
        (place.bucket == bucket && name.first() == Some(&first) && name.get(1..) == entry.name.get(1..)).then_some(hash)
    }
}

/// Returns the hash of a name on the wire; `None` where the octets are none.
fn wire_hash(wire: &[u8]) -> Option<u64> {
    let labels = Labels::of(wire).filter(|labels| labels.length == wire.len())?;
    let mut end = wire.len();
    Some(labels.starts().rev().fold(ROOT, |hash, start| {
        let label = &wire[start + 1..end];
        end = start;
        with_label(hash, label)
    }))
}
