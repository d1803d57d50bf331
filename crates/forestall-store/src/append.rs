// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Appending to the log: checks before the transaction, statements in it.

use std::collections::BTreeMap;

use forestall_coord::Decided;
use forestall_coord::event::{Body, ENCODING, Event, Withheld};
use forestall_model::{CaseId, Digest};

use crate::connection::Connection;
use crate::error::AppendError;
use crate::projection;
use crate::row::{insert, int};
use crate::statement::query;

/// The largest event in octets of its encoding. A file of evidence on 100,000 names takes about 20 MB.
pub const MAX_EVENT: usize = 64 << 20;

/// An event that may go into the log, with its encoding.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) event: Event,
    pub(crate) encoding: String,
    pub(crate) leaf: Digest,
    pub(crate) withheld: Vec<Withheld>,
}

/// What became of an append inside its transaction.
pub(crate) enum Outcome {
    /// The number of the first event; the others follow.
    Appended(u64),
    /// Not the next event of its case.
    Conflict { case: CaseId, version: u64, head: u64 },
}

impl Prepared {
    /// Checks an event: what cannot be read again, or does not fit its withheld fields, must not come into the log.
    pub(crate) fn new(decided: Decided) -> Result<Self, AppendError> {
        let (given, held) = (decided.withheld.len(), decided.event.withheld.len());
        if given != held {
            let reason = format!("it commits to {held} withheld fields, and {given} came with it");
            return Err(AppendError::Invalid { case: decided.event.case, version: decided.event.version, reason });
        }
        Self::received(decided)
    }

    /// Checks an event of another store, which may have erased some of the withheld fields.
    pub(crate) fn received(decided: Decided) -> Result<Self, AppendError> {
        let Decided { event, withheld } = decided;
        match Self::check(&event, &withheld) {
            Ok((encoding, leaf)) => Ok(Self { event, encoding, leaf, withheld }),
            Err(reason) => Err(AppendError::Invalid { case: event.case, version: event.version, reason }),
        }
    }

    fn check(event: &Event, withheld: &[Withheld]) -> Result<(String, Digest), String> {
        if event.v != ENCODING {
            return Err(format!("it has encoding {}, and encoding {ENCODING} is written", event.v));
        }
        if event.version == 0 || i64::try_from(event.version).is_err() {
            return Err("events of a case are counted from 1".to_owned());
        }
        if matches!(event.body, Body::Opened { .. }) != (event.version == 1) {
            return Err("a case is opened by its first event and by no other".to_owned());
        }
        let bytes = event.canonical();
        if bytes.len() > MAX_EVENT {
            return Err(format!("it takes {} octets, and at most {MAX_EVENT} are kept", bytes.len()));
        }
        match Event::from_canonical(&bytes) {
            Ok(again) if again == *event => {}
            Ok(_) => return Err("it is another event when it is read again".to_owned()),
            Err(error) => return Err(format!("it cannot be read again: {error}")),
        }
        for field in withheld {
            if event.withheld.get(&field.field) != Some(&field.commitment()) {
                return Err(format!("its commitment to the field {:?} does not fit the value", field.field));
            }
        }
        let leaf = Digest::of_parts(&[&[0], &bytes]);
        let encoding = String::from_utf8(bytes).map_err(|e| e.to_string())?;
        Ok((encoding, leaf))
    }
}

/// Appends events in the open transaction. After [`Outcome::Conflict`] or an error, what was written must be rolled back.
pub(crate) async fn append(connection: &mut Connection, prepared: &[Prepared]) -> Result<Outcome, sqlx::Error> {
    // Taking the numbers first takes the lock of the log: nothing else appends before this transaction has ended.
    let count = int(prepared.len());
    let last: i64 = query("UPDATE log_head SET seq = seq + $1 WHERE id = 1 RETURNING seq")
        .bind(count)
        .fetch_one(&mut *connection)
        .await?
        .try_get("seq")?;
    let mut heads: BTreeMap<&CaseId, u64> = BTreeMap::new();
    for event in prepared.iter().map(|p| &p.event) {
        let head = match heads.get(&event.case) {
            Some(head) => *head,
            None => head(connection, &event.case).await?,
        };
        if event.version != head + 1 {
            return Ok(Outcome::Conflict { case: event.case.clone(), version: event.version, head });
        }
        heads.insert(&event.case, event.version);
    }
    let first = last - count + 1;
    let rows: Vec<(i64, &Prepared)> = (first..).zip(prepared).collect();
    insert(connection, "event", EVENT, "", &rows, |statement, (seq, prepared)| {
        statement
            .bind(*seq)
            .bind(prepared.event.case.to_string())
            .bind(int(prepared.event.version))
            .bind(prepared.event.recorded.micros())
            .bind(prepared.event.body.kind())
            .bind(prepared.encoding.clone())
            .bind(prepared.leaf.0.to_vec())
    })
    .await?;
    let fields: Vec<(i64, &Withheld)> =
        rows.iter().flat_map(|(seq, prepared)| prepared.withheld.iter().map(|field| (*seq, field))).collect();
    insert(connection, "withheld", WITHHELD, "", &fields, |statement, (seq, field)| {
        statement.bind(*seq).bind(field.field.clone()).bind(field.salt.to_vec()).bind(field.value.clone())
    })
    .await?;
    let events: Vec<&Event> = prepared.iter().map(|p| &p.event).collect();
    projection::project(connection, &events).await?;
    Ok(Outcome::Appended(first.cast_unsigned()))
}

const EVENT: &[&str] = &["seq", "case_id", "case_version", "recorded", "kind", "encoding", "leaf"];
const WITHHELD: &[&str] = &["seq", "field", "salt", "value"];

/// Returns the number of the last event of a case; 0 where there is no such case.
pub(crate) async fn head(connection: &mut Connection, case: &CaseId) -> Result<u64, sqlx::Error> {
    let row = query("SELECT MAX(case_version) AS head FROM event WHERE case_id = $1")
        .bind(case.to_string())
        .fetch_one(connection)
        .await?;
    let head: Option<i64> = row.try_get("head")?;
    Ok(head.unwrap_or(0).cast_unsigned())
}
