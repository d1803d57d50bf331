// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sign-in: links that work once, and sessions. Only SHA-256 of their tokens is kept.

use forestall_model::{Digest, Instant};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::row::Columns;
use crate::statement::query;
use crate::store::Store;
use crate::writer::Work;

impl Store {
    /// Keeps a link that can be redeemed once before `expires`. `token` is the SHA-256 of its token.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written; also where the same token was kept before.
    pub async fn create_link(&self, token: Digest, expires: Instant) -> Result<(), StoreError> {
        self.rows(Work::CreateLink { token, expires }).await.map(|_| ())
    }

    /// Redeems a link and says whether it was there and had not expired at `now`. It is gone afterwards.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn redeem_link(&self, token: Digest, now: Instant) -> Result<bool, StoreError> {
        Ok(self.rows(Work::RedeemLink { token, now }).await? > 0)
    }

    /// Keeps a session that is good before `expires`. `token` is the SHA-256 of its token.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written; also where the same token was kept before.
    pub async fn create_session(&self, token: Digest, expires: Instant) -> Result<(), StoreError> {
        self.rows(Work::CreateSession { token, expires }).await.map(|_| ())
    }

    /// Returns when the session with this token ends; `None` where there is none, or it has expired at `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn session(&self, token: Digest, now: Instant) -> Result<Option<Instant>, StoreError> {
        let mut reader = self.reader().await?;
        let found = query("SELECT expires FROM sign_in_session WHERE token = $1 AND expires > $2")
            .bind(token.0.to_vec())
            .bind(now.micros())
            .fetch_optional(&mut reader)
            .await;
        let expires = found.and_then(|row| row.map(|row| row.instant("expires")).transpose());
        expires.map_err(|e| self.error(e))
    }

    /// Ends a session and says whether there was one.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn end_session(&self, token: Digest) -> Result<bool, StoreError> {
        Ok(self.rows(Work::EndSession { token }).await? > 0)
    }

    /// Deletes links and sessions that have expired at `now` and returns their number.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn purge_sign_in(&self, now: Instant) -> Result<u64, StoreError> {
        self.rows(Work::PurgeSignIn { now }).await
    }
}

pub(crate) async fn create_link(
    connection: &mut Connection,
    token: &Digest,
    expires: Instant,
) -> Result<u64, sqlx::Error> {
    let statement = query("INSERT INTO sign_in_link (token, expires) VALUES ($1, $2)");
    let done = statement.bind(token.0.to_vec()).bind(expires.micros());
    done.execute(connection).await
}

pub(crate) async fn redeem_link(connection: &mut Connection, token: &Digest, now: Instant) -> Result<u64, sqlx::Error> {
    let statement = query("DELETE FROM sign_in_link WHERE token = $1 AND expires > $2");
    let done = statement.bind(token.0.to_vec()).bind(now.micros());
    done.execute(connection).await
}

pub(crate) async fn create_session(
    connection: &mut Connection,
    token: &Digest,
    expires: Instant,
) -> Result<u64, sqlx::Error> {
    let statement = query("INSERT INTO sign_in_session (token, expires) VALUES ($1, $2)");
    let done = statement.bind(token.0.to_vec()).bind(expires.micros());
    done.execute(connection).await
}

pub(crate) async fn end_session(connection: &mut Connection, token: &Digest) -> Result<u64, sqlx::Error> {
    let statement = query("DELETE FROM sign_in_session WHERE token = $1").bind(token.0.to_vec());
    statement.execute(connection).await
}

pub(crate) async fn purge(connection: &mut Connection, now: Instant) -> Result<u64, sqlx::Error> {
    let mut count = 0;
    for statement in ["DELETE FROM sign_in_link WHERE expires <= $1", "DELETE FROM sign_in_session WHERE expires <= $1"]
    {
        let statement = query(statement).bind(now.micros());
        count += statement.execute(&mut *connection).await?;
    }
    Ok(count)
}
