// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A sweep over a copy of the zone: the same looks as over DNS, without asking anybody.
//!
//! The zone is the parent itself, so a name that is not in it does not exist, unless a wildcard answers for it. What the zone
//! hands to others (`com.ag` in the zone of `ag`) it knows nothing of: names below are unknown.

use std::collections::HashMap;
use std::io::Read;

use forestall_formats::zonefile::{ZoneData, ZoneEnd, ZoneError, ZoneReader, ZoneRecord};
use forestall_model::evidence::Sweep;
use forestall_model::name::last_label;
use forestall_model::owner::is_within;
use forestall_model::{DomainName, Instant, Method, OwnerName, Sight};

use crate::lists::{AskedList, Look, Ours, SweepReport, reasons, swept};

/// Most name servers that are kept of one name while the zone is read.
const MOST_SERVERS: usize = 32;
/// After how many records progress is reported.
const REPORT_EVERY: u64 = 1 << 16;

/// How a zone is read.
#[derive(Clone, Debug)]
pub struct ZoneSweepOptions {
    /// Where the copy comes from, in words, for the evidence: "be.zone of 2009-03-31".
    pub vantage: String,
    /// The name servers that count as the response's own; a name is ours where it has no other.
    pub name_servers: Vec<DomainName>,
    /// What relative names of the file are relative to, where it does not say itself.
    pub origin: Option<OwnerName>,
}

/// What a zone showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneReport {
    /// The evidence; only lists of the zone's top-level domain are in it.
    pub report: SweepReport,
    /// The zone. Where it does not end with its SOA, a file cut between two lines would look the same: names after the cut
    /// would show as absent.
    pub zone: ZoneEnd,
}

/// A zone file from which nothing was taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZoneSweepError {
    /// The file is broken or cut.
    #[error(transparent)]
    Zone(#[from] ZoneError),
    /// The zone holds none of the lists' names.
    #[error("the file is the zone {apex}; none of the lists has names of it")]
    OtherZone {
        /// The zone of the file.
        apex: OwnerName,
    },
}

/// Looks at every name of the lists in a zone file and returns what it shows; `at` is the time of the copy.
///
/// `progress` gets the number of lines read, now and then. Memory grows with the lists, not with the file.
///
/// # Errors
///
/// [`ZoneSweepError`] where the file is refused, with the line, or is the zone of other names; nothing is kept then.
#[expect(clippy::missing_panics_doc, reason = "a zone that was read without error has an end")]
pub fn zone_sweep<R: Read>(
    input: R,
    lists: &[AskedList],
    options: &ZoneSweepOptions,
    at: Instant,
    mut progress: impl FnMut(u64),
) -> Result<ZoneReport, ZoneSweepError> {
    let mut reader = match &options.origin {
        Some(origin) => ZoneReader::with_origin(input, origin),
        None => ZoneReader::new(input),
    };
    // Of the whole zone only the names of the lists and the names above them matter.
    let mut seen: HashMap<&str, Seen> = HashMap::new();
    for name in lists.iter().flat_map(|list| list.asked().map(|(_, name)| name)) {
        for name in at_and_above(name.as_str()) {
            seen.entry(name).or_default();
        }
    }
    let ours = Ours::new(&options.name_servers);
    let mut records = 0_u64;
    while let Some(record) = reader.next_record()? {
        note(&mut seen, &ours, &record);
        records += 1;
        if records.is_multiple_of(REPORT_EVERY) {
            progress(reader.lines());
        }
    }
    progress(reader.lines());
    let zone = reader.end().expect("a zone that was read without error has an end").clone();

    let apex = zone.apex.as_str();
    let lists: Vec<&AskedList> =
        lists.iter().filter(|list| apex == "." || list.tld.as_str() == last_label(apex)).collect();
    let looks: HashMap<&DomainName, Look> = lists
        .iter()
        .flat_map(|list| list.asked().map(|(_, name)| name))
        .map(|name| (name, look(&seen, &ours, name.as_str(), apex)))
        .collect();
    if looks.is_empty() {
        return Err(ZoneSweepError::OtherZone { apex: zone.apex });
    }
    let mut names: Vec<&DomainName> = looks.keys().copied().collect();
    names.sort_unstable();
    let report = SweepReport {
        sweep: Sweep {
            method: Method::Zone,
            vantage: format!("{}, serial {}", options.vantage, zone.serial),
            at,
            name_servers: options.name_servers.clone(),
            lists: swept(lists.iter().copied(), |name| &looks[name]),
        },
        names: names.len(),
        unknown: reasons(names.into_iter().map(|name| (name, &looks[name]))),
    };
    Ok(ZoneReport { report, zone })
}

/// What a zone says of one name.
#[derive(Clone, Debug, Default)]
struct Seen {
    /// Whether the name, or one below it, has a record.
    exists: bool,
    /// Whether records stand for every name below it.
    wildcard: bool,
    /// Its name servers.
    servers: Vec<OwnerName>,
}

/// Returns a name and those above it, the root left out.
fn at_and_above(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| name.split_once('.').map(|(_, above)| above))
}

fn note(seen: &mut HashMap<&str, Seen>, ours: &Ours, record: &ZoneRecord<'_>) {
    for name in at_and_above(record.owner) {
        if let Some(entry) = seen.get_mut(name) {
            entry.exists = true;
            if let ZoneData::Ns(server) = record.data
                && name == record.owner
            {
                // Of very many the last place goes to a foreign one, so that none is overlooked.
                if entry.servers.len() == MOST_SERVERS && !ours.hold(server) {
                    entry.servers.pop();
                }
                if entry.servers.len() < MOST_SERVERS {
                    // The reader gives canonical text, which is always a name.
                    entry.servers.extend(server.parse::<OwnerName>());
                }
            }
        }
    }
    if let Some(entry) = record.wildcard_below().and_then(|name| seen.get_mut(name)) {
        entry.wildcard = true;
    }
}

/// Says what the zone of `apex` shows of a name.
fn look(seen: &HashMap<&str, Seen>, ours: &Ours, name: &str, apex: &str) -> Look {
    if !is_within(name, apex) {
        return Look::failed(&format!("it is outside the zone {apex}"));
    }
    if name == apex {
        return Look::failed(&"the zone is the name's own, not its parent's");
    }
    let above = || at_and_above(name).skip(1).take_while(|above| *above != apex);
    let cut = above().filter(|above| !seen[above].servers.is_empty()).last();
    if let Some(cut) = cut {
        return Look::failed(&format!("the zone hands {cut} to other servers"));
    }
    let entry = &seen[name];
    if !entry.servers.is_empty() {
        let mut servers = entry.servers.clone();
        servers.sort_unstable();
        servers.dedup();
        return Look::delegated(ours, &servers);
    }
    if entry.exists {
        return Look::plain(Sight::NoDelegation);
    }
    // RFC 4592: the wildcard directly below the closest name that exists answers, and no other.
    let closest = above().find(|above| seen[above].exists).unwrap_or(apex);
    match seen.get(closest) {
        Some(entry) if entry.wildcard => Look::plain(Sight::Wildcard),
        _ => Look::plain(Sight::Nxdomain),
    }
}
