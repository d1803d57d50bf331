// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The evidence behind verdicts, under the digest that the log names.

use forestall_model::Digest;

use crate::connection::Connection;
use crate::error::StoreError;
use crate::row::insert;
use crate::statement::query;
use crate::store::Store;
use crate::writer::Work;

impl Store {
    /// Keeps documents of evidence and returns the digest of each, in order. One that is there already is kept once.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where they cannot be written.
    pub async fn keep_evidence(&self, documents: Vec<String>) -> Result<Vec<Digest>, StoreError> {
        let digests: Vec<Digest> = documents.iter().map(|document| Digest::of(document.as_bytes())).collect();
        let documents = digests.iter().copied().zip(documents).collect();
        self.rows(Work::KeepEvidence { documents }).await?;
        Ok(digests)
    }

    /// Returns a document of evidence; `None` where none has this digest. One that was altered on the disk is
    /// [`StoreError::Damaged`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn evidence(&self, digest: Digest) -> Result<Option<String>, StoreError> {
        let mut reader = self.reader().await?;
        let found = query("SELECT document FROM evidence WHERE digest = $1")
            .bind(digest.0.to_vec())
            .fetch_optional(&mut reader)
            .await
            .map_err(|e| self.error(e))?;
        let Some(row) = found else { return Ok(None) };
        let document: String = row.try_get("document").map_err(|e| self.error(e))?;
        if Digest::of(document.as_bytes()) != digest {
            return Err(self.damaged(format!("the evidence {} is not what its digest says", digest.short())));
        }
        Ok(Some(document))
    }
}

pub(crate) async fn keep(connection: &mut Connection, documents: &[(Digest, String)]) -> Result<u64, sqlx::Error> {
    const COLUMNS: &[&str] = &["digest", "document"];
    let tail = " ON CONFLICT (digest) DO NOTHING";
    insert(connection, "evidence", COLUMNS, tail, documents, |statement, (digest, document)| {
        statement.bind(digest.0.to_vec()).bind(document.clone())
    })
    .await?;
    Ok(documents.len() as u64)
}
