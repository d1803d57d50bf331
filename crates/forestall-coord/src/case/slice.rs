// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The state of one slice: what one registry was asked and answered, and what was seen of its names.

use std::collections::BTreeMap;

use forestall_model::{Action, AnswerResult, DayRange, Instant, Method, UtcDay};

use crate::by_day::{ByDay, Dated};
use crate::cut::CutList;
use crate::event::Purpose;
use crate::list::{ListState, Order};
use crate::proof::Level;

/// The state of one slice: what one registry was asked and answered, and what was seen of its names.
#[derive(Clone, Debug, Default)]
pub struct Slice {
    /// What the registry was asked, in the order in which it was asked.
    pub requests: ByDay<Request>,
    /// When the registry last said that it received a request.
    pub acknowledged: Option<Instant>,
    /// The numbered lists that were cut, in order.
    pub cuts: Vec<CutList>,
    /// What the registry answered for whole ranges of days, in the order in which it answered.
    pub answers: ByDay<RangeAnswer>,
    /// Lists in which single names differ, by (index of the campaign, origin period).
    pub(crate) lists: BTreeMap<(usize, i64), ListState>,
    /// The number of answers, for whole ranges and for single names.
    pub answer_count: u32,
}

/// One request to a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The number of the event.
    pub version: u64,
    /// The days.
    pub days: DayRange,
    /// Indices of the campaigns; all where empty.
    pub campaigns: Vec<usize>,
    /// What was asked.
    pub action: Action,
    /// What should be done where that cannot be.
    pub fallback: Option<Action>,
    /// When.
    pub at: Instant,
}

/// One answer for a range of days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeAnswer {
    /// The number of the event.
    pub version: u64,
    /// The days.
    pub days: DayRange,
    /// Indices of the campaigns; all where empty.
    pub campaigns: Vec<usize>,
    /// What was said.
    pub claim: Claim,
    /// When it was said.
    pub at: Instant,
    /// Where it was learned, for facts that come from somewhere else.
    pub source: Option<String>,
}

impl RangeAnswer {
    /// Says whether it speaks of a campaign.
    fn is_about(&self, campaign: usize) -> bool {
        names_campaign(&self.campaigns, &campaign)
    }
}

impl Dated for RangeAnswer {
    fn days(&self) -> DayRange {
        self.days
    }
}

impl Dated for Request {
    fn days(&self) -> DayRange {
        self.days
    }
}

/// What a registry says of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The action.
    pub action: Action,
    /// The result.
    pub result: AnswerResult,
    /// Claimed or attested.
    pub level: Level,
}

impl Claim {
    /// Returns the action that is in force by the registry's word; none where it refused, or tried and failed.
    #[must_use]
    pub fn applied(self) -> Option<Action> {
        self.result.claims().then_some(self.action)
    }
}

impl Slice {
    /// Takes in a request, in the order in which it was made.
    pub(super) fn ask(&mut self, request: Request) {
        self.requests.insert_by_key(request, |request| (request.at, request.version));
    }

    /// Takes in an answer for whole ranges of days, in the order in which it was given.
    pub(super) fn answer(&mut self, answer: RangeAnswer) {
        self.answers.insert_by_key(answer, |answer| (answer.at, answer.version));
    }

    /// Notes that the registry received a list, or the last one that was cut by then.
    pub(super) fn acknowledge(&mut self, list: Option<u32>, at: Instant) {
        self.acknowledged = self.acknowledged.max(Some(at));
        let cut = match list {
            Some(number) => self.cut_mut(number),
            None => self.received(None, at),
        };
        cut.into_iter().for_each(|cut| cut.acknowledged = cut.acknowledged.or(Some(at)));
    }

    /// Returns the last list, of a purpose where one is given, that the registry can have at `at`: one that was handed over by then, or
    /// any where none ever is, so that they are handed over unrecorded.
    pub(super) fn received(&mut self, purpose: Option<Purpose>, at: Instant) -> Option<&mut CutList> {
        let unrecorded = self.cuts.iter().all(|cut| cut.deliveries.is_empty());
        let can_be = |cut: &CutList| unrecorded || cut.deliveries.iter().any(|done| done.taken && done.at <= at);
        let fits = |cut: &CutList| cut.at <= at && purpose.is_none_or(|purpose| purpose == cut.purpose);
        self.cuts.iter_mut().rev().find(|cut| fits(cut) && can_be(cut))
    }

    /// Returns the list with a number, to note something at it.
    pub(super) fn cut_mut(&mut self, number: u32) -> Option<&mut CutList> {
        self.cuts.iter_mut().find(|cut| cut.number == number)
    }

    /// Returns the list with a number.
    #[must_use]
    pub fn cut(&self, number: u32) -> Option<&CutList> {
        self.cuts.iter().find(|cut| cut.number == number)
    }

    /// Returns the last list for a purpose.
    #[must_use]
    pub fn last_cut(&self, purpose: Purpose) -> Option<&CutList> {
        self.cuts.iter().rev().find(|cut| cut.purpose == purpose)
    }

    /// Returns the last list that asked for days anew, whose words the next one repeats; the last one where none did.
    #[must_use]
    pub fn last_asking(&self) -> Option<&CutList> {
        let asking = |cut: &&CutList| cut.purpose == Purpose::Protect && !cut.days.is_empty();
        self.cuts.iter().rev().find(asking).or_else(|| self.last_cut(Purpose::Protect))
    }

    /// Returns the last list for a purpose that the registry acknowledged.
    #[must_use]
    pub fn last_acknowledged(&self, purpose: Purpose) -> Option<&CutList> {
        self.cuts.iter().rev().find(|cut| cut.purpose == purpose && cut.acknowledged.is_some())
    }

    /// Returns what the registry last said of whole ranges of days that hold a list.
    pub(crate) fn ranged(&self, campaign: usize, day: UtcDay) -> Option<(Order, Claim)> {
        let covering = self.answers.last_for(day, |answer| answer.is_about(campaign));
        covering.map(|a| ((a.at, a.version), a.claim))
    }

    /// Returns the number of the last event that says something of a name; 1, the opening, where none does.
    pub(crate) fn last_event(&self, campaign: usize, period: i64, day: UtcDay, place: u32) -> u64 {
        let ranged = self.ranged(campaign, day);
        let list = self.lists.get(&(campaign, period));
        let single = list.and_then(|list| list.last_event(place));
        ranged.map(|(order, _)| order.1).max(single).unwrap_or(1)
    }

    /// Returns the last request that covers a list.
    #[must_use]
    pub fn request(&self, campaign: usize, day: UtcDay) -> Option<&Request> {
        self.requests.last_for(day, |request| names_campaign(&request.campaigns, &campaign))
    }

    /// Returns the instant and the method of the last sweep over any list of the slice.
    #[must_use]
    pub fn last_sweep(&self) -> Option<(Instant, Method)> {
        self.lists.values().filter_map(ListState::last_sweep).max()
    }
}

/// Says whether campaigns that something is about, all where none is named, hold one.
#[must_use]
pub fn names_campaign<T: PartialEq>(campaigns: &[T], campaign: &T) -> bool {
    campaigns.is_empty() || campaigns.contains(campaign)
}
