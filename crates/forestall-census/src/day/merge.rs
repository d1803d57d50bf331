// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The numbers of a day that were made in parts: of what was there when its addresses went, and of what came later.
//!
//! Who is in both parts cannot be looked up any more. Sketches tell how many are in them together, within their error, and no more can be than in all parts added up, nor fewer than in the largest one. Where there is no
//! sketch, as of networks, countries and hours, those two are all that is certain; in between, late events are taken to bring as many new addresses as they do in all. What hangs on single machines that were followed
//! through the day cannot be put together: it is that of the largest part, and where the others are more than a tenth of the requests it is not given.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::part::Part;
use super::totals::{Counts, LeftOut, Machines, PartCounts, Resolvers, Totals, VERSION};
use crate::estimate::{Estimate, Method, real};
use crate::sketch::{self, Sketch};

/// The largest share of requests that came late with which figures of machines are still given.
pub(super) const MOST_LATE: f64 = 0.1;

/// How numbers of sketches came about.
const BY_SKETCHES: Method = Method {
    name: "parts of a day",
    what: "numbers of events that came after the others had lost their addresses are put together by sketches, between the largest part and the sum of all",
    source: "Flajolet, Fusy, Gandouet, Meunier, AofA 2007; the bounds are those of any union",
};
/// How numbers without sketches came about.
const BY_BOUNDS: Method = Method {
    name: "bounds of parts of a day",
    what: "numbers of events that came after the others had lost their addresses are put together as a union: from the largest part to the sum of all",
    source: "the bounds are those of any union",
};
/// What the value between bounds assumes.
const AS_IN_ALL: &str = "within the bounds, events that came late bring as many new addresses as in the whole day";
/// What figures of machines assume of events that came late.
pub(super) const LIKE_THE_OTHERS: &str =
    "machines of the events that came late live like the others, and share addresses as they do";

/// What a report must know of numbers that were put together of parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Late {
    /// Events that are not of the largest part.
    pub events: u64,
    /// Events of all parts.
    pub of: u64,
    /// The share of requests of machines that are not of the largest part.
    pub share: f64,
    /// Distinct IPv4 addresses.
    pub v4: Joined,
    /// Distinct IPv6 networks.
    pub v6: Joined,
    /// Distinct pairs of address and User-Agent.
    pub pairs: Option<Joined>,
    /// Distinct IPv4 addresses of resolvers.
    pub resolvers4: Joined,
    /// Distinct IPv6 networks of resolvers.
    pub resolvers6: Joined,
}

/// A count of several parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Joined {
    /// Of the day.
    pub day: Estimate,
    /// Of its busiest hour.
    pub busiest: Estimate,
}

/// The least and most that the counts of a network or country can be where they were put together of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Between {
    /// Distinct IPv4 addresses of the day.
    pub addresses: (u64, u64),
    /// The same of the busiest hour.
    pub busiest_hour: (u64, u64),
    /// Distinct IPv6 networks of the day.
    pub networks6: (u64, u64),
}

impl Totals {
    /// Returns the numbers of all parts together: of one family and day, of events that are in one of them each. `None` where there are no parts, or they are of several families or days.
    ///
    /// It does not matter in which order they stand.
    #[must_use]
    pub fn joined(mut parts: Vec<Self>) -> Option<Self> {
        // The largest first; of equals, whichever: what is taken of the first alone must not hang on the order.
        parts.sort_by(|one, other| other.events().cmp(&one.events()).then_with(|| one.tie().cmp(&other.tie())));
        let first = parts.first()?;
        if parts.iter().any(|part| part.day != first.day || part.family != first.family) {
            return None;
        }
        if parts.len() == 1 {
            return parts.pop();
        }
        let (of, largest) = (parts.iter().map(Self::events).sum::<u64>(), first.events());
        let (machines, v4, v6, pairs) = machines(&parts.iter().map(|part| &part.machines).collect::<Vec<_>>());
        let (resolvers, resolvers4, resolvers6) =
            resolvers(&parts.iter().map(|part| &part.resolvers).collect::<Vec<_>>());
        let share = match machines.requests {
            0 => 0.0,
            all => real(all - first.machines.requests.min(all)) / real(all),
        };
        let late = Late { events: of - largest, of, share, v4, v6, pairs, resolvers4, resolvers6 };
        let mut all = Self { machines, resolvers, version: VERSION, late: Some(Box::new(late)), ..first.clone() };
        all.without = without(&parts);
        for part in &parts[1..] {
            for (why, left) in &part.left_out {
                let sum: &mut LeftOut = all.left_out.entry(why.clone()).or_default();
                sum.requests += left.requests;
                sum.queries += left.queries;
            }
            add(&mut all.visitors, &part.visitors);
            // What sensors left out is told of the whole day each time; an overlap is that of the largest part at least.
            all.shed.requests = all.shed.requests.max(part.shed.requests);
            all.shed.queries = all.shed.queries.max(part.shed.queries);
            largest_of(&mut all.shared, &part.shared);
        }
        Some(all)
    }

    /// Returns how many events the numbers are of.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.machines.requests + self.resolvers.queries
    }

    /// What tells parts of as many events apart.
    fn tie(&self) -> (u64, u64, u64, &str) {
        (self.machines.requests, self.machines.v4.day, self.resolvers.v4.day, &self.without)
    }
}

fn without(parts: &[Totals]) -> String {
    let all: BTreeSet<&str> = parts.iter().flat_map(|part| part.without.split("; or ")).collect();
    all.into_iter().collect::<Vec<_>>().join("; or ")
}

fn add(all: &mut BTreeMap<String, u64>, more: &BTreeMap<String, u64>) {
    for (key, count) in more {
        *all.entry(key.clone()).or_default() += count;
    }
}

fn largest_of(all: &mut BTreeMap<String, u64>, others: &BTreeMap<String, u64>) {
    for (key, count) in others {
        let kept = all.entry(key.clone()).or_default();
        *kept = (*kept).max(*count);
    }
}

type JoinedMachines = (Machines, Joined, Joined, Option<Joined>);

fn machines(parts: &[&Machines]) -> JoinedMachines {
    let sketch = |of: fn(&super::Sketches) -> &Sketch| -> Option<Vec<&Sketch>> {
        parts.iter().map(|part| part.sketches.as_ref().map(of)).collect()
    };
    let (v4, joined4, share4) = counts(&each(parts, |part| Some(&part.v4)), sketch(|sketches| &sketches.v4));
    let (v6, joined6, share6) = counts(&each(parts, |part| Some(&part.v6)), sketch(|sketches| &sketches.v6));
    let all_pairs: Option<Vec<&Counts>> = parts.iter().map(|part| part.pairs.as_ref()).collect();
    let pairs = all_pairs.map(|pairs| {
        let (pairs, joined, _) = with_share(&pairs, share4);
        (pairs, joined)
    });
    let (pairs, joined_pairs) = pairs.unzip();
    let first = parts[0].clone();
    let machines = Machines {
        requests: parts.iter().map(|part| part.requests).sum(),
        v4,
        v6,
        pairs,
        sampled: parts.iter().map(|part| part.sampled).max().unwrap_or(0),
        parts: networks_and_countries(parts, (share4, share6)),
        sketches: merged(parts.iter().map(|part| part.sketches.as_ref())),
        ..first
    };
    (machines, joined4, joined6, joined_pairs)
}

fn resolvers(parts: &[&Resolvers]) -> (Resolvers, Joined, Joined) {
    let sketch = |of: fn(&super::Sketches) -> &Sketch| -> Option<Vec<&Sketch>> {
        parts.iter().map(|part| part.sketches.as_ref().map(of)).collect()
    };
    let (v4, joined4, _) = counts(&each(parts, |part| Some(&part.v4)), sketch(|sketches| &sketches.v4));
    let (v6, joined6, _) = counts(&each(parts, |part| Some(&part.v6)), sketch(|sketches| &sketches.v6));
    let mut names_of = BTreeMap::new();
    parts.iter().for_each(|part| largest_of(&mut names_of, &part.names_of));
    let resolvers = Resolvers {
        queries: parts.iter().map(|part| part.queries).sum(),
        v4,
        v6,
        // Names of a part are those of the other one again; there are as many at least.
        names: parts.iter().map(|part| part.names).max().unwrap_or(0),
        names_of,
        may_be_forged: parts.iter().map(|part| part.may_be_forged).sum(),
        sketches: merged(parts.iter().map(|part| part.sketches.as_ref())),
    };
    (resolvers, joined4, joined6)
}

fn each<'a, T>(parts: &[&'a T], of: impl Fn(&'a T) -> Option<&'a Counts>) -> Vec<&'a Counts> {
    parts.iter().filter_map(|part| of(part)).collect()
}

/// Merges the sketches of all parts; none where one has none, or they do not merge.
fn merged<'a>(parts: impl Iterator<Item = Option<&'a super::Sketches>>) -> Option<super::Sketches> {
    let mut all: Option<super::Sketches> = None;
    for part in parts {
        let part = part?;
        match &mut all {
            None => all = Some(part.clone()),
            Some(all) => all.merge(part).ok()?,
        }
    }
    all
}

/// Puts counts together with the help of sketches of the day, and says which share of what is not in the largest part is new; where there are no sketches that is not known, and half is taken.
fn counts(parts: &[&Counts], sketches: Option<Vec<&Sketch>>) -> (Counts, Joined, f64) {
    let days: Vec<u64> = parts.iter().map(|part| part.day).collect();
    let (most, sum) = (days.iter().copied().max().unwrap_or(0), days.iter().sum::<u64>());
    let together = sketches.and_then(|sketches| {
        let (first, rest) = sketches.split_first()?;
        let mut all = (*first).clone();
        rest.iter().try_for_each(|sketch| all.merge(sketch)).ok()?;
        Some(all.count())
    });
    let Some(together) = together else { return with_share(parts, 0.5) };
    if most == sum {
        return with_share(parts, 0.0);
    }
    let (least, largest) = (real(most), real(sum));
    let together = together.held_to(least, largest);
    let value = together.value().round();
    let mut assumptions = sketch::ASSUMPTIONS.to_vec();
    assumptions.push("no event is in two parts");
    let interval = (together.low(), together.high());
    let day = Estimate::new(value, together.error(), interval, BY_SKETCHES, &assumptions);
    let share = (value - least) / (largest - least);
    let (counts, joined, share) = with_share(parts, share);
    (Counts { day: whole(value), ..counts }, Joined { day, ..joined }, share)
}

/// Puts counts together where that share of what is not in the largest part is new.
fn with_share(parts: &[&Counts], share: f64) -> (Counts, Joined, f64) {
    let of = |numbers: Vec<u64>| union(&numbers, share);
    let (day, low, high) = of(parts.iter().map(|part| part.day).collect());
    let hours: [(u64, u64, u64); 24] =
        std::array::from_fn(|hour| of(parts.iter().map(|part| part.hours[hour]).collect()));
    let busiest = |at: fn(&(u64, u64, u64)) -> u64| hours.iter().map(at).max().unwrap_or(0);
    let hour = (busiest(|hour| hour.0), busiest(|hour| hour.1), busiest(|hour| hour.2));
    let counts = Counts { day, hours: hours.map(|(value, _, _)| value) };
    (counts, Joined { day: between(day, low, high), busiest: between(hour.0, hour.1, hour.2) }, share)
}

/// Returns a number between the largest and the sum, with these two.
fn union(numbers: &[u64], share: f64) -> (u64, u64, u64) {
    let (most, sum) = (numbers.iter().copied().max().unwrap_or(0), numbers.iter().sum::<u64>());
    (most + whole(real(sum - most) * share).min(sum - most), most, sum)
}

/// Makes the estimate of a number of which nothing but its bounds is certain; the error is that of any number between them.
pub(super) fn between(value: u64, low: u64, high: u64) -> Estimate {
    if low == high {
        return Estimate::counted(value);
    }
    let error = (real(high) - real(low)) / 12_f64.sqrt();
    Estimate::new(real(value), error, (real(low), real(high)), BY_BOUNDS, &[AS_IN_ALL, "no event is in two parts"])
}

/// Rounds a number that is not below zero.
fn whole(value: f64) -> u64 {
    // Counts are far below 2^53, and no more than one octet of exponent is lost.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rounded count, held between two counts"
    )]
    let whole = value.round().max(0.0) as u64;
    whole
}

fn networks_and_countries(parts: &[&Machines], (share4, share6): (f64, f64)) -> Vec<PartCounts> {
    let mut all: BTreeMap<Part, Vec<&PartCounts>> = BTreeMap::new();
    for counts in parts.iter().flat_map(|part| &part.parts) {
        all.entry(counts.part).or_default().push(counts);
    }
    let line = |(part, each): (Part, Vec<&PartCounts>)| {
        let of = |count: fn(&PartCounts) -> u64, share| {
            union(&each.iter().map(|counts| count(counts)).collect::<Vec<_>>(), share)
        };
        let v4 = of(|counts| counts.v4, share4);
        let v4_hour = of(|counts| counts.v4_hour, share4);
        let v6 = of(|counts| counts.v6, share6);
        let v6_hour = of(|counts| counts.v6_hour, share6);
        // Of those that were followed, what the largest part says; it stands first.
        let first = parts[0].parts.iter().find(|counts| counts.part == part);
        let between =
            Between { addresses: (v4.1, v4.2), busiest_hour: (v4_hour.1, v4_hour.2), networks6: (v6.1, v6.2) };
        PartCounts {
            part,
            v4: v4.0,
            v4_hour: v4_hour.0,
            v6: v6.0,
            v6_hour: v6_hour.0,
            panel: first.map(|counts| counts.panel).unwrap_or_default(),
            shown: first.map(|counts| counts.shown.clone()).unwrap_or_default(),
            between: (each.len() > 1).then_some(between),
        }
    };
    all.into_iter().map(line).collect()
}

impl Late {
    /// Applies to a figure of machines that hangs on the largest part, or says why it cannot be given.
    pub(super) fn applied(&self, of: &Estimate) -> Result<Estimate, String> {
        if self.share > MOST_LATE {
            return Err(format!(
                "{:.0} % of the requests came after the others had lost their addresses, more than {:.0} %: machines cannot be followed from the one to the other",
                100.0 * self.share,
                100.0 * MOST_LATE
            ));
        }
        let day = &self.v4.day;
        let error = if day.value() > 0.0 { day.error() / day.value() } else { 0.0 };
        Ok(of.times(&Estimate::log_normal(1.0, error, BY_SKETCHES, &[LIKE_THE_OTHERS])))
    }
}
