// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Whether what came in is there: the manifests against the rows that the files have by their footers, and the counts of those that were deleted.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::aggregate::place;
use crate::keep::{KeepError, Note};
use crate::lake::{File, Lake, Part};
use crate::manifest::{FOLDER, Manifest, ManifestError};
use crate::read::ReadError;
use crate::schema::{AGGREGATES, CONTACT_HITS, DNS_HITS, LOSSES, Table};

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Segments that were shipped.
    pub segments: u64,
    /// Events of them that a resolver asked.
    pub dns: u64,
    /// Events of them that a machine connected.
    pub contacts: u64,
    /// Rows of both tables that are there.
    pub rows: u64,
    /// Rows of both tables that were deleted in their time, and are counted.
    pub deleted: u64,
    /// Rows of files whose segment is not yet wholly shipped: the next run does it.
    pub under_way: u64,
    /// Events that are missing at least, by the segments.
    pub missing: u64,
    /// What does not fit, a sentence each, in order of path.
    pub problems: Vec<String>,
}

/// Why a check could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The lake cannot be used.
    #[error(transparent)]
    Lake(#[from] crate::lake::LakeError),
    /// A note of retention cannot be read.
    #[error(transparent)]
    Note(#[from] KeepError),
    /// A manifest cannot be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

impl Checked {
    /// Says whether every event that came in is there, or was deleted in its time.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.problems.is_empty() && self.dns + self.contacts == self.rows + self.deleted
    }
}

impl Lake {
    /// Compares what came in with what is there. Reads all manifests and the footer of every file.
    ///
    /// # Errors
    ///
    /// [`CheckError`] where the lake cannot be read. A file that is damaged or missing is no error but one of [`Checked::problems`].
    pub fn check(&self) -> Result<Checked, CheckError> {
        let mut checked = Checked::default();
        let mut files: BTreeMap<String, (&'static Table, File)> = BTreeMap::new();
        let mut notes: BTreeMap<(&str, forestall_model::UtcDay), Note> = BTreeMap::new();
        for table in [&DNS_HITS, &CONTACT_HITS, &LOSSES] {
            files.extend(self.all_files(table)?.into_iter().map(|file| (file.path.clone(), (table, file))));
        }
        let mut seen = BTreeSet::new();
        for object in self.list(FOLDER)? {
            let path = object.location.as_ref();
            let manifest = match Manifest::get(self, path) {
                Ok(Some(manifest)) => manifest,
                Ok(None) => continue,
                Err(ManifestError::Lake(error)) => return Err(error.into()),
                Err(form) => {
                    checked.problems.push(form.to_string());
                    continue;
                }
            };
            checked.segments += 1;
            checked.dns += manifest.dns;
            checked.contacts += manifest.contacts;
            checked.missing += manifest.missing;
            for (table, events) in [(&DNS_HITS, manifest.dns), (&CONTACT_HITS, manifest.contacts)] {
                let rows = manifest.rows(table.name);
                if rows != events {
                    checked
                        .problems
                        .push(format!("{path}: {events} events of {} came in, and {rows} rows were made", table.name));
                }
            }
            for entry in manifest.files {
                match files.get(&entry.path) {
                    Some((table, file)) => self.check_file(table, file, entry.rows, &mut checked),
                    None => self.check_gone(&entry.path, entry.rows, &mut notes, &mut checked)?,
                }
                seen.insert(entry.path);
            }
        }
        for (path, (table, file)) in files.iter().filter(|(path, _)| !seen.contains(*path)) {
            match self.footer(table, file) {
                Ok(footer) => checked.under_way += footer.rows,
                Err(error) => checked.problems.push(format!("{path}: {error}")),
            }
        }
        Ok(checked)
    }

    fn check_file(&self, table: &'static Table, file: &File, expected: u64, checked: &mut Checked) {
        match self.footer(table, file) {
            Ok(footer) => {
                if footer.rows != expected {
                    let problem = format!("{}: it has {} rows; expected {expected}", file.path, footer.rows);
                    checked.problems.push(problem);
                }
                checked.rows += if *table == LOSSES { 0 } else { footer.rows };
            }
            Err(error) => checked.problems.push(format!("{}: {error}", file.path)),
        }
    }

    /// A file that is not there: was it deleted in its time, and are its events counted?
    fn check_gone(
        &self,
        path: &str,
        expected: u64,
        notes: &mut BTreeMap<(&'static str, forestall_model::UtcDay), Note>,
        checked: &mut Checked,
    ) -> Result<(), CheckError> {
        let Some((table, file)) = parsed(path) else {
            if !path.starts_with(LOSSES.name) {
                checked.problems.push(format!("{path}: it is no place of a file of events"));
            }
            return Ok(());
        };
        let day = file.part.day;
        let note = match notes.entry((table.name, day)) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(Note::get(self, table, day)?),
        };
        let rows = note.deleted.get(path).copied();
        if rows != Some(expected) {
            checked.problems.push(format!("{path}: it is not there, and was not deleted in its time"));
            return Ok(());
        }
        checked.deleted += expected;
        let counts = place(table, &file);
        match self.counted(&counts) {
            Ok(Some(events)) if events != expected => {
                checked.problems.push(format!("{counts}: it counts {events} events; expected {expected}"));
            }
            // Counts are deleted in their time as well.
            Ok(_) => {}
            Err(ReadError::Lake(error)) => return Err(error.into()),
            Err(error) => checked.problems.push(format!("{counts}: {error}")),
        }
        Ok(())
    }

    /// Returns how many events a file of counts counts; none where it is not there.
    fn counted(&self, path: &str) -> Result<Option<u64>, ReadError> {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let found = self.list(folder)?.into_iter().find(|object| object.location.as_ref() == path);
        let Some(object) = found else { return Ok(None) };
        let Some(file) = File::of(&AGGREGATES, &object) else { return Ok(None) };
        let mut scan = self.scan(&AGGREGATES, vec![file], &["events"])?;
        let mut events = 0_u64;
        while let Some(batch) = scan.next()? {
            let here = batch.longs("events")?.values.iter().map(|count| u64::try_from(*count).unwrap_or(0));
            events = here.fold(events, u64::saturating_add);
        }
        Ok(Some(events))
    }
}

/// Takes a place apart as a file of events that is not there.
fn parsed(path: &str) -> Option<(&'static Table, File)> {
    for table in [&DNS_HITS, &CONTACT_HITS] {
        let Some(rest) = path.strip_prefix(table.name) else { continue };
        let (day, rest) = rest.strip_prefix("/day=")?.split_once('/')?;
        let (family, _) = rest.strip_prefix("family=")?.split_once('/')?;
        let part = Part { day: day.parse().ok()?, family: family.to_owned() };
        return Some((table, File { path: path.to_owned(), part, octets: 0, stored: 0 }));
    }
    None
}
