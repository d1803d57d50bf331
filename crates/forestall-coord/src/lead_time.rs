// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lead time as people are shown it: by when a registry must have what is left of a slice, a gap or a list, whether its road still gets
//! there, and what is asked otherwise.

use forestall_model::party::{LeadDays, Road, Terms, UtcOffset};
use forestall_model::{Action, Instant, Tld};

use crate::board::{Board, Cell};
use crate::cut::CutList;
use crate::deadline::{Deadline, Timing, lead};
use crate::event::Purpose;
use crate::gaps::Gap;
use crate::proof::Level;

/// How much time a registry has for some names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeadTime {
    /// On what ground it acts.
    pub road: Road,
    /// The days that it needs.
    pub lead: LeadDays,
    /// Its local time.
    pub offset: UtcOffset,
    /// When what must have happened, for the first window of the names.
    pub deadline: Deadline,
    /// Whether there is time enough, or was when the list was handed over.
    pub timing: Timing,
    /// What was asked for where the first action cannot be.
    pub fallback: Option<Action>,
    /// The deadline of the first window of the names that the registry can meet in its own time, where it comes too late for an earlier one.
    pub in_time: Option<Deadline>,
}

impl LeadTime {
    /// Returns the lead time for one deadline, for what is handed over at `at`.
    #[must_use]
    pub fn of(deadline: Deadline, terms: &Terms, fallback: Option<Action>, at: Instant) -> Self {
        let (road, lead, offset) = (terms.road, lead(terms), terms.offset);
        Self { road, lead, offset, deadline, timing: deadline.timing(at), fallback, in_time: None }
    }

    /// Returns the lead time of what is left of a slice: its names whose guard window has not closed and of which the registry does not say
    /// that they are protected. `None` where none is left.
    #[must_use]
    pub fn of_slice(board: &Board<'_>, tld: &Tld, terms: &Terms, now: Instant) -> Option<Self> {
        let left = |cell: &&Cell| cell.tally.misses(Level::Claimed) > 0;
        let guard = |cell: &Cell| board.case.guard(cell.campaign, cell.window);
        let mut cells: Vec<&Cell> =
            board.slice(tld).iter().filter(left).filter(|cell| guard(cell).until > now).collect();
        cells.sort_by_key(|cell| (guard(cell).from, cell.campaign));
        let first = cells.first()?;
        let slice = board.case.slices.get(tld);
        let request = slice.and_then(|slice| slice.request(first.campaign, first.day));
        let deadline = Deadline::of(guard(first).from, terms);
        let mut found = Self::of(deadline, terms, request.and_then(|request| request.fallback), now);
        if found.timing != Timing::InTime {
            let deadlines = cells.iter().map(|cell| Deadline::of(guard(cell).from, terms));
            found.in_time = deadlines.into_iter().find(|deadline| deadline.timing(now) == Timing::InTime);
        }
        Some(found)
    }

    /// Returns the lead time of a gap, from the first of its windows.
    #[must_use]
    pub fn of_gap(board: &Board<'_>, gap: &Gap, terms: &Terms, now: Instant) -> Self {
        let slice = board.case.slices.get(&gap.tld);
        let request = slice.and_then(|slice| slice.request(gap.campaign, gap.worst_day));
        Self::of(Deadline::of(gap.opens, terms), terms, request.and_then(|request| request.fallback), now)
    }

    /// Returns the lead time of a list, judged when it was first handed over, or at `now` where nobody took it yet. `None` for a list that
    /// has no deadline: one that hands names back.
    #[must_use]
    pub fn of_list(cut: &CutList, terms: &Terms, now: Instant) -> Option<Self> {
        let act_by = cut.act_by.filter(|_| cut.purpose == Purpose::Protect)?;
        let handed_over = cut.deliveries.iter().filter(|done| done.taken).map(|done| done.at).min();
        let at = handed_over.or(cut.acknowledged).unwrap_or(now);
        Some(Self::of(Deadline::acting_by(act_by, terms), terms, cut.fallback, at))
    }
}
