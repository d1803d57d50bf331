// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The figures of a day, each with its definition, interval and method, or with the reason why there is none.

use std::collections::BTreeMap;

use forestall_model::UtcDay;
use serde::Serialize;

use super::held::Held;
use super::merge::{Between, Joined, Late};
use super::part::Part;
use super::recapture;
use super::totals::{Counts, LeftOut, Machines, PartCounts, Resolvers, Shed, Totals};
use crate::agents::{self, AgentShares, Shown};
use crate::bounds::{self, Bounds};
use crate::churn::{self, Panel, Whence};
use crate::definition::{Definition, Evidence, Span, Unit};
use crate::estimate::{Estimate, Method, NoEstimate, real};
use crate::figure::Figure;
use crate::q_sum::QTotal;
use crate::source::Protocol;

/// The fewest machines of a panel: with fewer, a single one that moves often decides the figure.
pub(super) const LEAST_PANEL: u64 = 20;

/// Why no figure of machines is made of pairs, panels and User-Agents that are those of a sample.
const OF_A_SAMPLE: &str = "there were more pairs of address and User-Agent than are kept, so that machines could not be followed from one address to another";

/// What is done about networks of which too few machines could be followed.
const REST: Method = Method {
    name: "networks by analogy",
    what: "networks of which too few machines could be followed are taken together, with the panel of all",
    source: "pooling of strata, Cochran 1977, chapter 5A",
};
/// What that assumes.
const LIKE_THE_OTHERS: &str =
    "networks of which too few machines could be followed re-address like the others on average";

/// A figure, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Entry {
    /// It.
    Given {
        /// A short name.
        name: &'static str,
        /// The figure.
        figure: Box<Figure>,
    },
    /// Why it cannot be given.
    NotGiven {
        /// A short name.
        name: &'static str,
        /// What it would count.
        would_count: String,
        /// Why there is none.
        why: String,
    },
}

impl Entry {
    /// Returns the short name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Given { name, .. } | Self::NotGiven { name, .. } => name,
        }
    }

    /// Returns the figure, where there is one.
    #[must_use]
    pub fn figure(&self) -> Option<&Figure> {
        match self {
            Self::Given { figure, .. } => Some(figure),
            Self::NotGiven { .. } => None,
        }
    }
}

/// The numbers of a network or country. What they count is [`DayReport::parts_count`], with the part in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartLine {
    /// Of what.
    pub part: Part,
    /// Distinct IPv4 addresses of the day.
    pub addresses: u64,
    /// Distinct IPv4 addresses of its busiest hour.
    pub busiest_hour: u64,
    /// How many times the busiest hour's the day's are: how much the part re-addresses.
    pub growth: Option<f64>,
    /// Distinct IPv6 networks of the day, never added to the addresses.
    pub networks6: u64,
    /// Machines that were on, where enough of them could be followed.
    pub machines: Option<Estimate>,
    /// What these counts can be, where events came after others had lost their addresses, so that nobody knows how many are in both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub between: Option<Between>,
}

/// All that is said of a family on a day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DayReport {
    /// The day.
    #[serde(serialize_with = "day_text")]
    pub day: UtcDay,
    /// The family.
    pub family: String,
    /// Figures of machines, from connections.
    pub machines: Vec<Entry>,
    /// Bounds of the machines that were seen; none where there were no connections.
    pub bounds: Option<Bounds>,
    /// Bounds of the machines that asked: the same over the probability that a machine is seen.
    pub bounds_of_all: Option<Bounds>,
    /// How many times the busiest hour's IPv4 addresses the day's are.
    pub growth: Option<f64>,
    /// The sum of q, with its warning.
    pub q_sum: Option<QTotal>,
    /// How many names we held and how bots ask, with who says so.
    pub names: Names,
    /// Figures of resolvers, from queries. They say nothing of how many machines there are.
    pub resolvers: Vec<Entry>,
    /// Queries of resolvers.
    pub queries: u64,
    /// Of these, over UDP without a cookie of ours: their addresses may be forged.
    pub may_be_forged: u64,
    /// Requests of machines that were counted.
    pub requests: u64,
    /// Who was left out.
    pub left_out: BTreeMap<String, LeftOut>,
    /// Visitors that do not speak as the family does, by whom they seem to be; in no figure.
    pub visitors: BTreeMap<String, u64>,
    /// Events that sensors left out under load.
    pub shed: Shed,
    /// IPv4 addresses seen with other families as well: an overlap, no sum.
    pub shared: BTreeMap<String, u64>,
    /// What the lines of networks and countries count.
    pub parts_count: Definition,
    /// Networks, most addresses first.
    pub networks: Vec<PartLine>,
    /// Countries, most addresses first.
    pub countries: Vec<PartLine>,
    /// What a reader must know besides.
    pub notes: Vec<String>,
}

/// How many names we held, as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Names {
    /// How it is known.
    pub how: String,
    /// Distinct names that resolvers asked for and got.
    pub asked_for: u64,
    /// The readings, each as one line.
    pub readings: Vec<String>,
}

fn day_text<S: serde::Serializer>(day: &UtcDay, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

impl DayReport {
    /// Makes the report of a day.
    #[must_use]
    pub fn of(totals: &Totals, held: &Held) -> Self {
        let maker = Maker { totals, held };
        let machines = &totals.machines;
        let any = machines.requests > 0;
        let behind = maker.behind(&machines.shown);
        let bounds = any.then(|| {
            let pairs = machines.pairs.as_ref().map_or_else(|| machines.v4.busiest(), Counts::busiest);
            let least = maker.joined(|late| late.pairs.as_ref()).map(|pairs| pairs.busiest.low());
            let most = maker.joined(|late| Some(&late.v4)).map(|v4| v4.day.high());
            bounds::between(
                least.unwrap_or(real(pairs)),
                most.unwrap_or(real(machines.v4.day)),
                behind.as_ref().map_or(1.0, Estimate::value),
            )
        });
        let probabilities = held.probabilities().filter(|(low, _)| *low > 0.0);
        let bounds_of_all = bounds
            .zip(probabilities)
            .map(|(bounds, (least, most))| Bounds { low: bounds.low / most, high: bounds.high / least });
        let (networks, countries) = maker.parts();
        let mut notes = Vec::new();
        if machines.sampled > 0 {
            notes.push(format!(
                "User-Agents and q are those of one address of {}; addresses are all counted",
                1_u64 << machines.sampled.min(63)
            ));
        }
        if totals.shed.requests > 0 || totals.shed.queries > 0 {
            notes.push(format!(
                "sensors left out {} requests and {} queries of all families under load: counts of addresses are too low by those seen in these alone",
                totals.shed.requests, totals.shed.queries
            ));
        }
        if let Some(late) = &totals.late {
            notes.push(told(late));
        }
        let names = Names {
            how: held.how.clone(),
            asked_for: totals.resolvers.names,
            readings: held
                .told()
                .iter()
                .map(|told| {
                    let asked = told.asked.map_or_else(|| "all".to_owned(), |asked| asked.to_string());
                    let others = if told.stops { format!(", stops at the first answer, others hold {}", told.others) } else { String::new() };
                    format!(
                        "{} of {} names held, a bot asks for {asked} in each of {} rounds{others}: seen with {:.1} % ({})",
                        told.held, told.listed, told.rounds, 100.0 * told.probability, told.source
                    )
                })
                .collect(),
        };
        Self {
            day: totals.day,
            family: totals.family.clone(),
            machines: maker.machines(),
            bounds,
            bounds_of_all,
            growth: machines.v4.growth(),
            q_sum: machines.q,
            names,
            resolvers: maker.resolvers(),
            queries: totals.resolvers.queries,
            may_be_forged: totals.resolvers.may_be_forged,
            requests: machines.requests,
            left_out: totals.left_out.clone(),
            visitors: totals.visitors.clone(),
            shed: totals.shed,
            shared: totals.shared.clone(),
            parts_count: maker.of_machines(Unit::Addresses4, Span::Day),
            networks,
            countries,
            notes,
        }
    }

    /// Makes the figures of machines alone.
    pub(super) fn figures_of_machines(totals: &Totals, held: &Held) -> Vec<Entry> {
        let maker = Maker { totals, held };
        maker.machines()
    }

    /// Returns a figure by its short name, where it is given.
    #[must_use]
    pub fn figure(&self, name: &str) -> Option<&Figure> {
        self.machines.iter().chain(&self.resolvers).find(|entry| entry.name() == name)?.figure()
    }
}

/// Says why there is no request to count: that none came, or that all that came were left out.
pub(super) fn nobody(left_out: &BTreeMap<String, LeftOut>) -> String {
    let reasons: Vec<(&str, u64)> = left_out
        .iter()
        .map(|(why, left)| (why.as_str(), left.requests))
        .filter(|(_, requests)| *requests > 0)
        .collect();
    match reasons[..] {
        [] => "no machine connected that speaks as the family does".to_owned(),
        [(why, 1)] => format!("the one request of a machine that speaks as the family does was left out, as {why}"),
        _ => {
            let all = reasons.iter().map(|(_, requests)| requests).fold(0_u64, |all, some| all.saturating_add(*some));
            let each: Vec<String> = reasons.iter().map(|(why, requests)| format!("{requests} as {why}")).collect();
            let each = each.join(", ");
            format!("all {all} requests of machines that speak as the family does were left out: {each}")
        }
    }
}

struct Maker<'a> {
    totals: &'a Totals,
    held: &'a Held,
}

impl Maker<'_> {
    fn machines(&self) -> Vec<Entry> {
        let machines = &self.totals.machines;
        if machines.requests == 0 {
            let why = Err(nobody(&self.totals.left_out));
            return vec![self.entry("addresses of the day", Unit::Addresses4, Span::Day, why)];
        }
        let v4 = self.counted(&machines.v4, |late| Some(&late.v4));
        let v6 = self.counted(&machines.v6, |late| Some(&late.v6));
        let pairs = machines.pairs.as_ref().map(|pairs| self.counted(pairs, |late| late.pairs.as_ref()));
        let pairs = pairs.ok_or_else(|| "there were more pairs than are kept".to_owned());
        let (pairs_of_hour, pairs_of_day) = (pairs.clone().map(|pairs| pairs.busiest), pairs.map(|pairs| pairs.day));
        let mut entries = vec![
            self.entry("addresses of the day", Unit::Addresses4, Span::Day, Ok(v4.day)),
            self.entry("addresses of the busiest hour", Unit::Addresses4, Span::Hour, Ok(v4.busiest)),
            self.entry("pairs of the busiest hour", Unit::AddressAgents, Span::Hour, pairs_of_hour),
            self.entry("pairs of the day", Unit::AddressAgents, Span::Day, pairs_of_day),
        ];
        if machines.v6.day > 0 {
            entries.push(self.entry("IPv6 networks of the day", Unit::Networks6, Span::Day, Ok(v6.day)));
            entries.push(self.entry("IPv6 networks of the busiest hour", Unit::Networks6, Span::Hour, Ok(v6.busiest)));
        }
        let recaptured = recapture::machines(machines.samples.as_ref(), self.held);
        let recaptured = recaptured.and_then(|machines| self.of_all_parts(machines));
        entries.push(self.entry("machines of the busiest hour", Unit::MachinesOn, Span::Hour, recaptured));
        entries.push(self.entry("machines that were on", Unit::MachinesOn, Span::Day, self.machines_on()));
        entries
    }

    /// Returns counts as estimates: counted exactly, or as they were put together of parts.
    fn counted(&self, counts: &Counts, of: fn(&Late) -> Option<&Joined>) -> Joined {
        let exact = || Joined { day: Estimate::counted(counts.day), busiest: Estimate::counted(counts.busiest()) };
        self.joined(of).cloned().unwrap_or_else(exact)
    }

    fn joined(&self, of: fn(&Late) -> Option<&Joined>) -> Option<&Joined> {
        self.totals.late.as_deref().and_then(of)
    }

    /// Returns a figure of machines that was made of the largest part of the events as one of all of them, or why that cannot be done.
    fn of_all_parts(&self, machines: Estimate) -> Result<Estimate, String> {
        match &self.totals.late {
            Some(late) => late.applied(&machines),
            None => Ok(machines),
        }
    }

    /// Machines behind an address, on average over those that showed these User-Agents.
    fn behind(&self, shown: &Shown) -> Result<Estimate, String> {
        let told = |error: NoEstimate| format!("machines behind one address are not known: {error}");
        let shares = AgentShares::of_counts(self.totals.machines.alone.iter().copied()).map_err(told)?;
        let all = agents::machines(shown, &shares).map_err(told)?;
        all.over(&Estimate::counted(shown.addresses())).map_err(told)
    }

    /// Says why machines cannot be told from addresses on this day at all.
    fn hindrance(&self) -> Result<(), String> {
        if self.totals.machines.sampled > 0 {
            return Err(OF_A_SAMPLE.to_owned());
        }
        if self.held.readings.is_empty() {
            return Err("how many of the day's names we held, and how bots ask, is not known".to_owned());
        }
        Ok(())
    }

    /// Machines of one network, or of several taken together, that reached us.
    fn reached(&self, addresses: u64, panel: &Panel, shown: &Shown) -> Result<Estimate, String> {
        if panel.machines() < LEAST_PANEL {
            return Err(format!(
                "only {} machines could be followed whatever their address was, expected at least {LEAST_PANEL}: how many addresses a machine had in the day is not known",
                panel.machines()
            ));
        }
        let machines = churn::machines(addresses, panel, Whence::Among, None).map_err(|error| error.to_string())?;
        Ok(machines.times(&self.behind(shown)?))
    }

    /// Machines of one network that asked.
    fn machines_of_network(&self, counts: &PartCounts) -> Result<Estimate, String> {
        self.hindrance()?;
        let reached = self.reached(counts.v4, &counts.panel, &counts.shown)?;
        self.held.machines(&self.of_all_parts(reached)?).map_err(|error| error.to_string())
    }

    /// Machines that asked: network by network, as networks re-address unlike each other, and all those together of which too few machines could be followed.
    fn machines_on(&self) -> Result<Estimate, String> {
        self.hindrance()?;
        let machines = &self.totals.machines;
        let (mut parts, mut rest, mut shown) = (Vec::new(), 0, Shown::default());
        for counts in machines.parts.iter().filter(|counts| matches!(counts.part, Part::Network(_)) && counts.v4 > 0) {
            match self.reached(counts.v4, &counts.panel, &counts.shown) {
                Ok(reached) => parts.push(reached),
                Err(_) => {
                    rest += counts.v4;
                    shown.merge(&counts.shown);
                }
            }
        }
        if rest > 0 {
            let others = self.reached(rest, &machines.panel, &shown)?;
            // Of the rest nothing is known but by analogy: it must not be the most.
            if !parts.is_empty() && 2 * rest > machines.v4.day {
                return Err(format!(
                    "{rest} of {} addresses belong to networks of which too few machines could be followed: how many addresses a machine had there is not known",
                    machines.v4.day
                ));
            }
            parts.push(others.by(REST, &[LIKE_THE_OTHERS]));
        }
        let reached = Estimate::sum(&parts).ok_or_else(|| NoEstimate::NothingSeen.to_string())?;
        self.held.machines(&self.of_all_parts(reached)?).map_err(|error| error.to_string())
    }

    fn resolvers(&self) -> Vec<Entry> {
        let Resolvers { queries, v4, v6, .. } = &self.totals.resolvers;
        if *queries == 0 {
            return Vec::new();
        }
        let mut entries = Vec::new();
        let mut add = |name, span, estimate: Estimate| {
            let definition = self.definition(Unit::Resolvers, Evidence::ResolverAsked, span);
            entries.extend(
                definition.map(|definition| Entry::Given { name, figure: Box::new(Figure::new(estimate, definition)) }),
            );
        };
        let of_v4 = self.counted(v4, |late| Some(&late.resolvers4));
        add("resolvers of the day (IPv4)", Span::Day, of_v4.day);
        add("resolvers of the busiest hour (IPv4)", Span::Hour, of_v4.busiest);
        if v6.day > 0 {
            let of_v6 = self.counted(v6, |late| Some(&late.resolvers6));
            add("resolvers of the day (IPv6 networks)", Span::Day, of_v6.day);
        }
        entries
    }

    fn parts(&self) -> (Vec<PartLine>, Vec<PartLine>) {
        let line = |counts: &PartCounts| PartLine {
            part: counts.part,
            addresses: counts.v4,
            busiest_hour: counts.v4_hour,
            growth: (counts.v4_hour > 0).then(|| real(counts.v4) / real(counts.v4_hour)),
            networks6: counts.v6,
            machines: Some(counts)
                .filter(|counts| matches!(counts.part, Part::Network(_)) && !counts.part.is_unknown())
                .and_then(|counts| self.machines_of_network(counts).ok()),
            between: counts.between,
        };
        let mut lines: Vec<PartLine> = self.totals.machines.parts.iter().map(line).collect();
        lines.sort_by_key(|line| (std::cmp::Reverse((line.addresses, line.networks6)), line.part));
        lines.into_iter().partition(|line| matches!(line.part, Part::Network(_)))
    }

    fn entry(&self, name: &'static str, unit: Unit, span: Span, estimate: Result<Estimate, String>) -> Entry {
        let definition = self.of_machines(unit, span);
        match estimate {
            Ok(estimate) => Entry::Given { name, figure: Box::new(Figure::new(estimate, definition)) },
            Err(why) => Entry::NotGiven { name, would_count: definition.to_string(), why },
        }
    }

    fn of_machines(&self, unit: Unit, span: Span) -> Definition {
        definition_of_machines(self.totals, self.held, unit, span)
    }

    fn definition(&self, unit: Unit, evidence: Evidence, span: Span) -> Option<Definition> {
        let of = of(self.totals, self.held);
        let made = Definition::new(unit, evidence, (span, self.totals.day), of, self.held.share);
        made.ok().map(|made| made.without(&self.totals.without))
    }
}

/// Tells of numbers that were put together of parts.
fn told(late: &Late) -> String {
    format!(
        "{} of {} events came after the others had lost their addresses: counts of addresses have an interval, those of hours, networks and countries lie between bounds, overlaps with other families and names that were asked for \
         are at least as many as stand here, and what is made of User-Agents and q is of the other events",
        late.events, late.of
    )
}

fn of<'a>(totals: &'a Totals, held: &'a Held) -> &'a str {
    if held.of.is_empty() { &totals.family } else { &held.of }
}

/// Returns the definition of a figure of machines.
pub(super) fn definition_of_machines(totals: &Totals, held: &Held, unit: Unit, span: Span) -> Definition {
    let when = (span, totals.day);
    Definition::of_machines(unit, when, of(totals, held), held.share).without(&totals.without)
}

impl Machines {
    /// Says whether any machine was seen with an address of a kind.
    #[must_use]
    pub fn any(&self, protocol: Protocol) -> bool {
        self.addresses(protocol).day > 0
    }
}
