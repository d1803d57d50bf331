// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sessions of people with an account. Only SHA-256 of a token is kept.

use forestall_model::{Digest, Instant, PersonId};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::people::{self, Person};
use crate::row::{Columns, Row};
use crate::statement::query;
use crate::store::Store;
use crate::writer::Work;

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonSession {
    /// SHA-256 of its token.
    pub token: Digest,
    /// Whose it is.
    pub person: PersonId,
    /// When it began.
    pub created: Instant,
    /// When it was last used, to the minute.
    pub last_used: Instant,
    /// When it ends, whatever happens.
    pub expires: Instant,
    /// Whether they proved more than a password.
    pub strong: bool,
    /// What the browser calls itself, cut short.
    pub agent: String,
}

/// What the writer is asked to do.
#[derive(Debug)]
pub(crate) enum Change {
    Begin(PersonSession),
    Touch { token: Digest, now: Instant },
    Strengthen { token: Digest },
    End { token: Digest, person: PersonId },
    EndOthers { person: PersonId, keep: Option<Digest> },
    Purge { now: Instant, idle: Instant },
}

impl Store {
    /// Keeps a session.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written; also where the same token was kept before.
    pub async fn begin_person_session(&self, session: PersonSession) -> Result<(), StoreError> {
        self.rows(Work::Sessions(Change::Begin(session))).await.map(|_| ())
    }

    /// Returns the session of a token with its person, where it is good at `now` and was used after `idle`, and the person may sign in.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn person_session(
        &self,
        token: Digest,
        now: Instant,
        idle: Instant,
    ) -> Result<Option<(PersonSession, Person)>, StoreError> {
        let mut reader = self.reader().await?;
        let row = query(
            "SELECT s.token, s.person_id, s.created, s.last_used, s.expires, s.strong, s.agent, \
             p.id, p.party_id, p.name, p.mail, p.standing, p.disabled, p.changed \
             FROM person_session s JOIN person p ON p.id = s.person_id \
             WHERE s.token = $1 AND s.expires > $2 AND s.last_used > $3 AND p.disabled = 0",
        )
        .bind(token.0.to_vec())
        .bind(now.micros())
        .bind(idle.micros())
        .fetch_optional(&mut reader)
        .await
        .map_err(|e| self.error(e))?;
        let Some(row) = row else { return Ok(None) };
        let found = session(&row).and_then(|session| Ok((session, people::person(&row)?)));
        found.map(Some).map_err(|e| self.error(e))
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn touch_person_session(&self, token: Digest, now: Instant) -> Result<(), StoreError> {
        self.rows(Work::Sessions(Change::Touch { token, now })).await.map(|_| ())
    }

    /// Notes that the person of a session proved more than a password.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn strengthen_session(&self, token: Digest) -> Result<(), StoreError> {
        self.rows(Work::Sessions(Change::Strengthen { token })).await.map(|_| ())
    }

    /// Returns the sessions of a person, the one that was used last first.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn person_sessions(&self, person: &PersonId, now: Instant) -> Result<Vec<PersonSession>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = query(
            "SELECT token, person_id, created, last_used, expires, strong, agent FROM person_session \
             WHERE person_id = $1 AND expires > $2 ORDER BY last_used DESC, token",
        )
        .bind(person.as_str().to_owned())
        .bind(now.micros())
        .fetch_all(&mut reader)
        .await
        .map_err(|e| self.error(e))?;
        rows.iter().map(session).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }

    /// Ends a session of a person and says whether there was one.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn end_person_session(&self, token: Digest, person: &PersonId) -> Result<bool, StoreError> {
        Ok(self.rows(Work::Sessions(Change::End { token, person: person.clone() })).await? > 0)
    }

    /// Ends all sessions of a person but one, and returns how many that were.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn end_other_sessions(&self, person: &PersonId, keep: Option<Digest>) -> Result<u64, StoreError> {
        self.rows(Work::Sessions(Change::EndOthers { person: person.clone(), keep })).await
    }

    /// Deletes the sessions that have expired at `now` or were not used after `idle`, and returns their number.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn purge_person_sessions(&self, now: Instant, idle: Instant) -> Result<u64, StoreError> {
        self.rows(Work::Sessions(Change::Purge { now, idle })).await
    }
}

fn session(row: &Row) -> Result<PersonSession, sqlx::Error> {
    Ok(PersonSession {
        token: row.digest("token")?,
        person: row.word("person_id")?,
        created: row.instant("created")?,
        last_used: row.instant("last_used")?,
        expires: row.instant("expires")?,
        strong: row.try_get::<i64>("strong")? != 0,
        agent: row.try_get("agent")?,
    })
}

pub(crate) async fn perform(connection: &mut Connection, change: &Change) -> Result<u64, sqlx::Error> {
    let statement = match change {
        Change::Begin(session) => query(
            "INSERT INTO person_session (token, person_id, created, last_used, expires, strong, agent) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(session.token.0.to_vec())
        .bind(session.person.as_str().to_owned())
        .bind(session.created.micros())
        .bind(session.last_used.micros())
        .bind(session.expires.micros())
        .bind(i64::from(session.strong))
        .bind(session.agent.clone()),
        Change::Touch { token, now } => {
            query("UPDATE person_session SET last_used = $1 WHERE token = $2 AND last_used < $3")
                .bind(now.micros())
                .bind(token.0.to_vec())
                .bind(now.micros())
        }
        Change::Strengthen { token } => {
            query("UPDATE person_session SET strong = 1 WHERE token = $1").bind(token.0.to_vec())
        }
        Change::End { token, person } => query("DELETE FROM person_session WHERE token = $1 AND person_id = $2")
            .bind(token.0.to_vec())
            .bind(person.as_str().to_owned()),
        Change::EndOthers { person, keep } => {
            query("DELETE FROM person_session WHERE person_id = $1 AND token <> $2")
                .bind(person.as_str().to_owned())
                // No token has no octets, so that without one to keep all end.
                .bind(keep.map_or_else(Vec::new, |token| token.0.to_vec()))
        }
        Change::Purge { now, idle } => query("DELETE FROM person_session WHERE expires <= $1 OR last_used <= $2")
            .bind(now.micros())
            .bind(idle.micros()),
    };
    statement.execute(connection).await
}
