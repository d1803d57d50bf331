// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Work that the hub does by itself: taken by a lease, so that a process that dies leaves it to another, and never done twice
//! at a time.

use forestall_model::{Instant, vocabulary};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::row::{Columns, Row, int};
use crate::statement::{Statement, query};
use crate::store::Store;
use crate::writer::Work;

vocabulary! {
    /// Where a job stands.
    pub enum JobState as "a state of a job" {
        /// Nobody has taken it, or it was put off.
        Waiting = "waiting",
        /// Somebody holds its lease.
        Running = "running",
        /// It came to its end.
        Done = "done",
        /// It was given up.
        Failed = "failed",
    }
}

/// A job to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// What is to be done: a word of the program's own.
    pub kind: String,
    /// The case; empty for work of the whole installation.
    pub case: String,
    /// What tells it from others of its kind and case, such as the day. A job with the same key is not kept again.
    pub key: String,
    /// When it was asked for.
    pub created: Instant,
    /// Before when it is not taken.
    pub not_before: Instant,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: u64,
    /// What is to be done.
    pub kind: String,
    /// The case; empty for work of the whole installation.
    pub case: String,
    /// What tells it from others of its kind and case.
    pub key: String,
    /// Where it stands.
    pub state: JobState,
    /// When it was asked for.
    pub created: Instant,
    /// Before when it is not taken.
    pub not_before: Instant,
    /// When it was first taken.
    pub started: Option<Instant>,
    /// When it ended.
    pub finished: Option<Instant>,
    /// Until when whoever took it has it.
    pub lease_until: Option<Instant>,
    /// How often it was taken.
    pub attempts: u32,
    /// How much of it is done, in units of its own.
    pub done: u64,
    /// How much there is; 0 where nobody knows.
    pub total: u64,
    /// What came of it, or why it was put off or given up.
    pub outcome: Option<String>,
}

/// Which jobs are asked for; by default all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobsAsked<'a> {
    /// Of this kind only.
    pub kind: Option<&'a str>,
    /// In this state only.
    pub state: Option<JobState>,
    /// Of which this came only.
    pub outcome: Option<&'a str>,
    /// Without those of this kind of which this came.
    pub but: Option<(&'a str, &'a str)>,
}

/// The places of what [`JobsAsked`] holds, in the order of its fields; an empty text stands for anything.
const ASKED: &str = "($1 = '' OR kind = $1) AND ($2 = '' OR state = $2) AND ($3 = '' OR outcome = $3) \
                     AND NOT (kind = $4 AND COALESCE(outcome, '') = $5)";

impl JobsAsked<'_> {
    fn bind(self, statement: Statement) -> Statement {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let (kind, outcome) = self.but.unwrap_or_default();
        let statement = statement.bind(text(self.kind)).bind(text(self.state.map(JobState::word)));
        statement.bind(text(self.outcome)).bind(kind.to_owned()).bind(outcome.to_owned())
    }
}

impl Store {
    /// Keeps a job and says whether it is new: one with the same kind, case and key is there once.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn create_job(&self, job: NewJob) -> Result<bool, StoreError> {
        Ok(self.rows(Work::CreateJob(job)).await? > 0)
    }

    /// Takes the job that waits longest, or one whose lease has run out, until `lease_until`; `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be written or read.
    pub async fn claim_job(&self, now: Instant, lease_until: Instant) -> Result<Option<Job>, StoreError> {
        match self.rows(Work::ClaimJob { now, lease_until }).await? {
            0 => Ok(None),
            id => self.job(id).await,
        }
    }

    /// Says how far a job is and keeps its lease; says whether this attempt still has it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn renew_job(&self, job: &Job, progress: (u64, u64), lease_until: Instant) -> Result<bool, StoreError> {
        let (done, total) = progress;
        Ok(self.rows(Work::RenewJob { id: job.id, attempt: job.attempts, done, total, lease_until }).await? > 0)
    }

    /// Ends a job, as done or failed; says whether this attempt still had it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn end_job(&self, job: &Job, state: JobState, now: Instant, outcome: String) -> Result<bool, StoreError> {
        Ok(self.rows(Work::EndJob { id: job.id, attempt: job.attempts, state, now, outcome }).await? > 0)
    }

    /// Puts a job back until `not_before`, with the reason; says whether this attempt still had it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn put_off_job(&self, job: &Job, not_before: Instant, outcome: String) -> Result<bool, StoreError> {
        Ok(self.rows(Work::PutOffJob { id: job.id, attempt: job.attempts, not_before, outcome }).await? > 0)
    }

    /// Deletes jobs that ended before `before` and returns their number.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn purge_jobs(&self, before: Instant) -> Result<u64, StoreError> {
        self.rows(Work::PurgeJobs { before }).await
    }

    /// Deletes jobs of a kind that were done before `before` and returns their number: of what is done every few minutes only the last is of
    /// interest.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn purge_done_jobs(&self, kind: &str, before: Instant) -> Result<u64, StoreError> {
        self.rows(Work::PurgeDoneJobs { kind: kind.to_owned(), before }).await
    }

    /// Returns one job.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn job(&self, id: u64) -> Result<Option<Job>, StoreError> {
        let mut reader = self.reader().await?;
        let row = query("SELECT * FROM job WHERE id = $1").bind(int(id)).fetch_optional(&mut reader).await;
        row.and_then(|row| row.as_ref().map(job_of).transpose()).map_err(|e| self.error(e))
    }

    /// Returns at most `limit` jobs: those that run, then those that wait, then those that ended, the latest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn jobs(&self, limit: u32) -> Result<Vec<Job>, StoreError> {
        self.jobs_asked(JobsAsked::default(), limit).await
    }

    /// Returns at most `limit` of the jobs that are asked for, in the order of [`Store::jobs`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn jobs_asked(&self, asked: JobsAsked<'_>, limit: u32) -> Result<Vec<Job>, StoreError> {
        let text = format!(
            "SELECT * FROM job WHERE {ASKED} ORDER BY CASE state WHEN 'running' THEN 0 WHEN 'waiting' THEN 1 ELSE 2 END, \
             COALESCE(finished, not_before) DESC, id DESC LIMIT $6"
        );
        let statement = asked.bind(query(sqlx::AssertSqlSafe(text))).bind(int(limit));
        let mut reader = self.reader().await?;
        let rows = statement.fetch_all(&mut reader).await.map_err(|e| self.error(e))?;
        rows.iter().map(job_of).collect::<Result<_, _>>().map_err(|e| self.error(e))
    }

    /// Counts the jobs that are asked for.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn count_jobs(&self, asked: JobsAsked<'_>) -> Result<u64, StoreError> {
        let statement =
            asked.bind(query(sqlx::AssertSqlSafe(format!("SELECT COUNT(*) AS jobs FROM job WHERE {ASKED}"))));
        let mut reader = self.reader().await?;
        let row = statement.fetch_one(&mut reader).await;
        row.and_then(|row| row.count("jobs")).map_err(|e| self.error(e))
    }
}

fn job_of(row: &Row) -> Result<Job, sqlx::Error> {
    Ok(Job {
        id: row.count("id")?,
        kind: row.try_get("kind")?,
        case: row.try_get("case_id")?,
        key: row.try_get("key")?,
        state: row.word("state")?,
        created: row.instant("created")?,
        not_before: row.instant("not_before")?,
        started: row.instant_or_none("started")?,
        finished: row.instant_or_none("finished")?,
        lease_until: row.instant_or_none("lease_until")?,
        attempts: row.count("attempts")?,
        done: row.count("done")?,
        total: row.count("total")?,
        outcome: row.try_get("outcome")?,
    })
}

pub(crate) async fn create(connection: &mut Connection, job: &NewJob) -> Result<u64, sqlx::Error> {
    const TEXT: &str = "INSERT INTO job (id, kind, case_id, key, state, created, not_before, attempts, done, total) \
                        SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, 'waiting', $4, $5, 0, 0, 0 FROM job WHERE TRUE \
                        ON CONFLICT (kind, case_id, key) DO NOTHING";
    let statement = query(TEXT)
        .bind(job.kind.clone())
        .bind(job.case.clone())
        .bind(job.key.clone())
        .bind(job.created.micros())
        .bind(job.not_before.micros());
    statement.execute(connection).await
}

/// Takes a job and returns its number; 0 where there is none.
pub(crate) async fn claim(connection: &mut Connection, now: Instant, lease_until: Instant) -> Result<u64, sqlx::Error> {
    const TEXT: &str = "UPDATE job SET state = 'running', lease_until = $2, started = COALESCE(started, $1), \
                        attempts = attempts + 1 WHERE id = (SELECT id FROM job WHERE \
                        (state = 'waiting' AND not_before <= $1) OR (state = 'running' AND lease_until <= $1) \
                        ORDER BY not_before, id LIMIT 1) RETURNING id";
    let row = query(TEXT).bind(now.micros()).bind(lease_until.micros()).fetch_optional(&mut *connection).await?;
    row.map_or(Ok(0), |row| row.count("id"))
}

pub(crate) async fn renew(
    connection: &mut Connection,
    (id, attempt): (u64, u32),
    (done, total): (u64, u64),
    lease_until: Instant,
) -> Result<u64, sqlx::Error> {
    const TEXT: &str = "UPDATE job SET done = $3, total = $4, lease_until = $5 \
                        WHERE id = $1 AND attempts = $2 AND state = 'running'";
    let statement = query(TEXT).bind(int(id)).bind(int(attempt)).bind(int(done)).bind(int(total));
    statement.bind(lease_until.micros()).execute(connection).await
}

pub(crate) async fn end(
    connection: &mut Connection,
    (id, attempt): (u64, u32),
    state: JobState,
    now: Instant,
    outcome: &str,
) -> Result<u64, sqlx::Error> {
    const TEXT: &str = "UPDATE job SET state = $3, finished = $4, outcome = $5, lease_until = NULL \
                        WHERE id = $1 AND attempts = $2 AND state = 'running'";
    let statement = query(TEXT).bind(int(id)).bind(int(attempt)).bind(state.word()).bind(now.micros());
    statement.bind(outcome.to_owned()).execute(connection).await
}

pub(crate) async fn put_off(
    connection: &mut Connection,
    (id, attempt): (u64, u32),
    not_before: Instant,
    outcome: &str,
) -> Result<u64, sqlx::Error> {
    const TEXT: &str = "UPDATE job SET state = 'waiting', not_before = $3, outcome = $4, lease_until = NULL \
                        WHERE id = $1 AND attempts = $2 AND state = 'running'";
    let statement = query(TEXT).bind(int(id)).bind(int(attempt)).bind(not_before.micros());
    statement.bind(outcome.to_owned()).execute(connection).await
}

pub(crate) async fn purge(connection: &mut Connection, before: Instant) -> Result<u64, sqlx::Error> {
    let statement = query("DELETE FROM job WHERE finished < $1").bind(before.micros());
    statement.execute(connection).await
}

pub(crate) async fn purge_done(connection: &mut Connection, kind: &str, before: Instant) -> Result<u64, sqlx::Error> {
    let statement = query("DELETE FROM job WHERE kind = $1 AND state = 'done' AND finished < $2");
    statement.bind(kind.to_owned()).bind(before.micros()).execute(connection).await
}
