// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Read models: what lists and tables show of a case without its whole state. Each is a fold over the log.

use std::collections::BTreeMap;

use forestall_coord::event::{Body, CaseKind, Event, Purpose};
use forestall_coord::{Case, Level};
use forestall_model::marking::Marked;
use forestall_model::{
    Action, AnswerResult, CampaignId, CaseId, DayRange, DomainName, Instant, Marking, Method, NameClass, Ruling, Tld,
    UtcDay,
};

/// One case in a list of cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseView {
    /// The case.
    pub id: CaseId,
    /// The number of its last event.
    pub version: u64,
    /// When it was opened.
    pub opened: Instant,
    /// When its last event was recorded.
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
    pub campaigns: Vec<CampaignId>,
    /// Whether any of them is unverified.
    pub unverified: bool,
    /// Slices.
    pub slices: u32,
    /// Requests to registries.
    pub requests: u32,
    /// Answers of registries.
    pub answers: u32,
    /// Names that stand excluded.
    pub exclusions: u32,
    /// Sweeps.
    pub sweeps: u32,
    /// Files of evidence on single names.
    pub looks: u32,
    /// Notes.
    pub notes: u32,
}

impl Marked for CaseView {
    fn marking(&self) -> Marking {
        self.marking
    }
}

/// One slice in a list of slices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SliceView {
    /// The top-level domain.
    pub tld: Tld,
    /// Requests to its registry.
    pub requests: u32,
    /// The last request.
    pub last_request: Option<RequestView>,
    /// When the registry last said that it received a request.
    pub acknowledged: Option<Instant>,
    /// Answers of its registry.
    pub answers: u32,
    /// The last answer.
    pub last_answer: Option<AnswerView>,
    /// Names under it that stand excluded.
    pub exclusions: u32,
    /// The latest sweep over any of its lists: when it began, and how it looked.
    pub last_sweep: Option<(Instant, Method)>,
}

/// The last request to a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestView {
    /// When it was asked.
    pub at: Instant,
    /// What it was asked.
    pub action: Action,
}

/// The last answer of a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerView {
    /// When it answered.
    pub at: Instant,
    /// What it did or was asked to do.
    pub action: Action,
    /// The result.
    pub result: AnswerResult,
    /// Claimed or attested.
    pub level: Level,
}

/// One name with a legitimate holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExclusionView {
    /// The name.
    pub name: DomainName,
    /// What is known of it.
    pub class: NameClass,
    /// Why it was excluded, in words.
    pub reason: String,
    /// Where that was learned.
    pub source: Option<String>,
    /// When it was excluded.
    pub at: Instant,
}

impl SliceView {
    pub(crate) const fn new(tld: Tld) -> Self {
        Self {
            tld,
            requests: 0,
            last_request: None,
            acknowledged: None,
            answers: 0,
            last_answer: None,
            exclusions: 0,
            last_sweep: None,
        }
    }
}

/// The read models of one case, or the part of them that some events touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CaseModels {
    pub(crate) case: CaseView,
    pub(crate) slices: BTreeMap<Tld, SliceView>,
    /// `None` is a name that is known not to be excluded.
    pub(crate) exclusions: BTreeMap<DomainName, Option<ExclusionView>>,
}

impl CaseModels {
    /// Begins with the opening of a case; `None` for any other event.
    pub(crate) fn opened(event: &Event) -> Option<Self> {
        let case = Case::replay([event]).ok()??;
        let slices: BTreeMap<_, _> = case.slices.keys().map(|tld| (tld.clone(), SliceView::new(tld.clone()))).collect();
        let view = CaseView {
            version: case.version,
            opened: event.recorded,
            changed: case.changed,
            kind: case.kind,
            horizon: case.horizon,
            board_day: case.board_day,
            marking: case.marking,
            campaigns: case.campaigns.iter().map(|c| c.id.clone()).collect(),
            unverified: case.holds_unverified(),
            slices: number(slices.len()),
            requests: 0,
            answers: 0,
            exclusions: 0,
            sweeps: 0,
            looks: 0,
            notes: 0,
            title: case.title,
            id: case.id,
        };
        Some(Self { case: view, slices, exclusions: BTreeMap::new() })
    }

    /// Adds the next event. Slices and names that it touches are in the models where they are in the store.
    pub(crate) fn apply(&mut self, event: &Event) {
        self.case.version = event.version;
        self.case.changed = event.recorded;
        match &event.body {
            // A second opening is refused before it comes here.
            Body::Opened { .. } => {}
            Body::Requested { tld, action, .. } => {
                self.case.requests += 1;
                let slice = self.slice(tld);
                slice.requests += 1;
                slice.last_request = Some(RequestView { at: event.occurred, action: *action });
            }
            Body::Cut { tld, purpose: Purpose::Protect, days, action, .. } if !days.is_empty() => {
                self.case.requests += 1;
                let slice = self.slice(tld);
                slice.requests += 1;
                slice.last_request = Some(RequestView { at: event.occurred, action: *action });
            }
            Body::Acknowledged { tld, .. } => self.slice(tld).acknowledged = Some(event.occurred),
            Body::Answered { tld, action, result, level, .. } => {
                self.case.answers += 1;
                let slice = self.slice(tld);
                slice.answers += 1;
                slice.last_answer =
                    Some(AnswerView { at: event.occurred, action: *action, result: *result, level: *level });
            }
            Body::Excluded { name, class, reason, .. } => self.exclude(name, *class, reason, event),
            Body::Readmitted { name, .. } => self.readmit(name),
            Body::Ruled { names, ruling: Ruling::Exclude, reason, .. } => {
                names.iter().for_each(|name| self.exclude(name, NameClass::RegisteredBenign, reason, event));
            }
            Body::Ruled { names, .. } => names.iter().for_each(|name| self.readmit(name)),
            Body::Settled { name, upheld: true, reason, .. } => {
                self.exclude(name, NameClass::RegisteredBenign, reason, event);
            }
            Body::Swept(sweep) => {
                self.case.sweeps += 1;
                for list in &sweep.lists {
                    if self.case.campaigns.contains(&list.campaign) {
                        let slice = self.slice(&list.tld);
                        slice.last_sweep = slice.last_sweep.max(Some((sweep.at, sweep.method)));
                    }
                }
            }
            Body::Seen { .. } | Body::Vetted { .. } => self.case.looks += 1,
            Body::Noted { .. } => self.case.notes += 1,
            Body::Moved { until, slices, recurring: _ } => {
                self.case.horizon.until = self.case.horizon.until.max(*until);
                for tld in slices {
                    self.slice(tld);
                }
            }
            Body::Told { marking, .. } => {
                let ours = self.case.marking;
                self.case.marking = marking.map_or(ours, |marking| ours.strictest(marking));
            }
            Body::Appealed { .. }
            | Body::Settled { .. }
            | Body::Undone { .. }
            | Body::Filed { .. }
            | Body::FilingAnswered { .. }
            | Body::Cut { .. }
            | Body::Delivered { .. }
            | Body::Read { .. }
            | Body::Tasked { .. }
            | Body::TaskChanged { .. }
            | Body::Decided { .. } => {}
        }
    }

    fn exclude(&mut self, name: &DomainName, class: NameClass, reason: &str, event: &Event) {
        let exclusion = ExclusionView {
            name: name.clone(),
            class,
            reason: reason.to_owned(),
            source: event.source.clone(),
            at: event.occurred,
        };
        if self.exclusions.insert(name.clone(), Some(exclusion)).flatten().is_none() {
            self.case.exclusions += 1;
            self.slice(&name.tld()).exclusions += 1;
        }
    }

    fn readmit(&mut self, name: &DomainName) {
        if self.exclusions.insert(name.clone(), None).flatten().is_some() {
            self.case.exclusions = self.case.exclusions.saturating_sub(1);
            let slice = self.slice(&name.tld());
            slice.exclusions = slice.exclusions.saturating_sub(1);
        }
    }

    fn slice(&mut self, tld: &Tld) -> &mut SliceView {
        let slices = &mut self.case.slices;
        self.slices.entry(tld.clone()).or_insert_with(|| {
            *slices += 1;
            SliceView::new(tld.clone())
        })
    }
}

/// What an event touches of the read models of its case.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    pub(crate) slices: std::collections::BTreeSet<Tld>,
    pub(crate) names: std::collections::BTreeSet<DomainName>,
}

impl Touched {
    pub(crate) fn add(&mut self, event: &Event) {
        match &event.body {
            Body::Requested { tld, .. }
            | Body::Acknowledged { tld, .. }
            | Body::Answered { tld, .. }
            | Body::Cut { tld, .. } => {
                self.slices.insert(tld.clone());
            }
            Body::Moved { slices, .. } => self.slices.extend(slices.iter().cloned()),
            Body::Excluded { name, .. } | Body::Readmitted { name, .. } => {
                self.slices.insert(name.tld());
                self.names.insert(name.clone());
            }
            Body::Swept(sweep) => self.slices.extend(sweep.lists.iter().map(|list| list.tld.clone())),
            Body::Settled { name, upheld: true, .. } => {
                self.slices.insert(name.tld());
                self.names.insert(name.clone());
            }
            Body::Ruled { names, .. } => {
                self.slices.extend(names.iter().map(DomainName::tld));
                self.names.extend(names.iter().cloned());
            }
            Body::Opened { .. }
            | Body::Seen { .. }
            | Body::Vetted { .. }
            | Body::Appealed { .. }
            | Body::Settled { .. }
            | Body::Undone { .. }
            | Body::Noted { .. }
            | Body::Told { .. }
            | Body::Filed { .. }
            | Body::FilingAnswered { .. }
            | Body::Delivered { .. }
            | Body::Read { .. }
            | Body::Tasked { .. }
            | Body::TaskChanged { .. }
            | Body::Decided { .. } => {}
        }
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
