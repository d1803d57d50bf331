// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Chinad: 1,000 names a day, the SHA-1 of the date and the number of the name.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, listed, names};
use super::calendar::{Calendar, date, own_window};
use super::values::{self, key};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::sha1;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const SUFFIXES: [&str; 7] = ["com", "org", "net", "biz", "info", "ru", "cn"];

const ENDS: [Suffix; 7] = Suffix::table(SUFFIXES);

#[derive(Debug)]
struct Chinad {
    /// Names in a day's list: as many as differ.
    names: u32,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let names = [1_000, 256][values::one_of(params, "indexbytes", "2", &["2", "1"])?];
    Ok(listed(Calendar::Days, Chinad { names }))
}

impl List for Chinad {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let (year, month, day) = date(period);
        // 360netlab's rule for the year, which is the year since 2000 up to 2255; another source has the year modulo 100, the same to 2099.
        let day = (year.wrapping_add(0x30) & 0xFF) << 24 | month << 16 | day << 8;
        // A block of 16 octets: year, month, day, low and high octet of the number, and zeros.
        let mut block = sha1::pad(&[0; 16]).map(|word| [word; sha1::LANES]);
        let names = names(limit, self.names, self.names);
        for first in (0..names).step_by(sha1::LANES) {
            for (lane, number) in (0..sha1::LANES).zip(first..) {
                block[0][lane] = day | (number & 0xFF);
                block[1][lane] = (number >> 8 & 0xFF) << 24;
            }
            for (digest, _) in sha1::digest_blocks(&block).iter().zip(first..names) {
                write_name(digest, out);
            }
        }
    }
}

/// Writes the name of a digest, each of whose words is read from its last octet to its first.
fn write_name(digest: &[u8; 20], out: &mut NameBuf) {
    let mut turned = *digest;
    turned.as_chunks_mut::<4>().0.iter_mut().for_each(|word| word.reverse());
    out.push_spelled(&ENDS[usize::from(turned[16] % 7)], |label: &mut [u8; 16]| {
        for (place, octet) in label.iter_mut().zip(turned) {
            *place = ALPHABET[usize::from(octet % 36)];
        }
        label.len()
    });
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "chinad".into(),
        aliases: vec![],
        summary: "Bot seen in passive DNS in August 2016. 1,000 names a day under 7 top-level domains, the SHA-1 of the date and the number of the name"
            .into(),
        scheme: Scheme::Hash,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: Some(1_000),
        suffixes: SUFFIXES.map(Into::into).to_vec(),
        margin: Margin::CLOCK,
        clock_note: "the date of the host's clock; whether local or UTC, sources differ".into(),
        verification: Verification::Verified,
        verification_note: "all 18 names that 360netlab took from passive DNS for 2016-08-07 are reproduced, half of them only with the two-octet number; \
                            the 12 names of a sandbox with the date 2012-05-24 and an analyst's list of 2017-01-13 fit both"
            .into(),
        generator_version: 1,
        keys: vec![key(
            "indexbytes",
            "2",
            "octets of the name's number that are hashed: 2 (1,000 names a day) or 1 (the first 256 of them, repeated by the bot)",
        )],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "names are tried on the day itself: reserve all 1,000 for the guard window; a tool that follows the 256-name form misses three quarters"
            .into(),
        references: vec![
            "360netlab/DGA, chinad and issue 1".into(),
            "baderj/domain_generation_algorithms, chinad".into(),
        ],
    }
}
