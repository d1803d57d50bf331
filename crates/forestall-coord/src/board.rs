// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The board: the state of a case over its counts. Coverage (K1) and reach of misses (K2) per day, per slice, per case.

use std::collections::BTreeMap;

use forestall_model::{Action, DayRange, Instant, ListCounts, PeriodCounts, Sight, Tld, UtcDay, Window};

use crate::aside::Aside;
use crate::case::{Case, Claim};
use crate::gaps::{self, Gap};
use crate::holding::Stance;
use crate::proof::{Level, shows_another_holder};
use crate::reach::{ReachRange, Reaches};
use crate::standing::{NameState, Phase, Standing};
use crate::tally::{ListView, Tally, View};

/// A case with the counts of its lists, and what follows from both.
#[derive(Debug)]
pub struct Board<'a> {
    /// The case.
    pub case: &'a Case,
    /// The counts, one entry a campaign in the order of the case; periods before a campaign's first day are left out.
    pub counts: &'a [ListCounts],
    /// Per campaign and period.
    variants: Vec<Variant>,
    /// Per slice, campaign and period.
    cells: BTreeMap<Tld, Vec<Cell>>,
}

/// One variant of a case: coverage and reach, day by day.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The index of the campaign in the case.
    pub campaign: usize,
    /// All lists together.
    pub total: Tally,
    /// The origin periods, in order of time.
    pub periods: Vec<VariantPeriod>,
}

/// One origin period of a variant.
#[derive(Clone, Debug)]
pub struct VariantPeriod {
    /// The key of the period.
    pub period: i64,
    /// The day on which it starts, or the first of the horizon where it started before.
    pub day: UtcDay,
    /// The nominal window.
    pub window: Window,
    /// Distinct names of the whole list.
    pub distinct: u32,
    /// Where they stand.
    pub tally: Tally,
    /// Reach of misses at each level of proof, in the order of [`Level::ALL`].
    pub reach: [ReachRange; 3],
}

/// One list: the names of (slice, campaign, origin period).
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    /// The index of the campaign in the case.
    pub campaign: usize,
    /// The key of the period.
    pub period: i64,
    /// The day on which it starts, or the first of the horizon where it started before.
    pub day: UtcDay,
    /// The nominal window.
    pub window: Window,
    /// Distinct names of the whole list, over all slices.
    pub distinct: u32,
    /// Where the names stand.
    pub tally: Tally,
    /// Reach if this slice's unproved names were the only misses, from what was observed.
    pub reach_observed: ReachRange,
    /// Reach if this slice did nothing and all others everything.
    pub reach_alone: ReachRange,
}

/// What is known of one name.
#[derive(Clone, Copy, Debug)]
pub struct NameView {
    /// Its state.
    pub state: NameState,
    /// What the registry last said of it; none for names that are excluded or cannot be registered.
    pub claim: Option<Claim>,
    /// What was last seen of it.
    pub sight: Option<Sight>,
    /// What the registry may be asked to do with it: nothing for a name that somebody holds, unless a person ruled so.
    pub asked: Option<Action>,
    /// The number of the event by which the registry refused what was asked first, where the fallback is asked in place of it.
    pub refusal: Option<u64>,
    /// What is known of its holder.
    pub stance: Stance,
    /// The number of the last event of the case that says something of the name; the opening where none does.
    pub event: u64,
}

impl NameView {
    /// Says whether somebody else holds the name and nothing may be done about it, because no person decided so.
    #[must_use]
    pub fn is_withheld(&self) -> bool {
        let held = self.stance != Stance::Open || self.sight.is_some_and(shows_another_holder);
        held && self.asked.is_none()
    }
}

/// The worst of some reaches, with the variant and the day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worst {
    /// The index of the campaign in the case.
    pub campaign: usize,
    /// The day.
    pub day: UtcDay,
    /// The reach.
    pub reach: ReachRange,
}

impl<'a> Board<'a> {
    /// Puts a case and its counts together. `counts` stand in the order of the case's campaigns.
    #[must_use]
    pub fn new(case: &'a Case, counts: &'a [ListCounts]) -> Self {
        let mut cells: BTreeMap<Tld, Vec<Cell>> = case.slices.keys().map(|tld| (tld.clone(), Vec::new())).collect();
        let mut variants = Vec::new();
        for (campaign, list) in counts.iter().enumerate().take(case.campaigns.len()) {
            let mut variant = Variant { campaign, total: Tally::default(), periods: Vec::new() };
            let mut reaches = Reaches::new(&case.campaigns[campaign].draws);
            for counted in &list.periods {
                variant.periods.push(count_period(case, campaign, counted, &mut reaches, &mut cells));
            }
            for period in &variant.periods {
                variant.total.add(&period.tally);
            }
            variants.push(variant);
        }
        Self { case, counts, variants, cells }
    }

    /// Returns the variants, in the order of the case's campaigns.
    #[must_use]
    pub fn variants(&self) -> &[Variant] {
        &self.variants
    }

    /// Returns the slices in the order of their top-level domains, each with its lists by campaign and time.
    pub fn slices(&self) -> impl Iterator<Item = (&Tld, &[Cell])> {
        self.cells.iter().map(|(tld, cells)| (tld, cells.as_slice()))
    }

    /// Returns the lists of one slice, by campaign and time; none where the case has no such slice.
    #[must_use]
    pub fn slice(&self, tld: &Tld) -> &[Cell] {
        self.cells.get(tld).map_or(&[], Vec::as_slice)
    }

    /// Returns all lists of a slice together, within `days`.
    #[must_use]
    pub fn slice_total(&self, tld: &Tld, days: DayRange) -> Tally {
        let mut total = Tally::default();
        self.slice(tld).iter().filter(|cell| days.contains(cell.day)).for_each(|cell| total.add(&cell.tally));
        total
    }

    /// Returns all lists of the case together, within `days`.
    #[must_use]
    pub fn total(&self, days: DayRange) -> Tally {
        let mut total = Tally::default();
        let periods = self.variants.iter().flat_map(|v| &v.periods);
        periods.filter(|p| days.contains(p.day)).for_each(|p| total.add(&p.tally));
        total
    }

    /// Returns the headline: the worst variant on its worst day within `days`, at a level of proof. `None` without lists.
    #[must_use]
    pub fn worst(&self, level: Level, days: DayRange) -> Option<Worst> {
        let mut worst: Option<Worst> = None;
        for variant in &self.variants {
            for period in variant.periods.iter().filter(|p| days.contains(p.day)) {
                let reach = period.reach[level as usize];
                take_worse(&mut worst, Worst { campaign: variant.campaign, day: period.day, reach });
            }
        }
        worst
    }

    /// Returns the worst reach within `days` if one slice did nothing and all others everything. `None` without lists.
    #[must_use]
    pub fn worst_alone(&self, tld: &Tld, days: DayRange) -> Option<Worst> {
        let mut worst: Option<Worst> = None;
        for cell in self.slice(tld).iter().filter(|c| days.contains(c.day)) {
            take_worse(&mut worst, Worst { campaign: cell.campaign, day: cell.day, reach: cell.reach_alone });
        }
        worst
    }

    /// Returns what opens within `days` of `now`, or is open, and is not proved; the largest reach first.
    #[must_use]
    pub fn gaps(&self, now: Instant, days: u16) -> Vec<Gap> {
        gaps::gaps(self, now, days)
    }

    /// Returns the day from which the board looks: that of a reconstruction, else `today`, within the horizon.
    #[must_use]
    pub fn day(&self, today: UtcDay) -> UtcDay {
        let day = self.case.board_day.unwrap_or(today);
        day.clamp(self.case.horizon.from, self.case.horizon.until.plus(-1).max(self.case.horizon.from))
    }

    /// Returns the counts of one origin period of a campaign; `None` where there are none.
    pub(crate) fn counted(&self, campaign: usize, period: i64) -> Option<&'a PeriodCounts> {
        self.counts.get(campaign)?.of_period(period)
    }

    /// Returns the state of one name of a slice at `now`; `None` where there is no such list or place.
    #[must_use]
    pub fn name_state(&self, tld: &Tld, campaign: usize, period: i64, place: u32, now: Instant) -> Option<NameState> {
        let slice = self.case.slices.get(tld)?;
        let counted = self.counted(campaign, period)?;
        let count = counted.of_tld(tld.as_str()).filter(|c| place < c.names)?;
        let view = ListView::of(self.case, slice, campaign, period, counted.window, count).at(place);
        Some(state_of(view, self.case.guard(campaign, counted.window), now))
    }

    /// Says whether anything is known of single names of a list: a look, a holder, an answer. Where nothing is, nobody holds any of them as far
    /// as is known, and none need be looked at by itself.
    #[must_use]
    pub fn knows_single_names(&self, tld: &Tld, campaign: usize, period: i64) -> bool {
        self.case.slices.get(tld).is_some_and(|slice| slice.lists.contains_key(&(campaign, period)))
    }

    /// Returns the places of a list whose names once stood aside; `None` where nothing is known of single names of it.
    #[must_use]
    pub fn aside(&self, tld: &Tld, campaign: usize, period: i64) -> Option<&Aside> {
        Some(self.case.slices.get(tld)?.lists.get(&(campaign, period))?.aside())
    }

    /// Returns what is known of all names of one list at `now`, in order of place; empty where there is no such list.
    #[must_use]
    pub fn name_views(&self, tld: &Tld, campaign: usize, period: i64, now: Instant) -> Vec<NameView> {
        let list = self.case.slices.get(tld).zip(self.counted(campaign, period));
        let Some((slice, counted)) = list else { return Vec::new() };
        let Some(count) = counted.of_tld(tld.as_str()) else { return Vec::new() };
        let list = ListView::of(self.case, slice, campaign, period, counted.window, count);
        let guard = self.case.guard(campaign, counted.window);
        let day = self.case.list_day(period);
        let known = |place| {
            let view = list.at(place);
            let (state, event) = (state_of(view, guard, now), slice.last_event(campaign, period, day, place));
            let (claim, sight, asked, refusal, stance) = match view {
                View::Open(open) => (open.claim, open.sight, open.asked, open.refusal, open.stance),
                View::Held(stance) => (None, None, None, None, stance),
                View::NotRegistrable => (None, None, None, None, Stance::Open),
            };
            NameView { state, claim, sight, asked, refusal, stance, event }
        };
        (0..count.names).map(known).collect()
    }

    /// Returns the states of all names of one list at `now`, in order of place; empty where there is no such list.
    #[must_use]
    pub fn name_states(&self, tld: &Tld, campaign: usize, period: i64, now: Instant) -> Vec<NameState> {
        self.name_views(tld, campaign, period, now).into_iter().map(|view| view.state).collect()
    }
}

fn state_of(view: View, guard: Window, now: Instant) -> NameState {
    let standing = match view {
        View::Held(Stance::Benign) => Standing::Benign,
        View::Held(Stance::Friendly) => Standing::Friendly,
        View::Held(_) => Standing::Excluded,
        View::NotRegistrable => Standing::NotRegistrable,
        View::Open(open) => open.standing(),
    };
    NameState { standing, phase: Phase::of(guard, now) }
}

fn take_worse(worst: &mut Option<Worst>, candidate: Worst) {
    let better = |w: &Worst| (candidate.reach.high, candidate.reach.low) > (w.reach.high, w.reach.low);
    if worst.as_ref().is_none_or(better) {
        *worst = Some(candidate);
    }
}

fn count_period(
    case: &Case,
    campaign: usize,
    counted: &PeriodCounts,
    reaches: &mut Reaches<'_>,
    cells: &mut BTreeMap<Tld, Vec<Cell>>,
) -> VariantPeriod {
    let day = case.list_day(counted.key);
    let mut tally = Tally::default();
    for count in &counted.by_tld {
        let Some(slice) = case.slices.get(&count.tld) else {
            continue;
        };
        let of_slice = ListView::of(case, slice, campaign, counted.key, counted.window, count).tally();
        tally.add(&of_slice);
        cells.entry(count.tld.clone()).or_default().push(Cell {
            campaign,
            period: counted.key,
            day,
            window: counted.window,
            distinct: counted.distinct,
            tally: of_slice,
            reach_observed: reaches.over(counted.distinct, of_slice.misses(Level::Observed)),
            reach_alone: reaches.over(counted.distinct, of_slice.registrable()),
        });
    }
    let reach = [Level::Claimed, Level::Attested, Level::Observed]
        .map(|level| reaches.over(counted.distinct, tally.misses(level)));
    VariantPeriod { period: counted.key, day, window: counted.window, distinct: counted.distinct, tally, reach }
}
