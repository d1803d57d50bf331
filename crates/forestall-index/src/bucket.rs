// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A bucket: the names of like hash, one entry after another.
//!
//! STORED FORMAT, version 1. An entry is a [key](crate::key) and what the name stands for. Where the topmost bit of the tag is not set, that is the number of one
//! reference in two octets, the less first. Where it is set, there follow the length of the rest in octets, an octet of flags (1: a collision), and the
//! references; numbers in base 128 with the least digit first and the topmost bit of every octet but the last.

use crate::key::{TAG, head_size};

/// The topmost bit of the tag: not one plain reference.
const LONG: u8 = 0x80;
/// The flag of a collision.
const COLLISION: u8 = 1;
/// Octets of the short form's reference.
const SHORT: usize = 2;
/// Most octets of a number in base 128 here: 2^35 is more than any.
const MOST_DIGITS: usize = 5;

/// An entry, found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// Where it begins in the bucket.
    pub(crate) at: usize,
    /// Its key, the upper bit of the tag as it stands.
    pub(crate) key: &'a [u8],
    pub(crate) collision: bool,
    pub(crate) references: References<'a>,
}

/// The references of an entry, in the order in which they were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct References<'a> {
    rest: &'a [u8],
    short: bool,
}

impl Iterator for References<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        if self.short {
            self.short = false;
            let octets = std::mem::take(&mut self.rest).first_chunk()?;
            return Some(u32::from(u16::from_le_bytes(*octets)));
        }
        let (number, rest) = number(self.rest)?;
        self.rest = rest;
        Some(number)
    }
}

/// Returns the entry of the name with this key; `width` is that of parents' numbers.
#[inline]
pub(crate) fn find<'a>(bucket: &'a [u8], key: &[u8], width: usize) -> Option<Entry<'a>> {
    let mut at = 0;
    loop {
        let (tag, size) = key_size(bucket, at, width)?;
        let body = bucket.get(at + size..)?;
        if tag & TAG == key[0] && bucket[at + 1..at + size] == key[1..] {
            return entry(bucket, at, size);
        }
        at += size + value_size(tag, body)?;
    }
}

/// Returns the entries one after another; `Err` with the place of the first that is none.
pub(crate) fn entries(bucket: &[u8], width: usize) -> impl Iterator<Item = Result<Entry<'_>, usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= bucket.len() {
            return None;
        }
        let found = key_size(bucket, at, width).and_then(|(tag, size)| {
            let next = at + size + value_size(tag, bucket.get(at + size..)?)?;
            Some((entry(bucket, at, size)?, next))
        });
        let place = at;
        at = found.as_ref().map_or(bucket.len(), |(_, next)| *next);
        Some(found.map(|(entry, _)| entry).ok_or(place))
    })
}

#[inline]
fn key_size(bucket: &[u8], at: usize, width: usize) -> Option<(u8, usize)> {
    let tag = *bucket.get(at)?;
    let second = bucket.get(at + 1).copied().unwrap_or(0);
    Some((tag, head_size(tag, second)? + width))
}

/// Returns the octets of what the name stands for, which begins `body`.
#[inline]
fn value_size(tag: u8, body: &[u8]) -> Option<usize> {
    let size = if tag & LONG == 0 {
        SHORT
    } else {
        let (length, rest) = number(body)?;
        body.len() - rest.len() + length as usize
    };
    (size <= body.len()).then_some(size)
}

fn entry(bucket: &[u8], at: usize, size: usize) -> Option<Entry<'_>> {
    let (key, body) = bucket.get(at..)?.split_at_checked(size)?;
    if bucket[at] & LONG == 0 {
        let references = References { rest: body.get(..SHORT)?, short: true };
        return Some(Entry { at, key, collision: false, references });
    }
    let (length, rest) = number(body)?;
    let (flags, rest) = rest.get(..length as usize)?.split_first()?;
    let references = References { rest, short: false };
    Some(Entry { at, key, collision: flags & COLLISION != 0, references })
}

/// Appends an entry; `references` are in the order in which they are to be read.
pub(crate) fn push(out: &mut Vec<u8>, key: &[u8], collision: bool, references: &[u32], scratch: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(key);
    if let (false, [one]) = (collision, references)
        && let Ok(short) = u16::try_from(*one)
    {
        out.extend_from_slice(&short.to_le_bytes());
        return;
    }
    out[start] |= LONG;
    scratch.clear();
    scratch.push(if collision { COLLISION } else { 0 });
    references.iter().for_each(|reference| push_number(scratch, *reference));
    push_number(out, u32::try_from(scratch.len()).unwrap_or(u32::MAX));
    out.extend_from_slice(scratch);
}

fn push_number(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

fn number(octets: &[u8]) -> Option<(u32, &[u8])> {
    let mut value = 0u64;
    for (index, octet) in octets.iter().enumerate().take(MOST_DIGITS) {
        value |= u64::from(octet & 0x7F) << (7 * index);
        if octet & 0x80 == 0 {
            return Some((u32::try_from(value).ok()?, &octets[index + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{entries, find, push};
    use crate::key::Key;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_what_was_pushed(
            names in proptest::collection::btree_map("[a-z0-9-]{1,12}", (any::<bool>(), proptest::collection::vec(any::<u32>(), 0..6)), 0..20),
            width in 1..=2usize,
            other in "[a-z0-9-]{1,3}",
            cut in any::<prop::sample::Index>(),
        ) {
            let key = |name: &str| {
                let mut key = Key::empty();
                key.set_label(name.as_bytes());
                key.add_parent(7, width);
                key
            };
            let mut bucket = Vec::new();
            for (name, (collision, references)) in &names {
                push(&mut bucket, key(name).octets(), *collision, references, &mut Vec::new());
            }
            for (name, (collision, references)) in &names {
                let found = find(&bucket, key(name).octets(), width).unwrap();
                prop_assert_eq!(found.collision, *collision);
                prop_assert_eq!(&found.references.collect::<Vec<_>>(), references);
            }
            prop_assert_eq!(find(&bucket, key(&other).octets(), width).is_some(), names.contains_key(&other));
            prop_assert_eq!(entries(&bucket, width).filter(Result::is_ok).count(), names.len());
            // Cut or wrong octets give nothing or something, and no panic.
            let cut = &bucket[..cut.index(bucket.len() + 1)];
            find(cut, key(&other).octets(), width);
            entries(cut, width).for_each(drop);
        }

        #[test]
        fn any_octets_are_read_without_harm(bucket in proptest::collection::vec(any::<u8>(), 0..200), width in 1..=2usize) {
            let mut key = Key::empty();
            key.set_label(b"a");
            key.add_parent(0, width);
            find(&bucket, key.octets(), width);
            for entry in entries(&bucket, width).flatten() {
                entry.references.for_each(drop);
            }
        }
    }
}
