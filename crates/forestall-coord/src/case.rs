// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The state of a case: a fold over its events.

use std::collections::BTreeMap;

use forestall_model::counts::period_day;
use forestall_model::evidence::SweptList;
use forestall_model::marking::Marked;
use forestall_model::{
    Action, CampaignId, CaseId, DayRange, DomainName, Instant, Marking, Method, NameClass, Ruling, Tld, UtcDay, Window,
};

use crate::cut::{CutList, Delivery};
use crate::event::{AnswerScope, Body, CaseCampaign, CaseKind, Event, Occurrence, Purpose, SeenRow, TaskState};
use crate::filing::{Filing, FilingAnswer};
use crate::holding::{Appeal, Holding, Ruled};
use crate::list::{ListState, Order, SweepState};
use crate::proof::shows_another_holder;
use crate::told::Told;

mod names;
mod slice;

pub use slice::{Claim, RangeAnswer, Request, Slice, names_campaign};

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
    /// Whether decisions about registered names need two people.
    pub four_eyes: bool,
    /// How many days the horizon reaches ahead of each day, where it is moved.
    pub ahead: Option<u16>,
    /// When the case was opened.
    pub opened: Instant,
    /// Names with a legitimate holder.
    pub exclusions: BTreeMap<DomainName, Exclusion>,
    /// Names that somebody holds or held, with the verdict and what people ruled.
    pub holdings: BTreeMap<DomainName, Holding>,
    /// Facts on the record.
    pub notes: Vec<Note>,
    /// What is to be done, in the order of its numbers.
    pub tasks: Vec<Task>,
    /// What was decided about the case at large.
    pub decisions: Vec<Decision>,
    /// What others told of names.
    pub told: Vec<Told>,
    /// Requests for a waiver that were sent to ICANN, in the order of their numbers.
    pub filings: Vec<Filing>,
    /// Until when the horizon reached, and since when, in order.
    pub reached: Vec<Reached>,
    /// Until when the places of the names of `exclusions` and `holdings` are known; later lists may hold them at others.
    pub placed_until: UtcDay,
    /// When an event was recorded last that may bear on whether single names are left alone, later than whatever was recorded before.
    pub names_changed: Instant,
    /// When the case last took up a marking that is stricter than its own, later than whatever was recorded before; none where it never did.
    pub marked: Option<Instant>,
    /// When the last event was recorded, by a clock that gives each event a time of its own: acts that overlap are not recorded in the order in
    /// which they began.
    tick: Instant,
}

/// How far a horizon reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The last day, not included.
    pub until: UtcDay,
    /// When that was recorded, later than whatever was recorded before.
    pub since: Instant,
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
    /// The number of the event.
    pub version: u64,
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

/// Something that is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its number, from 1.
    pub number: u32,
    /// What is to be done.
    pub title: String,
    /// The slice that it concerns.
    pub tld: Option<Tld>,
    /// Until when.
    pub due: Option<UtcDay>,
    /// Where it stands.
    pub state: TaskState,
    /// The number of the last event that names who does it.
    pub owner: Option<u64>,
    /// When it was last changed.
    pub changed: Instant,
}

/// Something that was decided about a case at large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The number of the event.
    pub version: u64,
    /// When.
    pub at: Instant,
    /// What.
    pub title: String,
    /// On what ground.
    pub ground: String,
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
            four_eyes,
            ahead,
            guard_override: _,
        } = &event.body
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
            four_eyes: *four_eyes,
            ahead: *ahead,
            opened: event.occurred,
            exclusions: BTreeMap::new(),
            holdings: BTreeMap::new(),
            notes: Vec::new(),
            tasks: Vec::new(),
            decisions: Vec::new(),
            told: Vec::new(),
            filings: Vec::new(),
            reached: vec![Reached { until: horizon.until, since: event.recorded }],
            placed_until: horizon.until,
            names_changed: event.recorded,
            marked: None,
            tick: event.recorded,
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
        self.take_in(event)
    }

    /// Adds an event whatever its number, for those who follow a case in the order in which things happened.
    pub(crate) fn take_in(&mut self, event: &Event) -> Result<(), ReplayError> {
        let tick = Instant::from_micros(self.tick.micros().saturating_add(1)).max(event.recorded);
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
                self.slice_mut(tld).ask(request);
            }
            Body::Acknowledged { tld, list } => self.slice_mut(tld).acknowledge(*list, event.occurred),
            Body::Cut { .. } => self.cut(event),
            Body::Delivered { tld, number, channel, contact, reminder, taken, .. } => {
                let delivery = Delivery {
                    version: event.version,
                    at: event.occurred,
                    channel: *channel,
                    contact: *contact,
                    reminder: *reminder,
                    taken: *taken,
                };
                self.slice_mut(tld).cut_mut(*number).into_iter().for_each(|cut| cut.deliveries.push(delivery));
            }
            Body::Read { tld, number, .. } => {
                let cut = self.slice_mut(tld).cut_mut(*number);
                cut.into_iter().for_each(|cut| cut.read = cut.read.or(Some(event.occurred)));
            }
            Body::Moved { until, slices, recurring } => {
                if *until > self.horizon.until {
                    self.reached.push(Reached { until: *until, since: tick });
                }
                self.horizon.until = self.horizon.until.max(*until);
                for tld in slices {
                    self.slice_mut(tld);
                }
                if let Some(names) = recurring {
                    self.placed_until = self.placed_until.max(*until);
                    names.iter().for_each(|again| self.came_again(again, event.version));
                }
            }
            Body::Tasked { task, title, tld, due } => self.tasks.push(Task {
                number: *task,
                title: title.clone(),
                tld: tld.clone(),
                due: *due,
                state: TaskState::Open,
                owner: event.withheld.contains_key("owner").then_some(event.version),
                changed: event.occurred,
            }),
            Body::TaskChanged { task, state, due } => {
                if let Some(kept) = self.tasks.iter_mut().find(|kept| kept.number == *task) {
                    kept.state = *state;
                    kept.due = *due;
                    kept.owner = if event.withheld.contains_key("owner") { Some(event.version) } else { kept.owner };
                    kept.changed = event.occurred;
                }
            }
            Body::Decided { title, ground } => self.decisions.push(Decision {
                version: event.version,
                at: event.occurred,
                title: title.clone(),
                ground: ground.clone(),
            }),
            Body::Told { marking, .. } => {
                // What is derived from both is marked as strictly as the stricter of them.
                let marking = marking.map_or(self.marking, |marking| self.marking.strictest(marking));
                if marking != self.marking {
                    self.marking = marking;
                    self.marked = Some(tick);
                }
                self.told.extend(Told::of(event));
            }
            Body::Filed { filing, road, tlds, due, reference } => self.filings.push(Filing {
                number: *filing,
                version: event.version,
                road: *road,
                tlds: tlds.clone(),
                sent: event.occurred,
                due: *due,
                reference: reference.clone(),
                answer: None,
            }),
            Body::FilingAnswered { filing, granted, text } => {
                if let Some(filing) = self.filings.iter_mut().find(|kept| kept.number == *filing) {
                    filing.answer = Some(FilingAnswer {
                        version: event.version,
                        at: event.occurred,
                        granted: *granted,
                        text: text.clone(),
                    });
                }
            }
            Body::Answered { tld, scope, action, result, level, .. } => {
                let claim = Claim { action: *action, result: *result, level: *level };
                self.answered(tld, scope, claim, event);
            }
            Body::Excluded { name, class, reason, occurrences } => {
                self.excluded(name, *class, reason, occurrences, event);
                self.mark(name, occurrences, event.version);
            }
            Body::Readmitted { name, .. } => self.readmitted(name, event.version),
            Body::Vetted { at, rules, rows, .. } => {
                for row in rows {
                    let new = row.tenure.created.is_some_and(|created| created > self.opened)
                        || self.was_seen_free(&row.name, &row.occurrences);
                    let holding = self.holding_mut(&row.name, &row.occurrences, *at);
                    holding.new |= new && row.class.is_held();
                    holding.vetted(row, *rules, *at, event.version);
                    self.note_expiry(&row.name, &row.occurrences, row.expires, (*at, event.version));
                    self.mark(&row.name, &row.occurrences, event.version);
                }
            }
            Body::Ruled { names, ruling, action, reason, evidence, .. } => {
                for name in names {
                    let Some(holding) = self.holdings.get_mut(name) else { continue };
                    holding.ruled(Ruled {
                        ruling: *ruling,
                        action: *action,
                        reason: reason.clone(),
                        evidence: evidence.clone(),
                        at: event.occurred,
                        version: event.version,
                        overtaken: false,
                    });
                    let occurrences = holding.occurrences.clone();
                    match ruling {
                        Ruling::Exclude => {
                            self.excluded(name, NameClass::RegisteredBenign, reason, &occurrences, event);
                        }
                        _ => drop(self.exclusions.remove(name)),
                    }
                    self.mark(name, &occurrences, event.version);
                }
            }
            Body::Appealed { name, occurrences, proof, deadline } => {
                let holding = self.holding_mut(name, occurrences, event.occurred);
                holding.appeal = Some(Appeal {
                    at: event.occurred,
                    version: event.version,
                    deadline: *deadline,
                    proof: proof.clone(),
                    settled: None,
                });
                self.mark(name, occurrences, event.version);
            }
            Body::Settled { name, upheld, reason, undo_by } => {
                if let Some(holding) = self.holdings.get_mut(name) {
                    if let Some(appeal) = &mut holding.appeal {
                        appeal.settled = Some((event.occurred, *upheld));
                    }
                    if let Some(by) = undo_by {
                        holding.undone(event, *by);
                    }
                    let occurrences = holding.occurrences.clone();
                    if *upheld {
                        holding.ruled(Ruled {
                            ruling: Ruling::Exclude,
                            action: None,
                            reason: reason.clone(),
                            evidence: "an appeal".to_owned(),
                            at: event.occurred,
                            version: event.version,
                            overtaken: false,
                        });
                        self.excluded(name, NameClass::RegisteredBenign, reason, &occurrences, event);
                    }
                    self.mark(name, &occurrences, event.version);
                }
            }
            Body::Undone { names, undo_by, .. } => {
                for name in names {
                    let Some(holding) = self.holdings.get_mut(name) else { continue };
                    holding.undone(event, *undo_by);
                    let occurrences = holding.occurrences.clone();
                    self.mark(name, &occurrences, event.version);
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
                    self.note_expiry(&row.name, &row.occurrences, row.expires, (row.at, event.version));
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
        self.version = event.version.max(self.version);
        self.changed = event.recorded;
        self.tick = tick;
        if event.body.bears_on_single_names() {
            self.names_changed = tick;
        }
        Ok(())
    }

    /// Returns the index of a campaign of the case.
    #[must_use]
    pub fn campaign_index(&self, id: &CampaignId) -> Option<usize> {
        self.campaigns.iter().position(|c| c.id == *id)
    }

    /// Returns the requests for a waiver of a slice that wait for their answer.
    pub fn open_filings<'a>(&'a self, tld: &'a Tld) -> impl Iterator<Item = &'a Filing> {
        self.filings.iter().filter(move |filing| filing.answer.is_none() && filing.tlds.contains(tld))
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

    /// Returns since when the list of a day is in the case, by the log.
    #[must_use]
    pub fn listed_since(&self, day: UtcDay) -> Instant {
        let reached = self.reached.iter().find(|reached| day < reached.until).or(self.reached.last());
        reached.map_or(self.changed, |reached| reached.since)
    }

    fn cut(&mut self, event: &Event) {
        let Some(cut) = CutList::of(event, |ids| self.indices(ids)) else { return };
        let Body::Cut { tld, .. } = &event.body else { return };
        let slice = self.slice_mut(tld);
        // What a list asks anew is a request; a list of what is past asks for nothing that the board counts.
        if cut.purpose == Purpose::Protect && !cut.days.is_empty() {
            slice.ask(Request {
                version: cut.version,
                days: cut.days,
                campaigns: cut.campaigns.clone(),
                action: cut.action,
                fallback: cut.fallback,
                at: cut.at,
            });
        }
        slice.cuts.push(cut);
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
        let slice = self.slice_mut(tld);
        slice.answer_count += 1;
        // Who answers has received what was asked last.
        let purpose = if claim.action == Action::Release { Purpose::Release } else { Purpose::Protect };
        if let Some(cut) = slice.received(Some(purpose), event.occurred) {
            cut.acknowledged = cut.acknowledged.or(Some(event.occurred));
        }
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
                self.slice_mut(tld).answer(answer);
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

    fn swept(&mut self, order: Order, method: Method, list: &SweptList) {
        for row in list.differing.iter().filter(|row| shows_another_holder(row.sight)) {
            let occurrence = Occurrence { campaign: list.campaign.clone(), period: list.period, place: row.place };
            self.met_holder(&row.name, occurrence, order.0);
        }
        let Some((state, ranged)) = self.list_and_claim(&list.tld, &list.campaign, list.period) else { return };
        let sweep = SweepState::new(order, method, list);
        match &list.sample {
            Some(sample) => state.sampled(&sweep, sample, ranged),
            None => state.swept(sweep, ranged),
        }
    }

    fn seen(&mut self, order: Order, tld: &Tld, occurrence: &Occurrence, row: &SeenRow) {
        if shows_another_holder(row.sight) {
            self.met_holder(&row.name, occurrence.clone(), order.0);
        }
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
