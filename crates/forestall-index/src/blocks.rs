// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! From the records of a part of all hashes to one block: sorted, repeated names joined, numbers as in the file.

use crate::block::Writer;
use crate::bucket;
use crate::build::BuildError;
use crate::checksum::checksum;
use crate::spill::{COLLISION, record};
use crate::tables::BlockEntry;

/// Most names of a bucket; sixteen are expected, and chance never brings a hundred.
const MOST_IN_BUCKET: usize = 4_096;

/// The numbers that a builder's references and parents get in the file.
#[derive(Debug)]
pub(crate) struct Renumbered {
    /// For each reference, its place in the order in which an entry lists them.
    pub(crate) ranks: Vec<u32>,
    /// For each reference, its number in the file.
    pub(crate) numbers: Vec<u32>,
    /// The references in the order of their numbers in the file.
    pub(crate) by_use: Vec<u32>,
    /// For each reference, the number of its campaign in the file.
    pub(crate) campaign_of: Vec<u32>,
    /// The campaigns in the order of their numbers in the file.
    pub(crate) campaigns: Vec<u32>,
    /// For each parent, its number in the file.
    pub(crate) parents: Vec<u16>,
    /// Octets of a parent's number in the file.
    pub(crate) width: usize,
}

/// A block, and what stands in it.
#[derive(Debug)]
pub(crate) struct BuiltBlock {
    pub(crate) octets: Vec<u8>,
    pub(crate) entry: BlockEntry,
    pub(crate) collisions: u64,
    /// Names of each campaign.
    pub(crate) names_of: Vec<u64>,
}

/// Makes the block of these records.
pub(crate) fn built(records: &[u8], log2: u32, order: &Renumbered) -> Result<BuiltBlock, BuildError> {
    let too_many = BuildError::TooMany { what: "names", most: u64::from(u32::MAX) };
    let sorted = sorted(records).ok_or(too_many)?;
    let key_at = |at: u32| record(records, at as usize).map_or((&[][..], 0), |(record, _)| (record.key, record.value));
    let same = |a: &(u64, u32), b: &(u64, u32)| a.0 == b.0 && key_at(a.1).0 == key_at(b.1).0;
    let names = sorted.chunk_by(same).count();
    let mut writer = Writer::new(names, log2);
    let mut made = BuiltBlock {
        octets: Vec::new(),
        entry: BlockEntry {
            shape: crate::block::Shape::of(names),
            names: u32::try_from(names).unwrap_or(u32::MAX),
            length: 0,
            checksum: 0,
        },
        collisions: 0,
        names_of: vec![0; order.campaigns.len()],
    };
    let (mut key, mut scratch, mut references) = (Vec::new(), Vec::new(), Vec::new());
    let mut bucket = (usize::MAX, 0);
    for group in sorted.chunk_by(same) {
        let (hash, at) = group[0];
        let number = writer.bucket_number(hash);
        bucket = if bucket.0 == number { (number, bucket.1 + 1) } else { (number, 1) };
        if bucket.1 > MOST_IN_BUCKET {
            return Err(BuildError::Crafted { most: MOST_IN_BUCKET });
        }
        references.clear();
        references.extend(group.iter().map(|(_, at)| key_at(*at).1).filter(|value| *value != COLLISION));
        let collision = group.iter().any(|(_, at)| key_at(*at).1 == COLLISION);
        made.collisions += u64::from(collision);
        if references.len() > 1 {
            references.sort_unstable_by_key(|reference| order.ranks[*reference as usize]);
            references.dedup();
        }
        let mut last = None;
        for reference in &mut references {
            let campaign = order.campaign_of[*reference as usize];
            if last != Some(campaign) {
                made.names_of[campaign as usize] += 1;
                last = Some(campaign);
            }
            *reference = order.numbers[*reference as usize];
        }
        renumber(key_at(at).0, order, &mut key);
        writer
            .push(hash, |out| bucket::push(out, &key, collision, &references, &mut scratch))
            .map_err(|_| BuildError::TooMany { what: "octets in a block", most: u64::from(u32::MAX) })?;
    }
    (made.octets, made.entry.shape) =
        writer.finish().map_err(|_| BuildError::TooMany { what: "octets in a block", most: u64::from(u32::MAX) })?;
    made.entry.length = made.octets.len() as u64;
    made.entry.checksum = checksum(&made.octets);
    Ok(made)
}

/// Returns hash and place of each record, in order of hash, then of the name.
fn sorted(records: &[u8]) -> Option<Vec<(u64, u32)>> {
    u32::try_from(records.len()).ok()?;
    let mut sorted = Vec::with_capacity(records.len() / 20);
    let mut at = 0;
    while let Some((found, next)) = record(records, at) {
        sorted.push((found.hash, u32::try_from(at).ok()?));
        at = next;
    }
    sorted.sort_unstable();
    // Different names of one hash hardly ever meet; where they do, equal names must stand together.
    let key = |at: u32| record(records, at as usize).map(|(record, _)| record.key);
    for group in sorted.chunk_by_mut(|a, b| a.0 == b.0) {
        let (first, rest) = group.split_at_mut(1);
        if rest.iter().any(|(_, at)| key(*at) != key(first[0].1)) {
            group.sort_by(|a, b| key(a.1).cmp(&key(b.1)));
        }
    }
    Some(sorted)
}

/// Copies a key with the parent's number in the file.
fn renumber(key: &[u8], order: &Renumbered, out: &mut Vec<u8>) {
    out.clear();
    let Some((head, parent)) = key.split_last_chunk::<2>() else { return };
    let parent = order.parents[usize::from(u16::from_le_bytes(*parent))].to_le_bytes();
    out.extend_from_slice(head);
    out.extend_from_slice(&parent[..order.width]);
}
