// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a day brings: where the horizon has to reach, which registries are due a new list, and who is to be reminded.
//!
//! All of it is a function of the case, the terms of the registries and the time. Run late, it does what was missed, once; run twice, it
//! does nothing the second time.

use forestall_model::party::Terms;
use forestall_model::{CampaignId, DayRange, Instant, Tld, UtcDay};

use crate::board::Board;
use crate::case::{Case, Slice};
use crate::cut::{COOL_DOWN_DAYS, CutList, Delivery, to_release};
use crate::deadline::{Deadline, working_days_after};
use crate::event::{CaseKind, Purpose};
use crate::fallback::{DueFallback, fallback_due};

/// Working days that a registry has to say that it received a list, before it is reminded.
pub const ACKNOWLEDGE_DAYS: u16 = 1;

/// Days before a list must be with a registry at which it is cut although its rhythm has none: a week to mend what fails.
const SPARE_DAYS: i64 = 7;

/// Days between two lists of names to hand back, at least: nobody's day hangs on them.
const RELEASE_DAYS: i32 = 7;

/// Reminders beyond the number of contacts, after which only a person helps.
const MORE_REMINDERS: u32 = 2;

/// Returns the day until which the horizon has to reach, where it does not yet: the days ahead that the case was opened with, counted
/// from today.
#[must_use]
pub fn horizon_due(case: &Case, now: Instant) -> Option<UtcDay> {
    let ahead = case.ahead.filter(|_| case.kind == CaseKind::Live)?;
    let until = now.day().plus(1 + i32::from(ahead));
    (until > case.horizon.until).then_some(until)
}

/// A list that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueList {
    /// The slice.
    pub tld: Tld,
    /// What it is for.
    pub purpose: Purpose,
    /// The days that it asks for anew; empty where none is.
    pub days: DayRange,
    /// The campaigns that it asks for; all where none is named.
    pub campaigns: Vec<CampaignId>,
    /// What the registry is asked in place of what it refused, where it refused something that had a fallback.
    pub fallback: Option<DueFallback>,
}

/// Returns the lists that are due at `now`, in the order of their slices: for every registry that was sent a list before, one when a new
/// day of its rhythm has begun since the last, or when days for which it was not asked yet would come too late by its rhythm. What it refused
/// does not wait for its rhythm: it is asked for the fallback at once, and for nothing else.
///
/// Whom the list itself was handed over to on this day is not reminded of it on the same day.
///
/// `terms` gives the terms of a slice's registry; the usual ones where nobody knows them.
#[must_use]
pub fn lists_due(board: &Board<'_>, terms: &dyn Fn(&Tld) -> Terms, now: Instant) -> Vec<DueList> {
    let mut due = Vec::new();
    if board.case.kind != CaseKind::Live {
        return due;
    }
    for (tld, slice) in &board.case.slices {
        let Some(last) = slice.last_cut(Purpose::Protect) else { continue };
        let terms = terms(tld);
        let begun = terms.rhythm.last_cut(now.day());
        let days = not_asked(board.case, slice);
        let fallback = fallback_due(board, tld, now);
        let has_begun = last.at.day() < begun || will_not_wait(board, tld, days, &terms, now);
        if has_begun || fallback.is_some() {
            let campaigns = campaigns_of(board.case, slice);
            let days = if has_begun { days } else { DayRange { from: days.from, until: days.from } };
            due.push(DueList { tld: tld.clone(), purpose: Purpose::Protect, days, campaigns, fallback });
        }
        let since = slice.last_cut(Purpose::Release).map(|cut| cut.at.day());
        let is_time = since.is_none_or(|day| day < begun && day.plus(RELEASE_DAYS) <= now.day());
        if is_time && !to_release(board, tld, now, COOL_DOWN_DAYS).is_empty() {
            let days = DayRange { from: now.day(), until: now.day() };
            due.push(DueList {
                tld: tld.clone(),
                purpose: Purpose::Release,
                days,
                campaigns: Vec::new(),
                fallback: None,
            });
        }
    }
    due
}

/// Says whether a list for days that were not asked for must be with the registry soon, whatever its rhythm.
fn will_not_wait(board: &Board<'_>, tld: &Tld, days: DayRange, terms: &Terms, now: Instant) -> bool {
    let new = board.slice(tld).iter().filter(|cell| days.contains(cell.day) && cell.tally.names > 0);
    let opens = new.map(|cell| board.case.guard(cell.campaign, cell.window).from).min();
    opens.is_some_and(|opens| Deadline::of(opens, terms).send_by <= now.plus_seconds(SPARE_DAYS * 86_400))
}

/// Returns the days of the horizon for which no list asked yet.
#[must_use]
pub fn not_asked(case: &Case, slice: &Slice) -> DayRange {
    let asked = slice.cuts.iter().filter(|cut| cut.purpose == Purpose::Protect && !cut.days.is_empty());
    let from = asked.map(|cut| cut.days.until).max().unwrap_or(case.horizon.from).max(case.horizon.from);
    DayRange { from: from.min(case.horizon.until), until: case.horizon.until }
}

/// Returns the campaigns that the last list with days asked for; all where none is named.
fn campaigns_of(case: &Case, slice: &Slice) -> Vec<CampaignId> {
    let ids = slice.last_asking().into_iter().flat_map(|cut| &cut.campaigns);
    ids.filter_map(|index| case.campaigns.get(*index)).map(|campaign| campaign.id.clone()).collect()
}

/// A registry that is to be reminded of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueReminder {
    /// The slice.
    pub tld: Tld,
    /// The number of the list.
    pub number: u32,
    /// The number of the reminder, from 1.
    pub reminder: u32,
    /// Whom to try, counted from 0: the next contact each time, the last one again where there is no further.
    pub contact: u32,
    /// Since when it is due.
    pub since: Instant,
}

/// Returns the reminders that are due at `now`: of lists that were handed over and that nobody said to have received within
/// [`ACKNOWLEDGE_DAYS`] working days of the registry. A newer list takes the place of an older one, and its reminders go on counting where
/// those of the older stood: a registry that is silent for days must not look new each day.
///
/// `terms` gives the terms of a slice's registry and the number of its contacts.
#[must_use]
pub fn reminders_due(case: &Case, terms: &dyn Fn(&Tld) -> (Terms, u32), now: Instant) -> Vec<DueReminder> {
    let mut due = Vec::new();
    for (tld, slice) in &case.slices {
        let Some(cut) = slice.last_cut(Purpose::Protect).filter(|cut| is_waited_for(cut)) else { continue };
        let silent = slice.cuts.iter().rev().filter(|cut| cut.purpose == Purpose::Protect);
        let silent: Vec<&Delivery> =
            silent.take_while(|cut| cut.acknowledged.is_none()).flat_map(|cut| &cut.deliveries).collect();
        let reminded = silent.iter().filter(|done| done.reminder > 0).map(|done| done.at).max();
        let first = silent.iter().filter(|done| done.taken).map(|done| done.at).min();
        let Some(last) = reminded.or(first) else { continue };
        let (terms, contacts) = terms(tld);
        let since = working_days_after(last, ACKNOWLEDGE_DAYS, &terms);
        let reminder = silent.iter().map(|done| done.reminder).max().unwrap_or(0) + 1;
        if since <= now && reminder <= contacts.saturating_add(MORE_REMINDERS) {
            let contact = reminder.min(contacts.saturating_sub(1));
            let has_it_from_today = |done: &Delivery| {
                done.taken && done.reminder == 0 && done.contact == contact && done.at.day() == now.day()
            };
            if cut.deliveries.iter().any(has_it_from_today) {
                continue;
            }
            due.push(DueReminder { tld: tld.clone(), number: cut.number, reminder, contact, since });
        }
    }
    due
}

/// Says whether a list was handed over and nobody said that it came.
fn is_waited_for(cut: &CutList) -> bool {
    cut.was_delivered() && cut.acknowledged.is_none()
}
