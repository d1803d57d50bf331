// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is SQLite's own: files, connections, pragmas and error codes. Everything else speaks the dialect of both databases.

use std::path::Path;
use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Row, SqliteConnection};

use crate::error::StoreError;
use crate::place::Place;

/// Begins a transaction that writes: takes the lock at once, because a lock that is raised later is not waited for.
pub(crate) const BEGIN: &str = "BEGIN IMMEDIATE";

/// Lists the tables.
pub(crate) const TABLES: &str = "SELECT name FROM sqlite_master WHERE type = 'table'";

/// The write-ahead log is cut to this many octets when it begins anew after a large transaction.
const LOG_LIMIT: &str = "16777216";

/// Makes the folder and an empty file where they are missing. Both are for this user alone: a case holds names of people.
pub(crate) fn create(path: &Path) -> Result<(), StoreError> {
    let create = |error| StoreError::create(path, error);
    if path.is_dir() {
        return Err(StoreError::NotAStore { place: Place::file(path), reason: "it is a folder" });
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let old = folder.ancestors().find(|ancestor| ancestor.is_dir());
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(create)?;
        // New folders must outlive a loss of power as well. SQLite does the same for the folder of the file.
        #[cfg(unix)]
        for parent in folder.ancestors().skip(1).take_while(|_| old != Some(folder)) {
            // Some file systems cannot flush a folder, and then there is nothing better to do.
            let _ = std::fs::File::open(parent).and_then(|parent| parent.sync_all());
            if old == Some(parent) {
                break;
            }
        }
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => check_header(path).map_err(create)?,
        Err(error) => Err(create(error)),
    }
}

/// Refuses a file that SQLite would take for an empty database and write over: one shorter than its smallest page. Longer
/// ones it looks at itself.
fn check_header(path: &Path) -> std::io::Result<Result<(), StoreError>> {
    const SMALLEST_PAGE: u64 = 512;
    let length = std::fs::metadata(path)?.len();
    Ok(if (1..SMALLEST_PAGE).contains(&length) { Err(StoreError::not_a_database(path)) } else { Ok(()) })
}

/// Opens a connection that reads.
pub(crate) async fn reader(path: &Path, busy: Duration) -> Result<SqliteConnection, sqlx::Error> {
    options(path, busy).read_only(true).connect().await
}

/// Opens a connection that leaves not even a side file behind. It takes no locks and sees no journal, so what it finds
/// holds only where no other process writes or died writing; `None` where there is a journal.
pub(crate) async fn bystander(path: &Path, busy: Duration) -> Option<Result<SqliteConnection, sqlx::Error>> {
    let journal = |ending| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        Path::new(&name).exists()
    };
    if journal("-wal") || journal("-journal") {
        return None;
    }
    Some(options(path, busy).read_only(true).immutable(true).connect().await)
}

/// Opens a connection that may undo what a process left behind that died amid a transaction.
pub(crate) async fn mender(path: &Path, busy: Duration) -> Result<SqliteConnection, sqlx::Error> {
    options(path, busy).connect().await
}

/// Says whether a connection that only reads failed because something must be undone first ([`mender`]).
pub(crate) fn needs_mending(error: &sqlx::Error) -> bool {
    // READONLY_RECOVERY, READONLY_ROLLBACK, READONLY_CANTINIT: https://www.sqlite.org/rescode.html
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("264" | "776" | "1288"))
}

/// Opens the one connection that writes.
pub(crate) async fn writer(path: &Path, busy: Duration) -> Result<SqliteConnection, sqlx::Error> {
    options(path, busy)
        .journal_mode(SqliteJournalMode::Wal)
        // A commit has returned only when it is on the disk: replies depend on it.
        .synchronous(SqliteSynchronous::Full)
        // An erased field is overwritten, not only unlinked.
        .pragma("secure_delete", "ON")
        .pragma("journal_size_limit", LOG_LIMIT)
        .connect()
        .await
}

/// Opens the connections that read, on demand.
pub(crate) fn readers(path: &Path, busy: Duration, count: u32) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(count.max(1))
        .test_before_acquire(false)
        .connect_lazy_with(options(path, busy).read_only(true))
}

fn options(path: &Path, busy: Duration) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .busy_timeout(busy)
        // Statements would fill a debug log; what goes wrong is reported by whoever asked.
        .disable_statement_logging()
}

/// Writes the write-ahead log back into the database and empties it.
pub(crate) async fn empty_write_ahead_log(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(connection).await?;
    if row.try_get::<i64, _>(0)? == 0 {
        Ok(())
    } else {
        Err(sqlx::Error::Protocol("a reader holds the write-ahead log".to_owned()))
    }
}

/// Writes the database as it is at this moment into an empty file.
pub(crate) async fn copy(connection: &mut SqliteConnection, file: String) -> Result<(), sqlx::Error> {
    sqlx::query("VACUUM INTO $1").bind(file).execute(connection).await.map(|_| ())
}

/// Checks the structure of the database and returns what is wrong with it, in SQLite's words.
pub(crate) async fn integrity(connection: &mut SqliteConnection) -> Result<Vec<String>, sqlx::Error> {
    problems(connection, "PRAGMA integrity_check(100)").await
}

/// Checks the structure as [`integrity`] does, but for the entries of indexes, in less time.
pub(crate) async fn quick_check(connection: &mut SqliteConnection) -> Result<Vec<String>, sqlx::Error> {
    problems(connection, "PRAGMA quick_check(100)").await
}

async fn problems(connection: &mut SqliteConnection, pragma: &'static str) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(pragma).fetch_all(connection).await?;
    let lines: Vec<String> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

// Result codes, https://www.sqlite.org/rescode.html; the low octet of an extended code is its primary code.
const PERMISSION: i32 = 3;
const BUSY: i32 = 5;
const TABLE_LOCKED: i32 = 6;
const READ_ONLY: i32 = 8;
const IO: i32 = 10;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const CANNOT_OPEN: i32 = 14;
const PROTOCOL: i32 = 15;
const CONSTRAINT: i32 = 19;
const NOT_A_DATABASE: i32 = 26;
/// The file shared between processes could not grow: the disk is full.
const SHARED_MEMORY_SIZE: i32 = 4_874;

/// A column of an unknown name in a table that is there, among other faults of a text.
pub(crate) const NO_SUCH_COLUMN: &str = "1";

/// Says in the words of the store what the library or the database reports; `None` where the store has no word for it.
pub(crate) fn error(path: &Path, waited: Duration, error: &sqlx::Error) -> Option<StoreError> {
    let sqlx::Error::Database(database) = error else { return None };
    let place = Place::file(path);
    let code = code(&**database).unwrap_or_default();
    match (code, code & 0xff) {
        (SHARED_MEMORY_SIZE, _) | (_, FULL) => Some(StoreError::DiskFull { place }),
        (_, BUSY | TABLE_LOCKED | PROTOCOL) => Some(StoreError::Locked { place, waited }),
        (_, READ_ONLY | CANNOT_OPEN | PERMISSION) => Some(StoreError::ReadOnly { place }),
        (_, IO) => Some(StoreError::Disk { place, code }),
        (_, CORRUPT) => Some(StoreError::Damaged { place, reason: database.message().to_owned() }),
        (_, NOT_A_DATABASE) => Some(StoreError::not_a_database(path)),
        _ => None,
    }
}

/// Says whether only the statement failed, which was undone, and what went before in the transaction stands.
pub(crate) fn fails_alone(error: &dyn DatabaseError) -> bool {
    code(error).is_some_and(|code| code & 0xff == CONSTRAINT)
}

fn code(error: &dyn DatabaseError) -> Option<i32> {
    error.code().and_then(|code| code.parse().ok())
}
