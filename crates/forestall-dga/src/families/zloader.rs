// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zloader, the generation of 2020: 32 names a day from the date and a key.

use std::sync::Arc;

use forestall_model::{Instant, Margin, Params, Window};

use super::built_in::{self, low_half, names};
use super::calendar::{Calendar, own_window};
use super::values::{self, key};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::rc4::Rc4;
use crate::{Ask, Family, FamilyInfo, GenerateError, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

const NAMES: u32 = 32;
const LETTERS: usize = 20;

/// The longest key of RC4.
const MOST_KEY: usize = 256;

/// Lists that are computed side by side, because a letter waits for the one before it.
const LANES: usize = 4;

const SUFFIX: Suffix = Suffix::new("com");

struct Zloader {
    /// At the start of the key stream.
    cipher: Rc4,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let key = values::text(params, "key", "q23Cud3xsNf3", MOST_KEY)?;
    Ok(Box::new(Zloader { cipher: Rc4::new(&key) }))
}

impl Generator for Zloader {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        Calendar::Days.periods(span)
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        Calendar::Days.containing(at)
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        self.write([period], ask.limit, [out]);
        Ok(())
    }

    fn generate_each(&self, periods: &[Period], ask: &Ask, out: &mut [NameBuf]) -> Result<(), GenerateError> {
        let (periods, rest) = periods.as_chunks::<LANES>();
        let (buffers, buffers_rest) = out.as_chunks_mut::<LANES>();
        for (periods, buffers) in periods.iter().zip(buffers) {
            self.write(periods.each_ref(), ask.limit, buffers.each_mut());
        }
        rest.iter().zip(buffers_rest).try_for_each(|(period, buffer)| self.generate(period, ask, buffer))
    }

    fn lanes(&self) -> usize {
        LANES
    }
}

impl Zloader {
    #[expect(clippy::needless_range_loop, reason = "one letter of every lane in turn")]
    fn write<const N: usize>(&self, periods: [&Period; N], limit: Option<u64>, mut out: [&mut NameBuf; N]) {
        let seeds = periods.map(|period| self.seed(period));
        for (period, out) in periods.iter().zip(&mut out) {
            out.start_run(own_window(period));
        }
        let mut states = seeds;
        for _ in 0..names(limit, NAMES, NAMES) {
            let mut labels = [[0; LETTERS]; N];
            for i in 0..LETTERS {
                for lane in 0..N {
                    // The code of the letter, not its number, goes into the next state.
                    let letter = states[lane] % 25;
                    labels[lane][i] = b'a' + letter as u8;
                    states[lane] = seeds[lane] ^ states[lane].wrapping_add(u32::from(b'a') + letter);
                }
            }
            for (label, out) in labels.iter().zip(&mut out) {
                out.push_spelled(&SUFFIX, |place: &mut [u8; LETTERS]| {
                    *place = *label;
                    LETTERS
                });
            }
        }
    }

    fn seed(&self, period: &Period) -> u32 {
        let mut seed = low_half(period.key).to_le_bytes();
        self.cipher.clone().apply(&mut seed);
        u32::from_le_bytes(seed)
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "zloader".into(),
        aliases: vec!["terdot".into(), "deloader".into()],
        summary: "Banking trojan (Zloader, Terdot, DELoader), generation of 2020. 32 names of 20 letters a day under com, from the date and a key"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: vec!["com".into()],
        margin: Margin::CLOCK,
        clock_note: "00:00:00 UTC of the day by the clock of the machine".into(),
        verification: Verification::Verified,
        verification_note: "four published lists of 1,000 days each, 2020-01-01 to 2022-09-26, are reproduced in full".into(),
        generator_version: 1,
        keys: vec![key(
            "key",
            "q23Cud3xsNf3",
            "the RC4 key of the campaign as text, up to 256 visible ASCII characters; keys that look hexadecimal are text too",
        )],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "reserve the names for the guard window; letters are a to y and 20 in number, so that a legitimate holder is unlikely".into(),
        references: vec![
            "baderj/domain_generation_algorithms, zloader".into(),
            "Bader, The DGA of Zloader, johannesbader.ch".into(),
        ],
    }
}
