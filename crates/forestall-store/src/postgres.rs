// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is PostgreSQL's own: addresses, connections, transactions and error codes. Everything else speaks the dialect of both
//! databases.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgDatabaseError, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Row};

use crate::error::StoreError;
use crate::place::Place;

/// Begins a transaction that writes and takes the one lock of all writers of the store, as SQLite does: whoever computes the next
/// number from a table may then do so, and no two writers wait for each other. The number is `forestal` in ASCII.
const BEGIN: &str =
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT pg_advisory_xact_lock(7381244094337802604)";

/// Begins a transaction that sees one state of the store.
pub(crate) const BEGIN_READING: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Lists the tables.
pub(crate) const TABLES: &str =
    "SELECT CAST(tablename AS TEXT) AS name FROM pg_catalog.pg_tables WHERE schemaname = current_schema()";

/// Tells the time of the server in microseconds, the size of the database, and the settings without which a server that loses power may lose what it
/// acknowledged: <https://www.postgresql.org/docs/15/runtime-config-wal.html>.
pub(crate) const STANDING: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT) AS now, \
    pg_database_size(current_database()) AS octets, current_setting('fsync') AS fsync, \
    current_setting('full_page_writes') AS full_page_writes";

/// The column of an unknown name in a table that is there.
pub(crate) const NO_SUCH_COLUMN: &str = "42703";

/// How long a process may stand still amid a transaction, as one that is stopped does, before the server takes its lock away.
/// Folding 100,000 events takes a second.
const STANDSTILL: &str = "60s";

/// The parameters that an address may have.
const PARAMETERS: [&str; 13] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

/// Reads an address.
pub(crate) fn address(url: &str) -> Result<PgConnectOptions, StoreError> {
    let wrong = |reason: String| StoreError::Address { reason };
    if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Err(wrong("it does not begin with postgres://".to_owned()));
    }
    // The library would write an unknown parameter into the log with its value, which may be a password.
    let parameters = url.split_once('?').map_or("", |(_, parameters)| parameters);
    for parameter in parameters.split(['&', '#']).filter(|parameter| !parameter.is_empty()) {
        let key = parameter.split('=').next().unwrap_or_default();
        if !PARAMETERS.contains(&key) {
            return Err(wrong(format!("it has a parameter that is none of {}", PARAMETERS.join(", "))));
        }
    }
    PgConnectOptions::from_str(url).map_err(|error| match error {
        sqlx::Error::Configuration(error) => wrong(error.to_string()),
        error => wrong(error.to_string()),
    })
}

/// Returns an address as people are shown it: without a password and without what else stands in it.
pub(crate) fn shown(options: &PgConnectOptions) -> String {
    let (user, port) = (options.get_username(), options.get_port());
    let database = options.get_database().unwrap_or(user);
    let folder = options.get_socket().map(|socket| socket.display().to_string());
    match folder.or_else(|| options.get_host().starts_with('/').then(|| options.get_host().to_owned())) {
        Some(folder) => format!("postgres:///{database}?host={folder}&port={port}&user={user}"),
        None => format!("postgres://{user}@{}:{port}/{database}", options.get_host()),
    }
}

/// Opens the one connection of this process that writes. Waits at most `busy` for the server.
pub(crate) async fn writer(options: &PgConnectOptions, busy: Duration) -> Result<PgConnection, sqlx::Error> {
    let lock_timeout = format!("{}ms", busy.as_millis().max(1));
    let options = quiet(options).options([
        ("lock_timeout", lock_timeout.as_str()),
        ("idle_in_transaction_session_timeout", STANDSTILL),
        // A commit has returned only when it is on the disk: replies depend on it.
        ("synchronous_commit", "on"),
    ]);
    let too_late = |_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    tokio::time::timeout(busy, options.connect()).await.map_err(too_late)?
}

/// Opens the connections that read, on demand.
pub(crate) fn readers(options: &PgConnectOptions, busy: Duration, count: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(count.max(1))
        .acquire_timeout(busy)
        // A server that was started anew has closed what was open.
        .test_before_acquire(true)
        .connect_lazy_with(quiet(options).options([("default_transaction_read_only", "on")]))
}

fn quiet(options: &PgConnectOptions) -> PgConnectOptions {
    let named = options.get_application_name().is_some();
    let options = options.clone();
    let options = if named { options } else { options.application_name("forestall") };
    // Statements would fill a debug log; what goes wrong is reported by whoever asked.
    options.disable_statement_logging()
}

/// Begins a transaction that writes; where that fails, none is open.
pub(crate) async fn begin(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let begun = sqlx::raw_sql(BEGIN).execute(&mut *connection).await;
    if let Err(error) = begun {
        // After an error of the lock the transaction is open still.
        if !is_lost(&error) {
            sqlx::raw_sql("ROLLBACK").execute(connection).await?;
        }
        return Err(error);
    }
    Ok(())
}

/// Says whether the database keeps texts as they are: only those in UTF-8 do.
pub(crate) async fn keeps_every_text(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("SELECT current_setting('server_encoding') AS encoding").fetch_one(connection).await?;
    Ok(row.try_get::<&str, _>("encoding")? == "UTF8")
}

/// Returns the text of a migration for PostgreSQL: texts are ordered by their octets, whatever language the database has.
pub(crate) fn tables(migration: &str) -> String {
    migration.replace(" TEXT", " TEXT COLLATE \"C\"")
}

/// Writes the table of withheld fields anew, so that its files hold no erased one, and drops what the server has learned of its
/// values. `VACUUM FULL` would carry an erased row along while any session that is older could still see it.
pub(crate) async fn forget_erased(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    const TEXT: &str = "ALTER TABLE withheld ALTER COLUMN value TYPE TEXT COLLATE \"C\" USING value || ''";
    sqlx::raw_sql(TEXT).execute(connection).await.map(drop)
}

/// Says whether a connection is of no use after an error.
pub(crate) fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => {
            error.try_downcast_ref::<PgDatabaseError>().is_some_and(|error| kind(error.code()) == Kind::Gone)
        }
        _ => false,
    }
}

/// Says whether only the statement failed and what went before in the transaction stands, once it is rolled back to a savepoint.
pub(crate) fn fails_alone(error: &PgDatabaseError) -> bool {
    kind(error.code()) == Kind::Statement
}

/// What an error code means to the store.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The connection is gone, or of no use.
    Gone,
    /// This user, or this server, must not do it.
    Denied,
    /// Another process holds a lock, or two waited for each other.
    Locked,
    /// No room is left.
    Full,
    /// The files of the database are damaged.
    Damaged,
    /// The statement was at fault.
    Statement,
    /// Anything else.
    Other,
}

/// Sorts codes: <https://www.postgresql.org/docs/15/errcodes-appendix.html>; the first two characters are the class.
fn kind(code: &str) -> Kind {
    match (code, code.get(..2).unwrap_or_default()) {
        // Idle amid a transaction for too long; a server that takes no writing any more, in whose place another may write;
        // shut down, crashed, starting, dropped, idle for too long.
        ("25P03" | "25006" | "57P01" | "57P02" | "57P03" | "57P04" | "57P05" | "53300", _) | (_, "08") => Kind::Gone,
        ("42501" | "3D000", _) | (_, "28") => Kind::Denied,
        ("55P03" | "40001" | "40P01", _) => Kind::Locked,
        ("53100", _) => Kind::Full,
        ("XX001" | "XX002", _) => Kind::Damaged,
        // Values, integrity, names and syntax.
        (_, "21" | "22" | "23" | "42") => Kind::Statement,
        _ => Kind::Other,
    }
}

/// Says in the words of the store what the library or the server reports; `None` where the store has no word for it.
pub(crate) fn error(place: &Place, waited: Duration, error: &sqlx::Error) -> Option<StoreError> {
    let place = || place.clone();
    let unreachable = |reason: String| Some(StoreError::Unreachable { place: place(), reason });
    match error {
        sqlx::Error::Database(error) => {
            let error = error.try_downcast_ref::<PgDatabaseError>()?;
            match kind(error.code()) {
                Kind::Gone => unreachable(error.message().to_owned()),
                Kind::Denied => Some(StoreError::Denied { place: place(), reason: error.message().to_owned() }),
                Kind::Locked => Some(StoreError::Locked { place: place(), waited }),
                Kind::Full => Some(StoreError::DiskFull { place: place() }),
                Kind::Damaged => Some(StoreError::Damaged { place: place(), reason: error.message().to_owned() }),
                Kind::Statement | Kind::Other => None,
            }
        }
        sqlx::Error::PoolTimedOut => {
            unreachable(format!("no connection could be had within {} s", waited.as_secs_f32()))
        }
        sqlx::Error::Io(error) => unreachable(error.to_string()),
        sqlx::Error::Tls(error) => unreachable(error.to_string()),
        sqlx::Error::Protocol(error) => unreachable(error.clone()),
        sqlx::Error::Configuration(error) => Some(StoreError::Address { reason: error.to_string() }),
        _ => None,
    }
}
