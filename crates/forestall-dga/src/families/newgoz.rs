// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! NewGOZ, the GameOver ZeuS of July 2014 without peers: MD5 in base 36, 1000 or 10000 names a day.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, MOST_NAMES, listed};
use super::calendar::{Calendar, date, own_window};
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::md5;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

mod search;

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

const ENDS: [Suffix; 4] = Suffix::table(["com", "org", "biz", "net"]);

/// Room for a label, which has 28 digits at most; the last number is written with eight.
const LABEL: usize = 32;

#[derive(Debug)]
struct NewGoz {
    seed: u32,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(listed(Calendar::Days, NewGoz { seed: values::hexadecimal(params, "seed", "0x35190501")? }))
}

impl List for NewGoz {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let names = built_in::names(limit, 1_000, MOST_NAMES);
        let mut block = md5::pad(&self.message(period)).map(|word| [word; md5::LANES]);
        for first in (0..names).step_by(md5::LANES) {
            for (number, i) in block[0].iter_mut().zip(first..) {
                *number = i;
            }
            for (digest, i) in md5::digest_blocks(&block).iter().zip(first..names) {
                out.push_spelled(&ENDS[suffix(i)], |label: &mut [u8; LABEL]| label_of(digest, label));
            }
        }
    }
}

impl NewGoz {
    /// Returns what is hashed, the number of the name left out: the year, the month and the day, the constant after each.
    fn message(&self, period: &Period) -> [u8; 22] {
        let mut message = [0; 22];
        let (year, month, day) = date(period);
        for (part, number) in message[4..].chunks_exact_mut(6).zip([year, month, day]) {
            part[..2].copy_from_slice(&number.to_le_bytes()[..2]);
            part[2..].copy_from_slice(&self.seed.to_le_bytes());
        }
        message
    }
}

/// Returns the place of the suffix of the name number `i`.
fn suffix(i: u32) -> usize {
    match i {
        _ if i.is_multiple_of(4) => 0,
        _ if i.is_multiple_of(3) => 1,
        _ if i.is_multiple_of(2) => 2,
        _ => 3,
    }
}

/// Writes the four words of a digest and returns the length.
fn label_of(digest: &[u8; 16], label: &mut [u8; LABEL]) -> usize {
    let words = digest.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word));
    words.fold(0, |length, word| length + base_36(word, label, length))
}

/// Writes a number in base 36 without leading zeros from place `start` on, 24 at most, and returns the number of digits, 7 at most.
fn base_36(number: u32, label: &mut [u8; LABEL], start: usize) -> usize {
    let pair = |rest: u32| PAIRS[(rest % 1_296) as usize];
    let [[a, b], [c, d], [e, f], [g, h]] =
        [pair(number / 1_296 / 1_296 / 1_296), pair(number / 1_296 / 1_296), pair(number / 1_296), pair(number)];
    let digits = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
    let length =
        1 + [36, 1_296, 46_656, 1_679_616, 60_466_176, 2_176_782_336].iter().filter(|least| number >= **least).count();
    // The digits that count come first; what is written behind them is overwritten.
    label[start..start + 8].copy_from_slice(&(digits << (64 - 8 * length)).to_be_bytes());
    length
}

/// All numbers of two digits in base 36.
const PAIRS: [[u8; 2]; 1_296] = {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut pairs = [[0; 2]; 1_296];
    let mut number = 0;
    while number < 1_296 {
        pairs[number] = [DIGITS[number / 36], DIGITS[number % 36]];
        number += 1;
    }
    pairs
};

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "newgoz".into(),
        aliases: vec![],
        summary: "GameOver ZeuS of July 2014, which replaced its peer-to-peer network by a generator after Operation Tovar. 1,000 or 10,000 names a day, by its constant"
            .into(),
        scheme: Scheme::Hash,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: None,
        suffixes: ["com", "org", "biz", "net"].map(Into::into).to_vec(),
        margin: Margin::CLOCK,
        clock_note: "UTC or local is not known; a bot starts at a random place of the list".into(),
        verification: Verification::Verified,
        verification_note: "the constant 0x35190501 equals the published list of 2015-08-31, 1,000 of 1,000 names; 0x0052E645 follows from a report that the two differ in \
                            constant and count only and was not compared with a real name"
            .into(),
        generator_version: 1,
        keys: vec![values::key("seed", "0x35190501", "the constant of the configuration, hexadecimal: 0x35190501 or 0x0052E645")],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "any name of the list can be asked for at any time of the day: all have to be kept".into(),
        references: vec![
            "baderj/domain_generation_algorithms, folder newgoz".into(),
            "Bader, The DGA of newGOZ, December 2014".into(),
            "Arbor Networks, Five Sinkholes of newGOZ, 2014".into(),
        ],
    }
}
