// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names of one client on one day that are more alike than ordinary traffic makes them.
//!
//! Some generators make names that look like anybody's: a word with a number behind it, the letters of one name in other orders, a start that
//! changes before an end that stays, eight hexadecimal digits, two words under each of fifty suffixes. What betrays them is that
//! many names of one client have the same length and kind of symbols, the same beginning or end, the same letters, or that hardly two have the same
//! suffix. Each of these is a *cell*, which ordinary names fall into with some chance. Of `n` distinct names `k` in one cell have at most the
//! chance exp(-n D(k/n || chance)) (Chernoff), where D is the divergence of two coins; that, less the logarithm of the number of cells of its sort that
//! were tried and of the sorts, is the evidence in nats. Ordinary clients differ from each other, so the chances are set high, and below [`FEWEST`] names or below a
//! third of all there is none.

use std::collections::{BTreeMap, BTreeSet};

use super::chernoff::{count, divergence};
use super::pattern::{Kind, kind};
use crate::scan::chance::SHARES;

/// Names in a cell at least.
const FEWEST: usize = 8;

/// The share of the client's names in a cell at least.
const LEAST_SHARE: f64 = 1.0 / 3.0;

/// The share of suffixes that are new and not common, at least.
const LEAST_SPREAD: f64 = 0.4;

/// Sorts of cells, the suffixes among them: each gets the same part of the chance of a false alarm.
const SORTS: f64 = 5.0;

/// Symbols of a beginning or end. Labels that are no longer are all alike: four letters or digits are a habit of whole countries.
const AFFIX: usize = 5;

/// By how much a client's habits may raise the chance of a length.
const HABIT: f64 = 2.5;

/// The chance that a label has letters alone, a digit and no hyphen, or a hyphen: of the 100,000 most visited sites of March 2016, rounded up.
const LETTERS: f64 = 0.90;
const DIGITS: f64 = 0.08;
const HYPHENS: f64 = 0.12;

/// The chance that an ordinary name begins, or ends, as another given one does. "online" ends one in 150.
const SAME_AFFIX: f64 = 0.01;

/// The chance that an ordinary name has the letters of another given one.
const SAME_LETTERS: f64 = 0.001;

/// The chance that the next failed look-up of an ordinary client is under a suffix that is not [`COMMON`] and that it did not meet before.
const NEW_SUFFIX: f64 = 0.12;

/// Suffixes that ordinary names have everywhere.
const COMMON: [&str; 12] = ["com", "net", "org", "info", "biz", "co", "io", "de", "ru", "co.uk", "com.br", "cn"];

/// One name, as far as alikeness goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looked<'a> {
    pub(super) label: &'a str,
    pub(super) suffix: &'a str,
}

/// What names have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    Length(Kind, usize),
    Head(Vec<u8>),
    Tail(Vec<u8>),
    Letters(Vec<u8>),
}

impl Cell {
    const fn sort(&self) -> usize {
        match self {
            Self::Length(..) => 0,
            Self::Head(_) => 1,
            Self::Tail(_) => 2,
            Self::Letters(_) => 3,
        }
    }

    fn chance(&self) -> f64 {
        match self {
            Self::Length(kind, length) => {
                let share = SHARES.get(length.saturating_sub(1)).or(SHARES.last()).copied().unwrap_or(0.0);
                let kind = match kind {
                    Kind::Letters => LETTERS,
                    Kind::Digits => DIGITS,
                    Kind::Hyphen => HYPHENS,
                };
                share * kind * HABIT
            }
            Self::Head(_) | Self::Tail(_) => SAME_AFFIX,
            Self::Letters(_) => SAME_LETTERS,
        }
    }
}

/// The evidence in nats and the places of the names, in order.
pub(super) type Alike = (f32, Vec<usize>);

/// Returns the names of the cell with the most evidence. Distinct names of one client and one day; none where nothing is alike.
pub(super) fn most_alike(names: &[Looked<'_>]) -> Option<Alike> {
    if names.len() < FEWEST {
        return None;
    }
    let mut cells: BTreeMap<Cell, Vec<usize>> = BTreeMap::new();
    let mut labels = BTreeSet::new();
    for (place, name) in names.iter().enumerate() {
        // The same label under several suffixes is one name, however somebody came to ask for it.
        if !labels.insert(name.label) {
            continue;
        }
        let octets = name.label.as_bytes();
        let mut add = |cell: Cell| cells.entry(cell).or_default().push(place);
        if octets.len() > AFFIX {
            add(Cell::Length(kind(name.label), octets.len()));
            add(Cell::Head(octets[..AFFIX].to_vec()));
            add(Cell::Tail(octets[octets.len() - AFFIX..].to_vec()));
        }
        let mut sorted = octets.to_vec();
        sorted.sort_unstable();
        add(Cell::Letters(sorted));
    }
    let mut of_sort = [0_usize; 4];
    cells.keys().for_each(|cell| of_sort[cell.sort()] += 1);
    let all = labels.len();
    let of_cells = cells.into_iter().map(|(cell, places)| {
        let tried = (count(of_sort[cell.sort()]) * SORTS).ln();
        (evidence(places.len(), all, cell.chance(), LEAST_SHARE) - tried, places)
    });
    let spread = spread(names);
    let of_suffixes = (evidence(spread.len(), all, NEW_SUFFIX, LEAST_SPREAD) - SORTS.ln(), spread);
    let best = of_cells.chain([of_suffixes]).filter(|(evidence, _)| *evidence > 0.0);
    let best = best.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    #[expect(clippy::cast_possible_truncation, reason = "nats are few, and their hundredths do not matter")]
    let nats = best.0 as f32;
    Some((nats, best.1))
}

/// Returns the first name under each suffix that is not common.
fn spread(names: &[Looked<'_>]) -> Vec<usize> {
    let (mut met, mut labels, mut places) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for (place, name) in names.iter().enumerate() {
        let new = labels.insert(name.label) && !COMMON.contains(&name.suffix) && met.insert(name.suffix);
        if new {
            places.push(place);
        }
    }
    places
}

/// Returns how many nats it says that so many of all names fall into one cell; 0 where they are too few.
fn evidence(found: usize, all: usize, chance: f64, least: f64) -> f64 {
    let share = count(found) / count(all.max(1));
    if found < FEWEST || share < least || share <= chance {
        return 0.0;
    }
    count(all) * divergence(share, chance)
}

#[cfg(test)]
mod tests {
    use super::{Looked, most_alike};

    fn check(labels: &[String], suffix: impl Fn(usize) -> &'static str) -> f32 {
        let names: Vec<Looked<'_>> =
            labels.iter().enumerate().map(|(at, label)| Looked { label, suffix: suffix(at) }).collect();
        most_alike(&names).map_or(0.0, |(nats, _)| nats)
    }

    #[test]
    fn numbers_behind_a_word_orders_of_letters_and_many_suffixes() {
        let numbered: Vec<String> = (10..30).map(|number| format!("winsoft{number}")).collect();
        assert!(check(&numbered, |_| "com") > 40.0);
        let turned: Vec<String> = (0..6)
            .flat_map(|a| (0..3).map(move |b| format!("{}{}", &"abcdef"[a..], &"abcdef"[..a]) + &"gh"[..b % 2]))
            .collect();
        assert!(check(&turned, |_| "com") < check(&numbered, |_| "com"));
        const SUFFIXES: [&str; 12] = ["at", "ch", "fr", "it", "nl", "pl", "se", "dk", "no", "fi", "es", "pt"];
        let words = [
            "worm-father",
            "wire",
            "soldier",
            "listen",
            "range",
            "sold",
            "thursdays",
            "syntax",
            "parades",
            "on",
            "off",
            "upon",
        ];
        let words = words.map(str::to_owned);
        assert!(check(&words, |at| SUFFIXES[at]) > 15.0);
        assert_eq!(check(&words, |_| "com").to_bits(), 0.0_f32.to_bits());
    }

    #[test]
    fn ordinary_and_few_names_are_not_alike() {
        let few: Vec<String> = (1..8).map(|number| format!("winsoft{number}")).collect();
        assert_eq!(check(&few, |_| "com").to_bits(), 0.0_f32.to_bits());
        let typos = [
            "gogle", "facebok", "youtub", "amazn", "wikpedia", "twiter", "instagrm", "linkdin", "netfix", "micrsoft",
            "redit", "ebayy", "bingg", "yahooo", "appel", "paypall",
        ];
        assert!(check(&typos.map(str::to_owned), |_| "com") < 2.0);
        let one = ["facebok"; 30].map(str::to_owned);
        assert_eq!(check(&one, |_| "com").to_bits(), 0.0_f32.to_bits());
    }
}
