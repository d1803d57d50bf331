// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The one task that writes: it owns the one writing connection and commits what waits together, in one transaction.
//!
//! A reply is sent after `COMMIT` has returned. With `synchronous=FULL` the log is on the disk then, and a group of
//! calls pays for one flush.

use std::sync::Arc;
use std::time::Duration;

use forestall_coord::Event;
use forestall_model::{CaseId, Digest, Instant, PersonId};
use tokio::sync::{mpsc, oneshot};

use crate::append::{self, Outcome, Prepared};
use crate::challenges::Challenge;
use crate::connection::{Connection, Driver};
use crate::counts::{self, Packed};
use crate::disclosures::Disclosure;
use crate::documents::Document;
use crate::error::StoreError;
use crate::jobs::{JobState, NewJob};
use crate::notices::NoticeReceipt;
use crate::place::Place;
use crate::sent_letters::SentLetter;
use crate::{
    api_answers, api_tokens, challenges, daily_mails, disclosures, documents, epp, evidence, failures, invitations,
    jobs, log, mails, notices, parties, people, person_sessions, postgres, projection, revision, sent_letters, sign_in,
    sqlite, store, zone_subscribers, zones,
};

/// What the writer is asked to do.
#[derive(Debug)]
pub(crate) enum Work {
    Append(Arc<Vec<Prepared>>, Arc<Vec<(Digest, String)>>),
    Erase { seq: u64, field: String },
    Rebuild,
    CacheCounts { digest: Digest, generator_version: u32, rows: Vec<Packed> },
    ForgetCounts,
    CreateLink { token: Digest, expires: Instant },
    RedeemLink { token: Digest, now: Instant },
    CreateSession { token: Digest, expires: Instant },
    EndSession { token: Digest },
    PurgeSignIn { now: Instant },
    KeepEvidence { documents: Vec<(Digest, String)> },
    KeepDocuments { documents: Vec<Document> },
    SwapDocument { document: Document, before: Option<String> },
    DropDocument { kind: &'static str, id: String },
    CreateJob(NewJob),
    ClaimJob { now: Instant, lease_until: Instant },
    RenewJob { id: u64, attempt: u32, done: u64, total: u64, lease_until: Instant },
    EndJob { id: u64, attempt: u32, state: JobState, now: Instant, outcome: String },
    PutOffJob { id: u64, attempt: u32, not_before: Instant, outcome: String },
    PurgeJobs { before: Instant },
    PurgeDoneJobs { kind: String, before: Instant },
    CreateChallenge(Challenge),
    DropChallenges { now: Instant },
    Parties(parties::Change),
    People(people::Change),
    Sessions(person_sessions::Change),
    ApiTokens(api_tokens::Change),
    ApiAnswers(api_answers::Change),
    Invitations(invitations::Change),
    Failures(failures::Change),
    Disclose(Disclosure),
    Mails(mails::Change),
    KeepSentLetter(SentLetter),
    KeepNotice(NoticeReceipt),
    Epp(epp::Change),
    SetDailyMail { person: PersonId, language: Option<String> },
    Zones(zones::Change),
    Subscribers(zone_subscribers::Change),
}

impl Work {
    /// Says whether people may be shown something else after it was done: then the revision counts up. What only says when a session or a
    /// token was used, and what is kept besides what it is computed from, is shown to nobody; and what changed no row changed nothing.
    fn is_shown(&self, done: Done) -> bool {
        let quiet = matches!(
            self,
            Self::CacheCounts { .. }
                | Self::ForgetCounts
                | Self::RenewJob { .. }
                | Self::Sessions(person_sessions::Change::Touch { .. })
                | Self::ApiTokens(api_tokens::Change::Touch { .. })
                | Self::ApiAnswers(_)
                | Self::Epp(_)
                | Self::Failures(_)
                | Self::Zones(zones::Change::Forget { .. })
                | Self::Subscribers(zone_subscribers::Change::Took(_) | zone_subscribers::Change::Told(_))
        );
        !quiet && !matches!(done, Done::Rows(0))
    }
}

/// What became of it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Done {
    /// The number of the first event appended.
    Appended(u64),
    /// The number of rows or events concerned.
    Rows(u64),
}

/// Why it was not done. All of its writing was undone, but perhaps for [`Failure::Uncertain`].
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    Conflict {
        case: CaseId,
        version: u64,
        head: u64,
    },
    /// What was to be changed is not what it was when somebody read it.
    Stale,
    Database(Arc<sqlx::Error>),
    /// The connection was lost while the transaction was committed.
    Uncertain(Arc<sqlx::Error>),
    /// Nothing was begun, because the store is not what it was.
    Store(StoreError),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

/// One call, and where its reply goes.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) work: Work,
    pub(crate) reply: oneshot::Sender<Result<Done, Failure>>,
}

/// Calls that wait at most; more wait in the caller.
pub(crate) const QUEUE: usize = 1_024;

/// Calls that are committed together at most: bounds how long the first of them waits.
const BATCH: usize = 256;

/// Works until every sender is gone, then closes the connection.
pub(crate) async fn run(connection: Connection, place: Place, busy: Duration, mut jobs: mpsc::Receiver<Job>) {
    let mut writer = Writer { connection: Some(connection), place, busy };
    let mut waiting = Vec::with_capacity(BATCH);
    while jobs.recv_many(&mut waiting, BATCH).await > 0 {
        let batch = std::mem::take(&mut waiting);
        let results = match writer.transact(&batch).await {
            Ok(results) => results,
            // What ends a transaction must not be one call's fault at the cost of the others: each gets its own. Where the
            // connection was lost it was nobody's.
            Err(Lost::Within(_)) if batch.len() > 1 && writer.connection.is_some() => {
                let mut results = Vec::with_capacity(batch.len());
                for job in batch.chunks(1) {
                    results.push(match writer.transact(job).await {
                        Ok(mut one) => one.remove(0),
                        Err(lost) => Err(lost.into()),
                    });
                }
                results
            }
            Err(lost) => vec![Err(lost.into()); batch.len()],
        };
        if batch.iter().any(|job| matches!(job.work, Work::Erase { .. })) {
            writer.forget_erased().await;
        }
        for (job, result) in batch.into_iter().zip(results) {
            // Whoever asked may have gone; what was done is done.
            let _ = job.reply.send(result);
        }
    }
    if let Some(connection) = writer.connection
        && let Err(error) = connection.close().await
    {
        tracing::warn!(%error, "the store was not closed in order; nothing committed is lost");
    }
}

/// The connection that writes, and how to get another.
struct Writer {
    /// Empty after it was lost, until a call needs it.
    connection: Option<Connection>,
    place: Place,
    busy: Duration,
}

/// A transaction that came to nothing, or perhaps to something.
enum Lost {
    /// It never began: the lock could not be had.
    Before(sqlx::Error),
    /// It never began: there is no connection, or no store behind it that this program can use.
    Away(StoreError),
    /// A statement or the commit ended it.
    Within(sqlx::Error),
    /// The connection was lost before the commit was answered.
    Amid(sqlx::Error),
}

impl From<Lost> for Failure {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Before(error) | Lost::Within(error) => error.into(),
            Lost::Away(error) => Self::Store(error),
            Lost::Amid(error) => Self::Uncertain(Arc::new(error)),
        }
    }
}

impl Writer {
    async fn transact(&mut self, jobs: &[Job]) -> Result<Vec<Result<Done, Failure>>, Lost> {
        let of_server = self.place.path().is_none();
        let connection = self.begin().await?;
        let mut results = Vec::with_capacity(jobs.len());
        let mut end = Ok(());
        for job in jobs {
            match in_savepoint(connection, &job.work).await {
                Ok(result) => results.push(result),
                Err(error) => {
                    end = Err(error);
                    break;
                }
            }
        }
        let shown =
            jobs.iter().zip(&results).any(|(job, result)| result.as_ref().is_ok_and(|done| job.work.is_shown(*done)));
        if end.is_ok() && shown {
            end = revision::count_up(connection).await;
        }
        let commits = end.is_ok();
        if commits {
            end = connection.script("COMMIT").await;
        }
        let Err(error) = end else { return Ok(results) };
        tracing::warn!(%error, calls = jobs.len(), "the transaction was rolled back");
        if of_server && postgres::is_lost(&error) {
            self.connection = None;
            return Err(if commits { Lost::Amid(error) } else { Lost::Within(error) });
        }
        // SQLite may have rolled back already; then this statement fails, and nothing is left to undo.
        if let Err(again) = connection.script("ROLLBACK").await {
            tracing::debug!(error = %again, "nothing to roll back");
        }
        Err(Lost::Within(error))
    }

    /// Begins a transaction, on a new connection where the server has closed the old one since it was last used.
    async fn begin(&mut self) -> Result<&mut Connection, Lost> {
        if let Some(connection) = &mut self.connection {
            match connection.begin().await {
                Ok(()) => {}
                Err(error) if self.place.path().is_none() && postgres::is_lost(&error) => {
                    tracing::warn!(%error, "the connection to the database was lost");
                    self.connection = None;
                }
                Err(error) => return Err(Lost::Before(error)),
            }
        }
        // A connection that is there has begun by now.
        if self.connection.is_none() {
            let mut connection = store::connect_again(&self.place, self.busy).await.map_err(Lost::Away)?;
            connection.begin().await.map_err(Lost::Before)?;
            tracing::info!("connected to the database again");
            return Ok(self.connection.insert(connection));
        }
        self.connection.as_mut().ok_or_else(|| Lost::Away(StoreError::Closed))
    }

    /// Takes erased values out of the files as well, where readers let it.
    ///
    /// SQLite overwrites them in the database (`secure_delete`), and older copies stand in the write-ahead log until it is
    /// written back and emptied. PostgreSQL writes the table anew.
    async fn forget_erased(&mut self) {
        let done = match self.connection.as_mut().map(Connection::driver) {
            Some(Driver::Sqlite(connection)) => sqlite::empty_write_ahead_log(connection).await,
            Some(Driver::Postgres(connection)) => postgres::forget_erased(connection).await,
            None => Ok(()),
        };
        if let Err(error) = done {
            tracing::warn!(%error, "an erased field stays in the files of the store for a while");
        }
    }
}

/// Does one call's work so that its failure leaves the work of the others. An error is one that ends the transaction.
async fn in_savepoint(connection: &mut Connection, work: &Work) -> Result<Result<Done, Failure>, sqlx::Error> {
    connection.script("SAVEPOINT one_call").await?;
    let result = match perform(connection, work).await {
        Err(Failure::Database(error)) if crate::error::ends_transaction(&error) => {
            return Err(Arc::into_inner(error).unwrap_or(sqlx::Error::WorkerCrashed));
        }
        other => other,
    };
    if result.is_err() {
        connection.script("ROLLBACK TO SAVEPOINT one_call").await?;
    }
    connection.script("RELEASE SAVEPOINT one_call").await?;
    Ok(result)
}

async fn perform(connection: &mut Connection, work: &Work) -> Result<Done, Failure> {
    match work {
        Work::Append(prepared, evidence) => match append::append(connection, prepared).await? {
            Outcome::Appended(first) => {
                evidence::keep(connection, evidence).await?;
                Ok(Done::Appended(first))
            }
            Outcome::Conflict { case, version, head } => Err(Failure::Conflict { case, version, head }),
        },
        Work::Erase { seq, field } => Ok(Done::Rows(log::erase(connection, *seq, field).await?)),
        Work::Rebuild => Ok(Done::Rows(rebuild(connection).await?)),
        Work::CacheCounts { digest, generator_version, rows } => {
            Ok(Done::Rows(counts::put(connection, *digest, *generator_version, rows).await?))
        }
        Work::ForgetCounts => Ok(Done::Rows(counts::clear(connection).await?)),
        Work::CreateLink { token, expires } => Ok(Done::Rows(sign_in::create_link(connection, token, *expires).await?)),
        Work::RedeemLink { token, now } => Ok(Done::Rows(sign_in::redeem_link(connection, token, *now).await?)),
        Work::CreateSession { token, expires } => {
            Ok(Done::Rows(sign_in::create_session(connection, token, *expires).await?))
        }
        Work::EndSession { token } => Ok(Done::Rows(sign_in::end_session(connection, token).await?)),
        Work::PurgeSignIn { now } => Ok(Done::Rows(sign_in::purge(connection, *now).await?)),
        Work::KeepEvidence { documents } => Ok(Done::Rows(evidence::keep(connection, documents).await?)),
        Work::KeepDocuments { documents } => Ok(Done::Rows(documents::keep(connection, documents).await?)),
        Work::SwapDocument { document, before } => {
            Ok(Done::Rows(documents::swap(connection, document, before.as_deref()).await?))
        }
        Work::DropDocument { kind, id } => Ok(Done::Rows(documents::remove(connection, kind, id).await?)),
        Work::CreateJob(job) => Ok(Done::Rows(jobs::create(connection, job).await?)),
        Work::ClaimJob { now, lease_until } => Ok(Done::Rows(jobs::claim(connection, *now, *lease_until).await?)),
        Work::RenewJob { id, attempt, done, total, lease_until } => {
            Ok(Done::Rows(jobs::renew(connection, (*id, *attempt), (*done, *total), *lease_until).await?))
        }
        Work::EndJob { id, attempt, state, now, outcome } => {
            Ok(Done::Rows(jobs::end(connection, (*id, *attempt), *state, *now, outcome).await?))
        }
        Work::PutOffJob { id, attempt, not_before, outcome } => {
            Ok(Done::Rows(jobs::put_off(connection, (*id, *attempt), *not_before, outcome).await?))
        }
        Work::PurgeJobs { before } => Ok(Done::Rows(jobs::purge(connection, *before).await?)),
        Work::PurgeDoneJobs { kind, before } => Ok(Done::Rows(jobs::purge_done(connection, kind, *before).await?)),
        Work::CreateChallenge(challenge) => Ok(Done::Rows(challenges::create(connection, challenge).await?)),
        Work::DropChallenges { now } => Ok(Done::Rows(challenges::purge(connection, *now).await?)),
        Work::Parties(change) => Ok(Done::Rows(parties::perform(connection, change).await?)),
        Work::People(change) => Ok(Done::Rows(people::perform(connection, change).await?)),
        Work::Sessions(change) => Ok(Done::Rows(person_sessions::perform(connection, change).await?)),
        Work::ApiTokens(change) => Ok(Done::Rows(api_tokens::perform(connection, change).await?)),
        Work::ApiAnswers(change) => Ok(Done::Rows(api_answers::perform(connection, change).await?)),
        Work::Invitations(change) => Ok(Done::Rows(invitations::perform(connection, change).await?)),
        Work::Failures(change) => Ok(Done::Rows(failures::perform(connection, change).await?)),
        Work::Disclose(disclosure) => Ok(Done::Rows(disclosures::add(connection, disclosure).await?)),
        Work::Mails(change) => Ok(Done::Rows(mails::perform(connection, change).await?)),
        Work::KeepSentLetter(letter) => Ok(Done::Rows(sent_letters::keep(connection, letter).await?)),
        Work::Epp(change) => Ok(Done::Rows(epp::perform(connection, change).await?)),
        Work::KeepNotice(receipt) => Ok(Done::Rows(notices::keep(connection, receipt).await?)),
        Work::SetDailyMail { person, language } => {
            Ok(Done::Rows(daily_mails::set(connection, person, language.as_deref()).await?))
        }
        Work::Zones(change) => Ok(Done::Rows(zones::perform(connection, change).await?)),
        Work::Subscribers(change) => Ok(Done::Rows(zone_subscribers::perform(connection, change).await?)),
    }
}

/// Folds the whole log into the read models anew and returns the number of events.
async fn rebuild(connection: &mut Connection) -> Result<u64, sqlx::Error> {
    projection::clear(connection).await?;
    let mut after = 0;
    let mut count = 0;
    loop {
        let page = log::raw_page(connection, after, log::PAGE).await?;
        let Some(last) = page.last() else { return Ok(count) };
        after = last.seq;
        count += page.len() as u64;
        let events: Vec<Event> = page.iter().map(log::RawEvent::decode).collect::<Result<_, _>>()?;
        projection::project(connection, &events.iter().collect::<Vec<_>>()).await?;
    }
}
