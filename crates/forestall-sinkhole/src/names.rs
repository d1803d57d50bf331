// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The listed names: what stands for a name at this moment, by the clock alone.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use forestall_index::{Hit, Index, Posting};
use forestall_model::{Instant, UtcDay, WindowSet};
use forestall_spool::dns::Campaigns;

use crate::config::Group;

/// Indexes in use, with what the configuration says of their campaigns.
#[derive(Debug)]
pub struct Names {
    listed: Vec<Listed>,
    groups: Arc<[Group]>,
    answer_collisions: bool,
}

#[derive(Debug)]
struct Listed {
    index: Index,
    /// The number of each campaign in the spool.
    numbers: Vec<u16>,
    /// The groups that each campaign may belong to, in order.
    groups: Vec<Vec<usize>>,
}

/// What a name is at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is in no list.
    Unlisted,
    /// It has a legitimate holder.
    Collision,
    /// It is listed.
    Listed(Found),
}

/// A listed name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where in the name that was asked the listed name begins.
    pub start: usize,
    /// A number that this name has and others do not have.
    pub id: u64,
    /// The campaigns with an open window; all campaigns where none is open.
    pub campaigns: Campaigns,
    /// Whether a window is open, and until when; an open end is the end of time.
    pub open_until: Option<Instant>,
    /// The group whose addresses are answered, and the day that chooses among them.
    pub group: Option<(usize, UtcDay)>,
}

impl Names {
    /// Takes indexes into use. `number` gives the number by which the spool names a campaign.
    ///
    /// # Errors
    ///
    /// That of `number`.
    pub fn new<E>(
        indexes: Vec<Index>,
        groups: Arc<[Group]>,
        answer_collisions: bool,
        mut number: impl FnMut(&str, &str) -> Result<u16, E>,
    ) -> Result<Self, E> {
        let mut listed = Vec::new();
        for index in indexes {
            let (mut numbers, mut of_campaign) = (Vec::new(), Vec::new());
            for campaign in index.campaigns() {
                numbers.push(number(campaign.family.as_str(), campaign.id.as_str())?);
                let may = |group: &Group| group.takes(campaign.family.as_str(), campaign.id.as_str());
                of_campaign.push(groups.iter().enumerate().filter(|(_, group)| may(group)).map(|(n, _)| n).collect());
            }
            listed.push(Listed { index, numbers, groups: of_campaign });
        }
        Ok(Self { listed, groups, answer_collisions })
    }

    /// Returns how many names there are; those of several indexes are counted in each.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.listed.iter().map(|listed| listed.index.names()).sum()
    }

    /// Returns when the newest index was built.
    #[must_use]
    pub fn written(&self) -> Instant {
        self.listed.iter().map(|listed| listed.index.written()).max().unwrap_or(Instant::from_seconds(0))
    }

    /// Returns the groups of addresses.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Says what a name on the wire is at a moment. The first index with an open window counts; a collision in any of them does so before.
    #[must_use]
    #[inline]
    pub fn standing(&self, qname: &[u8], now: Instant) -> Standing {
        let mut standing = Standing::Unlisted;
        for (listed, place) in self.listed.iter().zip(0u64..) {
            if let Some(hit) = listed.index.look_up_wire(qname) {
                standing = self.judged(standing, listed, place, &hit, qname, now);
            }
        }
        standing
    }

    /// Says of many names what [`Self::standing`] says of each, in place of what `standings` held. Quicker, since the memory that several of them need is fetched
    /// at a time.
    pub fn standings(&self, qnames: &[&[u8]], now: Instant, standings: &mut Vec<Standing>) {
        standings.clear();
        standings.resize(qnames.len(), Standing::Unlisted);
        for (listed, place) in self.listed.iter().zip(0u64..) {
            listed.index.look_up_wire_batch(qnames, |number, hit| {
                standings[number] = self.judged(standings[number], listed, place, &hit, qnames[number], now);
            });
        }
    }

    /// Says what a name is, by what earlier indexes say of it and a hit in this one.
    #[inline]
    fn judged(
        &self,
        before: Standing,
        listed: &Listed,
        place: u64,
        hit: &Hit<'_>,
        qname: &[u8],
        now: Instant,
    ) -> Standing {
        let best = match before {
            Standing::Collision => return before,
            _ if hit.is_collision() && !self.answer_collisions => return Standing::Collision,
            Standing::Listed(best) if best.open_until.is_some() => return before,
            Standing::Listed(best) => Some(best),
            Standing::Unlisted => None,
        };
        let found = self.found(listed, place, hit, qname, now);
        Standing::Listed(best.filter(|_| found.open_until.is_none()).unwrap_or(found))
    }

    fn found(&self, listed: &Listed, place: u64, hit: &Hit<'_>, qname: &[u8], now: Instant) -> Found {
        let (mut open, mut all) = (Campaigns::default(), Campaigns::default());
        let (mut open_until, mut group) = (None, None);
        for posting in hit.postings() {
            let number = listed.numbers.get(posting.number as usize).copied().unwrap_or(0);
            all.push(number);
            let Some((until, day)) = opening(&posting, now) else { continue };
            open.push(number);
            open_until = open_until.max(Some(until));
            if group.is_none() && !self.groups.is_empty() {
                let of_campaign = listed.groups.get(posting.number as usize).into_iter().flatten();
                group =
                    of_campaign.copied().find(|group| self.groups[*group].takes_tld(qname)).map(|group| (group, day));
            }
        }
        let is_open = open_until.is_some();
        let id = hit.id() << 8 | place & 0xFF;
        Found { start: hit.start(), id, campaigns: if is_open { open } else { all }, open_until, group }
    }
}

/// Returns until when a posting is open at a moment, and the day of its nominal window.
#[inline]
fn opening(posting: &Posting<'_>, now: Instant) -> Option<(Instant, UtcDay)> {
    const NEVER: Instant = Instant::from_micros(i64::MAX);
    let margin = posting.campaign.margin;
    match posting.windows {
        WindowSet::Always => Some((NEVER, now.day())),
        WindowSet::From(from) => (from.plus_seconds(-margin.before_seconds) <= now).then(|| (NEVER, now.day())),
        WindowSet::Spans(spans) => {
            let mut best = None;
            for span in spans {
                let wide = span.widened(margin);
                if wide.contains(now) && (best.is_none() || span.contains(now)) {
                    best = Some((wide.until, span.from.day()));
                }
            }
            best
        }
    }
}

/// The names that are in use now, and a number that changes with them.
#[derive(Debug)]
pub struct Live {
    turn: AtomicU64,
    names: Mutex<Arc<Names>>,
}

impl Live {
    /// Puts names into use.
    #[must_use]
    pub fn new(names: Names) -> Self {
        Self { turn: AtomicU64::new(0), names: Mutex::new(Arc::new(names)) }
    }

    /// Puts other names into use. Whoever answers a query ends it with the names that it began with.
    pub fn replace(&self, names: Names) {
        let old = {
            let mut current = self.names.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *current, Arc::new(names))
        };
        self.turn.fetch_add(1, Ordering::Release);
        // Outside the lock: giving back the memory of millions of names takes its time.
        drop(old);
    }

    /// Returns the number of the names in use.
    #[must_use]
    pub fn turn(&self) -> u64 {
        self.turn.load(Ordering::Acquire)
    }

    /// Returns the names in use.
    #[must_use]
    pub fn names(&self) -> Arc<Names> {
        Arc::clone(&self.names.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
