// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for the secret text of Proslikefan, up to its hash.
//!
//! A label follows from a number of 31 bits, and text, date and suffix enter that number only through a hash that can be computed back. So all numbers are
//! tried for one label, whatever the date, and the hash of the text follows for each day. Any text with the hash makes the same names.

use std::ops::Range;

use forestall_model::{Params, UtcDay};

use super::{FOUR, POWERS, ROUNDS, SUFFIXES, ZEROS, digits, hash, letter_after};
use crate::families::runs::date_of;
use crate::families::spelling::{decimal, letter};
use crate::families::{anchor, likeliest};
use crate::identify::{Clue, SeedSearch};

/// Suffixes of the sample with another list.
const SHORT_SUFFIXES: &str = "cc,co,eu";

/// Every suffix that was seen.
const ALL_SUFFIXES: &str = "eu,biz,se,info,com,net,org,ru,in,name,cc,co";

/// The numbers that share all but their four last digits.
const RUN: u64 = 10_000;

/// 31 to the power of minus 1 modulo 2^32.
const INVERSE: i32 = -1_108_378_657;

/// Candidates are the numbers from which a label is spelled: the magnitude of a hash, and up to 9 more.
#[derive(Debug)]
pub(super) struct Search;

fn label(name: &str) -> Option<(&[u8], &str)> {
    let suffix = ALL_SUFFIXES.split(',').find(|suffix| anchor::split(name, &[suffix]).is_some())?;
    let (label, _) = anchor::split(name, &[suffix])?;
    let shaped = (6..=12).contains(&label.len()) && label.iter().all(u8::is_ascii_lowercase);
    shaped.then_some((label, suffix))
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        label(name).is_some()
    }

    fn per_period(&self) -> bool {
        false
    }

    fn candidates(&self) -> u64 {
        (1 << 31) + u64::from(ROUNDS)
    }

    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let Some((label, suffix)) = label(clue.anchor) else { return };
        let mut start = range.start;
        while start < range.end {
            let end = range.end.min((start / RUN + 1) * RUN);
            if let (Ok(first), Ok(numbers)) = (u32::try_from(start), u32::try_from(end - start)) {
                each(first, numbers, label, |number| of_number(number, suffix, clue, hits));
            }
            start = end;
        }
    }
}

/// Calls `found` with each number of a part of one run that spells the label.
fn each(first: u32, numbers: u32, label: &[u8], mut found: impl FnMut(u32)) {
    let run = first / 10_000 * 10_000;
    let low = (first - run) as usize;
    let four = |rest: u32| FOUR[(rest % 10_000) as usize];
    let high = four(run / 10_000).wrapping_mul(POWERS[4]).wrapping_add(four(run / 100_000_000).wrapping_mul(POWERS[8]));
    let of_run = ZEROS[digits(run)];
    for (number, sum) in (first..).zip(&FOUR[low..low + numbers as usize]) {
        let zeros = if run > 0 { of_run } else { ZEROS[digits(number)] };
        let next = high.wrapping_add(*sum).wrapping_add(zeros).unsigned_abs();
        if letter(next) == label[0] && spells(next, label) {
            found(number);
        }
    }
}

/// Says whether the label goes on as it must after its first letter, which came with this number.
fn spells(mut number: u32, label: &[u8]) -> bool {
    let mut prefix = hash(0, &label[..1]);
    for (length, wanted) in (1..).zip(&label[1..]) {
        if length >= number % 7 + 6 {
            return false;
        }
        number = letter_after(prefix, number);
        if letter(number) != *wanted {
            return false;
        }
        prefix = hash(prefix, &[*wanted]);
    }
    label.len() >= (number % 7 + 6) as usize
}

/// Appends the hits of a number: for each day, for each round and sign.
fn of_number(number: u32, suffix: &str, clue: &Clue<'_>, hits: &mut Vec<Params>) {
    let suffixes = suffixes(clue);
    for day in likeliest::first(clue.days) {
        for magnitude in (0..ROUNDS).filter_map(|round| number.checked_sub(round)) {
            let Ok(hash_of_all) = i32::try_from(-i64::from(magnitude)) else { continue };
            // The magnitude of the least number is its own.
            for whole in [hash_of_all, hash_of_all.wrapping_neg()] {
                let text = text_of(back(back(whole, suffix.as_bytes()), &dated(day)));
                hits.push(anchor::hit(&[("magic", &text), ("tlds", suffixes)]));
            }
        }
    }
}

/// Returns the hash of what stands before `end`, where the whole has this hash.
fn back(whole: i32, end: &[u8]) -> i32 {
    end.iter().rev().fold(whole, |hash, octet| hash.wrapping_sub(i32::from(*octet)).wrapping_mul(INVERSE))
}

/// Returns what stands between secret text and suffix.
fn dated(day: UtcDay) -> Vec<u8> {
    let [year, month, day] = date_of(day);
    let mut text = Vec::new();
    for number in [month, day, year] {
        text.push(b'.');
        text.extend_from_slice(decimal(number.into(), &mut [0; 20]));
    }
    text.push(b'.');
    text
}

/// Returns a text of eight characters with this hash: capital letters, if there is one of these.
fn text_of(wanted: i32) -> String {
    const LENGTH: u32 = 8;
    let least = (0..LENGTH).fold(0_u64, |sum, _| sum * 31 + u64::from(b'A'));
    let first = u64::from(wanted.cast_unsigned().wrapping_sub((least & 0xFFFF_FFFF) as u32));
    // The digits to the base of 31 are characters from A on; a multiple of 2^32 more has the same hash.
    let text = |offset: u64| -> String {
        (0..LENGTH).rev().map(|place| char::from(b'A' + (offset / 31_u64.pow(place) % 31) as u8)).collect()
    };
    let mut all = (0..31_u64.pow(LENGTH) >> 32).map(|multiple| text(first + (multiple << 32)));
    all.find(|text| text.bytes().all(|c| c.is_ascii_uppercase())).unwrap_or_else(|| text(first))
}

/// Returns the suffixes of the campaign: the short list, the usual one or both together, as the names need.
fn suffixes(clue: &Clue<'_>) -> &'static str {
    let all_in = |list: &str| {
        clue.names.iter().filter_map(|name| label(name)).all(|(_, suffix)| list.split(',').any(|known| known == suffix))
    };
    if all_in(SUFFIXES) {
        SUFFIXES
    } else if all_in(SHORT_SUFFIXES) {
        SHORT_SUFFIXES
    } else {
        ALL_SUFFIXES
    }
}

#[cfg(test)]
mod tests {
    use super::{INVERSE, back, hash, text_of};

    #[test]
    fn finds_a_text_for_each_hash() {
        assert_eq!(INVERSE.wrapping_mul(31), 1);
        for wanted in [0, 1, -1, i32::MIN, i32::MAX, hash(0, b"prospect"), 123_456_789] {
            let text = text_of(wanted);
            assert_eq!(hash(0, text.as_bytes()), wanted, "{text}");
            assert!(text.bytes().all(|c| c.is_ascii_uppercase()), "{text}");
        }
        assert_eq!(back(hash(77, b".11.20.2026."), b".11.20.2026."), 77);
    }
}
