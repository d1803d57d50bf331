// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is sent to registries over EPP: batches that people approved, the journal of frames, and the switch that stops them.
//!
//! A frame may go out only after [`Store::begin_epp`] put it into the journal. That looks at the switch and at the cap of the day once more, in the
//! transaction that writes: what was decided a moment ago on what was read before cannot overrun either, in however many processes batches run.

use forestall_coord::epp::{Approval, Batch, Changed, Outcome, Record, Stop, Terms};
use forestall_model::{Actor, CaseId, Digest, DomainName, Instant, Tld, UtcDay};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::row::{Columns, Row, insert as insert_all, int, wrong};
use crate::statement::query;
use crate::store::Store;
use crate::writer::Work;

/// A batch as it is kept, without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EppBatch {
    /// SHA-256 of the text.
    pub digest: Digest,
    /// The account.
    pub account: String,
    /// The case.
    pub case: CaseId,
    /// The slice.
    pub tld: Tld,
    /// How many commands it has.
    pub commands: u32,
    /// When it was first laid before the people who approve it, or approved.
    pub at: Instant,
    /// Who did so; empty where that was not kept.
    pub proposed_by: String,
    /// On what terms approvals count.
    pub terms: Terms,
}

/// What a dry run found out about one command of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EppRehearsed {
    /// The place in the batch, from 0.
    pub position: u32,
    /// When the registry was asked.
    pub at: Instant,
    /// What would be done, in words.
    pub words: String,
    /// What would change.
    pub changes: Vec<Changed>,
}

/// What the writer is asked to do.
#[derive(Debug)]
pub(crate) enum Change {
    Propose { batch: Box<Batch>, by: Actor, at: Instant, terms: Terms },
    Approve { batch: Box<Batch>, approval: Approval, terms: Terms },
    Rehearse { batch: Digest, rows: Vec<EppRehearsed> },
    Begin { account: String, record: Box<Record>, day: UtcDay, per_day: u32 },
    End { record: Box<Record> },
    Close { account: String, record: Box<Record> },
    Tell { ids: Vec<String>, at: Instant },
    Stop(Stop),
    Go,
}

impl Store {
    /// Keeps a batch that is laid before the people who approve it, and says whether it is new: one that is there stays as it is, with its terms.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn propose_epp(&self, batch: Batch, by: Actor, at: Instant, terms: Terms) -> Result<bool, StoreError> {
        let propose = Change::Propose { batch: Box::new(batch), by, at, terms };
        self.rows(Work::Epp(propose)).await.map(|rows| rows == 1)
    }

    /// Keeps a batch, where it is not there yet, and one person's approval of it. What somebody approved with an account of their own is not
    /// replaced by what somebody says under the same name without one.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where they cannot be written.
    pub async fn approve_epp(&self, batch: Batch, approval: Approval, terms: Terms) -> Result<(), StoreError> {
        self.rows(Work::Epp(Change::Approve { batch: Box::new(batch), approval, terms })).await.map(drop)
    }

    /// Keeps what a dry run found out about commands of a batch, in the place of what one before it did.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn rehearse_epp(&self, batch: Digest, rows: Vec<EppRehearsed>) -> Result<(), StoreError> {
        self.rows(Work::Epp(Change::Rehearse { batch, rows })).await.map(drop)
    }

    /// Returns what the last dry run of a batch found out, in the order of its commands.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn epp_rehearsed(&self, batch: Digest) -> Result<Vec<EppRehearsed>, StoreError> {
        const TEXT: &str = "SELECT position, at, words, changes FROM epp_rehearsed WHERE batch = $1 ORDER BY position";
        let mut reader = self.reader().await?;
        let rows = query(TEXT).bind(batch.0.to_vec()).fetch_all(&mut reader).await.map_err(|e| self.error(e))?;
        rows.iter().map(rehearsed_of).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }

    /// Puts a frame into the journal that is about to go out, unless the switch is off, as many frames went out on its day as may, or the same
    /// attempt stands there already. Says whether it may go out.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written; the frame must not go out then.
    pub async fn begin_epp(&self, account: &str, record: &Record, per_day: u32) -> Result<bool, StoreError> {
        let Some(sent) = record.sent else { return Ok(false) };
        let (account, record) = (account.to_owned(), Box::new(record.clone()));
        let begin = Change::Begin { account, record, day: sent.day(), per_day };
        self.rows(Work::Epp(begin)).await.map(|rows| rows == 1)
    }

    /// Writes down what came of a frame that is in doubt or pending. Says whether it was written: what another process wrote down before stays.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written; the frame is in doubt then.
    pub async fn end_epp(&self, record: &Record) -> Result<bool, StoreError> {
        self.rows(Work::Epp(Change::End { record: Box::new(record.clone()) })).await.map(|rows| rows == 1)
    }

    /// Puts a command into the journal that ended without a frame.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn close_epp(&self, account: &str, record: &Record) -> Result<(), StoreError> {
        let close = Change::Close { account: account.to_owned(), record: Box::new(record.clone()) };
        self.rows(Work::Epp(close)).await.map(drop)
    }

    /// Notes that what came of some frames was recorded in the case.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn tell_epp(&self, ids: Vec<String>, at: Instant) -> Result<(), StoreError> {
        self.rows(Work::Epp(Change::Tell { ids, at })).await.map(drop)
    }

    /// Returns the identifiers of a batch's records whose outcome was not recorded in the case.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn untold_epp(&self, batch: Digest) -> Result<Vec<String>, StoreError> {
        const TEXT: &str = "SELECT id FROM epp_journal WHERE batch = $1 AND told IS NULL AND ended IS NOT NULL ORDER BY position, attempt";
        let mut reader = self.reader().await?;
        let rows = query(TEXT).bind(batch.0.to_vec()).fetch_all(&mut reader).await.map_err(|e| self.error(e))?;
        rows.iter().map(|row| row.try_get("id")).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }

    /// Switches everything off.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn stop_epp(&self, stop: Stop) -> Result<(), StoreError> {
        self.rows(Work::Epp(Change::Stop(stop))).await.map(drop)
    }

    /// Switches it on again.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn go_epp(&self) -> Result<(), StoreError> {
        self.rows(Work::Epp(Change::Go)).await.map(drop)
    }

    /// Returns who switched everything off; none where it is on.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn epp_stop(&self) -> Result<Option<Stop>, StoreError> {
        let mut reader = self.reader().await?;
        let row = query("SELECT person, at, reason FROM epp_stop").fetch_optional(&mut reader).await;
        let row = row.map_err(|e| self.error(e))?;
        row.as_ref().map(stop_of).transpose().map_err(|e| self.error(e))
    }

    /// Returns the batches that people were asked to approve, the newest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn epp_batches(&self, limit: u32) -> Result<Vec<EppBatch>, StoreError> {
        const TEXT: &str = "SELECT digest, account, case_id, tld, commands, at, proposed_by, approval_seconds, signed_in \
            FROM epp_batch ORDER BY at DESC, digest LIMIT $1";
        let mut reader = self.reader().await?;
        let rows = query(TEXT).bind(int(limit)).fetch_all(&mut reader).await.map_err(|e| self.error(e))?;
        rows.iter().map(batch_of).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }

    /// Returns a batch that people were asked to approve, with its text.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn epp_batch(&self, digest: Digest) -> Result<Option<(EppBatch, String)>, StoreError> {
        let mut reader = self.reader().await?;
        let row = query("SELECT * FROM epp_batch WHERE digest = $1").bind(digest.0.to_vec());
        let row = row.fetch_optional(&mut reader).await.map_err(|e| self.error(e))?;
        let read = |row: &Row| Ok::<_, sqlx::Error>((batch_of(row)?, row.try_get("text")?));
        row.as_ref().map(read).transpose().map_err(|e| self.error(e))
    }

    /// Returns who approved a batch, the earliest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn epp_approvals(&self, digest: Digest) -> Result<Vec<Approval>, StoreError> {
        const TEXT: &str = "SELECT * FROM epp_approval WHERE digest = $1 ORDER BY at, person";
        let mut reader = self.reader().await?;
        let rows = query(TEXT).bind(digest.0.to_vec()).fetch_all(&mut reader).await.map_err(|e| self.error(e))?;
        rows.iter().map(approval_of).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }

    /// Returns the journal of an account, the earliest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn epp_journal(&self, account: &str) -> Result<Vec<Record>, StoreError> {
        const TEXT: &str =
            "SELECT * FROM epp_journal WHERE account = $1 ORDER BY COALESCE(sent, ended), position, attempt, id";
        let mut reader = self.reader().await?;
        let rows = query(TEXT).bind(account.to_owned()).fetch_all(&mut reader).await.map_err(|e| self.error(e))?;
        rows.iter().map(record_of).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }

    /// Returns the records of one batch, in the order of its commands.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn epp_records(&self, batch: Digest) -> Result<Vec<Record>, StoreError> {
        const TEXT: &str = "SELECT * FROM epp_journal WHERE batch = $1 ORDER BY position, attempt, id";
        let mut reader = self.reader().await?;
        let rows = query(TEXT).bind(batch.0.to_vec()).fetch_all(&mut reader).await.map_err(|e| self.error(e))?;
        rows.iter().map(record_of).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }

    /// Returns the newest records of all accounts, each with its account, the newest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn epp_newest(&self, limit: u32) -> Result<Vec<(String, Record)>, StoreError> {
        const TEXT: &str = "SELECT * FROM epp_journal ORDER BY COALESCE(sent, ended) DESC, position DESC, attempt DESC, id DESC LIMIT $1";
        let mut reader = self.reader().await?;
        let rows = query(TEXT).bind(int(limit)).fetch_all(&mut reader).await.map_err(|e| self.error(e))?;
        let read = |row: &Row| Ok::<_, sqlx::Error>((row.try_get("account")?, record_of(row)?));
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }
}

fn stop_of(row: &Row) -> Result<Stop, sqlx::Error> {
    Ok(Stop { by: row.try_get("person")?, at: row.instant("at")?, reason: row.try_get("reason")? })
}

fn batch_of(row: &Row) -> Result<EppBatch, sqlx::Error> {
    Ok(EppBatch {
        digest: row.digest("digest")?,
        account: row.try_get("account")?,
        case: row.word("case_id")?,
        tld: row.word("tld")?,
        commands: row.count("commands")?,
        at: row.instant("at")?,
        proposed_by: row.try_get("proposed_by")?,
        terms: Terms { lives: row.try_get("approval_seconds")?, signed_in: row.try_get::<i64>("signed_in")? != 0 },
    })
}

fn approval_of(row: &Row) -> Result<Approval, sqlx::Error> {
    Ok(Approval {
        digest: row.digest("digest")?,
        count: row.count("commands")?,
        by: row.word("person")?,
        account: row.word_or_none("account")?,
        at: row.instant("at")?,
    })
}

fn rehearsed_of(row: &Row) -> Result<EppRehearsed, sqlx::Error> {
    let changes: &str = row.try_get("changes")?;
    Ok(EppRehearsed {
        position: row.count("position")?,
        at: row.instant("at")?,
        words: row.try_get("words")?,
        changes: serde_json::from_str(changes).map_err(|error| wrong("changes", error))?,
    })
}

fn record_of(row: &Row) -> Result<Record, sqlx::Error> {
    let code: Option<i64> = row.try_get("code")?;
    Ok(Record {
        id: row.try_get("id")?,
        batch: row.digest("batch")?,
        position: row.count("position")?,
        attempt: row.count("attempt")?,
        name: row.word::<DomainName>("name")?,
        command: row.try_get("command")?,
        sent: row.instant_or_none("sent")?,
        ended: row.instant_or_none("ended")?,
        outcome: row.word_or_none::<Outcome>("outcome")?,
        code: code.map(|_| row.count("code")).transpose()?,
        theirs: row.try_get("theirs")?,
        text: row.try_get("text")?,
        created: row.instant_or_none("created")?,
    })
}

pub(crate) async fn perform(connection: &mut Connection, change: &Change) -> Result<u64, sqlx::Error> {
    match change {
        Change::Propose { batch, by, at, terms } => propose(connection, batch, by, *at, *terms).await,
        Change::Approve { batch, approval, terms } => approve(connection, batch, approval, *terms).await,
        Change::Rehearse { batch, rows } => rehearse(connection, *batch, rows).await,
        Change::Begin { account, record, day, per_day } => begin(connection, account, record, *day, *per_day).await,
        Change::End { record } => end(connection, record).await,
        Change::Close { account, record } => insert(connection, account, record).await,
        Change::Tell { ids, at } => {
            let mut rows = 0;
            for id in ids {
                let statement = query("UPDATE epp_journal SET told = $2 WHERE id = $1").bind(id.clone());
                rows += statement.bind(at.micros()).execute(&mut *connection).await?;
            }
            Ok(rows)
        }
        Change::Stop(stop) => {
            const TEXT: &str = "INSERT INTO epp_stop (id, person, at, reason) VALUES (1, $1, $2, $3) \
                                ON CONFLICT (id) DO NOTHING";
            let statement = query(TEXT).bind(stop.by.clone()).bind(stop.at.micros()).bind(stop.reason.clone());
            statement.execute(connection).await
        }
        Change::Go => query("DELETE FROM epp_stop").execute(connection).await,
    }
}

async fn propose(
    connection: &mut Connection,
    batch: &Batch,
    by: &Actor,
    at: Instant,
    terms: Terms,
) -> Result<u64, sqlx::Error> {
    let text = batch.text();
    let statement = query(
        "INSERT INTO epp_batch (digest, account, case_id, tld, commands, text, at, proposed_by, approval_seconds, signed_in) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (digest) DO NOTHING",
    );
    let statement = statement
        .bind(Digest::of(text.as_bytes()).0.to_vec())
        .bind(batch.account.clone())
        .bind(batch.case.as_str().to_owned())
        .bind(batch.tld.to_string())
        .bind(int(batch.entries.len()))
        .bind(text)
        .bind(at.micros())
        .bind(by.to_string())
        .bind(terms.lives)
        .bind(i64::from(terms.signed_in));
    statement.execute(connection).await
}

async fn approve(
    connection: &mut Connection,
    batch: &Batch,
    approval: &Approval,
    terms: Terms,
) -> Result<u64, sqlx::Error> {
    propose(connection, batch, &approval.by, approval.at, terms).await?;
    let statement = query(
        "INSERT INTO epp_approval (digest, person, commands, at, account) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (digest, person) DO UPDATE SET commands = excluded.commands, at = excluded.at, account = excluded.account \
         WHERE excluded.account IS NOT NULL OR epp_approval.account IS NULL",
    );
    let statement = statement
        .bind(approval.digest.0.to_vec())
        .bind(approval.by.to_string())
        .bind(int(approval.count))
        .bind(approval.at.micros())
        .bind(approval.account.as_ref().map(ToString::to_string));
    statement.execute(connection).await
}

async fn rehearse(connection: &mut Connection, batch: Digest, rows: &[EppRehearsed]) -> Result<u64, sqlx::Error> {
    query("DELETE FROM epp_rehearsed WHERE batch = $1").bind(batch.0.to_vec()).execute(&mut *connection).await?;
    let columns = ["batch", "position", "at", "words", "changes"];
    insert_all(connection, "epp_rehearsed", &columns, "", rows, |statement, row| {
        let changes = serde_json::to_string(&row.changes).expect("texts have a JSON form");
        let statement = statement.bind(batch.0.to_vec()).bind(int(row.position)).bind(row.at.micros());
        statement.bind(row.words.clone()).bind(changes)
    })
    .await?;
    Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
}

async fn begin(
    connection: &mut Connection,
    account: &str,
    record: &Record,
    day: UtcDay,
    per_day: u32,
) -> Result<u64, sqlx::Error> {
    const SENT: &str = "SELECT COUNT(*) AS sent FROM epp_journal WHERE account = $1 AND sent >= $2 AND sent < $3";
    if query("SELECT id FROM epp_stop").fetch_optional(&mut *connection).await?.is_some() {
        return Ok(0);
    }
    let sent = query(SENT)
        .bind(account.to_owned())
        .bind(day.start().micros())
        .bind(day.plus(1).start().micros())
        .fetch_one(&mut *connection)
        .await?;
    if sent.count::<u64>("sent")? >= u64::from(per_day) {
        return Ok(0);
    }
    insert(connection, account, record).await
}

async fn insert(connection: &mut Connection, account: &str, record: &Record) -> Result<u64, sqlx::Error> {
    let statement = query(
        "INSERT INTO epp_journal (id, account, batch, position, attempt, name, command, sent, ended, outcome, code, theirs, text, created) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (id) DO NOTHING",
    );
    let statement = statement
        .bind(record.id.clone())
        .bind(account.to_owned())
        .bind(record.batch.0.to_vec())
        .bind(int(record.position))
        .bind(int(record.attempt))
        .bind(record.name.as_str().to_owned())
        .bind(record.command.clone())
        .bind(record.sent.map(Instant::micros))
        .bind(record.ended.map(Instant::micros))
        .bind(record.outcome.map(Outcome::word))
        .bind(record.code.map(i64::from))
        .bind(record.theirs.clone())
        .bind(record.text.clone())
        .bind(record.created.map(Instant::micros));
    statement.execute(connection).await
}

async fn end(connection: &mut Connection, record: &Record) -> Result<u64, sqlx::Error> {
    let statement = query(
        "UPDATE epp_journal SET ended = $2, outcome = $3, code = $4, theirs = $5, text = $6, created = $7 \
         WHERE id = $1 AND (outcome IS NULL OR outcome = 'pending')",
    );
    let statement = statement
        .bind(record.id.clone())
        .bind(record.ended.map(Instant::micros))
        .bind(record.outcome.map(Outcome::word))
        .bind(record.code.map(i64::from))
        .bind(record.theirs.clone())
        .bind(record.text.clone())
        .bind(record.created.map(Instant::micros));
    statement.execute(connection).await
}
