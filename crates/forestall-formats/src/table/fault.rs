// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is wrong with a table, and where.

use std::fmt;

use super::MAX_PROBLEMS;

/// The faults of a table that was refused, in order of line; at least one and at most [`MAX_PROBLEMS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableErrors {
    problems: Vec<Problem>,
    more: bool,
}

impl TableErrors {
    /// Makes the errors of a table with one fault.
    pub(crate) fn one(place: Place, fault: Fault) -> Self {
        Self { problems: vec![Problem { place, fault }], more: false }
    }

    /// Returns the problems, in the order of the file.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Says whether reading stopped before the end of the file because there were so many problems.
    #[must_use]
    pub const fn stopped_early(&self) -> bool {
        self.more
    }
}

impl fmt::Display for TableErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            write!(f, "{}{problem}", if i == 0 { "" } else { "\n" })?;
        }
        if self.more {
            write!(f, "\nreading stopped after {MAX_PROBLEMS} problems")?;
        }
        Ok(())
    }
}

impl std::error::Error for TableErrors {}

/// One fault of a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct Problem {
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub fault: Fault,
}

/// A place in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1; a field over several lines counts as where it begins.
    pub line: u64,
    /// The column, from 1, with its name in the header; none where the fault is not in one column.
    pub column: Option<(usize, String)>,
}

impl Place {
    /// Returns a place that is a whole line.
    #[must_use]
    pub const fn line(line: u64) -> Self {
        Self { line, column: None }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        match &self.column {
            Some((number, name)) if name.is_empty() => write!(f, ", column {number}"),
            Some((number, name)) => write!(f, ", column {number} ({name})"),
            None => Ok(()),
        }
    }
}

/// What is wrong in one place of a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing was there to read.
    #[error("the file is empty; expected a header line with {expected}")]
    Empty {
        /// The columns that a header must or may have.
        expected: String,
    },
    /// The reader underneath failed.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
    /// The file is something else than text in UTF-8.
    #[error("the file is {found}; expected {expected}")]
    ForeignFile {
        /// What it is, in words.
        found: &'static str,
        /// What to give instead.
        expected: &'static str,
    },
    /// A field is no UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// A field holds U+0000, which no data base keeps.
    #[error("the text holds a NUL character")]
    Nul,
    /// A column that the reader does not know.
    #[error("{found:?} is not a column of this table; {}expected {expected}", nearest.map(|n| format!("did you mean {n:?}? ")).unwrap_or_default())]
    UnknownColumn {
        /// What was found, cut after 60 characters.
        found: String,
        /// A known column that is spelled nearly so.
        nearest: Option<&'static str>,
        /// The known columns.
        expected: String,
    },
    /// A column that stands twice in the header.
    #[error("the column stands twice in the header")]
    RepeatedColumn,
    /// A column that the header must have.
    #[error("the header lacks the column {0}")]
    MissingColumn(String),
    /// A row with more or fewer fields than the header.
    #[error("the row has {found} fields; expected {expected} as in the header")]
    FieldCount {
        /// Fields of the row.
        found: usize,
        /// Fields of the header.
        expected: usize,
    },
    /// A quotation mark that is never closed.
    #[error("a quotation mark opens here and is never closed; the file may be cut")]
    OpenQuote,
    /// Text between a closing quotation mark and the end of the field.
    #[error("text follows a closing quotation mark; expected the end of the field")]
    AfterQuote,
    /// A field that must not be empty.
    #[error("the field is empty; expected {0}")]
    MissingValue(String),
    /// A field that holds no value of its kind; the text says what was found and expected.
    #[error("{0}")]
    Value(String),
    /// A row for something that an earlier row spoke of already.
    #[error("{what} stands in line {first} already; expected one row for each")]
    Repeated {
        /// What comes twice.
        what: String,
        /// The line of the earlier row.
        first: u64,
    },
    /// More than [`MAX_FIELD`](super::MAX_FIELD) octets in a field or line.
    #[error("the field is longer than {limit} octets; a quotation mark may be open")]
    FieldTooLong {
        /// The limit.
        limit: usize,
    },
    /// More than [`MAX_FIELDS`](super::MAX_FIELDS) fields in a row.
    #[error("the row has more than {limit} fields")]
    TooManyFields {
        /// The limit.
        limit: usize,
    },
    /// More than [`MAX_ROWS`](super::MAX_ROWS) rows.
    #[error("the table has more than {limit} rows; split it")]
    TooManyRows {
        /// The limit.
        limit: usize,
    },
    /// More than [`MAX_BYTES`](super::MAX_BYTES) octets.
    #[error("the file is longer than {limit} octets; split it")]
    TooLong {
        /// The limit.
        limit: u64,
    },
}

impl Fault {
    /// Recognises files that are no text in UTF-8 by their first octets.
    pub(crate) fn of_foreign_file(start: &[u8]) -> Option<Self> {
        let found = match start {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "text in UTF-16",
            [b'P', b'K', 3, 4, ..] => "a workbook or an archive (zip)",
            [0x1F, 0x8B, ..] => "compressed (gzip)",
            [0xD0, 0xCF, 0x11, 0xE0, ..] => "a workbook (Excel 97)",
            _ if start.contains(&0) => "binary",
            _ => return None,
        };
        let expected = "text in UTF-8; save it as \"CSV UTF-8\"";
        Some(Self::ForeignFile { found, expected })
    }
}

/// Problems while they are collected.
#[derive(Debug, Default)]
pub struct Problems {
    list: Vec<Problem>,
    /// The total of problems added, counted past the limit.
    pub(super) added: usize,
}

impl Problems {
    /// Adds a problem; those past the limit are counted only.
    pub fn add(&mut self, place: Place, fault: Fault) {
        self.added += 1;
        if self.list.len() < MAX_PROBLEMS {
            self.list.push(Problem { place, fault });
        }
    }

    /// Says whether reading on is of no more use.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.added >= MAX_PROBLEMS
    }

    /// Returns the rows where there was no problem, else the problems.
    ///
    /// # Errors
    ///
    /// The problems.
    pub fn finish<T>(self, rows: T) -> Result<T, TableErrors> {
        if self.list.is_empty() {
            return Ok(rows);
        }
        let more = self.is_full();
        Err(TableErrors { problems: self.list, more })
    }
}
