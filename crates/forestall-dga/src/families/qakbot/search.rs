// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The search for a seed of Qakbot: seeds below 2^16, with and without the sandbox's mark, each with its whole list.
//!
//! The two known seeds are 0 and 1. A checksum of 32 bits starts the Mersenne Twister, whose table of 624 words no name gives back, so that larger
//! seeds would cost their lists too: 2^32 of 87,000 numbers.

use std::collections::BTreeSet;
use std::ops::Range;

use forestall_model::Params;

use super::{NAMES, Qakbot, SUFFIXES, below};
use crate::families::anchor;
use crate::families::calendar::date;
use crate::identify::{Clue, SeedSearch};
use crate::primitive::mt19937::{Mt19937, WORDS};

/// Seeds that are tried.
const SEEDS: u64 = 1 << 16;

/// Letters of the longest label.
const LONGEST: usize = 25;

/// Candidates are seeds from 0 on, each without and with the mark.
#[derive(Debug)]
pub(super) struct Search;

fn label(name: &str) -> Option<&[u8]> {
    let (label, _) = anchor::split(name, &SUFFIXES)?;
    let shaped = (8..=LONGEST).contains(&label.len()) && label.iter().all(u8::is_ascii_lowercase);
    shaped.then_some(label)
}

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        label(name).is_some()
    }

    fn candidates(&self) -> u64 {
        2 * SEEDS
    }

    /// All observed names are looked for at once, so that later anchors have nothing to do.
    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        if !anchor::is_first(clue) {
            return;
        }
        let wanted = Wanted::new(clue.names.iter().filter_map(|name| label(name)));
        for candidate in range {
            let seed = u32::try_from(candidate / 2).unwrap_or(u32::MAX);
            let sandbox = candidate % 2 == 1;
            if wanted.is_met(Qakbot { seed, sandbox }.start(date(clue.period))) {
                hits.push(anchor::hit(&[("seed", &seed.to_string()), ("sandbox", if sandbox { "1" } else { "0" })]));
            }
        }
    }
}

/// The labels that are looked for.
struct Wanted<'a> {
    labels: BTreeSet<&'a [u8]>,
    /// By length and first letter a bit for each second letter.
    seconds: [[u32; 26]; LONGEST + 1],
}

impl<'a> Wanted<'a> {
    fn new(labels: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut wanted = Self { labels: labels.collect(), seconds: [[0; 26]; LONGEST + 1] };
        for label in &wanted.labels {
            wanted.seconds[label.len()][usize::from(label[0] - b'a')] |= 1 << (label[1] - b'a');
        }
        wanted
    }

    /// Says whether the list that begins with this checksum has one of the labels.
    fn is_met(&self, checksum: u32) -> bool {
        let mut numbers = Numbers { sequence: Mt19937::new(checksum), block: [0; WORDS], next: WORDS };
        (0..NAMES).any(|_| {
            numbers.skip(1);
            let length = 8 + below(numbers.next(), 18);
            let (first, second) = (below(numbers.next(), 26), below(numbers.next(), 26));
            if self.seconds[length][first] >> second & 1 == 0 {
                numbers.skip(length - 2);
                return false;
            }
            let mut label = [0; LONGEST];
            let places = [first, second].into_iter().chain((2..length).map(|_| below(numbers.next(), 26)));
            label.iter_mut().zip(places).for_each(|(letter, place)| *letter = b"abcdefghijklmnopqrstuvwxyz"[place]);
            self.labels.contains(&label[..length])
        })
    }
}

/// The numbers of the sequence, a table at a time.
struct Numbers {
    sequence: Mt19937,
    block: [u32; WORDS],
    next: usize,
}

impl Numbers {
    #[inline]
    fn next(&mut self) -> u32 {
        if self.next >= WORDS {
            self.sequence.draw_table(&mut self.block);
            self.next -= WORDS;
        }
        let number = self.block[self.next];
        self.next += 1;
        number
    }

    /// Passes over fewer numbers than a table has.
    #[inline]
    fn skip(&mut self, numbers: usize) {
        self.next += numbers;
        if self.next > WORDS {
            self.sequence.draw_table(&mut self.block);
            self.next -= WORDS;
        }
    }
}
