// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Receipts of notices that went to programs of parties, and of those that did not.

use forestall_model::{CaseId, Digest, Instant, PartyId};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::row::{Columns, Row, int};
use crate::statement::query;
use crate::store::Store;
use crate::writer::Work;

/// The receipt of a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeReceipt {
    /// What tells the notice from others.
    pub id: String,
    /// The party.
    pub party: PartyId,
    /// The case.
    pub case: CaseId,
    /// What it told of, as a word.
    pub what: String,
    /// When the answer came, or it was given up.
    pub at: Instant,
    /// The status of HTTP; 0 where there was no answer.
    pub status: u16,
    /// SHA-256 of the body.
    pub digest: Digest,
    /// Whether the receiver took it.
    pub taken: bool,
    /// What the receiver said, cut, or why nothing went out.
    pub answer: String,
}

impl Store {
    /// Keeps a receipt over an earlier one of the same notice.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn keep_notice(&self, receipt: NoticeReceipt) -> Result<(), StoreError> {
        self.rows(Work::KeepNotice(receipt)).await.map(|_| ())
    }

    /// Returns at most `limit` receipts, of one party or of all, the latest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn notices(&self, party: Option<&PartyId>, limit: u32) -> Result<Vec<NoticeReceipt>, StoreError> {
        const ALL: &str = "SELECT * FROM notice ORDER BY at DESC, id LIMIT $1";
        const OF_ONE: &str = "SELECT * FROM notice WHERE party_id = $2 ORDER BY at DESC, id LIMIT $1";
        let statement = query(if party.is_some() { OF_ONE } else { ALL }).bind(i64::from(limit));
        let statement = party.iter().fold(statement, |statement, party| statement.bind(party.as_str().to_owned()));
        let mut reader = self.reader().await?;
        let rows = statement.fetch_all(&mut reader).await.map_err(|e| self.error(e))?;
        rows.iter().map(receipt_of).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }
}

fn receipt_of(row: &Row) -> Result<NoticeReceipt, sqlx::Error> {
    Ok(NoticeReceipt {
        id: row.try_get("id")?,
        party: row.word("party_id")?,
        case: row.word("case_id")?,
        what: row.try_get("what")?,
        at: row.instant("at")?,
        status: row.count("status")?,
        digest: row.digest("digest")?,
        taken: row.try_get::<i64>("taken")? != 0,
        answer: row.try_get("answer")?,
    })
}

pub(crate) async fn keep(connection: &mut Connection, receipt: &NoticeReceipt) -> Result<u64, sqlx::Error> {
    let statement = query(
        "INSERT INTO notice (id, party_id, case_id, what, at, status, digest, taken, answer) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET at = excluded.at, \
         status = excluded.status, digest = excluded.digest, taken = excluded.taken, answer = excluded.answer",
    );
    let statement = statement
        .bind(receipt.id.clone())
        .bind(receipt.party.as_str().to_owned())
        .bind(receipt.case.as_str().to_owned())
        .bind(receipt.what.clone())
        .bind(receipt.at.micros())
        .bind(int(receipt.status))
        .bind(receipt.digest.0.to_vec())
        .bind(i64::from(receipt.taken))
        .bind(receipt.answer.clone());
    statement.execute(connection).await
}
