// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The revision: how often something was changed that people are shown, by whatever process.
//!
//! Whoever keeps what was computed from the store asks for the revision first. It is counted up in the transaction of each change, so
//! that two equal answers lie around a time in which nothing changed.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

use crate::connection::Connection;
use crate::error::StoreError;
use crate::row::Columns;
use crate::statement::query;
use crate::store::Store;

/// Who asked, so that one look at the store answers all who wait for it.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// How many have asked.
    arrived: AtomicU64,
    last: Mutex<Look>,
}

/// A look at the store.
#[derive(Debug, Default)]
struct Look {
    /// How many had asked when it began: their answer is no older than their question.
    covers: u64,
    revision: u64,
}

impl Store {
    /// Returns the revision at a moment after the call: while it stays the same, so does everything that people are shown of the store.
    /// When a session or a token was last used, and counts of computed lists, do not belong to that.
    ///
    /// Many calls at one time cost one look at the store.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn revision(&self) -> Result<u64, StoreError> {
        let asked = self.asked();
        let place = asked.arrived.fetch_add(1, Ordering::AcqRel);
        let mut last = asked.last.lock().await;
        if place < last.covers {
            return Ok(last.revision);
        }
        let covers = asked.arrived.load(Ordering::Acquire);
        let mut reader = self.reader().await?;
        let row = query("SELECT count FROM revision WHERE id = 1").fetch_one(&mut reader).await;
        let revision = row.and_then(|row| row.count("count")).map_err(|e| self.error(e))?;
        *last = Look { covers, revision };
        Ok(revision)
    }
}

/// Counts up, in the transaction of a change.
pub(crate) async fn count_up(connection: &mut Connection) -> Result<(), sqlx::Error> {
    query("UPDATE revision SET count = count + 1 WHERE id = 1").execute(connection).await.map(drop)
}
