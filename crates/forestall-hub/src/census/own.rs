// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The infected machines of a party's own networks on a day, and the files that it gets of them.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;

use forestall_census::Source;
use forestall_census::day::Within;
use forestall_formats::feed::Publisher;
use forestall_formats::infected::{Infected, InfectedReport};
use forestall_formats::{shadowserver_http, xarf_infected};
use forestall_lake::Lake;
use forestall_lake::enrich::{Country, Of};
use forestall_lake::tally::{self, Contacted};
use forestall_model::marking::{Withheld, release};
use forestall_model::{Audience, Instant, Marking, Released, Tlp, UtcDay};

use super::CensusError;

/// How machines are marked that go to whoever answers for their network: for the organisation, and for its clients whose machines they are.
pub(crate) const OWN_MARKING: Marking = Marking { tlp: Tlp::Amber, ..Marking::DEFAULT };

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OwnForm {
    /// CSV in the columns of Shadowserver's report `event4_sinkhole_http`.
    Shadowserver,
    /// X-ARF version 4, a report a line.
    Xarf,
}

impl OwnForm {
    /// Reads its word.
    pub(crate) fn of(word: &str) -> Option<Self> {
        match word {
            "shadowserver" => Some(Self::Shadowserver),
            "xarf" => Some(Self::Xarf),
            _ => None,
        }
    }

    /// Returns its media type.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Shadowserver => "text/csv; charset=utf-8",
            Self::Xarf => "application/jsonl",
        }
    }

    /// Returns what the names of its files end in.
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Shadowserver => "csv",
            Self::Xarf => "jsonl",
        }
    }

    /// Returns what the record of disclosures calls it.
    pub(crate) const fn told(self) -> &'static str {
        match self {
            Self::Shadowserver => "in the columns of Shadowserver",
            Self::Xarf => "as X-ARF",
        }
    }

    /// Writes a report.
    pub(crate) fn write(
        self,
        report: &Released<InfectedReport>,
        publisher: &Publisher,
        out: &mut Vec<u8>,
    ) -> io::Result<()> {
        match self {
            Self::Shadowserver => shadowserver_http::write(report, out).map(drop),
            Self::Xarf => xarf_infected::write(report, publisher, out).map(drop),
        }
    }
}

/// Machines of a day in the networks of a party.
#[derive(Clone, Debug)]
pub(crate) struct Own {
    /// Of which networks, with the machines of each family; an address of several of them is in each.
    pub(crate) counts: Vec<(Of, BTreeMap<String, u64>)>,
    /// The machines, an address and family once.
    pub(crate) machines: OwnMachines,
    /// Whether addresses have given way to pseudonyms, so that machines cannot be told any more.
    pub(crate) gone: bool,
}

impl Own {
    /// Counts the machines of a family in a country by their network.
    pub(super) fn within(&self, country: Country, family: &str) -> Vec<Within> {
        let there =
            self.machines.0.iter().filter(|machine| machine.family == family && machine.about.country == Some(country));
        Within::of(there.map(|machine| (Source::of(machine.address), machine.about.asn, machine.requests)))
    }
}

/// The machines with their marking: they are for those who can clean them.
#[derive(Clone, Debug)]
pub(crate) struct OwnMachines(Vec<Contacted>);

impl OwnMachines {
    /// Returns how many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the report of them, through the gate to the organisation that answers for them.
    pub(crate) fn released(self, now: Instant) -> Result<Released<InfectedReport>, Withheld> {
        let machines = self.0.into_iter().map(infected).collect();
        release(InfectedReport { marking: OWN_MARKING, machines }, Audience::Organisation, now)
    }
}

/// Reads the machines of a day in some networks. It waits for the lake.
pub(super) fn read(url: &str, day: UtcDay, networks: &[Of]) -> Result<Own, CensusError> {
    let lake = Lake::open(url)?;
    let mut all: BTreeMap<(IpAddr, String), Contacted> = BTreeMap::new();
    let (mut counts, mut pseudonyms) = (Vec::new(), 0);
    for of in networks {
        let found = tally::machines(&lake, day, of, None)?;
        pseudonyms += found.pseudonyms;
        let mut families: BTreeMap<String, u64> = BTreeMap::new();
        for machine in found.machines {
            *families.entry(machine.family.clone()).or_default() += 1;
            all.insert((machine.address, machine.family.clone()), machine);
        }
        counts.push((*of, families));
    }
    let machines: Vec<Contacted> = all.into_values().collect();
    let gone = machines.is_empty() && pseudonyms > 0;
    Ok(Own { counts, machines: OwnMachines(machines), gone })
}

/// Returns a machine of the lake as those who can clean it are told of it.
#[must_use]
pub fn infected(machine: Contacted) -> Infected {
    let url = match &machine.query {
        Some(query) => format!("{}?{query}", machine.path),
        None => machine.path.clone(),
    };
    Infected {
        address: machine.address,
        port: machine.port,
        family: machine.family,
        first_seen: machine.first,
        last_seen: machine.last,
        count: machine.requests,
        asn: machine.about.asn,
        country: machine.about.country.map(|country| country.to_string()).unwrap_or_default(),
        destination: machine.destination,
        destination_port: machine.destination_port,
        application: machine.kind,
        url,
        host: machine.host,
        agent: machine.agent,
        also: machine.also,
    }
}
