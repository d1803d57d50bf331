// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Murofet, also LICAT: three generators that read letters from MD5, with a ring of 1020 names.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, MOST_NAMES, listed};
use super::calendar::{Calendar, date, own_window};
use super::{anchor, ring_key, values};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::md5;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    let params = |key| anchor::hit(&[("version", "2"), ("key", &format!("0x{key:08X}"))]);
    built_in::family_with_search(info(), generator, ring_key::Search { counts: &COUNTS, params })
}

const SUFFIXES: [&str; 6] = ["ru", "biz", "info", "org", "net", "com"];

const ENDS: [Suffix; 6] = Suffix::table(SUFFIXES);

/// After so many names suffixes come in the same order: the least common multiple of 1 to 6.
const CYCLE: u32 = 60;

/// Room for a label, which has 48 characters at most; a power of two, and two more are written than kept.
const LABEL: usize = 64;

/// Names in the ring: 17 times the minutes of an hour.
const RING: u32 = 1_020;

/// The ring, and the list of bots that go on behind its end (360netlab/DGA, issue 30).
const COUNTS: [u64; 2] = [RING as u64, 1_259];

#[derive(Debug)]
struct Murofet {
    version: Version,
}

#[derive(Clone, Copy, Debug)]
enum Version {
    One,
    /// With its key, 0 where there is none.
    Two(u32),
    Three,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let key =
        if params.value("key").unwrap_or("none") == "none" { 0 } else { values::hexadecimal(params, "key", "none")? };
    let (version, calendar) = match values::one_of(params, "version", "1", &["1", "2", "3"])? {
        0 => (Version::One, Calendar::SeventhsOfMonths),
        1 => (Version::Two(key), Calendar::Days),
        _ => (Version::Three, Calendar::SeventhsOfMonths),
    };
    if params.value("key").is_some_and(|key| key != "none") && !matches!(version, Version::Two(_)) {
        return Err(ParamError::BadValue {
            key: "key".to_owned(),
            found: params.value("key").unwrap_or_default().to_owned(),
            expected: "none, because only version 2 takes a key".to_owned(),
        });
    }
    Ok(listed(calendar, Murofet { version }))
}

impl List for Murofet {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let names = built_in::names(limit, RING, MOST_NAMES);
        let date = date(period);
        // In version 2 two names in a row share a label.
        let (suffixes, share): (&[Suffix], u32) = match self.version {
            Version::Two(_) => (&ENDS[1..], 2),
            Version::One | Version::Three => (&ENDS, 1),
        };
        let suffixes: [&Suffix; CYCLE as usize] = std::array::from_fn(|i| suffix(suffixes, i));
        let mut block = md5::pad(&[0; 8][..if share == 2 { 8 } else { 7 }]).map(|word| [word; md5::LANES]);
        let end = block[1][0];
        let mut next = 0;
        while next < names {
            for (lane, i) in (0..md5::LANES).zip((next..).step_by(share as usize)) {
                let [a, b, c, d, e, f, g, h] = self.message(date, i);
                block[0][lane] = u32::from_le_bytes([a, b, c, d]);
                block[1][lane] = u32::from_le_bytes([e, f, g, h]) | end;
            }
            for digest in &md5::digest_blocks(&block) {
                let mut label = [0; LABEL];
                let length = match self.version {
                    Version::One => label_1(digest, &mut label),
                    Version::Two(_) => label_2(digest, &mut label),
                    Version::Three => label_3(digest, &mut label),
                };
                for i in next..names.min(next + share) {
                    out.push_spelled(suffixes[(i % CYCLE) as usize], |place: &mut [u8; LABEL]| {
                        *place = label;
                        length
                    });
                }
                next += share;
            }
        }
    }
}

impl Murofet {
    /// Returns what is hashed for the name number `i`: 8 octets in version 2, else the first 7.
    fn message(&self, (year, month, day): (u32, u32, u32), i: u32) -> [u8; 8] {
        let low = |number: u32| number.to_le_bytes()[0];
        let number = i.to_le_bytes();
        let (year, month) = (low(year + 0x30), low(month));
        match self.version {
            Version::Two(key) => {
                let date = u32::from_le_bytes([year, month, low(day), 0]);
                let [a, b, c, d] = (date ^ key).to_le_bytes();
                let [e, f, g, h] = (i ^ key).to_le_bytes();
                [a, b, c, d, e, f, g, h]
            }
            Version::One | Version::Three => {
                let [a, b, c, d] = number;
                [year, month, low(day - day % 7), a, b, c, d, 0]
            }
        }
    }
}

/// Writes two letters an octet, from its low and high five bits; none where these are equal. Returns their number.
fn label_1(digest: &[u8; 16], label: &mut [u8; LABEL]) -> usize {
    let mut length = 0;
    for octet in digest {
        let (low, high) = (octet & 31, octet >> 3);
        for number in [low, high] {
            // Written in any case, kept where it is a letter.
            label[length % LABEL] = b'a' + number;
            length += usize::from((low != high) & (number < 26));
        }
    }
    length
}

/// Writes a letter an octet, from the sum of its halves. Returns their number.
fn label_2(digest: &[u8; 16], label: &mut [u8; LABEL]) -> usize {
    let mut length = 0;
    for number in digest.map(|octet| (octet & 15) + (octet >> 4)) {
        label[length % LABEL] = b'a' + number;
        length += usize::from(number < 26);
    }
    length
}

/// Writes a letter for the low half of each octet, and another letter or two digits for the high half. Returns the number of characters.
fn label_3(digest: &[u8; 16], label: &mut [u8; LABEL]) -> usize {
    let mut length = 0;
    for octet in digest {
        let (low, high) = (octet & 15, octet >> 4);
        let letter = high < 10;
        let second = if letter { b'q' + high } else { b'0' + high - 9 };
        // The last digit of the first letter's code, 97 + low; overwritten after a letter.
        let third = b'0' + (low + 7) % 10;
        for (place, character) in [b'a' + low, second, third].into_iter().enumerate() {
            label[(length + place) % LABEL] = character;
        }
        length += 3 - usize::from(letter);
    }
    length
}

/// Returns the suffix for the name number `i`: by the largest divisor of `i` that is no larger than their number.
fn suffix(suffixes: &[Suffix], i: usize) -> &Suffix {
    let numbers = (1..).zip(suffixes.iter().rev());
    numbers.filter(|(number, _)| i.is_multiple_of(*number)).last().map_or(&suffixes[0], |(_, suffix)| suffix)
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "murofet".into(),
        aliases: vec!["licat".into()],
        summary: "Relative of ZeuS with three generators (version 1, 2 and 3): a ring of 1,020 names, for a day in version 2, else for up to seven days".into(),
        scheme: Scheme::Hash,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "7 days within the month (1 to 6, 7 to 13, 14 to 20, 21 to 27, 28 to the end); version 2: day".into(),
        names_per_period: Some(u64::from(RING)),
        suffixes: SUFFIXES.map(Into::into).to_vec(),
        margin: Margin::CLOCK,
        clock_note: "UTC: names seen of version 2 are those of the UTC date (360netlab, 2018-01-28). A bot starts in the ring where its minute or second says \
                     and tries up to 800 names, so each name may be asked for at any time of the period"
            .into(),
        verification: Verification::Verified,
        verification_note: "version 1 equals the published list of 2015-09-01 (1,000 of 1,000 names), version 2 that of 2015-09-03 (1,020) and all 14 names seen in a \
                            sandbox on 2016-09-26 (key 0x8811EEA2), version 3 the ten published names of 2015-08-28; names 1,000 to 1,019 of version 3 \
                            follow from the ring of the other two. Of the year only the low byte counts: lists come back after 256 years"
            .into(),
        generator_version: 1,
        keys: vec![
            values::key("version", "1", "the generator: 1, 2 or 3"),
            values::key("key", "none", "version 2 only: the key of the campaign, hexadecimal, or none"),
        ],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "each of the 1,020 names of a period can be asked for: all have to be kept, the order says nothing".into(),
        references: vec![
            "baderj/domain_generation_algorithms, folders murofet/v1, v2 and v3".into(),
            "Bader, Three Variants of Murofet's DGA, September 2015".into(),
            "360netlab/DGA, issues 11, 30 and 43".into(),
        ],
    }
}
