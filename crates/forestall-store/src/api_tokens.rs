// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tokens by which programs of a person call the hub. Only SHA-256 of a token is kept.

use forestall_model::{Digest, Instant, PersonId, Scopes};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::people::{self, Person};
use crate::row::{Columns, Row};
use crate::statement::query;
use crate::store::Store;
use crate::writer::Work;

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// What it is called in lists; no secret.
    pub id: String,
    /// Whose it is.
    pub person: PersonId,
    /// What its person calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// When it was made.
    pub created: Instant,
    /// When it stops working.
    pub expires: Instant,
    /// When it was last used, to the minute.
    pub last_used: Option<Instant>,
    /// When somebody took it back.
    pub revoked: Option<Instant>,
}

/// What the writer is asked to do.
#[derive(Debug)]
pub(crate) enum Change {
    Create { token: ApiToken, digest: Digest },
    Touch { id: String, now: Instant },
    Revoke { id: String, person: PersonId, now: Instant },
}

impl Store {
    /// Keeps a token. `digest` is the SHA-256 of it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written; also where the same token was kept before.
    pub async fn create_api_token(&self, token: ApiToken, digest: Digest) -> Result<(), StoreError> {
        self.rows(Work::ApiTokens(Change::Create { token, digest })).await.map(|_| ())
    }

    /// Returns the token with this digest and its person, where it is good at `now` and the person may sign in.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn api_token(&self, digest: Digest, now: Instant) -> Result<Option<(ApiToken, Person)>, StoreError> {
        const TEXT: &str = "SELECT t.id AS token_id, t.person_id, t.name AS token_name, t.scopes, t.created, t.expires, \
            t.last_used, t.revoked, p.id, p.party_id, p.name, p.mail, p.standing, p.disabled, p.changed \
            FROM api_token t JOIN person p ON p.id = t.person_id \
            WHERE t.digest = $1 AND t.expires > $2 AND t.revoked IS NULL AND p.disabled = 0";
        let mut reader = self.reader().await?;
        let row = query(TEXT)
            .bind(digest.0.to_vec())
            .bind(now.micros())
            .fetch_optional(&mut reader)
            .await
            .map_err(|e| self.error(e))?;
        let Some(row) = row else { return Ok(None) };
        let found = token(&row).and_then(|token| Ok((token, people::person(&row)?)));
        found.map(Some).map_err(|e| self.error(e))
    }

    /// Returns the tokens of a person, the newest first, those that were taken back too.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn api_tokens(&self, person: &PersonId) -> Result<Vec<ApiToken>, StoreError> {
        const TEXT: &str = "SELECT t.id AS token_id, t.person_id, t.name AS token_name, t.scopes, t.created, t.expires, \
            t.last_used, t.revoked FROM api_token t WHERE t.person_id = $1 ORDER BY t.created DESC, t.id";
        let mut reader = self.reader().await?;
        let rows = query(TEXT).bind(person.as_str().to_owned()).fetch_all(&mut reader).await;
        let rows = rows.map_err(|e| self.error(e))?;
        rows.iter().map(token).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }

    /// Notes that a token was used.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn touch_api_token(&self, id: &str, now: Instant) -> Result<(), StoreError> {
        self.rows(Work::ApiTokens(Change::Touch { id: id.to_owned(), now })).await.map(|_| ())
    }

    /// Takes a token of a person back and says whether it worked before.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn revoke_api_token(&self, id: &str, person: &PersonId, now: Instant) -> Result<bool, StoreError> {
        let work = Work::ApiTokens(Change::Revoke { id: id.to_owned(), person: person.clone(), now });
        Ok(self.rows(work).await? > 0)
    }
}

fn token(row: &Row) -> Result<ApiToken, sqlx::Error> {
    Ok(ApiToken {
        id: row.try_get("token_id")?,
        person: row.word("person_id")?,
        name: row.try_get("token_name")?,
        scopes: row.word("scopes")?,
        created: row.instant("created")?,
        expires: row.instant("expires")?,
        last_used: row.instant_or_none("last_used")?,
        revoked: row.instant_or_none("revoked")?,
    })
}

pub(crate) async fn perform(connection: &mut Connection, change: &Change) -> Result<u64, sqlx::Error> {
    let statement = match change {
        Change::Create { token, digest } => query(
            "INSERT INTO api_token (id, digest, person_id, name, scopes, created, expires) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(token.id.clone())
        .bind(digest.0.to_vec())
        .bind(token.person.as_str().to_owned())
        .bind(token.name.clone())
        .bind(token.scopes.to_string())
        .bind(token.created.micros())
        .bind(token.expires.micros()),
        Change::Touch { id, now } => {
            query("UPDATE api_token SET last_used = $1 WHERE id = $2").bind(now.micros()).bind(id.clone())
        }
        Change::Revoke { id, person, now } => {
            query("UPDATE api_token SET revoked = $1 WHERE id = $2 AND person_id = $3 AND revoked IS NULL")
                .bind(now.micros())
                .bind(id.clone())
                .bind(person.as_str().to_owned())
        }
    };
    statement.execute(connection).await
}
