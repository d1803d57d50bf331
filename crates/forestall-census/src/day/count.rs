// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! From what each address showed to the numbers of a day.

use std::collections::{BTreeMap, HashMap};

use super::muster::Place;
use super::pairs::{Pair, is_sampled};
use super::part::Part;
use super::seen::{Number, Seen};
use super::totals::{Counts, Machines, PartCounts};
use crate::agents::Shown;
use crate::churn::Panel;
use crate::keyed::Keyed;
use crate::q_sum::QTotal;
use crate::source::Source;

/// The most addresses that a machine of the panel has in a day: one an hour.
const MOST_OF_ONE: u32 = 24;

/// Counts what addresses showed. Pairs are those of addresses that are kept at this level.
pub(super) fn machines(v4: &Seen<u32>, v6: &Seen<u64>, level: u32) -> Machines {
    let mut counting = Counting::new(level);
    counting.take(v4);
    counting.take(v6);
    counting.finish(v4)
}

/// Numbers of a part while they are counted: the day's, and each hour's, of both kinds; of a network, the User-Agents of its kept addresses as well.
struct InPart {
    part: Part,
    v4: Counts,
    v6: Counts,
    /// Kept addresses with one User-Agent.
    alone: u64,
    shown: Shown,
}

struct Counting {
    level: u32,
    v4: Counts,
    v6: Counts,
    pairs: Counts,
    q: QTotal,
    shown: Shown,
    /// Addresses that showed a User-Agent alone, and pairs, by the User-Agent.
    of_agent: HashMap<u32, (u64, u32), Keyed>,
    /// Parts by number, and the numbers of both parts of a place.
    parts: Vec<InPart>,
    numbers: HashMap<Part, usize, Keyed>,
    places: HashMap<Place, [usize; 2], Keyed>,
}

impl Counting {
    fn new(level: u32) -> Self {
        let key = Keyed::new();
        Self {
            level,
            v4: Counts::default(),
            v6: Counts::default(),
            pairs: Counts::default(),
            q: QTotal::default(),
            shown: Shown::default(),
            of_agent: HashMap::with_hasher(key),
            parts: Vec::new(),
            numbers: HashMap::with_hasher(key),
            places: HashMap::with_hasher(key),
        }
    }

    /// Takes all addresses of a kind.
    fn take<N: Number>(&mut self, seen: &Seen<N>) {
        seen.for_each(|shown| {
            let parts = self.parts_of(shown.place);
            self.count(shown.source, shown.hours, parts);
            let Some((agent, pair)) = shown.alone.filter(|_| is_sampled(shown.source, self.level)) else { return };
            self.pair(shown.source, agent, pair);
            if matches!(shown.source, Source::V4(_)) {
                self.parts[parts[0]].alone += 1;
                self.of_agent.entry(agent).or_default().0 += 1;
            }
        });
        let beside = seen.beside();
        for of_address in beside.chunk_by(|one, other| one.0 == other.0) {
            let [(number, ..), ..] = of_address else { continue };
            let source = number.source();
            of_address.iter().for_each(|(_, agent, pair)| self.pair(source, *agent, *pair));
            if matches!(source, Source::V4(_)) {
                let agents = u32::try_from(of_address.len()).unwrap_or(u32::MAX);
                let network = self.parts_of(seen.place(*number))[0];
                self.parts[network].shown.add(agents);
                self.shown.add(agents);
            }
        }
    }

    /// Counts an address in the day, its hours, its network and its country.
    fn count(&mut self, source: Source, hours: u32, parts: [usize; 2]) {
        let [network, country] = parts;
        let is_v4 = matches!(source, Source::V4(_));
        count_in(if is_v4 { &mut self.v4 } else { &mut self.v6 }, hours);
        for part in [network, country] {
            let part = &mut self.parts[part];
            count_in(if is_v4 { &mut part.v4 } else { &mut part.v6 }, hours);
        }
    }

    fn pair(&mut self, source: Source, agent: u32, pair: Pair) {
        if let Some(largest) = pair.q {
            self.q.add(largest);
        }
        self.of_agent.entry(agent).or_default().1 += 1;
        if matches!(source, Source::V4(_)) {
            count_in(&mut self.pairs, pair.hours);
        }
    }

    /// Returns the numbers of a network and of a country.
    fn parts_of(&mut self, place: Place) -> [usize; 2] {
        if let Some(known) = self.places.get(&place) {
            return *known;
        }
        let of = [Part::Network(place.network), Part::Country(place.country.unwrap_or(Part::NO_COUNTRY))];
        let numbers = of.map(|part| {
            *self.numbers.entry(part).or_insert_with(|| {
                let (v4, v6) = (Counts::default(), Counts::default());
                self.parts.push(InPart { part, v4, v6, alone: 0, shown: Shown::default() });
                self.parts.len() - 1
            })
        });
        self.places.insert(place, numbers);
        numbers
    }

    fn finish(mut self, v4: &Seen<u32>) -> Machines {
        for part in &mut self.parts {
            part.shown.add_several(1, part.alone);
            if matches!(part.part, Part::Network(_)) {
                self.shown.add_several(1, part.alone);
            }
        }
        let mut alone: Vec<u64> = self.of_agent.values().map(|(alone, _)| *alone).filter(|alone| *alone > 0).collect();
        alone.sort_unstable_by_key(|count| std::cmp::Reverse(*count));
        let panels = self.panels(v4);
        let mut panel = Panel::default();
        panels.values().for_each(|of_network| panel.merge(of_network));
        self.parts.sort_unstable_by_key(|in_part| in_part.part);
        Machines {
            v4: self.v4,
            v6: self.v6,
            pairs: (self.level == 0).then_some(self.pairs),
            sampled: self.level,
            shown: self.shown,
            alone,
            panel,
            q: (!self.q.is_empty()).then_some(self.q),
            parts: self.parts.into_iter().map(|in_part| line(in_part, &panels)).collect(),
            ..Machines::default()
        }
    }

    /// Finds machines that are recognised whatever their address is: those with a User-Agent that only one network showed on the day, at one address at a time. The hour in which a
    /// machine moves may show both addresses.
    fn panels(&self, v4: &Seen<u32>) -> BTreeMap<u32, Panel> {
        let mut rare: Vec<(u32, u32, u32, u32)> = Vec::new();
        let mut take = |agent: u32, pair: Pair, network: u32| {
            if self.of_agent.get(&agent).is_some_and(|(_, pairs)| *pairs <= MOST_OF_ONE) {
                rare.push((agent, pair.hours.trailing_zeros(), 31 - pair.hours.leading_zeros().min(31), network));
            }
        };
        // Where each User-Agent is of very many, as most days have it, there is nothing to look for.
        if self.of_agent.values().any(|(_, pairs)| *pairs <= MOST_OF_ONE) {
            v4.for_each(|shown| {
                if let Some((agent, pair)) = shown.alone.filter(|_| is_sampled(shown.source, self.level)) {
                    take(agent, pair, shown.place.network);
                }
            });
            v4.beside().into_iter().for_each(|(number, agent, pair)| take(agent, pair, v4.place(number).network));
        }
        rare.sort_unstable();
        let mut panels: BTreeMap<u32, Panel> = BTreeMap::new();
        for of_agent in rare.chunk_by(|a, b| a.0 == b.0) {
            let one_network = of_agent.windows(2).all(|pair| pair[0].3 == pair[1].3);
            let one_at_a_time = of_agent.windows(2).all(|pair| pair[1].1 >= pair[0].2);
            let hours: u32 = of_agent.iter().map(|(_, first, last, _)| last - first + 1).sum();
            // Who was seen in one hour only had no time to move.
            if one_network && one_at_a_time && hours > 1 {
                let addresses = u32::try_from(of_agent.len()).unwrap_or(u32::MAX);
                panels.entry(of_agent[0].3).or_default().add(addresses);
            }
        }
        panels
    }
}

/// Counts a member of a day in it and in each of its hours.
#[inline]
pub(super) fn count_in(counts: &mut Counts, mut hours: u32) {
    counts.day += 1;
    while hours != 0 {
        if let Some(count) = counts.hours.get_mut(hours.trailing_zeros() as usize) {
            *count += 1;
        }
        hours &= hours - 1;
    }
}

fn line(in_part: InPart, panels: &BTreeMap<u32, Panel>) -> PartCounts {
    let InPart { part, v4, v6, shown, .. } = in_part;
    let (panel, shown) = match part {
        Part::Network(number) => (panels.get(&number).copied().unwrap_or_default(), shown),
        Part::Country(_) => (Panel::default(), Shown::default()),
    };
    let (v4_hour, v6_hour) = (v4.busiest(), v6.busiest());
    PartCounts { part, v4: v4.day, v4_hour, v6: v6.day, v6_hour, panel, shown, between: None }
}
