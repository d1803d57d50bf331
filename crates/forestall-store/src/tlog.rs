// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the transparency log of a case is made from: the hashes of its events, and the events as they are stored, believed or not.

use std::collections::BTreeMap;

use forestall_coord::Withheld;
use forestall_coord::tlog::StoredEvent;
use forestall_model::{CaseId, Digest};

use crate::error::StoreError;
use crate::row::{Columns, Row, int};
use crate::statement::query;
use crate::store::Store;

impl Store {
    /// Returns the hashes of at most `limit` events of a case after its event `after_version`, in order, each with the number of its event.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn leaves(
        &self,
        case: &CaseId,
        after_version: u64,
        limit: u32,
    ) -> Result<Vec<(u64, Digest)>, StoreError> {
        const TEXT: &str = "SELECT case_version, leaf FROM event WHERE case_id = $1 AND case_version > $2 ORDER BY case_version LIMIT $3";
        let mut reader = self.reader().await?;
        let statement = query(TEXT).bind(case.to_string()).bind(int(after_version)).bind(int(limit));
        let rows = statement.fetch_all(&mut reader).await.map_err(|e| self.error(e))?;
        let leaf = |row: &Row| Ok::<_, sqlx::Error>((row.count("case_version")?, row.digest("leaf")?));
        rows.iter().map(leaf).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }

    /// Returns the encodings of those of the next `count` events of a case after its event `after_version` that have at most `longest`
    /// characters, in order.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn short_encodings(
        &self,
        case: &CaseId,
        after_version: u64,
        count: u16,
        longest: usize,
    ) -> Result<Vec<String>, StoreError> {
        const TEXT: &str = "SELECT encoding FROM event WHERE case_id = $1 AND case_version > $2 AND case_version <= $3 AND LENGTH(encoding) <= $4 \
            ORDER BY case_version";
        let mut reader = self.reader().await?;
        let statement = query(TEXT).bind(case.to_string()).bind(int(after_version));
        let statement = statement.bind(int(after_version.saturating_add(count.into()))).bind(int(longest));
        let rows = statement.fetch_all(&mut reader).await.map_err(|e| self.error(e))?;
        let encodings: Result<_, sqlx::Error> = rows.iter().map(|row| row.try_get("encoding")).collect();
        encodings.map_err(|e| self.error(e))
    }

    /// Returns at most `limit` events of a case after its event `after_version` as they are stored, in order: not decoded and not checked,
    /// with the salts of the withheld fields that are still there.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn stored_events(
        &self,
        case: &CaseId,
        after_version: u64,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        const EVENTS: &str = "SELECT seq, case_version, encoding, leaf FROM event WHERE case_id = $1 AND case_version > $2 ORDER BY case_version LIMIT $3";
        const FIELDS: &str = "SELECT field, salt, value FROM withheld WHERE seq = $1 ORDER BY field";
        let mut reader = self.reader().await?;
        let read = async {
            let statement = query(EVENTS).bind(case.to_string()).bind(int(after_version)).bind(int(limit));
            let mut events = BTreeMap::new();
            for row in statement.fetch_all(&mut reader).await? {
                let encoding: String = row.try_get("encoding")?;
                let (version, leaf) = (row.count("case_version")?, row.digest("leaf")?);
                let event = StoredEvent { version, encoding: encoding.into_bytes(), leaf, withheld: Vec::new() };
                events.insert(version, (row.count::<u64>("seq")?, event));
            }
            for (seq, event) in events.values_mut() {
                for row in query(FIELDS).bind(int(*seq)).fetch_all(&mut reader).await? {
                    let salt: &[u8] = row.try_get("salt")?;
                    // No event commits to a field with a salt that was cut, nor to the one that stands for it here.
                    let salt = salt.try_into().unwrap_or_default();
                    let (field, value) = (row.try_get("field")?, row.try_get("value")?);
                    event.withheld.push(Withheld { field, salt, value });
                }
            }
            Ok::<_, sqlx::Error>(events.into_values().map(|(_, event)| event).collect())
        };
        let events = read.await;
        events.map_err(|e| self.error(e))
    }
}
