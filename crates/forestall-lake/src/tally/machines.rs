// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The machines of one network, range or country, address by address: what somebody gets who can clean them.
//!
//! Only requests of machines that spoke as a family does are taken, of nobody who is left out, and only with addresses in clear. Queries of resolvers are not: behind a resolver stand others.

use std::collections::BTreeMap;
use std::net::IpAddr;

use forestall_model::{Instant, UtcDay};

use super::TallyError;
use super::contacts::BOT;
use crate::enrich::{About, Country, Of};
use crate::lake::{File, Lake, NONE};
use crate::read::Who;
use crate::schema::{CONTACT_HITS, Table, contact};

/// The most machines of one export: no network's report is longer, and a country's of that length is no report.
const MOST: usize = 5_000_000;

/// An address from which machines connected on the day and spoke as a family does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contacted {
    /// The address.
    pub address: IpAddr,
    /// The family.
    pub family: String,
    /// When the first request came.
    pub first: Instant,
    /// When the last one came.
    pub last: Instant,
    /// How many there were.
    pub requests: u64,
    /// What was known of the address when the events were taken in.
    pub about: About,
    /// The port of the first request.
    pub port: Option<u16>,
    /// The address that it came to.
    pub destination: String,
    /// The port that it came to.
    pub destination_port: Option<u16>,
    /// What came: the lake's word.
    pub kind: String,
    /// Its path.
    pub path: String,
    /// What stood behind the question mark.
    pub query: Option<String>,
    /// Its `Host`.
    pub host: String,
    /// Its User-Agent.
    pub agent: String,
    /// Other families that spoke from the same address on the day, in order.
    pub also: Vec<String>,
}

/// Machines of a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contacts {
    /// The machines, in order of address, then family.
    pub machines: Vec<Contacted>,
    /// Requests whose addresses are gone.
    pub pseudonyms: u64,
}

/// Returns the machines of a network, range or country on a day; of one family alone where it is named.
///
/// # Errors
///
/// [`TallyError`] where the lake cannot be read, or there are more than 5,000,000 of them.
pub fn machines(lake: &Lake, day: UtcDay, of: &Of, family: Option<&str>) -> Result<Contacts, TallyError> {
    let files = lake.files(&CONTACT_HITS, day, None)?;
    let files: Vec<File> = files.into_iter().filter(|file| file.part.family != NONE).collect();
    let mut columns = Table::WHO_CONTACT.to_vec();
    columns.extend([
        contact::TIME,
        contact::SOURCE_PORT,
        contact::DESTINATION,
        "destination_port",
        contact::KIND,
        contact::VERDICT,
        contact::PATH,
        contact::QUERY,
        contact::HOST,
        contact::USER_AGENT,
        contact::ASN,
        contact::COUNTRY,
        contact::LEFT_OUT,
    ]);
    let mut found: BTreeMap<(IpAddr, String), Contacted> = BTreeMap::new();
    let mut pseudonyms = 0;
    let mut scan = lake.scan(&CONTACT_HITS, files, &columns)?;
    while let Some(batch) = scan.next()? {
        if batch.pseudonyms() {
            pseudonyms += batch.rows() as u64;
            continue;
        }
        let spoken = batch.file().part.family.clone();
        let (times, ports) = (batch.longs(contact::TIME)?, batch.numbers(contact::SOURCE_PORT)?);
        let (verdicts, left_out) = (batch.texts(contact::VERDICT)?, batch.texts(contact::LEFT_OUT)?);
        let (asn, countries) = (batch.numbers(contact::ASN)?, batch.texts(contact::COUNTRY)?);
        let (destinations, destination_ports) =
            (batch.texts(contact::DESTINATION)?, batch.numbers("destination_port")?);
        let (kinds, paths, queries) =
            (batch.texts(contact::KIND)?, batch.texts(contact::PATH)?, batch.texts(contact::QUERY)?);
        let (hosts, agents) = (batch.texts(contact::HOST)?, batch.texts(contact::USER_AGENT)?);
        let number = |number: Option<u32>| number.and_then(|number| u16::try_from(number).ok());
        let text = |octets: Option<&[u8]>| String::from_utf8_lossy(octets.unwrap_or_default()).into_owned();
        for (row, who) in batch.who()?.into_iter().enumerate() {
            let address = match who {
                Who::V4(address) => IpAddr::from(address.to_be_bytes()),
                Who::V6(octets) => IpAddr::from(octets).to_canonical(),
                Who::Pseudonym(_) => continue,
            };
            if verdicts.get(row) != Some(BOT) || left_out.get(row).is_some() {
                continue;
            }
            let country =
                countries.get(row).and_then(|country| <[u8; 2]>::try_from(country).ok()).and_then(Country::of);
            let about = About { asn: asn.get(row).unwrap_or(0), country, left_out: None };
            if !of.holds(address, about) {
                continue;
            }
            let at = Instant::from_micros(times.values.get(row).copied().unwrap_or_default());
            let first = |at| Contacted {
                address,
                family: spoken.clone(),
                first: at,
                last: at,
                requests: 0,
                about,
                port: number(ports.get(row)),
                destination: text(destinations.get(row)),
                destination_port: number(destination_ports.get(row)),
                kind: text(kinds.get(row)),
                path: text(paths.get(row)),
                query: queries.get(row).map(|query| text(Some(query))),
                host: text(hosts.get(row)),
                agent: text(agents.get(row)),
                also: Vec::new(),
            };
            let here = found.len();
            let machine = found.entry((address, spoken.clone())).or_insert_with(|| first(at));
            if at < machine.first {
                let (requests, last) = (machine.requests, machine.last);
                *machine = Contacted { requests, last, ..first(at) };
            }
            machine.requests += 1;
            machine.last = machine.last.max(at);
            if here > MOST {
                return Err(TallyError::TooMany { most: MOST });
            }
        }
    }
    let mut machines: Vec<Contacted> = found.into_values().collect();
    for of_address in machines.chunk_by_mut(|a, b| a.address == b.address) {
        let families: Vec<String> = of_address.iter().map(|machine| machine.family.clone()).collect();
        for machine in of_address {
            machine.also = families.iter().filter(|family| **family != machine.family).cloned().collect();
        }
    }
    if let Some(family) = family {
        machines.retain(|machine| machine.family == family);
    }
    Ok(Contacts { machines, pseudonyms })
}
