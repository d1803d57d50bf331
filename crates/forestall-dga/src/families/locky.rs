// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Locky: ransomware of 2016 and 2017, two algorithms that rotate and multiply, lists of two days.

use std::ops::RangeInclusive;
use std::sync::Arc;

use forestall_model::{Margin, Params, UtcDay, WindowSet};

use super::built_in::{self, MOST_NAMES};
use super::runs::{Dated, date_of, in_runs};
use super::spelling::LETTERS;
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Suffix, WordLists};

mod search;

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

/// The suffixes of version 2.
const SUFFIXES_2: [&str; 14] = ["ru", "pw", "eu", "in", "yt", "pm", "us", "fr", "de", "it", "be", "uk", "nl", "tf"];

/// The suffixes of version 3.
const SUFFIXES_3: [&str; 10] = ["ru", "info", "biz", "click", "su", "work", "pl", "org", "pw", "xyz"];

const ENDS_2: [Suffix; 14] = Suffix::table(SUFFIXES_2);
const ENDS_3: [Suffix; 10] = Suffix::table(SUFFIXES_3);

const FACTOR: u32 = 0xB119_24E1;
const ADDEND: u32 = 0x2710_0001;

#[derive(Debug)]
struct Locky {
    version: Version,
    seed: u32,
    shift: u32,
}

#[derive(Clone, Copy, Debug)]
enum Version {
    /// The list repeats after this many names.
    Two(u32),
    Three,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let within = |key: &str, default: &str, range: RangeInclusive<u32>| {
        let found = values::decimal(params, key, default)?;
        range.contains(&found).then_some(found).ok_or_else(|| ParamError::BadValue {
            key: key.to_owned(),
            found: found.to_string(),
            expected: format!("a decimal number from {} to {}", range.start(), range.end()),
        })
    };
    let modulus = within("mod", "8", 1..=u32::MAX)?;
    let shift = within("shift", "7", 0..=31)?;
    let version = match values::one_of(params, "version", "2", &["2", "3"])? {
        0 => Version::Two(modulus),
        _ => Version::Three,
    };
    Ok(in_runs(Locky { version, seed: values::decimal(params, "seed", "62")?, shift }))
}

impl Dated for Locky {
    /// Year, month and half the day of the month, rounded down.
    type Values = [u32; 3];

    fn values(&self, day: UtcDay) -> [u32; 3] {
        let [year, month, day] = date_of(day);
        [year, month, day / 2]
    }

    fn write(&self, date: [u32; 3], windows: WindowSet, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(windows);
        let (usual, suffixes) = match self.version {
            Version::Two(modulus) => (modulus, &ENDS_2[..]),
            Version::Three => (12, &ENDS_3[..]),
        };
        let base = self.base(date);
        for i in 0..built_in::names(limit, usual, MOST_NAMES) {
            let mut x = self.first(base, date, i);
            let mut label = [0; 17];
            let length = self.version.length(x);
            for (letter, turn) in label[..length].iter_mut().zip(0..) {
                x = self.turn(x, turn);
                *letter = LETTERS[(x % 25) as usize];
            }
            let suffix = &suffixes[self.mix(x).wrapping_add(ADDEND) as usize % suffixes.len()];
            out.push_spelled(suffix, |place: &mut [u8; 17]| {
                *place = label;
                length
            });
        }
    }
}

impl Version {
    /// Returns the suffixes, and how many letters labels have.
    fn shape(self) -> (&'static [&'static str], RangeInclusive<usize>) {
        match self {
            Self::Two(_) => (&SUFFIXES_2, 5..=15),
            Self::Three => (&SUFFIXES_3, 7..=17),
        }
    }

    /// Returns the letters of the label that begins with `x`.
    fn length(self, x: u32) -> usize {
        let shortest = match self {
            Self::Two(_) => 5,
            Self::Three => 7,
        };
        (x % 11 + shortest) as usize
    }
}

impl Locky {
    /// Returns what all names of a list have in common; nothing in version 3.
    fn base(&self, date: [u32; 3]) -> u32 {
        match self.version {
            Version::Two(_) => self.start(date),
            Version::Three => 0,
        }
    }

    /// Returns what the name number `i` begins with.
    #[inline]
    fn first(&self, base: u32, date: [u32; 3], i: u32) -> u32 {
        match self.version {
            Version::Two(modulus) => {
                let sum = (i % modulus).rotate_left(21).wrapping_add(base).wrapping_add(self.seed.rotate_left(17));
                self.mix(sum.wrapping_add(ADDEND)).wrapping_add(ADDEND)
            }
            Version::Three => self.rounds(date, i),
        }
    }

    /// Returns what the letter number `turn` is made of, from what the one before was.
    #[inline]
    fn turn(&self, x: u32, turn: u32) -> u32 {
        self.mix(x.rotate_left(turn)).wrapping_add(ADDEND)
    }

    #[inline]
    fn mix(&self, x: u32) -> u32 {
        x.wrapping_mul(FACTOR).rotate_right(self.shift)
    }

    /// Returns what all names of a list of version 2 begin with.
    fn start(&self, [year, month, half]: [u32; 3]) -> u32 {
        let mut t = self.mix(year.wrapping_add(0x1BF5));
        if self.seed != 0 {
            t = self.mix(t.wrapping_add(self.seed).wrapping_add(ADDEND));
        }
        t = self.mix(t.wrapping_add(half).wrapping_add(ADDEND));
        self.mix(t.wrapping_add(month).wrapping_add(0x2709_A354))
    }

    /// Returns what the name number `i` of version 3 begins with: seven rounds, in each of which the year is one higher.
    fn rounds(&self, [year, month, half]: [u32; 3], i: u32) -> u32 {
        let mut x = 0_u32;
        for round in 0..7 {
            let a = self.mix((year + round).wrapping_add(x).wrapping_add(0x1BF5)).wrapping_add(ADDEND) ^ x;
            let b = self.mix(a.wrapping_add(self.seed)).wrapping_add(ADDEND) ^ a;
            let c = b.wrapping_sub(self.mix(b.wrapping_add(half))).wrapping_sub(ADDEND);
            let e = c.wrapping_add(self.mix(c.wrapping_add(month).wrapping_sub(0x6_5CAD))).wrapping_add(ADDEND);
            let sum = e.wrapping_add(self.seed.rotate_left(17)).wrapping_add(i.rotate_left(21));
            x = self.mix(sum).wrapping_add(ADDEND) ^ e;
        }
        x
    }
}

fn info() -> FamilyInfo {
    let mut suffixes: Vec<&str> = SUFFIXES_2.to_vec();
    suffixes.extend(SUFFIXES_3.iter().filter(|suffix| !SUFFIXES_2.contains(suffix)));
    FamilyInfo {
        slug: "locky".into(),
        aliases: vec![],
        summary: "Ransomware of 2016 and 2017. Two algorithms with a seed for each campaign: 8 or 12 names for two days"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "two days of a month, an even one first: 1, 2 and 3, ..., 30 and 31".into(),
        names_per_period: None,
        suffixes: suffixes.into_iter().map(Into::into).collect(),
        margin: Margin::hours(48 + 14, 96 + 12),
        clock_note: "UTC or local is not known; in April 2017 bots of seed 556677 were seen to ask for the list of the window before, so a name is \
                     to be kept from one window before its own to two after, and a local clock's difference more"
            .into(),
        verification: Verification::Verified,
        verification_note: "version 2 gives the 8 published names of seed 62 for 2016-02-28; version 3 gives the 12 names that Nominum saw of seed 556677, in \
                            order, for 2017-04-24 (seen two days later). The seeds of version 3 stand on one repository, most of them without a published list"
            .into(),
        generator_version: 1,
        keys: vec![
            values::key("version", "2", "the algorithm: 2 or 3"),
            values::key("seed", "62", "the seed of the campaign, a decimal number"),
            values::key("shift", "7", "the rotation in the mixing step, 0 to 31 bits"),
            values::key("mod", "8", "version 2 only: how many names there are before the list repeats"),
        ],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "few names for two days each: all of them can be reserved or registered; .uk names stand directly below uk".into(),
        references: vec![
            "baderj/domain_generation_algorithms, folder locky".into(),
            "Forcepoint, Locky's new DGA, 2016".into(),
            "Nominum, The Comings and Goings (and Comings) of Locky, 2017".into(),
        ],
    }
}
