// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers of the API that are kept under the key of their request, so that a request that is sent again gets the same answer and is not
//! done again.

use forestall_model::{Digest, Instant};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::row::{Row, int};
use crate::statement::query;
use crate::store::Store;
use crate::writer::Work;

/// A request with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyedRequest {
    /// The token that it came with, as lists call it.
    pub token: String,
    /// The key.
    pub key: String,
    /// SHA-256 over method, address and body.
    pub request: Digest,
    /// Until when the answer is kept.
    pub expires: Instant,
}

/// An answer that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The status.
    pub status: u16,
    /// Names and values of headers, as JSON.
    pub headers: String,
    /// The body.
    pub body: Vec<u8>,
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing: the request is new, and the key is its own from now on.
    New,
    /// Another request came with it.
    Other,
    /// The same request is being done, or was and came to no answer.
    UnderWay,
    /// The same request was done, and this was the answer.
    Answered(KeptAnswer),
}

/// What the writer is asked to do.
#[derive(Debug)]
pub(crate) enum Change {
    Begin { request: KeyedRequest, now: Instant },
    Answer { request: KeyedRequest, answer: KeptAnswer },
    Forget { request: KeyedRequest },
    Purge { now: Instant },
}

impl Store {
    /// Takes the key of a request for it where no request before `now` has it, and says what is known of it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be written or read.
    pub async fn begin_request(&self, request: &KeyedRequest, now: Instant) -> Result<Known, StoreError> {
        let begin = Change::Begin { request: request.clone(), now };
        if self.rows(Work::ApiAnswers(begin)).await? > 0 {
            return Ok(Known::New);
        }
        const TEXT: &str =
            "SELECT request, status, headers, body FROM api_answer WHERE token_id = $1 AND request_key = $2";
        let mut reader = self.reader().await?;
        let row = query(TEXT).bind(request.token.clone()).bind(request.key.clone()).fetch_optional(&mut reader).await;
        let row = row.map_err(|e| self.error(e))?;
        // It was there a moment ago, and somebody gave it up since.
        let Some(row) = row else { return Ok(Known::UnderWay) };
        known(&row, request.request).map_err(|e| self.error(e))
    }

    /// Keeps the answer to a request that was begun.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn keep_answer(&self, request: KeyedRequest, answer: KeptAnswer) -> Result<(), StoreError> {
        self.rows(Work::ApiAnswers(Change::Answer { request, answer })).await.map(|_| ())
    }

    /// Gives the key of a request up that was begun and did nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn forget_request(&self, request: KeyedRequest) -> Result<(), StoreError> {
        self.rows(Work::ApiAnswers(Change::Forget { request })).await.map(|_| ())
    }

    /// Deletes answers that have expired at `now` and returns their number.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where they cannot be deleted.
    pub async fn purge_api_answers(&self, now: Instant) -> Result<u64, StoreError> {
        self.rows(Work::ApiAnswers(Change::Purge { now })).await
    }
}

fn known(row: &Row, request: Digest) -> Result<Known, sqlx::Error> {
    if row.try_get::<Vec<u8>>("request")? != request.0 {
        return Ok(Known::Other);
    }
    let Some(status) = row.try_get::<Option<i64>>("status")? else { return Ok(Known::UnderWay) };
    Ok(Known::Answered(KeptAnswer {
        status: u16::try_from(status).unwrap_or(500),
        headers: row.try_get::<Option<String>>("headers")?.unwrap_or_default(),
        body: row.try_get::<Option<Vec<u8>>>("body")?.unwrap_or_default(),
    }))
}

pub(crate) async fn perform(connection: &mut Connection, change: &Change) -> Result<u64, sqlx::Error> {
    let statement = match change {
        Change::Begin { request, now } => query(
            "INSERT INTO api_answer (token_id, request_key, request, expires) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (token_id, request_key) DO UPDATE SET request = excluded.request, expires = excluded.expires, \
             status = NULL, headers = NULL, body = NULL WHERE api_answer.expires <= $5",
        )
        .bind(request.token.clone())
        .bind(request.key.clone())
        .bind(request.request.0.to_vec())
        .bind(request.expires.micros())
        .bind(now.micros()),
        Change::Answer { request, answer } => query(
            "UPDATE api_answer SET status = $1, headers = $2, body = $3 \
             WHERE token_id = $4 AND request_key = $5 AND request = $6 AND status IS NULL",
        )
        .bind(int(u64::from(answer.status)))
        .bind(answer.headers.clone())
        .bind(answer.body.clone())
        .bind(request.token.clone())
        .bind(request.key.clone())
        .bind(request.request.0.to_vec()),
        Change::Forget { request } => query(
            "DELETE FROM api_answer WHERE token_id = $1 AND request_key = $2 AND request = $3 AND status IS NULL",
        )
        .bind(request.token.clone())
        .bind(request.key.clone())
        .bind(request.request.0.to_vec()),
        Change::Purge { now } => query("DELETE FROM api_answer WHERE expires <= $1").bind(now.micros()),
    };
    statement.execute(connection).await
}
