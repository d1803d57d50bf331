// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tufik: 1,020 names a day, two for each MD5 digest.

use std::sync::Arc;

use forestall_model::{Margin, Params, UtcDay};

use super::blocks::{Block, BlockList};
use super::calendar::date;
use super::{anchor, blocks, built_in, recurrence, ring_key, values};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::md5;
use crate::{Ask, Family, FamilyInfo, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

const NAMES: u32 = 1_020;

/// Returns the family.
pub(super) fn family() -> Arc<dyn Family> {
    let search = ring_key::Search { counts: &[], params: |magic| anchor::hit(&[("magic", &format!("0x{magic:08X}"))]) };
    built_in::family_with_search(info(), generator, search)
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(blocks::listed(Tufik { magic: values::hexadecimal(params, "magic", "0x997722ED")? }))
}

#[derive(Debug)]
struct Tufik {
    magic: u32,
}

impl BlockList for Tufik {
    fn block(&self, day: UtcDay) -> Block {
        Block::day(day)
    }

    fn write(&self, period: &Period, ask: &Ask, out: &mut NameBuf) {
        let (year, month, day) = date(period);
        // Of the year only the low octet counts.
        let again = recurrence::years(ask)
            .filter(|other| u32::from(other.unsigned_abs()) % 256 == year % 256)
            .filter_map(|other| recurrence::day_in(other, month, day));
        out.start_run(recurrence::windows(period, ask, again.map(UtcDay::window)));
        let dated = (((year + 48) & 0xFF) | month << 8 | day << 16) ^ self.magic;
        let names = built_in::names(ask.limit, NAMES, NAMES);
        let mut block = md5::pad(&u64::from(dated).to_le_bytes()).map(|word| [word; md5::LANES]);
        for first in (0..names).step_by(2 * md5::LANES) {
            for (lane, number) in (0..md5::LANES).zip((first..).step_by(2)) {
                block[1][lane] = number ^ self.magic;
            }
            for (number, digest) in (first..names).step_by(2).zip(&md5::digest_blocks(&block)) {
                let (label, length) = label(digest);
                for number in number..names.min(number + 2) {
                    out.push_spelled(suffix(number), |place: &mut [u8; 16]| {
                        *place = label;
                        length
                    });
                }
            }
        }
    }
}

/// Returns a label, in room for the longest, and its length: a letter for the sum of the halves of each octet, none where that is above 25.
pub(super) fn label(digest: &[u8; 16]) -> ([u8; 16], usize) {
    let mut label = [0; 16];
    let mut length = 0;
    for number in digest.map(|octet| (octet >> 4) + (octet & 15)) {
        // Written in any case, kept where it is a letter.
        label[length % 16] = b'a' + number;
        length += usize::from(number < 26);
    }
    (label, length)
}

/// The suffixes by their places.
pub(super) const SUFFIXES: [&str; 5] = ["biz", "info", "org", "net", "com"];

fn suffix(number: u32) -> &'static Suffix {
    const TABLE: [Suffix; 5] = Suffix::table(SUFFIXES);
    &TABLE[suffix_place(number)]
}

/// Returns the place of the suffix of a name by its number.
pub(super) fn suffix_place(number: u32) -> usize {
    /// By the number modulo 60, the least common multiple of 1 to 5: the largest divisor decides.
    const BY_REST: [u8; 60] = {
        let mut table = [0; 60];
        let mut rest = 0;
        while rest < 60 {
            while rest % (5 - table[rest] as usize) != 0 {
                table[rest] += 1;
            }
            rest += 1;
        }
        table
    };
    usize::from(BY_REST[(number % 60) as usize])
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "tufik".into(),
        aliases: vec![],
        summary: "File infector. 1,020 names a day, 510 labels under two suffixes each, from the MD5 of date, number and a constant".into(),
        scheme: Scheme::Hash,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: ["biz", "info", "org", "net", "com"].map(Into::into).to_vec(),
        margin: Margin::CLOCK,
        clock_note: "the date of the infected machine; whether local or UTC is not published".into(),
        verification: Verification::Verified,
        verification_note: "the published list of 1,020 names of 2022-05-09 is reproduced in full".into(),
        generator_version: 1,
        keys: vec![values::key("magic", "0x997722ED", "the campaign's constant, up to 8 hexadecimal digits")],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "reserve free names for the guard window, look at registered ones by hand".into(),
        references: vec!["baderj/domain_generation_algorithms, tufik: list of 1,020 names of 2022-05-09".into()],
    }
}
