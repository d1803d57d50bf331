// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Whether registrable names are in a copy of the zone: the facts of [`presence`](mod@crate::presence) without asking anybody, for a registry and for
//! those whom registries give their zones.
//!
//! The file is read once as a stream, plain or compressed by gzip, which its first octets tell. Memory holds [`WantedNames`], 7.5 to 15 octets for
//! each of them that lies in the zone, and what the zone says of those that are in it. The whole file is read before the first
//! outcome is told: of one that is broken or cut nothing is used.

mod index;
mod packed;
mod wanted;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;

use forestall_formats::zonefile::{ZoneData, ZoneEnd, ZoneError, ZoneReader, ZoneRecord};
use forestall_model::directory::Directory;
use forestall_model::dossier::{Existence, FailedLook, Presence, Sourced};
use forestall_model::owner::is_within;
use forestall_model::{DomainName, Instant, Method, OwnerName};

use crate::presence::Looked;
use crate::wildcard::parent_of;
use index::Index;
use packed::Packed;
pub use wanted::{TooManyNames, WantedNames};

/// Most name servers that are kept of one name.
const MOST_SERVERS: usize = 32;
/// Most names below one name that are kept.
const MOST_HOSTS: usize = 8;
/// After how many records progress is reported.
const REPORT_EVERY: u64 = 1 << 18;

/// How a zone is read.
#[derive(Clone, Debug)]
pub struct ZonePresenceOptions<'d> {
    /// Where the copy comes from, in words, for the evidence: "be.zone of 2009-03-31".
    pub vantage: String,
    /// What relative names of the file are relative to, where it does not say itself.
    pub origin: Option<OwnerName>,
    /// Whether somebody vouches that the file is whole. Without it a file that does not end with its SOA, as a transfer and the files
    /// of CZDS do, may be cut between two lines, and absence from it proves nothing.
    pub whole: bool,
    /// What tells registrable names from others.
    pub directory: &'d Directory,
}

/// How a reading went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZonePresenceReport {
    /// The zone.
    pub zone: ZoneEnd,
    /// Names whose presence is known.
    pub told: usize,
    /// Names of the zone of which it does not tell.
    pub failed: usize,
    /// Names that the zone does not concern; nothing was told of them.
    pub outside: usize,
}

/// A zone file from which nothing was taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZonePresenceError {
    /// The file is broken or cut.
    #[error(transparent)]
    Zone(#[from] ZoneError),
    /// The file cannot be read at all.
    #[error("the zone file cannot be read: {0}")]
    Unreadable(String),
}

/// Looks for names in a zone file and hands the outcome for each that lies in the zone to `sink`, in the order of `wanted`; `at` is the time of the
/// copy.
///
/// `progress` gets the number of lines read, now and then.
///
/// # Errors
///
/// [`ZonePresenceError`] where the file is refused, with the line; `sink` got nothing then.
#[expect(clippy::missing_panics_doc, reason = "a zone that was read has an end, and a set of names holds names")]
pub fn zone_presence<R: Read>(
    input: R,
    wanted: &WantedNames,
    options: &ZonePresenceOptions<'_>,
    at: Instant,
    mut progress: impl FnMut(u64),
    mut sink: impl FnMut(DomainName, Looked),
) -> Result<ZonePresenceReport, ZonePresenceError> {
    let input = Packed::open(input).map_err(|error| ZonePresenceError::Unreadable(error.to_string()))?;
    let mut reader = match &options.origin {
        Some(origin) => ZoneReader::with_origin(input, origin),
        None => ZoneReader::new(input),
    };
    let mut seen: Option<Seen<'_>> = None;
    let mut records = 0_u64;
    while let Some(record) = reader.next_record()? {
        // A zone begins with its SOA (RFC 1035, section 5.2); where one does not, any name may concern it.
        let apex = if matches!(record.data, ZoneData::Soa(_)) { record.owner } else { "." };
        seen.get_or_insert_with(|| Seen::new(wanted, apex)).note(&record);
        records += 1;
        if records.is_multiple_of(REPORT_EVERY) {
            progress(reader.lines());
        }
    }
    progress(reader.lines());
    let zone = reader.end().expect("a zone that was read without error has an end").clone();
    let seen = seen.expect("a zone that was read without error has a record");

    let source = format!("{}, serial {}", options.vantage, zone.serial);
    let whole = options.whole || zone.ends_with_soa;
    let mut report = ZonePresenceReport { zone, told: 0, failed: 0, outside: wanted.len() };
    let apex = report.zone.apex.as_str();
    for (place, text) in wanted.within(apex) {
        report.outside -= 1;
        if seen.index.place(text) != Some(place) {
            // It was put in before.
            continue;
        }
        let name: DomainName = text.parse().expect("the list holds names in canonical text");
        let presence = match seen.look(place, &name, apex, whole, options.directory) {
            Ok(fact) => {
                report.told += 1;
                Ok(Sourced { method: Method::Zone, source: source.clone(), at, fact })
            }
            Err(reason) => {
                report.failed += 1;
                Err(FailedLook { method: Method::Zone, source: source.clone(), at, reason })
            }
        };
        sink(name, Looked { presence, gaps: Vec::new() });
    }
    Ok(report)
}

/// What a zone said so far of the names that are wanted, and of those above them.
struct Seen<'w> {
    index: Index<'w>,
    /// The zone, as far as its first record tells; else the root.
    apex: Box<str>,
    found: BTreeMap<u32, Found>,
    /// Names above wanted ones, the zone itself and those above it left out where it is known.
    above: HashMap<Box<str>, Above>,
    /// Whether a wildcard stands directly below the zone.
    wildcard: bool,
    /// Most labels of a name that matters.
    most_labels: usize,
    servers: Servers,
    /// The owner of the record before, and what it concerns.
    owner: String,
    concerned: Vec<Concerned>,
    /// Whether the owner stands above wanted names.
    is_above: bool,
}

/// What a zone says of a name that is wanted.
#[derive(Debug, Default)]
struct Found {
    servers: Vec<u32>,
    /// Names below it.
    hosts: BTreeSet<Box<str>>,
}

/// What a zone says of a name above one that is wanted.
#[derive(Debug, Default)]
struct Above {
    exists: bool,
    wildcard: bool,
    delegated: bool,
}

/// A name that a record concerns.
#[derive(Clone, Copy, Debug)]
struct Concerned {
    place: u32,
    /// Whether the record is its own, and not that of a name below.
    own: bool,
}

impl<'w> Seen<'w> {
    fn new(wanted: &'w WantedNames, apex: &str) -> Self {
        let mut above: HashMap<Box<str>, Above> = HashMap::new();
        let mut most_labels = labels(apex) + 1;
        for (_, name) in wanted.within(apex) {
            let parent = name.split_once('.').map_or(".", |(_, parent)| parent);
            if parent == apex || above.contains_key(parent) {
                continue;
            }
            for name in at_and_above(parent).take_while(|name| *name != apex && is_within(name, apex)) {
                above.entry(name.into()).or_default();
            }
            most_labels = most_labels.max(labels(parent) + 1);
        }
        Self {
            index: Index::new(wanted, apex),
            apex: apex.into(),
            found: BTreeMap::new(),
            above,
            wildcard: false,
            most_labels,
            servers: Servers::default(),
            owner: String::new(),
            concerned: Vec::new(),
            is_above: false,
        }
    }

    fn note(&mut self, record: &ZoneRecord<'_>) {
        if record.owner != self.owner {
            self.owner.clear();
            self.owner.push_str(record.owner);
            self.find_concerned(record);
        }
        for Concerned { place, own } in &self.concerned {
            let found = self.found.entry(*place).or_default();
            if !own {
                if found.hosts.len() < MOST_HOSTS && !found.hosts.contains(record.owner) {
                    found.hosts.insert(record.owner.into());
                }
            } else if let ZoneData::Ns(server) = record.data
                && found.servers.len() < MOST_SERVERS
            {
                found.servers.push(self.servers.number(server));
            }
        }
        if self.is_above
            && matches!(record.data, ZoneData::Ns(_))
            && let Some(above) = self.above.get_mut(record.owner)
        {
            above.delegated = true;
        }
    }

    /// Finds out which names the records of an owner concern, and notes what its being there says of those above wanted ones.
    fn find_concerned(&mut self, record: &ZoneRecord<'_>) {
        self.concerned.clear();
        self.is_above = false;
        // Names with more labels than any that matters are passed over.
        let skipped = labels(record.owner).saturating_sub(self.most_labels);
        let below = at_and_above(record.owner).enumerate().skip(skipped);
        for (passed, name) in below.take_while(|(_, name)| **name != *self.apex) {
            if let Some(place) = self.index.place(name) {
                self.concerned.push(Concerned { place, own: passed == 0 });
            }
            if let Some(above) = self.above.get_mut(name) {
                above.exists = true;
                self.is_above |= passed == 0;
            }
        }
        if let Some(name) = record.wildcard_below() {
            self.wildcard |= *name == *self.apex;
            if let Some(above) = self.above.get_mut(name) {
                above.wildcard = true;
            }
        }
    }

    /// Says what the zone of `apex` shows of a name.
    fn look(
        &self,
        place: u32,
        name: &DomainName,
        apex: &str,
        whole: bool,
        directory: &Directory,
    ) -> Result<Presence, String> {
        match directory.suffix_of(name).registrable {
            Some(registrable) if registrable == name.as_str() => {}
            Some(registrable) => return Err(format!("it lies below a registrable name; expected {registrable}")),
            None => return Err("it is a public suffix; expected a name that can be registered".to_owned()),
        }
        if name.as_str() == apex {
            return Err("the zone is the name's own, not its parent's".to_owned());
        }
        let above = || at_and_above(parent_of(name)).take_while(|above| *above != apex);
        if let Some(cut) = above().filter(|above| self.above[*above].delegated).last() {
            return Err(format!("the zone hands {cut} to other servers"));
        }
        if let Some(found) = self.found.get(&place) {
            let existence = if found.servers.is_empty() { Existence::NoDelegation } else { Existence::Delegated };
            let mut name_servers: Vec<OwnerName> =
                found.servers.iter().filter_map(|number| self.servers.names[usize_of(*number)].parse().ok()).collect();
            name_servers.sort_unstable();
            name_servers.dedup();
            let mut hosts: Vec<OwnerName> = found.hosts.iter().filter_map(|host| host.parse().ok()).collect();
            hosts.sort_unstable();
            return Ok(Presence { name_servers, hosts, ..Presence::bare(existence) });
        }
        // RFC 4592: the wildcard directly below the closest name that exists answers, and no other.
        let closest = above().find(|above| self.above[*above].exists).unwrap_or(apex);
        let wildcard = if *closest == *self.apex {
            self.wildcard
        } else {
            self.above.get(closest).is_some_and(|above| above.wildcard)
        };
        if wildcard {
            return Ok(Presence::bare(Existence::Wildcard));
        }
        if !whole {
            return Err("it is not in the file, which does not end with its SOA record and may be cut before the name"
                .to_owned());
        }
        Ok(Presence::bare(Existence::Absent))
    }
}

/// Name servers by numbers, since few serve many names.
#[derive(Debug, Default)]
struct Servers {
    numbers: HashMap<Box<str>, u32>,
    names: Vec<Box<str>>,
}

impl Servers {
    fn number(&mut self, server: &str) -> u32 {
        if let Some(number) = self.numbers.get(server) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).expect("names fill the memory before they exceed their numbers");
        self.names.push(server.into());
        self.numbers.insert(server.into(), number);
        number
    }
}

/// Returns a name and those above it, the root left out.
fn at_and_above(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors((name != ".").then_some(name), |name| name.split_once('.').map(|(_, above)| above))
}

fn labels(name: &str) -> usize {
    if name == "." { 0 } else { name.bytes().filter(|octet| *octet == b'.').count() + 1 }
}

fn usize_of(number: u32) -> usize {
    usize::try_from(number).expect("a number of what is in memory")
}
