// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Why the store could not do what was asked.
//!
//! Each message is whole: it holds what the database or the operating system says, and no error has a source besides.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use forestall_coord::Refusal;
use forestall_model::CaseId;

/// Why the store cannot be opened, read or written.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The folder or the file cannot be made.
    #[error("the store {} cannot be created: {cause}", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        cause: Arc<std::io::Error>,
    },
    /// The file, or the folder in which SQLite keeps its side files, takes no writing.
    #[error(
        "the store {} cannot be written to: the file or its folder is read-only for this user; \
         choose another folder or change its permissions", path.display()
    )]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// No space is left.
    #[error(
        "the disk that holds the store {} is full: nothing of this change was recorded; free some space and try again",
        path.display()
    )]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// The disk, a quota or a limit on the size of files refused to read or write.
    #[error(
        "the disk that holds the store {} refused to read or write (SQLite code {code}): nothing of this change was \
         recorded; look for a quota, a limit on the size of files or a failing disk", path.display()
    )]
    Disk {
        /// The file.
        path: PathBuf,
        /// SQLite's extended result code.
        code: i32,
    },
    /// Another file than a store.
    #[error("{} is no store of this program: {reason}", path.display())]
    NotAStore {
        /// The file.
        path: PathBuf,
        /// What it is, in words.
        reason: &'static str,
    },
    /// A store of a later program. Nothing in it was changed.
    #[error(
        "the store {} has version {found} and this program knows versions up to {known}: it was written by a newer \
         program, and nothing in it was changed; use that program, or another folder", path.display()
    )]
    NewerVersion {
        /// The file.
        path: PathBuf,
        /// The version of the store.
        found: u64,
        /// The newest version that this program knows.
        known: u64,
    },
    /// Another process holds the lock.
    #[error(
        "the store {} is locked by another process, and {} s of waiting did not help; end that process or try again",
        path.display(), waited.as_secs_f32()
    )]
    Locked {
        /// The file.
        path: PathBuf,
        /// How long the store waited.
        waited: Duration,
    },
    /// Something in the store cannot be what this program wrote.
    #[error("the store {} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong and where, in words.
        reason: String,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// Anything else that the database reports.
    #[error("the database of the store {} reports: {cause}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What it reports.
        cause: Arc<sqlx::Error>,
    },
}

/// Why events were not appended. Nothing of the call is in the log then.
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

/// Why a command was not executed. Nothing has happened then, but for [`ExecuteError::Recorded`].
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
    pub(crate) fn of(path: &Path, waited: Duration, error: Arc<sqlx::Error>) -> Self {
        let path = path.to_path_buf();
        match &*error {
            sqlx::Error::Database(database) => {
                let code = database.code().and_then(|code| code.parse::<i32>().ok()).unwrap_or_default();
                match (code, code & 0xff) {
                    (SHARED_MEMORY_SIZE, _) | (_, FULL) => Self::DiskFull { path },
                    (_, BUSY | TABLE_LOCKED | PROTOCOL) => Self::Locked { path, waited },
                    (_, READ_ONLY | CANNOT_OPEN | PERMISSION) => Self::ReadOnly { path },
                    (_, IO) => Self::Disk { path, code },
                    (_, CORRUPT) => Self::Damaged { path, reason: database.message().to_owned() },
                    (_, NOT_A_DATABASE) => Self::NotAStore { path, reason: "it is not an SQLite database" },
                    _ => Self::Database { path, cause: error },
                }
            }
            sqlx::Error::ColumnDecode { index, source } => {
                let reason = format!("the column {index} holds what it must not: {source}");
                Self::Damaged { path, reason }
            }
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Self::Closed,
            _ => Self::Database { path, cause: error },
        }
    }

    pub(crate) fn not_a_database(path: &Path) -> Self {
        Self::NotAStore { path: path.to_path_buf(), reason: "it is not an SQLite database" }
    }

    /// Classifies what the operating system reports while the file is made.
    pub(crate) fn create(path: &Path, error: std::io::Error) -> Self {
        let path = path.to_path_buf();
        match error.kind() {
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Create { path, cause: Arc::new(error) },
        }
    }
}

// Result codes of SQLite, https://www.sqlite.org/rescode.html; the low octet of an extended code is its primary code.
const PERMISSION: i32 = 3;
const BUSY: i32 = 5;
const TABLE_LOCKED: i32 = 6;
const READ_ONLY: i32 = 8;
const IO: i32 = 10;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const CANNOT_OPEN: i32 = 14;
const PROTOCOL: i32 = 15;
const NOT_A_DATABASE: i32 = 26;
/// The file shared between processes could not grow: the disk is full.
const SHARED_MEMORY_SIZE: i32 = 4_874;

/// Says whether the whole transaction is lost, and not only the statement that failed.
pub(crate) fn ends_transaction(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(database) = error else {
        return !matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::RowNotFound);
    };
    let code = database.code().and_then(|code| code.parse::<i32>().ok());
    // 7 is out of memory, 9 interrupted, 19 a constraint (which undoes its statement alone).
    code.is_none_or(|code| code & 0xff != 19)
}
