// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Statements: one text for both databases, with its arguments.
//!
//! Each argument has one of the four types of the dialect also where it is NULL, because PostgreSQL must know the type of a NULL.

use std::borrow::Cow;

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Postgres, SqlSafeStr, SqlStr, Sqlite};

use crate::connection::{Connection, Driver};
use crate::row::Row;

/// A statement with its arguments, which are `$1`, `$2` and so on in its text.
#[derive(Debug)]
pub(crate) struct Statement {
    text: SqlStr,
    arguments: Vec<Argument>,
}

/// An argument, or the NULL of its type.
#[derive(Debug)]
pub(crate) enum Argument {
    /// `BIGINT`.
    Integer(Option<i64>),
    /// `DOUBLE PRECISION`.
    Float(Option<f64>),
    /// `TEXT`.
    Text(Option<Cow<'static, str>>),
    /// `BYTEA`.
    Octets(Option<Vec<u8>>),
}

/// Begins a statement.
pub(crate) fn query(text: impl SqlSafeStr) -> Statement {
    Statement { text: text.into_sql_str(), arguments: Vec::new() }
}

impl Statement {
    /// Adds the next argument.
    pub(crate) fn bind(mut self, argument: impl Into<Argument>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Runs it and returns the number of rows that it wrote or deleted.
    pub(crate) async fn execute(self, connection: &mut Connection) -> Result<u64, sqlx::Error> {
        match connection.driver() {
            Driver::Sqlite(connection) => Ok(self.sqlite().execute(connection).await?.rows_affected()),
            Driver::Postgres(connection) => Ok(self.postgres()?.execute(connection).await?.rows_affected()),
        }
    }

    /// Runs it and returns its first row; [`sqlx::Error::RowNotFound`] where there is none.
    pub(crate) async fn fetch_one(self, connection: &mut Connection) -> Result<Row, sqlx::Error> {
        self.fetch_optional(connection).await?.ok_or(sqlx::Error::RowNotFound)
    }

    /// Runs it and returns its first row; `None` where there is none.
    pub(crate) async fn fetch_optional(self, connection: &mut Connection) -> Result<Option<Row>, sqlx::Error> {
        match connection.driver() {
            Driver::Sqlite(connection) => Ok(self.sqlite().fetch_optional(connection).await?.map(Row::from)),
            Driver::Postgres(connection) => Ok(self.postgres()?.fetch_optional(connection).await?.map(Row::from)),
        }
    }

    /// Runs it and returns its rows.
    pub(crate) async fn fetch_all(self, connection: &mut Connection) -> Result<Vec<Row>, sqlx::Error> {
        match connection.driver() {
            Driver::Sqlite(connection) => {
                Ok(self.sqlite().fetch_all(connection).await?.into_iter().map(Row::from).collect())
            }
            Driver::Postgres(connection) => {
                Ok(self.postgres()?.fetch_all(connection).await?.into_iter().map(Row::from).collect())
            }
        }
    }

    fn sqlite(self) -> Query<'static, Sqlite, SqliteArguments> {
        self.arguments.into_iter().fold(sqlx::query(self.text), |query, argument| match argument {
            Argument::Integer(value) => query.bind(value),
            Argument::Float(value) => query.bind(value),
            Argument::Text(value) => query.bind(value),
            Argument::Octets(value) => query.bind(value),
        })
    }

    fn postgres(self) -> Result<Query<'static, Postgres, PgArguments>, sqlx::Error> {
        let mut query = sqlx::query(self.text);
        for argument in self.arguments {
            query = match argument {
                Argument::Integer(value) => query.bind(value),
                Argument::Float(value) => query.bind(value),
                // The server says so as well, and ends what went before in the same savepoint with words of its own.
                Argument::Text(Some(text)) if text.contains('\0') => {
                    return Err(sqlx::Error::Encode(
                        "a text holds the character U+0000, which PostgreSQL does not keep".into(),
                    ));
                }
                Argument::Text(value) => query.bind(value),
                Argument::Octets(value) => query.bind(value),
            };
        }
        Ok(query)
    }
}

impl From<i64> for Argument {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<Option<i64>> for Argument {
    fn from(value: Option<i64>) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Argument {
    fn from(value: f64) -> Self {
        Self::Float(Some(value))
    }
}

impl From<Option<f64>> for Argument {
    fn from(value: Option<f64>) -> Self {
        Self::Float(value)
    }
}

impl From<&'static str> for Argument {
    fn from(value: &'static str) -> Self {
        Self::Text(Some(value.into()))
    }
}

impl From<Option<&'static str>> for Argument {
    fn from(value: Option<&'static str>) -> Self {
        Self::Text(value.map(Into::into))
    }
}

impl From<String> for Argument {
    fn from(value: String) -> Self {
        Self::Text(Some(value.into()))
    }
}

impl From<Option<String>> for Argument {
    fn from(value: Option<String>) -> Self {
        Self::Text(value.map(Into::into))
    }
}

impl From<Vec<u8>> for Argument {
    fn from(value: Vec<u8>) -> Self {
        Self::Octets(Some(value))
    }
}

impl From<Option<Vec<u8>>> for Argument {
    fn from(value: Option<Vec<u8>>) -> Self {
        Self::Octets(value)
    }
}
