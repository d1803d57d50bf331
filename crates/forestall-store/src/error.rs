// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Why the store could not do what was asked.
//!
//! Each message is whole: it holds what the database or the operating system says, and no error has a source besides.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use forestall_coord::Refusal;
use forestall_model::CaseId;
use sqlx::postgres::PgDatabaseError;

use crate::place::Place;
use crate::{postgres, sqlite};

/// Why the store cannot be opened, read or written.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The folder or the file cannot be made.
    #[error("the store {place} cannot be created: {cause}")]
    Create {
        /// The store.
        place: Place,
        /// What the operating system says.
        cause: Arc<std::io::Error>,
    },
    /// The file, or the folder in which SQLite keeps its side files, takes no writing.
    #[error(
        "the store {place} cannot be written to: the file or its folder is read-only for this user; \
         choose another folder or change its permissions"
    )]
    ReadOnly {
        /// The store.
        place: Place,
    },
    /// No space is left.
    #[error(
        "the disk that holds the store {place} is full: nothing of this change was recorded; free some space and try again"
    )]
    DiskFull {
        /// The store.
        place: Place,
    },
    /// The disk, a quota or a limit on the size of files refused to read or write.
    #[error(
        "the disk that holds the store {place} refused to read or write (SQLite code {code}): nothing of this change was \
         recorded; look for a quota, a limit on the size of files or a failing disk"
    )]
    Disk {
        /// The store.
        place: Place,
        /// SQLite's extended result code.
        code: i32,
    },
    /// Another file than a store.
    #[error("{place} is no store of this program: {reason}")]
    NotAStore {
        /// The store.
        place: Place,
        /// What it is, in words.
        reason: &'static str,
    },
    /// A store of a later program. Nothing in it was changed.
    #[error(
        "the store {place} has version {found} and this program knows versions up to {known}: it was written by a newer \
         program, and nothing in it was changed; use that program, or another folder"
    )]
    NewerVersion {
        /// The store.
        place: Place,
        /// The version of the store.
        found: u64,
        /// The newest version that this program knows.
        known: u64,
    },
    /// Another process holds the lock.
    #[error(
        "the store {place} is locked by another process, and {} s of waiting did not help; end that process or try again",
        waited.as_secs_f32()
    )]
    Locked {
        /// The store.
        place: Place,
        /// How long the store waited.
        waited: Duration,
    },
    /// Something in the store cannot be what this program wrote.
    #[error("the store {place} is damaged: {reason}")]
    Damaged {
        /// The store.
        place: Place,
        /// What is wrong and where, in words.
        reason: String,
    },
    /// The address of a database that cannot be used. It is not repeated, for it may hold a password.
    #[error(
        "the address of the database cannot be used: {reason}; it is written postgres://USER:PASSWORD@HOST:PORT/DATABASE, with \
         every character of a part that is no letter or digit as % and two digits"
    )]
    Address {
        /// What is wrong with it, in words.
        reason: String,
    },
    /// The database does not answer, or ended the connection. What was asked was not done.
    #[error(
        "the database of the store {place} cannot be reached: {reason}; nothing of this change was recorded, and work goes on \
         when the database answers again"
    )]
    Unreachable {
        /// The store.
        place: Place,
        /// What the operating system or the database says.
        reason: String,
    },
    /// The connection was lost while a change was committed. The one error of a change after which it may be recorded.
    #[error(
        "the connection to the database of the store {place} was lost while a change was committed: {reason}; whether it was \
         recorded is not known, so look before it is repeated"
    )]
    Uncertain {
        /// The store.
        place: Place,
        /// What the operating system or the database says.
        reason: String,
    },
    /// The database does not let this user in, or not do what was asked.
    #[error("the database of the store {place} refuses this user: {reason}")]
    Denied {
        /// The store.
        place: Place,
        /// What the database says.
        reason: String,
    },
    /// A backup that cannot be made.
    #[error("the backup {} cannot be made: {reason}", path.display())]
    Backup {
        /// The file of the backup.
        path: PathBuf,
        /// What is wrong, in words.
        reason: String,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// Anything else that the database reports.
    #[error("the database of the store {place} reports: {cause}")]
    Database {
        /// The store.
        place: Place,
        /// What it reports.
        cause: Arc<sqlx::Error>,
    },
}

/// Why events were not appended. Nothing of the call is in the log then, but perhaps after [`StoreError::Uncertain`].
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// Somebody else appended to the case since its state was read.
    #[error(
        "the case {case} has {head} events, so its next is not event {version}: somebody changed it in between; \
         look at it again and repeat the change"
    )]
    Conflict {
        /// The case.
        case: CaseId,
        /// The number of the event that was to be appended.
        version: u64,
        /// The number of the case's last event; 0 where there is no such case.
        head: u64,
    },
    /// An event that must not be in the log.
    #[error("event {version} of case {case} cannot be recorded: {reason}")]
    Invalid {
        /// The case.
        case: CaseId,
        /// The number of the event.
        version: u64,
        /// What is wrong with it, in words.
        reason: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a command was not executed. Nothing has happened then, but for [`ExecuteError::Recorded`] and perhaps after
/// [`StoreError::Uncertain`].
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecuteError {
    /// The command was refused.
    #[error("{refusal}")]
    Refused {
        /// Which command of the call, counted from 0.
        index: usize,
        /// Why.
        refusal: Refusal,
    },
    /// Other processes changed the case again and again.
    #[error("the case {case} changed under each of {attempts} attempts; try again when less is written to it")]
    Contended {
        /// The case.
        case: CaseId,
        /// How often it was tried.
        attempts: u32,
    },
    /// An event that must not be in the log.
    #[error("event {version} of case {case} cannot be recorded: {reason}")]
    Invalid {
        /// The case.
        case: CaseId,
        /// The number of the event.
        version: u64,
        /// What is wrong with it, in words.
        reason: String,
    },
    /// The change was recorded, and the state after it cannot be read.
    #[error("the change was recorded, the last of it as event {seq} of the log, but the case cannot be read: {cause}")]
    Recorded {
        /// The number of its last event in the log.
        seq: u64,
        /// Why the case cannot be read.
        cause: StoreError,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl StoreError {
    /// Classifies what the database reports.
    pub(crate) fn of(place: &Place, waited: Duration, error: Arc<sqlx::Error>) -> Self {
        let known = match place.path() {
            Some(path) => sqlite::error(path, waited, &error),
            None => postgres::error(place, waited, &error),
        };
        let place = place.clone();
        known.unwrap_or_else(|| match &*error {
            sqlx::Error::ColumnDecode { index, source } => {
                let reason = format!("the column {index} holds what it must not: {source}");
                Self::Damaged { place, reason }
            }
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Self::Closed,
            _ => Self::Database { place, cause: error },
        })
    }

    /// Says that nobody knows whether a change was committed.
    pub(crate) fn uncertain(place: &Place, error: &sqlx::Error) -> Self {
        Self::Uncertain { place: place.clone(), reason: error.to_string() }
    }

    pub(crate) fn not_a_database(path: &Path) -> Self {
        Self::NotAStore { place: Place::file(path), reason: "it is not an SQLite database" }
    }

    /// Classifies what the operating system reports while the file is made.
    pub(crate) fn create(path: &Path, error: std::io::Error) -> Self {
        let place = Place::file(path);
        match error.kind() {
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { place },
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull { place },
            _ => Self::Create { place, cause: Arc::new(error) },
        }
    }
}

/// Says whether the whole transaction is lost, and not only the statement that failed.
pub(crate) fn ends_transaction(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(database) => match database.try_downcast_ref::<PgDatabaseError>() {
            Some(error) => !postgres::fails_alone(error),
            None => !sqlite::fails_alone(&**database),
        },
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::RowNotFound | sqlx::Error::Encode(_) => false,
        _ => true,
    }
}
