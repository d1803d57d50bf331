// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Checking an index name by name: that every entry makes sense, stands where it is looked for, and is counted.
//!
//! [`Index::open`] finds every octet that changed. This finds what a faulty or hostile writer may have written with right checksums.

use crate::Index;
use crate::bucket::{Entry, entries};
use crate::filter;
use crate::hash::{ROOT, with_label};
use crate::key::unpacked;
use crate::name::Labels;

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
            let mut filled = block.places().next().map_or(0, |place| block.bucket(octets, place).start);
            for place in block.places() {
                let bucket = block.bucket(octets, place);
                if bucket.start != filled {
                    return fault(place, "the directory does not lead from each bucket to the next");
                }
                filled = bucket.end;
                for entry in entries(&octets[bucket.clone()], self.width) {
                    let entry = match entry {
                        Ok(entry) => entry,
                        Err(at) => return fault(bucket.start + at, "these octets are no entry"),
                    };
                    let at = bucket.start + entry.at;
                    let Some(hash) = self.hash_of(&entry) else { return fault(at, "the entry holds no name") };
                    if self.block(hash) != block || block.place(hash, self.tables.log2) != place {
                        return fault(at, "the name stands in a bucket where it is not looked for");
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

    fn hash_of(&self, entry: &Entry<'_>) -> Option<u64> {
        let (head, parent) = entry.key.split_at_checked(entry.key.len().checked_sub(self.width)?)?;
        let parent = parent.iter().rev().fold(0, |number, octet| number << 8 | usize::from(*octet));
        let mut wire = unpacked(head)?;
        wire.extend_from_slice(self.tables.parents.get(parent)?);
        let labels = Labels::of(&wire)?;
        let whole = labels.length == wire.len() && labels.count() > 1;
        let mut end = wire.len();
        let hash = labels.starts().rev().fold(ROOT, |hash, start| {
            let label = &wire[start + 1..end];
            end = start;
            with_label(hash, label)
        });
        let deep = parent != 0 || self.tables.root_depths.checked_shr(u32::try_from(labels.count()).ok()?)? & 1 != 0;
        (whole && deep).then_some(hash)
    }
}
