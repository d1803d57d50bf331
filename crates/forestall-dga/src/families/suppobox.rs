// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Suppobox (Bayrob; published as pizd as well): two words of a list, a new name every 512 seconds.
//!
//! Only 15 bits of the number of a block of 512 seconds count, so that a list has 32,768 names in all, which come back every
//! 194 days and 4 hours. A bot holds the names of the present block and of the 84 after it.

use std::sync::Arc;

use forestall_model::{Instant, Margin, Params, UtcDay, Window};

use super::calendar::Calendar;
use super::values::{self, key};
use super::{built_in, recurrence};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Ask, Attempt, Family, FamilyInfo, GenerateError, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

/// Seconds of a block.
const BLOCK: i64 = 512;

/// Blocks ahead of the present one whose names a bot holds.
const AHEAD: i64 = 84;

/// Seconds after which all names come back: 15 bits of the number of a block count.
const TURN: i64 = BLOCK << 15;

const BLOCKS: Calendar = Calendar::Steps { base: 0, seconds: BLOCK };

/// Words of a list: 128 first and 256 second ones.
const WORDS: usize = 384;

/// Where the bits of the number of a block go, from the lowest bit on.
const PLACES: [usize; 15] = [3, 9, 13, 6, 2, 4, 11, 7, 14, 1, 10, 5, 8, 12, 0];

/// The lists: what they are called, and SHA-256 of their text.
const LISTS: [(&str, &str); 3] = [
    ("suppobox list 1", "6c2724fa338914dad8b32884d86e7954f12300e93bd31710fd48f103e9cc082b"),
    ("suppobox list 2", "5d37d69478bdeb5f102f21d18b4afa055b904312ee29cf6c4557da30cf08bef6"),
    ("suppobox list 3", "cb241aa7aa1e20c22fc7750b046032cbabe16077a0988a63802aadb79883f436"),
];

struct Suppobox {
    words: Vec<Box<[u8]>>,
}

fn generator(params: &Params, words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let (name, digest) = LISTS[values::one_of(params, "list", "1", &["1", "2", "3"])?];
    let text = values::word_list(words, name, digest)?;
    let words: Vec<Box<[u8]>> = text.lines().map(|word| word.as_bytes().into()).collect();
    if words.len() != WORDS {
        return Err(ParamError::BadValue {
            key: "list".to_owned(),
            found: format!("{} words", words.len()),
            expected: format!("{WORDS} words"),
        });
    }
    Ok(Box::new(Suppobox { words }))
}

impl Generator for Suppobox {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        // A name is held from 84 blocks before its own on. An empty span stays empty.
        let ahead = if span.from < span.until { AHEAD * BLOCK } else { 0 };
        BLOCKS.periods(Window { from: span.from, until: span.until.plus_seconds(ahead) })
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        BLOCKS.containing(at)
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        out.start_run(recurrence::windows(period, ask, turns(period, ask)));
        if ask.limit == Some(0) {
            return Ok(());
        }
        let (first, second) = indexes(period.key.div_euclid(BLOCK));
        out.push_parts(&[&self.words[first], &self.words[second], b".net"]);
        Ok(())
    }

    fn attempts(&self, at: Instant) -> Vec<Attempt> {
        if !at.day().window().contains(at) {
            return Vec::new();
        }
        let span = Window { from: at, until: at.plus_seconds(AHEAD * BLOCK).plus_seconds(1) };
        BLOCKS.periods(span).take(85).map(|period| Attempt { period, skip: 0, take: None }).collect()
    }
}

/// Returns the windows of a name in every turn that the span asked for meets; in its own turn where no span is asked for.
///
/// A name is held from [`AHEAD`] blocks before its own on.
fn turns(period: &Period, ask: &Ask) -> impl Iterator<Item = Window> {
    let held = |key: i64| Window {
        from: Instant::from_seconds(key - AHEAD * BLOCK),
        until: Instant::from_seconds(key + BLOCK),
    };
    let own = period.key;
    let turn = |at: Instant| (at.seconds() - own).div_euclid(TURN);
    let asked = ask.span.unwrap_or(held(own));
    // The known years bound the span: of all time it meets some 16,000 turns.
    let first = turn(asked.from.max(UtcDay::MIN.start()));
    let last = turn(asked.until.min(UtcDay::MAX.start())) + 1;
    (first..=last).map(move |turn| held(own + turn * TURN)).filter(move |window| window.meets(asked))
}

/// Returns the indexes of the first word (0 to 127) and the second (128 to 383) for the number of a block.
fn indexes(block: i64) -> (usize, usize) {
    let mut places = [0; 15];
    for (bit, place) in PLACES.into_iter().enumerate() {
        places[place] = usize::from((block >> bit) & 1 == 1);
    }
    let number = |places: &[usize]| places.iter().fold(0, |number, bit| number * 2 + bit);
    (number(&places[..7]), 128 + number(&places[7..]))
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "suppobox".into(),
        aliases: vec!["pizd".into(), "bayrob".into()],
        summary: "Spam bot and trojan (SuppoBox, Bayrob; pizd is the same algorithm). Two words of a list under net: a new name every 512 \
                  seconds, 85 held at a time, 32,768 in all, which come back every 194 days and 4 hours"
            .into(),
        scheme: Scheme::Wordlist,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "512 seconds; a name is held from 84 periods before its own on, about 12 hours".into(),
        names_per_period: Some(1),
        suffixes: vec!["net".into()],
        margin: Margin::CLOCK,
        clock_note: "Unix time of the machine; the sources do not say whether it is corrected".into(),
        verification: Verification::Verified,
        verification_note: "three published lists, one for each word list, are reproduced in full".into(),
        generator_version: 1,
        keys: vec![key("list", "1", "1, 2 or 3: which word list; the lists are files of their own, found by their SHA-256")],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "two English words: many names have a holder with nothing to do with it, so that each registered one is to be looked at by \
                    hand; the 32,768 names of a list are all there are and come back after 194 days and 4 hours, so that the whole set can be held"
            .into(),
        references: vec![
            "baderj/domain_generation_algorithms, suppobox and pizd".into(),
            "Endgame, Malware with a personal touch".into(),
            "RSA Conference, session BR-R01; Avast, 2013".into(),
        ],
    }
}
