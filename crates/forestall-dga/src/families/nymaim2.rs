// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Nymaim, the generation of 2018: 64 names a day, each for eleven days, from four tables and a chain of MD5.
//!
//! A chain starts from the last two digits of the year and the number of the day in it. A bot walks the chains of today and of the ten
//! days before by counting that number down, below zero in the first days of January: at the turn of the year the names of late
//! December are dropped, and chains of days that do not exist take their place. Those belong to 1 January here, behind its own 64
//! names, so that a day is a period and what a bot tries are parts of periods.

use std::sync::Arc;

use forestall_model::{Instant, Margin, Params, UtcDay, Window, WindowSet};

use super::built_in;
use super::calendar::Calendar;
use super::spelling::{decimal, hexadecimal};
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::md5;
use crate::{Ask, Attempt, Family, FamilyInfo, GenerateError, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

/// Names of a chain.
const NAMES: u32 = 64;

/// Days for which a name is tried after its own.
const AFTER: i16 = 10;

const START: &[u8; 32] = b"3138C81ED54AD5F8E905555A6623C9C9";

/// The tables: what they are called, and SHA-256 of their text.
const TABLES: [(&str, &str); 4] = [
    ("nymaim2 table 1, first words", "62fbf338f182ab927a57167b9fdfa3c5139f9b6bc87950e843012be4826502dd"),
    ("nymaim2 table 2, separators", "37ae5433ccca719752271029f837b7d942fbda927e26c43b06592c42d6151ec3"),
    ("nymaim2 table 3, second words", "1af280a7a7a6c6a05de40b510ff16c6d25a074ffd5c6d43ea0a1e7e861a7d158"),
    ("nymaim2 table 4, suffixes", "6abff5a5b87c9569436f9abc3a5ca50077bafe77173d3a39726b89f117296708"),
];

/// The suffixes of table 4 in its order, each once; `com` and `net` stand there four times.
const SUFFIXES: [&str; 68] = [
    "com", "net", "ac", "ad", "at", "am", "az", "be", "biz", "bt", "by", "cc", "ch", "cm", "cn", "co", "cx", "cz",
    "de", "dk", "ec", "eu", "gs", "hn", "ht", "id", "in", "info", "it", "jp", "ki", "kr", "kz", "la", "li", "lk", "lv",
    "me", "mo", "mv", "mx", "name", "nu", "org", "ph", "pk", "pl", "pro", "ps", "re", "ru", "sc", "sg", "sh", "su",
    "tel", "tf", "tj", "tk", "tm", "top", "uz", "vn", "win", "ws", "wtf", "xyz", "yt",
];

struct Nymaim2 {
    /// None is empty.
    tables: [Vec<Box<[u8]>>; 4],
    /// The MD5 of [`START`], in hexadecimal.
    start: [u8; 32],
}

fn generator(_params: &Params, words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let mut tables = [const { Vec::new() }; 4];
    for (table, (name, digest)) in tables.iter_mut().zip(TABLES) {
        let text = values::word_list(words, name, digest)?;
        *table = text.lines().map(|word| word.as_bytes().into()).collect();
        if table.is_empty() {
            return Err(ParamError::BadValue {
                key: "word list".to_owned(),
                found: format!("{name}: empty"),
                expected: "one word a line".to_owned(),
            });
        }
    }
    let mut start = [0; 32];
    hexadecimal(&md5::digest(START), &mut start);
    Ok(Box::new(Nymaim2 { tables, start }))
}

impl Generator for Nymaim2 {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        if span.from >= span.until {
            return Box::new(std::iter::empty());
        }
        // Names of earlier days are left from the ten days before, but not from another year.
        let first = span.from.day().plus(-i32::from(AFTER)).max(new_year(span.from.day()));
        Box::new(Calendar::Days.periods(Window { from: first.start().min(span.from), until: span.until }))
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        Calendar::Days.containing(at)
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        self.generate_each(std::slice::from_ref(period), ask, std::slice::from_mut(out))
    }

    fn generate_each(&self, periods: &[Period], ask: &Ask, out: &mut [NameBuf]) -> Result<(), GenerateError> {
        for (periods, out) in periods.chunks(LANES).zip(out.chunks_mut(LANES)) {
            let chains: Vec<Vec<Chain>> = periods.iter().map(chains).collect();
            let own: Vec<Chain> = chains.iter().filter_map(|chains| chains.first().copied()).collect();
            self.write(&own, built_in::names(ask.limit, NAMES, NAMES), out);
            // Only the first day of a year has more than its own.
            for (chains, out) in chains.iter().zip(out) {
                let mut left = ask.limit.map_or(u64::MAX, |limit| limit.saturating_sub(u64::from(NAMES)));
                for chain in chains.iter().skip(1) {
                    if left == 0 {
                        break;
                    }
                    let names = built_in::names(Some(left), NAMES, NAMES);
                    self.write(std::slice::from_ref(chain), names, std::slice::from_mut(out));
                    left -= u64::from(names);
                }
            }
        }
        Ok(())
    }

    fn lanes(&self) -> usize {
        LANES
    }

    fn attempts(&self, at: Instant) -> Vec<Attempt> {
        let day = at.day();
        if !day.window().contains(at) {
            return Vec::new();
        }
        let number = i16::try_from(day.days_since(new_year(day))).unwrap_or(0);
        let mut attempts = Vec::new();
        for back in 0..=AFTER.min(number) {
            let period = Calendar::Days.containing(day.plus(-i32::from(back)).start());
            // On the first day of the year the days before it stand behind its own names.
            let chains = if back == number { 1 + AFTER - back } else { 1 };
            let take = Some(u32::from(chains.unsigned_abs()) * NAMES);
            attempts.extend(period.map(|period| Attempt { period, skip: 0, take }));
        }
        attempts
    }
}

/// Chains that are walked side by side, because in a chain each name waits for the one before it.
const LANES: usize = md5::LANES;

/// A chain: the day that it belongs to, the number of a day in the year of that one, and when its names are tried.
#[derive(Clone, Copy, Debug)]
struct Chain {
    day: UtcDay,
    number: i16,
    window: Window,
}

/// Returns the chains of a period, one at least.
fn chains(period: &Period) -> Vec<Chain> {
    let day = Instant::from_seconds(period.key).day();
    let first = new_year(day);
    let number = i16::try_from(day.days_since(first)).unwrap_or(0);
    let year_end = UtcDay::from_ymd(day.ymd().0, 12, 31).unwrap_or(UtcDay::MAX).plus(1);
    // The chains of the days before the year belong to its first day.
    let lowest = if number == 0 { -AFTER } else { number };
    let chain = |number: i16| {
        let until = first.plus(i32::from(number) + i32::from(AFTER) + 1).min(year_end);
        Chain { day, number, window: Window { from: day.start(), until: until.start() } }
    };
    (lowest..=number).rev().map(chain).collect()
}

impl Nymaim2 {
    /// Appends the names of several chains, [`LANES`] at most, each to its buffer.
    fn write(&self, chains: &[Chain], names: u32, out: &mut [NameBuf]) {
        let mut digests = [[0; 16]; LANES];
        for ((chain, out), digest) in chains.iter().zip(&mut *out).zip(&mut digests) {
            out.start_run(WindowSet::Spans(vec![chain.window]));
            *digest = self.start(chain);
        }
        let mut block = md5::pad(&[0; 25]).map(|word| [word; LANES]);
        for _ in 0..names {
            let mut parts = [[&[][..]; 4]; LANES];
            for (index, table) in self.tables.iter().enumerate() {
                for ((lane, digest), parts) in digests[..chains.len()].iter().enumerate().zip(&mut parts) {
                    let [b0, b1, b2, b3, ..] = *digest;
                    parts[index] = table[u32::from_be_bytes([b0, b1, b2, b3]) as usize % table.len()].as_ref();
                    // The digits of the digest from the eighth on are hashed next.
                    let mut digits = [0; 40];
                    hexadecimal(digest, &mut digits[..32]);
                    digits[32] = 0x80;
                    for (words, octets) in block.iter_mut().zip(digits[7..35].as_chunks::<4>().0) {
                        words[lane] = u32::from_le_bytes(*octets);
                    }
                }
                if let [_] = chains {
                    let words: [[u8; 4]; 7] = std::array::from_fn(|i| block[i][0].to_le_bytes());
                    digests[0] = md5::digest(&words.as_flattened()[..25]);
                } else {
                    digests = md5::digest_blocks(&block);
                }
            }
            out.iter_mut().zip(&parts).for_each(|(out, parts)| out.push_parts(parts));
        }
    }

    /// Returns what a chain begins with.
    fn start(&self, chain: &Chain) -> [u8; 16] {
        let mut message = [0; 32 + 2 + 1 + 20];
        let mut length = 0;
        let mut append = |piece: &[u8]| {
            message[length..length + piece.len()].copy_from_slice(piece);
            length += piece.len();
        };
        append(&self.start);
        append(decimal(u64::from((chain.day.ymd().0 % 100).unsigned_abs()), &mut [0; 20]));
        append(if chain.number < 0 { b"-" } else { b"" });
        append(decimal(u64::from(chain.number.unsigned_abs()), &mut [0; 20]));
        md5::digest(&message[..length])
    }
}

fn new_year(day: UtcDay) -> UtcDay {
    UtcDay::from_ymd(day.ymd().0, 1, 1).unwrap_or(UtcDay::MIN)
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "nymaim2".into(),
        aliases: vec![],
        summary: "Downloader and banking trojan Nymaim, generation of 2018. 64 names a day, each tried for 11 days, of two words under 68 \
                  top-level domains"
            .into(),
        scheme: Scheme::Wordlist,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day; a bot tries the lists of 11 days, 704 names. 1 January has the 640 names of days before the year as well".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: SUFFIXES.map(Into::into).to_vec(),
        margin: Margin::CLOCK,
        clock_note: "the date of the machine; the sources do not say in which time zone".into(),
        verification: Verification::Verified,
        verification_note: "a published list of 704 names of 2018-04-29 is reproduced in full; that bots drop the names of late December on \
                            1 January and try those of days before the year instead is what the published code does, not confirmed otherwise"
            .into(),
        generator_version: 1,
        keys: vec![],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "reserve each name for its 11 days; it is built of two words, so that a registered one is to be looked at by hand. A bot \
                    takes an answer only where the addresses of a name pass a checksum, so that a plain sinkhole address is ignored"
            .into(),
        references: vec![
            "baderj/domain_generation_algorithms, nymaim2".into(),
            "Bader on Nymaim's new generator, johannesbader.ch, April 2018".into(),
        ],
    }
}
