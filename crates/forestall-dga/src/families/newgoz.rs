// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! NewGOZ, the GameOver ZeuS of July 2014 without peers: MD5 in base 36, 1000 or 10000 names a day.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, MOST_NAMES, listed};
use super::calendar::{Calendar, date, own_window};
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::md5;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

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
        let mut messages = [self.message(period); 4];
        let mut next = 0;
        while next < names {
            for (message, i) in messages.iter_mut().zip(next..) {
                message[..4].copy_from_slice(&i.to_le_bytes());
            }
            for (digest, i) in md5::digest4(messages.each_ref().map(|message| &message[..])).iter().zip(next..names) {
                let mut label = [0; 28];
                let mut length = 0;
                for word in digest.as_chunks::<4>().0 {
                    length += base_36(u32::from_le_bytes(*word), &mut label[length..]);
                }
                let suffix = match i {
                    _ if i % 4 == 0 => "com",
                    _ if i % 3 == 0 => "org",
                    _ if i % 2 == 0 => "biz",
                    _ => "net",
                };
                out.push_parts(&[&label[..length], b".", suffix.as_bytes()]);
            }
            next += 4;
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

/// Writes a number in base 36 without leading zeros at the start of `room` and returns the number of digits, at most 7.
fn base_36(number: u32, room: &mut [u8]) -> usize {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut digits = [0; 7];
    let (mut rest, mut start) = (number, digits.len());
    loop {
        start -= 1;
        digits[start] = DIGITS[(rest % 36) as usize];
        rest /= 36;
        if rest == 0 {
            break;
        }
    }
    let length = digits.len() - start;
    room[..length].copy_from_slice(&digits[start..]);
    length
}

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
