// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Does what [`crate::retention`] decides: counts, writes files anew with pseudonyms, deletes them.
//!
//! What was done with the files of a day stands in a note beside them, so that the next run need not open them, and so that a check can tell a file that was deleted in
//! its time from one that is lost. A run that ends in between does no harm: the next one finds each file as it is and goes on.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use forestall_model::{Instant, UtcDay};
use serde::{Deserialize, Serialize};

use crate::aggregate::{AggregateError, aggregate};
use crate::keys::{Keys, KeysError};
use crate::lake::{File, Lake, LakeError};
use crate::read::ReadError;
use crate::retention::{Act, Held, Month, Policy};
use crate::rewrite::{RewriteError, rewrite};
use crate::schema::{AGGREGATES, CONTACT_HITS, DNS_HITS, LOSSES, Table};

/// The folder of notes.
const NOTES: &str = "retention";
/// The folder of totals of days.
const TOTALS: &str = "totals";
/// The version of a note.
const VERSION: u32 = 1;
/// Octets of a note at most.
const MOST_OCTETS: usize = 64 << 20;

/// Makes the totals of a day of what is in clear; none where there is nothing to keep.
pub type Summarise<'a> =
    &'a mut dyn FnMut(&Lake, UtcDay) -> Result<Option<Vec<u8>>, Box<dyn std::error::Error + Send + Sync>>;

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Files whose addresses gave way to pseudonyms.
    pub pseudonyms: u64,
    /// Rows of them.
    pub pseudonym_rows: u64,
    /// Files that were deleted.
    pub deleted: u64,
    /// Rows of them.
    pub deleted_rows: u64,
    /// Files of counts, and of what is missing, that were deleted.
    pub forgotten: u64,
    /// Months whose keys were deleted.
    pub months: Vec<String>,
}

/// What waits for retention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overdue {
    /// Files of events on which something is due.
    pub files: u64,
    /// The earliest of their days.
    pub earliest: UtcDay,
}

/// Why retention was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeepError {
    /// The lake cannot be used.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// A file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file cannot be counted.
    #[error(transparent)]
    Aggregate(#[from] AggregateError),
    /// A file cannot be written anew.
    #[error(transparent)]
    Rewrite(#[from] RewriteError),
    /// The keys cannot be used.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The totals of a day cannot be made.
    #[error("the totals of {day} cannot be made")]
    Totals {
        /// The day.
        day: UtcDay,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A note is none.
    #[error("{path} is no note of version {VERSION}: {reason}")]
    Note {
        /// Its place in the lake.
        path: String,
        /// Why not.
        reason: String,
    },
}

/// What was done with the files of one day of a table.
///
/// STORED FORMAT, version 1: JSON under `retention/TABLE/day=YYYY-MM-DD.json`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Note {
    version: u32,
    /// Files with pseudonyms, as the store had them then: octets, and seconds since 1970.
    pseudonyms: BTreeMap<String, (u64, i64)>,
    /// Files that were deleted, and their rows.
    pub(crate) deleted: BTreeMap<String, u64>,
}

impl Note {
    fn path(table: &Table, day: UtcDay) -> String {
        format!("{NOTES}/{}/day={day}.json", table.name)
    }

    pub(crate) fn get(lake: &Lake, table: &Table, day: UtcDay) -> Result<Self, KeepError> {
        let path = Self::path(table, day);
        let Some(octets) = lake.get(&path)? else { return Ok(Self { version: VERSION, ..Self::default() }) };
        let wrong = |reason: String| KeepError::Note { path: path.clone(), reason };
        if octets.len() > MOST_OCTETS {
            return Err(wrong(format!("it has {} octets", octets.len())));
        }
        let note: Self = serde_json::from_slice(&octets).map_err(|error| wrong(error.to_string()))?;
        if note.version == VERSION { Ok(note) } else { Err(wrong(format!("it has version {}", note.version))) }
    }

    fn put(&self, lake: &Lake, table: &Table, day: UtcDay) -> Result<(), KeepError> {
        let path = Self::path(table, day);
        let octets = serde_json::to_vec(self);
        let octets = octets.map_err(|error| KeepError::Note { path: path.clone(), reason: error.to_string() })?;
        Ok(lake.put(&path, octets)?)
    }

    fn knows(&self, file: &File) -> bool {
        self.pseudonyms.get(&file.path) == Some(&(file.octets, file.stored))
    }
}

/// A file with which something is to be done.
struct Due {
    table: &'static Table,
    file: File,
    held: Held,
    act: Act,
    rows: u64,
}

/// The tables of events.
const EVENTS: [&Table; 2] = [&DNS_HITS, &CONTACT_HITS];

impl Lake {
    /// Does what the policy says for `today`. Running it again does no more; it can be stopped at any point.
    ///
    /// `summarise` is asked for the totals of a day once there are addresses of it in clear that will not be any more; where a segment comes late, again. What it returns is kept beside what it returned before,
    /// and before any address goes: where a run ends in between, the next one asks again, and it must not return what is there already.
    ///
    /// # Errors
    ///
    /// [`KeepError`]. What was done until then stays done.
    pub fn keep(
        &self,
        policy: &Policy,
        keys: &mut Keys,
        today: UtcDay,
        mut summarise: Option<Summarise<'_>>,
    ) -> Result<Kept, KeepError> {
        let mut kept = Kept::default();
        let mut days = BTreeSet::new();
        for table in EVENTS {
            days.extend(self.days(table)?);
        }
        for day in days.into_iter().filter(|day| !policy.is_early(*day, today)) {
            self.keep_day(policy, keys, (day, today), &mut summarise, &mut kept)?;
        }
        self.forget(policy, today, &mut kept)?;
        kept.months = keys.forget(policy, today)?;
        Ok(kept)
    }

    fn keep_day(
        &self,
        policy: &Policy,
        keys: &mut Keys,
        (day, today): (UtcDay, UtcDay),
        summarise: &mut Option<Summarise<'_>>,
        kept: &mut Kept,
    ) -> Result<(), KeepError> {
        let mut notes = Vec::new();
        let mut due = Vec::new();
        for table in EVENTS {
            let mut note = Note::get(self, table, day)?;
            let (found, changed) = self.due(policy, table, (day, today), &mut note)?;
            due.extend(found);
            notes.push((table, note, changed));
        }
        if due.iter().any(|due| due.held == Held::Clear)
            && let Some(summarise) = summarise
        {
            let totals = (*summarise)(self, day).map_err(|source| KeepError::Totals { day, source })?;
            if let Some(totals) = totals {
                let number = self.list(&format!("{TOTALS}/day={day}"))?.len();
                self.put(&format!("{TOTALS}/day={day}/{number:06}.totals"), totals)?;
            }
        }
        let mut failed = Ok(());
        for due in due {
            failed = self.do_one(keys, &due, day, kept);
            let Some((_, note, changed)) = notes.iter_mut().find(|(table, ..)| *table == due.table) else { continue };
            if failed.is_err() {
                break;
            }
            if due.act == Act::Delete {
                note.pseudonyms.remove(&due.file.path);
                note.deleted.insert(due.file.path, due.rows);
            }
            *changed = true;
        }
        // What was done is noted even where the rest failed: that a file was deleted shows nowhere else.
        for (table, note, changed) in notes {
            if changed {
                note.put(self, table, day)?;
            }
        }
        failed
    }

    /// Returns what is due of the files of a day, and says whether the note has more than before: files that have their pseudonyms already.
    fn due(
        &self,
        policy: &Policy,
        table: &'static Table,
        (day, today): (UtcDay, UtcDay),
        note: &mut Note,
    ) -> Result<(Vec<Due>, bool), KeepError> {
        let mut due = Vec::new();
        let mut changed = false;
        for file in self.files(table, day, None)? {
            let age = Policy::age(day, Instant::from_seconds(file.stored).day(), today);
            if policy.act(Held::Clear, age) == Act::Leave
                || (note.knows(&file) && policy.act(Held::Pseudonyms, age) == Act::Leave)
            {
                continue;
            }
            let footer = self.footer(table, &file)?;
            let held = if footer.pseudonyms { Held::Pseudonyms } else { Held::Clear };
            let act = policy.act(held, age);
            if act == Act::Leave {
                note.pseudonyms.insert(file.path.clone(), (file.octets, file.stored));
                changed = true;
            } else {
                due.push(Due { table, file, held, act, rows: footer.rows });
            }
        }
        Ok((due, changed))
    }

    /// Returns on how many files of events something is due on `today` by the policy, and the earliest of their days. Nothing is done.
    ///
    /// # Errors
    ///
    /// [`KeepError`] where the lake cannot be read.
    pub fn overdue(&self, policy: &Policy, today: UtcDay) -> Result<Option<Overdue>, KeepError> {
        let mut overdue: Option<Overdue> = None;
        for table in EVENTS {
            for day in self.days(table)?.into_iter().filter(|day| !policy.is_early(*day, today)) {
                let mut note = Note::get(self, table, day)?;
                let (due, _) = self.due(policy, table, (day, today), &mut note)?;
                if !due.is_empty() {
                    let known = overdue.get_or_insert(Overdue { files: 0, earliest: day });
                    known.files += due.len() as u64;
                    known.earliest = known.earliest.min(day);
                }
            }
        }
        Ok(overdue)
    }

    fn do_one(&self, keys: &mut Keys, due: &Due, day: UtcDay, kept: &mut Kept) -> Result<(), KeepError> {
        if due.held == Held::Clear {
            aggregate(self, due.table, &due.file, &keys.sketch())?;
        }
        if due.act == Act::Delete {
            self.remove(&due.file.path)?;
            kept.deleted += 1;
            kept.deleted_rows += due.rows;
        } else {
            let pseudonyms = keys.of_month(Month::of(day))?;
            kept.pseudonym_rows += rewrite(self, due.table, &due.file, &pseudonyms)?;
            kept.pseudonyms += 1;
        }
        Ok(())
    }

    /// Deletes counts, totals and notes of what is missing whose time is over.
    fn forget(&self, policy: &Policy, today: UtcDay, kept: &mut Kept) -> Result<(), KeepError> {
        for table in [&AGGREGATES, &LOSSES] {
            for day in self.days(table)? {
                if day <= today && !policy.forgets(today.days_since(day)) {
                    continue;
                }
                for file in self.files(table, day, None)? {
                    if policy.forgets(Policy::age(day, Instant::from_seconds(file.stored).day(), today)) {
                        self.remove(&file.path)?;
                        kept.forgotten += 1;
                    }
                }
            }
        }
        for object in self.list(TOTALS)? {
            let path = object.location.as_ref();
            let day = path.split('/').nth(1).and_then(|folder| folder.strip_prefix("day=")?.parse().ok());
            let stored = Instant::from_seconds(object.last_modified.timestamp()).day();
            if day.is_some_and(|day| policy.forgets(Policy::age(day, stored, today))) {
                self.remove(path)?;
                kept.forgotten += 1;
            }
        }
        Ok(())
    }

    /// Returns the totals that were made of a day, in the order in which they were made.
    ///
    /// # Errors
    ///
    /// [`LakeError::Store`].
    pub fn totals(&self, day: UtcDay) -> Result<Vec<Bytes>, LakeError> {
        Ok(self.totals_with_times(day)?.into_iter().map(|(octets, _)| octets).collect())
    }

    /// Returns the same, each with the second since 1970 in which the store took it.
    pub(crate) fn totals_with_times(&self, day: UtcDay) -> Result<Vec<(Bytes, i64)>, LakeError> {
        let mut found = Vec::new();
        for object in self.list(&format!("{TOTALS}/day={day}"))? {
            let octets = self.get(object.location.as_ref())?;
            found.extend(octets.map(|octets| (octets, object.last_modified.timestamp())));
        }
        Ok(found)
    }

    /// Returns the days of which there are totals, in order.
    ///
    /// # Errors
    ///
    /// [`LakeError::Store`].
    pub fn days_with_totals(&self) -> Result<Vec<UtcDay>, LakeError> {
        let names = self.folders(TOTALS)?;
        Ok(names.iter().filter_map(|name| name.strip_prefix("day=")?.parse().ok()).collect())
    }
}
