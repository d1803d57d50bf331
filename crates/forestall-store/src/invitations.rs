// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Invitations: links by which somebody makes their account, once. Only SHA-256 of a token is kept.

use forestall_model::{Digest, Instant, MailAddress, PartyId, Standing};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::row::{Columns, Row};
use crate::statement::query;
use crate::store::Store;
use crate::writer::Work;

/// An invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// SHA-256 of its token.
    pub digest: Digest,
    /// The party to which the person will belong; none for people who run the installation.
    pub party: Option<PartyId>,
    /// Their mail address.
    pub mail: MailAddress,
    /// What they will be to the installation.
    pub standing: Standing,
    /// When it stops working.
    pub expires: Instant,
    /// Who invited them.
    pub invited_by: String,
}

/// What the writer is asked to do.
#[derive(Debug)]
pub(crate) enum Change {
    Invite(Invitation),
    Withdraw { digest: Digest },
    Purge { now: Instant },
}

impl Store {
    /// Keeps an invitation in the place of an earlier one to the same mail address.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn invite(&self, invitation: Invitation) -> Result<(), StoreError> {
        self.rows(Work::Invitations(Change::Invite(invitation))).await.map(|_| ())
    }

    /// Returns the invitation of a token, where it is good at `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn invitation(&self, digest: Digest, now: Instant) -> Result<Option<Invitation>, StoreError> {
        let mut reader = self.reader().await?;
        let row = query(
            "SELECT digest, party_id, mail, standing, expires, invited_by FROM invitation WHERE digest = $1 AND expires > $2",
        )
        .bind(digest.0.to_vec())
        .bind(now.micros())
        .fetch_optional(&mut reader)
        .await
        .map_err(|e| self.error(e))?;
        row.as_ref().map(invitation).transpose().map_err(|e| self.error(e))
    }

    /// Returns the invitations that are good at `now`, in the order of the mail addresses.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn invitations(&self, now: Instant) -> Result<Vec<Invitation>, StoreError> {
        let mut reader = self.reader().await?;
        let rows =
            query("SELECT digest, party_id, mail, standing, expires, invited_by FROM invitation WHERE expires > $1")
                .bind(now.micros())
                .fetch_all(&mut reader)
                .await
                .map_err(|e| self.error(e))?;
        let found = rows.iter().map(invitation).collect::<Result<Vec<_>, _>>();
        let mut found = found.map_err(|e| self.error(e))?;
        found.sort_unstable_by(|a, b| a.mail.cmp(&b.mail));
        Ok(found)
    }

    /// Takes an invitation back and says whether there was one.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn withdraw_invitation(&self, digest: Digest) -> Result<bool, StoreError> {
        Ok(self.rows(Work::Invitations(Change::Withdraw { digest })).await? > 0)
    }

    /// Deletes invitations that have expired at `now` and returns their number.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn purge_invitations(&self, now: Instant) -> Result<u64, StoreError> {
        self.rows(Work::Invitations(Change::Purge { now })).await
    }
}

fn invitation(row: &Row) -> Result<Invitation, sqlx::Error> {
    Ok(Invitation {
        digest: row.digest("digest")?,
        party: row.word_or_none("party_id")?,
        mail: row.word("mail")?,
        standing: row.word("standing")?,
        expires: row.instant("expires")?,
        invited_by: row.try_get("invited_by")?,
    })
}

pub(crate) async fn perform(connection: &mut Connection, change: &Change) -> Result<u64, sqlx::Error> {
    let statement = match change {
        Change::Invite(invitation) => {
            let before = query("DELETE FROM invitation WHERE mail = $1");
            before.bind(invitation.mail.as_str().to_owned()).execute(&mut *connection).await?;
            query(
                "INSERT INTO invitation (digest, party_id, mail, standing, expires, invited_by) \
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(invitation.digest.0.to_vec())
            .bind(invitation.party.as_ref().map(|party| party.as_str().to_owned()))
            .bind(invitation.mail.as_str().to_owned())
            .bind(invitation.standing.word())
            .bind(invitation.expires.micros())
            .bind(invitation.invited_by.clone())
        }
        Change::Withdraw { digest } => query("DELETE FROM invitation WHERE digest = $1").bind(digest.0.to_vec()),
        Change::Purge { now } => query("DELETE FROM invitation WHERE expires <= $1").bind(now.micros()),
    };
    statement.execute(connection).await
}
