// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Connections to either database. What a statement needs of them is here; what they are is in `sqlite.rs` and `postgres.rs`.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{Connection as _, Postgres, SqlSafeStr, Sqlite};

use crate::place::{Kind, Place};
use crate::{postgres, sqlite};

/// A connection to the database of a store.
#[derive(Debug)]
pub(crate) struct Connection(Held);

#[derive(Debug)]
enum Held {
    Sqlite(SqliteConnection),
    SqliteOfPool(PoolConnection<Sqlite>),
    Postgres(PgConnection),
    PostgresOfPool(PoolConnection<Postgres>),
}

/// What a connection is inside.
pub(crate) enum Driver<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

impl Connection {
    pub(crate) fn driver(&mut self) -> Driver<'_> {
        match &mut self.0 {
            Held::Sqlite(connection) => Driver::Sqlite(connection),
            Held::SqliteOfPool(connection) => Driver::Sqlite(connection),
            Held::Postgres(connection) => Driver::Postgres(connection),
            Held::PostgresOfPool(connection) => Driver::Postgres(connection),
        }
    }

    /// Runs statements without arguments, one after the other.
    pub(crate) async fn script(&mut self, text: impl SqlSafeStr) -> Result<(), sqlx::Error> {
        let statements = sqlx::raw_sql(text);
        match self.driver() {
            Driver::Sqlite(connection) => statements.execute(connection).await.map(drop),
            Driver::Postgres(connection) => statements.execute(connection).await.map(drop),
        }
    }

    /// Begins a transaction that writes. It is the only one of the store, in whatever process, until it ends.
    pub(crate) async fn begin(&mut self) -> Result<(), sqlx::Error> {
        match self.driver() {
            Driver::Sqlite(connection) => sqlx::raw_sql(sqlite::BEGIN).execute(connection).await.map(drop),
            Driver::Postgres(connection) => postgres::begin(connection).await,
        }
    }

    /// Begins to look at one state of the store, whatever is written meanwhile. The connection is closed afterwards, so that
    /// one that is given up in the middle takes the transaction with it.
    pub(crate) async fn begin_reading(&mut self) -> Result<(), sqlx::Error> {
        match &mut self.0 {
            Held::SqliteOfPool(connection) => connection.close_on_drop(),
            Held::PostgresOfPool(connection) => connection.close_on_drop(),
            Held::Sqlite(_) | Held::Postgres(_) => {}
        }
        match self.driver() {
            Driver::Sqlite(connection) => sqlx::raw_sql("BEGIN").execute(connection).await.map(drop),
            Driver::Postgres(connection) => sqlx::raw_sql(postgres::BEGIN_READING).execute(connection).await.map(drop),
        }
    }

    /// Closes it in order.
    pub(crate) async fn close(self) -> Result<(), sqlx::Error> {
        match self.0 {
            Held::Sqlite(connection) => connection.close().await,
            Held::Postgres(connection) => connection.close().await,
            // Its pool closes it.
            Held::SqliteOfPool(_) | Held::PostgresOfPool(_) => Ok(()),
        }
    }
}

impl From<SqliteConnection> for Connection {
    fn from(connection: SqliteConnection) -> Self {
        Self(Held::Sqlite(connection))
    }
}

impl From<PgConnection> for Connection {
    fn from(connection: PgConnection) -> Self {
        Self(Held::Postgres(connection))
    }
}

/// The connections that read.
#[derive(Debug)]
pub(crate) enum Readers {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Readers {
    /// Opens them on demand, at most `count`.
    pub(crate) fn new(place: &Place, busy: Duration, count: u32) -> Self {
        match place.kind() {
            Kind::File(path) => Self::Sqlite(sqlite::readers(path, busy, count)),
            Kind::Postgres { options, .. } => Self::Postgres(postgres::readers(options, busy, count)),
        }
    }

    pub(crate) async fn acquire(&self) -> Result<Connection, sqlx::Error> {
        match self {
            Self::Sqlite(pool) => pool.acquire().await.map(|connection| Connection(Held::SqliteOfPool(connection))),
            Self::Postgres(pool) => pool.acquire().await.map(|connection| Connection(Held::PostgresOfPool(connection))),
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
