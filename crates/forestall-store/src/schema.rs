// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The tables and their versions: numbered migrations, run once each, in one transaction.

use std::borrow::Cow;

use sqlx::AssertSqlSafe;

use crate::connection::{Connection, Driver};
use crate::row::{Columns, int};
use crate::statement::query;
use crate::{postgres, sqlite};

/// The migrations in order; the first leads to version 1. A released one is never changed, only followed.
const MIGRATIONS: [&str; 13] = [
    include_str!("../migrations/0001_event_log.sql"),
    include_str!("../migrations/0002_read_models.sql"),
    include_str!("../migrations/0003_counts.sql"),
    include_str!("../migrations/0004_sign_in.sql"),
    include_str!("../migrations/0005_vetting.sql"),
    include_str!("../migrations/0006_parties.sql"),
    include_str!("../migrations/0007_api_answers.sql"),
    include_str!("../migrations/0008_mail.sql"),
    include_str!("../migrations/0009_identities.sql"),
    include_str!("../migrations/0010_revision.sql"),
    include_str!("../migrations/0011_zones.sql"),
    include_str!("../migrations/0012_epp.sql"),
    include_str!("../migrations/0013_console.sql"),
];

/// The version that this program writes.
pub(crate) const VERSION: u64 = MIGRATIONS.len() as u64;

/// What marks a database as a store of this program.
const PROGRAM: &str = "forestall";

/// What a database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A database without any table.
    Empty,
    /// A store of this version.
    Version(u64),
    /// A database of something else.
    Foreign,
}

/// Says what a database is, without a change to it.
pub(crate) async fn inspect(connection: &mut Connection) -> Result<Found, sqlx::Error> {
    let (tables, no_such_column) = match connection.driver() {
        Driver::Sqlite(_) => (sqlite::TABLES, sqlite::NO_SUCH_COLUMN),
        Driver::Postgres(_) => (postgres::TABLES, postgres::NO_SUCH_COLUMN),
    };
    let tables: Vec<String> = query(tables)
        .fetch_all(&mut *connection)
        .await?
        .iter()
        .map(|row| row.try_get("name"))
        .collect::<Result<_, _>>()?;
    if tables.is_empty() {
        return Ok(Found::Empty);
    }
    if !tables.iter().any(|table| table == "schema") {
        return Ok(Found::Foreign);
    }
    let row = query("SELECT program, version FROM schema WHERE id = 1").fetch_optional(&mut *connection).await;
    match row {
        Ok(Some(row)) if row.try_get::<&str>("program").is_ok_and(|program| program == PROGRAM) => {
            row.count("version").map(Found::Version)
        }
        Ok(_) => Ok(Found::Foreign),
        // A table of that name without these columns.
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(no_such_column) => Ok(Found::Foreign),
        Err(error) => Err(error),
    }
}

/// Brings an empty database or an older store to [`VERSION`] and returns what was found. Changes nothing where the
/// database is newer or something else.
pub(crate) async fn migrate(connection: &mut Connection) -> Result<Found, sqlx::Error> {
    connection.begin().await?;
    let found = inspect_and_run(connection).await;
    let end = match found {
        Ok(Found::Empty | Found::Version(..VERSION)) => "COMMIT",
        _ => "ROLLBACK",
    };
    let ended = connection.script(end).await;
    let found = found?;
    ended?;
    Ok(found)
}

async fn inspect_and_run(connection: &mut Connection) -> Result<Found, sqlx::Error> {
    let found = inspect(connection).await?;
    let version = match found {
        Found::Empty => {
            const TABLE: &str =
                "CREATE TABLE schema (id BIGINT NOT NULL PRIMARY KEY, program TEXT NOT NULL, version BIGINT NOT NULL)";
            connection.script(TABLE).await?;
            query("INSERT INTO schema (id, program, version) VALUES (1, $1, 0)")
                .bind(PROGRAM)
                .execute(&mut *connection)
                .await?;
            0
        }
        Found::Version(version) if version < VERSION => version,
        Found::Version(_) | Found::Foreign => return Ok(found),
    };
    for migration in MIGRATIONS.iter().skip(usize::try_from(version).unwrap_or(usize::MAX)) {
        let text = match connection.driver() {
            Driver::Sqlite(_) => Cow::Borrowed(*migration),
            Driver::Postgres(_) => Cow::Owned(postgres::tables(migration)),
        };
        connection.script(AssertSqlSafe(text.into_owned())).await?;
    }
    query("UPDATE schema SET version = $1 WHERE id = 1").bind(int(VERSION)).execute(&mut *connection).await?;
    tracing::info!(from = version, to = VERSION, "the store was brought to the version of this program");
    Ok(found)
}
