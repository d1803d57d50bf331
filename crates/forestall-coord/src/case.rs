// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The state of a case: a fold over its events.

use std::collections::{BTreeMap, BTreeSet};

use forestall_model::counts::period_day;
use forestall_model::evidence::{Places, SweptList};
use forestall_model::marking::Marked;
use forestall_model::{
    Action, AnswerResult, CampaignId, CaseId, DayRange, DomainName, Instant, Marking, Method, NameClass, Sight, Tld,
    UtcDay, Window,
};

use crate::event::{AnswerScope, Body, CaseCampaign, CaseKind, Event, Occurrence};
use crate::proof::{Finding, Level, finding};

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
    /// What the registry was asked, in order.
    pub requests: Vec<Request>,
    /// When the registry last said that it received a request.
    pub acknowledged: Option<Instant>,
    /// What the registry answered for whole ranges of days, in order.
    pub answers: Vec<RangeAnswer>,
    /// Lists in which single names differ, by (index of the campaign, origin period).
    pub(crate) lists: BTreeMap<(usize, i64), ListState>,
    /// The number of answers, for whole ranges and for single names.
    pub answer_count: u32,
}

/// One request to a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
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

/// The names of one (campaign, origin period) of a slice in which single places differ.
#[derive(Clone, Debug, Default)]
pub(crate) struct ListState {
    /// Single answers: place -> (number of the event, what was said).
    pub(crate) claims: BTreeMap<u32, (u64, Claim)>,
    /// Places of names with a legitimate holder.
    pub(crate) held: BTreeSet<u32>,
    /// The last sweep.
    pub(crate) sweep: Option<SweepState>,
    /// Single sights: place -> (number of the event, sight).
    pub(crate) seen: BTreeMap<u32, (u64, Sight)>,
    /// Places that were observed as protected once and refuted later.
    pub(crate) lost: BTreeSet<u32>,
}

#[derive(Clone, Debug)]
pub(crate) struct SweepState {
    pub(crate) version: u64,
    pub(crate) at: Instant,
    pub(crate) method: Method,
    pub(crate) usual: Sight,
    pub(crate) unknown: Places,
    pub(crate) differing: BTreeMap<u32, Sight>,
}

impl SweepState {
    pub(crate) fn sight(&self, place: u32) -> Sight {
        if self.unknown.contains(place) {
            return Sight::Unknown;
        }
        self.differing.get(&place).copied().unwrap_or(self.usual)
    }
}

impl ListState {
    /// Returns every place of which something else may hold than of its list at large, in order.
    pub(crate) fn places(&self) -> BTreeSet<u32> {
        let mut places: BTreeSet<u32> = self.claims.keys().chain(self.seen.keys()).copied().collect();
        places.extend(&self.held);
        places.extend(&self.lost);
        if let Some(sweep) = &self.sweep {
            places.extend(sweep.differing.keys());
            places.extend(sweep.unknown.iter());
        }
        places
    }

    /// Returns the last sight of a place, single ones and sweeps together.
    pub(crate) fn sight(&self, place: u32) -> Option<Sight> {
        let swept = self.sweep.as_ref().map(|s| (s.version, s.sight(place)));
        match (self.seen.get(&place).copied(), swept) {
            // A failed look takes nothing back: what was seen before it stands.
            (Some((_, sight)), Some((_, Sight::Unknown))) => Some(sight),
            (Some((_, Sight::Unknown)), Some((_, sight))) => Some(sight),
            (Some(single), Some(swept)) => Some(if single.0 > swept.0 { single.1 } else { swept.1 }),
            (Some((_, sight)), None) | (None, Some((_, sight))) => Some(sight),
            (None, None) => None,
        }
    }
}

impl Slice {
    /// Returns what the registry last said of a name: (number of the event, claim).
    pub(crate) fn claim(&self, campaign: usize, period: i64, place: Option<u32>) -> Option<(u64, Claim)> {
        let day = period_day(period);
        let single = place.and_then(|p| self.lists.get(&(campaign, period))?.claims.get(&p).copied());
        let ranged = self
            .answers
            .iter()
            .rev()
            .find(|a| a.covers(campaign, day))
            .map(|a| (a.version, a.claim));
        match (single, ranged) {
            (Some(single), Some(ranged)) => Some(if single.0 > ranged.0 { single } else { ranged }),
            (single, ranged) => single.or(ranged),
        }
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
        self.lists
            .values()
            .filter_map(|l| l.sweep.as_ref())
            .map(|s| (s.at, s.method))
            .max()
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
        let Body::Opened {
            title,
            case_kind,
            horizon,
            board_day,
            marking,
            campaigns,
            slices,
            name_servers,
        } = &event.body
        else {
            return Err(ReplayError::NotOpened {
                version: event.version,
                kind: event.body.kind(),
            });
        };
        if event.version != 1 {
            return Err(ReplayError::Gap {
                case: event.case.clone(),
                found: event.version,
                expected: 1,
            });
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
            Body::Requested {
                tld,
                days,
                campaigns,
                action,
                fallback,
                ..
            } => {
                let campaigns = self.indices(campaigns);
                let request = Request {
                    days: *days,
                    campaigns,
                    action: *action,
                    fallback: *fallback,
                    at: event.occurred,
                };
                self.slice_mut(tld).requests.push(request);
            }
            Body::Acknowledged { tld } => self.slice_mut(tld).acknowledged = Some(event.occurred),
            Body::Answered {
                tld,
                scope,
                action,
                result,
                level,
                ..
            } => {
                let claim = Claim {
                    action: *action,
                    result: *result,
                    level: *level,
                };
                self.answered(tld, scope, claim, event);
            }
            Body::Excluded {
                name,
                class,
                reason,
                occurrences,
            } => {
                self.mark_held(name, occurrences, true);
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
                    self.mark_held(name, &exclusion.occurrences, false);
                }
            }
            Body::Swept(sweep) => {
                for list in &sweep.lists {
                    self.swept(event.version, sweep.at, sweep.method, list);
                }
            }
            Body::Seen { rows } => {
                for row in rows {
                    let tld = row.name.tld();
                    for occurrence in &row.occurrences {
                        self.seen(event.version, &tld, occurrence, row.sight);
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
                self.slice_mut(tld).answers.push(answer);
            }
            AnswerScope::Places(sets) => {
                for set in sets {
                    if let Some(list) = self.list_mut(tld, &set.campaign, set.period) {
                        list.claims
                            .extend(set.places.iter().map(|place| (place, (event.version, claim))));
                    }
                }
            }
        }
    }

    fn mark_held(&mut self, name: &DomainName, occurrences: &[Occurrence], held: bool) {
        let tld = name.tld();
        for occurrence in occurrences {
            if let Some(list) = self.list_mut(&tld, &occurrence.campaign, occurrence.period) {
                if held {
                    list.held.insert(occurrence.place);
                } else {
                    list.held.remove(&occurrence.place);
                }
            }
        }
    }

    fn swept(&mut self, version: u64, at: Instant, method: Method, list: &SweptList) {
        let Some(campaign) = self.campaign_index(&list.campaign) else {
            return;
        };
        let sweep = SweepState {
            version,
            at,
            method,
            usual: list.usual,
            unknown: list.unknown.clone(),
            differing: list.differing.iter().map(|row| (row.place, row.sight)).collect(),
        };
        let changes: Vec<(u32, Sight)> = (0..list.expected).map(|place| (place, sweep.sight(place))).collect();
        self.track_loss(&list.tld, campaign, list.period, &changes);
        self.slice_mut(&list.tld)
            .lists
            .entry((campaign, list.period))
            .or_default()
            .sweep = Some(sweep);
    }

    fn seen(&mut self, version: u64, tld: &Tld, occurrence: &Occurrence, sight: Sight) {
        let Some(campaign) = self.campaign_index(&occurrence.campaign) else {
            return;
        };
        self.track_loss(tld, campaign, occurrence.period, &[(occurrence.place, sight)]);
        let list = self
            .slice_mut(tld)
            .lists
            .entry((campaign, occurrence.period))
            .or_default();
        list.seen.insert(occurrence.place, (version, sight));
    }

    /// Marks places that were observed as protected and are now refuted as lost, and lost ones that are proved again as found.
    fn track_loss(&mut self, tld: &Tld, campaign: usize, period: i64, sights: &[(u32, Sight)]) {
        let slice = self.slice_mut(tld);
        let mut lost = Vec::new();
        let mut found = Vec::new();
        for (place, sight) in sights {
            let action = slice.claim(campaign, period, Some(*place)).map(|(_, c)| c.action);
            let before = slice.lists.get(&(campaign, period)).and_then(|l| l.sight(*place));
            let proved = before.is_some_and(|s| finding(action, s) == Finding::Proves);
            match finding(action, *sight) {
                Finding::Refutes if proved => lost.push(*place),
                Finding::Proves => found.push(*place),
                _ => {}
            }
        }
        if !lost.is_empty() || !found.is_empty() {
            let list = slice.lists.entry((campaign, period)).or_default();
            list.lost.extend(lost);
            found.iter().for_each(|place| {
                list.lost.remove(place);
            });
        }
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
