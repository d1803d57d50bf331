// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is to be done in a case, what was decided, noted and seen.

use forestall_api::act::Recorded;
use forestall_api::decisions::{Decide, Decision};
use forestall_api::evidence::{AddEvidence, MAX_ZONE, ZoneReport};
use forestall_api::notes::{AddNote, Note};
use forestall_api::playbooks::{LayPlaybook, Playbook};
use forestall_api::tasks::{AddTask, ChangeTask, Task};
use forestall_api::told::{MAX_TOLD, ToldReport};
use forestall_api::waivers::{AnswerWaiver, SendWaiver, Waiver};
use forestall_api::{Items, header, route};
use forestall_model::told::ToldForm;
use forestall_model::{CaseId, OwnerName, Tlp, UtcDay};

use super::exchange::Call;
use super::{ETag, Hub, HubError, Pages};

/// What a copy of a zone is looked through for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneAsked {
    /// The day whose names are looked for.
    pub on: UtcDay,
    /// Where the copy comes from, in words.
    pub vantage: String,
    /// What relative names of the copy are relative to, where it does not say so itself.
    pub origin: Option<OwnerName>,
}

/// What a file in which others tell of names is taken for, and what is done with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToldAsked {
    /// The form; it is found out where there is none.
    pub form: Option<ToldForm>,
    /// What whoever handed it over said of who may see it.
    pub tlp: Option<Tlp>,
    /// Whether what it tells is recorded.
    pub apply: bool,
    /// Whether the case takes up a stricter marking of the file.
    pub raise: bool,
    /// Whether names are left out that the case does not hold.
    pub known_only: bool,
    /// Where it was learned, in words.
    pub source: Option<String>,
}

impl Hub {
    /// Returns the tasks of a case.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn tasks(&self, id: &CaseId) -> Result<Vec<Task>, HubError> {
        self.value::<Items<Task>>(Call::new(route::TASKS, route::tasks(id))).await.map(|tasks| tasks.items)
    }

    /// Adds a task.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn add_task(&self, id: &CaseId, task: &AddTask, over: Option<&ETag>) -> Result<Recorded, HubError> {
        self.value(Call::new(route::ADD_TASK, route::tasks(id)).json(task)?.over(over)).await
    }

    /// Changes a task.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn change_task(
        &self,
        id: &CaseId,
        number: u32,
        change: &ChangeTask,
        over: Option<&ETag>,
    ) -> Result<Recorded, HubError> {
        self.value(Call::new(route::CHANGE_TASK, route::task(id, number)).json(change)?.over(over)).await
    }

    /// Returns the playbooks that a hub brings.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn playbooks(&self) -> Result<Vec<Playbook>, HubError> {
        self.value::<Items<Playbook>>(Call::new(route::PLAYBOOKS, route::playbooks())).await.map(|of| of.items)
    }

    /// Lays a playbook over a case.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn lay_playbook(
        &self,
        id: &CaseId,
        lay: &LayPlaybook,
        over: Option<&ETag>,
    ) -> Result<Recorded, HubError> {
        self.value(Call::new(route::LAY_PLAYBOOK, route::lay_playbook(id)).json(lay)?.over(over)).await
    }

    /// Returns the notes of a case.
    #[must_use]
    pub fn notes<'a>(&'a self, id: &'a CaseId) -> Pages<'a, Note> {
        Pages::new(self, move || Call::new(route::NOTES, route::notes(id)))
    }

    /// Puts a fact on the record.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn add_note(&self, id: &CaseId, note: &AddNote, over: Option<&ETag>) -> Result<Recorded, HubError> {
        self.value(Call::new(route::ADD_NOTE, route::notes(id)).json(note)?.over(over)).await
    }

    /// Returns what was decided about a case at large.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn decisions(&self, id: &CaseId) -> Result<Vec<Decision>, HubError> {
        self.value::<Items<Decision>>(Call::new(route::DECISIONS, route::decisions(id))).await.map(|of| of.items)
    }

    /// Records a decision about a case at large.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn decide(&self, id: &CaseId, decide: &Decide, over: Option<&ETag>) -> Result<Recorded, HubError> {
        self.value(Call::new(route::DECIDE, route::decisions(id)).json(decide)?.over(over)).await
    }

    /// Records what was seen of single names.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn add_evidence(
        &self,
        id: &CaseId,
        evidence: &AddEvidence,
        over: Option<&ETag>,
    ) -> Result<Recorded, HubError> {
        self.value(Call::new(route::ADD_EVIDENCE, route::evidence(id)).json(evidence)?.over(over)).await
    }

    /// Returns the requests for a waiver that were sent to ICANN.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn waivers(&self, id: &CaseId) -> Result<Vec<Waiver>, HubError> {
        self.value::<Items<Waiver>>(Call::new(route::WAIVERS, route::waivers(id))).await.map(|of| of.items)
    }

    /// Records that a request for a waiver was sent to ICANN.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn send_waiver(&self, id: &CaseId, send: &SendWaiver) -> Result<Recorded, HubError> {
        self.value(Call::new(route::SEND_WAIVER, route::waivers(id)).json(send)?).await
    }

    /// Records ICANN's answer to a request for a waiver.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn answer_waiver(&self, id: &CaseId, answer: &AnswerWaiver) -> Result<Recorded, HubError> {
        self.value(Call::new(route::ANSWER_WAIVER, route::waiver_answers(id)).json(answer)?).await
    }

    /// Has a hub read a file in which others tell of names, hold it against a case and, where asked, record what it tells.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn tell(&self, id: &CaseId, ask: &ToldAsked, file: Vec<u8>) -> Result<ToldReport, HubError> {
        let yes = |asked: bool| asked.then_some(true);
        let call = Call::new(route::TELL, route::told(id))
            .with("form", ask.form)
            .with("tlp", ask.tlp)
            .with("apply", yes(ask.apply))
            .with("raise_marking", yes(ask.raise))
            .with("known_only", yes(ask.known_only))
            .with("source", ask.source.as_ref());
        self.value(call.octets(header::OCTETS, file, MAX_TOLD)?).await
    }

    /// Has a hub look through a copy of a zone and record what it shows.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn add_zone(&self, id: &CaseId, ask: &ZoneAsked, zone: Vec<u8>) -> Result<ZoneReport, HubError> {
        let call = Call::new(route::ADD_ZONE, route::zone(id))
            .with("on", Some(ask.on))
            .with("vantage", Some(&ask.vantage))
            .with("origin", ask.origin.as_ref());
        self.value(call.octets(header::ZONE, zone, MAX_ZONE)?).await
    }
}
