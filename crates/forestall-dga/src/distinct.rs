// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which names of a list were there before: exact, one table for many lists.

use std::ops::Range;

use crate::NameBuf;

/// Finds repeated names. Keeps its memory from list to list.
///
/// A long list is sieved first: each fingerprint sets a bit, and a name whose bit was set before may be repeated. Names that share
/// a bit with no such name cannot be; the few others are compared exactly.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The sieve: a bit a fingerprint, 32 to 64 a name.
    sieve: Vec<u64>,
    /// The bits that came up again.
    again: Vec<u64>,
    /// The bit of each name.
    bits: Vec<u32>,
    /// Names to be compared exactly, in order.
    suspects: Vec<u32>,
    /// Open addressing: the upper half of a name's fingerprint, and its index plus one; 0 where nothing is.
    slots: Vec<u64>,
}

impl Seen {
    /// Appends the index of each name that equals an earlier one, in order; looks at the names `among` alone.
    #[expect(clippy::cast_possible_truncation, reason = "a mask cuts the fingerprint to what fits")]
    pub(crate) fn repeated<I>(&mut self, names: &NameBuf, among: I, out: &mut Vec<u32>)
    where
        I: ExactSizeIterator<Item = u32> + Clone,
    {
        if among.len() < WORTH_SIEVING {
            return self.compare(names, among, out);
        }
        let words = (among.len() / 2).next_power_of_two().min(MOST_WORDS);
        let mask = (64 * words - 1) as u64;
        for bits in [&mut self.sieve, &mut self.again] {
            bits.clear();
            bits.resize(words, 0);
        }
        // One loop for the fingerprints and one for the sieve, so that many of its words are on their way at a time.
        let text = names.text();
        self.bits.clear();
        self.bits.extend(among.clone().map(|index| {
            let Range { start, end } = names.range_of(index as usize);
            (fingerprint(text, start, end) & mask) as u32
        }));
        for bit in &self.bits {
            let word = *bit as usize / 64;
            let one = 1 << (bit % 64);
            if self.sieve[word] & one != 0 {
                self.again[word] |= one;
            }
            self.sieve[word] |= one;
        }
        self.suspects.clear();
        let again = &self.again;
        let shares = |bit: u32| again[bit as usize / 64] >> (bit % 64) & 1 != 0;
        self.suspects.extend(among.zip(&self.bits).filter(|(_, bit)| shares(**bit)).map(|(index, _)| index));
        let suspects = std::mem::take(&mut self.suspects);
        self.compare(names, suspects.iter().copied(), out);
        self.suspects = suspects;
    }

    /// As [`Self::repeated`], by a table of all names.
    #[expect(clippy::cast_possible_truncation, reason = "the mask takes the lower bits")]
    fn compare(&mut self, names: &NameBuf, among: impl ExactSizeIterator<Item = u32>, out: &mut Vec<u32>) {
        self.slots.clear();
        self.slots.resize((2 * among.len()).next_power_of_two(), 0);
        let mask = self.slots.len() - 1;
        let text = names.text();
        for index in among {
            let Range { start, end } = names.range_of(index as usize);
            let print = fingerprint(text, start, end);
            let entry = print & TAG | u64::from(index + 1);
            let mut slot = print as usize & mask;
            loop {
                let found = self.slots[slot];
                if found == 0 {
                    self.slots[slot] = entry;
                    break;
                }
                if (found ^ entry) & TAG == 0 && names.bytes_of((found & !TAG) as usize - 1) == &text[start..end] {
                    out.push(index);
                    break;
                }
                slot = (slot + 1) & mask;
            }
        }
    }
}

/// Words of the largest sieve, so that the number of a bit fits into 32 bits.
const MOST_WORDS: usize = 1 << 26;

/// Names from which on the sieve is worth its two passes.
const WORTH_SIEVING: usize = 1_024;

/// The part of a fingerprint that a slot keeps.
const TAG: u64 = 0xFFFF_FFFF_0000_0000;

/// Returns a number that equal names share and others hardly ever: the name is `text[begin..end]`.
///
/// Reads whole words where it can, beyond a short name's ends too, and drops what is not the name's.
#[inline]
pub(crate) fn fingerprint(text: &[u8], begin: usize, end: usize) -> u64 {
    let length = end - begin;
    if length.wrapping_sub(1) < 16
        && let Some(head) = text.get(begin..).and_then(<[u8]>::first_chunk)
        && let Some(tail) = text[..end].last_chunk()
    {
        let spare = 8 * 8usize.saturating_sub(length);
        return mix(u64::from_le_bytes(*head) << spare, u64::from_le_bytes(*tail) >> spare, length);
    }
    by_bytes(&text[begin..end])
}

#[cold]
#[inline(never)]
fn by_bytes(name: &[u8]) -> u64 {
    let word = |part: &[u8]| {
        let mut word = [0; 8];
        word[..part.len()].copy_from_slice(part);
        u64::from_le_bytes(word)
    };
    match name.len() {
        length @ 0..8 => {
            let word = word(name);
            mix(word.checked_shl(64 - 8 * u32::try_from(length).expect("below 8")).unwrap_or(0), word, length)
        }
        length @ 8..=16 => mix(word(&name[..8]), word(&name[length - 8..]), length),
        length => name.chunks(8).fold(0, |sum, part| mix(sum, word(part), length)),
    }
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the halves of the product are wanted")]
fn mix(head: u64, tail: u64, length: usize) -> u64 {
    // Two odd numbers without pattern: fractions of the golden ratio and of the square root of two.
    let product = u128::from(head ^ 0x9E37_79B9_7F4A_7C15) * u128::from(tail ^ 0x6A09_E667_F3BC_C909 ^ length as u64);
    (product >> 64) as u64 ^ product as u64
}

#[cfg(test)]
mod tests {
    use super::{Seen, by_bytes, fingerprint};
    use crate::NameBuf;
    use forestall_model::WindowSet;

    #[test]
    fn finds_what_a_set_finds() {
        let mut seen = Seen::default();
        for seed in 0..200u64 {
            let mut state = seed;
            let mut names = NameBuf::new();
            names.start_run(WindowSet::Always);
            let mut set = std::collections::HashSet::new();
            let mut expected = Vec::new();
            for index in 0..300 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let length = (state >> 40) % (seed % 30 + 1);
                let name: Vec<u8> =
                    (0..length).map(|i| b'a' + u8::try_from(state >> (33 + i % 8) & 1).unwrap()).collect();
                if !set.insert(name.clone()) {
                    expected.push(index);
                }
                names.push(&name);
            }
            let mut found = Vec::new();
            seen.repeated(&names, 0..300, &mut found);
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn the_place_of_a_name_does_not_count() {
        let text = b"abcdefghijklmnopqrstuvwxyz\nabcdefghijklmnopqrstuvwxyz";
        for begin in 0..26 {
            for end in begin..=26 {
                let print = by_bytes(&text[begin..end]);
                assert_eq!(fingerprint(text, begin, end), print, "{begin}..{end}");
                assert_eq!(fingerprint(text, begin + 27, end + 27), print, "{begin}..{end}");
            }
        }
    }
}
