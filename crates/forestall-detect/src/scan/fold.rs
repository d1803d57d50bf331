// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! From sorted cells to findings: one pass, and memory that hangs on days and offsets, not on names or questions.

use std::collections::{BTreeMap, BTreeSet};

use forestall_model::Instant;

use super::chance::of_chance;
use super::run::{Entry, ScratchError};
use super::tally::Cell;
use super::{CampaignSupport, Client, ClockOffset, Finding, Mark, Subject};

/// Distinct names that must share an offset of whole days before it is taken for the error of a clock.
const SHARING: u64 = 3;

/// Folds entries, which come sorted by client, family and name, into findings.
pub(super) fn fold<E: From<ScratchError>>(
    entries: impl Iterator<Item = Result<Entry, ScratchError>>,
    listed: impl Fn(u16) -> u64,
    mut sink: impl FnMut(Finding) -> Result<(), E>,
) -> Result<(), E> {
    let mut group: Option<Group> = None;
    for entry in entries {
        let entry = entry?;
        if group.as_ref().is_some_and(|group| group.client != *entry.client || group.family != entry.mark.family)
            && let Some(done) = group.take()
        {
            sink(done.finish(&listed))?;
        }
        group.get_or_insert_with(|| Group::new(&entry)).add(&entry);
    }
    group.map_or(Ok(()), |group| sink(group.finish(&listed)))
}

/// What counts under one reading: in the windows, or only beside them by so many days.
#[derive(Debug, Default)]
struct Count {
    cell: Option<Cell>,
    /// Distinct names by the length of their label.
    lengths: BTreeMap<u8, u64>,
    days: BTreeSet<i32>,
    /// Distinct names by campaign.
    campaigns: BTreeMap<u16, u64>,
}

impl Count {
    fn names(&self) -> u64 {
        self.lengths.values().sum()
    }

    fn add(&mut self, entry: &Entry) {
        match &mut self.cell {
            Some(cell) => cell.add(&entry.cell),
            None => self.cell = Some(entry.cell),
        }
        self.days.insert(entry.day);
    }

    fn join(&mut self, other: &Self) {
        match (&mut self.cell, &other.cell) {
            (Some(cell), Some(others)) => cell.add(others),
            (cell @ None, others) => *cell = *others,
            _ => {}
        }
        for (length, names) in &other.lengths {
            *self.lengths.entry(*length).or_default() += names;
        }
        self.days.extend(&other.days);
        for (campaign, names) in &other.campaigns {
            *self.campaigns.entry(*campaign).or_default() += names;
        }
    }
}

/// How well an offset fits.
#[derive(Debug, Default)]
struct Fit {
    /// Distinct names with a widened window there, and with a nominal one.
    names: u64,
    nominal: u64,
    /// What it adds to the questions in their windows.
    adds: Count,
}

/// The cells of one client and family.
struct Group {
    client: Client,
    family: Option<u16>,
    all: Cell,
    dated: bool,
    live: Count,
    fits: BTreeMap<i32, Fit>,
    name: Name,
}

/// What is known of the name whose cells are being added.
#[derive(Debug, Default)]
struct Name {
    number: u64,
    length: u8,
    live: BTreeSet<u16>,
    /// By offset: whether a nominal window fits, and the campaigns.
    shifts: BTreeMap<i32, (bool, BTreeSet<u16>)>,
}

impl Group {
    fn new(entry: &Entry) -> Self {
        let none = Cell { questions: 0, nxdomain: 0, ..entry.cell };
        Self {
            client: Client::clone(&entry.client),
            family: entry.mark.family,
            all: none,
            dated: false,
            live: Count::default(),
            fits: BTreeMap::new(),
            name: Name { number: entry.name, length: entry.cell.length, ..Name::default() },
        }
    }

    fn add(&mut self, entry: &Entry) {
        if entry.name != self.name.number {
            self.end_name();
            self.name.number = entry.name;
            self.name.length = entry.cell.length;
        }
        let Mark { family, live, shifts, dated } = &*entry.mark;
        self.all.add(&entry.cell);
        self.dated |= dated;
        if family.is_none() || !live.is_empty() {
            self.live.add(entry);
            self.name.live.extend(live);
        }
        let mut last = None;
        for shift in shifts {
            let (nominal, campaigns) = self.name.shifts.entry(shift.days).or_default();
            *nominal |= shift.nominal;
            campaigns.insert(shift.campaign);
            if last.replace(shift.days) != Some(shift.days) {
                self.fits.entry(shift.days).or_default().adds.add(entry);
            }
        }
    }

    fn end_name(&mut self) {
        let Name { live, shifts, length, .. } = std::mem::take(&mut self.name);
        let is_live = self.family.is_none() || !live.is_empty();
        if is_live {
            *self.live.lengths.entry(length).or_default() += 1;
        }
        for campaign in &live {
            *self.live.campaigns.entry(*campaign).or_default() += 1;
        }
        for (days, (nominal, campaigns)) in shifts {
            let fit = self.fits.entry(days).or_default();
            fit.names += 1;
            fit.nominal += u64::from(nominal);
            if !is_live {
                *fit.adds.lengths.entry(length).or_default() += 1;
            }
            for campaign in campaigns.difference(&live) {
                *fit.adds.campaigns.entry(*campaign).or_default() += 1;
            }
        }
    }

    fn finish(mut self, listed: impl Fn(u16) -> u64) -> Finding {
        self.end_name();
        let offset = self.offset();
        let mut counted = self.live;
        let clock_offset = match offset {
            Some(Best { days, alone }) => {
                if let Some(fit) = self.fits.get(&days) {
                    counted.join(&fit.adds);
                }
                if alone { ClockOffset::Days(days) } else { ClockOffset::Undecidable }
            }
            None if self.dated => ClockOffset::Days(0),
            None => ClockOffset::Undecidable,
        };
        let mut campaigns: Vec<CampaignSupport> = counted
            .campaigns
            .iter()
            .map(|(campaign, names)| CampaignSupport { campaign: *campaign, names: *names })
            .collect();
        campaigns.sort_by_key(|support| (std::cmp::Reverse(support.names), support.campaign));
        let days = u64::try_from(counted.days.len()).unwrap_or(u64::MAX);
        let subject = self.family.map_or(Subject::Collision, Subject::Family);
        let cell = counted.cell.unwrap_or(Cell { questions: 0, nxdomain: 0, ..self.all });
        let (first_seen, last_seen): (Instant, Instant) = (cell.first, cell.last);
        Finding {
            client: self.client,
            subject,
            campaigns,
            queries: cell.questions,
            names: counted.names(),
            days,
            first_seen,
            last_seen,
            nxdomain: cell.nxdomain,
            out_of_window: self.all.questions - cell.questions,
            clock_offset,
            chance: match subject {
                Subject::Collision => 1.0,
                Subject::Family(family) => {
                    let lengths: Vec<(u8, u64)> = counted.lengths.into_iter().collect();
                    of_chance(&lengths, days, listed(family))
                }
            },
        }
    }

    /// Returns the offset that most names share, where enough do: those in nominal windows tell widened ones apart, then the smaller wins.
    fn offset(&self) -> Option<Best> {
        let rank = |fit: &Fit| (fit.names, fit.nominal);
        let sharing = || self.fits.iter().filter(|(_, fit)| fit.names >= SHARING);
        let best = sharing().map(|(_, fit)| rank(fit)).max()?;
        let mut equals: Vec<i32> = sharing().filter(|(_, fit)| rank(fit) == best).map(|(days, _)| *days).collect();
        equals.sort_by_key(|days| (days.unsigned_abs(), *days));
        Some(Best { days: *equals.first()?, alone: equals.len() == 1 })
    }
}

/// The offset that fits best, and whether no other fits as well.
struct Best {
    days: i32,
    alone: bool,
}
