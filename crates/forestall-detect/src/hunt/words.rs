// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The word graph: names that are made of one closed list of words.
//!
//! Two words in a row are what people choose as well, so that such a name says nothing. But a generator's list is short: after a few
//! hundred names each word was seen in several names, each time beside another one. Words are the corners of a graph, two that
//! stand side by side in a name are joined, and words with fewer than [`PARTNERS`] partners are taken away until none is left to take. The names
//! that remain are its core. Of ordinary names few remain, since most hold a word that no other has.
//!
//! The idea is that of Pereira and others, "Dictionary extraction and detection of algorithmically generated domain names in passive DNS
//! traffic" (RAID 2018).

use std::collections::{BTreeMap, BTreeSet};

use super::chernoff::{count, divergence};
use crate::classify::Classifier;

/// Letters of a word at least; what is shorter fits anywhere.
const LEAST_LETTERS: usize = 3;

/// Words in a name at most: who writes more writes a sentence.
const MOST_WORDS: usize = 4;

/// Partners of a word in the core at least.
const PARTNERS: usize = 2;

/// Names in a core at least.
pub(super) const FEWEST: usize = 40;

/// The share of an ordinary client's names of words that lie in the core, at most.
const ORDINARY: f64 = 0.35;

/// Cuts a label into words that fill it, hyphens and digits at its end apart; none where they do not, or where there is but one.
pub(super) fn words(classifier: &Classifier, label: &str) -> Option<Vec<String>> {
    let label = label.trim_end_matches(|c: char| c.is_ascii_digit());
    let mut words = Vec::new();
    for part in label.split('-') {
        let cut = classifier.segment(part);
        for piece in cut.pieces(part) {
            if piece.len() < LEAST_LETTERS || !piece.bytes().all(|octet| octet.is_ascii_lowercase()) {
                return None;
            }
            words.push(piece.to_owned());
        }
    }
    (2..=MOST_WORDS).contains(&words.len()).then_some(words)
}

/// Returns the places of the names that lie in the core of the graph, in order.
fn core(names: &[Vec<String>]) -> Vec<usize> {
    let mut within: Vec<usize> = (0..names.len()).collect();
    loop {
        let mut partners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for words in within.iter().filter_map(|place| names.get(*place)) {
            for pair in words.windows(2) {
                if let [one, other] = pair {
                    partners.entry(one).or_default().insert(other);
                    partners.entry(other).or_default().insert(one);
                }
            }
        }
        let known = |word: &String| partners.get(word.as_str()).is_some_and(|partners| partners.len() >= PARTNERS);
        let before = within.len();
        let rest: Vec<usize> = within
            .iter()
            .copied()
            .filter(|place| names.get(*place).is_some_and(|words| words.iter().all(known)))
            .collect();
        if rest.len() == before {
            return rest;
        }
        within = rest;
    }
}

/// Returns the evidence in nats, and the places of the names in the core. None where it is too small, or has as many words as names.
///
/// Each entry holds the words of one name; names without words are left out before.
pub(super) fn closed_list(names: &[Vec<String>]) -> Option<(f32, Vec<usize>)> {
    if names.len() < FEWEST {
        return None;
    }
    let core = core(names);
    let words: BTreeSet<&str> = core.iter().filter_map(|at| names.get(*at)).flatten().map(String::as_str).collect();
    if core.len() < FEWEST || words.len() > core.len() {
        return None;
    }
    let (all, share) = (count(names.len()), count(core.len()) / count(names.len()));
    if share <= ORDINARY {
        return None;
    }
    let nats = all * divergence(share, ORDINARY);
    #[expect(clippy::cast_possible_truncation, reason = "nats are few, and their hundredths do not matter")]
    let nats = nats as f32;
    Some((nats, core))
}

#[cfg(test)]
mod tests {
    use super::closed_list;

    fn names(count: usize, list: usize) -> Vec<Vec<String>> {
        // A walk over all pairs of a list of words, by steps that meet each word early.
        (0..count)
            .map(|at| vec![format!("word{}", at * 7 % list), format!("word{}", (at * 11 + at / list) % list)])
            .collect()
    }

    #[test]
    fn a_short_list_shows_and_an_open_one_does_not() {
        let (nats, core) = closed_list(&names(200, 60)).unwrap();
        assert!(nats > 50.0 && core.len() > 150, "{nats} {}", core.len());
        assert_eq!(closed_list(&names(200, 5_000)), None);
        assert_eq!(closed_list(&names(39, 12)), None);
    }
}
