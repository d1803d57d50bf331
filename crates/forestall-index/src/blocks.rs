// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! From the records of a part of all hashes to one block: sorted, repeated names joined, numbers as in the file.

use std::hint::black_box;

use crate::block::{Shape, Writer};
use crate::bucket;
use crate::build::BuildError;
use crate::checksum::checksum;
use crate::key::Key;
use crate::quotient::{octets_left, placed, spread};
use crate::spill::{COLLISION, Record, record};
use crate::tables::BlockEntry;

/// Most names of a bucket; four are expected, and chance never brings a hundred.
const MOST_IN_BUCKET: usize = 4_096;

/// Records that are fetched at a time.
const FETCHED: usize = 64;

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
    /// For each parent, its number in the file and its hash.
    pub(crate) parents: Vec<(u16, u64)>,
    /// The parents in the order of their numbers in the file.
    pub(crate) parent_order: Vec<u32>,
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
    let too_long = |_| BuildError::TooMany { what: "octets in a block", most: u64::from(u32::MAX) };
    let sorted = sorted(records, order).ok_or(too_many)?;
    let names = sorted.chunk_by(|a, b| same(records, *a, *b)).count();
    let mut writer = Writer::new(names, log2);
    let mut made = BuiltBlock {
        octets: Vec::new(),
        entry: BlockEntry {
            shape: Shape::of(names),
            names: u32::try_from(names).unwrap_or(u32::MAX),
            length: 0,
            checksum: 0,
        },
        collisions: 0,
        names_of: vec![0; order.campaigns.len()],
    };
    let (mut key, mut name, mut scratch, mut references) = (Key::empty(), Vec::new(), Vec::new(), Vec::new());
    let width = octets_left(writer.bucket_count());
    let mut bucket = (u32::MAX, 0);
    let (mut begun, mut near) = (0, 0);
    for group in sorted.chunk_by(|a, b| same(records, *a, *b)) {
        if begun >= near {
            near = (begun + FETCHED).min(sorted.len());
            // Records lie in no order: those that are needed next are fetched at a time.
            let octet = |sorted: &Sorted| records.get(sorted.at()).copied().unwrap_or(0);
            black_box(sorted[begun..near].iter().fold(0, |sum, sorted| sum ^ octet(sorted)));
        }
        begun += group.len();
        let Some(first) = group.first().and_then(|sorted| sorted.record(records)) else { continue };
        let place = placed(group[0].spread(), writer.bucket_count());
        bucket = if bucket.0 == place.bucket { (place.bucket, bucket.1 + 1) } else { (place.bucket, 1) };
        if bucket.1 > MOST_IN_BUCKET {
            return Err(BuildError::Crafted { most: MOST_IN_BUCKET });
        }
        references.clear();
        let values = || group.iter().filter_map(|sorted| sorted.record(records)).map(|record| record.value);
        references.extend(values().filter(|value| *value != COLLISION));
        let collision = references.len() < group.len();
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
        key.set_octets(first.key);
        name.clear();
        bucket::push_name(&mut name, &key, place.left, width, order.parents[usize::from(first.parent)].0);
        let write = |out: &mut Vec<u8>| bucket::push(out, &name, collision, &references, &mut scratch);
        writer.push(first.hash, place.bucket, write).map_err(too_long)?;
    }
    (made.octets, made.entry.shape) = writer.finish().map_err(too_long)?;
    made.entry.length = made.octets.len() as u64;
    made.entry.checksum = checksum(&made.octets);
    Ok(made)
}

/// A record on its way: the spread of the name above, where it stands below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sorted(u64);

impl Sorted {
    fn spread(self) -> u32 {
        u32::try_from(self.0 >> 32).unwrap_or(u32::MAX)
    }

    #[inline]
    fn at(self) -> usize {
        usize::try_from(self.0 & u64::from(u32::MAX)).unwrap_or(usize::MAX)
    }

    #[inline]
    fn record(self, records: &[u8]) -> Option<Record<'_>> {
        record(records, self.at()).map(|(record, _)| record)
    }
}

/// What tells names of one spread apart.
#[inline]
fn told_apart(records: &[u8], sorted: Sorted) -> Option<(u64, &[u8], u16)> {
    sorted.record(records).map(|record| (record.hash, record.key, record.parent))
}

#[inline]
fn same(records: &[u8], a: Sorted, b: Sorted) -> bool {
    a.spread() == b.spread() && told_apart(records, a) == told_apart(records, b)
}

/// Returns the records in order of their spread, then of the name; `None` where there are too many octets.
fn sorted(records: &[u8], order: &Renumbered) -> Option<Vec<Sorted>> {
    u32::try_from(records.len()).ok()?;
    let mut sorted = Vec::with_capacity(records.len() / 20);
    let mut key = Key::empty();
    let mut at = 0;
    while let Some((found, next)) = record(records, at) {
        key.set_octets(found.key);
        let spread = spread(&key, order.parents[usize::from(found.parent)].1, found.hash);
        sorted.push(Sorted(u64::from(spread) << 32 | at as u64));
        at = next;
    }
    sorted.sort_unstable();
    // Different names of one spread seldom meet; where they do, equal names must stand together.
    for group in sorted.chunk_by_mut(|a, b| a.spread() == b.spread()) {
        let (first, rest) = group.split_at_mut(1);
        if rest.iter().any(|sorted| told_apart(records, *sorted) != told_apart(records, first[0])) {
            group.sort_by_cached_key(|sorted| {
                told_apart(records, *sorted)
                    .map(|(hash, key, parent)| (hash, key, order.parents[usize::from(parent)].0))
            });
        }
    }
    Some(sorted)
}
