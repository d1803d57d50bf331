// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers that came by mail: what was understood becomes an answer of the registry once a person says so.

use forestall_coord::Refusal;
use forestall_formats::list_id::ListId;
use forestall_formats::reply::{ProposedAnswer, Said};
use forestall_store::Stored;

use super::{Act, AnswerFile, Desk, DeskError};

impl Desk {
    /// Records what a mail is taken to say as the answer to a list, and that the list came: all of it or nothing. The act belongs to the person who confirms it;
    /// the mail is its source.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where the mail says nothing that can be recorded, [`DeskError::Refused`] where there is no such list.
    pub async fn confirm_reply(
        &self,
        act: &Act,
        list: &ListId,
        proposal: &ProposedAnswer,
    ) -> Result<Vec<Stored>, DeskError> {
        let ListId { case, tld, number } = list;
        let file = self.file(case).await?;
        let cut = file.case.slices.get(tld).and_then(|slice| slice.cut(*number));
        let action =
            cut.map(|cut| cut.action).ok_or_else(|| Refusal::NoSuchList { tld: tld.clone(), number: *number })?;
        let mail = proposal.message_id.as_ref().map_or_else(|| "a mail".to_owned(), |id| format!("mail <{id}>"));
        let act = Act { source: act.source.clone().or(Some(mail)), ..act.clone() };
        let answered = match &proposal.said {
            Said::Lines(lines) => {
                self.answered_lines(case, &AnswerFile { tld: tld.clone(), action, lines: lines.clone() }).await?
            }
            Said::Names { result: Some(result), names } => {
                self.answered_names(case, tld, (action, *result), names.clone()).await?
            }
            Said::Whole(result) => {
                let names = self.numbered_list(case, tld, *number).await?.names().cloned().collect();
                self.answered_names(case, tld, (action, *result), names).await?
            }
            Said::Names { result: None, .. } | Said::Nothing => {
                return Err(DeskError::Input(
                    "the mail does not say what became of the names; record the answer with what it says".to_owned(),
                ));
            }
        };
        self.keep(case, &act, tld, answered, Some(*number)).await
    }
}
