// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The parties of a response. Each is replaced as a whole, and only over the version that was read.

use std::collections::BTreeSet;

use forestall_model::{Instant, Party, PartyId, Tld};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::row::{Columns, Row, insert, wrong};
use crate::statement::query;
use crate::store::Store;
use crate::writer::{Failure, Work};

/// A party with the time of its last change, which tells one version of it from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptParty {
    /// The party.
    pub party: Party,
    /// When it was last changed.
    pub changed: Instant,
}

/// A party that is to be kept, and over what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyChange {
    /// The party with the time of the change.
    pub kept: KeptParty,
    /// The change over which it is kept; none where there is no such party yet.
    pub over: Option<Instant>,
}

/// What the writer is asked to do.
#[derive(Debug)]
pub(crate) enum Change {
    Keep(Vec<PartyChange>),
    Remove { id: PartyId, over: Instant },
}

impl Store {
    /// Keeps parties, all or none, and says whether it did: not where one of them has changed in the meantime, is there where it was
    /// to be new, or has a top-level domain that another party has.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where they cannot be written.
    pub async fn keep_parties(&self, changes: Vec<PartyChange>) -> Result<bool, StoreError> {
        Ok(self.rows_unless_stale(Work::Parties(Change::Keep(changes))).await?.is_some())
    }

    /// Removes a party as it was read, and says whether it did: not where it has changed in the meantime or where people belong to it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn remove_party(&self, id: &PartyId, over: Instant) -> Result<bool, StoreError> {
        Ok(self.rows_unless_stale(Work::Parties(Change::Remove { id: id.clone(), over })).await?.is_some())
    }

    /// Returns the parties in the order of their ids.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn parties(&self) -> Result<Vec<KeptParty>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = query("SELECT changed, body FROM party ORDER BY id").fetch_all(&mut reader).await;
        let rows = rows.map_err(|e| self.error(e))?;
        rows.iter().map(kept).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }

    /// Returns a party; `None` where there is none of this id.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn party(&self, id: &PartyId) -> Result<Option<KeptParty>, StoreError> {
        let mut reader = self.reader().await?;
        let row = query("SELECT changed, body FROM party WHERE id = $1")
            .bind(id.as_str().to_owned())
            .fetch_optional(&mut reader)
            .await
            .map_err(|e| self.error(e))?;
        row.as_ref().map(kept).transpose().map_err(|e| self.error(e))
    }

    /// Returns which party runs a top-level domain; `None` where none does.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn party_of(&self, tld: &Tld) -> Result<Option<PartyId>, StoreError> {
        let mut reader = self.reader().await?;
        let row = query("SELECT party_id FROM party_tld WHERE tld = $1")
            .bind(tld.as_str().to_owned())
            .fetch_optional(&mut reader)
            .await
            .map_err(|e| self.error(e))?;
        row.map(|row| row.word("party_id")).transpose().map_err(|e| self.error(e))
    }
}

fn kept(row: &Row) -> Result<KeptParty, sqlx::Error> {
    let party = serde_json::from_str(row.try_get("body")?).map_err(|e| wrong("body", e))?;
    Ok(KeptParty { party, changed: row.instant("changed")? })
}

pub(crate) async fn perform(connection: &mut Connection, change: &Change) -> Result<u64, Failure> {
    match change {
        Change::Keep(changes) => keep(connection, changes).await,
        Change::Remove { id, over } => remove(connection, id, *over).await,
    }
}

async fn keep(connection: &mut Connection, changes: &[PartyChange]) -> Result<u64, Failure> {
    for change in changes {
        let party = &change.kept.party;
        let body = serde_json::to_string(party).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
        let statement = match change.over {
            None => {
                query("INSERT INTO party (id, kind, changed, body) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING")
            }
            Some(_) => query("UPDATE party SET kind = $2, changed = $3, body = $4 WHERE id = $1 AND changed = $5"),
        };
        let statement = statement
            .bind(party.id.as_str().to_owned())
            .bind(party.kind.word())
            .bind(change.kept.changed.micros())
            .bind(body);
        let statement = match change.over {
            None => statement,
            Some(over) => statement.bind(over.micros()),
        };
        if statement.execute(&mut *connection).await? == 0 {
            return Err(Failure::Stale);
        }
        free_domains(connection, &party.id).await?;
    }
    // All that the old ones had is free by now, so that domains can change hands within one call.
    let rows = query("SELECT tld FROM party_tld").fetch_all(&mut *connection).await?;
    let mut taken: BTreeSet<Tld> = rows.iter().map(|row| row.word("tld")).collect::<Result<_, _>>()?;
    let mut fresh = Vec::new();
    for change in changes {
        let party = &change.kept.party;
        for tld in &party.tlds {
            if !taken.insert(tld.clone()) {
                return Err(Failure::Stale);
            }
            fresh.push((tld, &party.id));
        }
    }
    insert(connection, "party_tld", &["tld", "party_id"], "", &fresh, |statement, (tld, id)| {
        statement.bind(tld.as_str().to_owned()).bind(id.as_str().to_owned())
    })
    .await?;
    Ok(changes.len() as u64)
}

async fn remove(connection: &mut Connection, id: &PartyId, over: Instant) -> Result<u64, Failure> {
    let people = query("SELECT id FROM person WHERE party_id = $1").bind(id.as_str().to_owned());
    if people.fetch_optional(&mut *connection).await?.is_some() {
        return Err(Failure::Stale);
    }
    let statement = query("DELETE FROM party WHERE id = $1 AND changed = $2").bind(id.as_str().to_owned());
    if statement.bind(over.micros()).execute(&mut *connection).await? == 0 {
        return Err(Failure::Stale);
    }
    free_domains(connection, id).await?;
    let statement = query("DELETE FROM invitation WHERE party_id = $1").bind(id.as_str().to_owned());
    statement.execute(connection).await?;
    Ok(1)
}

async fn free_domains(connection: &mut Connection, id: &PartyId) -> Result<(), sqlx::Error> {
    let statement = query("DELETE FROM party_tld WHERE party_id = $1").bind(id.as_str().to_owned());
    statement.execute(connection).await.map(|_| ())
}
