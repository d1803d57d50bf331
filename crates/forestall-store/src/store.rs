// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The store: opening, closing, and the way to its connections.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use forestall_coord::{Decided, Event};
use forestall_model::{CaseId, Digest, DomainName, Tld};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqlitePool;
use sqlx::{Connection, Sqlite, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::append::Prepared;
use crate::error::{AppendError, StoreError};
use crate::log::Large;
use crate::schema::{self, Found};
use crate::state::States;
use crate::view::{CaseView, ExclusionView, SliceView};
use crate::writer::{self, Done, Failure, Job, Work};
use crate::{projection, sqlite};

/// The usual name of the store's file in a data folder.
pub const FILE_NAME: &str = "forestall.db";

/// How a store is opened.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// How long to wait for a lock that another process holds.
    pub busy: Duration,
    /// Connections that read, at most.
    pub readers: u32,
}

impl Default for Settings {
    /// Waits 5 s for a lock, as long as a person would; reads by four connections, one statement each at a time.
    fn default() -> Self {
        Self { busy: Duration::from_secs(5), readers: 4 }
    }
}

/// The event log with its read models and caches, in one SQLite file.
///
/// A clone is another handle to the same store. Several processes may have the same file open.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

impl std::fmt::Debug for Store {
    /// Shows the file only: the states that are kept are long, and no log line's business.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("path", &self.0.path).finish_non_exhaustive()
    }
}

struct Inner {
    path: PathBuf,
    busy: Duration,
    readers: SqlitePool,
    /// Empty once the store is closed.
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    task: Mutex<Option<JoinHandle<()>>>,
    states: States,
    large: Large,
}

/// An event in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its number in the log, from 1 without gaps over all cases.
    pub seq: u64,
    /// The event.
    pub event: Event,
    /// Its hash as a leaf of a Merkle tree.
    pub leaf: Digest,
}

impl Store {
    /// Opens the store in the file `path`, and makes the file and its folder where they are missing.
    ///
    /// An older store is brought to the version of this program. Must be called within a tokio run-time; the writer runs
    /// as a task of it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Create`], [`StoreError::ReadOnly`], [`StoreError::DiskFull`] and [`StoreError::Disk`] where it cannot
    /// be written, [`StoreError::NotAStore`] for another file, [`StoreError::NewerVersion`] for the store of a later
    /// program (nothing in it is changed), [`StoreError::Locked`] where another process keeps it to itself,
    /// [`StoreError::Damaged`] for a broken file.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, Settings::default()).await
    }

    /// Opens the store as [`Store::open`] does, with other settings.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub async fn open_with(path: &Path, settings: Settings) -> Result<Self, StoreError> {
        let busy = settings.busy;
        sqlite::create(path)?;
        let start = Instant::now();
        let connection = loop {
            match connect(path, busy).await {
                // SQLite refuses some locks at once, above all while another process turns a new file into a store.
                Err(StoreError::Locked { .. }) if start.elapsed() < busy => sleep(RETRY).await,
                other => break other?,
            }
        };
        let (jobs, queue) = mpsc::channel(writer::QUEUE);
        let task = tokio::spawn(writer::run(connection, queue));
        Ok(Self(Arc::new(Inner {
            path: path.to_path_buf(),
            busy,
            readers: sqlite::readers(path, busy, settings.readers),
            jobs: Mutex::new(Some(jobs)),
            task: Mutex::new(Some(task)),
            states: States::default(),
            large: Large::default(),
        })))
    }

    /// Finishes what is under way and closes the store, for all handles. Later calls give [`StoreError::Closed`].
    pub async fn close(&self) {
        // The readers first: the last connection to close writes the log back into the file and removes it.
        self.0.readers.close().await;
        drop(lock(&self.0.jobs).take());
        let task = lock(&self.0.task).take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the writer of the store ended out of order");
        }
    }

    /// Returns the file of the store.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Appends decided events, of one case or of several, all or none, and returns them with their numbers.
    ///
    /// They are on the disk when this returns, and in the read models. Events of one case are in order.
    ///
    /// # Errors
    ///
    /// [`AppendError::Conflict`] where an event is not the next of its case, [`AppendError::Invalid`] for one that must
    /// not be in the log, [`AppendError::Store`] where the store fails. Nothing of the call is in the log then.
    pub async fn append(&self, decided: Vec<Decided>) -> Result<Vec<Stored>, AppendError> {
        let prepared = decided.into_iter().map(Prepared::new).collect::<Result<Vec<_>, _>>()?;
        self.append_prepared(prepared, Arc::default()).await
    }

    pub(crate) async fn append_prepared(
        &self,
        prepared: Vec<Prepared>,
        evidence: Arc<Vec<(Digest, String)>>,
    ) -> Result<Vec<Stored>, AppendError> {
        if prepared.is_empty() {
            return Ok(Vec::new());
        }
        let prepared = Arc::new(prepared);
        let first = match self.ask(Work::Append(Arc::clone(&prepared), evidence)).await? {
            Ok(Done::Appended(first) | Done::Rows(first)) => first,
            Err(Failure::Conflict { case, version, head }) => {
                return Err(AppendError::Conflict { case, version, head });
            }
            Err(Failure::Database(error)) => return Err(self.error(error).into()),
            // No append is over something that can be another.
            Err(Failure::Stale) => return Err(StoreError::Closed.into()),
        };
        // The writer has dropped its share when it replies, but for the moment in between.
        let events: Vec<(Event, Digest)> = match Arc::try_unwrap(prepared) {
            Ok(own) => own.into_iter().map(|p| (p.event, p.leaf)).collect(),
            Err(shared) => shared.iter().map(|p| (p.event.clone(), p.leaf)).collect(),
        };
        let stored = (first..).zip(events);
        Ok(stored.map(|(seq, (event, leaf))| Stored { seq, event, leaf }).collect())
    }

    /// Returns all cases, in order of their identifiers.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn cases(&self) -> Result<Vec<CaseView>, StoreError> {
        let mut reader = self.reader().await?;
        projection::all_cases(&mut reader).await.map_err(|e| self.error(e))
    }

    /// Returns one case as a list shows it; `None` where there is no such case.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn case_view(&self, case: &CaseId) -> Result<Option<CaseView>, StoreError> {
        let mut reader = self.reader().await?;
        projection::case(&mut reader, case).await.map_err(|e| self.error(e))
    }

    /// Returns the slices of a case, in order of their top-level domains; none where there is no such case.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn slice_views(&self, case: &CaseId) -> Result<Vec<SliceView>, StoreError> {
        let mut reader = self.reader().await?;
        let mut slices = projection::all_slices(&mut reader, case).await.map_err(|e| self.error(e))?;
        slices.sort_unstable_by(|a, b| a.tld.cmp(&b.tld));
        Ok(slices)
    }

    /// Returns at most `limit` excluded names of a case that come after `after`, of one top-level domain or of all, in
    /// order of the names.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read.
    pub async fn exclusion_views(
        &self,
        case: &CaseId,
        tld: Option<&Tld>,
        after: Option<&DomainName>,
        limit: u32,
    ) -> Result<Vec<ExclusionView>, StoreError> {
        let mut reader = self.reader().await?;
        let after = after.map_or("", DomainName::as_str);
        let found = projection::exclusions(&mut reader, case, tld, after, limit).await;
        found.map_err(|e| self.error(e))
    }

    /// Drops the read models and folds the whole log into them anew, in one transaction. Returns the number of events.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the log cannot be read or the models cannot be written; the old ones stand then.
    pub async fn rebuild(&self) -> Result<u64, StoreError> {
        self.rows(Work::Rebuild).await
    }

    pub(crate) fn large(&self) -> &Large {
        &self.0.large
    }

    pub(crate) fn states(&self) -> &States {
        &self.0.states
    }

    /// Returns a connection that reads.
    pub(crate) async fn reader(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        self.0.readers.acquire().await.map_err(|e| self.error(e))
    }

    /// Hands work to the writer and returns the number of rows concerned.
    pub(crate) async fn rows(&self, work: Work) -> Result<u64, StoreError> {
        match self.ask(work).await? {
            Ok(Done::Rows(count) | Done::Appended(count)) => Ok(count),
            Err(Failure::Database(error)) => Err(self.error(error)),
            // Only an append can meet the one, and only what is kept over something else the other.
            Err(Failure::Conflict { .. } | Failure::Stale) => Err(StoreError::Closed),
        }
    }

    /// Hands work to the writer and returns the number of rows concerned, or `None` where what it was to change is not what it was.
    pub(crate) async fn rows_unless_stale(&self, work: Work) -> Result<Option<u64>, StoreError> {
        match self.ask(work).await? {
            Ok(Done::Rows(count) | Done::Appended(count)) => Ok(Some(count)),
            Err(Failure::Stale) => Ok(None),
            Err(Failure::Database(error)) => Err(self.error(error)),
            // Only an append can meet one.
            Err(Failure::Conflict { .. }) => Err(StoreError::Closed),
        }
    }

    async fn ask(&self, work: Work) -> Result<Result<Done, Failure>, StoreError> {
        let jobs = lock(&self.0.jobs).clone().ok_or(StoreError::Closed)?;
        let (reply, answer) = oneshot::channel();
        jobs.send(Job { work, reply }).await.map_err(|_| StoreError::Closed)?;
        drop(jobs);
        answer.await.map_err(|_| StoreError::Closed)
    }

    /// Says in the words of the store what the database reports.
    pub(crate) fn error(&self, error: impl Into<Arc<sqlx::Error>>) -> StoreError {
        StoreError::of(&self.0.path, self.0.busy, error.into())
    }

    /// Says that something in the store is not what this program wrote.
    pub(crate) fn damaged(&self, reason: String) -> StoreError {
        StoreError::Damaged { path: self.0.path.clone(), reason }
    }
}

/// How long to wait before another attempt to open.
const RETRY: Duration = Duration::from_millis(20);

/// Opens the connection that writes on an existing file, once it is known to be a store that this program can use, and
/// brings it to the version of this program.
async fn connect(path: &Path, busy: Duration) -> Result<SqliteConnection, StoreError> {
    let wrong = |error: sqlx::Error| StoreError::of(path, busy, Arc::new(error));
    // A first look leaves nothing behind, so that a newer store stays as it is to the last file. What else it sees may
    // be half of what another process writes: the second look, which takes locks, decides.
    if let Some(connection) = sqlite::bystander(path, busy).await
        && let Ok(newer @ Found::Version(_)) = look(connection).await
    {
        accept(path, newer)?;
    }
    let found = match look(sqlite::reader(path, busy).await).await {
        Err(error) if sqlite::needs_mending(&error) => look(sqlite::mender(path, busy).await).await,
        found => found,
    };
    accept(path, found.map_err(wrong)?)?;

    let mut connection = sqlite::writer(path, busy).await.map_err(wrong)?;
    let found = schema::migrate(&mut connection).await.map_err(wrong)?;
    accept(path, found)?;
    Ok(connection)
}

/// Says what a connection sees, and closes it.
async fn look(connection: Result<SqliteConnection, sqlx::Error>) -> Result<Found, sqlx::Error> {
    let mut connection = connection?;
    let found = schema::inspect(&mut connection).await;
    connection.close().await?;
    found
}

/// Refuses what is no store that this program can use.
fn accept(path: &Path, found: Found) -> Result<(), StoreError> {
    let path = path.to_path_buf();
    match found {
        Found::Empty | Found::Version(..=schema::VERSION) => Ok(()),
        Found::Version(found) => Err(StoreError::NewerVersion { path, found, known: schema::VERSION }),
        Found::Foreign => Err(StoreError::NotAStore { path, reason: "it is an SQLite database of another program" }),
    }
}

/// Locks for a moment without waiting inside; a panic elsewhere leaves what is locked here whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
