// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A bucket: the names of like spread, one entry after another.
//!
//! STORED FORMAT, version 2. An entry is a name and what it stands for. The name is one of these, by the lower seven bits of its first octet:
//!
//! | first octet | then |
//! |---|---|
//! | a [tag](crate::key) of 0 to 125 | [what is left of the spread](crate::quotient); the packed letters from the fifth octet on; the parent's number in one octet |
//! | 126 | labels as in the key; the parent's number in two octets |
//! | 127 | the tag, what is left of the spread, the packed letters from the fifth octet on; the parent's number in two octets |
//!
//! Parents below number 256 are written the first way. What is left of the spread takes as many octets as the largest that b buckets can leave,
//! ceil(2^32 / b) - 1, needs, and one at least. All numbers have the least octet first.
//!
//! Where the topmost bit of the first octet is not set, the name stands for one reference, whose number follows in two octets. Where it is set,
//! there follow the length of the rest in octets, an octet of flags (1: a collision), and the references; these numbers are in base 128 with the
//! least digit first and the topmost bit of every octet but the last.

use std::ops::Range;

use crate::key::{ANY, Key, packed_size};
use crate::quotient::GIVEN;

/// The topmost bit of the first octet: not one plain reference.
const LONG: u8 = 0x80;
/// The first octet of a name whose parent's number takes two octets.
const WIDE: u8 = 127;
/// The flag of a collision.
const COLLISION: u8 = 1;
/// Octets of the short form's reference.
const SHORT: usize = 2;
/// Most octets of a number in base 128 here: 2^35 is more than any.
const MOST_DIGITS: usize = 5;
/// Most octets of a name that is looked for by words; longer ones have more than 40 letters, and few have.
const MOST_IN_NARROW: usize = 32;
/// Most octets of letters in it: beside them stand the tag, four octets of what is left of the spread at most, and the parent's number.
const MOST_COPIED: usize = MOST_IN_NARROW - 1 - 4 - 1;
/// Octets that are compared at once.
const WORD: usize = 8;

/// A name whose parent's number takes one octet, as a bucket holds it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Narrow {
    octets: [u8; MOST_IN_NARROW],
    length: u8,
}

impl Narrow {
    /// Makes one of nothing, to be filled.
    pub(crate) const fn empty() -> Self {
        Self { octets: [0; MOST_IN_NARROW], length: 0 }
    }

    /// Writes a name, or nothing where it is not written so; `width` octets, at most four, hold `left`.
    #[inline]
    pub(crate) fn set(&mut self, key: &Key, left: u32, width: usize, parent: u16) {
        self.length = 0;
        let (Some((length, packed)), Ok(parent)) = (key.packed_and_more(), u8::try_from(parent)) else { return };
        let Some((_, after)) = packed.split_first_chunk::<GIVEN>() else { return };
        let after_size = length.saturating_sub(GIVEN);
        let end = 1 + width + after_size;
        // What is not copied whole is looked for in the other way.
        let (Some(after), true) = (after.first_chunk::<MOST_COPIED>(), after_size <= MOST_COPIED) else { return };
        self.octets[0] = key.tag();
        self.octets[1..5].copy_from_slice(&left.to_le_bytes());
        // All that there may be: to copy as much as there is takes longer. What is too much is not part of the name.
        self.octets[1 + width..][..MOST_COPIED].copy_from_slice(after);
        self.octets[end] = parent;
        self.length = u8::try_from(end + 1).unwrap_or(0);
    }

    /// Returns the octets; none where there is no such name.
    #[inline]
    pub(crate) fn octets(&self) -> &[u8] {
        &self.octets[..usize::from(self.length)]
    }

    /// Returns the entry of this name in the bucket that has its place in `octets`.
    #[inline]
    pub(crate) fn find<'a>(&self, octets: &'a [u8], place: Range<usize>, width: usize) -> Option<Entry<'a>> {
        let name = self.octets();
        let wanted = u64::from_le_bytes(*self.octets.first_chunk()?);
        let mask = u64::MAX >> (8 * WORD.saturating_sub(name.len()).min(WORD - 1)) & !u64::from(LONG);
        let bucket = octets.get(place.clone())?;
        let mut at = place.start;
        while at < place.end {
            // Past the last bucket stand the tables and what ends a file.
            let there = octets.get(at..)?;
            let word = u64::from_le_bytes(*there.first_chunk()?);
            let [first, ..] = word.to_le_bytes();
            let size = usize::from(SIZES[usize::from(first & !LONG)]);
            if (word ^ wanted) & mask == 0 && has_rest(there, name) {
                return entry(bucket, at - place.start, name.len());
            }
            at += if first & LONG == 0 && size > 0 {
                size + width + SHORT
            } else {
                long_size(bucket, at - place.start, width)?
            };
        }
        None
    }
}

/// Says whether octets go on as a name does after its first word.
#[inline]
fn has_rest(there: &[u8], name: &[u8]) -> bool {
    let Some(middle) = name.len().checked_sub(WORD).filter(|middle| *middle > 0) else { return true };
    // The last word may begin within the first.
    let last = |octets: &[u8]| octets.get(middle..).and_then(<[u8]>::first_chunk::<WORD>).copied();
    last(there) == last(name) && (middle <= WORD || there[WORD..middle] == name[WORD..middle])
}

/// Returns the octets of an entry that is not of the usual kind.
#[inline(never)]
fn long_size(bucket: &[u8], at: usize, width: usize) -> Option<usize> {
    let (first, size) = name_size(bucket, at, width)?;
    Some(size + value_size(first, bucket.get(at + size..)?)?)
}

/// Appends a name, however it is written; `width` octets hold `left`.
pub(crate) fn push_name(out: &mut Vec<u8>, key: &Key, left: u32, width: usize, parent: u16) {
    let Some(packed) = key.packed() else {
        out.extend_from_slice(key.octets());
        return out.extend_from_slice(&parent.to_le_bytes());
    };
    let narrow = u8::try_from(parent);
    if narrow.is_err() {
        out.push(WIDE);
    }
    out.push(key.tag());
    out.extend_from_slice(&left.to_le_bytes()[..width]);
    out.extend_from_slice(packed.get(GIVEN..).unwrap_or(&[]));
    match narrow {
        Ok(parent) => out.push(parent),
        Err(_) => out.extend_from_slice(&parent.to_le_bytes()),
    }
}

/// A name as a bucket holds it, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parts<'a> {
    /// One label, of which the bucket says the beginning.
    Label { tag: u8, left: u32, rest: &'a [u8], parent: u16 },
    /// Labels as on the wire.
    Any { labels: &'a [u8], parent: u16 },
}

/// Takes the octets of a name apart, as [`push_name`] wrote them; `None` for others.
pub(crate) fn parts(name: &[u8], width: usize) -> Option<Parts<'_>> {
    let (first, rest) = name.split_first()?;
    let wide = first & !LONG == WIDE;
    let (tag, rest) = if wide { rest.split_first()? } else { (first, rest) };
    let tag = if wide { *tag } else { tag & !LONG };
    if tag == ANY && !wide {
        let (labels, parent) = rest.get(1..)?.split_last_chunk::<2>()?;
        return Some(Parts::Any { labels, parent: u16::from_le_bytes(*parent) });
    }
    let (left, rest) = rest.split_at_checked(width)?;
    let left = left.iter().rev().fold(0, |number, octet| number << 8 | u32::from(*octet));
    let (rest, parent) = if wide {
        let (rest, parent) = rest.split_last_chunk::<2>()?;
        (rest, u16::from_le_bytes(*parent))
    } else {
        let (parent, rest) = rest.split_last()?;
        (rest, u16::from(*parent))
    };
    Some(Parts::Label { tag, left, rest, parent })
}

/// An entry, found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// Where it begins in the bucket.
    pub(crate) at: usize,
    /// Its name, the topmost bit of the first octet as it stands.
    pub(crate) name: &'a [u8],
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

/// Returns the entry of the name that is written so.
#[inline]
pub(crate) fn find<'a>(bucket: &'a [u8], name: &[u8], width: usize) -> Option<Entry<'a>> {
    let (wanted, after) = name.split_first()?;
    let mut at = 0;
    loop {
        let (first, size) = name_size(bucket, at, width)?;
        let body = bucket.get(at + size..)?;
        // Nearly all others differ in their second octet: no need to call for a comparison.
        let is_like = first & !LONG == *wanted && bucket.get(at + 1) == after.first();
        if is_like && bucket[at + 1..at + size] == *after {
            return entry(bucket, at, size);
        }
        at += size + value_size(first, body)?;
    }
}

/// Returns the entries one after another; `Err` with the place of the first that is none.
pub(crate) fn entries(bucket: &[u8], width: usize) -> impl Iterator<Item = Result<Entry<'_>, usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= bucket.len() {
            return None;
        }
        let found = name_size(bucket, at, width).and_then(|(first, size)| {
            let next = at + size + value_size(first, bucket.get(at + size..)?)?;
            Some((entry(bucket, at, size)?, next))
        });
        let place = at;
        at = found.as_ref().map_or(bucket.len(), |(_, next)| *next);
        Some(found.map(|(entry, _)| entry).ok_or(place))
    })
}

/// What a name takes beside what is left of its spread, by its first octet; 0 where that does not say it.
const SIZES: [u8; 128] = {
    let mut sizes = [0; 128];
    let mut tag = 0u8;
    while let Some(packed) = packed_size(tag) {
        #[expect(clippy::cast_possible_truncation, reason = "at most 48 octets of letters")]
        {
            sizes[tag as usize] = 2 + packed.saturating_sub(GIVEN) as u8;
        }
        tag += 1;
    }
    sizes
};

/// Returns the first octet of the name at a place, and how many it has.
#[inline]
fn name_size(bucket: &[u8], at: usize, width: usize) -> Option<(u8, usize)> {
    let first = *bucket.get(at)?;
    match SIZES[usize::from(first & !LONG)] {
        0 => other_size(first, *bucket.get(at + 1)?, width),
        size => Some((first, usize::from(size) + width)),
    }
}

#[cold]
fn other_size(first: u8, second: u8, width: usize) -> Option<(u8, usize)> {
    match first & !LONG {
        ANY => Some((first, 2 + usize::from(second) + 2)),
        _ => Some((first, 2 + width + packed_size(second)?.saturating_sub(GIVEN) + 2)),
    }
}

/// Returns the octets of what the name stands for, which begins `body`.
#[inline]
fn value_size(first: u8, body: &[u8]) -> Option<usize> {
    let size = if first & LONG == 0 {
        SHORT
    } else {
        let (length, rest) = number(body)?;
        body.len() - rest.len() + length as usize
    };
    (size <= body.len()).then_some(size)
}

fn entry(bucket: &[u8], at: usize, size: usize) -> Option<Entry<'_>> {
    let (name, body) = bucket.get(at..)?.split_at_checked(size)?;
    if bucket[at] & LONG == 0 {
        let references = References { rest: body.get(..SHORT)?, short: true };
        return Some(Entry { at, name, collision: false, references });
    }
    let (length, rest) = number(body)?;
    let (flags, rest) = rest.get(..length as usize)?.split_first()?;
    let references = References { rest, short: false };
    Some(Entry { at, name, collision: flags & COLLISION != 0, references })
}

/// Appends an entry; `references` are in the order in which they are to be read.
pub(crate) fn push(out: &mut Vec<u8>, name: &[u8], collision: bool, references: &[u32], scratch: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(name);
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
    use super::{Entry, MOST_COPIED, Narrow, Parts, entries, find, parts, push, push_name};
    use crate::key::Key;
    use crate::quotient::GIVEN;
    use proptest::prelude::*;

    fn key(name: &str) -> Key {
        let mut key = Key::empty();
        key.set_label(name.as_bytes());
        key
    }

    fn written(key: &Key, width: usize, parent: u16) -> Vec<u8> {
        let mut name = Vec::new();
        push_name(&mut name, key, 0x0102, width, parent);
        let mut narrow = Narrow::empty();
        narrow.set(key, 0x0102, width, parent);
        assert!(narrow.octets().is_empty() || narrow.octets() == name);
        let is_short = key.packed().is_some_and(|packed| packed.len() <= GIVEN + MOST_COPIED);
        assert_eq!(narrow.octets().is_empty(), parent > 255 || !is_short);
        name
    }

    /// What a search says of an entry.
    fn told(entry: Entry<'_>) -> (usize, Vec<u8>, bool, Vec<u32>) {
        (entry.at, entry.name.to_vec(), entry.collision, entry.references.collect())
    }

    /// Says whether a name that is written the first way is found in a bucket with other octets around it, as it is in the bucket alone.
    fn is_found_alike(bucket: &[u8], key: &Key, width: usize, parent: u16) -> bool {
        let mut name = Narrow::empty();
        name.set(key, 0x0102, width, parent);
        let file = [&[7; 5], bucket, &[7; 64]].concat();
        let alone = find(bucket, &written(key, width, parent), width).map(told);
        name.octets().is_empty() || name.find(&file, 5..5 + bucket.len(), width).map(told) == alone
    }

    #[test]
    fn names_of_every_length_are_written_and_found_alike() {
        let letters = "k1z9".repeat(16);
        for (length, width) in (1..=63).flat_map(|length| (1..=4).map(move |width| (length, width))) {
            let (wanted, other) = (key(&letters[..length]), key(&letters[1..=length]));
            let mut bucket = Vec::new();
            for key in [&other, &wanted] {
                push(&mut bucket, &written(key, width, 7), false, &[3], &mut Vec::new());
            }
            assert!(find(&bucket, &written(&wanted, width, 7), width).is_some(), "{length} {width}");
            assert!(is_found_alike(&bucket, &wanted, width, 7), "{length} {width}");
        }
    }

    proptest! {
        #[test]
        fn finds_what_was_pushed(
            names in proptest::collection::btree_map("[a-z0-9.-]{1,12}|[a-z0-9]{36,63}", (any::<bool>(), proptest::collection::vec(any::<u32>(), 0..6)), 0..20),
            width in 2..=4usize,
            parent in prop_oneof![Just(7), Just(255), Just(256), any::<u16>()],
            other in "[a-z0-9-]{1,3}",
            cut in any::<prop::sample::Index>(),
        ) {
            let mut bucket = Vec::new();
            for (name, (collision, references)) in &names {
                push(&mut bucket, &written(&key(name), width, parent), *collision, references, &mut Vec::new());
            }
            // The first letters are not written: names that differ in them alone are one here, the first of them.
            let unlike = |name: &String| names.keys().take_while(|n| *n != name).all(|n| written(&key(n), width, parent) != written(&key(name), width, parent));
            for (name, (collision, references)) in names.iter().filter(|(name, _)| unlike(name)) {
                let found = find(&bucket, &written(&key(name), width, parent), width).unwrap();
                prop_assert!(is_found_alike(&bucket, &key(name), width, parent));
                prop_assert_eq!(found.collision, *collision);
                prop_assert_eq!(&found.references.collect::<Vec<_>>(), references);
                let key = key(name);
                let expected = match key.packed() {
                    Some(packed) => Parts::Label { tag: key.tag(), left: 0x0102, rest: packed.get(GIVEN..).unwrap_or(&[]), parent },
                    None => Parts::Any { labels: &key.octets()[2..], parent },
                };
                prop_assert_eq!(parts(found.name, width), Some(expected));
            }
            prop_assert_eq!(entries(&bucket, width).filter(Result::is_ok).count(), names.len());
            // Cut or wrong octets give nothing or something, and no panic.
            prop_assert!(is_found_alike(&bucket, &key(&other), width, 7));
            let cut = &bucket[..cut.index(bucket.len() + 1)];
            prop_assert!(is_found_alike(cut, &key(&other), width, 7));
            entries(cut, width).for_each(drop);
        }

        #[test]
        fn any_octets_are_read_without_harm(bucket in proptest::collection::vec(any::<u8>(), 0..200), width in 1..=4usize) {
            for label in ["a", "abcdefgh", "abcdefghijklm", "abcdefghijklmnopqrstuvw"] {
                prop_assert!(is_found_alike(&bucket, &key(label), width, 0));
            }
            for entry in entries(&bucket, width).flatten() {
                parts(entry.name, width);
                entry.references.for_each(drop);
            }
        }
    }
}
