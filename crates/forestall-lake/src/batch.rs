// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Rows of a file, column by column, as whoever reads them sees them.

use std::sync::Arc;

use parquet::data_type::ByteArray;

use crate::decode::{NOTHING, There, Words};
use crate::lake::File;
use crate::read::ReadError;
use crate::schema::Table;

/// Rows of one file, column by column.
#[derive(Debug)]
pub struct Batch {
    pub(crate) table: &'static Table,
    pub(crate) rows: usize,
    pub(crate) pseudonyms: bool,
    pub(crate) file: Arc<File>,
    pub(crate) columns: Vec<(&'static str, Values)>,
}

/// A column of a batch. Values are as many as there are rows; where a row has none, there is a 0 or nothing, and `There` tells.
#[derive(Debug)]
pub(crate) enum Values {
    Longs(Vec<i64>, There),
    Numbers(Vec<u32>, There),
    Flags(Vec<bool>),
    Texts(Words),
    Sixteens(Vec<[u8; 16]>, There),
}

/// Who asked or connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    /// An IPv4 address.
    V4(u32),
    /// An IPv6 address.
    V6([u8; 16]),
    /// Somebody whose address is no longer in clear: the same for the same source within a calendar month.
    Pseudonym([u8; 16]),
}

/// A column of numbers.
#[derive(Clone, Copy, Debug)]
pub struct Numbers<'a> {
    /// One for each row; 0 where the row has none.
    pub values: &'a [u32],
    there: &'a There,
}

impl Numbers<'_> {
    /// Returns the value of a row; none where it has none, or is no row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<u32> {
        self.values.get(row).copied().filter(|_| self.there.has(row))
    }
}

/// A column of whole numbers of 64 bits.
#[derive(Clone, Copy, Debug)]
pub struct Longs<'a> {
    /// One for each row; 0 where the row has none.
    pub values: &'a [i64],
    there: &'a There,
}

impl Longs<'_> {
    /// Returns the value of a row; none where it has none, or is no row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<i64> {
        self.values.get(row).copied().filter(|_| self.there.has(row))
    }
}

/// A column of texts.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    words: &'a Words,
}

impl<'a> Texts<'a> {
    /// Returns the octets of a row; none where it has none, or is no row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&'a [u8]> {
        self.word(self.place(row))
    }

    /// Returns which of the texts of the dictionary a row has, whose place is beyond them where it has none, or is no row. Rows with the same place have the same text.
    #[inline]
    pub(crate) fn place(&self, row: usize) -> usize {
        self.words.codes.get(row).copied().unwrap_or(NOTHING) as usize
    }

    /// Returns how many texts the dictionary has.
    pub(crate) fn distinct(&self) -> usize {
        self.words.dictionary.len()
    }

    /// Returns the text at a place of the dictionary; none beyond it.
    pub(crate) fn word(&self, place: usize) -> Option<&'a [u8]> {
        self.words.dictionary.get(place).map(ByteArray::data)
    }

    /// Returns the texts of the dictionary, in the order of their places.
    pub(crate) fn words(&self) -> impl Iterator<Item = &'a [u8]> {
        self.words.dictionary.iter().map(ByteArray::data)
    }
}

impl Batch {
    /// Returns how many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Says whether addresses are pseudonyms.
    #[must_use]
    pub fn pseudonyms(&self) -> bool {
        self.pseudonyms
    }

    /// Returns the file that they are from.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    fn column(&self, name: &str) -> Option<&Values> {
        self.columns.iter().find(|(column, _)| *column == name).map(|(_, values)| values)
    }

    /// Returns a column of numbers.
    ///
    /// # Errors
    ///
    /// [`ReadError::Column`] where it was not asked for, or holds something else.
    pub fn numbers(&self, name: &str) -> Result<Numbers<'_>, ReadError> {
        match self.column(name) {
            Some(Values::Numbers(values, there)) => Ok(Numbers { values, there }),
            _ => Err(no_column(self.table, name, "numbers")),
        }
    }

    /// Returns a column of times, in microseconds since 1970 UTC, or of long numbers.
    ///
    /// # Errors
    ///
    /// [`ReadError::Column`] where it was not asked for, or holds something else.
    pub fn longs(&self, name: &str) -> Result<Longs<'_>, ReadError> {
        match self.column(name) {
            Some(Values::Longs(values, there)) => Ok(Longs { values, there }),
            _ => Err(no_column(self.table, name, "long numbers")),
        }
    }

    /// Returns a column of yes and no.
    ///
    /// # Errors
    ///
    /// [`ReadError::Column`] where it was not asked for, or holds something else.
    pub fn flags(&self, name: &str) -> Result<&[bool], ReadError> {
        match self.column(name) {
            Some(Values::Flags(values)) => Ok(values),
            _ => Err(no_column(self.table, name, "yes or no")),
        }
    }

    /// Returns a column of texts or octets.
    ///
    /// # Errors
    ///
    /// [`ReadError::Column`] where it was not asked for, or holds something else.
    pub fn texts(&self, name: &str) -> Result<Texts<'_>, ReadError> {
        match self.column(name) {
            Some(Values::Texts(words)) => Ok(Texts { words }),
            _ => Err(no_column(self.table, name, "texts")),
        }
    }

    /// Returns who asked or connected in each row. The three columns of it must have been asked for: [`Table::WHO_DNS`] or [`Table::WHO_CONTACT`].
    ///
    /// # Errors
    ///
    /// [`ReadError::Column`] where one was not asked for, or [`ReadError::File`] where a row has none of them.
    pub fn who(&self) -> Result<Vec<Who>, ReadError> {
        let names = if self.table.place("source_v4").is_some() { Table::WHO_CONTACT } else { Table::WHO_DNS };
        let v4 = self.numbers(names[0])?;
        let sixteens = |name: &'static str| match self.column(name) {
            Some(Values::Sixteens(values, there)) => Ok((values, there)),
            _ => Err(no_column(self.table, name, "16 octets")),
        };
        let ((v6, v6_there), (pseudonyms, pseudonyms_there)) = (sixteens(names[1])?, sixteens(names[2])?);
        let mut who = Vec::with_capacity(self.rows);
        for row in 0..self.rows {
            let one = if v4.there.has(row) {
                v4.values.get(row).copied().map(Who::V4)
            } else if v6_there.has(row) {
                v6.get(row).copied().map(Who::V6)
            } else if pseudonyms_there.has(row) {
                pseudonyms.get(row).copied().map(Who::Pseudonym)
            } else {
                None
            };
            let one = one.ok_or_else(|| ReadError::File {
                path: self.file.path.clone(),
                table: self.table.name,
                reason: format!("row {row} has neither address nor pseudonym"),
            })?;
            who.push(one);
        }
        Ok(who)
    }
}

impl Table {
    /// The columns of who asked.
    pub const WHO_DNS: [&'static str; 3] = ["resolver_v4", "resolver_v6", "pseudonym"];
    /// The columns of who connected.
    pub const WHO_CONTACT: [&'static str; 3] = ["source_v4", "source_v6", "pseudonym"];
}

fn no_column(table: &'static Table, column: &str, what: &'static str) -> ReadError {
    ReadError::Column { column: column.to_owned(), table: table.name, what }
}
