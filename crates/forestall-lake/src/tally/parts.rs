// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Numbers of a day that the lake keeps: made of the events that were in clear at one time, and of those that came later, each file of events in one of them.

use std::collections::{BTreeMap, BTreeSet};

use forestall_census::day::Totals;
use forestall_model::UtcDay;

use super::TallyError;
use super::stored::Stored;
use crate::lake::{File, Lake};

/// What the lake keeps of a day.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// The numbers, part by part.
    parts: Vec<Vec<Totals>>,
    /// The files that they are of.
    files: BTreeSet<String>,
    /// Until when the store took the files that numbers of version 1 are of, which do not say which they are.
    until: Option<i64>,
    /// Events of parts that cannot be told from others.
    pub(super) left: u64,
}

impl Parts {
    /// Reads them.
    pub(super) fn read(lake: &Lake, day: UtcDay) -> Result<Self, TallyError> {
        let mut all = Self::default();
        let mut without_files: Vec<(Vec<Totals>, i64)> = Vec::new();
        for (octets, at) in lake.totals_with_times(day)? {
            let stored = Stored::from_octets(&octets).map_err(|source| TallyError::Stored { day, source })?;
            match stored.files {
                Some(files) => all.add(files, stored.totals),
                None => without_files.push((stored.totals, at)),
            }
        }
        // Of several that do not say what they are of, those of the most events are the day's.
        without_files.sort_by_key(|(totals, _)| events(totals));
        if let Some((totals, at)) = without_files.pop() {
            all.parts.push(totals);
            all.until = Some(at);
        }
        all.left += without_files.iter().map(|(totals, _)| events(totals)).sum::<u64>();
        Ok(all)
    }

    /// Takes a part, unless its files are in another one. Where it has all that are there and more, it takes their place.
    fn add(&mut self, files: BTreeSet<String>, totals: Vec<Totals>) {
        let shared = self.files.intersection(&files).count();
        if shared == 0 {
            self.files.extend(files);
            self.parts.push(totals);
        } else if shared == self.files.len() {
            self.files = files;
            self.parts = vec![totals];
        } else if shared < files.len() {
            self.left += events(&totals);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Says whether a file of events is in one of the parts.
    pub(super) fn has(&self, file: &File) -> bool {
        self.files.contains(&file.path) || self.until.is_some_and(|until| file.stored <= until)
    }

    /// Returns the numbers of the day, by family, of all parts together.
    pub(super) fn joined(self) -> Vec<Totals> {
        let mut families: BTreeMap<String, Vec<Totals>> = BTreeMap::new();
        for totals in self.parts.into_iter().flatten() {
            families.entry(totals.family.clone()).or_default().push(totals);
        }
        families.into_values().filter_map(Totals::joined).collect()
    }
}

fn events(totals: &[Totals]) -> u64 {
    totals.iter().map(Totals::events).sum()
}
