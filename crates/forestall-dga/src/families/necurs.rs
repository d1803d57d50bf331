// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Necurs: 2048 names for four days, from a 64-bit mixing function of varying length.

use std::sync::Arc;

use forestall_model::{Margin, Params, UtcDay, WindowSet};

use super::built_in::{self, MOST_NAMES};
use super::runs::{Dated, date_of, in_runs};
use super::spelling::LETTERS;
use super::values;
use crate::info::{Party, Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Suffix, WordLists};

mod search;

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

const SUFFIXES: [&str; 43] = [
    "tj", "in", "jp", "tw", "ac", "cm", "la", "mn", "so", "sh", "sc", "nu", "nf", "mu", "ms", "mx", "ki", "im", "cx",
    "cc", "tv", "bz", "me", "eu", "de", "ru", "co", "su", "pw", "kz", "sx", "us", "ug", "ir", "to", "ga", "com", "net",
    "org", "biz", "xxx", "pro", "bit",
];

const ENDS: [Suffix; 43] = Suffix::table(SUFFIXES);

/// The least rounds of a number.
const LEAST: usize = 21;

/// Names in a list.
const NAMES: u32 = 2_048;

#[derive(Debug)]
struct Necurs {
    seed: u32,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    values::one_of(params, "version", "1", &["1"])?;
    Ok(in_runs(Necurs { seed: values::decimal(params, "seed", "9")? }))
}

impl Dated for Necurs {
    /// Year, month and a quarter of the day of the month, rounded down.
    type Values = [u32; 3];

    fn values(&self, day: UtcDay) -> [u32; 3] {
        let [year, month, day] = date_of(day);
        [year, month, day / 4]
    }

    fn write(&self, [year, month, quarter]: [u32; 3], windows: WindowSet, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(windows);
        let names = built_in::names(limit, NAMES, MOST_NAMES);
        let list = List { date: mixed_date([year, month, quarter]), seed: u64::from(self.seed) };
        let mut mixer = Mixer::default();
        for first in (0..names).step_by(BLOCK) {
            let mut spelled = [Spelled::default(); BLOCK];
            let block = &mut spelled[..((names - first) as usize).min(BLOCK)];
            list.spell(first, block, &mut mixer);
            for name in block {
                out.push_spelled(&ENDS[name.suffix], |label: &mut [u8; MOST_LETTERS]| {
                    *label = name.label;
                    name.length
                });
            }
        }
    }
}

/// Returns what all names of a date begin with.
fn mixed_date([year, month, quarter]: [u32; 3]) -> u64 {
    let date = mix(u64::from(year));
    let date = mix(date.wrapping_add(u64::from(month)).wrapping_add(43_690));
    mix(date.wrapping_add(u64::from(quarter)))
}

/// Mixes a number: [`LEAST`] to 148 rounds, as its low bits say.
fn mix(start: u64) -> u64 {
    let mut value = start;
    let mut addend = 0;
    for _ in 0..rounds(start) {
        value = round(value, addend);
        addend += 8;
    }
    value
}

fn rounds(start: u64) -> u32 {
    (start & 127) as u32 + 21
}

/// Returns the value after one more round; `addend` is eight times the rounds done.
#[inline]
fn round(v: u64, addend: u64) -> u64 {
    v.wrapping_add((v << 3).wrapping_sub(v) ^ (v << 15)).wrapping_add(addend).wrapping_sub(v >> 5)
}

/// Names that are spelled side by side.
const BLOCK: usize = 256;

const MOST_LETTERS: usize = 21;

/// Added to the number of a letter before the next is mixed.
const AFTER_LETTER: u64 = 0xAB_BEDF;

/// Returns how many letters a name has.
fn length(number: u64) -> usize {
    (number % 15) as usize + 7
}

#[derive(Clone, Copy, Debug, Default)]
struct Spelled {
    label: [u8; MOST_LETTERS],
    length: usize,
    suffix: usize,
}

/// What all names of a list begin with.
#[derive(Clone, Copy, Debug)]
struct List {
    date: u64,
    seed: u64,
}

impl List {
    /// Spells the names from number `first` on, [`BLOCK`] at most.
    ///
    /// All names go through the same stages: a number for the seed, one for the length, and two for each letter.
    fn spell(&self, first: u32, names: &mut [Spelled], mixer: &mut Mixer) {
        // The number of each name that is not spelled yet, and which name that is.
        let mut numbers: Vec<u64> =
            (0..).zip(&*names).map(|(i, _)| self.date.wrapping_add(u64::from(first) + i)).collect();
        let mut of: Vec<usize> = (0..names.len()).collect();
        mixer.mix(&mut numbers);
        numbers.iter_mut().for_each(|number| *number = number.wrapping_add(self.seed));
        mixer.mix(&mut numbers);
        for (name, number) in names.iter_mut().zip(&numbers) {
            name.length = length(*number);
        }
        for letter in 0..MOST_LETTERS {
            mixer.mix(&mut numbers);
            for (number, name) in numbers.iter_mut().zip(&of) {
                names[*name].label[letter] = LETTERS[(*number % 25) as usize];
                *number = number.wrapping_add(AFTER_LETTER);
            }
            mixer.mix(&mut numbers);
            let mut left = 0;
            for i in 0..numbers.len() {
                let (number, name) = (numbers[i], of[i]);
                if names[name].length == letter + 1 {
                    names[name].suffix = (number % 43) as usize;
                } else {
                    (numbers[left], of[left]) = (number.wrapping_add(letter as u64 + 1), name);
                    left += 1;
                }
            }
            numbers.truncate(left);
            of.truncate(left);
        }
    }
}

/// Mixes many numbers, each as often as it asks for.
#[derive(Debug, Default)]
struct Mixer {
    /// The numbers in falling order of their rounds.
    sorted: Vec<u64>,
    /// The place of each number in `sorted`.
    places: Vec<u32>,
}

/// Rounds that are done in a go.
const STEP: usize = 4;

impl Mixer {
    /// Mixes each of the numbers.
    ///
    /// In falling order of their rounds, those that take another round are always the first so many: one plain loop over them, of which
    /// the compiler makes vector operations, while the chain of one number alone keeps the processor waiting.
    fn mix(&mut self, numbers: &mut [u64]) {
        // How many numbers take this many rounds or more, less 21.
        let mut taking = [0_u32; 129 + STEP];
        for number in &*numbers {
            taking[(number & 127) as usize] += 1;
        }
        for rounds in (0..128).rev() {
            taking[rounds] += taking[rounds + 1];
        }
        self.sorted.resize(numbers.len(), 0);
        self.places.clear();
        let mut next = taking;
        for number in &*numbers {
            let place = &mut next[(number & 127) as usize + 1];
            self.sorted[*place as usize] = *number;
            self.places.push(*place);
            *place += 1;
        }
        let mut addend = 0;
        for _ in 0..LEAST / STEP {
            several(&mut self.sorted, addend);
            addend += 8 * STEP as u64;
        }
        let mut done = LEAST / STEP * STEP;
        while done < LEAST + 127 {
            // Rounds below the least are taken by all.
            let taking = |rounds: usize| taking[rounds.saturating_sub(LEAST)] as usize;
            let all = taking(done + STEP);
            several(&mut self.sorted[..all], addend);
            for round_of_some in 1..STEP {
                let some = taking(done + round_of_some);
                let addend = addend + 8 * (round_of_some as u64 - 1);
                for number in &mut self.sorted[all..some.max(all)] {
                    *number = round(*number, addend);
                }
            }
            if all == 0 {
                break;
            }
            done += STEP;
            addend += 8 * STEP as u64;
        }
        for (number, place) in numbers.iter_mut().zip(&self.places) {
            *number = self.sorted[*place as usize];
        }
    }
}

/// Does [`STEP`] rounds with all numbers.
fn several(numbers: &mut [u64], addend: u64) {
    for number in numbers {
        for i in 0..STEP as u64 {
            *number = round(*number, addend + 8 * i);
        }
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "necurs".into(),
        aliases: vec![],
        summary: "Backdoor. Of its three sets of names this is the list: 2,048 names for four days, by a campaign number. The others are a hard-coded name and four \
                  random names that look for a laboratory"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "days of a month with the same quotient by 4: 1 to 3, 4 to 7, ..., 28 to the end".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: SUFFIXES.map(Into::into).to_vec(),
        margin: Margin::CLOCK,
        clock_note: "the bot asks NTP servers for the time first, so that a wrong clock of the host does not count; UTC is the natural reading".into(),
        verification: Verification::Verified,
        verification_note: "seed 9 equals the published list of 2015-08-28 to 2015-08-31, 2,048 of 2,048 names".into(),
        generator_version: 1,
        keys: vec![
            values::key("version", "1", "the algorithm; one is known"),
            values::key("seed", "9", "the number of the campaign, decimal"),
        ],
        first_day: None,
        responsible: Responsible::Others(vec![(
            "bit".into(),
            Party::Nobody("it belongs to Namecoin, outside of the DNS root".into()),
        )]),
        treatment: "a bot tries the whole list: reserve or register each name for its four days; bit is Namecoin, outside of the DNS root, and has no registry".into(),
        references: vec![
            "baderj/domain_generation_algorithms, folder necurs".into(),
            "Bader, The DGAs of Necurs, February 2015".into(),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::{LETTERS, List, Mixer, Spelled, mix};

    /// One name, step by step.
    fn plain(list: &List, number: u64) -> (Vec<u8>, usize) {
        let mut n = mix(list.date + number);
        n = mix(n + list.seed);
        let length = n % 15 + 7;
        let mut label = Vec::new();
        for j in 0..length {
            n = mix(n.wrapping_add(j));
            label.push(LETTERS[usize::try_from(n % 25).unwrap()]);
            n = mix(n.wrapping_add(0xAB_BEDF));
        }
        (label, usize::try_from(n % 43).unwrap())
    }

    #[test]
    fn names_side_by_side_are_those_one_by_one() {
        let list = List { date: 0x0123_4567_89AB, seed: 9 };
        let mut mixer = Mixer::default();
        for count in [0, 1, 2, 3, 255] {
            let mut names = vec![Spelled::default(); count];
            list.spell(1_000, &mut names, &mut mixer);
            for (name, number) in names.iter().zip(1_000..) {
                assert_eq!(
                    (name.label[..name.length].to_vec(), name.suffix),
                    plain(&list, number),
                    "{number} of {count}"
                );
            }
        }
    }
}
