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
use crate::read::{Batch, ReadError, Texts, Who};
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
        } else {
            take(&mut all, day, &batch, &mut agents)?;
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

/// Takes the rows of a row group. What a text says is looked at once for each of the dictionary, not for each row.
fn take(all: &mut Contacts, day: UtcDay, batch: &Batch, agents: &mut Agents) -> Result<(), ReadError> {
    let family = batch.file().part.family.as_str();
    let (times, ports, asn) =
        (batch.longs(contact::TIME)?, batch.numbers(contact::SOURCE_PORT)?, batch.numbers(contact::ASN)?);
    let (user_agents, q, verdicts) =
        (batch.texts(contact::USER_AGENT)?, batch.numbers(contact::Q)?, batch.texts(contact::VERDICT)?);
    let (countries, left_out) = (batch.texts(contact::COUNTRY)?, batch.texts(contact::LEFT_OUT)?);
    let (sensors, destinations) = (batch.texts(contact::SENSOR)?, batch.texts(contact::DESTINATION)?);
    let is_bot: Vec<bool> = verdicts.words().map(|verdict| verdict == BOT && family != NONE).collect();
    let places: Vec<Option<[u8; 2]>> = countries.words().map(country).collect();
    let mut of_verdicts = vec![0; verdicts.distinct() + 1];
    let mut of_reasons = vec![0; left_out.distinct()];
    let mut of = all.families.remove(family).unwrap_or_else(|| OfFamily::new(day));
    agents.next_rows(user_agents);
    of.samples.next_rows(sensors, destinations);
    for (row, who) in batch.who()?.into_iter().enumerate() {
        let Some(source) = source(who) else {
            all.pseudonyms += 1;
            continue;
        };
        if let Some(count) = of_reasons.get_mut(left_out.place(row)) {
            *count += 1;
            continue;
        }
        let verdict = verdicts.place(row).min(verdicts.distinct());
        if is_bot.get(verdict) != Some(&true) {
            of_verdicts[verdict] += 1;
            continue;
        }
        let visit = Visit {
            at: Instant::from_micros(times.values.get(row).copied().unwrap_or_default()),
            source,
            agent: agents.number(user_agents, row),
            q: q.get(row),
            port: ports.get(row).and_then(|port| u16::try_from(port).ok()).unwrap_or(0),
            place: Place {
                network: asn.get(row).unwrap_or(0),
                country: places.get(countries.place(row)).copied().flatten(),
            },
            sample: of.samples.number(sensors, destinations, row),
        };
        if !of.muster.add(&visit) {
            all.elsewhere += 1;
        }
    }
    count(&mut of.left_out, left_out, &of_reasons);
    count(if family == NONE { &mut all.nobody } else { &mut of.visitors }, verdicts, &of_verdicts);
    all.families.insert(family.to_owned(), of);
    Ok(())
}

fn country(text: &[u8]) -> Option<[u8; 2]> {
    <[u8; 2]>::try_from(text).ok().filter(|country| country.iter().all(u8::is_ascii_uppercase))
}

/// Adds counts by the places of texts to those of their words. Behind the last of them may stand that of no text.
fn count(all: &mut BTreeMap<String, u64>, texts: Texts<'_>, counts: &[u64]) {
    for (word, count) in texts.words().chain([&b""[..]]).zip(counts).filter(|(_, count)| **count > 0) {
        *all.entry(String::from_utf8_lossy(word).into_owned()).or_default() += count;
    }
}

/// Returns what is counted of somebody; none of a pseudonym.
pub(super) fn source(who: Who) -> Option<Source> {
    match who {
        Who::V4(address) => Some(Source::V4(address)),
        Who::V6(octets) => Some(Source::of(IpAddr::V6(Ipv6Addr::from(octets)))),
        Who::Pseudonym(_) => None,
    }
}
