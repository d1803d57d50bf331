// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Numbered lists: what a registry is asked to do, as one list that both sides can compute, compare and speak of by its number.
//!
//! A list is not stored. It follows from the state of the case after one event and from an instant: [`to_protect`] and [`to_release`]
//! give its places, list by list, and the names are computed from them. Two lists are compared place by place ([`changes`]), so that a
//! day that stands in both alike costs nothing.

use std::collections::BTreeMap;

use forestall_model::evidence::Places;
use forestall_model::party::{Channel, PartyId};
use forestall_model::{Action, CampaignId, DayRange, Digest, Instant, Tld};

use crate::board::{Board, Cell, NameView};
use crate::case::{Case, names_campaign};
use crate::event::{Body, Event, ListDifference, Purpose};
use crate::holding::Stance;
use crate::standing::Standing;

/// Days from the close of a guard window until its names are handed back: late hits come from clocks that are wrong by weeks.
pub const COOL_DOWN_DAYS: u16 = 30;

/// A numbered list that was cut for a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutList {
    /// Its number in the slice, from 1.
    pub number: u32,
    /// The number of the event.
    pub version: u64,
    /// What it is for.
    pub purpose: Purpose,
    /// Whom it is for.
    pub party: Option<PartyId>,
    /// The number of the last event of the case that it follows from.
    pub basis: u64,
    /// The number of the list with which it was compared.
    pub previous: Option<u32>,
    /// When it was cut.
    pub at: Instant,
    /// The days whose lists it asked for anew.
    pub days: DayRange,
    /// Indices of the campaigns asked for; all where empty.
    pub campaigns: Vec<usize>,
    /// What is asked.
    pub action: Action,
    /// What should be done where that cannot be.
    pub fallback: Option<Action>,
    /// The legal basis, in words.
    pub legal_basis: Option<String>,
    /// SHA-256 over its distinct names in order, each followed by a line feed.
    pub digest: Digest,
    /// How many names it holds, and how it differs from the previous list.
    pub counts: ListDifference,
    /// Until when the registry has to act.
    pub act_by: Option<Instant>,
    /// How it, and reminders of it, were handed over, in order.
    pub deliveries: Vec<Delivery>,
    /// When somebody first opened it.
    pub read: Option<Instant>,
    /// When the registry said that it received it.
    pub acknowledged: Option<Instant>,
}

/// One handing over of a list or of a reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The number of the event.
    pub version: u64,
    /// When.
    pub at: Instant,
    /// By what way.
    pub channel: Channel,
    /// Which of the party's contacts, counted from 0.
    pub contact: u32,
    /// How many reminders of the list this one makes; 0 for the list itself.
    pub reminder: u32,
    /// Whether the receiver's machine took it.
    pub taken: bool,
}

impl CutList {
    /// Reads the event; `None` for one of another kind.
    pub(crate) fn of(event: &Event, indices: impl Fn(&[CampaignId]) -> Vec<usize>) -> Option<Self> {
        let Body::Cut {
            tld: _,
            number,
            purpose,
            party,
            basis,
            previous,
            days,
            campaigns,
            action,
            fallback,
            legal_basis,
            override_evidence: _,
            digest,
            counts,
            act_by,
        } = &event.body
        else {
            return None;
        };
        Some(Self {
            number: *number,
            version: event.version,
            purpose: *purpose,
            party: party.clone(),
            basis: *basis,
            previous: *previous,
            at: event.occurred,
            days: *days,
            campaigns: indices(campaigns),
            action: *action,
            fallback: *fallback,
            legal_basis: legal_basis.clone(),
            digest: *digest,
            counts: *counts,
            act_by: *act_by,
            deliveries: Vec::new(),
            read: None,
            acknowledged: None,
        })
    }

    /// Says whether anybody took the list over.
    #[must_use]
    pub fn was_delivered(&self) -> bool {
        self.deliveries.iter().any(|delivery| delivery.taken)
    }

    /// Returns how many reminders of the list went out.
    #[must_use]
    pub fn reminders(&self) -> u32 {
        self.deliveries.iter().map(|delivery| delivery.reminder).max().unwrap_or(0)
    }

    /// Returns when the list or a reminder of it was last handed over.
    #[must_use]
    pub fn last_delivery(&self) -> Option<Instant> {
        self.deliveries.iter().filter(|delivery| delivery.taken).map(|delivery| delivery.at).max()
    }
}

/// Places of one slice by (index of the campaign, origin period); no entry is empty.
pub type Entries = BTreeMap<(usize, i64), Places>;

/// What is asked for beside what was asked before: days, and indices of campaigns, all where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The days; none where nothing is asked anew.
    pub days: Option<DayRange>,
    /// Indices of the campaigns.
    pub campaigns: Vec<usize>,
}

impl Asked {
    /// Returns what a list that was cut asked anew.
    #[must_use]
    pub fn of(cut: &CutList) -> Self {
        let days = (cut.purpose == Purpose::Protect && !cut.days.is_empty()).then_some(cut.days);
        Self { days, campaigns: cut.campaigns.clone() }
    }

    /// Says whether a list is asked for anew.
    #[must_use]
    pub fn holds(&self, cell: &Cell) -> bool {
        names_campaign(&self.campaigns, &cell.campaign) && self.days.is_some_and(|days| days.contains(cell.day))
    }
}

/// Returns what a slice's registry is to protect at `at`: the places of all lists that it was asked for, or is asked for by `asked`, whose
/// guard window has not closed. Names that a registry cannot hand out, that are left to their holder, or that wait for a person are
/// no part of it.
#[must_use]
pub fn to_protect(board: &Board<'_>, tld: &Tld, asked: &Asked, at: Instant) -> Entries {
    let Some(slice) = board.case.slices.get(tld) else { return Entries::new() };
    let is_asked = |cell: &Cell| asked.holds(cell) || slice.request(cell.campaign, cell.day).is_some();
    let is_open = |cell: &Cell| board.case.guard(cell.campaign, cell.window).until > at;
    places(board, tld, at, |cell| is_open(cell) && is_asked(cell), |view| !view.is_withheld() && is_to_protect(view))
}

/// Returns what a slice's registry can hand back at `at`: the places of lists whose guard window closed more than `cool_down` days
/// before, at which the registry says that it holds the name. A name that stands in an open list as well is not sorted out here,
/// since only its text tells.
#[must_use]
pub fn to_release(board: &Board<'_>, tld: &Tld, at: Instant, cool_down: u16) -> Entries {
    let since = at.plus_seconds(-i64::from(cool_down) * 86_400);
    let is_past = |cell: &Cell| board.case.guard(cell.campaign, cell.window).until <= since;
    let is_held = |view: &NameView| view.claim.and_then(|claim| claim.applied()).is_some_and(Action::protects);
    places(board, tld, at, is_past, is_held)
}

fn is_to_protect(view: &NameView) -> bool {
    use Standing as S;
    !matches!(view.state.standing, S::NotRegistrable | S::Excluded | S::Benign | S::Friendly | S::Disputed)
}

fn places(
    board: &Board<'_>,
    tld: &Tld,
    at: Instant,
    wants_list: impl Fn(&Cell) -> bool,
    wants: impl Fn(&NameView) -> bool,
) -> Entries {
    let mut entries = Entries::new();
    for cell in board.slice(tld).iter().filter(|cell| wants_list(cell)) {
        let views = board.name_views(tld, cell.campaign, cell.period, at);
        let places: Places = (0_u32..).zip(&views).filter(|(_, view)| wants(view)).map(|(place, _)| place).collect();
        if !places.is_empty() {
            entries.insert((cell.campaign, cell.period), places);
        }
    }
    entries
}

/// The places that one list holds and another does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Places that came.
    pub added: Entries,
    /// Places that went although their window has not closed.
    pub withdrawn: Entries,
    /// Places that went because their window closed.
    pub expired: Entries,
}

/// What a list asks of its names: the state that it follows from, and what it asks anew.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The state.
    pub board: &'a Board<'a>,
    /// What is asked anew.
    pub asked: &'a Asked,
    /// To do what.
    pub action: Action,
    /// The instant of the list.
    pub at: Instant,
}

impl Asking<'_> {
    /// Returns what is asked of a name; none for a name that somebody holds and about which nobody decided.
    #[must_use]
    pub fn of(&self, cell: &Cell, view: &NameView) -> Option<Action> {
        // The state from which the list follows is the one before it asked.
        if self.asked.holds(cell) && view.stance == Stance::Open { Some(self.action) } else { view.asked }
    }
}

/// Returns the places that stand in two lists, of which the later asks something else than the earlier.
#[must_use]
pub fn asked_otherwise(
    tld: &Tld,
    (before, old): (&Asking<'_>, &Entries),
    (after, new): (&Asking<'_>, &Entries),
) -> Entries {
    let mut found = Entries::new();
    for cell in after.board.slice(tld) {
        let key = (cell.campaign, cell.period);
        let (Some(old), Some(new)) = (old.get(&key), new.get(&key)) else { continue };
        let views = |list: &Asking<'_>| list.board.name_views(tld, cell.campaign, cell.period, list.at);
        let (earlier, later) = (views(before), views(after));
        let differs = |place: &u32| {
            let asked =
                |list: &Asking<'_>, views: &[NameView]| views.get(*place as usize).and_then(|view| list.of(cell, view));
            let now = asked(after, &later);
            now.is_some() && asked(before, &earlier) != now
        };
        let places: Places = new.iter().filter(|place| old.contains(*place)).filter(differs).collect();
        if !places.is_empty() {
            found.insert(key, places);
        }
    }
    found
}

/// Compares a list with the one before, at the instant of the later.
#[must_use]
pub fn changes(board: &Board<'_>, tld: &Tld, before: &Entries, after: &Entries, at: Instant) -> Changes {
    let windows: BTreeMap<(usize, i64), Instant> = board
        .slice(tld)
        .iter()
        .map(|cell| ((cell.campaign, cell.period), board.case.guard(cell.campaign, cell.window).until))
        .collect();
    let mut changes = Changes::default();
    let mut put = |into: fn(&mut Changes) -> &mut Entries, key: (usize, i64), places: Places| {
        if !places.is_empty() {
            into(&mut changes).insert(key, places);
        }
    };
    for (key, places) in after {
        let new = match before.get(key) {
            Some(old) if old == places => continue,
            Some(old) => places.iter().filter(|place| !old.contains(*place)).collect(),
            None => places.clone(),
        };
        put(|changes| &mut changes.added, *key, new);
    }
    for (key, places) in before {
        let gone: Places = match after.get(key) {
            Some(new) if new == places => continue,
            Some(new) => places.iter().filter(|place| !new.contains(*place)).collect(),
            None => places.clone(),
        };
        let is_closed = windows.get(key).is_none_or(|until| *until <= at);
        if is_closed {
            put(|changes| &mut changes.expired, *key, gone);
        } else {
            put(|changes| &mut changes.withdrawn, *key, gone);
        }
    }
    changes
}

/// Returns when the first guard window of some entries opens that has not opened at `at`; `at` itself where one is open, and none
/// where there is no entry.
#[must_use]
pub fn opening(board: &Board<'_>, tld: &Tld, entries: &Entries, at: Instant) -> Option<Instant> {
    let held = board.slice(tld).iter().filter(|cell| entries.contains_key(&(cell.campaign, cell.period)));
    let guards = held.map(|cell| board.case.guard(cell.campaign, cell.window)).filter(|guard| guard.until > at);
    guards.map(|guard| guard.from.max(at)).min()
}

/// Returns the number that the next list of a slice has.
#[must_use]
pub fn next_number(case: &Case, tld: &Tld) -> u32 {
    let last = case.slices.get(tld).and_then(|slice| slice.cuts.last());
    last.map_or(1, |cut| cut.number + 1)
}
