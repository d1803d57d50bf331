// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tufik: 1,020 names a day, two for each MD5 digest.

use std::sync::Arc;

use forestall_model::{Margin, Params, UtcDay};

use super::blocks::{Block, BlockList};
use super::calendar::date;
use super::{blocks, built_in, recurrence, values};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::md5;
use crate::{Ask, Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

const NAMES: u32 = 1_020;

/// Digests that are computed side by side.
const LANES: u32 = 4;

/// Returns the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
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
        for first in (0..names).step_by(2 * LANES as usize) {
            let message = |lane: u32| {
                let number = (first + 2 * lane) ^ self.magic;
                (u64::from(dated) | u64::from(number) << 32).to_le_bytes()
            };
            let messages = [message(0), message(1), message(2), message(3)];
            let digests = md5::digest4(messages.each_ref().map(<[u8; 8]>::as_slice));
            for (number, digest) in (first..names).step_by(2).zip(&digests) {
                let mut label = [0; 16];
                let mut length = 0;
                for octet in digest {
                    if let Some(letter) = super::spelling::LETTERS.get(usize::from((octet >> 4) + (octet & 15))) {
                        label[length] = *letter;
                        length += 1;
                    }
                }
                for number in number..names.min(number + 2) {
                    out.push_parts(&[&label[..length], b".", suffix(number).as_bytes()]);
                }
            }
        }
    }
}

fn suffix(number: u32) -> &'static str {
    let divides = |divisor| number.is_multiple_of(divisor);
    match () {
        () if divides(5) => "biz",
        () if divides(4) => "info",
        () if divides(3) => "org",
        () if divides(2) => "net",
        () => "com",
    }
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
