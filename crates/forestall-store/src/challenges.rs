// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Proofs of control over a name that somebody still has to give. Only SHA-256 of a token is kept.

use forestall_model::{Digest, DomainName, Instant};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::statement::query;
use crate::store::Store;
use crate::writer::Work;

/// A proof that somebody still has to give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The name.
    pub name: DomainName,
    /// SHA-256 of the token.
    pub token: Digest,
    /// The way of the proof: a word of the program's own.
    pub way: &'static str,
    /// Until when it can be given.
    pub expires: Instant,
}

impl Store {
    /// Keeps a challenge.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn create_challenge(&self, challenge: Challenge) -> Result<(), StoreError> {
        self.rows(Work::CreateChallenge(challenge)).await.map(|_| ())
    }

    /// Says whether a token is good for a name at `now`, by this way.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn challenge(
        &self,
        name: &DomainName,
        token: Digest,
        way: &'static str,
        now: Instant,
    ) -> Result<bool, StoreError> {
        const TEXT: &str = "SELECT expires FROM challenge WHERE name = $1 AND token = $2 AND way = $3 AND expires > $4";
        let mut reader = self.reader().await?;
        let statement = query(TEXT).bind(name.to_string()).bind(token.0.to_vec()).bind(way).bind(now.micros());
        statement.fetch_optional(&mut reader).await.map(|row| row.is_some()).map_err(|e| self.error(e))
    }

    /// Deletes challenges that have expired at `now` and returns their number.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn purge_challenges(&self, now: Instant) -> Result<u64, StoreError> {
        self.rows(Work::DropChallenges { now }).await
    }
}

pub(crate) async fn create(connection: &mut Connection, challenge: &Challenge) -> Result<u64, sqlx::Error> {
    const TEXT: &str = "INSERT INTO challenge (name, token, way, expires) VALUES ($1, $2, $3, $4)";
    let statement = query(TEXT).bind(challenge.name.to_string()).bind(challenge.token.0.to_vec());
    statement.bind(challenge.way).bind(challenge.expires.micros()).execute(connection).await
}

pub(crate) async fn purge(connection: &mut Connection, now: Instant) -> Result<u64, sqlx::Error> {
    let statement = query("DELETE FROM challenge WHERE expires <= $1").bind(now.micros());
    statement.execute(connection).await
}
