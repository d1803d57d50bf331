// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Necurs: 2048 names for four days, from a 64-bit mixing function of varying length.

use std::sync::Arc;

use forestall_model::{Margin, Params, UtcDay, WindowSet};

use super::built_in::{self, MOST_NAMES};
use super::runs::{Dated, date_of, in_runs};
use super::spelling::LETTERS;
use super::values;
use crate::info::{Party, Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

const SUFFIXES: [&str; 43] = [
    "tj", "in", "jp", "tw", "ac", "cm", "la", "mn", "so", "sh", "sc", "nu", "nf", "mu", "ms", "mx", "ki", "im", "cx",
    "cc", "tv", "bz", "me", "eu", "de", "ru", "co", "su", "pw", "kz", "sx", "us", "ug", "ir", "to", "ga", "com", "net",
    "org", "biz", "xxx", "pro", "bit",
];

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
        let mut date = mix(u64::from(year));
        date = mix(date.wrapping_add(u64::from(month)).wrapping_add(43_690));
        date = mix(date.wrapping_add(u64::from(quarter)));
        let list = List { date, seed: u64::from(self.seed) };
        let mut spelled = [Spelled::default(); BLOCK as usize];
        let mut first = 0;
        while first < names {
            let block = &mut spelled[..(names - first).min(BLOCK) as usize];
            list.spell(first, block);
            for name in block {
                out.push_parts(&[&name.label[..name.length], b".", SUFFIXES[name.suffix].as_bytes()]);
            }
            first += BLOCK;
        }
    }
}

/// Mixes a number: 21 to 148 rounds, as its low bits say.
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

/// Names that are spelled before they are written.
const BLOCK: u32 = 256;

/// Names that are spelled side by side, because a round waits for the one before it. Two are half as fast again as one; three to eight
/// were no faster where this was measured.
const LANES: usize = 2;

#[derive(Clone, Copy, Debug, Default)]
struct Spelled {
    label: [u8; 21],
    length: usize,
    suffix: usize,
}

/// What all names of a list begin with.
#[derive(Clone, Copy, Debug)]
struct List {
    date: u64,
    seed: u64,
}

/// Where the name of a lane has come to.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The index of the name in its block.
    name: usize,
    next: Next,
}

/// What follows when the number of a lane is mixed.
#[derive(Clone, Copy, Debug)]
enum Next {
    Seed,
    Length,
    Letter(usize),
    /// The number between this letter and the one before, or the end.
    Between(usize),
    /// There is no name left for the lane.
    Nothing,
}

impl List {
    /// Spells the names from number `first` on.
    fn spell(&self, first: u32, names: &mut [Spelled]) {
        let mut values = [0; LANES];
        let mut addends = [0; LANES];
        let mut left = [0; LANES];
        let mut places = [Place { name: 0, next: Next::Nothing }; LANES];
        let mut waiting = 0..names.len();
        let mut busy = 0;
        for lane in 0..LANES {
            if let Some(name) = waiting.next() {
                (values[lane], places[lane]) = self.start(first, name);
                left[lane] = rounds(values[lane]);
                busy += 1;
            } else {
                left[lane] = u32::MAX;
            }
        }
        while busy > 0 {
            let turns = left.iter().copied().min().unwrap_or_default();
            // Copies, so that they stay in registers.
            let (mut turned, mut added) = (values, addends);
            for _ in 0..turns {
                turned = std::array::from_fn(|lane| round(turned[lane], added[lane]));
                added = added.map(|addend| addend + 8);
            }
            (values, addends) = (turned, added);
            for lane in 0..LANES {
                left[lane] = left[lane].saturating_sub(turns);
                if left[lane] > 0 {
                    continue;
                }
                let place = &mut places[lane];
                match self.advance(values[lane], place, names) {
                    Some(value) => values[lane] = value,
                    None => match waiting.next() {
                        Some(name) => (values[lane], *place) = self.start(first, name),
                        None => {
                            busy -= 1;
                            place.next = Next::Nothing;
                            left[lane] = u32::MAX;
                            continue;
                        }
                    },
                }
                addends[lane] = 0;
                left[lane] = rounds(values[lane]);
            }
        }
    }

    fn start(&self, first: u32, name: usize) -> (u64, Place) {
        (self.date.wrapping_add(u64::from(first) + name as u64), Place { name, next: Next::Seed })
    }

    /// Takes a mixed number, and returns the next one to mix; none where the name is spelled.
    fn advance(&self, n: u64, place: &mut Place, names: &mut [Spelled]) -> Option<u64> {
        let name = &mut names[place.name];
        let add;
        (add, place.next) = match place.next {
            Next::Seed => (self.seed, Next::Length),
            Next::Length => {
                name.length = (n % 15) as usize + 7;
                (0, Next::Letter(0))
            }
            Next::Letter(index) => {
                name.label[index] = LETTERS[(n % 25) as usize];
                (0xAB_BEDF, Next::Between(index + 1))
            }
            Next::Between(index) if index == name.length => {
                name.suffix = (n % 43) as usize;
                return None;
            }
            Next::Between(index) => (index as u64, Next::Letter(index)),
            Next::Nothing => return None,
        };
        Some(n.wrapping_add(add))
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
    use super::{LETTERS, List, Spelled, mix};

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
        for count in [0, 1, 2, 3, 255] {
            let mut names = vec![Spelled::default(); count];
            list.spell(1_000, &mut names);
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
