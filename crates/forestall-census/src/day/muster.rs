// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Requests of machines, one by one, to the numbers of a day.

use std::collections::{BTreeMap, HashMap};

use forestall_model::{Instant, UtcDay};

use super::pairs::{self, Pair, Pairs};
use super::part::Part;
use super::requests::{self, Requests};
use super::samples::SampleSets;
use super::sketches::Sketches;
use super::totals::{Counts, Machines, PartCounts};
use crate::addresses::Addresses;
use crate::agents::Shown;
use crate::behind::Request;
use crate::churn::Panel;
use crate::hours::HourlyAddresses;
use crate::q_sum::QTotal;
use crate::sketch::SketchKey;
use crate::source::{Protocol, Source};

/// Places of the memory of what came just before; a power of two.
const RECENT: usize = 1 << 16;

/// The most addresses that a machine of the panel has in a day: one an hour.
const MOST_OF_ONE: usize = 24;

/// Where an address belongs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// The number of its network; 0 where it is not known.
    pub network: u32,
    /// Its country, upper case.
    pub country: Option<[u8; 2]>,
}

/// One request of a machine that speaks as the family does. Whoever is to be left out is left out before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// When it came.
    pub at: Instant,
    /// From where.
    pub source: Source,
    /// Its User-Agent, as a number that the caller gives each text; one of them stands for none.
    pub agent: u32,
    /// Conficker's q.
    pub q: Option<u32>,
    /// The source port.
    pub port: u16,
    /// Where the address belongs.
    pub place: Place,
    /// To which address of which sensor it came, as a number that the caller gives each of them.
    pub sample: u16,
}

/// What a request of just before said: from where, its User-Agent, its hour, its sample and its q.
type Recent = (Source, u32, u32, u16, Option<u32>);

/// What the machines of one family showed on one day, in bounded memory but for the sets of addresses: some 4 octets an address and hour.
///
/// The order in which visits come changes nothing, but for where an address is said to belong to several networks: then the first holds.
#[derive(Debug)]
pub struct Muster {
    hours: HourlyAddresses,
    whole: Addresses,
    places: Vec<(Source, Place)>,
    pairs: Pairs,
    requests: Requests,
    samples: SampleSets,
    visits: u64,
    recent: Vec<Option<Recent>>,
}

impl Muster {
    /// Begins a day.
    #[must_use]
    pub fn new(day: UtcDay) -> Self {
        Self::with_limits(day, pairs::MOST, requests::MOST)
    }

    /// Begins a day of which fewer pairs and requests are kept: the figures that are made of them are of a sample sooner.
    #[must_use]
    pub fn with_limits(day: UtcDay, most_pairs: usize, most_requests: usize) -> Self {
        Self {
            hours: HourlyAddresses::new(day),
            whole: Addresses::default(),
            places: Vec::new(),
            pairs: Pairs::new(most_pairs),
            requests: Requests::new(most_requests),
            samples: SampleSets::default(),
            visits: 0,
            recent: vec![None; RECENT],
        }
    }

    /// Returns the day.
    #[must_use]
    pub fn day(&self) -> UtcDay {
        self.hours.day()
    }

    /// Adds a visit; `false` where it is of another day, and nothing is added.
    pub fn add(&mut self, visit: &Visit) -> bool {
        let Some(hour) = self.hours.hour_of(visit.at) else { return false };
        self.visits += 1;
        let request = Request { at: visit.at, agent: u64::from(visit.agent), q: visit.q, port: visit.port };
        self.requests.add(visit.source, hour, request);
        // Most requests say what one of just before said.
        let recent = &mut self.recent[place_in_recent(visit.source, visit.agent)];
        if let Some((source, agent, of_hour, sample, q)) = recent
            && (*source, *agent, *of_hour, *sample) == (visit.source, visit.agent, hour, visit.sample)
            && visit.q <= *q
        {
            return true;
        }
        *recent = Some((visit.source, visit.agent, hour, visit.sample, visit.q));
        self.samples.add(visit.sample, hour, visit.source, &self.hours);
        if self.hours.insert_into(hour, visit.source) && self.whole.insert(visit.source) {
            self.places.push((visit.source, visit.place));
        }
        self.pairs.add(visit.source, visit.agent, hour, visit.q);
        true
    }

    /// Returns the addresses of the day.
    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        &self.whole
    }

    /// Returns sketches of the addresses of the day.
    #[must_use]
    pub fn sketches(&self, key: &SketchKey) -> Sketches {
        Sketches::of(&self.whole, key)
    }

    /// Returns the addresses by hour: occasions of capture and recapture.
    #[must_use]
    pub fn hours(&self) -> &HourlyAddresses {
        &self.hours
    }

    /// Returns the numbers of the day.
    #[must_use]
    pub fn finish(self) -> Machines {
        self.finish_with(&[])
    }

    /// Returns the numbers of the day, with what the samples are, by their numbers.
    #[must_use]
    pub fn finish_with(self, samples_are: &[String]) -> Machines {
        let Self { hours, whole, mut places, pairs, requests, samples, visits, .. } = self;
        places.sort_unstable_by_key(|(source, _)| *source);
        let sampled = pairs.level();
        let pairs = pairs.sorted();
        let mut machines = Machines {
            requests: visits,
            v4: counts(&hours, &whole, Protocol::V4),
            v6: counts(&hours, &whole, Protocol::V6),
            pairs: (sampled == 0).then(|| counts_of_pairs(&pairs)),
            sampled,
            behind: requests.behind(),
            samples: samples.finish(&hours, samples_are),
            ..Machines::default()
        };
        let shown = shown(&pairs, &places, &mut machines);
        let panels = panels(&pairs, &places);
        for panel in panels.values() {
            machines.panel.merge(panel);
        }
        machines.parts = parts(&hours, &places, &panels, &shown);
        machines
    }
}

fn place_in_recent(source: Source, agent: u32) -> usize {
    let number = match source {
        Source::V4(number) => u64::from(number),
        Source::V6(number) => number,
    };
    let mixed = (number ^ u64::from(agent) << 40).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    usize::try_from(mixed >> 48).unwrap_or(0) & (RECENT - 1)
}

fn counts(hours: &HourlyAddresses, whole: &Addresses, protocol: Protocol) -> Counts {
    let of_hour = |hour: usize| hours.hour(hour).map_or(0, |set| set.count(protocol));
    Counts { day: whole.count(protocol), hours: std::array::from_fn(of_hour) }
}

fn counts_of_pairs(pairs: &[(Source, u32, Pair)]) -> Counts {
    let mut counts = Counts::default();
    for (_, _, pair) in pairs.iter().filter(|(source, _, _)| matches!(source, Source::V4(_))) {
        counts.day += 1;
        for (hour, count) in counts.hours.iter_mut().enumerate() {
            *count += u64::from(pair.hours >> hour & 1);
        }
    }
    counts
}

/// Counts how many User-Agents each IPv4 address showed, in all and by network, and sums q up.
fn shown(pairs: &[(Source, u32, Pair)], places: &[(Source, Place)], machines: &mut Machines) -> BTreeMap<u32, Shown> {
    let mut alone: BTreeMap<u32, u64> = BTreeMap::new();
    let mut all = Shown::default();
    let mut of_networks: BTreeMap<u32, Shown> = BTreeMap::new();
    let mut q = QTotal::default();
    let mut known = places.iter().peekable();
    for of_address in pairs.chunk_by(|a, b| a.0 == b.0) {
        for (_, _, pair) in of_address {
            if let Some(largest) = pair.q {
                q.add(largest);
            }
        }
        let [(source, agent, _), rest @ ..] = of_address else { continue };
        while known.next_if(|(known, _)| known < source).is_some() {}
        if matches!(source, Source::V4(_)) {
            let network = known.peek().filter(|(known, _)| known == source).map_or(0, |(_, place)| place.network);
            let agents = u32::try_from(of_address.len()).unwrap_or(u32::MAX);
            all.add(agents);
            of_networks.entry(network).or_default().add(agents);
            if rest.is_empty() {
                *alone.entry(*agent).or_default() += 1;
            }
        }
    }
    let mut alone: Vec<u64> = alone.into_values().collect();
    alone.sort_unstable_by_key(|count| std::cmp::Reverse(*count));
    (machines.shown, machines.alone) = (all, alone);
    machines.q = (!q.is_empty()).then_some(q);
    of_networks
}

/// Finds machines that are recognised whatever their address is: those with a User-Agent that only one network showed on the day, at one address at a time. The hour in which a
/// machine moves may show both addresses.
fn panels(pairs: &[(Source, u32, Pair)], places: &[(Source, Place)]) -> BTreeMap<u32, Panel> {
    let mut of_agent: HashMap<u32, u32> = HashMap::new();
    for (_, agent, _) in pairs {
        *of_agent.entry(*agent).or_default() += 1;
    }
    let mut rare: Vec<(u32, u32, u32, u32)> = Vec::new();
    let mut known = places.iter().peekable();
    for (source, agent, pair) in pairs {
        while known.next_if(|(known, _)| known < source).is_some() {}
        let few = of_agent.get(agent).is_some_and(|count| *count as usize <= MOST_OF_ONE);
        if !few || !matches!(source, Source::V4(_)) {
            continue;
        }
        let network = known.peek().filter(|(known, _)| known == source).map_or(0, |(_, place)| place.network);
        rare.push((*agent, pair.hours.trailing_zeros(), 31 - pair.hours.leading_zeros().min(31), network));
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

/// Numbers of a part while they are counted: the day's, and each hour's, of both kinds.
#[derive(Default)]
struct InPart {
    v4: Counts,
    v6: Counts,
}

fn parts(
    hours: &HourlyAddresses,
    places: &[(Source, Place)],
    panels: &BTreeMap<u32, Panel>,
    shown: &BTreeMap<u32, Shown>,
) -> Vec<PartCounts> {
    let of = |place: &Place| [Part::Network(place.network), Part::Country(place.country.unwrap_or(Part::NO_COUNTRY))];
    // Parts get numbers in order, so that counting takes no look-up but one for each address.
    let mut numbers: BTreeMap<Part, usize> = BTreeMap::new();
    for (_, place) in places {
        for part in of(place) {
            numbers.entry(part).or_default();
        }
    }
    for (number, place) in numbers.values_mut().enumerate() {
        *place = number;
    }
    let numbered: Vec<(Source, [usize; 2])> =
        places.iter().map(|(source, place)| (*source, of(place).map(|part| numbers[&part]))).collect();
    let mut counts: Vec<InPart> = numbers.iter().map(|_| InPart::default()).collect();
    for (source, parts) in &numbered {
        for part in parts {
            let kind = match source {
                Source::V4(_) => &mut counts[*part].v4,
                Source::V6(_) => &mut counts[*part].v6,
            };
            kind.day += 1;
        }
    }
    for hour in 0..24 {
        let Some(set) = hours.hour(hour) else { continue };
        let mut known = numbered.iter().peekable();
        set.for_each(|source| {
            while known.next_if(|(known, _)| *known < source).is_some() {}
            let Some((_, parts)) = known.peek().filter(|(known, _)| *known == source) else { return };
            for part in parts {
                let kind = match source {
                    Source::V4(_) => &mut counts[*part].v4,
                    Source::V6(_) => &mut counts[*part].v6,
                };
                kind.hours[hour] += 1;
            }
        });
    }
    let line = |(part, counts): (&Part, InPart)| PartCounts {
        part: *part,
        v4: counts.v4.day,
        v4_hour: counts.v4.busiest(),
        v6: counts.v6.day,
        v6_hour: counts.v6.busiest(),
        panel: match part {
            Part::Network(number) => panels.get(number).copied().unwrap_or_default(),
            Part::Country(_) => Panel::default(),
        },
        shown: match part {
            Part::Network(number) => shown.get(number).cloned().unwrap_or_default(),
            Part::Country(_) => Shown::default(),
        },
        between: None,
    };
    numbers.keys().zip(counts).map(line).collect()
}
