// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Looking whether the store is what its log says.

use std::collections::BTreeMap;

use forestall_coord::event::{Event, Withheld};
use forestall_model::{CaseId, Digest};

use crate::connection::{Connection, Driver};
use crate::error::StoreError;
use crate::log::PAGE;
use crate::row::{Columns, Row, int};
use crate::statement::query;
use crate::store::Store;
use crate::view::CaseModels;
use crate::{projection, sqlite};

/// Something in the store that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The structure of the database is broken.
    #[error("the database is broken: {0}")]
    Structure(String),
    /// A number of the log is missing or stands twice.
    #[error("event {found} of the log stands where event {expected} was expected")]
    Sequence {
        /// The number expected.
        expected: u64,
        /// The number found.
        found: u64,
    },
    /// The head of the log is not its last number.
    #[error("the log ends with event {last}, and its head says {head}")]
    Head {
        /// The number of the last event.
        last: u64,
        /// What the head says.
        head: u64,
    },
    /// An event cannot be read.
    #[error("event {seq} of the log: {reason}")]
    Event {
        /// The number of the event in the log.
        seq: u64,
        /// What is wrong, in words.
        reason: String,
    },
    /// A withheld field does not fit its event.
    #[error("event {seq} of the log, withheld field {field:?}: {reason}")]
    Withheld {
        /// The number of the event in the log.
        seq: u64,
        /// The name of the field.
        field: String,
        /// What is wrong, in words.
        reason: &'static str,
    },
    /// A read model is not the fold of the log.
    #[error("the read model of the case {case} is not what its events give: {what}; rebuild it")]
    ReadModel {
        /// The case.
        case: String,
        /// Which part, in words.
        what: String,
    },
}

/// Problems that are listed at most; a broken store has the same one everywhere.
const LISTED: usize = 1_000;

impl Store {
    /// Reads the whole store and returns what is wrong with it: structure of the database, numbers without gaps, canonical
    /// form, hash and order of the events, commitments to the withheld fields that are still there, and read models. At
    /// most 1,000 problems are listed.
    ///
    /// Looks at one state of the store, whatever is written meanwhile.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read at all.
    pub async fn verify(&self) -> Result<Vec<Problem>, StoreError> {
        let mut reader = self.reader().await?;
        let mut check = Check::default();
        let done = async {
            reader.begin_reading().await?;
            check.all(&mut reader).await?;
            reader.script("ROLLBACK").await
        };
        match done.await {
            Ok(()) => {}
            Err(error) => match self.error(error) {
                // Damage is what was looked for.
                StoreError::Damaged { reason, .. } => check.problems.push(Problem::Structure(reason)),
                error => return Err(error),
            },
        }
        check.problems.truncate(LISTED);
        Ok(check.problems)
    }
}

#[derive(Default)]
struct Check {
    problems: Vec<Problem>,
    last: u64,
    /// Per case, what its events give; `None` where they give no case.
    cases: BTreeMap<CaseId, Folded>,
}

#[derive(Default)]
struct Folded {
    version: u64,
    models: Option<CaseModels>,
}

impl Check {
    async fn all(&mut self, connection: &mut Connection) -> Result<(), sqlx::Error> {
        // PostgreSQL looks after its own: its pages have check sums, and `pg_amcheck` reads its indexes.
        if let Driver::Sqlite(connection) = connection.driver() {
            for line in sqlite::integrity(connection).await? {
                self.problems.push(Problem::Structure(line));
            }
        }
        self.log(connection).await?;
        let row = query("SELECT seq FROM log_head WHERE id = 1").fetch_optional(&mut *connection).await?;
        let head = row.map(|row| row.count("seq")).transpose()?.unwrap_or(0);
        if head != self.last {
            self.problems.push(Problem::Head { last: self.last, head });
        }
        self.read_models(connection).await
    }

    async fn log(&mut self, connection: &mut Connection) -> Result<(), sqlx::Error> {
        const TEXT: &str = "SELECT seq, case_id, case_version, recorded, kind, encoding, leaf FROM event \
            WHERE seq > $1 ORDER BY seq LIMIT $2";
        loop {
            let page = query(TEXT).bind(int(self.last)).bind(int(PAGE)).fetch_all(&mut *connection).await?;
            let Some(end) = page.last() else { break };
            let (from, to): (i64, i64) = (page[0].try_get("seq")?, end.try_get("seq")?);
            let mut events = BTreeMap::new();
            for row in &page {
                let seq: u64 = row.count("seq")?;
                if seq != self.last + 1 {
                    let expected = self.last + 1;
                    self.problems.push(Problem::Sequence { expected, found: seq });
                }
                self.last = seq;
                match event_of(row) {
                    Ok(event) => {
                        self.fold(seq, &event);
                        events.insert(seq, event);
                    }
                    Err(reason) => self.problems.push(Problem::Event { seq, reason }),
                }
            }
            self.withheld(connection, from, to, &events).await?;
            if self.problems.len() >= LISTED {
                break;
            }
        }
        // Fields of events that are not there: the pages above meet only those in between.
        let rows = query("SELECT seq, field FROM withheld WHERE seq > $1 OR seq < 1 LIMIT 1000")
            .bind(int(self.last))
            .fetch_all(&mut *connection)
            .await?;
        for row in rows {
            self.problems.push(Problem::Withheld {
                seq: row.try_get::<i64>("seq")?.max(0).cast_unsigned(),
                field: row.try_get("field")?,
                reason: "there is no such event",
            });
        }
        Ok(())
    }

    async fn withheld(
        &mut self,
        connection: &mut Connection,
        from: i64,
        to: i64,
        events: &BTreeMap<u64, Event>,
    ) -> Result<(), sqlx::Error> {
        let rows = query("SELECT seq, field, salt, value FROM withheld WHERE seq >= $1 AND seq <= $2")
            .bind(from)
            .bind(to)
            .fetch_all(connection)
            .await?;
        for row in rows {
            let seq: u64 = row.count("seq")?;
            let field: String = row.try_get("field")?;
            let salt: &[u8] = row.try_get("salt")?;
            let wrong = match (events.get(&seq), <[u8; 16]>::try_from(salt)) {
                // The event is on the list already.
                (None, _) => None,
                (_, Err(_)) => Some("its salt does not have 16 octets"),
                (Some(event), Ok(salt)) => {
                    let value = row.try_get("value")?;
                    let withheld = Withheld { field: field.clone(), salt, value };
                    (event.withheld.get(&field) != Some(&withheld.commitment()))
                        .then_some("the event does not commit to this value")
                }
            };
            if let Some(reason) = wrong {
                self.problems.push(Problem::Withheld { seq, field, reason });
            }
        }
        Ok(())
    }

    fn fold(&mut self, seq: u64, event: &Event) {
        let folded = self.cases.entry(event.case.clone()).or_default();
        if event.version != folded.version + 1 {
            let reason = format!(
                "it is event {} of the case {}, and event {} was expected",
                event.version,
                event.case,
                folded.version + 1
            );
            self.problems.push(Problem::Event { seq, reason });
        }
        folded.version = event.version;
        match (&mut folded.models, CaseModels::opened(event)) {
            (Some(models), None) => models.apply(event),
            (models @ None, Some(opened)) => *models = Some(opened),
            (Some(_), Some(_)) => {
                let reason = format!("it opens the case {}, which is open", event.case);
                self.problems.push(Problem::Event { seq, reason });
            }
            (None, None) => {
                let reason = format!("the case {} was not opened", event.case);
                self.problems.push(Problem::Event { seq, reason });
            }
        }
    }

    async fn read_models(&mut self, connection: &mut Connection) -> Result<(), sqlx::Error> {
        let mut differs = Vec::new();
        let found: BTreeMap<_, _> =
            projection::all_cases(connection).await?.into_iter().map(|case| (case.id.clone(), case)).collect();
        for id in found.keys().filter(|id| self.cases.get(*id).is_none_or(|f| f.models.is_none())) {
            differs.push((id.to_string(), "the log does not open such a case".to_owned()));
        }
        for (id, folded) in &self.cases {
            let Some(models) = &folded.models else { continue };
            if found.get(id) != Some(&models.case) {
                differs.push((id.to_string(), "the case".to_owned()));
            }
            let slices = projection::all_slices(connection, id).await?;
            if !slices.iter().eq(models.slices.values()) {
                differs.push((id.to_string(), "its slices".to_owned()));
            }
            if !exclusions_equal(connection, id, models).await? {
                differs.push((id.to_string(), "its exclusions".to_owned()));
            }
        }
        for table in ["slice_view", "exclusion_view"] {
            for id in strays(connection, table).await? {
                differs.push((id, format!("rows of {table} without their case")));
            }
        }
        let problems = differs.into_iter().map(|(case, what)| Problem::ReadModel { case, what });
        self.problems.extend(problems);
        Ok(())
    }
}

/// Reads an event and holds it against its row.
fn event_of(row: &Row) -> Result<Event, String> {
    let text = |e: sqlx::Error| e.to_string();
    let encoding: &str = row.try_get("encoding").map_err(text)?;
    let event = Event::from_canonical(encoding.as_bytes()).map_err(|e| e.to_string())?;
    let leaf = row.digest("leaf").map_err(text)?;
    let own = Digest::of_parts(&[&[0], encoding.as_bytes()]);
    if leaf != own {
        return Err(format!("its hash is {own}, and the log says {leaf}"));
    }
    let columns = (
        row.try_get::<&str>("case_id").map_err(text)? == event.case.as_str(),
        row.try_get::<i64>("case_version").map_err(text)? == int(event.version),
        row.try_get::<i64>("recorded").map_err(text)? == event.recorded.micros(),
        row.try_get::<&str>("kind").map_err(text)? == event.body.kind(),
    );
    if columns == (true, true, true, true) {
        Ok(event)
    } else {
        Err("its columns say something else than its encoding".to_owned())
    }
}

async fn exclusions_equal(connection: &mut Connection, id: &CaseId, models: &CaseModels) -> Result<bool, sqlx::Error> {
    let mut expected = models.exclusions.values().flatten();
    let mut after = String::new();
    loop {
        let page = projection::exclusions(connection, id, None, &after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(expected.next().is_none());
        };
        after = last.name.to_string();
        for found in &page {
            if expected.next() != Some(found) {
                return Ok(false);
            }
        }
    }
}

async fn strays(connection: &mut Connection, table: &'static str) -> Result<Vec<String>, sqlx::Error> {
    let text = match table {
        "slice_view" => {
            "SELECT DISTINCT case_id FROM slice_view WHERE case_id NOT IN (SELECT case_id FROM case_view) ORDER BY case_id"
        }
        _ => {
            "SELECT DISTINCT case_id FROM exclusion_view WHERE case_id NOT IN (SELECT case_id FROM case_view) ORDER BY case_id"
        }
    };
    let rows = query(text).fetch_all(connection).await?;
    rows.iter().map(|row| row.try_get("case_id")).collect()
}
