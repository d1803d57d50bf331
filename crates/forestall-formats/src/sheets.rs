// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Workbooks (XLSX) that others send: the known columns of each sheet that has them, as a table of text.
//!
//! Sheets without a header that the reader knows are passed over, as are columns that it does not know. A cell gives its value,
//! never its formula; a date gives its day or instant. Everything is unpacked once before it is read, within limits, so that a file that
//! unpacks to far more than it holds is refused before anything is made of it.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use calamine::{DataRef, ExcelDateTime, Reader as _, Xlsx, XlsxError};

use crate::table::{Column, Need, TableErrors};

/// Most octets of a workbook.
pub const MAX_BYTES: usize = 32 << 20;
/// Most octets of all its parts together, unpacked. The longest workbook that this program writes takes about 70 MiB.
pub const MAX_UNPACKED: u64 = 96 << 20;
/// Most parts.
pub const MAX_PARTS: usize = 1_000;
/// Most sheets that are looked at.
pub const MAX_SHEETS: usize = 200;
/// Most rows of a sheet before its header.
const MAX_ROWS_ABOVE: usize = 50;
/// Most columns of a sheet; those beyond are passed over.
const MAX_COLUMNS: u32 = 256;
/// Most characters of a cell: as many octets as a field of a table may have.
const MAX_CELL: usize = crate::table::MAX_FIELD;

/// A workbook that was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SheetError {
    /// More than [`MAX_BYTES`] octets.
    #[error("the workbook is longer than {MAX_BYTES} octets")]
    TooLong,
    /// More than [`MAX_PARTS`] parts.
    #[error("the workbook has {found} parts; at most {MAX_PARTS} are taken")]
    TooManyParts {
        /// Parts of the file.
        found: usize,
    },
    /// More than [`MAX_UNPACKED`] octets, unpacked.
    #[error("the workbook unpacks to more than {MAX_UNPACKED} octets")]
    UnpacksTooFar,
    /// More than [`MAX_SHEETS`] sheets.
    #[error("the workbook has {found} sheets; at most {MAX_SHEETS} are taken")]
    TooManySheets {
        /// Sheets of the file.
        found: usize,
    },
    /// No workbook, or a damaged one.
    #[error("the file is no workbook that can be read: {0}")]
    Damaged(String),
    /// Rows that are not in order.
    #[error("sheet {sheet:?}, row {row}: the rows of the sheet are not in order")]
    Order {
        /// The sheet.
        sheet: String,
        /// The row, from 1.
        row: u64,
    },
    /// No sheet has the columns.
    #[error("no sheet of the workbook has a header with the columns {expected}")]
    NoTable {
        /// What was looked for.
        expected: String,
    },
    /// The table of a sheet has faults.
    #[error("sheet {sheet:?}: {errors}")]
    Table {
        /// The sheet.
        sheet: String,
        /// The faults; lines are rows.
        errors: TableErrors,
    },
    /// Something stands in two places.
    #[error("sheet {sheet:?}, row {row}: {what} stands in sheet {first:?} already; expected one row for each")]
    Repeated {
        /// The sheet of the later row.
        sheet: String,
        /// The later row, from 1.
        row: u64,
        /// What comes twice.
        what: String,
        /// The sheet of the earlier row.
        first: String,
    },
}

/// What is taken of a sheet.
#[derive(Debug)]
pub(crate) struct SheetTable {
    /// The name of the sheet.
    pub(crate) sheet: String,
    /// The table as CSV with commas: a line for each row of the sheet, so that lines are rows.
    pub(crate) csv: Vec<u8>,
    /// Rows that were left out, since the column that makes a row count was blank.
    pub(crate) blank: u64,
}

/// Reads the sheets that have a header with all columns that a table must have. Rows are left out where the column `counts` is blank.
pub(crate) fn read(octets: &[u8], columns: &[Column], counts: usize) -> Result<Vec<SheetTable>, SheetError> {
    if octets.len() > MAX_BYTES {
        return Err(SheetError::TooLong);
    }
    unpack_within_limits(octets)?;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(octets)).map_err(|error| damaged(&error))?;
    let names = workbook.sheet_names();
    if names.len() > MAX_SHEETS {
        return Err(SheetError::TooManySheets { found: names.len() });
    }
    let mut tables = Vec::new();
    for sheet in names {
        // What is no sheet of cells, such as a chart, has no table.
        let table = match read_sheet(&mut workbook, &sheet, columns, counts) {
            Err(SheetError::Damaged(_)) if workbook.sheets_metadata().iter().any(|known| is_other(known, &sheet)) => {
                None
            }
            other => other?,
        };
        tables.extend(table);
    }
    if tables.is_empty() {
        let must: Vec<&str> =
            columns.iter().filter(|column| column.need == Need::Must).map(|column| column.name).collect();
        return Err(SheetError::NoTable { expected: must.join(", ") });
    }
    Ok(tables)
}

fn is_other(known: &calamine::Sheet, sheet: &str) -> bool {
    known.name == sheet && known.typ != calamine::SheetType::WorkSheet
}

fn damaged(error: &XlsxError) -> SheetError {
    SheetError::Damaged(error.to_string().chars().filter(|c| !c.is_control()).take(200).collect())
}

/// Unpacks every part into nothing, and refuses what goes too far.
fn unpack_within_limits(octets: &[u8]) -> Result<(), SheetError> {
    let damaged = |error: String| SheetError::Damaged(error.chars().take(200).collect());
    let mut archive = zip::ZipArchive::new(Cursor::new(octets)).map_err(|error| damaged(error.to_string()))?;
    if archive.len() > MAX_PARTS {
        return Err(SheetError::TooManyParts { found: archive.len() });
    }
    let mut left = MAX_UNPACKED;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| damaged(error.to_string()))?;
        let unpacked =
            io::copy(&mut part.take(left + 1), &mut io::sink()).map_err(|error| damaged(error.to_string()))?;
        left = left.checked_sub(unpacked).ok_or(SheetError::UnpacksTooFar)?;
    }
    Ok(())
}

/// Reads one sheet; `None` where it has no header that is known.
fn read_sheet(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    columns: &[Column],
    counts: usize,
) -> Result<Option<SheetTable>, SheetError> {
    let mut cells = workbook.worksheet_cells_reader(sheet).map_err(|error| damaged(&error))?;
    let mut table = Table { columns, counts, header: None, above: 0, csv: Vec::new(), rows: 0, blank: 0 };
    let mut row: Option<u32> = None;
    let mut fields: BTreeMap<u32, String> = BTreeMap::new();
    while let Some(cell) = cells.next_cell().map_err(|error| damaged(&error))? {
        let (at, column) = cell.get_position();
        if row != Some(at) {
            if row.is_some_and(|before| at < before) {
                return Err(SheetError::Order { sheet: sheet.to_owned(), row: u64::from(at) + 1 });
            }
            if let Some(before) = row
                && !table.take(before, &fields)
            {
                return Ok(None);
            }
            fields.clear();
            row = Some(at);
        }
        if column < MAX_COLUMNS {
            let value = text_of(cell.get_value());
            if !value.is_empty() {
                fields.insert(column, value);
            }
        }
    }
    if let Some(last) = row
        && !table.take(last, &fields)
    {
        return Ok(None);
    }
    Ok(table.header.is_some().then(|| SheetTable { sheet: sheet.to_owned(), csv: table.csv, blank: table.blank }))
}

struct Table<'a> {
    columns: &'a [Column],
    counts: usize,
    /// For each known column that the sheet has, where it stands; once the header was found.
    header: Option<Vec<(usize, u32)>>,
    /// Rows seen before the header.
    above: usize,
    csv: Vec<u8>,
    /// Lines written.
    rows: u32,
    blank: u64,
}

impl Table<'_> {
    /// Takes a row; says whether reading on is of use.
    fn take(&mut self, row: u32, fields: &BTreeMap<u32, String>) -> bool {
        if fields.is_empty() {
            return true;
        }
        let Some(header) = &self.header else {
            let known = |text: &str| {
                let text = text.trim().to_lowercase();
                self.columns.iter().position(|column| column.name == text)
            };
            let header: Vec<(usize, u32)> = fields.iter().filter_map(|(at, text)| Some((known(text)?, *at))).collect();
            let has = |wanted: usize| header.iter().any(|(column, _)| *column == wanted);
            let mut must = (0..).zip(self.columns).filter(|(_, column)| column.need == Need::Must);
            if header.is_empty() || !must.all(|(place, _)| has(place)) {
                self.above += 1;
                return self.above < MAX_ROWS_ABOVE;
            }
            let names: Vec<&str> = header.iter().map(|(column, _)| self.columns[*column].name).collect();
            self.fill_up_to(row);
            self.line(&names);
            self.header = Some(header);
            return true;
        };
        let value = |at: u32| fields.get(&at).map_or("", String::as_str);
        let is_blank = |text: &str| text.trim().is_empty();
        let counts = header.iter().find(|(column, _)| *column == self.counts);
        if counts.is_some_and(|(_, at)| is_blank(value(*at))) {
            let known = header.iter().any(|(_, at)| !is_blank(value(*at)));
            self.blank += u64::from(known);
            return true;
        }
        let row_of: Vec<&str> = header.iter().map(|(_, at)| value(*at)).collect();
        self.fill_up_to(row);
        self.line(&row_of);
        true
    }

    /// Writes empty lines for the rows before `row` that have none.
    fn fill_up_to(&mut self, row: u32) {
        while self.rows < row {
            self.csv.push(b'\n');
            self.rows += 1;
        }
    }

    fn line(&mut self, fields: &[impl AsRef<str>]) {
        for (index, field) in fields.iter().enumerate() {
            if index > 0 {
                self.csv.push(b',');
            }
            self.csv.push(b'"');
            for octet in field.as_ref().bytes() {
                if octet == b'"' {
                    self.csv.push(b'"');
                }
                self.csv.push(octet);
            }
            self.csv.push(b'"');
        }
        self.csv.push(b'\n');
        self.rows += 1;
    }
}

/// Returns what a cell shows, on one line, cut where a field of a table would be too long.
fn text_of(value: &DataRef<'_>) -> String {
    let text = match value {
        DataRef::Int(number) => number.to_string(),
        // A number without fraction is shown as such; Rust's own form does that.
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(date) => date_of(date),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => return String::new(),
    };
    let mut text = text.replace(['\r', '\n'], " ");
    // One octet more than a field may have is refused there with its place.
    text.truncate(text.floor_char_boundary(MAX_CELL + 4));
    text
}

/// Returns a date as ISO 8601 writes it, in UTC as everywhere; a day where it has no time.
fn date_of(date: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    let day = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) == (0, 0, 0) { day } else { format!("{day}T{hour:02}:{minute:02}:{second:02}Z") }
}
