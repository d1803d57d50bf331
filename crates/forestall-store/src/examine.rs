// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A look at a store from outside, which changes nothing in it: not even its version, as opening it may.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use forestall_model::Instant;
use sqlx::SqliteConnection;

use crate::connection::{Connection, Driver};
use crate::error::StoreError;
use crate::place::{Kind, Place};
use crate::row::Columns;
use crate::schema::{self, Found};
use crate::statement::query;
use crate::store::Store;
use crate::{postgres, sqlite, store};

/// What a look at a store found.
#[derive(Clone, Debug)]
pub struct Examined {
    /// The version of its tables; none for a database without any.
    pub version: Option<u64>,
    /// The version that this program writes.
    pub known: u64,
    /// Whether the file is kept with a write-ahead log, as this program keeps it; none for a database of a server.
    pub write_ahead: Option<bool>,
    /// Settings of the server under which it can lose what it acknowledged, each as `NAME = VALUE`.
    pub unsafe_settings: Vec<String>,
    /// What is broken in the structure of the file, in SQLite's words, at most 100 of them. A server looks after its own.
    pub structure: Vec<String>,
    /// The number of the last event of the log; none where it cannot be read, 0 where there is none.
    pub events: Option<u64>,
    /// When the last event was recorded.
    pub newest: Option<Instant>,
    /// How many octets it takes; none where nobody can tell.
    pub octets: Option<u64>,
    /// The time of a server by its own clock, and when that was heard by the clock of this process that nobody sets.
    pub server_time: Option<(Instant, std::time::Instant)>,
    /// Whether it takes writing: that was begun and undone. Not tried on what is no store yet, or one of a newer program.
    pub writing: Option<Result<(), StoreError>>,
}

impl Store {
    /// Looks at the store at a place without a change to it: an older one stays as old as it is, one that is not there is not made.
    /// Waits at most `busy` for a lock or a server.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be read, or is none. The store of a newer program, and one that takes no writing, is no error.
    pub async fn examine(place: &Place, busy: Duration) -> Result<Examined, StoreError> {
        let wrong = |error: sqlx::Error| StoreError::of(place, busy, Arc::new(error));
        let (mut connection, found) = match place.kind() {
            Kind::File(path) => reading(path, busy).await.map_err(wrong)?,
            Kind::Postgres { options, .. } => {
                let mut connection = store::connect_to_server(place, options, busy).await?;
                let found = schema::inspect(&mut connection).await.map_err(wrong)?;
                (connection, found)
            }
        };
        let version = match found {
            Found::Empty => None,
            Found::Version(version) => Some(version),
            Found::Foreign => {
                store::accept(place, found)?;
                None
            }
        };
        let mut examined = Examined {
            version,
            known: schema::VERSION,
            write_ahead: place.path().and_then(is_write_ahead),
            unsafe_settings: Vec::new(),
            structure: Vec::new(),
            events: None,
            newest: None,
            octets: place.path().and_then(octets_of),
            server_time: None,
            writing: None,
        };
        let looked = look(&mut connection, &mut examined).await.map_err(wrong);
        match looked {
            Ok(()) => {}
            // Damage is what was looked for.
            Err(StoreError::Damaged { reason, .. }) => examined.structure.push(reason),
            Err(error) => return Err(error),
        }
        if version.is_some_and(|version| version <= schema::VERSION) {
            let tried = match place.kind() {
                Kind::File(path) => match sqlite::mender(path, busy).await {
                    Ok(writer) => {
                        let mut writer = Connection::from(writer);
                        let tried = write(&mut writer).await;
                        drop(writer.close().await);
                        tried
                    }
                    Err(error) => Err(error),
                },
                Kind::Postgres { .. } => write(&mut connection).await,
            };
            examined.writing = Some(tried.map_err(wrong));
        }
        // What was looked at is known; how the connection ends changes nothing of it.
        drop(connection.close().await);
        Ok(examined)
    }
}

async fn look(connection: &mut Connection, examined: &mut Examined) -> Result<(), sqlx::Error> {
    match connection.driver() {
        Driver::Sqlite(connection) => examined.structure = sqlite::quick_check(connection).await?,
        Driver::Postgres(_) => {
            let row = query(postgres::STANDING).fetch_one(&mut *connection).await?;
            examined.server_time = Some((row.instant("now")?, std::time::Instant::now()));
            examined.octets = row.count("octets").ok();
            for (name, value) in [
                ("fsync", row.try_get::<String>("fsync")?),
                ("full_page_writes", row.try_get::<String>("full_page_writes")?),
            ] {
                if value != "on" {
                    examined.unsafe_settings.push(format!("{name} = {value}"));
                }
            }
        }
    }
    if examined.version.is_some_and(|version| version > 0) {
        const LAST: &str = "SELECT seq, recorded FROM event ORDER BY seq DESC LIMIT 1";
        let row = query(LAST).fetch_optional(connection).await?;
        examined.events = Some(row.as_ref().map_or(Ok(0), |row| row.count("seq"))?);
        examined.newest = row.map(|row| row.instant("recorded")).transpose()?;
    }
    Ok(())
}

/// Begins to write, and undoes it.
async fn write(connection: &mut Connection) -> Result<(), sqlx::Error> {
    connection.begin().await?;
    let done = query("UPDATE schema SET version = version WHERE id = 1").execute(connection).await;
    connection.script("ROLLBACK").await?;
    done.map(drop)
}

/// Opens a connection that reads, and one that mends where a process died amid a transaction.
async fn reading(path: &Path, busy: Duration) -> Result<(Connection, Found), sqlx::Error> {
    match opened(sqlite::reader(path, busy).await).await {
        Err(error) if sqlite::needs_mending(&error) => opened(sqlite::mender(path, busy).await).await,
        other => other,
    }
}

async fn opened(connection: Result<SqliteConnection, sqlx::Error>) -> Result<(Connection, Found), sqlx::Error> {
    let mut connection = Connection::from(connection?);
    let found = schema::inspect(&mut connection).await?;
    Ok((connection, found))
}

/// Returns how many octets a file takes with its write-ahead log, in which everything may still stand; none where it cannot be looked at.
fn octets_of(path: &Path) -> Option<u64> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let octets = std::fs::metadata(path).ok()?.len();
    Some(octets + std::fs::metadata(log).map_or(0, |about| about.len()))
}

/// Says whether a file is kept with a write-ahead log; none where it cannot be read.
fn is_write_ahead(path: &Path) -> Option<bool> {
    // The write version of the file format: https://www.sqlite.org/fileformat2.html, section 1.3.3.
    const WRITE_VERSION: usize = 18;
    let mut head = [0; WRITE_VERSION + 1];
    std::fs::File::open(path).ok()?.read_exact(&mut head).ok()?;
    Some(head[WRITE_VERSION] == 2)
}
