// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Pykspa, improved: the Skype worm's second algorithm, a useful set of names for twenty days and a noise set for each day.

use std::sync::Arc;

use forestall_model::{Instant, Margin, Params, Window};

use super::built_in::{self, MOST_NAMES, low_half};
use super::calendar::{Calendar, own_window};
use super::spelling::{hexadecimal, letter};
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::md6;
use crate::{Ask, Family, FamilyInfo, GenerateError, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

const SUFFIXES: [&str; 4] = ["com", "net", "org", "info"];

const ENDS: [Suffix; 4] = Suffix::table(SUFFIXES);

/// Lists whose seeds are computed side by side.
const LANES: usize = 4;

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
    Ok(Box::new(Improved { seconds }))
}

impl Generator for Improved {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        self.calendar().periods(span)
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        self.calendar().containing(at)
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        let [seed] = seeds([self.index(period)]);
        write(seed, period, ask.limit, out);
        Ok(())
    }

    fn generate_each(&self, periods: &[Period], ask: &Ask, out: &mut [NameBuf]) -> Result<(), GenerateError> {
        let (fours, rest) = periods.as_chunks::<LANES>();
        let (buffers, buffers_rest) = out.as_chunks_mut::<LANES>();
        for (periods, buffers) in fours.iter().zip(buffers) {
            let seeds = seeds(periods.each_ref().map(|period| self.index(period)));
            for ((seed, period), buffer) in seeds.into_iter().zip(periods).zip(buffers) {
                write(seed, period, ask.limit, buffer);
            }
        }
        rest.iter().zip(buffers_rest).try_for_each(|(period, buffer)| self.generate(period, ask, buffer))
    }

    fn lanes(&self) -> usize {
        LANES
    }
}

impl Improved {
    fn calendar(&self) -> Calendar {
        Calendar::Steps { base: 0, seconds: self.seconds }
    }

    /// Returns the number of a period.
    fn index(&self, period: &Period) -> u32 {
        low_half(period.key.div_euclid(self.seconds))
    }
}

/// Appends the names of a seed.
fn write(seed: u32, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
    out.start_run(own_window(period));
    let mut s = u64::from(seed);
    for j in 0..u64::from(built_in::names(limit, NAMES, MOST_NAMES)) {
        s += s % (j + 1) + 1;
        out.push_spelled(&ENDS[(s & 3) as usize], |label: &mut [u8; 12]| {
            let length = ((s + j) % 7) as usize + 6;
            spell(s, &mut label[..length]);
            length
        });
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

/// Returns the seeds of several periods.
///
/// That is 361,000 turns of one word a list, of which each waits for the one before: the lists go side by side.
fn seeds<const N: usize>(indexes: [u32; N]) -> [u32; N] {
    let texts = indexes.map(|index| {
        let mut text = [0; 64];
        hexadecimal(&md6::digest(&index.to_le_bytes()), &mut text);
        text
    });
    // The octets of the lists at one place stand together.
    let mut buffer = [[0; N]; 256];
    for (place, octets) in buffer[..64].iter_mut().enumerate() {
        *octets = texts.each_ref().map(|text| text[place]);
    }
    let mut scrambler = Scrambler::new(&buffer[..64]);
    // Ten times more over the buffer than its places, and ten more turns, beginning at the last place.
    for place in (0..256).chain((255..).take(257 * 10).map(|turn| turn % 256)) {
        let scrambled = scrambler.scramble(buffer[place]);
        buffer[place].iter_mut().zip(scrambled).for_each(|(octet, scrambled)| *octet ^= scrambled);
    }
    let mut scrambler = Scrambler::new(&buffer);
    let mut seeds = [0; N];
    for i in 0..4 {
        let octets = std::array::from_fn(|lane| texts[lane][(indexes[lane] % 50) as usize + i]);
        for (seed, octet) in seeds.iter_mut().zip(scrambler.scramble(octets)) {
            *seed |= u32::from(octet) << (8 * i);
        }
    }
    seeds
}

/// Sequences of numbers that stir a word.
const SEQUENCES: usize = 128;

/// For each of several lists 128 sequences of numbers that stir one word.
struct Scrambler<const N: usize> {
    table: [[u32; N]; SEQUENCES],
    words: [u32; N],
}

impl<const N: usize> Scrambler<N> {
    /// Starts from octets, of which each two are the start of a sequence.
    fn new(octets: &[[u8; N]]) -> Self {
        let mut scrambler = Self { table: [[0; N]; SEQUENCES], words: [0; N] };
        for (starts, [high, low]) in scrambler.table.iter_mut().zip(octets.as_chunks().0) {
            *starts = std::array::from_fn(|lane| u32::from(u16::from_be_bytes([high[lane], low[lane]])));
        }
        for (times, states) in (1..).zip(&mut scrambler.table) {
            (0..times).for_each(|_| stir(&mut scrambler.words, &step(states)));
        }
        scrambler
    }

    /// Scrambles an octet of each list, by which the scrambler changes as well.
    fn scramble(&mut self, octets: [u8; N]) -> [u8; N] {
        // First all numbers, which do not wait for one another.
        let mut drawn = [[0; N]; SEQUENCES];
        for (drawn, states) in drawn.iter_mut().zip(&mut self.table) {
            *drawn = step(states);
        }
        let mut words = self.words;
        for drawn in &drawn {
            stir(&mut words, drawn);
        }
        let low = words.map(|word| word.to_le_bytes()[0]);
        for lane in 0..N {
            let octet = u32::from(octets[lane]);
            self.words[lane] = words[lane].wrapping_add(octet);
            self.table[SEQUENCES - 1][lane] = self.table[SEQUENCES - 1][lane].wrapping_add(octet);
        }
        std::array::from_fn(|lane| octets[lane] ^ low[lane])
    }
}

/// Steps a sequence of each list and returns the numbers.
#[inline(always)]
fn step<const N: usize>(states: &mut [u32; N]) -> [u32; N] {
    let mut drawn = [0; N];
    for lane in 0..N {
        states[lane] = states[lane].wrapping_mul(22_695_477).wrapping_add(1);
        drawn[lane] = (states[lane] >> 16) & 0x7FFF;
    }
    drawn
}

#[inline(always)]
fn stir<const N: usize>(words: &mut [u32; N], drawn: &[u32; N]) {
    for lane in 0..N {
        let turn = words[lane] & 15;
        words[lane] = drawn[lane].wrapping_add(words[lane]).rotate_left(turn);
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
