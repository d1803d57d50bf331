// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A case played as people would act on it.

use forestall_coord::command::{Command, Context, Open, decide};
use forestall_coord::event::{CaseCampaign, CaseKind};
use forestall_coord::{Board, Case, Event, Refusal, Withheld};
use forestall_model::{Actor, CaseId, DayRange, Instant, ListCounts, Marking, Tld};

use crate::{ScriptedClock, parsed};

/// A case with its log, and who acts on it when.
#[derive(Clone, Debug)]
pub struct CaseScript {
    /// The time of the next act.
    pub clock: ScriptedClock,
    /// Who acts.
    pub actor: Actor,
    /// Where the next facts were learned.
    pub source: Option<String>,
    /// When the next facts happened; at the time of the act where there is none.
    pub occurred: Option<Instant>,
    /// A comment to the next acts.
    pub comment: Option<String>,
    /// The names of the lists, so that boards can be made; one entry a campaign in the order of the case.
    pub counts: Vec<ListCounts>,
    id: CaseId,
    case: Option<Case>,
    log: Vec<Event>,
    withheld: Vec<Vec<Withheld>>,
}

impl CaseScript {
    /// Starts a script; the case is not open yet.
    ///
    /// # Panics
    ///
    /// Where `id` is no id of a case or `now` no instant.
    #[must_use]
    #[track_caller]
    pub fn new(id: &str, now: &str) -> Self {
        Self {
            clock: ScriptedClock::new(parsed(now)),
            actor: parsed("Coordinator on duty"),
            source: None,
            occurred: None,
            comment: None,
            counts: Vec::new(),
            id: parsed(id),
            case: None,
            log: Vec::new(),
            withheld: Vec::new(),
        }
    }

    /// Starts a script with an open case over `days`, whose slices are the domains of the counts.
    ///
    /// # Panics
    ///
    /// Where the case cannot be opened.
    #[must_use]
    #[track_caller]
    pub fn opened(days: DayRange, campaigns: Vec<CaseCampaign>, counts: Vec<ListCounts>) -> Self {
        Self::opened_with(days, None, campaigns, counts)
    }

    /// Starts a script with an open case whose horizon is moved each day, so that it reaches `ahead` days further. The counts may reach
    /// beyond `days`.
    ///
    /// # Panics
    ///
    /// Where the case cannot be opened.
    #[must_use]
    #[track_caller]
    pub fn opened_ahead(days: DayRange, ahead: u16, campaigns: Vec<CaseCampaign>, counts: Vec<ListCounts>) -> Self {
        Self::opened_with(days, Some(ahead), campaigns, counts)
    }

    #[track_caller]
    fn opened_with(days: DayRange, ahead: Option<u16>, campaigns: Vec<CaseCampaign>, counts: Vec<ListCounts>) -> Self {
        let mut script = Self::new("a-case", "2008-11-20T00:00:00Z");
        script.counts = counts;
        let servers = vec![parsed("ns1.sinkhole.example"), parsed("ns2.sinkhole.example")];
        let open = Open {
            title: "A case".to_owned(),
            kind: CaseKind::Live,
            horizon: days,
            board_day: None,
            marking: Marking::DEFAULT,
            campaigns,
            slices: script.tlds(),
            name_servers: servers.clone(),
            server_evidence: crate::guard::safe(&servers, script.clock.now()),
            guard_override: None,
            four_eyes: false,
            ahead,
        };
        script.must(&Command::Open(open));
        script
    }

    /// Decides a command and applies its event. A refusal leaves everything as it was.
    ///
    /// # Errors
    ///
    /// The refusal.
    ///
    /// # Panics
    ///
    /// Where the event of a decided command cannot be applied: that is a fault of the deciding code.
    pub fn act(&mut self, command: &Command) -> Result<&Event, Refusal> {
        let decided = decide(self.case.as_ref(), command, &self.context())?;
        match &mut self.case {
            Some(case) => case.apply(&decided.event).expect("a decided event follows the last one"),
            none => *none = Case::replay([&decided.event]).expect("a decided opening begins a case"),
        }
        self.withheld.push(decided.withheld);
        self.log.push(decided.event);
        Ok(self.log.last().expect("an event was pushed"))
    }

    /// Decides a command that must not be refused, and applies its event.
    ///
    /// # Panics
    ///
    /// Where it is refused, with the reason.
    #[track_caller]
    pub fn must(&mut self, command: &Command) -> &Event {
        match self.act(command) {
            Ok(event) => event,
            Err(refusal) => panic!("refused: {refusal}"),
        }
    }

    /// Returns the context of the next act. Salts follow from the number of the event alone.
    #[must_use]
    pub fn context(&self) -> Context {
        let number = u64::try_from(self.log.len()).unwrap_or(u64::MAX) + 1;
        let salt = |field: u8| {
            let mut salt = [field; 16];
            salt[..8].copy_from_slice(&number.to_be_bytes());
            salt
        };
        Context {
            case: self.id.clone(),
            now: self.clock.now(),
            occurred: self.occurred,
            actor: self.actor.clone(),
            source: self.source.clone(),
            comment: self.comment.clone(),
            salts: [salt(1), salt(2), salt(3), salt(4), salt(5)],
        }
    }

    /// Returns the state.
    ///
    /// # Panics
    ///
    /// Where the case is not open.
    #[must_use]
    #[track_caller]
    pub fn case(&self) -> &Case {
        self.case.as_ref().expect("the case is open")
    }

    /// Returns the board of the case over the counts of the script.
    ///
    /// # Panics
    ///
    /// Where the case is not open.
    #[must_use]
    #[track_caller]
    pub fn board(&self) -> Board<'_> {
        Board::new(self.case(), &self.counts)
    }

    /// Returns the events so far.
    #[must_use]
    pub fn log(&self) -> &[Event] {
        &self.log
    }

    /// Returns the withheld fields, one entry an event.
    #[must_use]
    pub fn withheld(&self) -> &[Vec<Withheld>] {
        &self.withheld
    }

    /// Returns the top-level domains of the counts, each once, in order.
    #[must_use]
    pub fn tlds(&self) -> Vec<Tld> {
        let periods = self.counts.iter().flat_map(|list| &list.periods);
        let all: std::collections::BTreeSet<Tld> =
            periods.flat_map(|period| &period.by_tld).map(|count| count.tld.clone()).collect();
        all.into_iter().collect()
    }
}
