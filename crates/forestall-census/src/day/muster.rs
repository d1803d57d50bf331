// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Requests of machines, one by one, to the numbers of a day.

use forestall_model::{Instant, UtcDay};

use super::count;
use super::pairs;
use super::requests::{self, Requests};
use super::samples::SampleSets;
use super::seen::Seen;
use super::sketches::Sketches;
use super::totals::Machines;
use crate::addresses::Addresses;
use crate::behind::Request;
use crate::hours::hour_within;
use crate::sketch::SketchKey;
use crate::source::Source;

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

/// What the machines of one family showed on one day, in bounded memory but for the addresses: some 36 octets for each of IPv4, whatever the number of hours.
///
/// The order in which visits come changes nothing, but for where an address is said to belong to several networks: then the first holds.
#[derive(Debug)]
pub struct Muster {
    day: UtcDay,
    v4: Seen<u32>,
    v6: Seen<u64>,
    most_pairs: usize,
    /// How often the addresses were halved of which pairs are kept.
    level: u32,
    requests: Requests,
    samples: SampleSets,
    visits: u64,
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
            day,
            v4: Seen::new(),
            v6: Seen::new(),
            most_pairs: most_pairs.max(1),
            level: 0,
            requests: Requests::new(most_requests),
            samples: SampleSets::default(),
            visits: 0,
        }
    }

    /// Returns the day.
    #[must_use]
    pub fn day(&self) -> UtcDay {
        self.day
    }

    /// Adds a visit; `false` where it is of another day, and nothing is added.
    #[inline]
    pub fn add(&mut self, visit: &Visit) -> bool {
        let Some(hour) = hour_within(self.day, visit.at) else { return false };
        self.visits += 1;
        let request = Request { at: visit.at, agent: u64::from(visit.agent), q: visit.q, port: visit.port };
        self.requests.add(visit.source, hour, request);
        if self.samples.is_second(visit.sample) {
            self.take();
            self.samples.begin(|hour| self.v4.numbers(Some(hour)));
        }
        self.samples.add(visit.sample, hour, visit.source);
        let pair = (visit.agent, visit.q);
        let taken = match visit.source {
            Source::V4(number) => self.v4.add(number, hour, pair, visit.place, self.level),
            Source::V6(number) => self.v6.add(number, hour, pair, visit.place, self.level),
        };
        if taken {
            self.bound();
        }
        true
    }

    /// Takes all visits that wait.
    fn take(&mut self) {
        self.v4.take_all(self.level);
        self.v6.take_all(self.level);
        self.bound();
    }

    /// Halves the addresses of which pairs are kept, until there are not too many.
    fn bound(&mut self) {
        while self.v4.pairs() + self.v6.pairs() > self.most_pairs {
            self.level += 1;
            self.v4.keep(self.level);
            self.v6.keep(self.level);
        }
    }

    /// Returns the addresses of the day.
    #[must_use]
    pub fn addresses(&mut self) -> Addresses {
        self.take();
        Addresses::of_sorted(self.v4.numbers(None), self.v6.numbers(None))
    }

    /// Returns sketches of the addresses of the day.
    #[must_use]
    pub fn sketches(&mut self, key: &SketchKey) -> Sketches {
        Sketches::of(&self.addresses(), key)
    }

    /// Returns the numbers of the day.
    #[must_use]
    pub fn finish(self) -> Machines {
        self.finish_with(&[])
    }

    /// Returns the numbers of the day, with what the samples are, by their numbers.
    #[must_use]
    pub fn finish_with(mut self, samples_are: &[String]) -> Machines {
        self.take();
        let Self { v4, v6, level, requests, samples, visits, .. } = self;
        let mut machines = count::machines(&v4, &v6, level);
        machines.requests = visits;
        machines.behind = requests.behind();
        machines.samples = samples.finish(machines.v4.busiest_hour(), samples_are);
        machines
    }
}
