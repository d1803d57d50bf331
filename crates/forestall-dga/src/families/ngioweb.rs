// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Ngioweb: an endless list from a seed, made of prefixes, alternating letters and endings.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, MOST_NAMES, listed, names};
use super::calendar::{Calendar, own_window};
use super::values::{self, key};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::lcg::Ansi;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

mod search;

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

const VOWELS: &[u8; 5] = b"aeiou";
const CONSONANTS: &[u8; 17] = b"bcdfghklmnprstvxz";
const PREFIXES: [&str; 30] = [
    "un", "under", "re", "in", "im", "il", "ir", "en", "em", "over", "mis", "dis", "pre", "post", "anti", "inter",
    "sub", "ultra", "non", "de", "pro", "trans", "ex", "macro", "micro", "mini", "mono", "multi", "semi", "co",
];
/// `ish` and `ian` stand twice.
const AFTER_CONSONANT: [&str; 35] = [
    "able", "ant", "ate", "age", "ance", "ancy", "an", "ary", "al", "en", "ency", "er", "etn", "ed", "ese", "ern",
    "ize", "ify", "ing", "ish", "ity", "ion", "ian", "ism", "ist", "ic", "ical", "ible", "ive", "ite", "ish", "ian",
    "or", "ous", "ure",
];
const AFTER_VOWEL: [&str; 16] = [
    "dom", "hood", "less", "like", "ly", "fy", "ful", "ness", "ment", "sion", "ssion", "ship", "ty", "th", "tion",
    "ward",
];
const SUFFIXES: [&str; 6] = ["net", "info", "com", "biz", "org", "name"];

/// Three parts of a prefix (5), six letters and an ending (5), two hyphens, a dot and a suffix, and what is written behind its end.
const MOST_BYTES: usize = 3 * 16 + 2 + 5 + 3;

struct Ngioweb {
    seed: u32,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let seed = values::hexadecimal(params, "seed", "56EDC15")?;
    Ok(listed(Calendar::None, Ngioweb { seed }))
}

impl List for Ngioweb {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let mut random = Ansi { 0: self.seed };
        let mut name = Name::new();
        for _ in 0..names(limit, 1_024, MOST_NAMES) {
            out.push_whole(|room: &mut [u8; MOST_BYTES]| {
                name.draw(&mut random);
                *room = name.bytes;
                name.length
            });
        }
    }
}

fn pick<'p, const N: usize>(random: &mut Ansi, pieces: &'p [Piece; N]) -> &'p Piece {
    &pieces[random.step() as usize % N]
}

/// One name as it is drawn.
struct Name {
    bytes: [u8; MOST_BYTES],
    length: usize,
}

impl Name {
    fn new() -> Self {
        Self { bytes: [0; MOST_BYTES], length: 0 }
    }

    /// Draws the next name, and returns how many numbers it took.
    fn draw(&mut self, random: &mut Ansi) -> usize {
        let room = &mut self.bytes;
        let mut length = 0;
        let mut drawn = 2;
        let parts = random.step() % 3 + 1;
        for part in 0..parts {
            room[length] = b'-';
            length += usize::from(part > 0);
            let prefix = pick(random, &PREFIX_PIECES);
            length = prefix.write(room, length);
            let mut vowel = !prefix.ends_in_vowel;
            let letters = random.step() % 3 + 4;
            for _ in 0..letters {
                let value = random.step();
                // Both are computed: which one is wanted alternates, and nobody can foresee the start.
                let letters = [CONSONANTS[(value % 17) as usize], VOWELS[(value % 5) as usize]];
                room[length] = letters[usize::from(vowel)];
                length += 1;
                vowel = !vowel;
            }
            // The last letter was a vowel where a consonant would be next.
            let value = random.step();
            let endings = [&AFTER_CONSONANT_PIECES[value as usize % 35], &AFTER_VOWEL_PIECES[value as usize % 16]];
            length = endings[usize::from(!vowel)].write(room, length);
            drawn += 3 + letters as usize;
        }
        self.length = pick(random, &SUFFIX_PIECES).write(room, length);
        drawn
    }
}

const PREFIX_PIECES: [Piece; 30] = Piece::table(PREFIXES, "");
const AFTER_CONSONANT_PIECES: [Piece; 35] = Piece::table(AFTER_CONSONANT, "");
const AFTER_VOWEL_PIECES: [Piece; 16] = Piece::table(AFTER_VOWEL, "");
const SUFFIX_PIECES: [Piece; 6] = Piece::table(SUFFIXES, ".");

/// A part of a name, ready to be copied at full length.
#[derive(Clone, Copy)]
struct Piece {
    bytes: [u8; PIECE],
    length: usize,
    ends_in_vowel: bool,
}

/// Octets of the longest piece and some more.
const PIECE: usize = 8;

impl Piece {
    const fn table<const N: usize>(texts: [&str; N], before: &str) -> [Self; N] {
        let mut table = [Self { bytes: [0; PIECE], length: 0, ends_in_vowel: false }; N];
        let mut i = 0;
        while i < N {
            let piece = &mut table[i];
            let texts = [before.as_bytes(), texts[i].as_bytes()];
            let mut at = 0;
            while at < texts[0].len() + texts[1].len() {
                let octet = if at < texts[0].len() { texts[0][at] } else { texts[1][at - texts[0].len()] };
                piece.bytes[at] = octet;
                piece.ends_in_vowel = matches!(octet, b'a' | b'e' | b'i' | b'o' | b'u');
                at += 1;
            }
            piece.length = at;
            i += 1;
        }
        table
    }

    /// Writes the piece at `start` and returns where it ends.
    fn write(&self, room: &mut [u8; MOST_BYTES], start: usize) -> usize {
        room[start..start + PIECE].copy_from_slice(&self.bytes);
        start + self.length
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "ngioweb".into(),
        aliases: vec!["linux.ngioweb".into()],
        summary: "Proxy bot for Linux. An endless list from a seed under 6 top-level domains: up to three made-up words of a prefix, letters \
                  and an ending, joined by hyphens"
            .into(),
        scheme: Scheme::Wordlist,
        seeding: Seeding::TimeIndependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "none".into(),
        names_per_period: None,
        suffixes: SUFFIXES.map(Into::into).to_vec(),
        margin: Margin::NONE,
        clock_note: "no date enters the names".into(),
        verification: Verification::Verified,
        verification_note: "seed 56EDC15 reproduces a published list of 1,024 names in full; of the other four seeds no list is known".into(),
        generator_version: 1,
        keys: vec![key("seed", "56EDC15", "the start state, up to 8 hexadecimal digits")],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "names never expire: reserve or block them for as long as bots are seen".into(),
        references: vec![
            "baderj/domain_generation_algorithms, ngioweb".into(),
            "Netlab 360 on Linux.Ngioweb, 2019".into(),
        ],
    }
}
