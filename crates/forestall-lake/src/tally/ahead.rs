// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Numbers of days that are over, counted once by whoever ships and kept in the lake: whoever only reads it, as a hub that was started anew, need not read the rows again.
//!
//! They hold as long as the lake has the very files that they were made of; where one came, went or was written anew, the rows are counted as if there were none. When the addresses of the day go, numbers that are kept for good
//! take their place ([`summarise`](super::summarise)), and these are removed.

use std::collections::BTreeSet;

use forestall_model::UtcDay;

use super::parts::Parts;
use super::stored::Stored;
use super::{Day, TallyError, count, shed};
use crate::lake::{File, Lake, LakeError};
use crate::pack::NO_DAY;
use crate::schema::{CONTACT_HITS, DNS_HITS};

/// The folder.
const FOLDER: &str = "counted";
/// How many days after it a day is counted: until then its last segments come.
const AFTER: i32 = 2;

/// Counts the days that are over and of which all is in clear, and removes what was counted of others. Returns the days that were counted; none where nothing has changed since the last time.
///
/// # Errors
///
/// [`TallyError`] where the lake cannot be read or written.
pub fn count_ahead(lake: &Lake, today: UtcDay) -> Result<Vec<UtcDay>, TallyError> {
    let mut days = BTreeSet::new();
    for table in [&CONTACT_HITS, &DNS_HITS] {
        days.extend(lake.days(table)?);
    }
    days.retain(|day| *day != NO_DAY && today.days_since(*day) >= AFTER);
    let mut counted = Vec::new();
    let mut kept = BTreeSet::new();
    for day in days {
        // A day whose addresses are gone has numbers for good.
        if !Parts::read(lake, day)?.is_empty() {
            continue;
        }
        kept.insert(path(day));
        let files = (lake.files(&CONTACT_HITS, day, None)?, lake.files(&DNS_HITS, day, None)?);
        let of = print(&files);
        if read(lake, day)?.is_some_and(|stored| stored.files.as_ref() == Some(&of)) {
            continue;
        }
        let Day { totals, notes } = count(lake, day, files, None)?;
        let stored = Stored { files: Some(of), totals, notes };
        let octets = stored.to_octets().map_err(|source| TallyError::Stored { day, source })?;
        lake.put(&path(day), octets)?;
        counted.push(day);
    }
    for object in lake.list(FOLDER)? {
        let path = object.location.as_ref();
        if !kept.contains(path) {
            lake.remove(path)?;
        }
    }
    Ok(counted)
}

/// Returns what was counted of a day, where it is of these files.
pub(super) fn counted_before(
    lake: &Lake,
    day: UtcDay,
    files: &(Vec<File>, Vec<File>),
) -> Result<Option<Day>, TallyError> {
    let Some(stored) = read(lake, day)?.filter(|stored| stored.files.as_ref() == Some(&print(files))) else {
        return Ok(None);
    };
    let Stored { mut totals, notes, .. } = stored;
    // What sensors left out stands in a table of its own, to which more may have come.
    let shed = shed(lake, day)?;
    totals.iter_mut().for_each(|of| of.shed = shed);
    Ok(Some(Day { totals, notes }))
}

/// Reads what was counted of a day. What this program cannot read is as if it were not there: the rows are.
fn read(lake: &Lake, day: UtcDay) -> Result<Option<Stored>, LakeError> {
    Ok(lake.get(&path(day))?.and_then(|octets| Stored::from_octets(&octets).ok()))
}

fn path(day: UtcDay) -> String {
    format!("{FOLDER}/day={day}.totals")
}

/// Returns what changes when a file comes, goes or is written anew.
fn print((contacts, dns): &(Vec<File>, Vec<File>)) -> BTreeSet<String> {
    contacts.iter().chain(dns).map(|file| format!("{} {} {}", file.path, file.octets, file.stored)).collect()
}
