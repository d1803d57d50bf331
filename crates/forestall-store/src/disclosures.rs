// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The record of what left with names or personal data in it. Rows are added and never changed.

use forestall_model::{CaseId, Instant, PartyId};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::row::{Columns, Row, int};
use crate::statement::query;
use crate::store::Store;
use crate::writer::Work;

/// One disclosure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// What tells it from the others; made by the program, without meaning.
    pub id: String,
    /// When.
    pub at: Instant,
    /// Who received it, or who took it out.
    pub actor: String,
    /// The party of the one who received it, where they belong to one.
    pub party: Option<PartyId>,
    /// The case that it is from, where it is from one.
    pub case: Option<CaseId>,
    /// What: the kind of the data and the form.
    pub what: String,
    /// How many entries.
    pub count: u64,
    /// For what.
    pub purpose: String,
    /// On what ground.
    pub basis: String,
}

impl Store {
    /// Adds a disclosure to the record.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn disclose(&self, disclosure: Disclosure) -> Result<(), StoreError> {
        self.rows(Work::Disclose(disclosure)).await.map(|_| ())
    }

    /// Returns at most `limit` disclosures, the newest first, those before `before` where it is given.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn disclosures(&self, before: Option<Instant>, limit: u32) -> Result<Vec<Disclosure>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = query(
            "SELECT id, at, actor, party_id, case_id, what, count, purpose, basis FROM disclosure \
             WHERE at < $1 ORDER BY at DESC, id DESC LIMIT $2",
        )
        .bind(before.map_or(i64::MAX, Instant::micros))
        .bind(i64::from(limit))
        .fetch_all(&mut reader)
        .await
        .map_err(|e| self.error(e))?;
        rows.iter().map(disclosure).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }
}

fn disclosure(row: &Row) -> Result<Disclosure, sqlx::Error> {
    Ok(Disclosure {
        id: row.try_get("id")?,
        at: row.instant("at")?,
        actor: row.try_get("actor")?,
        party: row.word_or_none("party_id")?,
        case: row.word_or_none("case_id")?,
        what: row.try_get("what")?,
        count: row.count("count")?,
        purpose: row.try_get("purpose")?,
        basis: row.try_get("basis")?,
    })
}

pub(crate) async fn add(connection: &mut Connection, disclosure: &Disclosure) -> Result<u64, sqlx::Error> {
    let statement = query(
        "INSERT INTO disclosure (id, at, actor, party_id, case_id, what, count, purpose, basis) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    );
    let done = statement
        .bind(disclosure.id.clone())
        .bind(disclosure.at.micros())
        .bind(disclosure.actor.clone())
        .bind(disclosure.party.as_ref().map(|party| party.as_str().to_owned()))
        .bind(disclosure.case.as_ref().map(|case| case.as_str().to_owned()))
        .bind(disclosure.what.clone())
        .bind(int(disclosure.count))
        .bind(disclosure.purpose.clone())
        .bind(disclosure.basis.clone());
    done.execute(connection).await
}
