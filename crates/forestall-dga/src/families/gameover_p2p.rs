// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Gameover Zeus, the peer-to-peer version: the fall-back list of 1,000 names for seven days within a month, from MD5.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, listed, names};
use super::calendar::{Calendar, date, own_window};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::md5;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

const NAMES: u32 = 1_000;

/// Two letters for each of 16 octets.
const MOST_LETTERS: usize = 32;

struct GameoverP2p;

fn generator(_params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(listed(Calendar::SeventhsOfMonths, GameoverP2p))
}

impl List for GameoverP2p {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let (year, month, day) = date(period);
        // The first block of a month begins on the 1st and counts as 0.
        let start = [year + 0x30, month, day - day % 7].map(|part| (part & 0xFF) as u8);
        let block = |index: u32| {
            let [low, high, ..] = index.to_le_bytes();
            [start[0], start[1], start[2], low, high, 0, 0]
        };
        let names = names(limit, NAMES, NAMES);
        let mut name = [0; MOST_LETTERS];
        for first in (0..names).step_by(4) {
            let blocks = [0, 1, 2, 3].map(|lane| block(first + lane));
            let digests = md5::digest4(blocks.each_ref().map(|block| &block[..]));
            for (index, digest) in (first..names).zip(digests) {
                let mut length = 0;
                for octet in digest {
                    let (low, high) = (octet & 31, octet >> 3);
                    if low == high {
                        continue;
                    }
                    for number in [low, high] {
                        // Written in any case, kept where it is a letter.
                        name[length] = b'a' + number;
                        length += usize::from(number < 26);
                    }
                }
                out.push_parts(&[&name[..length], suffix(index)]);
            }
        }
    }
}

/// Returns the suffix of an index, with its dot.
fn suffix(index: u32) -> &'static [u8] {
    match index {
        i if i % 6 == 0 => b".ru",
        i if i % 5 == 0 => b".biz",
        i if i % 4 == 0 => b".info",
        i if i % 3 == 0 => b".org",
        i if i % 2 == 0 => b".net",
        _ => b".com",
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "gameover-p2p".into(),
        aliases: vec!["gameover-zeus".into(), "zeus-p2p".into(), "zeusbot".into()],
        summary: "Banking trojan Gameover Zeus, the peer-to-peer version of 2011 to 2014 (not its successor of July 2014). A fall-back list of \
                  1,000 names every seven days of a month under 6 top-level domains"
            .into(),
        scheme: Scheme::Hash,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "days 1 to 6, 7 to 13, 14 to 20, 21 to 27 and 28 to the end of a month".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: ["ru", "biz", "info", "org", "net", "com"].map(Into::into).to_vec(),
        margin: Margin::CLOCK,
        clock_note: "the date of the machine; the sources do not say in which time zone".into(),
        verification: Verification::Verified,
        verification_note: "the names published for 2014-01-31 are reproduced, and all 1,667 names of a public data set fall on 44 consecutive \
                            periods from 2014-04-07"
            .into(),
        generator_version: 1,
        keys: vec![],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "reserve the names for the guard window; up to 32 letters without sense, so that a legitimate holder is unlikely".into(),
        references: vec![
            "pchaigno/dga-collection, ZeusBot, after the VRT (Snort) blog, March 2014".into(),
            "andrewaeva/DGA, the DDS list of names".into(),
        ],
    }
}
