// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Reading columns into values, and statements over many rows.

use std::error::Error;
use std::str::FromStr;

use forestall_model::{Digest, Instant, UtcDay};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Decode, Postgres, Row as _, Sqlite, Type};

use crate::connection::Connection;
use crate::statement::{Statement, query};

/// A row of a result.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What a column can be read as from either database: `i64`, `f64`, `&str`, `String`, `&[u8]`, `Vec<u8>`, or one of them or none.
pub(crate) trait Readable<'r>:
    Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>
{
}

impl<'r, T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>> Readable<'r> for T {}

impl Row {
    /// Returns the value of a column.
    pub(crate) fn try_get<'r, T: Readable<'r>>(&'r self, column: &'static str) -> Result<T, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }
}

impl From<SqliteRow> for Row {
    fn from(row: SqliteRow) -> Self {
        Self::Sqlite(row)
    }
}

impl From<PgRow> for Row {
    fn from(row: PgRow) -> Self {
        Self::Postgres(row)
    }
}

/// Rows that one statement writes or asks for at most. The tail of a list goes by eights and by single rows, so that
/// each text has three forms only and stays prepared.
const CHUNKS: [usize; 3] = [64, 8, 1];

/// Cuts `rows` into chunks of the lengths that statements are prepared for.
pub(crate) fn chunks<R>(mut rows: &[R]) -> impl Iterator<Item = &[R]> {
    std::iter::from_fn(move || {
        let length = CHUNKS.into_iter().find(|length| *length <= rows.len())?;
        let (chunk, rest) = rows.split_at(length);
        rows = rest;
        Some(chunk)
    })
}

/// Writes all rows: `INSERT INTO {table} ({columns}) VALUES ... {tail}`.
pub(crate) async fn insert<R>(
    connection: &mut Connection,
    table: &'static str,
    columns: &[&'static str],
    tail: &'static str,
    rows: &[R],
    bind: impl Fn(Statement, &R) -> Statement,
) -> Result<(), sqlx::Error> {
    for chunk in chunks(rows) {
        let values: Vec<String> =
            (0..chunk.len()).map(|row| placeholders(row * columns.len(), columns.len())).collect();
        let text = format!("INSERT INTO {table} ({}) VALUES {}{tail}", columns.join(", "), values.join(", "));
        let statement = query(AssertSqlSafe(text));
        chunk.iter().fold(statement, &bind).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Returns `($n, $n+1, ...)` for `count` arguments after the first `before`.
pub(crate) fn placeholders(before: usize, count: usize) -> String {
    let names: Vec<String> = (1..=count).map(|i| format!("${}", before + i)).collect();
    format!("({})", names.join(", "))
}

/// Returns a number as a column holds it. Numbers of the store fit: whatever counts events is checked when it comes in.
pub(crate) fn int(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// Columns as values of the model. A column that holds what it must not is [`sqlx::Error::ColumnDecode`].
pub(crate) trait Columns {
    /// A number that is never negative.
    fn count<N: TryFrom<i64, Error: Error + Send + Sync + 'static>>(
        &self,
        column: &'static str,
    ) -> Result<N, sqlx::Error>;
    /// An instant in microseconds.
    fn instant(&self, column: &'static str) -> Result<Instant, sqlx::Error>;
    /// An instant in microseconds, or none.
    fn instant_or_none(&self, column: &'static str) -> Result<Option<Instant>, sqlx::Error>;
    /// A day in days since 1970-01-01.
    fn day(&self, column: &'static str) -> Result<UtcDay, sqlx::Error>;
    /// A day in days since 1970-01-01, or none.
    fn day_or_none(&self, column: &'static str) -> Result<Option<UtcDay>, sqlx::Error>;
    /// A value in its written form.
    fn word<T: FromStr<Err: Error + Send + Sync + 'static>>(&self, column: &'static str) -> Result<T, sqlx::Error>;
    /// A value in its written form, or none.
    fn word_or_none<T: FromStr<Err: Error + Send + Sync + 'static>>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, sqlx::Error>;
    /// Values in their written form, with blanks between them.
    fn words<T: FromStr<Err: Error + Send + Sync + 'static>>(
        &self,
        column: &'static str,
    ) -> Result<Vec<T>, sqlx::Error>;
    /// A digest in 32 octets.
    fn digest(&self, column: &'static str) -> Result<Digest, sqlx::Error>;
}

impl Columns for Row {
    fn count<N: TryFrom<i64, Error: Error + Send + Sync + 'static>>(
        &self,
        column: &'static str,
    ) -> Result<N, sqlx::Error> {
        N::try_from(self.try_get(column)?).map_err(|e| wrong(column, e))
    }

    fn instant(&self, column: &'static str) -> Result<Instant, sqlx::Error> {
        self.try_get(column).map(Instant::from_micros)
    }

    fn instant_or_none(&self, column: &'static str) -> Result<Option<Instant>, sqlx::Error> {
        Ok(self.try_get::<Option<i64>>(column)?.map(Instant::from_micros))
    }

    fn day(&self, column: &'static str) -> Result<UtcDay, sqlx::Error> {
        day(column, self.try_get(column)?)
    }

    fn day_or_none(&self, column: &'static str) -> Result<Option<UtcDay>, sqlx::Error> {
        self.try_get::<Option<i64>>(column)?.map(|days| day(column, days)).transpose()
    }

    fn word<T: FromStr<Err: Error + Send + Sync + 'static>>(&self, column: &'static str) -> Result<T, sqlx::Error> {
        self.try_get::<&str>(column)?.parse().map_err(|e| wrong(column, e))
    }

    fn word_or_none<T: FromStr<Err: Error + Send + Sync + 'static>>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, sqlx::Error> {
        let text = self.try_get::<Option<&str>>(column)?;
        text.map(str::parse).transpose().map_err(|e| wrong(column, e))
    }

    fn words<T: FromStr<Err: Error + Send + Sync + 'static>>(
        &self,
        column: &'static str,
    ) -> Result<Vec<T>, sqlx::Error> {
        let words = self.try_get::<&str>(column)?.split_ascii_whitespace().map(str::parse);
        words.collect::<Result<_, _>>().map_err(|e| wrong(column, e))
    }

    fn digest(&self, column: &'static str) -> Result<Digest, sqlx::Error> {
        let octets: &[u8] = self.try_get(column)?;
        octets.try_into().map(Digest).map_err(|e| wrong(column, e))
    }
}

fn day(column: &'static str, days: i64) -> Result<UtcDay, sqlx::Error> {
    i32::try_from(days).map(UtcDay::from_epoch_days).map_err(|e| wrong(column, e))
}

pub(crate) fn wrong(column: &'static str, error: impl Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(error) }
}
