// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What was seen of each address of a day: its hours, its place, and its User-Agents with their hours and largest q.
//!
//! Addresses come in no order, and of millions of them hardly one is in the processor's cache when it comes again. Visits therefore wait, parted by a hash of the address, until there are a thousand of
//! one part; then they are taken one after another into the table of that part, which is small enough to be walked quickly. Visits of one address keep their order.
//!
//! An address with one User-Agent, as most have, is one entry. Pairs of an address with several stand in a map beside.

use std::collections::HashMap;
use std::hash::Hash;
use std::hint::black_box;

use super::muster::Place;
use super::pairs::{Pair, is_sampled};
use crate::keyed::Keyed;
use crate::source::Source;

/// Parts of the addresses: the upper 8 bits of their hash.
const PARTS: usize = 256;
/// Visits of one part that wait at most.
const WAITING: usize = 1_024;
/// Visits whose entries are asked for at once, so that memory answers for all of them together.
const AT_ONCE: usize = 32;
/// The bits of the hours of an entry. One without any is free.
const HOURS: u32 = (1 << 24) - 1;
/// That a q was seen.
const HAS_Q: u32 = 1 << 24;
/// That the country is known.
const HAS_COUNTRY: u32 = 1 << 25;
/// That there are several User-Agents: their pairs stand beside.
const SEVERAL: u32 = 1 << 26;

/// The level at which the pairs of all addresses are kept.
const ALL: u32 = 0;

/// The number of an address of one kind.
pub(super) trait Number: Copy + Default + Eq + Ord + Hash + Into<u64> {
    /// Returns the address.
    fn source(self) -> Source;
}

impl Number for u32 {
    fn source(self) -> Source {
        Source::V4(self)
    }
}

impl Number for u64 {
    fn source(self) -> Source {
        Source::V6(self)
    }
}

/// One visit, while it waits; and what is known of an address, when it is taken. Of a visit, `hours` has the bit of its hour.
#[derive(Clone, Copy, Default)]
struct Entry<N> {
    number: N,
    hours: u32,
    agent: u32,
    q: u32,
    network: u32,
    country: [u8; 2],
}

impl<N: Number> Entry<N> {
    fn q(&self) -> Option<u32> {
        (self.hours & HAS_Q != 0).then_some(self.q)
    }

    fn pair(&self) -> Pair {
        Pair { hours: self.hours & HOURS, q: self.q() }
    }

    fn place(&self) -> Place {
        Place { network: self.network, country: (self.hours & HAS_COUNTRY != 0).then_some(self.country) }
    }
}

/// What an address showed.
pub(super) struct Shown {
    /// The address.
    pub(super) source: Source,
    /// A bit for each hour.
    pub(super) hours: u32,
    /// Where it belongs.
    pub(super) place: Place,
    /// Its User-Agent with what was seen of the pair, where it has one alone.
    pub(super) alone: Option<(u32, Pair)>,
}

/// The table of one part: open addressing, the next free entry from the place of the hash on.
struct Part<N> {
    entries: Vec<Entry<N>>,
    count: usize,
}

/// Addresses of one kind.
pub(super) struct Seen<N> {
    key: Keyed,
    waiting: Vec<Vec<Entry<N>>>,
    parts: Vec<Part<N>>,
    /// Pairs of addresses that have several.
    beside: HashMap<(N, u32), Pair, Keyed>,
    /// Pairs of addresses that are kept.
    pairs: usize,
}

impl<N: Number> Seen<N> {
    pub(super) fn new() -> Self {
        let key = Keyed::new();
        let part = |_| Part { entries: Vec::new(), count: 0 };
        Self {
            key,
            waiting: vec![Vec::new(); PARTS],
            parts: (0..PARTS).map(part).collect(),
            beside: HashMap::with_hasher(key),
            pairs: 0,
        }
    }

    /// Takes a visit of an hour; `level` says whose pairs are kept. Returns whether visits were taken into the table, so that there may be more pairs.
    #[inline]
    pub(super) fn add(
        &mut self,
        number: N,
        hour: u32,
        (agent, q): (u32, Option<u32>),
        place: Place,
        level: u32,
    ) -> bool {
        let mut hours = 1 << hour;
        if q.is_some() {
            hours |= HAS_Q;
        }
        if place.country.is_some() {
            hours |= HAS_COUNTRY;
        }
        let visit = Entry {
            number,
            hours,
            agent,
            q: q.unwrap_or(0),
            network: place.network,
            country: place.country.unwrap_or_default(),
        };
        let part = part_of(self.key.of(number.into()));
        let waiting = &mut self.waiting[part];
        waiting.push(visit);
        let is_full = waiting.len() >= WAITING;
        if is_full {
            self.take(part, level);
        }
        is_full
    }

    /// Takes all that waits.
    pub(super) fn take_all(&mut self, level: u32) {
        (0..PARTS).for_each(|part| self.take(part, level));
    }

    /// Takes what another one took of the same day. All of its addresses are kept.
    pub(super) fn join(&mut self, mut other: Self) {
        other.take_all(ALL);
        for entry in other.entries() {
            let part = part_of(self.key.of(entry.number.into()));
            self.waiting[part].push(*entry);
            if self.waiting[part].len() >= WAITING {
                self.take(part, ALL);
            }
        }
    }

    /// Takes what waits for a part.
    fn take(&mut self, part: usize, level: u32) {
        let mut waiting = std::mem::take(&mut self.waiting[part]);
        let mut places = [0; AT_ONCE];
        for some in waiting.chunks(AT_ONCE) {
            let table = &mut self.parts[part];
            if (table.count + AT_ONCE) * 5 > table.entries.len() * 4 {
                table.grow(self.key);
            }
            let mut touched = 0;
            for (place, visit) in places.iter_mut().zip(some) {
                *place = place_of(self.key.of(visit.number.into()), table.entries.len());
                touched ^= table.entries[*place].hours;
            }
            // Nothing is decided by what was read: the processor need not wait for one before it asks for the next.
            black_box(touched);
            for (place, visit) in places.iter().zip(some) {
                self.take_one(part, *place, visit, level);
            }
        }
        waiting.clear();
        self.waiting[part] = waiting;
    }

    fn take_one(&mut self, part: usize, place: usize, visit: &Entry<N>, level: u32) {
        let table = &mut self.parts[part];
        let place = table.find(place, visit.number);
        let entry = &mut table.entries[place];
        if entry.hours & HOURS == 0 {
            *entry = *visit;
            table.count += 1;
            self.pairs += usize::from(is_sampled(visit.number.source(), level));
            return;
        }
        let before = *entry;
        entry.hours |= visit.hours & HOURS;
        if before.hours & SEVERAL == 0 && before.agent == visit.agent {
            if let Some(q) = before.q().max(visit.q()) {
                entry.q = q;
                entry.hours |= HAS_Q;
            }
            return;
        }
        if !is_sampled(visit.number.source(), level) {
            return;
        }
        if before.hours & SEVERAL == 0 {
            entry.hours |= SEVERAL;
            self.beside.insert((visit.number, before.agent), before.pair());
        }
        let pairs = &mut self.pairs;
        let pair = self.beside.entry((visit.number, visit.agent)).or_insert_with(|| {
            *pairs += 1;
            Pair::default()
        });
        pair.hours |= visit.hours & HOURS;
        pair.q = pair.q.max(visit.q());
    }

    /// Returns how many pairs of addresses there are that are kept.
    pub(super) fn pairs(&self) -> usize {
        self.pairs
    }

    /// Forgets the pairs of addresses that are not kept any more.
    pub(super) fn keep(&mut self, level: u32) {
        self.beside.retain(|(number, _), _| is_sampled(number.source(), level));
        let alone = self.entries().filter(|entry| entry.hours & SEVERAL == 0);
        let alone = alone.filter(|entry| is_sampled(entry.number.source(), level)).count();
        self.pairs = alone + self.beside.len();
    }

    fn entries(&self) -> impl Iterator<Item = &Entry<N>> {
        self.parts.iter().flat_map(|part| &part.entries).filter(|entry| entry.hours & HOURS != 0)
    }

    /// Returns how many addresses were taken.
    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(|part| part.count).sum()
    }

    /// Returns the numbers of all addresses that were taken, of one hour alone where it is given, in order.
    pub(super) fn numbers(&self, hour: Option<u32>) -> Vec<N> {
        let hours = hour.map_or(HOURS, |hour| 1 << hour);
        let mut numbers = Vec::with_capacity(if hour.is_some() { 0 } else { self.len() });
        numbers.extend(self.entries().filter(|entry| entry.hours & hours != 0).map(|entry| entry.number));
        numbers.sort_unstable();
        numbers
    }

    /// Has `take` take what each address showed, in no order.
    pub(super) fn for_each(&self, mut take: impl FnMut(Shown)) {
        for entry in self.entries() {
            let alone = (entry.hours & SEVERAL == 0).then(|| (entry.agent, entry.pair()));
            take(Shown { source: entry.number.source(), hours: entry.hours & HOURS, place: entry.place(), alone });
        }
    }

    /// Returns the pairs of addresses that have several, in order of address, then User-Agent.
    pub(super) fn beside(&self) -> Vec<(N, u32, Pair)> {
        let mut beside: Vec<_> = self.beside.iter().map(|((number, agent), pair)| (*number, *agent, *pair)).collect();
        beside.sort_unstable_by_key(|(number, agent, _)| (*number, *agent));
        beside
    }

    /// Returns where an address belongs; nowhere where it was not taken.
    pub(super) fn place(&self, number: N) -> Place {
        let hash = self.key.of(number.into());
        let table = &self.parts[part_of(hash)];
        if table.entries.is_empty() {
            return Place::default();
        }
        table.entries[table.find(place_of(hash, table.entries.len()), number)].place()
    }
}

impl<N: Number> Part<N> {
    /// Returns the place of an address, or the free one where it would stand. There is always a free one.
    #[inline]
    fn find(&self, mut place: usize, number: N) -> usize {
        loop {
            let entry = &self.entries[place];
            if entry.hours & HOURS == 0 || entry.number == number {
                return place;
            }
            place += 1;
            if place == self.entries.len() {
                place = 0;
            }
        }
    }

    fn grow(&mut self, key: Keyed) {
        let more = (self.entries.len() / 2 * 3).max(4 * AT_ONCE);
        let before = std::mem::replace(&mut self.entries, vec![Entry::default(); more]);
        for entry in before.into_iter().filter(|entry| entry.hours & HOURS != 0) {
            let place = self.find(place_of(key.of(entry.number.into()), more), entry.number);
            self.entries[place] = entry;
        }
    }
}

fn part_of(hash: u64) -> usize {
    usize::try_from(hash >> 56).unwrap_or(0)
}

/// Returns the place of a hash among so many: they need not be a power of two, so that a table grows by half.
fn place_of(hash: u64, places: usize) -> usize {
    let place = (u128::from(hash << 8) * places as u128) >> 64;
    usize::try_from(place).unwrap_or(0)
}

/// How many, and not which: addresses of infected machines are never logged.
impl<N: Number> std::fmt::Debug for Seen<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Seen({} addresses, {} pairs)", self.len(), self.pairs)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Place, Seen};
    use crate::day::pairs::{Pair, is_sampled};
    use crate::source::Source;

    /// The plain way, as the reference: hours, the first place, and pairs of each address.
    type Plainly = BTreeMap<u32, (u32, Place, BTreeMap<u32, Pair>)>;

    fn of_table(seen: &Seen<u32>, level: u32) -> Plainly {
        let mut all = Plainly::new();
        seen.for_each(|shown| {
            let Source::V4(number) = shown.source else { panic!("{:?}", shown.source) };
            let pairs = shown.alone.filter(|_| is_sampled(shown.source, level)).into_iter().collect();
            assert!(all.insert(number, (shown.hours, shown.place, pairs)).is_none(), "twice: {number}");
            assert_eq!(seen.place(number), shown.place);
        });
        for (number, agent, pair) in seen.beside() {
            assert!(all.get_mut(&number).unwrap().2.insert(agent, pair).is_none());
        }
        all
    }

    #[test]
    fn addresses_are_those_of_the_plain_way_at_every_level() {
        let mut state = 1_u64;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            u32::try_from((state >> 33) % below).unwrap()
        };
        for (addresses, agents) in [(7, 2), (20_000, 3), (60_000, 40)] {
            let (mut seen, mut other, mut plain) = (Seen::new(), Seen::new(), Plainly::new());
            for turn in 0..400_000_u32 {
                let (number, hour, agent) = (next(addresses).wrapping_mul(0x9E37_79B9), next(24), next(agents));
                // Half of the addresses have one User-Agent alone.
                let agent = if number.is_multiple_of(2) { 1 } else { agent };
                let q = (next(3) > 0).then(|| next(500));
                let country = (next(3) > 0).then_some([b'B', b'A' + u8::try_from(next(20)).unwrap()]);
                let place = Place { network: next(9), country };
                seen.add(number, hour, (agent, q), place, 0);
                if turn.is_multiple_of(2) {
                    other.add(number, hour, (0, None), Place::default(), 0);
                }
                let of = plain.entry(number).or_insert((0, place, BTreeMap::new()));
                of.0 |= 1 << hour;
                let pair = of.2.entry(agent).or_default();
                pair.hours |= 1 << hour;
                pair.q = pair.q.max(q);
            }
            seen.take_all(0);
            assert_eq!(seen.len(), plain.len());
            for level in 0..4 {
                seen.keep(level);
                for (number, (_, _, pairs)) in &mut plain {
                    pairs.retain(|_, _| is_sampled(Source::V4(*number), level));
                }
                assert_eq!(seen.pairs(), plain.values().map(|(_, _, pairs)| pairs.len()).sum::<usize>());
                assert_eq!(of_table(&seen, level), plain);
            }
            for hour in [0, 23] {
                let of_hour = plain.iter().filter(|(_, of)| of.0 >> hour & 1 == 1).map(|(number, _)| *number);
                assert!(of_hour.eq(seen.numbers(Some(hour))));
            }
            // What another one saw of the same day adds hours, and no address twice.
            let mut halves = Seen::new();
            halves.join(other);
            halves.join(seen);
            halves.take_all(0);
            assert_eq!(halves.numbers(None), plain.keys().copied().collect::<Vec<_>>());
            halves.for_each(|shown| {
                let Source::V4(number) = shown.source else { panic!("{:?}", shown.source) };
                assert_eq!(shown.hours, plain[&number].0);
            });
        }
    }
}
