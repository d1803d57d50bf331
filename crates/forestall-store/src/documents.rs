// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Documents that are replaced as a whole: registers, lists that others gave, what was learned of name servers.

use std::collections::BTreeMap;

use forestall_model::Instant;

use crate::connection::Connection;
use crate::error::StoreError;
use crate::row::{Columns, Row, insert};
use crate::statement::query;
use crate::store::Store;
use crate::writer::Work;

/// The largest document in octets. A register of 100,000 entries takes about 20 MB.
pub const MAX_DOCUMENT: usize = 64 << 20;

/// One document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What it is: a word of the program's own.
    pub kind: &'static str,
    /// Which one of its kind.
    pub id: String,
    /// When it was last replaced.
    pub changed: Instant,
    /// The text.
    pub body: String,
}

impl Store {
    /// Keeps documents over those of the same kind and id, all or none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where they cannot be written.
    pub async fn keep_documents(&self, documents: Vec<Document>) -> Result<(), StoreError> {
        self.rows(Work::KeepDocuments { documents }).await.map(|_| ())
    }

    /// Keeps a document where the one in its place has the text `before`, or where there is none and `before` is `None`; says whether it did.
    /// Of several processes that try at once, one succeeds.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn swap_document(&self, document: Document, before: Option<String>) -> Result<bool, StoreError> {
        Ok(self.rows(Work::SwapDocument { document, before }).await? > 0)
    }

    /// Removes a document and says whether there was one.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn drop_document(&self, kind: &'static str, id: &str) -> Result<bool, StoreError> {
        Ok(self.rows(Work::DropDocument { kind, id: id.to_owned() }).await? > 0)
    }

    /// Returns the documents of a kind, in the order of their ids.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn documents(&self, kind: &'static str) -> Result<Vec<Document>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = query("SELECT id, changed, body FROM document WHERE kind = $1 ORDER BY id")
            .bind(kind)
            .fetch_all(&mut reader)
            .await
            .map_err(|e| self.error(e))?;
        rows.iter().map(|row| document(kind, row)).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }

    /// Returns one document; `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn document(&self, kind: &'static str, id: &str) -> Result<Option<Document>, StoreError> {
        let mut reader = self.reader().await?;
        let row = query("SELECT id, changed, body FROM document WHERE kind = $1 AND id = $2")
            .bind(kind)
            .bind(id.to_owned())
            .fetch_optional(&mut reader)
            .await
            .map_err(|e| self.error(e))?;
        row.as_ref().map(|row| document(kind, row)).transpose().map_err(|e| self.error(e))
    }
}

fn document(kind: &'static str, row: &Row) -> Result<Document, sqlx::Error> {
    Ok(Document { kind, id: row.try_get("id")?, changed: row.instant("changed")?, body: row.try_get("body")? })
}

pub(crate) async fn keep(connection: &mut Connection, documents: &[Document]) -> Result<u64, sqlx::Error> {
    const COLUMNS: &[&str] = &["kind", "id", "changed", "body"];
    let tail = " ON CONFLICT (kind, id) DO UPDATE SET changed = excluded.changed, body = excluded.body";
    // PostgreSQL replaces no row twice by one statement: of several for one place the last counts.
    let last: BTreeMap<_, _> = documents.iter().map(|document| ((document.kind, &document.id), document)).collect();
    let last: Vec<&Document> = last.into_values().collect();
    insert(connection, "document", COLUMNS, tail, &last, |statement, document| {
        statement
            .bind(document.kind)
            .bind(document.id.clone())
            .bind(document.changed.micros())
            .bind(document.body.clone())
    })
    .await?;
    Ok(documents.len() as u64)
}

pub(crate) async fn swap(
    connection: &mut Connection,
    document: &Document,
    before: Option<&str>,
) -> Result<u64, sqlx::Error> {
    const NEW: &str =
        "INSERT INTO document (kind, id, changed, body) VALUES ($1, $2, $3, $4) ON CONFLICT (kind, id) DO NOTHING";
    const OLD: &str = "UPDATE document SET changed = $3, body = $4 WHERE kind = $1 AND id = $2 AND body = $5";
    let statement = query(if before.is_some() { OLD } else { NEW })
        .bind(document.kind)
        .bind(document.id.clone())
        .bind(document.changed.micros())
        .bind(document.body.clone());
    let statement = before.iter().fold(statement, |statement, before| statement.bind((*before).to_owned()));
    statement.execute(connection).await
}

pub(crate) async fn remove(connection: &mut Connection, kind: &str, id: &str) -> Result<u64, sqlx::Error> {
    let statement = query("DELETE FROM document WHERE kind = $1 AND id = $2");
    statement.bind(kind.to_owned()).bind(id.to_owned()).execute(connection).await
}
