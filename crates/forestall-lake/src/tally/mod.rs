// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! From the lake to the numbers of a day: what the census makes figures of.
//!
//! A day whose addresses are in clear is counted from its rows, one row group in memory at a time. One whose addresses have given way to pseudonyms is told by the numbers that were made
//! before ([`summarise`]), which the lake keeps under `totals`; events that come later have numbers of their own there, and both are put together. Requests of machines that spoke as a family does make figures of machines; queries of resolvers make figures of
//! resolvers, and there is no way from the one to the other. Whoever has a reason to be left out is in neither, and counted beside.

mod agents;
mod ahead;
mod contacts;
mod distinct;
mod family;
mod machines;
mod parts;
mod queries;
mod samples;
mod settings;
mod stored;

use std::collections::{BTreeMap, BTreeSet};

use forestall_census::day::{LeftOut, Machines, NotTogether, Resolvers, Shed, Totals};
use forestall_census::{Addresses, SketchKey};
use forestall_model::UtcDay;

use crate::lake::{File, Lake, LakeError, NONE};
use crate::losses::Cause;
use crate::read::ReadError;
use crate::schema::{CONTACT_HITS, DNS_HITS, Table};

pub use ahead::count_ahead;
pub use distinct::distinct;
pub use family::{families, is_of};
pub use machines::{Contacted, Contacts, machines};
pub use settings::{NamesHeld, Settings};
pub use stored::{Stored, StoredError, from_octets, to_octets};

use contacts::OfFamily;
use parts::Parts;

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
    /// Days cannot be put together.
    #[error(transparent)]
    NotTogether(#[from] NotTogether),
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
    let parts = Parts::read(lake, day)?;
    let mut counted = if parts.is_empty() {
        let files = (lake.files(&CONTACT_HITS, day, None)?, lake.files(&DNS_HITS, day, None)?);
        match ahead::counted_before(lake, day, &files)? {
            Some(counted) => counted,
            None => count(lake, day, files, None)?,
        }
    } else {
        kept(lake, day, parts)?
    };
    if let Some(family) = family {
        counted.totals.retain(|totals| totals.family == family);
    }
    Ok(counted)
}

/// Makes the numbers that the lake keeps of a day when its addresses give way to pseudonyms, of those files that no numbers were made of before; none where there are none. The sketches in them, which put these numbers and
/// those of files that come later together, are made with the key.
///
/// # Errors
///
/// [`TallyError`] where the lake cannot be read.
pub fn summarise(lake: &Lake, day: UtcDay, key: &SketchKey) -> Result<Option<Vec<u8>>, TallyError> {
    let parts = Parts::read(lake, day)?;
    let (contact_files, dns_files) =
        (in_clear(lake, &CONTACT_HITS, day, &parts)?, in_clear(lake, &DNS_HITS, day, &parts)?);
    let files: BTreeSet<String> = contact_files.iter().chain(&dns_files).map(|file| file.path.clone()).collect();
    if files.is_empty() {
        return Ok(None);
    }
    let totals = count(lake, day, (contact_files, dns_files), Some(key))?.totals;
    if totals.is_empty() {
        return Ok(None);
    }
    let stored = Stored { files: Some(files), totals, notes: Vec::new() };
    stored.to_octets().map(Some).map_err(|source| TallyError::Stored { day, source })
}

/// Returns the files of a table whose addresses are in clear, and that are in none of the parts.
fn in_clear(lake: &Lake, table: &'static Table, day: UtcDay, parts: &Parts) -> Result<Vec<File>, TallyError> {
    let mut files = Vec::new();
    for file in lake.files(table, day, None)? {
        if !parts.has(&file) && !lake.footer(table, &file)?.pseudonyms {
            files.push(file);
        }
    }
    Ok(files)
}

/// Returns the numbers that were kept, and tells of what is not in them.
fn kept(lake: &Lake, day: UtcDay, parts: Parts) -> Result<Day, TallyError> {
    let mut notes = Vec::new();
    let mut waiting = 0;
    for table in [&CONTACT_HITS, &DNS_HITS] {
        for file in in_clear(lake, table, day, &parts)?.iter().filter(|file| file.part.family != NONE) {
            waiting += lake.footer(table, file)?.rows;
        }
    }
    if waiting > 0 {
        notes.push(format!(
            "{waiting} events came after the numbers of the day were made, and are in no figure until retention is run, which puts them together with the others"
        ));
    }
    if parts.left > 0 {
        notes.push(format!(
            "{} events are in numbers of which it is not known whether they are of the same events as others: they are in no figure",
            parts.left
        ));
    }
    let shed = shed(lake, day)?;
    let mut totals = parts.joined();
    for of in &mut totals {
        // They are there to put parts together, and have done so.
        (of.machines.sketches, of.resolvers.sketches) = (None, None);
        of.shed.requests = of.shed.requests.max(shed.requests);
        of.shed.queries = of.shed.queries.max(shed.queries);
    }
    Ok(Day { totals, notes })
}

/// Counts the rows of files whose addresses are in clear; with sketches, where their key is given.
fn count(
    lake: &Lake,
    day: UtcDay,
    (contact_files, dns_files): (Vec<File>, Vec<File>),
    key: Option<&SketchKey>,
) -> Result<Day, TallyError> {
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
    let mut sets: BTreeMap<String, Addresses> = BTreeMap::new();
    // A family alone shares its addresses with nobody.
    if of_contacts.families.len() > 1 {
        sets.extend(of_contacts.families.iter_mut().map(|(family, of)| (family.clone(), of.muster.addresses())));
    }
    let mut totals = Vec::new();
    for (family, dns) in names {
        let mut of = Totals::empty(day, &family, &without);
        let mut contacts = of_contacts.families.remove(&family).unwrap_or_else(|| OfFamily::new(day));
        if let Some(mine) = sets.get(&family) {
            for (other, set) in sets.iter().filter(|(other, _)| **other != family) {
                let shared = mine.shared(set, forestall_census::Protocol::V4);
                if shared > 0 {
                    of.shared.insert(other.clone(), shared);
                }
            }
        }
        add(&mut of.left_out, &contacts.left_out, |left| &mut left.requests);
        of.visitors = contacts.visitors;
        let sketches = key.map(|key| contacts.muster.sketches(key));
        of.machines = Machines { sketches, ..contacts.muster.finish_with(contacts.samples.names()) };
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
        if let Some(mut roll) = roll {
            let sketches = key.map(|key| roll.sketches(key));
            of.resolvers = Resolvers { names_of, sketches, ..roll.finish() };
        }
        of.shed = shed;
        totals.push(of);
    }
    // Machines that spoke as no family does are no family's: they are told once.
    for (visitor, requests) in &of_contacts.nobody {
        let noun = if *requests == 1 { "request" } else { "requests" };
        notes.push(format!("{requests} {noun} of no family, by visitors that seem to be: {visitor}"));
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
