// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Reading the log by pages, and erasing what stands outside its events.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use forestall_coord::Event;
use forestall_model::{CaseId, Digest};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::row::{Columns, Row, int, wrong};
use crate::statement::query;
use crate::store::Store;
use crate::writer::Work;

/// Events that are read at once when many are.
pub(crate) const PAGE: u32 = 512;

/// An event as the log shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Its number in the log, from 1 without gaps over all cases.
    pub seq: u64,
    /// The event.
    pub event: Arc<Event>,
    /// Its hash as a leaf of a Merkle tree.
    pub leaf: Digest,
    /// The withheld fields that are still there: name of the field and value.
    pub withheld: BTreeMap<String, String>,
}

impl LogEntry {
    /// Returns who acted; `None` where that was erased.
    #[must_use]
    pub fn actor(&self) -> Option<&str> {
        self.withheld.get("actor").map(String::as_str)
    }

    /// Returns the comment; `None` where there was none or it was erased.
    #[must_use]
    pub fn comment(&self) -> Option<&str> {
        self.withheld.get("comment").map(String::as_str)
    }
}

impl Store {
    /// Returns the number of the last event of the log; 0 where it is empty.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn head(&self) -> Result<u64, StoreError> {
        let mut reader = self.reader().await?;
        let row = query("SELECT seq FROM log_head WHERE id = 1").fetch_one(&mut reader).await;
        row.and_then(|row| row.count("seq")).map_err(|e| self.error(e))
    }

    /// Returns at most `limit` events of a case after its event `after_version`, in order.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn events(&self, case: &CaseId, after_version: u64, limit: u32) -> Result<Vec<LogEntry>, StoreError> {
        let mut reader = self.reader().await?;
        let page = page_of_case(&mut reader, case, after_version, limit).await;
        self.entries(&mut reader, page).await
    }

    /// Returns at most `limit` events of the log after `after_seq`, oldest first, of one case or of all.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn log(&self, after_seq: u64, limit: u32, case: Option<&CaseId>) -> Result<Vec<LogEntry>, StoreError> {
        let mut reader = self.reader().await?;
        let page = match case {
            None => raw_page(&mut reader, after_seq, limit).await,
            Some(case) => {
                fetch(
                    &mut reader,
                    "SELECT seq, encoding, leaf FROM event WHERE case_id = $3 AND seq > $1 ORDER BY seq LIMIT $2",
                    after_seq,
                    limit,
                    Some(case),
                )
                .await
            }
        };
        self.entries(&mut reader, page).await
    }

    /// Returns at most `limit` events of the log before `before_seq` (from its end where none is given), newest first,
    /// of one case or of all.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn log_newest(
        &self,
        before_seq: Option<u64>,
        limit: u32,
        case: Option<&CaseId>,
    ) -> Result<Vec<LogEntry>, StoreError> {
        const ALL: &str = "SELECT seq, encoding, leaf FROM event WHERE seq < $1 ORDER BY seq DESC LIMIT $2";
        const OF_CASE: &str =
            "SELECT seq, encoding, leaf FROM event WHERE case_id = $3 AND seq < $1 ORDER BY seq DESC LIMIT $2";
        let mut reader = self.reader().await?;
        let text = if case.is_some() { OF_CASE } else { ALL };
        let page = fetch(&mut reader, text, before_seq.unwrap_or(u64::MAX), limit, case).await;
        self.entries(&mut reader, page).await
    }

    /// Erases a withheld field of an event and says whether it was there. The event and its hash stay what they are.
    ///
    /// The value is overwritten in the file, and the write-ahead log is emptied of it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn erase(&self, seq: u64, field: &str) -> Result<bool, StoreError> {
        let field = field.to_owned();
        Ok(self.rows(Work::Erase { seq, field }).await? > 0)
    }

    async fn entries(
        &self,
        reader: &mut Connection,
        page: Result<Vec<RawEvent>, sqlx::Error>,
    ) -> Result<Vec<LogEntry>, StoreError> {
        let entries = match page {
            Ok(page) => entries(reader, &page, self.large()).await,
            Err(error) => Err(error),
        };
        entries.map_err(|e| self.error(e))
    }
}

/// An event as the table holds it.
#[derive(Debug)]
pub(crate) struct RawEvent {
    pub(crate) seq: u64,
    pub(crate) encoding: String,
    pub(crate) leaf: Digest,
}

impl RawEvent {
    /// Reads the encoding.
    pub(crate) fn decode(&self) -> Result<Event, sqlx::Error> {
        Event::from_canonical(self.encoding.as_bytes()).map_err(|error| {
            let error = std::io::Error::other(format!("event {} of the log: {error}", self.seq));
            wrong("encoding", error)
        })
    }
}

/// Octets of an encoding from which on the event is kept once it was read: a vetting of 100,000 names takes a second to read.
const LARGE: usize = 256 << 10;
/// Large events that are kept.
const MOST_LARGE: usize = 8;

/// The large events that were read last. A list of events shows each for what it is, and would else read them again for every page.
#[derive(Debug, Default)]
pub(crate) struct Large(Mutex<VecDeque<(u64, Digest, Arc<Event>)>>);

impl Large {
    /// Returns the event of a row: the one that is kept, where the row has the number and the hash of it, else the one that it holds.
    fn decode(&self, raw: &RawEvent) -> Result<Arc<Event>, sqlx::Error> {
        if raw.encoding.len() < LARGE {
            return raw.decode().map(Arc::new);
        }
        let kept = |kept: &&(u64, Digest, Arc<Event>)| kept.0 == raw.seq && kept.1 == raw.leaf;
        if let Some((_, _, event)) = self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().find(kept) {
            return Ok(Arc::clone(event));
        }
        let event = Arc::new(raw.decode()?);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push_back((raw.seq, raw.leaf, Arc::clone(&event)));
        if all.len() > MOST_LARGE {
            all.pop_front();
        }
        Ok(event)
    }
}

async fn entries(reader: &mut Connection, page: &[RawEvent], large: &Large) -> Result<Vec<LogEntry>, sqlx::Error> {
    let numbers = page.iter().map(|raw| raw.seq);
    let (Some(first), Some(last)) = (numbers.clone().min(), numbers.max()) else {
        return Ok(Vec::new());
    };
    let mut entries: Vec<LogEntry> = page
        .iter()
        .map(|raw| Ok(LogEntry { seq: raw.seq, event: large.decode(raw)?, leaf: raw.leaf, withheld: BTreeMap::new() }))
        .collect::<Result<_, sqlx::Error>>()?;
    let by_seq: BTreeMap<u64, usize> = (0..).zip(page).map(|(index, raw)| (raw.seq, index)).collect();
    // A page of one case is a part of its span of the log; it is asked for by the span where that is dense, and one by
    // one where it is not.
    let dense = last - first < 4 * page.len() as u64;
    const SPAN: &str = "SELECT seq, field, value FROM withheld WHERE seq >= $1 AND seq <= $2";
    let spans: Vec<(u64, u64)> =
        if dense { vec![(first, last)] } else { page.iter().map(|raw| (raw.seq, raw.seq)).collect() };
    for (from, to) in spans {
        let statement = query(SPAN).bind(int(from)).bind(int(to));
        for row in statement.fetch_all(&mut *reader).await? {
            if let Some(index) = by_seq.get(&row.count::<u64>("seq")?) {
                let field = row.try_get("field")?;
                entries[*index].withheld.insert(field, row.try_get("value")?);
            }
        }
    }
    Ok(entries)
}

/// Reads a page of the log in the order of its numbers.
pub(crate) async fn raw_page(
    connection: &mut Connection,
    after: u64,
    limit: u32,
) -> Result<Vec<RawEvent>, sqlx::Error> {
    const TEXT: &str = "SELECT seq, encoding, leaf FROM event WHERE seq > $1 ORDER BY seq LIMIT $2";
    fetch(connection, TEXT, after, limit, None).await
}

/// Reads a page of the events of a case in their order.
pub(crate) async fn page_of_case(
    connection: &mut Connection,
    case: &CaseId,
    after_version: u64,
    limit: u32,
) -> Result<Vec<RawEvent>, sqlx::Error> {
    const TEXT: &str =
        "SELECT seq, encoding, leaf FROM event WHERE case_id = $3 AND case_version > $1 ORDER BY case_version LIMIT $2";
    fetch(connection, TEXT, after_version, limit, Some(case)).await
}

async fn fetch(
    connection: &mut Connection,
    text: &'static str,
    bound: u64,
    limit: u32,
    case: Option<&CaseId>,
) -> Result<Vec<RawEvent>, sqlx::Error> {
    let statement = query(text).bind(int(bound)).bind(int(limit));
    let statement = case.iter().fold(statement, |s, case| s.bind(case.to_string()));
    statement.fetch_all(connection).await?.iter().map(raw).collect()
}

fn raw(row: &Row) -> Result<RawEvent, sqlx::Error> {
    Ok(RawEvent { seq: row.count("seq")?, encoding: row.try_get("encoding")?, leaf: row.digest("leaf")? })
}

pub(crate) async fn erase(connection: &mut Connection, seq: u64, field: &str) -> Result<u64, sqlx::Error> {
    let statement = query("DELETE FROM withheld WHERE seq = $1 AND field = $2");
    let statement = statement.bind(int(seq)).bind(field.to_owned());
    statement.execute(connection).await
}
