// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who takes which policy zone, how they prove who they are, and what they took last.

use std::net::SocketAddr;

use forestall_model::{AddressRange, Audience, Instant, OwnerName, PartyId, TsigAlgorithm};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::row::{Columns, Row, insert, int, wrong};
use crate::statement::query;
use crate::store::Store;
use crate::writer::Work;

/// Who takes zones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneSubscriber {
    /// A short name.
    pub id: String,
    /// The party that they belong to.
    pub party: Option<PartyId>,
    /// How close they stand to the holder of a case: TLP decides by it.
    pub audience: Audience,
    /// By which they sign; none for who comes from an address and cannot.
    pub key: Option<ZoneKey>,
    /// The addresses and networks from which they come; empty for any.
    pub addresses: Vec<AddressRange>,
    /// Where they are told of new serials.
    pub told: Vec<SocketAddr>,
    /// The zones that they may have.
    pub zones: Vec<OwnerName>,
    /// When they were added.
    pub created: Instant,
}

/// The key of a subscriber.
#[derive(Clone, PartialEq, Eq)]
pub struct ZoneKey {
    /// Its name; no two subscribers have the same.
    pub name: OwnerName,
    /// How it signs.
    pub algorithm: TsigAlgorithm,
    /// The secret itself.
    pub secret: Vec<u8>,
}

impl std::fmt::Debug for ZoneKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ZoneKey").field("name", &self.name).field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// The last transfer of a zone to a subscriber.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneTaken {
    /// Who took it.
    pub subscriber: String,
    /// The zone.
    pub zone: OwnerName,
    /// When it ended.
    pub at: Instant,
    /// The serial that they had; none for a whole zone.
    pub from: Option<u32>,
    /// The serial to which it led.
    pub serial: u32,
    /// Records that were sent.
    pub records: u64,
    /// Whether all of them were.
    pub whole: bool,
    /// Whether it went over TLS; none where that was not noted.
    pub over_tls: Option<bool>,
}

/// What a place of a subscriber answered last when it was told of a new serial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneTold {
    /// Whose place it is.
    pub subscriber: String,
    /// The zone.
    pub zone: OwnerName,
    /// The place.
    pub target: SocketAddr,
    /// When that was known.
    pub at: Instant,
    /// The serial.
    pub serial: u32,
    /// Why it did not hear, in words; none where it did.
    pub failed: Option<String>,
}

/// What the writer is asked to do.
#[derive(Debug)]
pub(crate) enum Change {
    Add(ZoneSubscriber),
    Remove(String),
    Took(ZoneTaken),
    Told(ZoneTold),
}

impl Store {
    /// Keeps a subscriber and says whether it is new: one of the same id, or with the same name of a key, stays as it is.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn add_subscriber(&self, subscriber: ZoneSubscriber) -> Result<bool, StoreError> {
        Ok(self.rows(Work::Subscribers(Change::Add(subscriber))).await? > 0)
    }

    /// Removes a subscriber and says whether it was there.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn remove_subscriber(&self, id: &str) -> Result<bool, StoreError> {
        Ok(self.rows(Work::Subscribers(Change::Remove(id.to_owned()))).await? > 0)
    }

    /// Keeps what a subscriber took, over what they took before.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn note_zone_taken(&self, taken: ZoneTaken) -> Result<(), StoreError> {
        self.rows(Work::Subscribers(Change::Took(taken))).await.map(drop)
    }

    /// Keeps what a place answered when it was told of a serial, over what it answered before. Nothing is kept for who may not take the zone any more.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn note_zone_told(&self, told: ZoneTold) -> Result<(), StoreError> {
        self.rows(Work::Subscribers(Change::Told(told))).await.map(drop)
    }

    /// Returns what places answered last, in the order of subscribers, zones and places.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn zones_told(&self) -> Result<Vec<ZoneTold>, StoreError> {
        const TEXT: &str = "SELECT subscriber_id, zone, target, at, serial, heard, answer FROM zone_told \
            ORDER BY subscriber_id, zone, target";
        let mut reader = self.reader().await?;
        let rows = query(TEXT).fetch_all(&mut reader).await.map_err(|e| self.error(e))?;
        rows.iter().map(told).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }

    /// Returns the subscribers in the order of their ids.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn subscribers(&self) -> Result<Vec<ZoneSubscriber>, StoreError> {
        const TEXT: &str = "SELECT id, party_id, audience, key_name, algorithm, secret, addresses, told, created \
            FROM zone_subscriber ORDER BY id";
        const ZONES: &str = "SELECT subscriber_id, zone FROM zone_subscription ORDER BY subscriber_id, zone";
        let mut reader = self.reader().await?;
        let rows = query(TEXT).fetch_all(&mut reader).await.map_err(|e| self.error(e))?;
        let zones = query(ZONES).fetch_all(&mut reader).await.map_err(|e| self.error(e))?;
        let read = || -> Result<Vec<ZoneSubscriber>, sqlx::Error> {
            let mut all = rows.iter().map(subscriber).collect::<Result<Vec<_>, _>>()?;
            for row in &zones {
                let id: &str = row.try_get("subscriber_id")?;
                if let Ok(index) = all.binary_search_by(|subscriber| subscriber.id.as_str().cmp(id)) {
                    all[index].zones.push(row.word("zone")?);
                }
            }
            Ok(all)
        };
        read().map_err(|e| self.error(e))
    }

    /// Returns what was taken last, of each zone by each subscriber who took it, in the order of subscribers and zones.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn zones_taken(&self) -> Result<Vec<ZoneTaken>, StoreError> {
        const TEXT: &str = "SELECT subscriber_id, zone, last_at, last_from, last_serial, last_records, last_whole, last_tls \
            FROM zone_subscription WHERE last_at IS NOT NULL ORDER BY subscriber_id, zone";
        let mut reader = self.reader().await?;
        let rows = query(TEXT).fetch_all(&mut reader).await.map_err(|e| self.error(e))?;
        rows.iter().map(taken).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }
}

fn subscriber(row: &Row) -> Result<ZoneSubscriber, sqlx::Error> {
    let name: Option<OwnerName> = row.word_or_none("key_name")?;
    let algorithm: Option<TsigAlgorithm> = row.word_or_none("algorithm")?;
    let secret: Option<Vec<u8>> = row.try_get("secret")?;
    let key = match (name, algorithm, secret) {
        (Some(name), Some(algorithm), Some(secret)) => Some(ZoneKey { name, algorithm, secret }),
        _ => None,
    };
    Ok(ZoneSubscriber {
        id: row.try_get("id")?,
        party: row.word_or_none("party_id")?,
        audience: row.word("audience")?,
        key,
        addresses: row.words("addresses")?,
        told: row.words("told")?,
        zones: Vec::new(),
        created: row.instant("created")?,
    })
}

fn taken(row: &Row) -> Result<ZoneTaken, sqlx::Error> {
    let from: Option<i64> = row.try_get("last_from")?;
    Ok(ZoneTaken {
        subscriber: row.try_get("subscriber_id")?,
        zone: row.word("zone")?,
        at: row.instant("last_at")?,
        from: from.map(u32::try_from).transpose().map_err(|error| wrong("last_from", error))?,
        serial: row.count("last_serial")?,
        records: row.count("last_records")?,
        whole: row.try_get::<i64>("last_whole")? != 0,
        over_tls: row.try_get::<Option<i64>>("last_tls")?.map(|tls| tls != 0),
    })
}

fn told(row: &Row) -> Result<ZoneTold, sqlx::Error> {
    let answer: String = row.try_get("answer")?;
    Ok(ZoneTold {
        subscriber: row.try_get("subscriber_id")?,
        zone: row.word("zone")?,
        target: row.word("target")?,
        at: row.instant("at")?,
        serial: row.count("serial")?,
        failed: (row.try_get::<i64>("heard")? == 0).then_some(answer),
    })
}

pub(crate) async fn perform(connection: &mut Connection, change: &Change) -> Result<u64, sqlx::Error> {
    match change {
        Change::Add(subscriber) => add(connection, subscriber).await,
        Change::Remove(id) => {
            let zones = query("DELETE FROM zone_subscription WHERE subscriber_id = $1").bind(id.clone());
            zones.execute(&mut *connection).await?;
            let told = query("DELETE FROM zone_told WHERE subscriber_id = $1").bind(id.clone());
            told.execute(&mut *connection).await?;
            query("DELETE FROM zone_subscriber WHERE id = $1").bind(id.clone()).execute(connection).await
        }
        Change::Took(taken) => {
            let statement = query(
                "UPDATE zone_subscription SET last_at = $3, last_from = $4, last_serial = $5, last_records = $6, \
                 last_whole = $7, last_tls = $8 WHERE subscriber_id = $1 AND zone = $2",
            );
            let statement = statement.bind(taken.subscriber.clone()).bind(taken.zone.to_string());
            let statement = statement.bind(taken.at.micros()).bind(taken.from.map(i64::from));
            let statement = statement.bind(i64::from(taken.serial)).bind(int(taken.records));
            let statement = statement.bind(i64::from(taken.whole)).bind(taken.over_tls.map(i64::from));
            statement.execute(connection).await
        }
        Change::Told(told) => {
            let statement = query(
                "INSERT INTO zone_told (subscriber_id, zone, target, at, serial, heard, answer) \
                 SELECT subscriber_id, zone, $3, $4, $5, $6, $7 FROM zone_subscription WHERE subscriber_id = $1 AND zone = $2 \
                 ON CONFLICT (subscriber_id, zone, target) DO UPDATE SET at = excluded.at, serial = excluded.serial, \
                 heard = excluded.heard, answer = excluded.answer WHERE excluded.serial >= zone_told.serial",
            );
            let statement = statement.bind(told.subscriber.clone()).bind(told.zone.to_string());
            let statement = statement.bind(told.target.to_string()).bind(told.at.micros());
            let statement = statement.bind(i64::from(told.serial)).bind(i64::from(told.failed.is_none()));
            statement.bind(told.failed.clone().unwrap_or_default()).execute(connection).await
        }
    }
}

async fn add(connection: &mut Connection, subscriber: &ZoneSubscriber) -> Result<u64, sqlx::Error> {
    const TEXT: &str = "INSERT INTO zone_subscriber \
        (id, party_id, audience, key_name, algorithm, secret, addresses, told, created) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    let key = subscriber.key.as_ref();
    let added = query(TEXT)
        .bind(subscriber.id.clone())
        .bind(subscriber.party.as_ref().map(ToString::to_string))
        .bind(subscriber.audience.word())
        .bind(key.map(|key| key.name.to_string()))
        .bind(key.map(|key| key.algorithm.word()))
        .bind(key.map(|key| key.secret.clone()))
        .bind(joined(&subscriber.addresses))
        .bind(joined(&subscriber.told))
        .bind(subscriber.created.micros())
        .execute(connection)
        .await?;
    if added > 0 {
        insert(
            connection,
            "zone_subscription",
            &["subscriber_id", "zone"],
            "",
            &subscriber.zones,
            |statement, zone| statement.bind(subscriber.id.clone()).bind(zone.to_string()),
        )
        .await?;
    }
    Ok(added)
}

fn joined(words: &[impl ToString]) -> String {
    words.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
