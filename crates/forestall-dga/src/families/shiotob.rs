// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Shiotob: an endless chain in which each name is computed from the name before.

use std::sync::Arc;

use forestall_model::{DomainName, Margin, Params};

use super::built_in::{self, List};
use super::calendar::{Calendar, own_window};
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Names where the campaign does not count: the start domain and 2,000 more.
const USUAL: u32 = 2_001;

/// Octets that the computation mixes.
const MIXED: usize = 65;

/// Letters of the longest label that is not the start domain's, or as long as it.
const MOST_NEW: usize = 15;

/// Octets of the buffer: the longest name is a label of 63, a dot and three letters.
const ROOM: usize = 67;

const ALPHABET: &[u8; 32] = b"qwertyuiopasdfghjklzxcvbnm123945";

mod search;

/// Returns the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let second = values::one_of(params, "version", "1", &["1", "2"])? == 1;
    let key = values::hexadecimal(params, "crc", "0xC6256EC4")?;
    let start = values::text(params, "domain", "4ypv1eehphg3a.com", ROOM)?;
    let text = String::from_utf8_lossy(&start);
    let name: Option<DomainName> = text.parse().ok().filter(|name: &DomainName| name.as_str().as_bytes() == &*start);
    if name.is_none_or(|name| !matches!(name.as_str().split_once('.'), Some((_, "com" | "net")))) {
        let expected = "a label under com or net, in lower case".to_owned();
        return Err(ParamError::BadValue { key: "domain".to_owned(), found: text.into_owned(), expected });
    }
    let [.., low] = key.to_be_bytes();
    Ok(built_in::listed(Calendar::None, Shiotob { start, mask: if second { low } else { 0 } }))
}

#[derive(Debug)]
struct Shiotob {
    start: Box<[u8]>,
    /// Combined with the sum of a name; only the low octet counts.
    mask: u8,
}

impl List for Shiotob {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let mut name = [0; ROOM];
        name[..self.start.len()].copy_from_slice(&self.start);
        let mut length = self.start.len();
        for _ in 0..built_in::names(limit, USUAL, built_in::MOST_NAMES) {
            out.push(&name[..length]);
            length = self.advance(&mut name, length);
        }
    }
}

impl Shiotob {
    /// Replaces the name of `length` octets, which zeros follow, by the next, and returns its length.
    fn advance(&self, name: &mut [u8; ROOM], length: usize) -> usize {
        let suffix = if name[..length].ends_with(b"com") { b".net" } else { b".com" };
        let letters = length - suffix.len();
        let sum = name[..length - 3].iter().fold(0, |sum: u8, octet| sum.wrapping_add(*octet)) ^ self.mask;
        let factor = u8::try_from(letters).unwrap_or(u8::MAX);
        // What is mixed goes on to later octets only, and none behind the longest next name is read.
        let mixed = letters.clamp(MOST_NEW, MIXED);
        for i in 0..mixed {
            // What is read may have been written in this very pass.
            for j in 0..mixed - i {
                name[i + j] ^= factor.wrapping_mul(name[j]) ^ sum;
            }
        }
        let wished = usize::from((name[2].wrapping_mul(factor) ^ name[0]) / 16);
        let letters = if wished >= 10 { wished } else { letters };
        for octet in &mut name[..letters] {
            *octet = ALPHABET[usize::from(*octet / 8)];
        }
        let length = letters + suffix.len();
        name[letters..length].copy_from_slice(suffix);
        name[length..].fill(0);
        length
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "shiotob".into(),
        aliases: vec!["urlzone".into(), "bebloh".into()],
        summary: "Banking trojan. An endless chain of names under com and net in turn, each computed from the one before, from the campaign's start \
                  domain on"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeIndependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "none: one list for all time".into(),
        names_per_period: None,
        suffixes: ["com", "net"].map(Into::into).to_vec(),
        margin: Margin::CLOCK,
        clock_note: "none: the names do not depend on the date".into(),
        verification: Verification::Verified,
        verification_note: "the published list of 2,001 names from wtipubctwiekhir.net is reproduced in full and begins as a published trace of \
                            traffic does; version 2 stands on one source"
            .into(),
        generator_version: 1,
        keys: vec![
            values::key("version", "1", "1, or 2 for the variant that takes a checksum of the campaign's key"),
            values::key("domain", "4ypv1eehphg3a.com", "the start domain, which is the first name: a label under com or net"),
            values::key(
                "crc",
                "0xC6256EC4",
                "in version 2 the CRC-32 of the campaign's public key, register started with CA0B56EE and not inverted; up to 8 hexadecimal digits",
            ),
        ],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "bots walk the chain from its start, a name every five seconds: the first names matter most; names never expire, keep free ones \
                    reserved as long as bots live"
            .into(),
        references: vec![
            "Johannes Bader, The DGA of Shiotob, johannesbader.ch, 2015-01".into(),
            "baderj/domain_generation_algorithms, shiotob: list of 2,001 names".into(),
            "360netlab/DGA, shiotob and issue 51 (version 2)".into(),
        ],
    }
}
