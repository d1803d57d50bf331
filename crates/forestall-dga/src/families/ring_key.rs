// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for the key of Murofet's second version and for the magic of Tufik, which are one generator: all 2^32 for a few places of a
//! day's list, against a whole set of names.
//!
//! The key stands behind MD5, from which nothing leads back. So each candidate's label of one place is computed and looked for among those observed,
//! which needs a large part of the list. The first three octets of the digest reject most candidates, and a set whose letters are spread in another way
//! is not searched at all.

use std::collections::HashSet;
use std::ops::Range;

use forestall_model::Params;

use super::calendar::date;
use super::places::{self, KEYS, PLACES};
use super::{anchor, tufik};
use crate::Period;
use crate::identify::{Clue, SeedSearch};
use crate::primitive::md5;

/// Labels of a ring; each has two names in a row.
const LABELS: u64 = 510;

/// Labels without which a search is not worth its time: half of those between two places.
const FEWEST: u64 = 64;

/// Letters of labels that count as such a label; those of the family have 11 or more but for 1 in 5,000.
const LONG: usize = 11;

/// Candidates are keys, for one place after the other.
#[derive(Debug)]
pub(super) struct Search {
    /// How many names lists were seen to have, rising, where that differs.
    pub(super) counts: &'static [u64],
    /// Makes the parameters of a key.
    pub(super) params: fn(u32) -> Params,
}

fn label(name: &str) -> Option<(&[u8], usize)> {
    let (label, suffix) = anchor::split(name, &tufik::SUFFIXES)?;
    (label.len() <= 16 && label.iter().all(u8::is_ascii_lowercase)).then_some((label, suffix))
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        label(name).is_some()
    }

    fn candidates(&self) -> u64 {
        PLACES * KEYS
    }

    fn counts(&self) -> &[u64] {
        self.counts
    }

    fn form(&self) -> Params {
        (self.params)(0)
    }

    /// All observed names are looked for at once, so that later anchors have nothing to do.
    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        if !anchor::is_first(clue) {
            return;
        }
        let names: Vec<(&[u8], usize)> =
            clue.names.iter().filter_map(|name| label(name)).filter(|(label, _)| label.len() >= LONG).collect();
        let labels: HashSet<&[u8]> = names.iter().map(|(label, _)| *label).collect();
        if !letters_are_sums(names.iter().flat_map(|(label, _)| *label)) {
            return;
        }
        for (place, keys) in places::worth_it(range, labels.len() as u64, LABELS, FEWEST) {
            let Ok(i) = u32::try_from(2 * place) else { continue };
            let ends = [tufik::suffix_place(i), tufik::suffix_place(i + 1)];
            let wanted = Wanted::of(names.iter().filter(|(_, own)| ends.contains(own)).map(|(label, _)| *label));
            wanted.search(clue.period, i, keys, |key| hits.push((self.params)(key)));
        }
    }
}

/// Says whether letters are spread like the sums of two halves of an octet: those in the middle of the alphabet 16 times as often as the first.
///
/// The mean of the octets that give a letter is 11.1 for such sums and 9.3 where all letters are as frequent. For the 700 letters of the smallest set that is
/// searched the limit in the middle lies six standard deviations from either.
fn letters_are_sums<'l>(letters: impl Iterator<Item = &'l u8>) -> bool {
    let (mut octets, mut all) = (0_u64, 0_u64);
    for letter in letters {
        let sum = u64::from(letter - b'a');
        octets += (sum + 1).min(31 - sum);
        all += 1;
    }
    4 * octets > 41 * all
}

/// Labels that a place may have.
struct Wanted<'n> {
    labels: HashSet<&'n [u8]>,
    /// A bit for the sums of the halves of three octets, 5 bits each, with which they may begin.
    begins: Box<[u32; 1 << 10]>,
}

impl<'n> Wanted<'n> {
    fn of(labels: impl Iterator<Item = &'n [u8]>) -> Self {
        let labels: Vec<&[u8]> = labels.collect();
        let mut begins = Box::new([0; 1 << 10]);
        for label in &labels {
            fill(&mut begins, label, 0, 0);
        }
        Self { labels: labels.into_iter().collect(), begins }
    }

    /// Calls `found` with each key of `range` whose label of the place `i` is one of these.
    fn search(&self, period: &Period, i: u32, range: Range<u64>, mut found: impl FnMut(u32)) {
        if self.labels.is_empty() {
            return;
        }
        let (year, month, day) = date(period);
        let dated = (year + 48) & 0xFF | month << 8 | day << 16;
        let mut block = md5::pad(&[0; 8]).map(|word| [word; md5::LANES]);
        for chunk in range.clone().step_by(md5::LANES) {
            let [first, second, ..] = &mut block;
            for ((first, second), key) in first.iter_mut().zip(second).zip(chunk..) {
                let key = (key & 0xFFFF_FFFF) as u32;
                *first = dated ^ key;
                *second = i ^ key;
            }
            let state = md5::states(&block);
            let begins = state[0].map(|word| {
                let sums = (word & 0x0F0F_0F0F) + (word >> 4 & 0x0F0F_0F0F);
                sums & 0x1F | sums >> 3 & 0x3E0 | sums >> 6 & 0x7C00
            });
            for (lane, begin) in begins.into_iter().enumerate() {
                if self.begins[(begin >> 5) as usize] >> (begin & 31) & 1 == 0 {
                    continue;
                }
                let (label, length) = tufik::label(&md5::bytes(state.map(|word| word[lane])));
                let key = chunk + lane as u64;
                if key < range.end && self.labels.contains(&label[..length]) {
                    found((key & 0xFFFF_FFFF) as u32);
                }
            }
        }
    }
}

/// Sets the bits of all rows of three sums from which a label may come; the first `octets` of them are `sums`.
fn fill(begins: &mut [u32; 1 << 10], label: &[u8], octets: u32, sums: u32) {
    if octets == 3 {
        begins[(sums >> 5) as usize] |= 1 << (sums & 31);
        return;
    }
    if let [letter, rest @ ..] = label {
        fill(begins, rest, octets + 1, sums | u32::from(letter - b'a') << (5 * octets));
    }
    // A sum above 25 gives no letter.
    for sum in 26..=30 {
        fill(begins, label, octets + 1, sums | sum << (5 * octets));
    }
}

#[cfg(test)]
mod tests {
    use super::{LONG, letters_are_sums};
    use crate::families::tufik;
    use crate::primitive::md5;

    #[test]
    fn tells_letters_that_are_sums_from_others() {
        // Sixty-four labels in each set.
        for set in 0..1_000_u32 {
            let labels =
                (0..64).map(|i| tufik::label(&md5::digest(&[set.to_le_bytes(), u32::to_le_bytes(i)].concat())));
            let letters: Vec<u8> = labels
                .filter(|(_, length)| *length >= LONG)
                .flat_map(|(label, length)| label.into_iter().take(length))
                .collect();
            assert!(letters_are_sums(letters.iter()), "{set}");
            let even: Vec<u8> = (0..64)
                .flat_map(|i| md5::digest(&[set.to_le_bytes(), u32::to_le_bytes(i)].concat()))
                .map(|octet| b'a' + octet % 26)
                .collect();
            assert!(!letters_are_sums(even.iter()), "{set}");
        }
        assert!(!letters_are_sums(b"stackoverflowarchlinuxmicrosoftgooglevideocloudflareakamaizeddoubleclick".iter()));
    }
}
