// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What of a name its bucket says already: the name decides the bucket, so that the bucket gives back a part of the name.
//!
//! STORED FORMAT, version 2. For a [key](crate::key) of 5 or 6 bits a letter, the first four octets of its packed letters (zeros where there are
//! fewer) are a number, the least octet first. It is mixed one to one, by [`mixed`], and joined by exclusive or with 32 bits that are made of
//! everything else: of the parent's hash, from which the rest of the packed letters is taken in by words of eight octets, at last the rest of
//! fewer than eight octets with the tag in the topmost octet, each by [`mix`](crate::hash::mix); the upper half of the result counts. That is the *spread* of
//! the name. For a key of any octets, the spread is the lower half of the name's hash.
//!
//! With b buckets in a block, a name goes to bucket number floor(spread * b / 2^32), and what is left of the spread is how far it stands
//! above the least that goes to that bucket: fewer octets than the letters that it gives back.

use std::hint::select_unpredictable;

use crate::hash::mix;
use crate::key::{Key, MOST_PACKED};

/// Octets of packed letters that the spread stands for.
pub(crate) const GIVEN: usize = 4;

/// Where a name goes in a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Placed {
    /// The number of the bucket.
    pub(crate) bucket: u32,
    /// How far the spread stands above the least of the bucket.
    pub(crate) left: u32,
}

/// Divides a spread among so many buckets, at least one.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "both halves of the product are wanted")]
pub(crate) fn placed(spread: u32, buckets: u32) -> Placed {
    let product = u64::from(spread) * u64::from(buckets);
    Placed { bucket: (product >> 32) as u32, left: product as u32 / buckets }
}

/// Returns the spread that goes to this place; `None` where none does.
pub(crate) fn spread_at(place: Placed, buckets: u32) -> Option<u32> {
    let least = (u64::from(place.bucket) << 32).div_ceil(u64::from(buckets.max(1)));
    let spread = u32::try_from(least + u64::from(place.left)).ok()?;
    (placed(spread, buckets) == place).then_some(spread)
}

/// Returns how many octets hold what is left of any spread.
pub(crate) fn octets_left(buckets: u32) -> usize {
    let most = (1u64 << 32).div_ceil(u64::from(buckets.max(1))) - 1;
    (64 - most.leading_zeros() as usize).div_ceil(8).max(1)
}

/// Returns the spread of a name by its key, without the parent's number, the hash of its parent and its own.
#[inline]
pub(crate) fn spread(key: &Key, parent_hash: u64, hash: u64) -> u32 {
    match key.packed_and_more() {
        Some((length, octets)) => mixed(given(length, octets)) ^ others(key.tag(), length, octets, parent_hash),
        None => low(hash),
    }
}

/// Returns the packed letters that `spread` and the rest of them give back; `None` where there would be more than `length` octets.
pub(crate) fn given_back(spread: u32, tag: u8, rest: &[u8], length: usize, parent_hash: u64) -> Option<Vec<u8>> {
    // The rest is hashed alone: what stands before it does not matter.
    let mut padded = [0; MOST_PACKED];
    padded.get_mut(GIVEN..GIVEN + rest.len())?.copy_from_slice(rest);
    let first = unmixed(spread ^ others(tag, GIVEN + rest.len(), &padded, parent_hash)).to_le_bytes();
    let (first, beyond) = first.split_at(length.min(GIVEN));
    beyond.iter().all(|octet| *octet == 0).then(|| [first, rest].concat())
}

/// Returns the first four octets of packed letters as a number; octets behind the letters do not count.
#[inline]
fn given(length: usize, octets: &[u8; MOST_PACKED]) -> u32 {
    low(word(octets, 0) & mask(length.min(GIVEN)))
}

/// Hashes the packed letters behind those; at most 48 octets of letters.
#[inline]
fn others(tag: u8, length: usize, octets: &[u8; MOST_PACKED], parent_hash: u64) -> u32 {
    let length = length.saturating_sub(GIVEN);
    // How many words there are no processor foresees: most names have none or one, which is taken in without a branch.
    let mut hash = select_unpredictable(length >= 8, mix(parent_hash, word(octets, GIVEN)), parent_hash);
    let mut at = 8;
    while at + 8 <= length {
        hash = mix(hash, word(octets, GIVEN + at));
        at += 8;
    }
    let rest = word(octets, GIVEN + (length & !7)) & mask(length & 7);
    high(mix(hash, rest | u64::from(tag) << 56))
}

/// Returns a mask of so many octets of a word, fewer than eight.
#[inline]
const fn mask(octets: usize) -> u64 {
    (1 << (8 * octets)) - 1
}

/// Returns the eight octets from a place on; zeros behind the end.
#[inline]
fn word(octets: &[u8; MOST_PACKED], at: usize) -> u64 {
    octets.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |octets| u64::from_le_bytes(*octets))
}

/// Mixes 32 bits one to one: the last step of MurmurHash3 (A. Appleby, public domain).
#[inline]
fn mixed(mut number: u32) -> u32 {
    number ^= number >> 16;
    number = number.wrapping_mul(0x85EB_CA6B);
    number ^= number >> 13;
    number = number.wrapping_mul(0xC2B2_AE35);
    number ^ number >> 16
}

/// Undoes [`mixed`], by the inverses of both factors modulo 2^32.
fn unmixed(mut number: u32) -> u32 {
    number ^= number >> 16;
    number = number.wrapping_mul(0x7ED1_B41D);
    number ^= number >> 13 ^ number >> 26;
    number = number.wrapping_mul(0xA5CB_9243);
    number ^ number >> 16
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the lower half is wanted")]
fn low(hash: u64) -> u32 {
    hash as u32
}

#[inline]
fn high(hash: u64) -> u32 {
    low(hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::{GIVEN, Placed, given_back, mixed, octets_left, placed, spread, spread_at, unmixed};
    use crate::key::Key;
    use proptest::prelude::*;

    #[test]
    fn what_is_left_fits_into_its_octets() {
        for (buckets, octets) in [(1, 4), (255, 4), (256, 3), (65_535, 3), (65_536, 2), (1 << 24, 1), (u32::MAX, 1)] {
            assert_eq!(octets_left(buckets), octets, "{buckets}");
        }
    }

    proptest! {
        #[test]
        fn a_place_gives_its_spread_back(number: u32, buckets in prop_oneof![1..100u32, 1..200_000u32, 1..=u32::MAX]) {
            prop_assert_eq!(unmixed(mixed(number)), number);
            let place = placed(number, buckets);
            prop_assert!(place.bucket < buckets);
            prop_assert!(u64::from(place.left) < 1 << (8 * octets_left(buckets)));
            prop_assert_eq!(spread_at(place, buckets), Some(number));
            let beyond = Placed { left: u32::MAX, ..place };
            prop_assert!(buckets == 1 || spread_at(beyond, buckets).is_none());
        }

        #[test]
        fn a_spread_gives_its_letters_back(label in "[a-z]{1,63}|[a-z0-9-]{1,63}", parent: u64) {
            let mut key = Key::empty();
            key.set_label(label.as_bytes());
            let packed = key.packed().unwrap();
            let rest = packed.get(GIVEN..).unwrap_or(&[]);
            let back = given_back(spread(&key, parent, 0), key.tag(), rest, packed.len(), parent);
            prop_assert_eq!(back.as_deref(), Some(packed));
        }
    }
}
