// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The collision docket: rulings, appeals and what is undone.

use forestall_api::act::Record;
use forestall_api::docket as api;
use forestall_coord::command::{Appeal, Command, Rule, Settle, Undo};
use forestall_model::{CaseId, DomainName};
use forestall_store::Stored;

use super::{Act, Desk, DeskError};

/// An appeal as somebody brings it.
#[derive(Clone, Debug)]
pub struct BroughtAppeal {
    /// The name.
    pub name: DomainName,
    /// Who appeals, why, and how to reach them; kept outside the log.
    pub contact: String,
    /// How control of the name was proved; none where it was not.
    pub proof: Option<String>,
    /// Hours until a person has to answer.
    pub hours: u16,
}

/// Returns what a person ruled as the case takes it, and what stands in the log beside it.
#[must_use]
pub fn rule_of(ruled: api::Rule) -> (Rule, Record) {
    let api::Rule { names, digest, ruling, action, legal_basis, reason, evidence, second, record } = ruled;
    (Rule { names, digest, ruling, action, legal_basis, reason, evidence, second }, record)
}

impl Desk {
    /// Records what a person ruled about registered names.
    ///
    /// # Errors
    ///
    /// [`DeskError`] with the refusal.
    pub async fn rule(&self, case: &CaseId, act: &Act, rule: Rule) -> Result<Stored, DeskError> {
        self.execute(case, act, &Command::Rule(rule)).await
    }

    /// Records an appeal; nothing is asked for the name until it is answered.
    ///
    /// # Errors
    ///
    /// [`DeskError`] with the refusal; the case holds no such name, or an appeal waits already.
    pub async fn appeal(&self, case: &CaseId, act: &Act, brought: BroughtAppeal) -> Result<Stored, DeskError> {
        let file = self.file(case).await?;
        let mut places = self.places_of(&file, std::slice::from_ref(&brought.name)).await?;
        let occurrences = places.remove(&brought.name).unwrap_or_default();
        let BroughtAppeal { name, contact, proof, hours } = brought;
        self.execute_over(&file, act, &Command::Appeal(Appeal { name, occurrences, contact, proof, hours })).await
    }

    /// Answers an appeal.
    ///
    /// # Errors
    ///
    /// [`DeskError`] with the refusal.
    pub async fn settle(
        &self,
        case: &CaseId,
        act: &Act,
        name: DomainName,
        upheld: bool,
        reason: String,
    ) -> Result<Stored, DeskError> {
        self.execute(case, act, &Command::Settle(Settle { name, upheld, reason })).await
    }

    /// Takes back in one step what was done to names.
    ///
    /// # Errors
    ///
    /// [`DeskError`] with the refusal.
    pub async fn undo(
        &self,
        case: &CaseId,
        act: &Act,
        names: Vec<DomainName>,
        reason: String,
    ) -> Result<Stored, DeskError> {
        self.execute(case, act, &Command::Undo(Undo { names, reason })).await
    }
}
