// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The shape of names: how long they are, of which symbols, under which suffixes.

use std::collections::BTreeMap;

use super::pattern::{Kind, kind};
use super::words::words;
use crate::classify::Classifier;

/// Octets of the longest label (RFC 1035, section 2.3.4), and 0.
const LENGTHS: usize = 64;

/// By how many standard deviations two counts may differ.
const MOST_DEVIATION: f64 = 3.0;

/// What share of two counts may differ, however sure it is that it does.
const MOST_DISTANCE: f64 = 0.2;

/// The smallest count of a cell that is compared alone.
const LEAST_CELL: u32 = 5;

/// What places in the alphabet neighbouring letters have: a linear congruential generator modulo a power of two takes turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parity {
    /// Even and odd ones take turns in every name.
    Alternating,
    /// All letters of all names are a, c, e, ..., or all are b, d, f, ...
    Same,
    /// Neither.
    None,
}

/// The shape of distinct names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    names: u32,
    lengths: BTreeMap<u8, u32>,
    symbols: BTreeMap<u8, u32>,
    suffixes: BTreeMap<String, u32>,
    with_digits: u32,
    with_hyphens: u32,
    alternating: u32,
    same_parity: [u32; 2],
    of_words: u32,
}

impl Shape {
    /// Returns the shape of names, given as label and suffix in lower case.
    #[must_use]
    pub fn of<'a>(names: impl Iterator<Item = (&'a str, &'a str)>, classifier: &Classifier) -> Self {
        let mut shape = Self::default();
        names.for_each(|(label, suffix)| shape.add(label, suffix, classifier));
        shape
    }

    fn add(&mut self, label: &str, suffix: &str, classifier: &Classifier) {
        self.names = self.names.saturating_add(1);
        let length = u8::try_from(label.len().min(LENGTHS - 1)).unwrap_or(u8::MAX);
        *self.lengths.entry(length).or_default() += 1;
        label.bytes().for_each(|octet| *self.symbols.entry(octet).or_default() += 1);
        match self.suffixes.get_mut(suffix) {
            Some(count) => *count += 1,
            None => drop(self.suffixes.insert(suffix.to_owned(), 1)),
        }
        self.with_digits += u32::from(label.bytes().any(|octet| octet.is_ascii_digit()));
        self.with_hyphens += u32::from(kind(label) == Kind::Hyphen);
        let letters: Vec<u8> = label.bytes().collect();
        let all_letters = letters.len() > 1 && letters.iter().all(u8::is_ascii_lowercase);
        let turns = letters.windows(2).all(|pair| pair[0] % 2 != pair[1] % 2);
        self.alternating += u32::from(all_letters && turns);
        for parity in 0..2_u8 {
            let same = all_letters && letters.iter().all(|letter| (letter - b'a') % 2 == parity);
            self.same_parity[usize::from(parity)] += u32::from(same);
        }
        self.of_words += u32::from(words(classifier, label).is_some());
    }

    /// Adds the names of another shape, which are others.
    pub(super) fn merge(&mut self, other: &Self) {
        self.names = self.names.saturating_add(other.names);
        add(&mut self.lengths, &other.lengths);
        add(&mut self.symbols, &other.symbols);
        add(&mut self.suffixes, &other.suffixes);
        self.with_digits += other.with_digits;
        self.with_hyphens += other.with_hyphens;
        self.alternating += other.alternating;
        self.same_parity[0] += other.same_parity[0];
        self.same_parity[1] += other.same_parity[1];
        self.of_words += other.of_words;
    }

    /// Returns how many names there are.
    #[must_use]
    pub const fn names(&self) -> u32 {
        self.names
    }

    /// Returns the least and the greatest length of a label, in octets; zeros where there is none.
    #[must_use]
    pub fn lengths(&self) -> (u8, u8) {
        let first = self.lengths.first_key_value().map_or(0, |(length, _)| *length);
        (first, self.lengths.last_key_value().map_or(0, |(length, _)| *length))
    }

    /// Returns the symbols that labels have, in the order of ASCII.
    #[must_use]
    pub fn alphabet(&self) -> String {
        self.symbols.keys().map(|octet| char::from(*octet)).collect()
    }

    /// Returns the share of digits among all symbols, 0 to 1.
    #[must_use]
    pub fn digit_share(&self) -> f64 {
        let digits: u32 = self.symbols.range(b'0'..=b'9').map(|(_, count)| count).sum();
        share(digits, self.symbols.values().sum())
    }

    /// Returns the share of names that words fill, two or more, 0 to 1.
    #[must_use]
    pub fn word_share(&self) -> f64 {
        share(self.of_words, self.names)
    }

    /// Returns the parity of neighbouring letters, where nine of ten names show it.
    #[must_use]
    pub fn parity(&self) -> Parity {
        let most = |count: u32| share(count, self.names) >= 0.9;
        match (most(self.alternating), self.same_parity.iter().any(|count| most(*count))) {
            (true, _) => Parity::Alternating,
            (_, true) => Parity::Same,
            _ => Parity::None,
        }
    }

    /// Returns how many names each suffix has: most first, then in the order of the alphabet.
    #[must_use]
    pub fn suffixes(&self) -> Vec<(&str, u32)> {
        let mut suffixes: Vec<(&str, u32)> =
            self.suffixes.iter().map(|(suffix, count)| (suffix.as_str(), *count)).collect();
        suffixes.sort_by_key(|(suffix, count)| (std::cmp::Reverse(*count), *suffix));
        suffixes
    }

    /// Says whether symbols are digits of base 16 and not of base 10 alone.
    pub(super) fn is_hexadecimal(&self) -> bool {
        let all = self.symbols.keys().all(|octet| octet.is_ascii_digit() || (b'a'..=b'f').contains(octet));
        all && self.with_digits > 0 && self.symbols.keys().any(u8::is_ascii_lowercase)
    }

    /// Says whether two samples may well come from one algorithm: lengths, symbols and suffixes each differ by no more than chance makes them, or by
    /// little.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        // Words give letters in lumps, which the test for independent ones takes for a difference.
        let words = self.word_share() > 0.5 && other.word_share() > 0.5;
        is_like(&self.lengths, &other.lengths)
            && is_like(&self.suffixes, &other.suffixes)
            && (words || is_like(&self.symbols, &other.symbols))
    }

    /// Returns how far two shapes are apart, 0 to 1: the mean of the parts of lengths, symbols and suffixes that differ.
    pub(super) fn distance(&self, other: &Self) -> f64 {
        let parts = [
            distance(&self.lengths, &other.lengths),
            distance(&self.symbols, &other.symbols),
            distance(&self.suffixes, &other.suffixes),
        ];
        parts.iter().sum::<f64>() / 3.0
    }

    /// Says whether a name could be one of these by length and symbols.
    pub(super) fn admits(&self, label: &str) -> bool {
        let (least, most) = self.lengths();
        let length = u8::try_from(label.len()).unwrap_or(u8::MAX);
        (least..=most).contains(&length) && label.bytes().all(|octet| self.symbols.contains_key(&octet))
    }

    /// Says whether some name has this suffix.
    pub(super) fn has_suffix(&self, suffix: &str) -> bool {
        self.suffixes.contains_key(suffix)
    }
}

fn add<K: Ord + Clone>(to: &mut BTreeMap<K, u32>, from: &BTreeMap<K, u32>) {
    for (key, count) in from {
        let sum = to.entry(key.clone()).or_default();
        *sum = sum.saturating_add(*count);
    }
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}

/// Returns the cells of both counts.
fn cells<'a, K: Ord>(one: &'a BTreeMap<K, u32>, other: &'a BTreeMap<K, u32>) -> impl Iterator<Item = (u32, u32)> + 'a {
    let of = |counts: &BTreeMap<K, u32>, key: &K| counts.get(key).copied().unwrap_or(0);
    let first = one.iter().map(move |(key, count)| (*count, of(other, key)));
    first.chain(other.iter().filter(|(key, _)| !one.contains_key(*key)).map(|(_, count)| (0, *count)))
}

/// Returns the total variation between two counts, 0 to 1.
fn distance<K: Ord>(one: &BTreeMap<K, u32>, other: &BTreeMap<K, u32>) -> f64 {
    let (all, all_other) = (one.values().sum(), other.values().sum());
    cells(one, other).map(|(a, b)| (share(a, all) - share(b, all_other)).abs()).sum::<f64>() / 2.0
}

/// The G-test of homogeneity (Sokal and Rohlf, Biometry), small cells put together; its statistic is about chi-squared.
fn is_like<K: Ord>(one: &BTreeMap<K, u32>, other: &BTreeMap<K, u32>) -> bool {
    let (all, all_other) = (one.values().sum::<u32>(), other.values().sum::<u32>());
    if all == 0 || all_other == 0 {
        return false;
    }
    let (mut small, mut statistic, mut freedom) = ((0_u32, 0_u32), 0.0, -1.0);
    let mut cell = |(a, b): (u32, u32)| {
        let sum = f64::from(a) + f64::from(b);
        let part = |count: u32, of: u32| {
            let expected = sum * f64::from(of) / (f64::from(all) + f64::from(all_other));
            if count == 0 { 0.0 } else { f64::from(count) * (f64::from(count) / expected).ln() }
        };
        statistic += 2.0 * (part(a, all) + part(b, all_other));
        freedom += 1.0;
    };
    for (a, b) in cells(one, other) {
        if a.saturating_add(b) < LEAST_CELL {
            small = (small.0 + a, small.1 + b);
        } else {
            cell((a, b));
        }
    }
    if small != (0, 0) {
        cell(small);
    }
    let freedom = f64::max(freedom, 1.0);
    (statistic - freedom) / (2.0 * freedom).sqrt() <= MOST_DEVIATION || distance(one, other) <= MOST_DISTANCE
}
