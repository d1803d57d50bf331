// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The state of a case: a fold over its events.

use std::collections::BTreeMap;

use forestall_model::counts::period_day;
use forestall_model::evidence::SweptList;
use forestall_model::marking::Marked;
use forestall_model::{
    Action, AnswerResult, CampaignId, CaseId, DayRange, DomainName, Instant, Marking, Method, NameClass, Tld, UtcDay,
    Window,
};

use crate::event::{AnswerScope, Body, CaseCampaign, CaseKind, Event, Occurrence, SeenRow};
use crate::list::{ListState, Order, SweepState};
use crate::proof::Level;

/// The state of one case.
#[derive(Clone, Debug)]
pub struct Case {
    /// The case.
    pub id: CaseId,
    /// The number of its last event.
    pub version: u64,
    /// When the last event was recorded.
    pub changed: Instant,
    /// What people call it.
    pub title: String,
    /// Live or reconstruction.
    pub kind: CaseKind,
    /// The days whose lists the case holds.
    pub horizon: DayRange,
    /// The day from which a reconstruction is looked at.
    pub board_day: Option<UtcDay>,
    /// The marking of everything derived from the case.
    pub marking: Marking,
    /// The campaigns, in the order in which they were given.
    pub campaigns: Vec<CaseCampaign>,
    /// The slices by top-level domain.
    pub slices: BTreeMap<Tld, Slice>,
    /// The name servers of the response's own sinkhole.
    pub name_servers: Vec<DomainName>,
    /// Names with a legitimate holder.
    pub exclusions: BTreeMap<DomainName, Exclusion>,
    /// Facts on the record.
    pub notes: Vec<Note>,
}

/// The state of one slice: what one registry was asked and answered, and what was seen of its names.
#[derive(Clone, Debug, Default)]
pub struct Slice {
    /// What the registry was asked, in the order in which it was asked.
    pub requests: Vec<Request>,
    /// When the registry last said that it received a request.
    pub acknowledged: Option<Instant>,
    /// What the registry answered for whole ranges of days, in the order in which it answered.
    pub answers: Vec<RangeAnswer>,
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
    fn covers(&self, campaign: usize, day: UtcDay) -> bool {
        self.days.contains(day) && (self.campaigns.is_empty() || self.campaigns.contains(&campaign))
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
    /// Returns what the registry last said of whole ranges of days that hold a list.
    pub(crate) fn ranged(&self, campaign: usize, day: UtcDay) -> Option<(Order, Claim)> {
        let covering = self.answers.iter().rev().find(|a| a.covers(campaign, day));
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
        let covers = |r: &&Request| r.days.contains(day) && (r.campaigns.is_empty() || r.campaigns.contains(&campaign));
        self.requests.iter().rev().find(covers)
    }

    /// Returns the instant and the method of the last sweep over any list of the slice.
    #[must_use]
    pub fn last_sweep(&self) -> Option<(Instant, Method)> {
        self.lists.values().filter_map(ListState::last_sweep).max()
    }
}

/// A name with a legitimate holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// What is known of it.
    pub class: NameClass,
    /// Why, in words.
    pub reason: String,
    /// Where it was learned.
    pub source: Option<String>,
    /// When.
    pub at: Instant,
    /// Where it stands in the case.
    pub occurrences: Vec<Occurrence>,
}

/// A fact on the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The number of the event.
    pub version: u64,
    /// When it happened.
    pub at: Instant,
    /// The slice that it concerns.
    pub tld: Option<Tld>,
    /// The fact.
    pub text: String,
    /// Where it was learned.
    pub source: Option<String>,
}

/// Why events give no case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The log is empty, or does not begin with the opening.
    #[error("the log of a case begins with its opening; event {version} is {kind}")]
    NotOpened {
        /// The number of the event.
        version: u64,
        /// Its kind.
        kind: &'static str,
    },
    /// The log has a gap, or an event of another case.
    #[error("event {found} of case {case} stands where event {expected} was expected")]
    Gap {
        /// The case of the event.
        case: CaseId,
        /// The number found.
        found: u64,
        /// The number expected.
        expected: u64,
    },
    /// A second opening.
    #[error("event {version} opens a case that is open")]
    OpenedTwice {
        /// The number of the event.
        version: u64,
    },
}

impl Case {
    /// Folds the events of one case, in order, into its state. `None` where there is no event.
    ///
    /// # Errors
    ///
    /// [`ReplayError`] where the log is not that of one case from its opening on, without gaps.
    pub fn replay<'a>(events: impl IntoIterator<Item = &'a Event>) -> Result<Option<Self>, ReplayError> {
        let mut case: Option<Self> = None;
        for event in events {
            match &mut case {
                None => case = Some(Self::opened(event)?),
                Some(case) => case.apply(event)?,
            }
        }
        Ok(case)
    }

    fn opened(event: &Event) -> Result<Self, ReplayError> {
        let Body::Opened { title, case_kind, horizon, board_day, marking, campaigns, slices, name_servers } =
            &event.body
        else {
            return Err(ReplayError::NotOpened { version: event.version, kind: event.body.kind() });
        };
        if event.version != 1 {
            return Err(ReplayError::Gap { case: event.case.clone(), found: event.version, expected: 1 });
        }
        Ok(Self {
            id: event.case.clone(),
            version: 1,
            changed: event.recorded,
            title: title.clone(),
            kind: *case_kind,
            horizon: *horizon,
            board_day: *board_day,
            marking: *marking,
            campaigns: campaigns.clone(),
            slices: slices.iter().map(|tld| (tld.clone(), Slice::default())).collect(),
            name_servers: name_servers.clone(),
            exclusions: BTreeMap::new(),
            notes: Vec::new(),
        })
    }

    /// Adds the next event to the state.
    ///
    /// # Errors
    ///
    /// [`ReplayError`] for an event of another case, out of order, or a second opening; the state is as it was.
    pub fn apply(&mut self, event: &Event) -> Result<(), ReplayError> {
        if event.case != self.id || event.version != self.version + 1 {
            return Err(ReplayError::Gap {
                case: event.case.clone(),
                found: event.version,
                expected: self.version + 1,
            });
        }
        match &event.body {
            Body::Opened { .. } => return Err(ReplayError::OpenedTwice { version: event.version }),
            Body::Requested { tld, days, campaigns, action, fallback, .. } => {
                let campaigns = self.indices(campaigns);
                let request = Request {
                    version: event.version,
                    days: *days,
                    campaigns,
                    action: *action,
                    fallback: *fallback,
                    at: event.occurred,
                };
                let requests = &mut self.slice_mut(tld).requests;
                let place = requests.partition_point(|r| (r.at, r.version) < (request.at, request.version));
                requests.insert(place, request);
            }
            Body::Acknowledged { tld } => {
                let slice = self.slice_mut(tld);
                slice.acknowledged = slice.acknowledged.max(Some(event.occurred));
            }
            Body::Answered { tld, scope, action, result, level, .. } => {
                let claim = Claim { action: *action, result: *result, level: *level };
                self.answered(tld, scope, claim, event);
            }
            Body::Excluded { name, class, reason, occurrences } => {
                self.mark_held(name, occurrences, Some(event.version));
                let exclusion = Exclusion {
                    class: *class,
                    reason: reason.clone(),
                    source: event.source.clone(),
                    at: event.occurred,
                    occurrences: occurrences.clone(),
                };
                self.exclusions.insert(name.clone(), exclusion);
            }
            Body::Readmitted { name, .. } => {
                if let Some(exclusion) = self.exclusions.remove(name) {
                    self.mark_held(name, &exclusion.occurrences, None);
                }
            }
            Body::Swept(sweep) => {
                for list in &sweep.lists {
                    self.swept((sweep.at, event.version), sweep.method, list);
                }
            }
            Body::Seen { rows } => {
                for row in rows {
                    let tld = row.name.tld();
                    for occurrence in &row.occurrences {
                        self.seen((row.at, event.version), &tld, occurrence, row);
                    }
                }
            }
            Body::Noted { tld, text } => self.notes.push(Note {
                version: event.version,
                at: event.occurred,
                tld: tld.clone(),
                text: text.clone(),
                source: event.source.clone(),
            }),
        }
        self.version = event.version;
        self.changed = event.recorded;
        Ok(())
    }

    /// Returns the index of a campaign of the case.
    #[must_use]
    pub fn campaign_index(&self, id: &CampaignId) -> Option<usize> {
        self.campaigns.iter().position(|c| c.id == *id)
    }

    /// Says whether any campaign of the case is unverified, so that everything derived from it must say so.
    #[must_use]
    pub fn holds_unverified(&self) -> bool {
        self.campaigns.iter().any(|c| !c.verified)
    }

    /// Returns the guard window of a nominal window of a campaign.
    #[must_use]
    pub fn guard(&self, campaign: usize, nominal: Window) -> Window {
        nominal.widened(self.campaigns[campaign].guard)
    }

    /// Returns the day of a list: that on which its origin period starts, or the first of the horizon where it started
    /// before (a family without dates, a period of several days). Requests and answers for ranges of days go by it.
    #[must_use]
    pub fn list_day(&self, period: i64) -> UtcDay {
        period_day(period).max(self.horizon.from)
    }

    fn indices(&self, ids: &[CampaignId]) -> Vec<usize> {
        ids.iter().filter_map(|id| self.campaign_index(id)).collect()
    }

    fn slice_mut(&mut self, tld: &Tld) -> &mut Slice {
        self.slices.entry(tld.clone()).or_default()
    }

    fn list_mut(&mut self, tld: &Tld, campaign: &CampaignId, period: i64) -> Option<&mut ListState> {
        let index = self.campaign_index(campaign)?;
        Some(self.slice_mut(tld).lists.entry((index, period)).or_default())
    }

    fn answered(&mut self, tld: &Tld, scope: &AnswerScope, claim: Claim, event: &Event) {
        self.slice_mut(tld).answer_count += 1;
        match scope {
            AnswerScope::Days { days, campaigns } => {
                let answer = RangeAnswer {
                    version: event.version,
                    days: *days,
                    campaigns: self.indices(campaigns),
                    claim,
                    at: event.occurred,
                    source: event.source.clone(),
                };
                let answers = &mut self.slice_mut(tld).answers;
                let place = answers.partition_point(|a| (a.at, a.version) < (answer.at, answer.version));
                answers.insert(place, answer);
            }
            AnswerScope::Places(sets) => {
                let order = (event.occurred, event.version);
                for set in sets {
                    if let Some(list) = self.list_mut(tld, &set.campaign, set.period) {
                        set.places.iter().for_each(|place| list.answered(place, order, claim));
                    }
                }
            }
        }
    }

    fn mark_held(&mut self, name: &DomainName, occurrences: &[Occurrence], version: Option<u64>) {
        let tld = name.tld();
        for occurrence in occurrences {
            if let Some(list) = self.list_mut(&tld, &occurrence.campaign, occurrence.period) {
                list.hold(occurrence.place, version);
            }
        }
    }

    fn swept(&mut self, order: Order, method: Method, list: &SweptList) {
        let Some((state, ranged)) = self.list_and_claim(&list.tld, &list.campaign, list.period) else { return };
        state.swept(SweepState::new(order, method, list), ranged);
    }

    fn seen(&mut self, order: Order, tld: &Tld, occurrence: &Occurrence, row: &SeenRow) {
        let Some((state, ranged)) = self.list_and_claim(tld, &occurrence.campaign, occurrence.period) else { return };
        state.looked_at(occurrence.place, row.method, order, row.sight, ranged);
    }

    /// Returns a list and what the registry said of it at large.
    fn list_and_claim(
        &mut self,
        tld: &Tld,
        campaign: &CampaignId,
        period: i64,
    ) -> Option<(&mut ListState, Option<(Order, Claim)>)> {
        let index = self.campaign_index(campaign)?;
        let day = self.list_day(period);
        let slice = self.slice_mut(tld);
        let ranged = slice.ranged(index, day);
        Some((slice.lists.entry((index, period)).or_default(), ranged))
    }
}

impl Marked for Case {
    fn marking(&self) -> Marking {
        self.marking
    }
}

impl Marked for &Case {
    fn marking(&self) -> Marking {
        self.marking
    }
}
