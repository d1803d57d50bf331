// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Requests for a waiver that were sent to ICANN: their clocks start and stop.

use forestall_coord::command::{AnswerFiling, Command, File};
use forestall_model::CaseId;
use forestall_store::Stored;

use super::{Act, Desk, DeskError};

impl Desk {
    /// Records that a request for a waiver was sent to ICANN, when the act says that it happened.
    ///
    /// # Errors
    ///
    /// [`DeskError`] with the refusal.
    pub async fn send_waiver(&self, case: &CaseId, act: &Act, file: File) -> Result<Stored, DeskError> {
        self.execute(case, act, &Command::File(file)).await
    }

    /// Records ICANN's answer.
    ///
    /// # Errors
    ///
    /// [`DeskError`] with the refusal.
    pub async fn answer_waiver(&self, case: &CaseId, act: &Act, answer: AnswerFiling) -> Result<Stored, DeskError> {
        self.execute(case, act, &Command::AnswerFiling(answer)).await
    }
}
