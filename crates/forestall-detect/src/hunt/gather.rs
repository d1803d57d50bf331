// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who was told of which registrable name that it does not exist: each name once a client, in bounded room.
//!
//! Where there is more than [`Limits`] allow, the pairs of client and name whose names look least generated are dropped. Which ones these are
//! hangs on the names alone, not on the order of the input: a pair that is among the last to be dropped at the end was so all the time. What was
//! dropped is counted in answers.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use forestall_model::Instant;

use super::evidence::ratio;
use crate::classify::{Classifier, NotScored, Room};
use crate::record::{NXDOMAIN, Record};
use crate::scan::Client;

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Pairs of a client and a name in all. For a short time each thread holds up to twice as many.
    pub pairs: usize,
    /// Names of one client. More than any bot tries in the time that a decision takes.
    pub names_of_client: usize,
}

impl Default for Limits {
    /// A million pairs, 4,096 names a client. Measured were 400 octets a pair where every pair has a client and a name of its own; with twice as many for
    /// a short time that is 800 MiB a thread at the utmost.
    fn default() -> Self {
        Self { pairs: 1 << 20, names_of_client: 1 << 12 }
    }
}

/// When and how often one client asked for one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The first time.
    pub first: Instant,
    /// The last time.
    pub last: Instant,
    /// How many answers there were, retries and other types of record included.
    pub answers: u32,
    /// Whether the name was only ever asked for with further labels before it, `www` apart.
    pub below: bool,
}

impl Seen {
    fn add(&mut self, other: &Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.answers = self.answers.saturating_add(other.answers);
        self.below &= other.below;
    }
}

/// A registrable name.
#[derive(Clone, Debug)]
pub(super) struct Name {
    /// Label, dot and suffix.
    pub(super) text: Arc<str>,
    /// Octets of the label.
    pub(super) label: usize,
    /// How many nats the name speaks for an algorithm.
    pub(super) ratio: f32,
}

impl Name {
    /// Returns the label that somebody or something chose.
    pub(super) fn label(&self) -> &str {
        self.text.get(..self.label).unwrap_or_default()
    }

    /// Returns what stands right of it.
    pub(super) fn suffix(&self) -> &str {
        self.text.get(self.label + 1..).unwrap_or_default()
    }
}

/// What was counted on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) answered: u64,
    pub(super) unanswered: u64,
    pub(super) nxdomain: u64,
    pub(super) not_scored: BTreeMap<NotScored, u64>,
    pub(super) scored: u64,
}

/// One thread's share of what was seen. Records may come in any order.
#[derive(Debug)]
pub struct Lookout<'c> {
    classifier: &'c Classifier,
    limits: Limits,
    room: Room,
    text: Vec<u8>,
    key: String,
    clients: HashMap<Client, usize>,
    /// The names of each client by number, ascending.
    pairs_of: Vec<Vec<(u32, Seen)>>,
    pairs: usize,
    numbers: HashMap<Arc<str>, u32>,
    names: Vec<Name>,
    counts: Counts,
}

impl<'c> Lookout<'c> {
    /// Makes one that has seen nothing.
    #[must_use]
    pub fn new(classifier: &'c Classifier, limits: Limits) -> Self {
        Self {
            classifier,
            limits,
            room: Room::default(),
            text: Vec::new(),
            key: String::new(),
            clients: HashMap::new(),
            pairs_of: Vec::new(),
            pairs: 0,
            numbers: HashMap::new(),
            names: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// Looks at a record; what is no answer that a name does not exist is only counted.
    pub fn see(&mut self, record: &Record<'_>) {
        match record.rcode {
            None => self.counts.unanswered += 1,
            Some(NXDOMAIN) => {
                self.counts.answered += 1;
                self.counts.nxdomain += 1;
                self.missing(record);
            }
            Some(_) => self.counts.answered += 1,
        }
    }

    fn missing(&mut self, record: &Record<'_>) {
        record.name.write_to(&mut self.text);
        let subject = match self.classifier.subject(&self.text, &mut self.room) {
            Ok(subject) => subject,
            Err(reason) => {
                *self.counts.not_scored.entry(reason).or_default() += 1;
                return;
            }
        };
        self.counts.scored += 1;
        self.key.clear();
        self.key.push_str(subject.label);
        self.key.push('.');
        self.key.push_str(subject.suffix);
        let number = match self.numbers.get(self.key.as_str()) {
            Some(number) => *number,
            None => {
                let Ok(number) = u32::try_from(self.names.len()) else { return };
                let text: Arc<str> = self.key.as_str().into();
                let ratio = ratio(self.classifier, &subject);
                self.names.push(Name { text: text.clone(), label: subject.label.len(), ratio });
                self.numbers.insert(text, number);
                number
            }
        };
        let asked = self.text.trim_ascii();
        let itself = asked.len() <= self.key.len() || asked.len() == self.key.len() + 4 && asked.starts_with(b"www.");
        let seen = Seen { first: record.at, last: record.at, answers: 1, below: !itself };
        let client = Client::of_asker(record.asker);
        let place = *self.clients.entry(client).or_insert_with(|| {
            self.pairs_of.push(Vec::with_capacity(1));
            self.pairs_of.len() - 1
        });
        self.add(place, number, &seen);
    }

    fn add(&mut self, place: usize, number: u32, seen: &Seen) {
        let pairs = &mut self.pairs_of[place];
        match pairs.binary_search_by_key(&number, |(known, _)| *known) {
            Ok(known) => return pairs[known].1.add(seen),
            Err(at) => pairs.insert(at, (number, *seen)),
        }
        self.pairs += 1;
        if pairs.len() >= self.limits.names_of_client.saturating_mul(2) {
            self.pairs -= shorten(pairs, &self.names, self.limits.names_of_client);
        }
        if self.pairs >= self.limits.pairs.saturating_mul(2) {
            self.shorten();
        }
    }

    /// Drops what is over the limits, and the clients and names that nothing is left of.
    fn shorten(&mut self) {
        let mut clients: Vec<(Client, usize)> = std::mem::take(&mut self.clients).into_iter().collect();
        clients.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut rest = Vec::new();
        for (client, place) in clients {
            let mut pairs = std::mem::take(&mut self.pairs_of[place]);
            shorten(&mut pairs, &self.names, self.limits.names_of_client);
            rest.push((client, pairs));
        }
        keep_most_suspicious(&mut rest, &self.names, self.limits.pairs);
        let names = std::mem::take(&mut self.names);
        self.numbers.clear();
        self.pairs_of.clear();
        self.pairs = 0;
        for (client, pairs) in rest {
            let renumbered = |(number, seen): (u32, Seen)| Some((self.renumber(names.get(place(number))?)?, seen));
            let mut pairs: Vec<(u32, Seen)> = pairs.into_iter().filter_map(renumbered).collect();
            pairs.sort_unstable_by_key(|(number, _)| *number);
            self.pairs += pairs.len();
            self.clients.insert(client, self.pairs_of.len());
            self.pairs_of.push(pairs);
        }
    }

    fn renumber(&mut self, name: &Name) -> Option<u32> {
        if let Some(number) = self.numbers.get(&name.text) {
            return Some(*number);
        }
        let number = u32::try_from(self.names.len()).ok()?;
        self.names.push(name.clone());
        self.numbers.insert(name.text.clone(), number);
        Some(number)
    }
}

/// What all threads saw, in an order that hangs on nothing but the content.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// Clients in order, each with its names by number.
    pub(super) clients: Vec<(Client, Vec<(usize, Seen)>)>,
    /// Names in order.
    pub(super) names: Vec<Name>,
    pub(super) counts: Counts,
    dropped: u64,
}

impl Gathered {
    /// Joins what several threads saw. `disguise` puts another client, such as a pseudonym, in the place of each.
    #[must_use]
    pub fn join(lookouts: Vec<Lookout<'_>>, disguise: Option<&dyn Fn(&Client) -> Client>) -> Self {
        let limits = lookouts.first().map_or_else(Limits::default, |lookout| lookout.limits);
        let mut counts = Counts::default();
        let mut names: BTreeMap<Arc<str>, Name> = BTreeMap::new();
        for lookout in &lookouts {
            counts.add(&lookout.counts);
            names.extend(lookout.names.iter().map(|name| (name.text.clone(), name.clone())));
        }
        let names: Vec<Name> = names.into_values().collect();
        let mut all: Vec<(Client, Vec<(u32, Seen)>)> = Vec::new();
        for lookout in lookouts {
            let numbers: Vec<Option<u32>> = lookout
                .names
                .iter()
                .map(|name| names.binary_search_by(|other| other.text.cmp(&name.text)).ok())
                .map(|found| found.and_then(|number| u32::try_from(number).ok()))
                .collect();
            let mut pairs_of = lookout.pairs_of;
            let renumbered = |(number, seen): (u32, Seen)| Some((numbers.get(place(number)).copied().flatten()?, seen));
            all.extend(lookout.clients.into_iter().map(|(client, at)| {
                let pairs = pairs_of.get_mut(at).map(std::mem::take).unwrap_or_default();
                let shown = disguise.map_or(client.clone(), |disguise| disguise(&client));
                (shown, pairs.into_iter().filter_map(renumbered).collect())
            }));
        }
        let mut rest = merged(all);
        for (_, pairs) in &mut rest {
            shorten(pairs, &names, limits.names_of_client);
        }
        keep_most_suspicious(&mut rest, &names, limits.pairs);
        let kept: u64 = rest.iter().flat_map(|(_, pairs)| pairs).map(|(_, seen)| u64::from(seen.answers)).sum();
        let clients = rest
            .into_iter()
            .map(|(client, pairs)| (client, pairs.into_iter().map(|(number, seen)| (place(number), seen)).collect()))
            .collect();
        Self { clients, names, dropped: counts.scored.saturating_sub(kept), counts }
    }

    /// Returns how many clients asked for a name that does not exist and is scored.
    #[must_use]
    pub fn clients(&self) -> usize {
        self.clients.len()
    }

    /// Returns when the last of these names was last asked for; none where there is none.
    #[must_use]
    pub fn last_seen(&self) -> Option<Instant> {
        self.clients.iter().flat_map(|(_, pairs)| pairs).map(|(_, seen)| seen.last).max()
    }

    /// Returns how many records told an answer.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.counts.answered
    }

    /// Returns how many records told none: questions of a capture, or lines of a log that says nothing of answers.
    #[must_use]
    pub fn unanswered(&self) -> u64 {
        self.counts.unanswered
    }

    /// Returns how many answers said that there is no such name.
    #[must_use]
    pub fn nxdomain(&self) -> u64 {
        self.counts.nxdomain
    }

    /// Returns how many of these were for names that are not scored, and why, in the order of [`NotScored`].
    pub fn not_scored(&self) -> impl Iterator<Item = (NotScored, u64)> + '_ {
        self.counts.not_scored.iter().map(|(reason, count)| (*reason, *count))
    }

    /// Returns how many of the scored ones were dropped, because there was more than the limits allow.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.answered += other.answered;
        self.unanswered += other.unanswered;
        self.nxdomain += other.nxdomain;
        self.scored += other.scored;
        for (reason, count) in &other.not_scored {
            *self.not_scored.entry(*reason).or_default() += count;
        }
    }
}

/// What pairs are dropped by: the last ones first.
type Rank = (Reverse<i32>, u64);

/// Returns the rank of a name: the likelier it was generated, the earlier; then by a hash, so that no part of the alphabet is preferred.
fn rank(name: Option<&Name>) -> Rank {
    let Some(name) = name else { return (Reverse(i32::MIN), u64::MAX) };
    #[expect(clippy::cast_possible_truncation, reason = "a ratio is at most 10 either way")]
    let steps = (name.ratio * 1_000.0) as i32;
    (Reverse(steps), fnv(name.text.as_bytes()))
}

/// FNV-1a, 64 bits (Fowler, Noll and Vo): the same everywhere.
fn fnv(octets: &[u8]) -> u64 {
    octets.iter().fold(0xcbf2_9ce4_8422_2325, |hash, octet| (hash ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3))
}

/// Puts the pairs of each client together, clients and names ascending.
fn merged(mut all: Vec<(Client, Vec<(u32, Seen)>)>) -> Vec<(Client, Vec<(u32, Seen)>)> {
    all.sort_by(|a, b| a.0.cmp(&b.0));
    let mut merged: Vec<(Client, Vec<(u32, Seen)>)> = Vec::with_capacity(all.len());
    for (client, mut pairs) in all {
        match merged.last_mut().filter(|(last, _)| *last == client) {
            Some((_, known)) => known.append(&mut pairs),
            None => merged.push((client, pairs)),
        }
    }
    for (_, pairs) in &mut merged {
        pairs.sort_by_key(|(number, _)| *number);
        pairs.dedup_by(|(number, seen), (kept, of)| {
            let same = number == kept;
            if same {
                of.add(seen);
            }
            same
        });
    }
    merged
}

/// Drops pairs of one client beyond `most`; returns how many.
fn shorten(pairs: &mut Vec<(u32, Seen)>, names: &[Name], most: usize) -> usize {
    let before = pairs.len();
    if before > most {
        let rank = |(number, _): &(u32, Seen)| rank(names.get(place(*number)));
        pairs.sort_unstable_by_key(rank);
        pairs.truncate(most);
        pairs.sort_unstable_by_key(|(number, _)| *number);
    }
    before - pairs.len()
}

/// Drops pairs of all clients beyond `most`, and clients without any. Where names of the same rank lie on both sides of the limit, all of them go.
fn keep_most_suspicious(clients: &mut Vec<(Client, Vec<(u32, Seen)>)>, names: &[Name], most: usize) {
    let rank = |number: u32| rank(names.get(place(number)));
    let mut ranks: Vec<Rank> = Vec::new();
    if clients.iter().map(|(_, pairs)| pairs.len()).sum::<usize>() > most {
        ranks.extend(clients.iter().flat_map(|(_, pairs)| pairs).map(|(number, _)| rank(*number)));
        ranks.sort_unstable();
    }
    if let Some(first_gone) = ranks.get(most) {
        for (_, pairs) in clients.iter_mut() {
            pairs.retain(|(number, _)| rank(*number) < *first_gone);
        }
    }
    clients.retain(|(_, pairs)| !pairs.is_empty());
}

fn place(number: u32) -> usize {
    number as usize
}
