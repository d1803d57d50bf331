// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Follows a case event by event and keeps what its figures need and no later state can tell.

use std::collections::{BTreeMap, BTreeSet};

use forestall_model::{Action, DomainName, Instant, ListCounts, Tld, UtcDay};

use super::Figures;
use super::latency::{Asked, Stage};
use crate::case::{Case, ReplayError, names_campaign};
use crate::cut::COOL_DOWN_DAYS;
use crate::event::{AnswerScope, Body, CaseKind, Event, Occurrence, Purpose};
use crate::proof::Level;
use crate::tally::{ListView, Tally};

/// A list by its place in the counts: campaign, period, top-level domain.
type Place = (usize, usize, usize);

/// What a case was when each of its windows opened, and when things came about. Made of its opening, moved on by each further event.
///
/// Events count from the instant when they were recorded, so that a figure says what the people of the case knew; those of a reconstruction
/// from when they happened. The counts must be the same in each call: for others, begin anew.
#[derive(Debug)]
pub struct Follow {
    pub(super) case: Case,
    /// The instant of the last event.
    pub(super) clock: Instant,
    /// When the first thing happened that counts.
    pub(super) from: Instant,
    /// Lists whose guard window has not opened, the last to open first.
    ahead: Vec<(Instant, Place)>,
    /// Lists whose guard window was open before the case was.
    pub(super) before_the_case: u64,
    /// Since when every registrable name of a list is seen protected.
    whole: BTreeMap<Place, Instant>,
    /// The most names of a list that were lost at a time.
    pub(super) lost: BTreeMap<Place, u32>,
    /// What was seen at opening: by slice observed and registrable names.
    pub(super) coverage: BTreeMap<Tld, (u64, u64)>,
    /// Misses at opening by campaign and period, as far as its lists have opened.
    pub(super) misses: BTreeMap<(usize, usize), u32>,
    /// Seconds from the proof of a whole list to its opening.
    pub(super) leads: Vec<i64>,
    /// Lists that opened with a name that nobody had seen protected.
    pub(super) without_lead: u64,
    pub(super) asked: Vec<Asked>,
    /// How many events of each kind happened on each day.
    pub(super) events: BTreeMap<(UtcDay, &'static str), u32>,
    /// Names that are to be taken back: since when, and when it was done.
    pub(super) undone: BTreeMap<DomainName, (Instant, Option<Instant>)>,
    /// What registries say that they released.
    pub(super) released: Released,
}

/// Names that a registry held and says that it released, each list counted by itself.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Released {
    /// Inside the guard window of the list or its cool-down.
    pub(super) early: u64,
    /// Within [`RELEASE_DAYS`] of the end of the cool-down.
    pub(super) on_time: u64,
    /// Later.
    pub(super) late: u64,
}

/// Days from the end of a cool-down in which a release is on time: lists of names to hand back go out once a week at most, and the registry has as
/// long to act on one.
pub(super) const RELEASE_DAYS: i64 = 14;

/// Seconds from the close of a guard window until its names can be handed back.
pub(super) const COOL_DOWN: i64 = COOL_DOWN_DAYS as i64 * 86_400;

impl Follow {
    /// Begins with the opening of a case.
    ///
    /// # Errors
    ///
    /// [`ReplayError`] where the event is no opening.
    pub fn new(opening: &Event, counts: &[ListCounts]) -> Result<Self, ReplayError> {
        let not_opened = || ReplayError::NotOpened { version: opening.version, kind: opening.body.kind() };
        let case = Case::replay([opening])?.ok_or_else(not_opened)?;
        let is_live = case.kind == CaseKind::Live;
        let mut follow = Self {
            clock: if is_live { opening.recorded } else { case.horizon.from.start() },
            from: if is_live { case.opened } else { case.horizon.from.start() },
            case,
            ahead: Vec::new(),
            before_the_case: 0,
            whole: BTreeMap::new(),
            lost: BTreeMap::new(),
            coverage: BTreeMap::new(),
            misses: BTreeMap::new(),
            leads: Vec::new(),
            without_lead: 0,
            asked: Vec::new(),
            events: BTreeMap::from([((opening.occurred.day(), opening.body.kind()), 1)]),
            undone: BTreeMap::new(),
            released: Released::default(),
        };
        for (campaign, list) in counts.iter().enumerate().take(follow.case.campaigns.len()) {
            for (period, counted) in list.periods.iter().enumerate() {
                let opens = follow.case.guard(campaign, counted.window).from;
                for tld in 0..counted.by_tld.len() {
                    if is_live && opens < follow.from {
                        follow.before_the_case += 1;
                    } else {
                        follow.ahead.push((opens, (campaign, period, tld)));
                    }
                }
            }
        }
        follow.ahead.sort_unstable_by(|a, b| b.cmp(a));
        Ok(follow)
    }

    /// Returns from when on an event counts. Events are taken in this order, the opening before all.
    #[must_use]
    pub fn instant(&self, event: &Event) -> Instant {
        if self.case.kind == CaseKind::Live { event.recorded } else { event.occurred }
    }

    /// Returns the number of the last event that was taken in.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.case.version
    }

    /// Takes in the next event.
    ///
    /// # Errors
    ///
    /// [`ReplayError`] for a second opening.
    pub fn take(&mut self, event: &Event, counts: &[ListCounts]) -> Result<(), ReplayError> {
        let at = self.instant(event);
        self.from = self.from.min(at);
        self.open(at, counts);
        let mut touched = self.touched(event, counts);
        let held = self.held_before(event, &touched, counts);
        self.case.take_in(event)?;
        self.follow_release(event, &held, counts);
        touched.extend(self.touched(event, counts));
        for place in touched {
            self.look(place, counts);
        }
        *self.events.entry((event.occurred.day(), event.body.kind())).or_default() += 1;
        self.follow_requests(event);
        self.follow_undoing(event);
        Ok(())
    }

    /// Returns the figures at `now`. Windows that have opened until then count as the last event left them.
    pub fn figures(&mut self, counts: &[ListCounts], now: Instant) -> Figures {
        self.open(now, counts);
        super::figures::figures(self, counts, now)
    }

    /// Moves on to an instant: what opened before it is counted as it is.
    fn open(&mut self, at: Instant, counts: &[ListCounts]) {
        self.clock = self.clock.max(at);
        while let Some((opens, place)) = self.ahead.pop_if(|(opens, _)| *opens < at) {
            let Some((tld, tally)) = self.tally(place, counts) else { continue };
            let registrable = u64::from(tally.registrable());
            let slice = self.coverage.entry(tld.clone()).or_default();
            slice.0 += registrable - u64::from(tally.misses(Level::Observed));
            slice.1 += registrable;
            *self.misses.entry((place.0, place.1)).or_default() += tally.misses(Level::Observed);
            if registrable == 0 {
                continue;
            }
            match self.whole.get(&place) {
                Some(since) => self.leads.push(opens.seconds_since(*since)),
                None => self.without_lead += 1,
            }
        }
    }

    /// Looks at a list after something was learned of it.
    fn look(&mut self, place: Place, counts: &[ListCounts]) {
        let Some((tld, tally)) = self.tally(place, counts) else { return };
        let tld = tld.clone();
        if tally.registrable() > 0 && tally.misses(Level::Observed) == 0 {
            self.whole.entry(place).or_insert(self.clock);
            let day = self.case.list_day(counts[place.0].periods[place.1].key);
            for asked in self.asked.iter_mut().filter(|asked| asked.tld == tld && asked.covers(place.0, day)) {
                asked.reach(Stage::Verified, self.clock);
            }
        } else {
            self.whole.remove(&place);
        }
        if tally.lost > 0 {
            let most = self.lost.entry(place).or_default();
            *most = tally.lost.max(*most);
        }
    }

    fn tally<'c>(&self, place: Place, counts: &'c [ListCounts]) -> Option<(&'c Tld, Tally)> {
        let (campaign, period, tld) = place;
        let counted = counts.get(campaign)?.periods.get(period)?;
        let count = counted.by_tld.get(tld)?;
        let slice = self.case.slices.get(&count.tld)?;
        let list = ListView::of(&self.case, slice, campaign, counted.key, counted.window, count);
        Some((&count.tld, list.tally()))
    }

    fn follow_requests(&mut self, event: &Event) {
        match &event.body {
            Body::Requested { tld, days, campaigns, .. } => {
                let campaigns = campaigns.iter().filter_map(|id| self.case.campaign_index(id)).collect();
                self.asked.push(Asked::new(tld.clone(), event.occurred, *days, campaigns));
            }
            // What a numbered list asks anew is a request; one that was handed over by hand may never say so.
            Body::Cut { tld, purpose: Purpose::Protect, days, campaigns, .. } if !days.is_empty() => {
                let campaigns = campaigns.iter().filter_map(|id| self.case.campaign_index(id)).collect();
                self.asked.push(Asked::new(tld.clone(), event.occurred, *days, campaigns));
            }
            Body::Acknowledged { tld, .. } => {
                for asked in self.asked.iter_mut().filter(|asked| asked.tld == *tld) {
                    asked.reach(Stage::Acknowledged, event.occurred);
                }
            }
            Body::Answered { tld, scope, result, .. } => {
                let stage = if result.claims() { Stage::Claimed } else { Stage::Acknowledged };
                let (case, asked) = (&self.case, &mut self.asked);
                let meets = |asked: &Asked| match scope {
                    AnswerScope::Days { days, campaigns } => {
                        let campaigns: Vec<usize> = campaigns.iter().filter_map(|id| case.campaign_index(id)).collect();
                        asked.meets(*days, &campaigns)
                    }
                    AnswerScope::Places(sets) => sets.iter().any(|set| {
                        let campaign = case.campaign_index(&set.campaign);
                        campaign.is_some_and(|campaign| asked.covers(campaign, case.list_day(set.period)))
                    }),
                };
                for asked in asked.iter_mut().filter(|asked| asked.tld == *tld && meets(asked)) {
                    asked.reach(stage, event.occurred);
                }
            }
            _ => {}
        }
    }

    /// Returns how many names a registry holds of each list that it says to release.
    fn held_before(&self, event: &Event, touched: &BTreeSet<Place>, counts: &[ListCounts]) -> Vec<(Place, u32)> {
        match &event.body {
            Body::Answered { action: Action::Release, result, .. } if result.claims() => {
                touched.iter().map(|place| (*place, self.held(*place, counts))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Counts what was released of lists of which so many names were held before.
    fn follow_release(&mut self, event: &Event, held: &[(Place, u32)], counts: &[ListCounts]) {
        for (place, before) in held {
            let Some(counted) = counts.get(place.0).and_then(|list| list.periods.get(place.1)) else { continue };
            let gone = u64::from(before.saturating_sub(self.held(*place, counts)));
            let due = self.case.guard(place.0, counted.window).until.plus_seconds(COOL_DOWN);
            let released = &mut self.released;
            if event.occurred < due {
                released.early += gone;
            } else if event.occurred <= due.plus_seconds(RELEASE_DAYS * 86_400) {
                released.on_time += gone;
            } else {
                released.late += gone;
            }
        }
    }

    fn held(&self, place: Place, counts: &[ListCounts]) -> u32 {
        self.tally(place, counts).map_or(0, |(_, tally)| tally.claimed)
    }

    fn follow_undoing(&mut self, event: &Event) {
        match &event.body {
            Body::Settled { name, undo_by: Some(_), .. } => {
                self.undone.entry(name.clone()).or_insert((event.occurred, None));
            }
            Body::Undone { names, .. } => {
                for name in names {
                    self.undone.entry(name.clone()).or_insert((event.occurred, None));
                }
            }
            Body::Answered { tld, .. } => {
                let due = self.undone.iter_mut().filter(|(name, (_, done))| done.is_none() && name.tld() == *tld);
                for (name, (_, done)) in due {
                    if self.case.undo_due(name).is_none() {
                        *done = Some(event.occurred);
                    }
                }
            }
            _ => {}
        }
    }

    /// Returns the lists of which an event says something, as far as the case knows its names.
    fn touched(&self, event: &Event, counts: &[ListCounts]) -> BTreeSet<Place> {
        let mut places = BTreeSet::new();
        let mut add = |campaign: Option<usize>, period: i64, tld: &Tld| {
            let place = || {
                let campaign = campaign?;
                let list = counts.get(campaign)?;
                let period = list.periods.binary_search_by_key(&period, |period| period.key).ok()?;
                let tlds = &list.periods[period].by_tld;
                let tld = tlds.binary_search_by(|count| count.tld.as_str().cmp(tld.as_str())).ok()?;
                Some((campaign, period, tld))
            };
            places.extend(place());
        };
        let mut at = |name: &DomainName, occurrences: &[Occurrence]| {
            let tld = name.tld();
            for occurrence in occurrences {
                add(self.case.campaign_index(&occurrence.campaign), occurrence.period, &tld);
            }
        };
        let known = |name: &DomainName, at: &mut dyn FnMut(&DomainName, &[Occurrence])| {
            if let Some(holding) = self.case.holdings.get(name) {
                at(name, &holding.occurrences);
            }
            if let Some(exclusion) = self.case.exclusions.get(name) {
                at(name, &exclusion.occurrences);
            }
        };
        match &event.body {
            Body::Answered { tld, scope, .. } => match scope {
                AnswerScope::Days { days, campaigns } => {
                    for (campaign, list) in counts.iter().enumerate().take(self.case.campaigns.len()) {
                        let is_meant = names_campaign(campaigns, &self.case.campaigns[campaign].id);
                        for period in list.periods.iter().filter(|_| is_meant) {
                            if days.contains(self.case.list_day(period.key)) {
                                add(Some(campaign), period.key, tld);
                            }
                        }
                    }
                }
                AnswerScope::Places(sets) => {
                    sets.iter().for_each(|set| add(self.case.campaign_index(&set.campaign), set.period, tld));
                }
            },
            Body::Swept(sweep) => {
                for list in &sweep.lists {
                    add(self.case.campaign_index(&list.campaign), list.period, &list.tld);
                }
            }
            Body::Seen { rows } => rows.iter().for_each(|row| at(&row.name, &row.occurrences)),
            Body::Vetted { rows, .. } => rows.iter().for_each(|row| at(&row.name, &row.occurrences)),
            Body::Excluded { name, occurrences, .. } | Body::Appealed { name, occurrences, .. } => {
                at(name, occurrences)
            }
            Body::Readmitted { name, .. } | Body::Settled { name, .. } => known(name, &mut at),
            Body::Ruled { names, .. } | Body::Undone { names, .. } => {
                names.iter().for_each(|name| known(name, &mut at));
            }
            _ => {}
        }
        places
    }
}
