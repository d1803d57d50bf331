// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Requests of machines, from their columns to a muster for each family.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv6Addr};

use forestall_census::Source;
use forestall_census::day::{Muster, Place, Visit};
use forestall_model::{Instant, UtcDay};

use super::TallyError;
use super::agents::Agents;
use super::samples::SampleNames;
use crate::lake::{File, Lake, NONE};
use crate::read::Who;
use crate::schema::{CONTACT_HITS, Table, contact};

/// The word of the verdict for machines that speak as a family does.
pub(super) const BOT: &[u8] = b"bot";

/// The requests of one family.
#[derive(Debug)]
pub(super) struct OfFamily {
    pub(super) muster: Muster,
    pub(super) left_out: BTreeMap<String, u64>,
    pub(super) visitors: BTreeMap<String, u64>,
    /// To which addresses of which sensors they came.
    pub(super) samples: SampleNames,
}

impl OfFamily {
    pub(super) fn new(day: UtcDay) -> Self {
        let samples = SampleNames::default();
        Self { muster: Muster::new(day), left_out: BTreeMap::new(), visitors: BTreeMap::new(), samples }
    }
}

/// All requests of a day.
#[derive(Debug, Default)]
pub(super) struct Contacts {
    pub(super) families: BTreeMap<String, OfFamily>,
    /// Requests of no family, by visitor.
    pub(super) nobody: BTreeMap<String, u64>,
    /// Rows with pseudonyms.
    pub(super) pseudonyms: u64,
    /// Rows with a time of another day.
    pub(super) elsewhere: u64,
    /// By which lists addresses were marked.
    pub(super) rules: BTreeSet<String>,
}

/// Reads the files of a day.
pub(super) fn read(lake: &Lake, day: UtcDay, files: Vec<File>) -> Result<Contacts, TallyError> {
    let mut all = Contacts::default();
    for file in &files {
        let footer = lake.footer(&CONTACT_HITS, file)?;
        if !footer.pseudonyms {
            all.rules.insert(footer.left_out.unwrap_or_else(|| "nobody".to_owned()));
        }
    }
    let mut columns = Table::WHO_CONTACT.to_vec();
    columns.extend([
        contact::TIME,
        contact::SOURCE_PORT,
        contact::DESTINATION,
        contact::USER_AGENT,
        contact::Q,
        contact::VERDICT,
        contact::ASN,
        contact::COUNTRY,
        contact::LEFT_OUT,
        contact::SENSOR,
    ]);
    let mut agents = Agents::default();
    let mut scan = lake.scan(&CONTACT_HITS, files, &columns)?;
    while let Some(batch) = scan.next()? {
        if batch.pseudonyms() {
            all.pseudonyms += batch.rows() as u64;
            continue;
        }
        let family = batch.file().part.family.clone();
        let (times, ports, asn) =
            (batch.longs(contact::TIME)?, batch.numbers(contact::SOURCE_PORT)?, batch.numbers(contact::ASN)?);
        let (user_agents, q, verdicts) =
            (batch.texts(contact::USER_AGENT)?, batch.numbers(contact::Q)?, batch.texts(contact::VERDICT)?);
        let (countries, left_out) = (batch.texts(contact::COUNTRY)?, batch.texts(contact::LEFT_OUT)?);
        let (sensors, destinations) = (batch.texts(contact::SENSOR)?, batch.texts(contact::DESTINATION)?);
        let who = batch.who()?;
        agents.next_rows();
        let of = all.families.entry(family.clone()).or_insert_with(|| OfFamily::new(day));
        for (row, who) in who.into_iter().enumerate() {
            let Some(source) = source(who) else {
                all.pseudonyms += 1;
                continue;
            };
            if let Some(why) = left_out.get(row) {
                *of.left_out.entry(String::from_utf8_lossy(why).into_owned()).or_default() += 1;
                continue;
            }
            let verdict = verdicts.get(row).unwrap_or_default();
            if verdict != BOT || family == NONE {
                let counts = if family == NONE { &mut all.nobody } else { &mut of.visitors };
                *counts.entry(String::from_utf8_lossy(verdict).into_owned()).or_default() += 1;
                continue;
            }
            let country = countries.get(row).and_then(|country| <[u8; 2]>::try_from(country).ok());
            let visit = Visit {
                at: Instant::from_micros(times.values.get(row).copied().unwrap_or_default()),
                source,
                agent: agents.number(user_agents.get(row)),
                q: q.get(row),
                port: ports.get(row).and_then(|port| u16::try_from(port).ok()).unwrap_or(0),
                place: Place {
                    network: asn.get(row).unwrap_or(0),
                    country: country.filter(|c| c.iter().all(u8::is_ascii_uppercase)),
                },
                sample: of
                    .samples
                    .number(sensors.get(row).unwrap_or_default(), destinations.get(row).unwrap_or_default()),
            };
            if !of.muster.add(&visit) {
                all.elsewhere += 1;
            }
        }
    }
    let nobody = all.families.remove(NONE);
    if let Some(nobody) = nobody {
        for (why, count) in nobody.left_out {
            *all.nobody.entry(format!("left out as {why}")).or_default() += count;
        }
    }
    Ok(all)
}

/// Returns what is counted of somebody; none of a pseudonym.
pub(super) fn source(who: Who) -> Option<Source> {
    match who {
        Who::V4(address) => Some(Source::V4(address)),
        Who::V6(octets) => Some(Source::of(IpAddr::V6(Ipv6Addr::from(octets)))),
        Who::Pseudonym(_) => None,
    }
}
