// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! From the lake to the numbers of a day: what the census makes figures of.
//!
//! A day whose addresses are in clear is counted from its rows, one row group in memory at a time. One whose addresses have given way to pseudonyms is told by the numbers that were made
//! before ([`summarise`]), which the lake keeps under `totals`. Requests of machines that spoke as a family does make figures of machines; queries of resolvers make figures of
//! resolvers, and there is no way from the one to the other. Whoever has a reason to be left out is in neither, and counted beside.

mod agents;
mod contacts;
mod family;
mod machines;
mod queries;
mod settings;
mod stored;

use std::collections::{BTreeMap, BTreeSet};

use forestall_census::Addresses;
use forestall_census::day::{LeftOut, Resolvers, Shed, Totals};
use forestall_model::UtcDay;

use crate::lake::{Lake, LakeError};
use crate::losses::Cause;
use crate::read::ReadError;
use crate::schema::{CONTACT_HITS, DNS_HITS};

pub use family::{families, is_of};
pub use machines::{Contacted, Contacts, machines};
pub use settings::{NamesHeld, Settings};
pub use stored::{StoredError, from_octets, to_octets};

use contacts::OfFamily;

/// What is known of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Day {
    /// The numbers, by family.
    pub totals: Vec<Totals>,
    /// What a reader must know besides.
    pub notes: Vec<String>,
}

/// Why a day cannot be counted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TallyError {
    /// The lake cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The numbers that were kept cannot be read.
    #[error("the numbers of {day} that the lake keeps cannot be read")]
    Stored {
        /// The day.
        day: UtcDay,
        /// Why.
        source: StoredError,
    },
    /// More machines than one export holds.
    #[error("there are more than {most} machines, which is more than one export holds")]
    TooMany {
        /// The most.
        most: usize,
    },
}

impl From<LakeError> for TallyError {
    fn from(error: LakeError) -> Self {
        Self::Read(error.into())
    }
}

/// Returns the numbers of a day by family, in the order of their names; of one family alone where it is named. A day of which the lake holds nothing has no numbers.
///
/// # Errors
///
/// [`TallyError`] where the lake cannot be read.
pub fn of_day(lake: &Lake, day: UtcDay, family: Option<&str>) -> Result<Day, TallyError> {
    let mut counted = counted(lake, day)?;
    if let Some(mut kept) = kept(lake, day)? {
        let (before, now) = (events(&kept.totals), events(&counted.totals));
        // Where as much is in clear as the numbers were made of, they were made and the addresses not taken away yet.
        if now < before {
            if now > 0 {
                kept.notes.push(late(now));
            }
            counted = kept;
        }
    }
    if let Some(family) = family {
        counted.totals.retain(|totals| totals.family == family);
    }
    Ok(counted)
}

/// Makes the numbers that the lake keeps of a day when its addresses give way to pseudonyms; none where nothing is in clear.
///
/// # Errors
///
/// [`TallyError`] where the lake cannot be read.
pub fn summarise(lake: &Lake, day: UtcDay) -> Result<Option<Vec<u8>>, TallyError> {
    let counted = counted(lake, day)?;
    if counted.totals.is_empty() {
        return Ok(None);
    }
    to_octets(&counted.totals).map(Some).map_err(|source| TallyError::Stored { day, source })
}

/// Reads the numbers that were kept. Of several, made one after another as segments came late, those of the most events are the day's.
fn kept(lake: &Lake, day: UtcDay) -> Result<Option<Day>, TallyError> {
    let mut all: Vec<Vec<Totals>> = Vec::new();
    for octets in lake.totals(day)? {
        all.push(from_octets(&octets).map_err(|source| TallyError::Stored { day, source })?);
    }
    all.sort_by_key(|totals| std::cmp::Reverse(events(totals)));
    let after: u64 = all.iter().skip(1).map(|totals| events(totals)).sum();
    let notes = if after > 0 { vec![late(after)] } else { Vec::new() };
    Ok(all.into_iter().next().map(|totals| Day { totals, notes }))
}

fn events(totals: &[Totals]) -> u64 {
    totals.iter().map(|totals| totals.machines.requests + totals.resolvers.queries).sum()
}

/// Tells of events that cannot be added to numbers: nobody knows which addresses were there before.
fn late(events: u64) -> String {
    format!("{events} events came after the numbers of the day were made, and are in no figure")
}

/// Counts the rows whose addresses are in clear.
fn counted(lake: &Lake, day: UtcDay) -> Result<Day, TallyError> {
    let contact_files = lake.files(&CONTACT_HITS, day, None)?;
    let dns_files = lake.files(&DNS_HITS, day, None)?;
    let mut of_contacts = contacts::read(lake, day, contact_files)?;
    let mut of_queries = queries::read(lake, day, dns_files)?;
    let mut notes = Vec::new();
    for (rows, what) in
        [(of_contacts.pseudonyms, "requests of machines"), (of_queries.pseudonyms, "queries of resolvers")]
    {
        if rows > 0 {
            notes.push(format!(
                "{rows} {what} have pseudonyms in the place of addresses, from which nothing is counted"
            ));
        }
    }
    if of_contacts.elsewhere + of_queries.elsewhere > 0 {
        notes.push(format!(
            "{} events stand in the folder of the day with a time of another, and are in no figure",
            of_contacts.elsewhere + of_queries.elsewhere
        ));
    }
    let shed = shed(lake, day)?;
    let without = without(&of_contacts.rules, &of_queries.rules);
    let names = families(of_contacts.families.keys(), of_queries.families.keys());
    let sets: BTreeMap<String, Addresses> =
        of_contacts.families.iter().map(|(family, of)| (family.clone(), of.muster.addresses().clone())).collect();
    let mut totals = Vec::new();
    for (family, dns) in names {
        let mut of = Totals::empty(day, &family, &without);
        let contacts = of_contacts.families.remove(&family).unwrap_or_else(|| OfFamily::new(day));
        let mine = sets.get(&family).cloned().unwrap_or_default();
        for (other, set) in sets.iter().filter(|(other, _)| **other != family) {
            let shared = mine.shared(set, forestall_census::Protocol::V4);
            if shared > 0 {
                of.shared.insert(other.clone(), shared);
            }
        }
        add(&mut of.left_out, &contacts.left_out, |left| &mut left.requests);
        of.visitors = contacts.visitors;
        of.machines = contacts.muster.finish();
        let mut roll = None;
        let mut names_of = BTreeMap::new();
        for name in dns {
            let Some(queries) = of_queries.families.remove(&name) else { continue };
            add(&mut of.left_out, &queries.left_out, |left| &mut left.queries);
            names_of.extend(queries.names_of());
            roll = Some(match roll {
                None => queries.roll,
                Some(all) => queries.roll.joined(all),
            });
        }
        if let Some(roll) = roll {
            of.resolvers = Resolvers { names_of, ..roll.finish() };
        }
        of.shed = shed;
        totals.push(of);
    }
    // Machines that spoke as no family does are no family's: they are told once.
    for (visitor, requests) in &of_contacts.nobody {
        notes.push(format!("{requests} requests of no family, by visitors that seem to be: {visitor}"));
    }
    Ok(Day { totals, notes })
}

fn add(all: &mut BTreeMap<String, LeftOut>, more: &BTreeMap<String, u64>, field: fn(&mut LeftOut) -> &mut u64) {
    for (why, count) in more {
        *field(all.entry(why.clone()).or_default()) += count;
    }
}

/// Says who was left out, by what the files say.
fn without(contacts: &BTreeSet<String>, queries: &BTreeSet<String>) -> String {
    let all: BTreeSet<&str> = contacts.iter().chain(queries).map(String::as_str).collect();
    match all.len() {
        0 => "nobody".to_owned(),
        _ => all.into_iter().collect::<Vec<_>>().join("; or "),
    }
}

fn shed(lake: &Lake, day: UtcDay) -> Result<Shed, TallyError> {
    let mut shed = Shed::default();
    for loss in lake.losses(day)? {
        let count = loss.lost.unwrap_or(loss.at_least);
        match (loss.cause, loss.kind.as_deref()) {
            (Cause::Shed, Some("contact")) => shed.requests += count,
            (Cause::Shed, Some("dns")) => shed.queries += count,
            _ => {}
        }
    }
    Ok(shed)
}
