// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A block: all names whose hash begins alike, with their own filter and directory, so that it can be made and checked alone.
//!
//! STORED FORMAT, version 2. Three parts follow one another: the [filter](crate::filter); the directory, which says for each
//! [bucket](crate::bucket) and for the end where it begins, counted from the end of the directory, in four octets; the buckets.
//! The whole is filled with zeros to a multiple of 64 octets.
//!
//! The upper bits of a hash choose the block. The next 32 bits, taken as a fraction of one, choose the pair of the filter. The bucket is chosen by
//! the [spread](crate::quotient) of the name, by which the entries of a bucket are in order.

use std::ops::Range;

use crate::filter::{self, PAIR};
use crate::quotient;

/// Names to a bucket, on average: few, since a search goes through them one after another, and a bucket should lie in one line of the cache.
const NAMES_IN_BUCKET: usize = 4;
/// Octets of one entry of the directory.
const PLACE: usize = 4;
/// What blocks are filled to.
pub(crate) const ALIGNED: usize = 64;

/// Where a block and its parts stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// The filter's first octet, counted from the start of the file.
    filter: usize,
    /// The buckets' first octet.
    buckets: usize,
    /// The octet after the last.
    end: usize,
    pairs: u32,
    bucket_count: u32,
    width: usize,
}

/// How many parts a block has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) pairs: u32,
    pub(crate) buckets: u32,
}

impl Shape {
    /// Returns the shape of a block with so many names.
    pub(crate) fn of(names: usize) -> Self {
        let narrow = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self { pairs: narrow(filter::pairs(names)), buckets: narrow(names.div_ceil(NAMES_IN_BUCKET).max(1)) }
    }

    fn head(self) -> usize {
        self.pairs as usize * PAIR + (self.buckets as usize + 1) * PLACE
    }
}

/// Returns which of `count` parts holds a hash; `log2` of the blocks says which bits chose the block.
#[inline]
fn part(hash: u64, log2: u32, count: u32) -> usize {
    let fraction = (hash << log2) >> 32;
    ((fraction * u64::from(count)) >> 32) as usize
}

impl Block {
    /// Lays a shape over `length` octets from `start` on; `None` where it needs more.
    pub(crate) fn new(start: usize, length: usize, shape: Shape) -> Option<Self> {
        let end = start.checked_add(length)?;
        let buckets = start.checked_add(shape.head())?;
        (shape.pairs > 0 && shape.buckets > 0 && buckets <= end).then_some(Self {
            filter: start,
            buckets,
            end,
            pairs: shape.pairs,
            bucket_count: shape.buckets,
            width: quotient::octets_left(shape.buckets),
        })
    }

    /// Returns where the pair of a hash stands.
    #[inline]
    pub(crate) fn pair(&self, hash: u64, log2: u32) -> usize {
        self.filter + part(hash, log2, self.pairs) * PAIR
    }

    /// Returns how many buckets there are.
    #[inline]
    pub(crate) fn bucket_count(&self) -> u32 {
        self.bucket_count
    }

    /// Returns how many octets hold what is left of a spread.
    #[inline]
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Returns where the directory's entry of the bucket with a number stands.
    #[inline]
    pub(crate) fn place(&self, bucket: u32) -> usize {
        self.filter + self.pairs as usize * PAIR + bucket as usize * PLACE
    }

    /// Returns where the bucket stands whose entry of the directory is at `place`; nothing where that is no bucket of this block.
    #[inline]
    pub(crate) fn bucket(&self, octets: &[u8], place: usize) -> Range<usize> {
        let Some(both) = octets.get(place..).and_then(<[u8]>::first_chunk::<{ 2 * PLACE }>) else { return 0..0 };
        let (places, _) = both.as_chunks::<PLACE>();
        let [from, until] = [places[0], places[1]].map(|place| self.buckets + u32::from_le_bytes(place) as usize);
        if from <= until && until <= self.end { from..until } else { 0..0 }
    }

    /// Returns where the buckets end by the directory.
    pub(crate) fn used(&self, octets: &[u8]) -> Option<usize> {
        let last = octets.get(self.buckets - PLACE..)?.first_chunk()?;
        Some(self.buckets + u32::from_le_bytes(*last) as usize)
    }

    /// Returns the octets that the block takes.
    pub(crate) fn range(&self) -> Range<usize> {
        self.filter..self.end
    }

    /// Returns the octets of the filter and of the directory.
    pub(crate) fn sizes(&self) -> (u64, u64) {
        let filter = u64::from(self.pairs) * PAIR as u64;
        (filter, (self.buckets - self.filter) as u64 - filter)
    }
}

/// Writes a block: names come in order of their buckets.
#[derive(Debug)]
pub(crate) struct Writer {
    octets: Vec<u8>,
    shape: Shape,
    log2: u32,
    /// Buckets begun.
    begun: usize,
}

/// A block that is longer than its directory can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

impl Writer {
    /// Begins a block of so many names.
    pub(crate) fn new(names: usize, log2: u32) -> Self {
        let shape = Shape::of(names);
        Self { octets: vec![0; shape.head()], shape, log2, begun: 0 }
    }

    /// Returns how many buckets it gets.
    pub(crate) fn bucket_count(&self) -> u32 {
        self.shape.buckets
    }

    /// Adds a name to the filter and lets `write` append its entry to the bucket with this number.
    pub(crate) fn push(&mut self, hash: u64, bucket: u32, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), TooLong> {
        let at = part(hash, self.log2, self.shape.pairs) * PAIR;
        for (word, bits) in self.octets[at..at + PAIR].chunks_exact_mut(8).zip(filter::bits(hash)) {
            word.iter_mut().zip(bits.to_le_bytes()).for_each(|(octet, bits)| *octet |= bits);
        }
        self.begin(bucket as usize + 1)?;
        write(&mut self.octets);
        Ok(())
    }

    /// Notes that buckets before number `until` begin here at the latest.
    fn begin(&mut self, until: usize) -> Result<(), TooLong> {
        let place = u32::try_from(self.octets.len() - self.shape.head()).map_err(|_| TooLong)?;
        let directory = self.shape.pairs as usize * PAIR;
        while self.begun < until {
            let at = directory + self.begun * PLACE;
            self.octets[at..at + PLACE].copy_from_slice(&place.to_le_bytes());
            self.begun += 1;
        }
        Ok(())
    }

    /// Ends the block.
    pub(crate) fn finish(mut self) -> Result<(Vec<u8>, Shape), TooLong> {
        self.begin(self.shape.buckets as usize + 1)?;
        let length = self.octets.len().next_multiple_of(ALIGNED);
        self.octets.resize(length, 0);
        Ok((self.octets, self.shape))
    }
}
