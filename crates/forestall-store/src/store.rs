// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The store: opening, closing, and the way to its connections.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use forestall_coord::{Decided, Event};
use forestall_model::{CaseId, Digest, DomainName, Tld};
use sqlx::postgres::PgConnectOptions;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::append::Prepared;
use crate::connection::{Connection, Readers};
use crate::error::{AppendError, StoreError};
use crate::log::Large;
use crate::place::{Kind, Place};
use crate::revision::Asked;
use crate::schema::{self, Found};
use crate::state::States;
use crate::view::{CaseView, ExclusionView, SliceView};
use crate::writer::{self, Done, Failure, Job, Work};
use crate::{postgres, projection, sqlite};

/// The usual name of the store's file in a data folder.
pub const FILE_NAME: &str = "forestall.db";

/// How a store is opened.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// How long to wait for a lock that another process holds, and for a server that does not answer.
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

/// The event log with its read models and caches, in one SQLite file or in one PostgreSQL database.
///
/// A clone is another handle to the same store. Several processes may have the same store open.
///
/// The connections to a PostgreSQL database may be lost at any time. Calls fail then ([`StoreError::Unreachable`],
/// [`StoreError::Uncertain`]), and later ones connect again.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

impl std::fmt::Debug for Store {
    /// Shows the place only: the states that are kept are long, and no log line's business.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("place", &self.0.place).finish_non_exhaustive()
    }
}

struct Inner {
    place: Place,
    busy: Duration,
    readers: Readers,
    /// Empty once the store is closed.
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    task: Mutex<Option<JoinHandle<()>>>,
    states: States,
    large: Large,
    asked: Asked,
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
        Self::open_at(&Place::file(path), settings).await
    }

    /// Opens the store at a place: in a file as [`Store::open`] does, or in a PostgreSQL database, which is there already and whose
    /// tables are made where it is empty.
    ///
    /// # Errors
    ///
    /// As [`Store::open`]; for a database also [`StoreError::Unreachable`] where no server answers and [`StoreError::Denied`] where
    /// it does not let this user in, or there is no such database.
    pub async fn open_at(place: &Place, settings: Settings) -> Result<Self, StoreError> {
        let busy = settings.busy;
        let connection = match place.kind() {
            Kind::File(path) => {
                sqlite::create(path)?;
                let start = Instant::now();
                loop {
                    match connect(place, path, busy).await {
                        // SQLite refuses some locks at once, above all while another process turns a new file into a store.
                        Err(StoreError::Locked { .. }) if start.elapsed() < busy => sleep(RETRY).await,
                        other => break other?,
                    }
                }
            }
            Kind::Postgres { options, .. } => {
                let mut connection = connect_to_server(place, options, busy).await?;
                let found = schema::migrate(&mut connection).await.map_err(|e| wrong(place, busy, e))?;
                accept(place, found)?;
                connection
            }
        };
        let (jobs, queue) = mpsc::channel(writer::QUEUE);
        let task = tokio::spawn(writer::run(connection, place.clone(), busy, queue));
        Ok(Self(Arc::new(Inner {
            place: place.clone(),
            busy,
            readers: Readers::new(place, busy, settings.readers),
            jobs: Mutex::new(Some(jobs)),
            task: Mutex::new(Some(task)),
            states: States::default(),
            large: Large::default(),
            asked: Asked::default(),
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

    /// Returns where the store lies.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.0.place
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
            Err(failure) => return Err(self.failure(failure).into()),
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

    pub(crate) fn asked(&self) -> &Asked {
        &self.0.asked
    }

    pub(crate) fn states(&self) -> &States {
        &self.0.states
    }

    /// Returns a connection that reads.
    pub(crate) async fn reader(&self) -> Result<Connection, StoreError> {
        self.0.readers.acquire().await.map_err(|e| self.error(e))
    }

    /// Hands work to the writer and returns the number of rows concerned.
    pub(crate) async fn rows(&self, work: Work) -> Result<u64, StoreError> {
        match self.ask(work).await? {
            Ok(Done::Rows(count) | Done::Appended(count)) => Ok(count),
            Err(failure) => Err(self.failure(failure)),
        }
    }

    /// Hands work to the writer and returns the number of rows concerned, or `None` where what it was to change is not what it was.
    pub(crate) async fn rows_unless_stale(&self, work: Work) -> Result<Option<u64>, StoreError> {
        match self.ask(work).await? {
            Ok(Done::Rows(count) | Done::Appended(count)) => Ok(Some(count)),
            Err(Failure::Stale) => Ok(None),
            Err(failure) => Err(self.failure(failure)),
        }
    }

    fn failure(&self, failure: Failure) -> StoreError {
        match failure {
            Failure::Database(error) => self.error(error),
            Failure::Uncertain(error) => StoreError::uncertain(&self.0.place, &error),
            Failure::Store(error) => error,
            // Only an append can meet the one, which looks for it before, and only what is kept over something else the other.
            Failure::Conflict { .. } | Failure::Stale => StoreError::Closed,
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
        StoreError::of(&self.0.place, self.0.busy, error.into())
    }

    /// Says that something in the store is not what this program wrote.
    pub(crate) fn damaged(&self, reason: String) -> StoreError {
        StoreError::Damaged { place: self.0.place.clone(), reason }
    }
}

/// How long to wait before another attempt to open.
const RETRY: Duration = Duration::from_millis(20);

/// Opens the connection that writes on an existing file, once it is known to be a store that this program can use, and
/// brings it to the version of this program.
async fn connect(place: &Place, path: &Path, busy: Duration) -> Result<Connection, StoreError> {
    let wrong = |error| wrong(place, busy, error);
    // A first look leaves nothing behind, so that a newer store stays as it is to the last file. What else it sees may
    // be half of what another process writes: the second look, which takes locks, decides.
    if let Some(connection) = sqlite::bystander(path, busy).await
        && let Ok(newer @ Found::Version(_)) = look(connection.map(Into::into)).await
    {
        accept(place, newer)?;
    }
    let found = match look(sqlite::reader(path, busy).await.map(Into::into)).await {
        Err(error) if sqlite::needs_mending(&error) => look(sqlite::mender(path, busy).await.map(Into::into)).await,
        found => found,
    };
    accept(place, found.map_err(wrong)?)?;

    let mut connection = Connection::from(sqlite::writer(path, busy).await.map_err(wrong)?);
    let found = schema::migrate(&mut connection).await.map_err(wrong)?;
    accept(place, found)?;
    Ok(connection)
}

/// Opens the connection that writes to a server.
pub(crate) async fn connect_to_server(
    place: &Place,
    options: &PgConnectOptions,
    busy: Duration,
) -> Result<Connection, StoreError> {
    let wrong = |error| wrong(place, busy, error);
    let mut connection = postgres::writer(options, busy).await.map_err(wrong)?;
    if !postgres::keeps_every_text(&mut connection).await.map_err(wrong)? {
        let reason = "its database keeps texts in another encoding than UTF-8; make one with ENCODING 'UTF8'";
        return Err(StoreError::NotAStore { place: place.clone(), reason });
    }
    Ok(connection.into())
}

/// Opens the connection that writes anew, on a store that was open before. Another program may have changed it since, or another
/// database may stand in its place.
pub(crate) async fn connect_again(place: &Place, busy: Duration) -> Result<Connection, StoreError> {
    let Kind::Postgres { options, .. } = place.kind() else { return Err(StoreError::Closed) };
    let mut connection = connect_to_server(place, options, busy).await?;
    match schema::inspect(&mut connection).await.map_err(|e| wrong(place, busy, e))? {
        Found::Version(schema::VERSION) => Ok(connection),
        Found::Empty | Found::Version(..schema::VERSION) => {
            let reason = "it is empty or older than it was when it was opened; start this program again to use it";
            Err(StoreError::NotAStore { place: place.clone(), reason })
        }
        found => accept(place, found).map(|()| connection),
    }
}

fn wrong(place: &Place, busy: Duration, error: sqlx::Error) -> StoreError {
    StoreError::of(place, busy, Arc::new(error))
}

/// Says what a connection sees, and closes it.
async fn look(connection: Result<Connection, sqlx::Error>) -> Result<Found, sqlx::Error> {
    let mut connection = connection?;
    let found = schema::inspect(&mut connection).await;
    connection.close().await?;
    found
}

/// Refuses what is no store that this program can use.
pub(crate) fn accept(place: &Place, found: Found) -> Result<(), StoreError> {
    let place = place.clone();
    match found {
        Found::Empty | Found::Version(..=schema::VERSION) => Ok(()),
        Found::Version(found) => Err(StoreError::NewerVersion { place, found, known: schema::VERSION }),
        Found::Foreign if place.path().is_some() => {
            Err(StoreError::NotAStore { place, reason: "it is an SQLite database of another program" })
        }
        Found::Foreign => Err(StoreError::NotAStore { place, reason: "it is a database of another program" }),
    }
}

/// Locks for a moment without waiting inside; a panic elsewhere leaves what is locked here whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
