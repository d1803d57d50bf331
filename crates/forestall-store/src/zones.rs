// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Policy zones that leave by transfers, and their serials.

use forestall_model::{CampaignId, CaseId, Digest, Instant, OwnerName, Tld};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::row::{Columns, Row, int};
use crate::statement::query;
use crate::store::Store;
use crate::writer::Work;

/// A zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Its name.
    pub name: OwnerName,
    /// The case whose names it holds.
    pub case: CaseId,
    /// The campaigns whose names it holds; empty for all of the case.
    pub campaigns: Vec<CampaignId>,
    /// The one slice that it holds; all where there is none.
    pub tld: Option<Tld>,
    /// What a resolver answers, as a form of feeds is told.
    pub policy: String,
    /// Days before its guard window opens on which a name comes into the zone.
    pub ahead_days: u16,
    /// When it was made.
    pub created: Instant,
}

/// A serial of a zone, and what the zone held under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneSerial {
    /// The serial.
    pub serial: u32,
    /// The instant for which it was computed.
    pub at: Instant,
    /// The last event of the case that went in: its number in the case.
    pub case_version: u64,
    /// The same event: its number in the log.
    pub event_seq: u64,
    /// A digest of the campaigns with the versions of their generators.
    pub generators: Digest,
    /// The names in it, those that are let through as well.
    pub names: u64,
    /// SHA-256 of policy and names.
    pub digest: Digest,
    /// The names that came and those that went with it; none for the first serial of a zone, and where that was not known.
    pub difference: Option<(u64, u64)>,
}

/// What the writer is asked to do.
#[derive(Debug)]
pub(crate) enum Change {
    Create(Zone),
    Remove(OwnerName),
    Allocate { zone: OwnerName, after: Option<u32>, serial: ZoneSerial },
    Forget { before: Instant },
}

impl Store {
    /// Keeps a zone and says whether it is new: one of the same name stays as it is.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn create_zone(&self, zone: Zone) -> Result<bool, StoreError> {
        Ok(self.rows(Work::Zones(Change::Create(zone))).await? > 0)
    }

    /// Removes a zone and says whether it was there. Its serials stay.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn remove_zone(&self, name: &OwnerName) -> Result<bool, StoreError> {
        Ok(self.rows(Work::Zones(Change::Remove(name.clone()))).await? > 0)
    }

    /// Returns the zones in the order of their names.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn zones(&self) -> Result<Vec<Zone>, StoreError> {
        let mut reader = self.reader().await?;
        let text = "SELECT name, case_id, campaigns, tld, policy, ahead_days, created FROM zone ORDER BY name";
        let rows = query(text).fetch_all(&mut reader).await.map_err(|e| self.error(e))?;
        rows.iter().map(zone).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }

    /// Keeps a serial where `after` is the newest of its zone, or where there is none and `after` is `None`; says whether it did. Of several
    /// processes that try at once, one succeeds. The number of the event in the log is looked up here.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn allocate_serial(
        &self,
        zone: &OwnerName,
        after: Option<u32>,
        serial: ZoneSerial,
    ) -> Result<bool, StoreError> {
        Ok(self.rows(Work::Zones(Change::Allocate { zone: zone.clone(), after, serial })).await? > 0)
    }

    /// Forgets serials that were allocated before an instant, but for the newest of each zone; returns how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn forget_serials(&self, before: Instant) -> Result<u64, StoreError> {
        self.rows(Work::Zones(Change::Forget { before })).await
    }

    /// Returns the newest serials of a zone, the newest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn serials(&self, zone: &OwnerName, limit: u32) -> Result<Vec<ZoneSerial>, StoreError> {
        const TEXT: &str = "SELECT serial, at, case_version, event_seq, generators, names, digest, come, gone FROM zone_serial \
            WHERE zone = $1 ORDER BY serial DESC LIMIT $2";
        let mut reader = self.reader().await?;
        let statement = query(TEXT).bind(zone.to_string()).bind(int(limit));
        let rows = statement.fetch_all(&mut reader).await.map_err(|e| self.error(e))?;
        rows.iter().map(serial).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }

    /// Returns a serial of a zone; `None` where it has none such, or not any more.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn serial(&self, zone: &OwnerName, number: u32) -> Result<Option<ZoneSerial>, StoreError> {
        const TEXT: &str = "SELECT serial, at, case_version, event_seq, generators, names, digest, come, gone FROM zone_serial \
            WHERE zone = $1 AND serial = $2";
        let mut reader = self.reader().await?;
        let statement = query(TEXT).bind(zone.to_string()).bind(i64::from(number));
        let row = statement.fetch_optional(&mut reader).await.map_err(|e| self.error(e))?;
        row.as_ref().map(serial).transpose().map_err(|e| self.error(e))
    }
}

fn zone(row: &Row) -> Result<Zone, sqlx::Error> {
    Ok(Zone {
        name: row.word("name")?,
        case: row.word("case_id")?,
        campaigns: row.words("campaigns")?,
        tld: row.word_or_none("tld")?,
        policy: row.try_get("policy")?,
        ahead_days: row.count("ahead_days")?,
        created: row.instant("created")?,
    })
}

fn serial(row: &Row) -> Result<ZoneSerial, sqlx::Error> {
    let counted = |column| match row.try_get::<Option<i64>>(column)? {
        Some(_) => row.count(column).map(Some),
        None => Ok(None),
    };
    let (come, gone): (Option<u64>, Option<u64>) = (counted("come")?, counted("gone")?);
    Ok(ZoneSerial {
        serial: row.count("serial")?,
        at: row.instant("at")?,
        case_version: row.count("case_version")?,
        event_seq: row.count("event_seq")?,
        generators: row.digest("generators")?,
        names: row.count("names")?,
        digest: row.digest("digest")?,
        difference: come.zip(gone),
    })
}

pub(crate) async fn perform(connection: &mut Connection, change: &Change) -> Result<u64, sqlx::Error> {
    let statement = match change {
        Change::Create(zone) => {
            let campaigns: Vec<&str> = zone.campaigns.iter().map(CampaignId::as_str).collect();
            query(
                "INSERT INTO zone (name, case_id, campaigns, tld, policy, ahead_days, created) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO NOTHING",
            )
            .bind(zone.name.to_string())
            .bind(zone.case.to_string())
            .bind(campaigns.join(" "))
            .bind(zone.tld.as_ref().map(ToString::to_string))
            .bind(zone.policy.clone())
            .bind(i64::from(zone.ahead_days))
            .bind(zone.created.micros())
        }
        Change::Remove(name) => {
            let subscriptions = query("DELETE FROM zone_subscription WHERE zone = $1").bind(name.to_string());
            subscriptions.execute(&mut *connection).await?;
            query("DELETE FROM zone_told WHERE zone = $1").bind(name.to_string()).execute(&mut *connection).await?;
            query("DELETE FROM zone WHERE name = $1").bind(name.to_string())
        }
        Change::Allocate { zone, after, serial } => return allocate(connection, zone, *after, serial).await,
        Change::Forget { before } => query(
            "DELETE FROM zone_serial WHERE at < $1 AND serial < \
             (SELECT MAX(newer.serial) FROM zone_serial newer WHERE newer.zone = zone_serial.zone)",
        )
        .bind(before.micros()),
    };
    statement.execute(connection).await
}

async fn allocate(
    connection: &mut Connection,
    zone: &OwnerName,
    after: Option<u32>,
    new: &ZoneSerial,
) -> Result<u64, sqlx::Error> {
    let newest = query("SELECT MAX(serial) AS serial FROM zone_serial WHERE zone = $1").bind(zone.to_string());
    let newest: Option<i64> = newest.fetch_one(connection).await?.try_get("serial")?;
    if newest != after.map(i64::from) || newest.is_some_and(|newest| newest >= i64::from(new.serial)) {
        return Ok(0);
    }
    let event = query(
        "SELECT e.seq FROM event e JOIN zone z ON z.case_id = e.case_id WHERE z.name = $1 AND e.case_version = $2",
    );
    let event = event.bind(zone.to_string()).bind(int(new.case_version)).fetch_optional(connection).await?;
    // The zone was removed meanwhile.
    let Some(event) = event else { return Ok(0) };
    query(
        "INSERT INTO zone_serial (zone, serial, at, case_version, event_seq, generators, names, digest, come, gone) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(zone.to_string())
    .bind(i64::from(new.serial))
    .bind(new.at.micros())
    .bind(int(new.case_version))
    .bind(event.try_get::<i64>("seq")?)
    .bind(new.generators.0.to_vec())
    .bind(int(new.names))
    .bind(new.digest.0.to_vec())
    .bind(new.difference.map(|(come, _)| int(come)))
    .bind(new.difference.map(|(_, gone)| int(gone)))
    .execute(connection)
    .await
}
