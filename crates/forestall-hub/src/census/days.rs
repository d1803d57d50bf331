// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The numbers of days, counted from the lake once and kept as long as it holds the same files of the day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant as Moment};

use forestall_census::day::Totals;
use forestall_lake::{CONTACT_HITS, DNS_HITS, LOSSES, Lake, tally};
use forestall_model::{Digest, UtcDay};

use super::{Asked, CensusError};

/// Networks and countries of all days that are kept, and of those that are looked at together: some hundred octets each.
const MOST_LINES: usize = 1_000_000;
/// Days from the last one that is asked for, of which segments may still come.
const YOUNG_DAYS: i32 = 21;
/// How long the numbers of such a day are believed before the lake is asked for its files again.
const YOUNG: Duration = Duration::from_secs(600);
/// The same for older days.
const OLD: Duration = Duration::from_secs(6 * 3_600);

/// The numbers of a day.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) totals: Vec<Totals>,
    pub(super) notes: Vec<String>,
}

impl Counted {
    fn lines(&self) -> usize {
        1 + self.totals.iter().map(|totals| totals.machines.parts.len()).sum::<usize>()
    }
}

/// A day that is kept.
struct Kept {
    counted: Arc<Counted>,
    /// What the lake held of the day.
    print: Digest,
    checked: Moment,
}

/// The days that are kept.
#[derive(Default)]
pub(super) struct Days(Mutex<BTreeMap<UtcDay, Kept>>);

impl Days {
    /// Returns the numbers of the days that are asked for, in order. It waits for the lake.
    pub(super) fn of(&self, url: &str, asked: &Asked) -> Result<Vec<(UtcDay, Arc<Counted>)>, CensusError> {
        let lake = Lake::open(url)?;
        let mut days = Vec::new();
        let mut lines = 0;
        for later in 0..=asked.day.days_since(asked.since) {
            let day = asked.since.plus(later);
            let pace = if asked.day.days_since(day) < YOUNG_DAYS { YOUNG } else { OLD };
            let counted = self.day(&lake, day, pace)?;
            lines += counted.lines();
            if lines > MOST_LINES {
                return Err(CensusError::TooMuch { from: asked.since, until: asked.day });
            }
            days.push((day, counted));
        }
        Ok(days)
    }

    fn day(&self, lake: &Lake, day: UtcDay, pace: Duration) -> Result<Arc<Counted>, CensusError> {
        if let Some(kept) = self.locked().get(&day).filter(|kept| kept.checked.elapsed() < pace) {
            return Ok(Arc::clone(&kept.counted));
        }
        let print = print(lake, day)?;
        if let Some(kept) = self.locked().get_mut(&day).filter(|kept| kept.print == print) {
            kept.checked = Moment::now();
            return Ok(Arc::clone(&kept.counted));
        }
        let tally::Day { totals, notes } = tally::of_day(lake, day, None)?;
        let counted = Arc::new(Counted { totals, notes });
        let mut days = self.locked();
        days.insert(day, Kept { counted: Arc::clone(&counted), print, checked: Moment::now() });
        let mut lines: usize = days.values().map(|kept| kept.counted.lines()).sum();
        while lines > MOST_LINES {
            let oldest = days.iter().filter(|(other, _)| **other != day).min_by_key(|(_, kept)| kept.checked);
            let Some(oldest) = oldest.map(|(day, _)| *day) else { break };
            lines -= days.remove(&oldest).map_or(0, |kept| kept.counted.lines());
        }
        Ok(counted)
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, BTreeMap<UtcDay, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns what changes when the lake gets or loses something of a day.
fn print(lake: &Lake, day: UtcDay) -> Result<Digest, CensusError> {
    let mut text = String::new();
    for table in [&CONTACT_HITS, &DNS_HITS, &LOSSES] {
        for file in lake.files(table, day, None)? {
            text.push_str(&format!("{} {} {}\n", file.path, file.octets, file.stored));
        }
    }
    let totals = lake.totals(day)?;
    let parts: Vec<&[u8]> = std::iter::once(text.as_bytes()).chain(totals.iter().map(|octets| &octets[..])).collect();
    Ok(Digest::of_parts(&parts))
}

/// Returns the days of which the lake holds events, in order.
pub(super) fn held(url: &str) -> Result<Vec<UtcDay>, CensusError> {
    let lake = Lake::open(url)?;
    let mut days = BTreeSet::new();
    for table in [&CONTACT_HITS, &DNS_HITS] {
        days.extend(lake.days(table)?);
    }
    // Events whose time was none stand under this one.
    days.remove(&forestall_lake::NO_DAY);
    Ok(days.into_iter().collect())
}
