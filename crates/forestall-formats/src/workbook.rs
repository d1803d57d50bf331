// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The list as a workbook (XLSX): a sheet a week by its ISO name, columns for the answer ready to fill in, and nothing but text.
//!
//! Sent back as it is, the reader of answers understands it ([`crate::answers::read_workbook`]). There is no formula, and every cell is text,
//! so that no program turns a name into a date. The same list gives the same octets: the time in the file is that of the
//! list. Read back with calamine, and opened with LibreOffice.
//!
//! # Source
//!
//! ISO/IEC 29500, Office Open XML; the limit of rows is Excel's and LibreOffice's.

use std::io::{self, Write};

use forestall_model::{AnswerResult, Instant, Released};
use rust_xlsxwriter::{DataValidation, DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::csv;
use crate::heading::Heading;
use crate::numbered::{NumberedLine, NumberedList};
use crate::printable::{by_week, facts};
use crate::wording::{Language, WordingError};

/// The media type.
pub const MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Most lines of a workbook: it is put together in memory, about two kilooctets a line. Longer lists go out as CSV.
pub const MAX_LINES: usize = 100_000;

/// Most rows of a sheet, the header counted.
const MAX_ROWS: usize = 1 << 20;

/// The columns of a sheet: first what people look at, then the answer, then the rest of the numbered list.
pub const COLUMNS: [&str; 20] = [
    "name",
    "name_unicode",
    "requested_action",
    "change",
    "valid_from",
    "valid_until",
    "result",
    "done_at",
    "comment",
    "family",
    "class",
    "registrar_iana_id",
    "created",
    "evidence_ref",
    "confidence",
    "tld",
    "line_id",
    "tlp",
    "pap",
    "list",
];

/// The columns that a registry fills in.
const ANSWER: [&str; 3] = ["result", "done_at", "comment"];

/// Widths of the columns in characters, in the order of [`COLUMNS`].
const WIDTHS: [u16; 20] = [30, 30, 18, 11, 22, 22, 14, 22, 40, 18, 18, 10, 22, 22, 12, 10, 36, 16, 12, 28];

/// Why there is no workbook.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkbookError {
    /// More than [`MAX_LINES`] lines.
    #[error("the list has {found} lines; a workbook takes {MAX_LINES}: send it as CSV, or for fewer days")]
    TooManyLines {
        /// Lines of the list.
        found: usize,
    },
    /// A fault in the files of the language.
    #[error(transparent)]
    Wording(#[from] WordingError),
    /// The library that writes workbooks refused something.
    #[error("the workbook could not be made: {0}")]
    Workbook(#[from] XlsxError),
    /// The workbook could not be written.
    #[error("the workbook could not be written: {0}")]
    Output(#[from] io::Error),
}

/// Writes the workbook and returns the number of lines, headers not counted.
///
/// Lines stand in the sheet of the week in which they begin, those without a window in a sheet of their own; the last sheet says which
/// list it is. An empty list has one sheet with the header alone.
///
/// # Errors
///
/// [`WorkbookError`].
pub fn write(
    list: &Released<NumberedList>,
    heading: &Heading,
    language: Language,
    out: &mut dyn Write,
) -> Result<u64, WorkbookError> {
    let lines = &list.object().lines;
    if lines.len() > MAX_LINES {
        return Err(WorkbookError::TooManyLines { found: lines.len() });
    }
    let mut workbook = Workbook::new();
    let title = heading.list.to_string();
    let properties = DocProperties::new()
        .set_title(title.as_str())
        .set_author(heading.organisation.as_str())
        .set_creation_datetime(&creation(heading.issued)?);
    workbook.set_properties(&properties);
    let weeks = by_week(lines);
    let list_id = heading.list.to_string();
    for (week, lines) in &weeks {
        let name = match week {
            Some(week) => week.to_string(),
            None => sheet_name(language.word("page-always")?),
        };
        for (part, lines) in parts(lines, MAX_ROWS).enumerate() {
            let name = if part == 0 { name.clone() } else { format!("{name} ({})", part + 1) };
            fill(workbook.add_worksheet(), &name, lines, list, &list_id)?;
        }
    }
    if weeks.is_empty() {
        fill(workbook.add_worksheet(), &sheet_name(language.word("page-name")?), &[], list, &list_id)?;
    }
    about(workbook.add_worksheet(), list, heading, language)?;
    out.write_all(&workbook.save_to_buffer()?)?;
    out.flush()?;
    Ok(u64::try_from(lines.len()).unwrap_or(u64::MAX))
}

/// Cuts the lines of a week into sheets of at most `rows` rows, the header counted.
fn parts<'a, 'b>(lines: &'a [&'b NumberedLine], rows: usize) -> impl Iterator<Item = &'a [&'b NumberedLine]> {
    lines.chunks((rows - 1).max(1))
}

fn creation(issued: Instant) -> Result<ExcelDateTime, XlsxError> {
    // Excel counts from 1900 on.
    let (year, month, day) = issued.day().ymd();
    let number = |value: i8| u8::try_from(value).unwrap_or(1);
    ExcelDateTime::from_ymd(u16::try_from(year).unwrap_or(1900).max(1900), number(month), number(day))
}

/// Returns a text as the name of a sheet: at most 31 characters, and none of those that Excel forbids.
fn sheet_name(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'')).take(31).collect()
}

fn fill(
    sheet: &mut Worksheet,
    name: &str,
    lines: &[&NumberedLine],
    list: &Released<NumberedList>,
    list_id: &str,
) -> Result<(), XlsxError> {
    let (text, head) = (Format::new().set_num_format("@"), Format::new().set_bold().set_num_format("@"));
    sheet.set_name(name)?;
    for ((column, title), width) in (0_u16..).zip(COLUMNS).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
        if ANSWER.contains(&title) {
            // What is typed stays text as well.
            sheet.set_column_format(column, &text)?;
        }
        sheet.write_string_with_format(0, column, title, &head)?;
    }
    sheet.set_freeze_panes(1, 1)?;
    sheet.set_repeat_rows(0, 0)?;
    sheet.set_landscape();
    for (row, NumberedLine { change, line }) in (1_u32..).zip(lines) {
        let fields = csv::fields(line, list.marking());
        for (column, title) in (0_u16..).zip(COLUMNS) {
            let place = csv::COLUMNS.iter().position(|known| *known == title);
            let value = match title {
                "change" => change.word(),
                "list" => list_id,
                _ => place.map_or("", |place| fields[place].as_ref()),
            };
            if !value.is_empty() {
                sheet.write_string(row, column, value)?;
            }
        }
    }
    let last = u32::try_from(lines.len()).unwrap_or(u32::MAX).max(1);
    let words: Vec<&str> = AnswerResult::ALL.iter().map(|result| result.word()).collect();
    let choice = DataValidation::new().allow_list_strings(&words)?;
    let column = COLUMNS.iter().position(|title| *title == "result").and_then(|place| u16::try_from(place).ok());
    if let Some(column) = column {
        sheet.add_data_validation(1, column, last, column, &choice)?;
    }
    Ok(())
}

/// Fills the sheet that says which list it is.
fn about(
    sheet: &mut Worksheet,
    list: &Released<NumberedList>,
    heading: &Heading,
    language: Language,
) -> Result<(), WorkbookError> {
    let bold = Format::new().set_bold();
    sheet.set_name(sheet_name(language.word("sheet-about")?))?;
    sheet.set_column_width(0, 36)?;
    sheet.set_column_width(1, 90)?;
    let mut rows: Vec<(String, String)> =
        facts(list, heading, language)?.into_iter().map(|(label, value)| (label.to_owned(), value)).collect();
    rows.push((language.word("page-results")?.to_owned(), String::new()));
    for result in AnswerResult::ALL {
        rows.push((result.to_string(), language.word(&format!("result-{result}"))?.to_owned()));
    }
    for (row, (label, value)) in (0_u32..).zip(&rows) {
        sheet.write_string_with_format(row, 0, label, &bold)?;
        sheet.write_string(row, 1, value)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{parts, sheet_name};
    use crate::numbered::{Change, NumberedLine};
    use forestall_model::NameClass;
    use forestall_model::line::NameLine;

    #[test]
    fn a_long_week_goes_on_in_further_sheets() {
        let line = NumberedLine {
            change: Change::Added,
            line: NameLine {
                name: "abc.be".parse().unwrap(),
                window: None,
                family: "conficker-c".parse().unwrap(),
                class: NameClass::Unknown,
                registrar_iana_id: None,
                created: None,
                requested_action: None,
                evidence_ref: String::new(),
                confidence: "verified",
                line_id: String::new(),
            },
        };
        let lines = vec![&line; 10];
        let lengths: Vec<usize> = parts(&lines, 5).map(<[_]>::len).collect();
        assert_eq!(lengths, [4, 4, 2]);
    }

    #[test]
    fn sheets_have_names_that_excel_takes() {
        assert_eq!(sheet_name("a[b]c:d*e?f/g\\h'i"), "abcdefghi");
        assert_eq!(sheet_name(&"x".repeat(40)).len(), 31);
    }
}
