// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Pykspa, improved: the Skype worm's second algorithm, a useful set of names for twenty days and a noise set for each day.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, MOST_NAMES, listed, low_half};
use super::calendar::{Calendar, own_window};
use super::spelling::{hexadecimal, letter};
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::lcg::Lcg;
use crate::primitive::md6;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

const SUFFIXES: [&str; 4] = ["com", "net", "org", "info"];

/// Names that a bot tries of the useful set.
const NAMES: u32 = 200;

const DAY: i64 = 86_400;

#[derive(Debug)]
struct Improved {
    /// The length of a period.
    seconds: i64,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let seconds = match values::one_of(params, "set", "1", &["1", "2"])? {
        0 => 20 * DAY,
        _ => DAY,
    };
    Ok(listed(Calendar::Steps { base: 0, seconds }, Improved { seconds }))
}

impl List for Improved {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let index = low_half(period.key.div_euclid(self.seconds));
        let mut s = u64::from(seed(index));
        for j in 0..u64::from(built_in::names(limit, NAMES, MOST_NAMES)) {
            s += s % (j + 1) + 1;
            let mut label = [0; 12];
            let label = &mut label[..((s + j) % 7) as usize + 6];
            spell(s, label);
            out.push_parts(&[label, b".", SUFFIXES[(s & 3) as usize].as_bytes()]);
        }
    }
}

/// Fills a label with the letters that follow from `q`, which 32 bits need not hold, and its length.
fn spell(mut q: u64, label: &mut [u8]) {
    let length = label.len() as u64;
    let modulus = 541 * length + 4;
    let mut sum = length * length;
    for (i, place) in (0..).zip(label) {
        let addend = q % 5 + q % 123_456 + i * ((q & 1) + q % 4_567);
        let product = q.wrapping_mul(addend) & 0xFFFF_FFFF;
        *place = letter(((sum + product) % 26) as u32);
        sum += length;
        q += ((q.wrapping_mul(7_837_632 * length) & 0xFFFF_FFFF) + 82_344) % modulus;
    }
}

/// Returns the seed of a period.
fn seed(index: u32) -> u32 {
    let mut text = [0; 64];
    hexadecimal(&md6::digest(&index.to_le_bytes()), &mut text);
    let mut buffer = [0; 256];
    buffer[..64].copy_from_slice(&text);
    let mut scrambler = Scrambler::new(&buffer[..64]);
    // Ten times more over the buffer than its places, and ten more turns, beginning at the last place.
    for place in (0..256).chain((255..).take(257 * 10).map(|turn| turn % 256)) {
        buffer[place] ^= scrambler.scramble(buffer[place]);
    }
    let mut scrambler = Scrambler::new(&buffer);
    let first = (index % 50) as usize;
    u32::from_le_bytes(std::array::from_fn(|i| scrambler.scramble(text[first + i])))
}

/// 128 sequences of numbers that stir one word.
struct Scrambler {
    table: [Lcg<22_695_477, 1>; 128],
    word: u32,
}

impl Scrambler {
    /// Starts from octets, of which each two are the start of a sequence.
    fn new(octets: &[u8]) -> Self {
        let mut scrambler = Self { table: [Lcg(0); 128], word: 0 };
        for (start, [high, low]) in scrambler.table.iter_mut().zip(octets.as_chunks().0) {
            start.0 = u32::from(u16::from_be_bytes([*high, *low]));
        }
        for (times, sequence) in (1..).zip(0..scrambler.table.len()) {
            (0..times).for_each(|_| scrambler.stir(sequence));
        }
        scrambler
    }

    fn stir(&mut self, sequence: usize) {
        let turn = self.word & 15;
        self.word = self.table[sequence].rand().wrapping_add(self.word).rotate_left(turn);
    }

    /// Scrambles an octet, by which the scrambler changes as well.
    fn scramble(&mut self, octet: u8) -> u8 {
        (0..self.table.len()).for_each(|sequence| self.stir(sequence));
        let [low, ..] = self.word.to_le_bytes();
        self.word = self.word.wrapping_add(u32::from(octet));
        self.table[127].0 = self.table[127].0.wrapping_add(u32::from(octet));
        octet ^ low
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "pykspa-improved".into(),
        aliases: vec!["pykspa".into()],
        summary: "Worm that spreads by Skype; the second of its two algorithms. 200 names for twenty days (set 1), between them noise of each day (set 2) that is never registered"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "20 days (set 1) or a day (set 2), counted from 1970-01-01".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: SUFFIXES.map(Into::into).to_vec(),
        margin: Margin::CLOCK,
        clock_note: "Unix time of the infected machine".into(),
        verification: Verification::Verified,
        verification_note: "set 1 equals the ten published names of 2015-08-28; of set 2 no list is published, it stands on the published code alone".into(),
        generator_version: 1,
        keys: vec![values::key("set", "1", "1 for the useful names, 2 for the noise")],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "reserve the names of set 1 for their twenty days; those of set 2 only say that a machine is infected".into(),
        references: vec![
            "baderj/domain_generation_algorithms, folder pykspa/improved".into(),
            "Bader, johannesbader.ch, March 2015".into(),
        ],
    }
}
