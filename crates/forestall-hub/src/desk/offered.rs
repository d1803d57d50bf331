// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a case offers to those who come again and again: names in batches, each with the time at which it was added.
//!
//! A list is offered from seven days before its first guard window opens until its last one closes, and a name as long as its own window is not
//! over. Nothing is kept for it: when a list was added follows from its window and from the log of the case. What is added is never older than what was there before, so
//! that whoever asks for what came since their last visit misses nothing. Names that once stood aside may come back at any time; they are a
//! batch of their own, no older than the last event that may have brought one back, and no older than the day.

use std::collections::{BTreeMap, HashSet};

use forestall_coord::board::Cell;
use forestall_coord::{Board, Refusal};
use forestall_dga::NameBuf;
use forestall_formats::feed::{Entries, Feed};
use forestall_formats::taxii::{Batch, Rank};
use forestall_model::marking::release;
use forestall_model::{Audience, DayRange, Instant, Released, Tld, UtcDay, Window};

use super::feed::{Gathering, left_out, told};
use super::publish::{names_of, need_at_most};
use super::{CaseFile, Desk, DeskError, FeedAsk};

/// How many days before its first guard window opens a list is offered.
pub const AHEAD_DAYS: i32 = 7;
/// The most names of a batch.
const MOST: u64 = 1_000_000;

/// What a case offers.
#[derive(Debug)]
pub struct Offer<'f> {
    file: &'f CaseFile,
    board: Board<'f>,
    tld: Option<Tld>,
    audience: Audience,
    now: Instant,
    /// The instant from which the case is looked at.
    at: Instant,
    /// When the offer began.
    begun: Instant,
    lists: BTreeMap<(usize, i64), List>,
}

/// A list that is offered.
#[derive(Debug)]
struct List {
    added: Instant,
    guard: Window,
    /// Whether a name of it ever stood aside.
    aside: bool,
}

impl CaseFile {
    /// Returns when the embargo of the case ended, where it had one and it did.
    fn opened_up(&self, now: Instant) -> Option<Instant> {
        let marking = self.marking();
        marking.embargo_until.filter(|_| marking.tlp_at(now) != marking.tlp)
    }

    /// Returns when the marking of what is said of names changed last, where it did: an embargo ended, or the case took up a stricter one.
    fn marked(&self, now: Instant) -> Option<Instant> {
        self.opened_up(now).max(self.case.marked)
    }
}

impl<'f> Offer<'f> {
    /// Returns what a case, or one slice of it, offers at `now` to the audience to which it was released.
    ///
    /// # Errors
    ///
    /// [`DeskError::Refused`] for an unknown slice.
    pub fn new(file: &'f Released<CaseFile>, tld: Option<Tld>, now: Instant) -> Result<Self, DeskError> {
        let audience = file.audience();
        let file = file.object();
        if let Some(tld) = tld.as_ref().filter(|tld| !file.case.slices.contains_key(*tld)) {
            return Err(DeskError::Refused(Refusal::UnknownSlice { tld: tld.clone() }));
        }
        let at = file.case.board_day.map_or(now, UtcDay::start);
        let opened = file.case.reached.first().map_or(file.case.opened, |reached| reached.since);
        let begun = opened.max(file.marked(now).unwrap_or(opened));
        let mut offer = Self { file, board: file.board(), tld, audience, now, at, begun, lists: BTreeMap::new() };
        offer.lists = offer.lists();
        Ok(offer)
    }

    /// Returns the batches, in order.
    #[must_use]
    pub fn batches(&self) -> Vec<Batch> {
        let batch = |added, rank, campaign, period| Batch { added, rank, campaign, period };
        let mut batches = vec![batch(self.begun, Rank::Shared, 0, 0)];
        let lists = self.lists.iter().filter(|(_, list)| self.has_names(list));
        batches.extend(lists.map(|((campaign, period), list)| batch(list.added, Rank::List, *campaign, *period)));
        if self.lists.values().any(|list| self.is_back(list)) {
            batches.push(batch(self.back(), Rank::Back, 0, 0));
        }
        let groups = self.days().days().filter_map(|day| {
            let period = i64::from(day.epoch_days());
            self.changed_on(day).map(|added| batch(added, Rank::Group, 0, period))
        });
        batches.extend(groups);
        batches.sort_unstable();
        batches
    }

    /// Returns the days whose names are offered: the day from which the case is looked at, and those ahead, within its horizon.
    #[must_use]
    pub fn days(&self) -> DayRange {
        let horizon = self.file.case.horizon;
        let first = self.at.day().clamp(horizon.from, horizon.until);
        DayRange { from: first, until: first.plus(AHEAD_DAYS + 1).min(horizon.until).max(first) }
    }

    /// Returns when the names that are live on a day changed last; `None` where no list has a name on it.
    #[must_use]
    pub fn changed_on(&self, day: UtcDay) -> Option<Instant> {
        let live = self.lists.values().filter(|list| list.guard.meets(day.window()));
        live.map(|list| if list.aside { list.added.max(self.changed()) } else { list.added }).max()
    }

    /// Returns the names of a day as a feed that knows when they changed; without names where the day has none.
    ///
    /// # Errors
    ///
    /// As [`Desk::feed`].
    pub fn of_day(&self, desk: &Desk, day: UtcDay) -> Result<Released<Feed>, DeskError> {
        let (audience, now) = (self.audience, self.now);
        let ask = FeedAsk { tld: self.tld.clone(), span: day.window(), audience, now, most: Some(MOST) };
        let changed = self.changed_on(day).unwrap_or(self.begun);
        Ok(desk.feed(self.file, &ask)?.map(|feed| Feed { changed, ..feed }))
    }

    /// Returns the feed of the whole offer without its names.
    ///
    /// # Errors
    ///
    /// [`DeskError::Withheld`] where the marking does not allow the audience.
    pub fn bare(&self) -> Result<Released<Feed>, DeskError> {
        self.feed(Entries::default())
    }

    /// Returns the names of a batch; none where it is not one of names, or is not offered any more.
    ///
    /// # Errors
    ///
    /// [`DeskError::Withheld`] where the marking does not allow the audience, [`DeskError::Input`] for more names than a feed can hold.
    pub fn names(&self, desk: &Desk, batch: Batch) -> Result<Released<Feed>, DeskError> {
        // Names whose own window is over are not offered any more.
        let span = Window { from: self.at, until: Instant::from_micros(i64::MAX) };
        let mut gathering = Gathering::new(span, self.file.case.exclusions.keys());
        match batch.rank {
            Rank::Shared | Rank::Group => {}
            Rank::List => {
                if let Some(list) = self.lists.get(&(batch.campaign, batch.period)) {
                    let is_back = self.is_back(list);
                    self.gather(desk, &mut gathering, (batch.campaign, batch.period), |aside| !(aside && is_back))?;
                }
            }
            Rank::Back => {
                for (key, _) in self.lists.iter().filter(|(_, list)| self.is_back(list)) {
                    self.gather(desk, &mut gathering, *key, |aside| aside)?;
                }
            }
        }
        self.feed(gathering.finish())
    }

    /// Returns when a name may have come back last.
    fn changed(&self) -> Instant {
        self.file.case.names_changed.max(self.begun)
    }

    /// Returns when the batch of names that may have come back was added. An act that began before a day and was recorded in it counts as of the
    /// day before: offered anew each day, its names reach everybody.
    fn back(&self) -> Instant {
        self.changed().max(self.now.day().start())
    }

    /// Says whether the names of a list that once stood aside are in that batch.
    fn is_back(&self, list: &List) -> bool {
        list.aside && list.added < self.back() && self.has_names(list)
    }

    /// Says whether a list may have names that are not over yet.
    fn has_names(&self, list: &List) -> bool {
        self.at < list.guard.until
    }

    fn feed(&self, entries: Entries) -> Result<Released<Feed>, DeskError> {
        let file = self.file;
        let case = &file.case;
        let campaigns = file.prepared.iter().zip(&case.campaigns).map(|(p, held)| told(p, held.verified)).collect();
        let feed = Feed {
            id: case.id.to_string(),
            title: case.title.clone(),
            marking: file.marking(),
            span: self.days().window(),
            opened: case.opened,
            // Nothing that is said of a name changes with the case but its marking.
            changed: case.opened.max(file.marked(self.now).unwrap_or(case.opened)),
            campaigns,
            entries,
            let_through: Vec::new(),
        };
        Ok(release(feed, self.audience, self.now)?)
    }

    /// Returns the lists that are offered, and those that ended in the course of the day: what changed in them changed the names of the day, whose time
    /// never goes back.
    fn lists(&self) -> BTreeMap<(usize, i64), List> {
        let case = &self.file.case;
        let mut lists: BTreeMap<(usize, i64), List> = BTreeMap::new();
        for (tld, cell) in self.cells() {
            let guard = case.guard(cell.campaign, cell.window);
            let due = guard.from.day().plus(-AHEAD_DAYS).start();
            if guard.until <= self.at.day().start() || due > self.at {
                continue;
            }
            let aside = self.board.aside(tld, cell.campaign, cell.period).is_some_and(|aside| !aside.is_empty());
            let added = || {
                // The windows of a list without an end of its own end with the horizon, and change with it.
                let grows = cell.window.until >= case.horizon.until.start();
                let moved = case.reached.last().filter(|_| grows).map(|reached| reached.since);
                let since = case.listed_since(cell.day).max(moved.unwrap_or(self.begun));
                self.begun.max(since).max(due)
            };
            let list =
                lists.entry((cell.campaign, cell.period)).or_insert_with(|| List { added: added(), guard, aside });
            list.aside |= aside;
        }
        lists
    }

    /// Returns the cells of the slices that are asked for.
    fn cells(&self) -> impl Iterator<Item = (&Tld, &Cell)> {
        let is_asked = |tld: &Tld| self.tld.as_ref().is_none_or(|wanted| wanted == tld);
        let slices = self.board.slices().filter(move |(tld, _)| is_asked(tld));
        slices.flat_map(|(tld, cells)| cells.iter().map(move |cell| (tld, cell)))
    }

    /// Gathers the names of a list of which `wanted` says whether they are wanted, by whether they once stood aside.
    fn gather(
        &self,
        desk: &Desk,
        gathering: &mut Gathering<'_>,
        (campaign, period): (usize, i64),
        wanted: impl Fn(bool) -> bool,
    ) -> Result<(), DeskError> {
        let file = self.file;
        let cells: BTreeMap<&Tld, &Cell> =
            self.cells().filter(|(_, cell)| (cell.campaign, cell.period) == (campaign, period)).collect();
        need_at_most(Some(MOST), names_of(cells.values().copied()))?;
        let mut add = |tld: &Tld, names: &NameBuf| {
            let Some(cell) = cells.get(tld) else { return Ok(()) };
            let aside = self.board.aside(tld, campaign, period);
            let is_aside = |place: usize| aside.is_some_and(|aside| u32::try_from(place).is_ok_and(|p| aside.has(p)));
            // Only what once stood aside can stand aside now.
            let left_out: HashSet<usize> = match aside.filter(|aside| !aside.is_empty()) {
                Some(_) => left_out(&self.board, tld, cell, self.at),
                None => HashSet::new(),
            };
            let margin = file.case.campaigns[campaign].guard;
            let is_left_out = |place: usize| !wanted(is_aside(place)) || left_out.contains(&place);
            gathering.add(names, campaign, (cell.window, margin), is_left_out).map(drop)
        };
        desk.each_slice(file, self.tld.as_ref(), (campaign, period), &mut add)
    }
}
