// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The acts that need nothing computed but the places of names: requests, answers for days, exclusions, notes.

use forestall_coord::command::{
    Acknowledge, Answer, Command, Context, Exclude, Note, Override, Readmit, Request, decide,
};
use forestall_coord::event::AnswerScope;
use forestall_coord::{Case, Refusal};
use forestall_model::{Action, AnswerResult, CampaignId, CaseId, DayRange, DomainName, NameClass, Tld};
use forestall_store::{Stored, fresh_salts};

use super::{Act, Desk, DeskError};

/// What a registry is asked.
#[derive(Clone, Debug)]
pub struct AskRegistry {
    /// The slice.
    pub tld: Tld,
    /// The days; the whole horizon where there are none.
    pub days: Option<DayRange>,
    /// The campaigns; all where none is named.
    pub campaigns: Vec<CampaignId>,
    /// What is asked.
    pub action: Action,
    /// What should be done where that cannot be.
    pub fallback: Option<Action>,
    /// The legal basis, in words.
    pub legal_basis: Option<String>,
    /// Two people who ask more of an unverified campaign than its marking allows.
    pub override_by: Option<Override>,
}

/// A registry's answer for whole days of its slice.
#[derive(Clone, Debug)]
pub struct DaysAnswer {
    /// The slice.
    pub tld: Tld,
    /// The days; the whole horizon where there are none.
    pub days: Option<DayRange>,
    /// The campaigns; all where none is named.
    pub campaigns: Vec<CampaignId>,
    /// What was done, or was asked.
    pub action: Action,
    /// The result.
    pub result: AnswerResult,
}

impl Desk {
    /// Asks a registry.
    ///
    /// # Errors
    ///
    /// [`DeskError`] with the refusal.
    pub async fn request(&self, case: &CaseId, act: &Act, ask: AskRegistry) -> Result<Stored, DeskError> {
        let days = self.days(case, ask.days).await?;
        let request = Request {
            tld: ask.tld,
            days,
            campaigns: ask.campaigns,
            action: ask.action,
            fallback: ask.fallback,
            legal_basis: ask.legal_basis,
            override_by: ask.override_by,
        };
        self.execute(case, act, &Command::Request(request)).await
    }

    /// Records that a registry received the request, or the list with a number.
    ///
    /// # Errors
    ///
    /// [`DeskError`] with the refusal.
    pub async fn acknowledge(
        &self,
        case: &CaseId,
        act: &Act,
        tld: Tld,
        list: Option<u32>,
    ) -> Result<Stored, DeskError> {
        self.execute(case, act, &Command::Acknowledge(Acknowledge { tld, list })).await
    }

    /// Records a registry's answer for whole days.
    ///
    /// # Errors
    ///
    /// [`DeskError`] with the refusal.
    pub async fn answer_days(&self, case: &CaseId, act: &Act, answer: DaysAnswer) -> Result<Stored, DeskError> {
        let days = self.days(case, answer.days).await?;
        let answer = Answer {
            tld: answer.tld,
            scope: AnswerScope::Days { days, campaigns: answer.campaigns },
            action: answer.action,
            result: answer.result,
            attested: None,
        };
        self.execute(case, act, &Command::Answer(answer)).await
    }

    /// Excludes a name with a legitimate holder.
    ///
    /// # Errors
    ///
    /// [`DeskError`] with the refusal; [`DeskError::NotInCase`] where no list of the case holds the name.
    pub async fn exclude(
        &self,
        case: &CaseId,
        act: &Act,
        name: DomainName,
        class: NameClass,
        reason: String,
    ) -> Result<Stored, DeskError> {
        let file = self.file(case).await?;
        let mut places = self.places_of(&file, std::slice::from_ref(&name)).await?;
        let occurrences = places.remove(&name).unwrap_or_default();
        self.execute_over(&file, act, &Command::Exclude(Exclude { name, class, reason, occurrences })).await
    }

    /// Takes an exclusion back.
    ///
    /// # Errors
    ///
    /// [`DeskError`] with the refusal.
    pub async fn readmit(
        &self,
        case: &CaseId,
        act: &Act,
        name: DomainName,
        reason: String,
    ) -> Result<Stored, DeskError> {
        self.execute(case, act, &Command::Readmit(Readmit { name, reason })).await
    }

    /// Puts a fact on the record.
    ///
    /// # Errors
    ///
    /// [`DeskError`] with the refusal.
    pub async fn note(&self, case: &CaseId, act: &Act, tld: Option<Tld>, text: String) -> Result<Stored, DeskError> {
        self.execute(case, act, &Command::Note(Note { tld, text })).await
    }

    async fn days(&self, case: &CaseId, days: Option<DayRange>) -> Result<DayRange, DeskError> {
        match days {
            Some(days) => Ok(days),
            None => {
                let case = self.store().load(case).await?.ok_or_else(|| DeskError::NoSuchCase(case.clone()))?;
                Ok(case.horizon)
            }
        }
    }

    /// Has one command decided and its event kept.
    pub(crate) async fn execute(&self, case: &CaseId, act: &Act, command: &Command) -> Result<Stored, DeskError> {
        let context = context(case, act);
        let decided = |state: Option<&Case>| {
            need_basis(state, act)?;
            decide(state, command, &context)
        };
        let (stored, _) = self.store().execute(case, decided).await?;
        Ok(stored)
    }
}

/// Refuses an act that was made over another state of the case than the one on which it would be done.
pub(super) fn need_basis(state: Option<&Case>, act: &Act) -> Result<(), Refusal> {
    match (state.map(|case| case.version), act.basis) {
        (Some(version), Some(basis)) if version != basis => Err(Refusal::CaseMoved { basis, version }),
        _ => Ok(()),
    }
}

/// Makes the context of a command, with fresh salts.
pub(super) fn context(case: &CaseId, act: &Act) -> Context {
    Context {
        case: case.clone(),
        now: act.now,
        occurred: act.occurred,
        actor: act.actor.clone(),
        source: act.source.clone(),
        comment: act.comment.clone(),
        salts: fresh_salts(),
    }
}
