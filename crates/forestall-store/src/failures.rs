// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Failed attempts to sign in, counted under a digest of what was tried: somebody without an account is counted like anybody else.

use forestall_model::{Digest, Instant};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::row::Columns;
use crate::statement::query;
use crate::store::Store;
use crate::writer::Work;

/// What the writer is asked to do.
#[derive(Debug)]
pub(crate) enum Change {
    Count { key: Digest, seen: u32, now: Instant, forget: Instant },
    Clear { key: Digest },
    Purge { forget: Instant },
}

impl Store {
    /// Counts a failed attempt behind the `seen` ones that [`Store::failures`] told, and says whether it did: it does not where somebody else counted
    /// meanwhile, so that of many attempts at once each sees those before it. Earlier ones count on where the last of them came after `forget`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn count_failure(
        &self,
        key: Digest,
        seen: u32,
        now: Instant,
        forget: Instant,
    ) -> Result<bool, StoreError> {
        self.rows(Work::Failures(Change::Count { key, seen, now, forget })).await.map(|rows| rows > 0)
    }

    /// Returns how many attempts in a row failed and when the last of them did; `None` where none did after `forget`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn failures(&self, key: Digest, forget: Instant) -> Result<Option<(u32, Instant)>, StoreError> {
        let mut reader = self.reader().await?;
        let row = query("SELECT failures, last FROM sign_in_failure WHERE key = $1 AND last > $2")
            .bind(key.0.to_vec())
            .bind(forget.micros())
            .fetch_optional(&mut reader)
            .await
            .map_err(|e| self.error(e))?;
        let Some(row) = row else { return Ok(None) };
        let found = row.count("failures").and_then(|failures| Ok((failures, row.instant("last")?)));
        found.map(Some).map_err(|e| self.error(e))
    }

    /// Forgets the failed attempts under a key.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn clear_failures(&self, key: Digest) -> Result<(), StoreError> {
        self.rows(Work::Failures(Change::Clear { key })).await.map(|_| ())
    }

    /// Deletes what was counted up to `forget` and returns the number of keys.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn purge_failures(&self, forget: Instant) -> Result<u64, StoreError> {
        self.rows(Work::Failures(Change::Purge { forget })).await
    }
}

pub(crate) async fn perform(connection: &mut Connection, change: &Change) -> Result<u64, sqlx::Error> {
    let statement = match change {
        Change::Count { key, seen, now, forget } => query(
            "INSERT INTO sign_in_failure (key, failures, last) VALUES ($1, 1, $2) ON CONFLICT (key) DO UPDATE SET \
             failures = $4 + 1, last = excluded.last \
             WHERE CASE WHEN sign_in_failure.last > $3 THEN sign_in_failure.failures ELSE 0 END = $4",
        )
        .bind(key.0.to_vec())
        .bind(now.micros())
        .bind(forget.micros())
        .bind(i64::from(*seen)),
        Change::Clear { key } => query("DELETE FROM sign_in_failure WHERE key = $1").bind(key.0.to_vec()),
        Change::Purge { forget } => query("DELETE FROM sign_in_failure WHERE last <= $1").bind(forget.micros()),
    };
    statement.execute(connection).await
}
