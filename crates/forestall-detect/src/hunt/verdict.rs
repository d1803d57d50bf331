// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the failed look-ups of one client say, taken together.
//!
//! Three kinds of evidence, each in nats on one scale: the window over the scores of all names; the alikeness of the names of one day; the word
//! graph of the names of one day. The strongest counts. The last two say only that names follow a rule, which those of some
//! software do as well, so that each carries a handicap; both were set where the measurement of docs/hunt.md gives all three the same false alarms.

use std::collections::BTreeMap;
use std::fmt;

use forestall_model::Instant;

use super::alike::{Looked, most_alike};
use super::evidence::weight;
use super::gather::{Gathered, Name, Seen};
use super::window::{Sight, peak};
use super::words::{FEWEST, closed_list, words};
use crate::classify::Classifier;
use crate::scan::Client;

/// Nats taken off the evidence of alike names.
const ALIKE_HANDICAP: f32 = 4.0;

/// Nats taken off the evidence of a closed list of words.
const WORDS_HANDICAP: f32 = 4.0;

/// Evidence in nats beside which no other kind is asked for which names it rests on: generated names, which tell most, before words, and those before
/// alike ones.
const ENOUGH: f32 = 9.0;

/// The ratio in nats from which a name of a suspicious run is taken for one of the algorithm.
pub(super) const SUSPICIOUS: f32 = 0.5;

/// Which evidence was the strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// The names look generated.
    Generated,
    /// The names are more alike than chance allows.
    Alike,
    /// The names are made of one closed list of words.
    Words,
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Generated => "generated",
            Self::Alike => "alike",
            Self::Words => "words",
        })
    }
}

/// The verdict on one client.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientScore {
    /// The evidence in nats, 0 or more.
    pub score: f32,
    /// Which kind of evidence that is.
    pub sign: Sign,
    /// The numbers of the names that it rests on, ascending.
    pub(super) names: Vec<usize>,
}

/// Returns the verdict on each client, in the order of clients. `is_listed` says of a registrable name that a list explains it already, so
/// that it is no evidence of something unknown.
#[must_use]
pub fn client_scores<'g>(
    gathered: &'g Gathered,
    classifier: &Classifier,
    is_listed: &dyn Fn(&str) -> bool,
) -> Vec<(&'g Client, ClientScore)> {
    let listed: Vec<bool> = gathered.names.iter().map(|name| is_listed(&name.text)).collect();
    gathered
        .clients
        .iter()
        .map(|(client, pairs)| {
            let mut sights: Vec<(usize, Seen)> =
                pairs.iter().filter(|(number, _)| listed.get(*number) != Some(&true)).copied().collect();
            sights.sort_unstable_by_key(|(number, seen)| (seen.first, *number));
            (client, judge(&gathered.names, &sights, classifier))
        })
        .collect()
}

/// Judges names in the order of their time.
fn judge(names: &[Name], sights: &[(usize, Seen)], classifier: &Classifier) -> ClientScore {
    let mut best = generated(names, sights);
    let mut days: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
    for (number, seen) in sights {
        days.entry(seen.first.day().epoch_days()).or_default().push(*number);
    }
    let mut most = best.score;
    for numbers in days.into_values() {
        for other in [of_words(names, &numbers, classifier), alike(names, &numbers)].into_iter().flatten() {
            most = most.max(other.score);
            if best.score < ENOUGH && other.score > best.score {
                best = other;
            }
        }
    }
    best.score = most;
    best.names.sort_unstable();
    best
}

fn generated(names: &[Name], sights: &[(usize, Seen)]) -> ClientScore {
    let ratio = |number: &usize| names.get(*number).map_or(0.0, |name| name.ratio);
    let weighed: Vec<Sight> = sights
        .iter()
        .map(|(number, seen)| Sight { at: seen.first, weight: weight(ratio(number), seen.below) })
        .collect();
    let peak = peak(&weighed);
    let run = sights.get(peak.from..peak.until).unwrap_or_default();
    let suspicious = run.iter().filter(|(number, seen)| ratio(number) >= SUSPICIOUS && !seen.below);
    ClientScore { score: peak.score, sign: Sign::Generated, names: suspicious.map(|(number, _)| *number).collect() }
}

fn alike(names: &[Name], numbers: &[usize]) -> Option<ClientScore> {
    let known: Vec<(usize, &Name)> = numbers.iter().filter_map(|number| Some((*number, names.get(*number)?))).collect();
    let looked: Vec<Looked<'_>> =
        known.iter().map(|(_, name)| Looked { label: name.label(), suffix: name.suffix() }).collect();
    let (nats, places) = most_alike(&looked)?;
    let names = places.iter().filter_map(|place| known.get(*place)).map(|(number, _)| *number).collect();
    Some(ClientScore { score: (nats - ALIKE_HANDICAP).max(0.0), sign: Sign::Alike, names })
}

fn of_words(names: &[Name], numbers: &[usize], classifier: &Classifier) -> Option<ClientScore> {
    if numbers.len() < FEWEST {
        return None;
    }
    let of_words: Vec<(usize, Vec<String>)> =
        numbers.iter().filter_map(|number| Some((*number, words(classifier, names.get(*number)?.label())?))).collect();
    let (numbers, lists): (Vec<usize>, Vec<Vec<String>>) = of_words.into_iter().unzip();
    let (nats, places) = closed_list(&lists)?;
    let names = places.iter().filter_map(|place| numbers.get(*place)).copied().collect();
    Some(ClientScore { score: (nats - WORDS_HANDICAP).max(0.0), sign: Sign::Words, names })
}

/// Returns the first and last time at which some names of one client were asked for, and how many answers there were.
pub(super) fn times(pairs: &[(usize, Seen)], names: &[usize]) -> Option<(Instant, Instant, u64)> {
    let ours = pairs.iter().filter(|(number, _)| names.binary_search(number).is_ok()).map(|(_, seen)| seen);
    ours.fold(None, |times, seen| {
        let answers = u64::from(seen.answers);
        Some(times.map_or((seen.first, seen.last, answers), |(first, last, all): (Instant, Instant, u64)| {
            (first.min(seen.first), last.max(seen.last), all + answers)
        }))
    })
}
