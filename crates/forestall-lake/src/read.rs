// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Reading a table: the files of a day, row group by row group, and of each only the columns that are asked for.
//!
//! Of a file no more than its footer and those columns is fetched, and no more than one row group is in memory. What stands in a lake was
//! written by somebody who may write there, not necessarily by this program: lengths and counts are bounded before anything is made of them.

use std::collections::VecDeque;
use std::io::Read;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::{Buf as _, Bytes};
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{
    BoolType, ByteArrayType, DataType, FixedLenByteArray, FixedLenByteArrayType, Int32Type, Int64Type,
};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;

use crate::batch::Values;
use crate::decode::{self, NOTHING, Sixteens, Taker, There, Words, spread};
use crate::lake::{File, Lake, LakeError};
use crate::schema::{ADDRESSES_KEY, Kind, LEFT_OUT_KEY, Table, VERSION, VERSION_KEY};

pub use crate::batch::{Batch, Longs, Numbers, Texts, Who};

/// Octets of a footer at most; ours have some tens of thousands.
const MOST_IN_FOOTER: u64 = 64 << 20;
/// Octets at the end of a file that are fetched at once, in the hope that the footer is in them.
const TAIL: u64 = 64 << 10;
/// Rows of a row group at most; ours have 131,072.
const MOST_ROWS: usize = 16 << 20;
/// Octets of the columns of a row group at most, as they are stored.
const MOST_OCTETS: u64 = 1 << 30;
/// The last octets of a file: the length of the footer, and `PAR1`.
const END: usize = 8;

/// Why a file of the lake cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The store does not give it.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// It is no file of this table.
    #[error("{path} is no file of the table {table}: {reason}")]
    File {
        /// Its place in the lake.
        path: String,
        /// The table.
        table: &'static str,
        /// Why not.
        reason: String,
    },
    /// The table has no such column, or it was not asked for, or holds something else.
    #[error("the column {column:?} of the table {table} was not asked for as {what}")]
    Column {
        /// The column.
        column: String,
        /// The table.
        table: &'static str,
        /// What was expected to be in it.
        what: &'static str,
    },
}

/// What the footer of a file says.
#[derive(Debug)]
pub struct Footer {
    pub(crate) meta: ParquetMetaData,
    /// How many rows it has.
    pub rows: u64,
    /// Whether addresses are pseudonyms.
    pub pseudonyms: bool,
    /// By which lists addresses were marked as left out of counts, in words for people.
    pub left_out: Option<String>,
}

/// Gives batches of rows, one file after another.
#[derive(Debug)]
pub struct Scan {
    lake: Lake,
    table: &'static Table,
    columns: Vec<&'static str>,
    files: VecDeque<File>,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    file: Arc<File>,
    footer: Footer,
    next: usize,
}

impl Lake {
    /// Begins to read columns of files, which [`Lake::files`] lists. Batches have at most one row group, in our files 131,072 rows.
    ///
    /// # Errors
    ///
    /// [`ReadError::Column`] where the table has no such column.
    pub fn scan(&self, table: &'static Table, files: Vec<File>, columns: &[&str]) -> Result<Scan, ReadError> {
        let mut found = Vec::new();
        for column in columns {
            let place = table.place(column);
            let what = "a column of it";
            let no_column = || ReadError::Column { column: (*column).to_owned(), table: table.name, what };
            let place = place.ok_or_else(no_column)?;
            found.push(table.columns[place].name);
        }
        Ok(Scan { lake: self.clone(), table, columns: found, files: files.into(), open: None })
    }

    /// Reads the footer of a file.
    ///
    /// # Errors
    ///
    /// [`ReadError`] where it cannot be had or is none of this table.
    pub fn footer(&self, table: &'static Table, file: &File) -> Result<Footer, ReadError> {
        let wrong = |reason: String| ReadError::File { path: file.path.clone(), table: table.name, reason };
        if file.octets < END as u64 {
            return Err(wrong("it is too short".to_owned()));
        }
        let tail = TAIL.min(file.octets);
        let mut octets = self.range(table, file, file.octets - tail..file.octets)?;
        let Some(end) = octets.len().checked_sub(END) else { return Err(wrong("it is too short".to_owned())) };
        let (length, magic) = octets[end..].split_at(4);
        if magic != b"PAR1" {
            return Err(wrong("it does not end as Parquet does".to_owned()));
        }
        let length = u64::from(u32::from_le_bytes(length.try_into().unwrap_or_default()));
        let whole = length + END as u64;
        if whole > file.octets || length > MOST_IN_FOOTER {
            return Err(wrong(format!("its footer would have {length} octets")));
        }
        if whole > tail {
            octets = self.range(table, file, file.octets - whole..file.octets)?;
        }
        let skipped = octets.len() - usize::try_from(whole).unwrap_or(octets.len());
        let footer = octets.get(skipped..octets.len() - END).unwrap_or_default();
        let meta = guarded(|| ParquetMetaDataReader::decode_metadata(footer)).map_err(wrong)?;
        Footer::of(meta, table).map_err(wrong)
    }

    fn range(&self, table: &'static Table, file: &File, range: Range<u64>) -> Result<Bytes, ReadError> {
        let path = Path::from(file.path.as_str());
        let asked = range.end - range.start;
        let octets = self.wait(self.store.get_range(&path, range))?;
        if octets.len() as u64 == asked {
            return Ok(octets);
        }
        let reason = "it changed while it was read".to_owned();
        Err(ReadError::File { path: file.path.clone(), table: table.name, reason })
    }
}

impl Footer {
    fn of(meta: ParquetMetaData, table: &'static Table) -> Result<Self, String> {
        let about = meta.file_metadata();
        let values = about.key_value_metadata().map_or(&[][..], Vec::as_slice);
        let value = |key: &str| values.iter().find(|pair| pair.key == key).and_then(|pair| pair.value.clone());
        match value(VERSION_KEY) {
            Some(version) if version == VERSION => {}
            Some(version) => return Err(format!("it has version {version} of the schema; expected {VERSION}")),
            None => return Err("it says no version of the schema".to_owned()),
        }
        let found: Vec<&str> = about.schema_descr().columns().iter().map(|column| column.name()).collect();
        let expected: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        if found != expected {
            return Err("its columns are others".to_owned());
        }
        let types = table.parquet().map_err(|error| error.to_string())?;
        let same = types.get_fields().iter().zip(about.schema_descr().columns()).all(|(ours, theirs)| {
            ours.get_physical_type() == theirs.physical_type()
                && theirs.max_rep_level() == 0
                && theirs.max_def_level() == i16::from(ours.is_optional())
        });
        if !same {
            return Err("a column of it has another type".to_owned());
        }
        let mut rows = 0_u64;
        for group in meta.row_groups() {
            let here = usize::try_from(group.num_rows()).ok().filter(|rows| *rows <= MOST_ROWS);
            rows += here.ok_or_else(|| format!("a row group of it would have {} rows", group.num_rows()))? as u64;
        }
        let pseudonyms = value(ADDRESSES_KEY).is_some_and(|value| value != "clear");
        Ok(Self { rows, pseudonyms, left_out: value(LEFT_OUT_KEY), meta })
    }
}

impl Footer {
    /// Returns the rows of a row group, which were checked when the footer was read.
    pub(crate) fn rows_of(&self, group: usize) -> usize {
        usize::try_from(self.meta.row_group(group).num_rows()).unwrap_or(0)
    }
}

impl Scan {
    /// Returns the next rows; none at the end. A batch has at least one row.
    ///
    /// # Errors
    ///
    /// [`ReadError`] where a file cannot be read. Rows of it that were given before stand.
    #[expect(clippy::should_implement_trait, reason = "it can fail, and a reader would pass over it in a loop")]
    pub fn next(&mut self) -> Result<Option<Batch>, ReadError> {
        loop {
            let Some(open) = &mut self.open else {
                let Some(file) = self.files.pop_front() else { return Ok(None) };
                let footer = self.lake.footer(self.table, &file)?;
                self.open = Some(Open { file: Arc::new(file), footer, next: 0 });
                continue;
            };
            if open.next >= open.footer.meta.num_row_groups() {
                self.open = None;
                continue;
            }
            let group = open.next;
            open.next += 1;
            let batch = read_group(&self.lake, self.table, open, group, &self.columns)?;
            if batch.rows > 0 {
                return Ok(Some(batch));
            }
        }
    }
}

fn read_group(
    lake: &Lake,
    table: &'static Table,
    open: &Open,
    group: usize,
    columns: &[&'static str],
) -> Result<Batch, ReadError> {
    let rows = open.footer.rows_of(group);
    let places: Vec<usize> = columns.iter().filter_map(|name| table.place(name)).collect();
    let pages = fetch(lake, table, (&open.file, &open.footer), group, &places)?;
    let mut read = Vec::new();
    for (place, pages) in places.into_iter().zip(pages) {
        let column = table.columns[place];
        let values = values_of(column.kind, column.optional, rows, &pages);
        let values = values.map_err(|error| ReadError::File {
            path: open.file.path.clone(),
            table: table.name,
            reason: format!("column {}: {error}", column.name),
        })?;
        read.push((column.name, values));
    }
    Ok(Batch { table, rows, pseudonyms: open.footer.pseudonyms, file: Arc::clone(&open.file), columns: read })
}

/// Fetches columns of a row group. Returns the pages of each.
pub(crate) fn fetch(
    lake: &Lake,
    table: &'static Table,
    (file, footer): (&File, &Footer),
    group: usize,
    places: &[usize],
) -> Result<Vec<Pages>, ReadError> {
    let wrong = |reason: String| ReadError::File { path: file.path.clone(), table: table.name, reason };
    let meta = footer.meta.row_group(group);
    let rows = footer.rows_of(group);
    let mut ranges = Vec::new();
    for place in places {
        let name = table.columns[*place].name;
        let range = checked_range(meta.column(*place)).filter(|range| range.end <= file.octets);
        ranges.push(range.ok_or_else(|| wrong(format!("column {name} would stand outside the file")))?);
    }
    if ranges.iter().map(|range| range.end - range.start).sum::<u64>() > MOST_OCTETS {
        return Err(wrong(format!("a row group has more than {MOST_OCTETS} octets")));
    }
    let path = Path::from(file.path.as_str());
    let octets = lake.wait(lake.store.get_ranges(&path, &ranges))?;
    let mut pages: Vec<Pages> = Vec::new();
    for ((place, range), octets) in places.iter().zip(ranges).zip(octets) {
        let chunk = Arc::new(Chunk { start: range.start, octets });
        pages.push(Pages { chunk, meta: meta.column(*place).clone(), rows });
    }
    Ok(pages)
}

/// Returns where a column of a row group stands, and how many octets it has. Parquet's own way to tell panics where they are negative.
fn checked_range(meta: &ColumnChunkMetaData) -> Option<Range<u64>> {
    let start = meta.dictionary_page_offset().unwrap_or_else(|| meta.data_page_offset());
    let start = u64::try_from(start).ok()?;
    Some(start..start.checked_add(u64::try_from(meta.compressed_size()).ok()?)?)
}

/// Calls into the library, which is not to end the program whatever a file that somebody altered makes it do.
fn guarded<T>(call: impl FnOnce() -> ParquetResult<T>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(_) => Err("the file contradicts itself".to_owned()),
    }
}

/// The pages of one column of a row group, and what it is.
pub(crate) struct Pages {
    chunk: Arc<Chunk>,
    meta: ColumnChunkMetaData,
    rows: usize,
}

impl Pages {
    fn reader(&self) -> ParquetResult<SerializedPageReader<Chunk>> {
        SerializedPageReader::new(Arc::clone(&self.chunk), &self.meta, self.rows, None)
    }

    /// Reads a column of an encoding that is ours; none where it is another one.
    fn column(&self, optional: bool, into: &mut impl Taker) -> Option<There> {
        guarded(|| Ok(decode::column(self.rows, optional, &mut self.reader()?, into))).ok().flatten()
    }
}

fn values_of(kind: Kind, optional: bool, rows: usize, pages: &Pages) -> ParquetResult<Values> {
    Ok(match kind {
        Kind::Time | Kind::Long => {
            let (values, there) = placed(read_all::<Int64Type>(rows, optional, pages)?, 0);
            Values::Longs(values, there)
        }
        Kind::Number(_) => {
            let mut numbers = decode::Numbers::default();
            if let Some(there) = pages.column(optional, &mut numbers) {
                return Ok(Values::Numbers(numbers.values, there));
            }
            let (values, there) = read_all::<Int32Type>(rows, optional, pages)?;
            let (values, there) = placed((values.into_iter().map(i32::cast_unsigned).collect(), there), 0);
            Values::Numbers(values, there)
        }
        Kind::Flag => Values::Flags(read_all::<BoolType>(rows, optional, pages)?.0),
        Kind::Text | Kind::Octets => {
            let mut words = Words::default();
            if pages.column(optional, &mut words).is_some() {
                return Ok(Values::Texts(words));
            }
            let (dictionary, there) = read_all::<ByteArrayType>(rows, optional, pages)?;
            let most = u32::try_from(dictionary.len()).ok().filter(|most| *most < NOTHING);
            let most = most.ok_or_else(|| ParquetError::General("it has too many values".to_owned()))?;
            let (codes, _) = placed(((0..most).collect(), there), NOTHING);
            Values::Texts(Words { dictionary, codes })
        }
        Kind::Sixteen => {
            let mut sixteens = Sixteens::default();
            if let Some(there) = pages.column(optional, &mut sixteens) {
                return Ok(Values::Sixteens(sixteens.0, there));
            }
            let (values, there) = read_all::<FixedLenByteArrayType>(rows, optional, pages)?;
            let values: Option<Vec<[u8; 16]>> = values.iter().map(sixteen).collect();
            let values = values.ok_or_else(|| ParquetError::General("a value has not 16 octets".to_owned()))?;
            let (values, there) = placed((values, there), [0; 16]);
            Values::Sixteens(values, there)
        }
    })
}

/// Puts values into the rows that have one. Returns which those are.
fn placed<T: Copy>((mut values, levels): Levelled<T>, nothing: T) -> (Vec<T>, There) {
    let Some(levels) = levels else { return (values, There::All) };
    spread(&mut values, &levels, nothing);
    (values, There::Some(levels))
}

fn sixteen(value: &FixedLenByteArray) -> Option<[u8; 16]> {
    value.data().try_into().ok()
}

/// Values of a column, those that are there, and which rows have one: 1 or 0; none where all have.
type Levelled<T> = (Vec<T>, Option<Vec<i16>>);

/// Reads a column as the library does, whatever its encoding.
pub(crate) fn read_all<T: DataType>(rows: usize, optional: bool, pages: &Pages) -> ParquetResult<Levelled<T::T>> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    let read = guarded(|| {
        let mut reader = ColumnReaderImpl::<T>::new(pages.meta.column_descr_ptr(), Box::new(pages.reader()?));
        reader.read_records(rows, optional.then_some(&mut levels), None, &mut values)
    });
    let (records, read, _) = read.map_err(ParquetError::General)?;
    if records != rows || (!optional && read != rows) {
        return Err(ParquetError::General(format!("it has {records} of {rows} values")));
    }
    let there = (optional && read != rows).then_some(levels);
    Ok((values, there))
}

/// The octets of one column of one row group, at their place in the file.
#[derive(Debug)]
struct Chunk {
    start: u64,
    octets: Bytes,
}

impl Chunk {
    fn from(&self, start: u64) -> ParquetResult<Bytes> {
        let skipped = start.checked_sub(self.start).and_then(|skipped| usize::try_from(skipped).ok());
        let skipped = skipped.filter(|skipped| *skipped <= self.octets.len());
        let skipped = skipped.ok_or_else(|| ParquetError::EOF("a page would stand outside its column".to_owned()))?;
        Ok(self.octets.slice(skipped..))
    }
}

impl Length for Chunk {
    fn len(&self) -> u64 {
        self.start + self.octets.len() as u64
    }
}

impl ChunkReader for Chunk {
    type T = ChunkRead;

    fn get_read(&self, start: u64) -> ParquetResult<ChunkRead> {
        self.from(start).map(ChunkRead)
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let octets = self.from(start)?;
        if octets.len() < length {
            return Err(ParquetError::EOF("a page would end outside its column".to_owned()));
        }
        Ok(octets.slice(..length))
    }
}

#[derive(Debug)]
struct ChunkRead(Bytes);

impl Read for ChunkRead {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let octets = into.len().min(self.0.len());
        self.0.copy_to_slice(&mut into[..octets]);
        Ok(octets)
    }
}
