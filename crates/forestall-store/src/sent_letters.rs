// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which list went out under which identifier of a letter: an answer names the letter to which it replies.

use forestall_model::Instant;

use crate::connection::Connection;
use crate::error::StoreError;
use crate::mails::MailPlace;
use crate::row::{Columns, Row, int};
use crate::statement::query;
use crate::store::Store;
use crate::writer::Work;

/// A letter under which a list goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentLetter {
    /// The identifier, without angle brackets.
    pub message_id: String,
    /// The list.
    pub list: MailPlace,
    /// When it was first handed to a server.
    pub at: Instant,
}

impl Store {
    /// Keeps which list a letter carries; the first time counts.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn keep_sent_letter(&self, letter: SentLetter) -> Result<(), StoreError> {
        self.rows(Work::KeepSentLetter(letter)).await.map(|_| ())
    }

    /// Returns the list that a letter carried; `None` for a letter that this store did not send.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn sent_letter(&self, message_id: &str) -> Result<Option<MailPlace>, StoreError> {
        let mut reader = self.reader().await?;
        let row = query("SELECT case_id, tld, number FROM sent_letter WHERE message_id = $1")
            .bind(message_id.to_owned())
            .fetch_optional(&mut reader)
            .await
            .map_err(|e| self.error(e))?;
        let Some(row) = row else { return Ok(None) };
        let read = |row: &Row| -> Result<MailPlace, sqlx::Error> {
            Ok(MailPlace { case: row.word("case_id")?, tld: row.word("tld")?, number: row.count("number")? })
        };
        read(&row).map(Some).map_err(|e| self.error(e))
    }
}

pub(crate) async fn keep(connection: &mut Connection, letter: &SentLetter) -> Result<u64, sqlx::Error> {
    let statement = query(
        "INSERT INTO sent_letter (message_id, case_id, tld, number, at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (message_id) DO NOTHING",
    );
    let statement = statement.bind(letter.message_id.clone()).bind(letter.list.case.as_str().to_owned());
    let statement = statement.bind(letter.list.tld.as_str().to_owned()).bind(int(letter.list.number));
    statement.bind(letter.at.micros()).execute(connection).await
}
