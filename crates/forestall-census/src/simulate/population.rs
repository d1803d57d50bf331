// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One life of a population, and what a sinkhole sees of it.

use forestall_model::party::Weekday;
use forestall_model::{Instant, UtcDay};

use super::scenario::{BEHIND_MOST, Behind, Lease, Names, Network, Scenario};
use crate::addresses::Addresses;
use crate::agents::Shown;
use crate::chance::Chance;
use crate::churn::Panel;
use crate::estimate::real;
use crate::hours::HourlyAddresses;
use crate::sketch::{Sketch, SketchKey};
use crate::source::{Protocol, Source};

const HOURS: i64 = 24;

/// What is true.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Truth {
    /// Machines that were on at some time of the first day.
    pub on: u64,
    /// Those of them that met a name of ours.
    pub seen: u64,
    /// Infected machines on the day in the middle of those compared, on or off.
    pub infected: u64,
    /// Distinct addresses of the machines seen on the first day.
    pub addresses: u64,
}

/// What was seen of a network on the first day.
#[derive(Clone, Debug, Default)]
pub(super) struct OfNetwork {
    /// Distinct addresses.
    pub(super) addresses: u64,
    /// User-Agents behind each address.
    pub(super) shown: Shown,
    /// Addresses of the machines that are recognised.
    pub(super) panel: Panel,
    /// Distinct addresses of each day.
    pub(super) daily: Vec<u64>,
}

/// One life of a population.
#[derive(Clone, Debug)]
pub struct Sight {
    /// What is true.
    pub truth: Truth,
    /// The addresses of the first day.
    pub hours: HourlyAddresses,
    /// A sketch of them.
    pub sketch: Sketch,
    /// The addresses of the hour that is compared, of each day.
    pub occasions: Vec<Addresses>,
    pub(super) networks: Vec<OfNetwork>,
    /// Pairs of address and User-Agent in the busiest hour of the first day.
    pub(super) pairs_in_busiest_hour: u64,
}

/// The most days of which the same hour is compared: a week.
const OCCASIONS: u32 = 7;
/// Registers of the sketch: 2^10, for an error of 3.25 %.
const PRECISION: u8 = 10;

/// A machine.
struct Machine {
    agent: u32,
    recognised: bool,
    always_on: bool,
    presence: f64,
    /// The hour in which it is cleaned.
    cleaned: f64,
}

/// What one contact leaves: the day, the hour, the address, the User-Agent.
struct Seen {
    hour: i64,
    address: u32,
    agent: u32,
}

impl Sight {
    /// Lives one life.
    #[must_use]
    pub fn of(scenario: &Scenario, seed: u64, run: u64) -> Self {
        let chance = &mut Chance::new(seed, run);
        let key = chance.bits().to_le_bytes();
        let key = SketchKey::new(std::array::from_fn(|i| key[i % 8]));
        let day = scenario.first_day();
        let mut truth = Truth::default();
        let mut hours = HourlyAddresses::new(day);
        let mut occasions = vec![Addresses::default(); usize::try_from(scenario.days.min(OCCASIONS)).unwrap_or(0)];
        let mut first_day: Vec<(i64, u32, u32)> = Vec::new();
        let weights: Vec<f64> = (1..=scenario.agents).map(|i| f64::from(i).recip()).collect();
        let all: f64 = weights.iter().sum();
        let agents: Vec<f64> = weights.iter().map(|weight| weight / all).collect();
        let mut networks = Vec::with_capacity(scenario.networks.len());
        for (base, network) in (0..).zip(&scenario.networks) {
            let mut world =
                World { scenario, network, first: day, base: base << 24, agents: &agents, chance: &mut *chance };
            let found = world.live(&mut truth);
            let mut of_network = OfNetwork { panel: found.panel, daily: found.daily, ..OfNetwork::default() };
            for seen in &found.seen {
                let (of_day, hour) = (seen.hour.div_euclid(HOURS), seen.hour.rem_euclid(HOURS));
                if of_day == 0 {
                    hours.insert(at(day, seen.hour), Source::V4(seen.address));
                    first_day.push((hour, seen.address, seen.agent));
                }
                if hour == i64::from(scenario.hour)
                    && let Some(occasion) = usize::try_from(of_day).ok().and_then(|day| occasions.get_mut(day))
                {
                    occasion.insert(Source::V4(seen.address));
                }
            }
            let on_first = found.seen.iter().filter(|seen| seen.hour < HOURS);
            let mut pairs: Vec<(u32, u32)> = on_first.map(|seen| (seen.address, seen.agent)).collect();
            pairs.sort_unstable();
            pairs.dedup();
            for of_address in pairs.chunk_by(|one, other| one.0 == other.0) {
                of_network.addresses += 1;
                of_network.shown.add(u32::try_from(of_address.len()).unwrap_or(u32::MAX));
            }
            networks.push(of_network);
        }
        let whole = hours.whole();
        truth.addresses = whole.count(Protocol::V4);
        let mut sketch = Sketch::empty(PRECISION, &key);
        whole.v4.iter().for_each(|address| sketch.insert(&key, Source::V4(address)));
        let busiest = i64::try_from(hours.busiest(Protocol::V4).0).unwrap_or(0);
        first_day.retain(|(hour, ..)| *hour == busiest);
        first_day.sort_unstable();
        first_day.dedup();
        let pairs_in_busiest_hour = first_day.len() as u64;
        Self { truth, hours, sketch, occasions, networks, pairs_in_busiest_hour }
    }
}

fn at(day: UtcDay, hour: i64) -> Instant {
    day.start().plus_seconds(hour * 3_600)
}

/// What a network leaves.
struct Found {
    seen: Vec<Seen>,
    panel: Panel,
    daily: Vec<u64>,
}

/// A network with its machines.
struct World<'a> {
    scenario: &'a Scenario,
    network: &'a Network,
    first: UtcDay,
    base: u32,
    /// The shares of the User-Agents.
    agents: &'a [f64],
    chance: &'a mut Chance,
}

impl World<'_> {
    fn live(&mut self, truth: &mut Truth) -> Found {
        let mut found = Found { seen: Vec::new(), panel: Panel::default(), daily: Vec::new() };
        let mut of_days: Vec<Vec<u32>> = vec![Vec::new(); usize::try_from(self.scenario.days).unwrap_or(0)];
        let middle = f64::from(self.scenario.days.min(OCCASIONS) / 2 * 24);
        let (mut left, mut site) = (self.network.machines, 0_u32);
        while left > 0 {
            let count = self.behind().min(left);
            left -= count;
            let machines: Vec<Machine> = (0..count).map(|_| self.machine()).collect();
            let on: Vec<Vec<i64>> = machines.iter().map(|machine| self.hours_on(machine)).collect();
            let leases = self.leases(site, &on);
            site += 1;
            for (machine, on) in machines.iter().zip(&on) {
                truth.infected += u64::from(machine.cleaned > middle);
                self.ask(machine, on, &leases, truth, &mut found, &mut of_days);
            }
        }
        found.daily = of_days
            .into_iter()
            .map(|mut addresses| {
                addresses.sort_unstable();
                addresses.dedup();
                addresses.len() as u64
            })
            .collect();
        found
    }

    /// Draws how many machines there are behind the next address.
    fn behind(&mut self) -> u32 {
        match self.network.behind {
            Behind::One => 1,
            Behind::Carrier { share, machines } => {
                if self.chance.happens(share) {
                    machines
                } else {
                    1
                }
            }
            Behind::Mean(mean) => {
                let more = 1.0 - 1.0 / mean;
                let mut machines = 1;
                while machines < BEHIND_MOST && self.chance.happens(more) {
                    machines += 1;
                }
                machines
            }
        }
    }

    fn machine(&mut self) -> Machine {
        let cleaned = self
            .network
            .half_life_days
            .map_or(f64::INFINITY, |days| self.chance.waiting(days / std::f64::consts::LN_2) * HOURS as f64);
        let rare = self.network.rare.filter(|rare| self.chance.happens(rare.share));
        Machine {
            agent: u32::try_from(self.chance.place(self.agents)).unwrap_or(u32::MAX),
            recognised: self.chance.happens(self.scenario.recognised),
            always_on: self.chance.happens(self.network.always_on),
            presence: rare.map_or(self.network.presence, |rare| rare.presence),
            cleaned,
        }
    }

    /// Returns the UTC hours in which a machine is on, in order, from the first of the first day on.
    fn hours_on(&mut self, machine: &Machine) -> Vec<i64> {
        let end = i64::from(self.scenario.days) * HOURS;
        let mut on = Vec::new();
        if machine.always_on {
            on.extend((0..end).filter(|hour| (*hour as f64) < machine.cleaned));
            return on;
        }
        // Local days from the one before the first on, of which a part may reach into it, to the one after the last.
        for day in -1..=i64::from(self.scenario.days) {
            if !self.chance.happens(machine.presence * self.of_weekday(day)) {
                continue;
            }
            let start = i64::from(self.network.from + self.chance.below(self.network.within));
            let start = day * HOURS + start - i64::from(self.network.offset);
            for hour in start..start + i64::from(self.network.on_hours) {
                let later = on.last().is_none_or(|last| hour > *last);
                if (0..end).contains(&hour) && later && (hour as f64) < machine.cleaned {
                    on.push(hour);
                }
            }
        }
        on
    }

    fn of_weekday(&self, day: i64) -> f64 {
        let day = self.first.plus(i32::try_from(day).unwrap_or(0));
        match Weekday::of(day) {
            Weekday::Saturday | Weekday::Sunday => self.network.weekend,
            _ => 1.0,
        }
    }

    /// Returns the addresses of a household with the hours from which on it has them.
    fn leases(&mut self, site: u32, on: &[Vec<i64>]) -> Vec<(f64, u32)> {
        let end = f64::from(self.scenario.days) * HOURS as f64;
        match self.network.lease {
            // Each household has one of its own.
            Lease::Static => vec![(f64::NEG_INFINITY, self.base + site % self.network.pool)],
            Lease::Hours(hours) => {
                let begun = self.chance.share() * hours;
                self.renewed(begun, end, |_| hours)
            }
            Lease::Mean(hours) => {
                let begun = self.chance.waiting(hours);
                self.renewed(begun, end, |chance| chance.waiting(hours))
            }
            Lease::Dialled => {
                let mut leases = vec![(f64::NEG_INFINITY, self.address())];
                let first = on.first().map_or(&[][..], Vec::as_slice);
                for pair in first.windows(2) {
                    if pair[1] > pair[0] + 1 {
                        leases.push((pair[1] as f64, self.address()));
                    }
                }
                leases
            }
        }
    }

    fn renewed(&mut self, first_end: f64, end: f64, mut length: impl FnMut(&mut Chance) -> f64) -> Vec<(f64, u32)> {
        let mut leases = vec![(f64::NEG_INFINITY, self.address())];
        let mut next = first_end;
        while next < end {
            leases.push((next, self.address()));
            next += length(self.chance).max(1.0 / 60.0);
        }
        leases
    }

    fn address(&mut self) -> u32 {
        self.base + self.chance.below(self.network.pool)
    }

    /// Has a machine ask in each hour in which it is on, on the days on which it meets a name of ours.
    fn ask(
        &mut self,
        machine: &Machine,
        on: &[i64],
        leases: &[(f64, u32)],
        truth: &mut Truth,
        found: &mut Found,
        of_days: &mut [Vec<u32>],
    ) {
        // In which part of an hour it asks.
        let part = self.chance.share();
        let mut lease = 0;
        let mut addresses: Vec<u32> = Vec::new();
        for of_day in on.chunk_by(|one, other| one.div_euclid(HOURS) == other.div_euclid(HOURS)) {
            let day = of_day[0].div_euclid(HOURS);
            let meets = meets(&self.scenario.names, self.chance);
            if day == 0 {
                truth.on += 1;
                truth.seen += u64::from(meets);
            }
            if !meets {
                continue;
            }
            // Later on only the addresses of the day are looked at, and this machine has one.
            if let ([(_, address)], true) = (leases, day >= i64::from(OCCASIONS)) {
                if let Some(of_day) = usize::try_from(day).ok().and_then(|day| of_days.get_mut(day)) {
                    of_day.push(*address);
                }
                continue;
            }
            addresses.clear();
            for hour in of_day {
                let time = *hour as f64 + part;
                while leases.get(lease + 1).is_some_and(|(from, _)| *from <= time) {
                    lease += 1;
                }
                let address = leases[lease].1;
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
                let compared = day < i64::from(OCCASIONS) && hour.rem_euclid(HOURS) == i64::from(self.scenario.hour);
                if day == 0 || compared {
                    found.seen.push(Seen { hour: *hour, address, agent: machine.agent });
                }
            }
            if day == 0 && machine.recognised {
                found.panel.add(u32::try_from(addresses.len()).unwrap_or(u32::MAX));
            }
            if let Some(of_day) = usize::try_from(day).ok().and_then(|day| of_days.get_mut(day)) {
                of_day.append(&mut addresses);
            }
        }
    }
}

/// Draws whether a machine meets a name of ours: name by name, without repetition.
fn meets(names: &Names, chance: &mut Chance) -> bool {
    let asked = names.asked.unwrap_or(names.listed).min(names.listed);
    (0..names.rounds).any(|_| {
        let (mut left, mut to_draw) = (names.listed, asked);
        let mut drawn = |held: u32, chance: &mut Chance| {
            // Who asks for all names needs no draw.
            if to_draw >= left {
                return held;
            }
            let mut drawn = 0_u32;
            for _ in 0..held {
                // Of the names that are left, so many are still to be drawn.
                if chance.share() * f64::from(left) < f64::from(to_draw) {
                    drawn += 1;
                    to_draw -= 1;
                }
                left -= 1;
            }
            drawn
        };
        let ours = drawn(names.ours, chance);
        if !names.stops || ours == 0 {
            return ours > 0;
        }
        let others = drawn(names.others, chance);
        // The first of them in random order.
        chance.happens(f64::from(ours) / f64::from(ours + others))
    })
}

impl OfNetwork {
    /// The counts of its days.
    pub(super) fn points(&self, first: UtcDay) -> Vec<(UtcDay, f64)> {
        (0..).zip(&self.daily).map(|(day, count)| (first.plus(day), real(*count))).collect()
    }
}
