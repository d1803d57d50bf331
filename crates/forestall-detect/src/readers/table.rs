// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Parquet, as ENTRADA, ENTRADA2, CZ.NIC's dns-collector and DNS-collector write it: only the columns that are needed, some thousand rows at a time.
//!
//! Columns are found by the names of [`super::columns`]. Where a file has several that could hold the name that was asked for, the rules are those of ENTRADA2,
//! which keeps a name in parts: `dns_qname_full` where it has a value, else `dns_qname` before `dns_domainname`; a `dns_qname` that ends in the
//! `dns_domainname` already is whole, as earlier versions wrote it.
//!
//! A Parquet file says at its end what it holds, so it cannot be read as a stream; [`Table`] takes what can seek.

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, FileReader as _, Length};
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::schema::types::ColumnDescriptor;

use super::block::Block;
use super::columns::Column;
use super::format::Format;
use super::stamp::LogClock;
use super::{columns, pages};

/// Rows of a block.
const ROWS: usize = 4_096;

/// Octets of the longest text of a column that is taken; a longer one is no name and no address.
const LONGEST: usize = 2_048;

/// Most columns of a file.
const MOST_COLUMNS: usize = 10_000;

/// A Parquet file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// It is no Parquet file, or a damaged one.
    #[error("the Parquet file cannot be read: {0}")]
    Parquet(String),
    /// Its columns hold no traffic.
    #[error("the Parquet file has no columns for a time, a client and a name; it has {0}")]
    Columns(String),
}

/// A Parquet file, read block by block like a [`Source`](super::Source).
pub struct Table<R: Read + Seek + Send + 'static> {
    file: Shared<R>,
    reader: SerializedFileReader<Shared<R>>,
    wanted: Vec<Wanted>,
    group: usize,
    /// Readers of the columns of this group, as in `wanted`, and the rows left.
    open: Option<(Vec<ColumnReader>, usize)>,
    values: Vec<Values>,
    clock: LogClock,
    blocks: u64,
    /// Rows given out.
    row: u64,
    failed: bool,
}

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Of(Column),
    /// `dns_qname_full`, and `dns_domainname`.
    WholeName,
    Domain,
}

#[derive(Clone, Debug)]
struct Wanted {
    part: Part,
    column: usize,
    unit: Unit,
    /// Whether values may be missing.
    optional: bool,
}

/// What the numbers of a column of times count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// Told by their size.
    Guessed,
    Millis,
    Micros,
    Nanos,
}

/// The values of one column in a block.
#[derive(Debug, Default)]
struct Values {
    text: Vec<u8>,
    /// Where each row's value ends in `text`.
    ends: Vec<usize>,
}

impl Values {
    fn row(&self, row: usize) -> &[u8] {
        let from = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[from..self.ends[row]]
    }
}

impl<R: Read + Seek + Send + 'static> Table<R> {
    /// Reads what the file says at its end.
    ///
    /// # Errors
    ///
    /// [`TableError`] where it is no Parquet file, or has no columns for a time, a client and a name.
    pub fn open(mut file: R, clock: LogClock) -> Result<Self, TableError> {
        let length = file.seek(SeekFrom::End(0)).map_err(|error| TableError::Parquet(error.to_string()))?;
        let file = Shared { file: Arc::new(Mutex::new(file)), length };
        let reader = guarded(|| SerializedFileReader::new(file.clone())).map_err(TableError::Parquet)?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let descriptors = &schema.columns()[..schema.num_columns().min(MOST_COLUMNS)];
        let wanted = wanted(descriptors).ok_or_else(|| {
            let names: Vec<String> = descriptors.iter().take(30).map(|column| column.path().string()).collect();
            TableError::Columns(names.join(", "))
        })?;
        let values = wanted.iter().map(|_| Values::default()).collect();
        Ok(Self { file, reader, wanted, group: 0, open: None, values, clock, blocks: 0, row: 0, failed: false })
    }

    /// Puts the next rows into `block`, whatever it held; false at the end.
    ///
    /// # Errors
    ///
    /// A part of the file is damaged or larger than it may be. What came before was given out, and nothing comes after it.
    pub fn next_block(&mut self, block: &mut Block) -> io::Result<bool> {
        if self.failed {
            return Ok(false);
        }
        let done = self.fill(block);
        self.failed = done.is_err();
        done.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    fn fill(&mut self, block: &mut Block) -> Result<bool, String> {
        loop {
            let (readers, left) = match &mut self.open {
                Some((readers, left)) if *left > 0 => (readers, left),
                _ => {
                    if self.group == self.reader.num_row_groups() {
                        return Ok(false);
                    }
                    self.open = Some(self.open_group()?);
                    self.group += 1;
                    continue;
                }
            };
            let rows = ROWS.min(*left);
            for ((wanted, reader), values) in self.wanted.iter().zip(readers).zip(&mut self.values) {
                let read = guarded(|| read_column(reader, wanted, rows, values))?;
                if read != rows {
                    return Err(format!("a column of row group {} ends {} rows early", self.group - 1, rows - read));
                }
            }
            *left -= rows;
            block.reset(self.blocks, Format::Parquet, self.clock);
            self.blocks += 1;
            block.begin_rows(self.row);
            self.row += rows as u64;
            for row in 0..rows {
                let mut slots: columns::Slots<'_> = [&[]; Column::COUNT];
                let (mut whole, mut domain): (&[u8], &[u8]) = (&[], &[]);
                for (wanted, values) in self.wanted.iter().zip(&self.values) {
                    match wanted.part {
                        Part::Of(column) => slots[column as usize] = values.row(row),
                        Part::WholeName => whole = values.row(row),
                        Part::Domain => domain = values.row(row),
                    }
                }
                block.push_row(&slots, whole, domain);
            }
            return Ok(true);
        }
    }

    /// Opens the columns of the next group, after a look at the sizes of their pages.
    fn open_group(&self) -> Result<(Vec<ColumnReader>, usize), String> {
        let group = guarded(|| self.reader.get_row_group(self.group))?;
        let known = group.metadata();
        let rows =
            usize::try_from(known.num_rows()).map_err(|_| "a row group has a negative number of rows".to_owned())?;
        let mut readers = Vec::new();
        for wanted in &self.wanted {
            let column = known.columns().get(wanted.column).ok_or("a row group has too few columns")?;
            let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
            let (Ok(start), Ok(length)) = (u64::try_from(start), u64::try_from(column.compressed_size())) else {
                return Err("a column has a place or a size below 0".to_owned());
            };
            let chunk = start..start.saturating_add(length);
            pages::check(chunk, |at, buffer| self.file.read_at(at, buffer)).map_err(|error| error.to_string())?;
            readers.push(guarded(|| group.get_column_reader(wanted.column))?);
        }
        Ok((readers, rows))
    }
}

impl<R: Read + Seek + Send + 'static> std::fmt::Debug for Table<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table").field("wanted", &self.wanted).field("group", &self.group).finish_non_exhaustive()
    }
}

/// Finds the columns that are needed; none where time, client or name is missing.
fn wanted(descriptors: &[Arc<ColumnDescriptor>]) -> Option<Vec<Wanted>> {
    let mut wanted: Vec<Wanted> = Vec::new();
    for (column, descriptor) in descriptors.iter().enumerate() {
        let name = descriptor.path().string();
        let part = match name.to_ascii_lowercase().as_str() {
            "dns_qname_full" => Part::WholeName,
            "dns_domainname" => Part::Domain,
            _ => match Column::named(name.as_bytes()) {
                Some(column) => Part::Of(column),
                None => continue,
            },
        };
        let flat = descriptor.max_rep_level() == 0 && descriptor.max_def_level() <= 1;
        if flat && wanted.iter().all(|known| known.part != part) {
            wanted.push(Wanted { part, column, unit: unit(descriptor), optional: descriptor.max_def_level() == 1 });
        }
    }
    let has = |part| wanted.iter().any(|wanted| wanted.part == part);
    (has(Part::Of(Column::Time)) && has(Part::Of(Column::Client)) && has(Part::Of(Column::Name))).then_some(wanted)
}

fn unit(descriptor: &ColumnDescriptor) -> Unit {
    if let Some(LogicalType::Timestamp(known)) = descriptor.logical_type_ref() {
        return match known.unit {
            TimeUnit::MILLIS => Unit::Millis,
            TimeUnit::MICROS => Unit::Micros,
            TimeUnit::NANOS => Unit::Nanos,
        };
    }
    match descriptor.converted_type() {
        ConvertedType::TIMESTAMP_MILLIS => Unit::Millis,
        ConvertedType::TIMESTAMP_MICROS => Unit::Micros,
        _ => Unit::Guessed,
    }
}

/// Reads `rows` values of a column as texts; returns how many there were.
fn read_column(reader: &mut ColumnReader, wanted: &Wanted, rows: usize, out: &mut Values) -> ParquetResult<usize> {
    out.text.clear();
    out.ends.clear();
    let number = |text: &mut Vec<u8>, value: i64| push(text, &value.to_string());
    match reader {
        ColumnReader::Int64ColumnReader(reader) => {
            let unit = wanted.unit;
            read_values(reader, wanted, rows, out, |text, value| match unit {
                Unit::Guessed => number(text, *value),
                Unit::Millis => push_time(text, value.saturating_mul(1_000)),
                Unit::Micros => push_time(text, *value),
                Unit::Nanos => push_time(text, value.div_euclid(1_000)),
            })
        }
        ColumnReader::Int32ColumnReader(reader) => {
            read_values(reader, wanted, rows, out, |text, value| number(text, i64::from(*value)))
        }
        ColumnReader::Int96ColumnReader(reader) => {
            read_values(reader, wanted, rows, out, |text, value| push_time(text, value.to_micros()))
        }
        ColumnReader::DoubleColumnReader(reader) => {
            read_values(reader, wanted, rows, out, |text, value| push(text, &format!("{value:.6}")))
        }
        ColumnReader::FloatColumnReader(reader) => {
            read_values(reader, wanted, rows, out, |text, value| push(text, &format!("{value:.6}")))
        }
        ColumnReader::ByteArrayColumnReader(reader) => {
            read_values(reader, wanted, rows, out, |text, value: &ByteArray| push_text(text, value.data()))
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            read_values(reader, wanted, rows, out, |text, value| push_text(text, value.data()))
        }
        ColumnReader::BoolColumnReader(reader) => {
            read_values(reader, wanted, rows, out, |text, value| push(text, if *value { "1" } else { "0" }))
        }
    }
}

fn read_values<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    wanted: &Wanted,
    rows: usize,
    out: &mut Values,
    mut write: impl FnMut(&mut Vec<u8>, &T::T),
) -> ParquetResult<usize> {
    let (mut levels, mut values): (Vec<i16>, Vec<T::T>) = (Vec::new(), Vec::new());
    let mut read = 0;
    // A call gives what one page has at least; several are needed for rows of several pages.
    while read < rows {
        let places = wanted.optional.then_some(&mut levels);
        let (records, _, _) = reader.read_records(rows - read, places, None, &mut values)?;
        if records == 0 {
            break;
        }
        read += records;
    }
    let mut values = values.iter();
    for row in 0..read {
        let present = !wanted.optional || levels.get(row).is_some_and(|level| *level == 1);
        if present && let Some(value) = values.next() {
            write(&mut out.text, value);
        }
        out.ends.push(out.text.len());
    }
    Ok(read)
}

fn push(text: &mut Vec<u8>, more: &str) {
    text.extend_from_slice(more.as_bytes());
}

fn push_text(text: &mut Vec<u8>, value: &[u8]) {
    // What is longer than any name stays longer than any name.
    text.extend_from_slice(&value[..value.len().min(LONGEST)]);
}

/// Writes microseconds since 1970 as seconds, so that no reader has to guess the unit. Times before 1970 are left out.
fn push_time(text: &mut Vec<u8>, micros: i64) {
    if micros >= 0 {
        push(text, &format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000));
    }
}

/// Calls into the library, which is not to end the program whatever a hostile file makes it do.
fn guarded<T>(call: impl FnOnce() -> ParquetResult<T>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(_) => Err("the file contradicts itself".to_owned()),
    }
}

/// A file that several readers of columns read in turns.
struct Shared<R> {
    file: Arc<Mutex<R>>,
    length: u64,
}

impl<R> Clone for Shared<R> {
    fn clone(&self) -> Self {
        Self { file: self.file.clone(), length: self.length }
    }
}

impl<R: Read + Seek> Shared<R> {
    /// Fills `buffer` from a place; returns how much there was.
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at))?;
        let mut count = 0;
        while count < buffer.len() {
            match file.read(&mut buffer[count..]) {
                Ok(0) => break,
                Ok(more) => count += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(count)
    }
}

impl<R> Length for Shared<R> {
    fn len(&self) -> u64 {
        self.length
    }
}

impl<R: Read + Seek + Send> ChunkReader for Shared<R> {
    type T = BufReader<Onward<R>>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        Ok(BufReader::new(Onward { shared: self.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<bytes::Bytes> {
        if length as u64 > self.length.saturating_sub(start) {
            return Err(ParquetError::EOF(format!("{length} octets at octet {start} are beyond the end of the file")));
        }
        let mut octets = vec![0; length];
        let count = self.read_at(start, &mut octets)?;
        octets.truncate(count);
        if count == length { Ok(octets.into()) } else { Err(ParquetError::EOF("the file ended early".to_owned())) }
    }
}

/// A reader from a place on.
struct Onward<R> {
    shared: Shared<R>,
    at: u64,
}

impl<R: Read + Seek> Read for Onward<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.shared.read_at(self.at, buffer)?;
        self.at += count as u64;
        Ok(count)
    }
}
