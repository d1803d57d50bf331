// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Proslikefan: a worm in JavaScript, labels from Java's string hash, ten names a day for each top-level domain.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, listed};
use super::calendar::{Calendar, date, own_window};
use super::spelling::{decimal, letter};
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

mod search;

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

/// Names of a day for each suffix.
pub(super) const ROUNDS: u32 = 10;

const SUFFIXES: &str = "eu,biz,se,info,com,net,org,ru,in,name";

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let magic = values::text(params, "magic", "prospect", 60)?;
    Ok(lists(magic, values::suffixes(params, "tlds", SUFFIXES, 1..=64)?))
}

/// Makes the generator for a secret text and suffixes.
pub(super) fn lists(magic: Box<[u8]>, suffixes: Vec<Box<[u8]>>) -> Box<dyn Generator> {
    listed(Calendar::Days, Proslikefan { magic, suffixes })
}

#[derive(Debug)]
struct Proslikefan {
    magic: Box<[u8]>,
    suffixes: Vec<Box<[u8]>>,
}

impl List for Proslikefan {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let mut prefix = hash(0, &self.magic);
        let (year, month, day) = date(period);
        for number in [month, day, year] {
            prefix = hash(hash(prefix, b"."), decimal(number.into(), &mut [0; 20]));
        }
        let prefix = hash(prefix, b".");
        let mut left = limit.unwrap_or(u64::MAX);
        for i in 0..ROUNDS {
            for suffix in &self.suffixes {
                if left == 0 {
                    return;
                }
                left -= 1;
                let mut label = [0; 12];
                let length = spell(hash(prefix, suffix).unsigned_abs() + i, &mut label);
                out.push_parts(&[&label[..length], b".", suffix]);
            }
        }
    }
}

/// Writes the label that follows from a number, and returns its length, 6 to 12.
fn spell(mut number: u32, label: &mut [u8; 12]) -> usize {
    let mut length = 0;
    let mut prefix = 0;
    // The number is a new one at each turn, and so is the bound.
    while length < (number % 7) as usize + 6 {
        number = letter_after(prefix, number);
        label[length] = letter(number);
        prefix = hash(prefix, &label[length..=length]);
        length += 1;
    }
    length
}

/// Returns the number that gives the next letter, after letters with the hash `prefix`.
fn letter_after(prefix: i32, number: u32) -> u32 {
    hash_of_decimal(prefix, number).unsigned_abs()
}

/// Returns how many decimal digits a number has.
fn digits(number: u32) -> usize {
    const TENS: [u32; 9] = [10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];
    1 + TENS.iter().filter(|least| number >= **least).count()
}

/// Does what [`hash`] does with the decimal digits of a number, without one of them waiting for the other.
///
/// A digit is added as often as its place says, whatever stands before it, so that four go by one look at [`FOUR`]; leading zeros add
/// nothing. That digits are counted from the code of 0 is added afterwards.
fn hash_of_decimal(start: i32, number: u32) -> i32 {
    let digits = digits(number);
    let four = |rest: u32| FOUR[(rest % 10_000) as usize];
    let sum = four(number)
        .wrapping_add(four(number / 10_000).wrapping_mul(POWERS[4]))
        .wrapping_add(four(number / 100_000_000).wrapping_mul(POWERS[8]));
    start.wrapping_mul(POWERS[digits]).wrapping_add(sum).wrapping_add(ZEROS[digits])
}

/// The powers of 31.
const POWERS: [i32; 11] = {
    let mut powers = [1_i32; 11];
    let mut i = 1;
    while i < 11 {
        powers[i] = powers[i - 1].wrapping_mul(31);
        i += 1;
    }
    powers
};

/// The hash of so many zeros.
const ZEROS: [i32; 11] = {
    let mut zeros = [0_i32; 11];
    let mut i = 1;
    while i < 11 {
        zeros[i] = zeros[i - 1].wrapping_mul(31).wrapping_add(b'0' as i32);
        i += 1;
    }
    zeros
};

/// What four digits add in the lowest places.
static FOUR: [i32; 10_000] = {
    let mut sums = [0_i32; 10_000];
    let mut number = 1_i32;
    while number < 10_000 {
        let place = number.unsigned_abs() as usize;
        sums[place] = sums[place / 10].wrapping_mul(31).wrapping_add(number % 10);
        number += 1;
    }
    sums
};

/// Appends characters to a text of which the hash of Java's `String.hashCode` is `start`.
fn hash(start: i32, characters: &[u8]) -> i32 {
    characters.iter().fold(start, |h, c| h.wrapping_mul(31).wrapping_add(i32::from(*c)))
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "proslikefan".into(),
        aliases: vec![],
        summary: "Worm in JavaScript. Ten names a day for each top-level domain of the campaign, tried in random order"
            .into(),
        scheme: Scheme::Hash,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: None,
        suffixes: [SUFFIXES, "cc,co"].iter().flat_map(|list| list.split(',')).map(Into::into).collect(),
        margin: Margin::CLOCK,
        clock_note: CLOCK_NOTE.into(),
        verification: Verification::Verified,
        verification_note: "the text prospect equals the published list of 2016-06-17, 100 of 100 names".into(),
        generator_version: 1,
        keys: vec![
            values::key("magic", "prospect", "the secret text of the campaign"),
            values::key(
                "tlds",
                SUFFIXES,
                "the suffixes of the campaign in order, separated by commas; each has labels of its own",
            ),
        ],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: TREATMENT.into(),
        references: vec![
            "baderj/domain_generation_algorithms, folder proslikefan".into(),
            "Bader, johannesbader.ch, June 2016".into(),
        ],
    }
}

/// What is known of the clock of the script.
pub(super) const CLOCK_NOTE: &str = "the script takes the UTC date of the local clock";

/// How a registry should treat the names.
pub(super) const TREATMENT: &str = "few names a day: all of them can be reserved or registered; the script shuffles its list, so the order says nothing";
