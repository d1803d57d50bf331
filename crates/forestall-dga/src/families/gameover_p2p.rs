// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Gameover Zeus, the peer-to-peer version: the fall-back list of 1,000 names for seven days within a month, from MD5.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, listed, names};
use super::calendar::{Calendar, date, own_window};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::md5;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

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
        // Seven octets: the date, the low and the high octet of the index, and zeros.
        let mut block = md5::pad(&[start[0], start[1], start[2], 0, 0, 0, 0]).map(|word| [word; md5::LANES]);
        let [date, end] = [block[0][0], block[1][0]];
        let names = names(limit, NAMES, NAMES);
        for first in (0..names).step_by(md5::LANES) {
            for (lane, index) in (0..md5::LANES).zip(first..) {
                block[0][lane] = date | index << 24;
                block[1][lane] = end | (index >> 8 & 0xFF);
            }
            for (index, digest) in (first..names).zip(&md5::digest_blocks(&block)) {
                out.push_spelled(suffix(index), |label: &mut [u8; MOST_LETTERS]| spell(digest, label));
            }
        }
    }
}

/// Writes two letters an octet, from its low and high five bits, none where these are equal, and returns their number.
fn spell(digest: &[u8; 16], label: &mut [u8; MOST_LETTERS]) -> usize {
    let mut length = 0;
    for octet in digest {
        let (low, high) = (octet & 31, octet >> 3);
        for number in [low, high] {
            // Written in any case, kept where it is a letter.
            label[length % MOST_LETTERS] = b'a' + number;
            length += usize::from((number < 26) & (low != high));
        }
    }
    length
}

/// Returns the suffix of an index.
fn suffix(index: u32) -> &'static Suffix {
    const SUFFIXES: [Suffix; 6] = Suffix::table(["ru", "biz", "info", "org", "net", "com"]);
    /// By the index modulo 60, the least common multiple of 1 to 6.
    const BY_REST: [u8; 60] = {
        let mut table = [0; 60];
        let mut rest = 0;
        while rest < 60 {
            while rest % (6 - table[rest] as usize) != 0 {
                table[rest] += 1;
            }
            rest += 1;
        }
        table
    };
    &SUFFIXES[usize::from(BY_REST[(index % 60) as usize])]
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
