// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Strict reading of tables that people send: CSV with a header, every fault with its line and column.
//!
//! The reader takes what spreadsheets write: a byte order mark, lines that end in LF, CR or CR LF, commas, semicolons or tabs
//! between fields, columns in any order, blank rows. It refuses what cannot be told apart from a damaged file: an
//! open quotation mark, a row that is shorter or longer than the header, a column that nobody asked for. A table with a
//! fault gives no rows.

use std::fmt;
use std::io::{self, BufReader, Cursor, Read};

mod fault;
mod split;

pub use fault::{Fault, Place, Problem, Problems, TableErrors};

use split::{Record, Splitter};

/// Most rows of a table, the header not counted.
pub const MAX_ROWS: usize = 2_000_000;
/// Most octets of a field.
pub const MAX_FIELD: usize = 4_096;
/// Most octets of a file.
pub const MAX_BYTES: u64 = 256 << 20;
/// Most fields of a row.
pub const MAX_FIELDS: usize = 256;
/// Most problems that are collected before reading stops.
pub const MAX_PROBLEMS: usize = 20;

/// A column that a reader knows.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The name in the header, lower case; the header may differ in letter case.
    pub name: &'static str,
    /// What the reader does with it.
    pub need: Need,
}

/// Makes a column, as the tables of readers hold them.
pub(crate) const fn column(name: &'static str, need: Need) -> Column {
    Column { name, need }
}

/// What a reader does with a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The header must have it.
    Must,
    /// The header may have it.
    May,
    /// The header may have it, and its fields are passed over.
    PassOver,
}

/// One row of a table, its fields under the names that the reader knows.
#[derive(Debug)]
pub struct Row<'a> {
    /// The line in which the row begins, from 1.
    pub line: u64,
    record: &'a Record,
    /// For each known column, its index in the file.
    places: &'a [Option<usize>],
    columns: &'a [Column],
}

impl Row<'_> {
    /// Returns the trimmed text of a column; `None` where the table lacks the column or the field is blank.
    ///
    /// `column` is the index in the list of known columns. A field that is no UTF-8 was reported before and does not come here.
    #[must_use]
    pub fn text(&self, column: usize) -> Option<&str> {
        let index = (*self.places.get(column)?)?;
        let text = std::str::from_utf8(self.record.field(index)?).ok()?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// Returns the place of a column in this row, for a problem.
    #[must_use]
    pub fn place(&self, column: usize) -> Place {
        let index = self.places.get(column).copied().flatten();
        Place {
            line: index.and_then(|i| self.record.fields.get(i)).map_or(self.line, |field| field.line),
            column: index.map(|i| (i + 1, self.columns[column].name.to_owned())),
        }
    }

    /// Parses a field; `None` where it is blank or where it is wrong, which is then a problem.
    pub fn parse<T>(&self, column: usize, problems: &mut Problems) -> Option<T>
    where
        T: std::str::FromStr<Err: fmt::Display>,
    {
        self.taken(column, self.text(column)?.parse::<T>(), problems)
    }

    /// Parses a field that holds a word of a closed vocabulary, in any letter case.
    pub fn word<T>(&self, column: usize, problems: &mut Problems) -> Option<T>
    where
        T: std::str::FromStr<Err: fmt::Display>,
    {
        self.taken(column, self.text(column)?.to_ascii_lowercase().parse::<T>(), problems)
    }

    /// Parses a field that holds any number of values, with blanks, commas, semicolons or bars between them.
    pub fn values<T>(&self, column: usize, problems: &mut Problems) -> Vec<T>
    where
        T: std::str::FromStr<Err: fmt::Display>,
    {
        let text = self.text(column).unwrap_or("");
        let parts = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|'));
        let written = parts.filter(|part| !part.is_empty());
        written.filter_map(|part| self.taken(column, part.parse::<T>(), problems)).collect()
    }

    /// Parses a field that holds an instant in RFC 3339 with `Z`, or a day, which means its first instant.
    pub fn instant(&self, column: usize, problems: &mut Problems) -> Option<forestall_model::Instant> {
        let text = self.text(column)?;
        if let Ok(day) = text.parse::<forestall_model::UtcDay>() {
            return Some(day.start());
        }
        self.parse(column, problems)
    }

    /// Returns what a field was read as; `None` where it could not be, which is then a problem.
    fn taken<T, E: fmt::Display>(&self, column: usize, read: Result<T, E>, problems: &mut Problems) -> Option<T> {
        read.map_err(|error| problems.add(self.place(column), Fault::Value(error.to_string()))).ok()
    }

    /// Reports a blank field that must hold something.
    pub fn missing(&self, column: usize, expected: &str, problems: &mut Problems) {
        problems.add(self.place(column), Fault::MissingValue(expected.to_owned()));
    }
}

/// Reads a table and gives each row that is not blank to `take`, which reports problems of its own.
///
/// # Errors
///
/// The problems of the file and those that `take` reported, at most [`MAX_PROBLEMS`].
pub fn read<R: Read, T>(
    input: R,
    columns: &[Column],
    mut take: impl FnMut(&Row<'_>, &mut Problems) -> Option<T>,
) -> Result<Vec<T>, TableErrors> {
    let mut problems = Problems::default();
    let mut rows = Vec::new();
    if let Err(problem) = read_into(input, columns, &mut take, &mut rows, &mut problems) {
        problems.add(problem.place, problem.fault);
    }
    problems.finish(rows)
}

/// Reads to the end, or to a problem after which nothing can be understood.
fn read_into<R: Read, T>(
    mut input: R,
    columns: &[Column],
    take: &mut impl FnMut(&Row<'_>, &mut Problems) -> Option<T>,
    rows: &mut Vec<T>,
    problems: &mut Problems,
) -> Result<(), Problem> {
    let fail = |line, fault| Problem { place: Place::line(line), fault };
    let unreadable = |error: io::Error| fail(1, Fault::Unreadable(error.to_string()));
    let mut start = Vec::new();
    (&mut input).take(8_192).read_to_end(&mut start).map_err(unreadable)?;
    if let Some(fault) = Fault::of_foreign_file(&start) {
        return Err(fail(1, fault));
    }
    if start.starts_with(b"\xEF\xBB\xBF") {
        start.drain(..3);
    }
    let delimiter = delimiter_of(&start);
    let mut splitter = Splitter::new(BufReader::new(Cursor::new(start).chain(input)), delimiter);
    let mut record = Record::default();
    loop {
        if !splitter.next(&mut record)? {
            let expected = list(columns, |need| need != Need::PassOver);
            return Err(fail(1, Fault::Empty { expected }));
        }
        if !record.is_blank() {
            break;
        }
    }
    let (places, names) = header(&record, columns, problems);
    if problems.added > 0 {
        return Ok(());
    }
    while splitter.next(&mut record)? {
        if record.is_blank() {
            continue;
        }
        if rows.len() >= MAX_ROWS {
            return Err(fail(record.line, Fault::TooManyRows { limit: MAX_ROWS }));
        }
        let before = problems.added;
        if record.fields.len() == names.len() {
            for (index, field) in record.fields.iter().enumerate() {
                let text = &record.text[field.start..field.end];
                let fault = if std::str::from_utf8(text).is_err() {
                    Fault::NotUtf8
                } else if text.contains(&0) {
                    Fault::Nul
                } else {
                    continue;
                };
                let column = Some((index + 1, names[index].clone()));
                let line = field.line;
                problems.add(Place { line, column }, fault);
            }
        } else {
            let (found, expected) = (record.fields.len(), names.len());
            problems.add(Place::line(record.line), Fault::FieldCount { found, expected });
        }
        if problems.added == before {
            let row = Row { line: record.line, record: &record, places: &places, columns };
            let value = take(&row, problems);
            // Once something is wrong no row is handed out, so none is kept.
            if problems.added == 0 {
                rows.extend(value);
            } else {
                rows.clear();
            }
        }
        if problems.is_full() {
            return Ok(());
        }
    }
    Ok(())
}

/// Returns for each known column its index in the file, and the header's names in the order of the file.
fn header(record: &Record, columns: &[Column], problems: &mut Problems) -> (Vec<Option<usize>>, Vec<String>) {
    let mut places = vec![None; columns.len()];
    let mut names = Vec::new();
    for index in 0..record.fields.len() {
        let found = String::from_utf8_lossy(record.field(index).unwrap_or_default());
        let name = found.trim().to_ascii_lowercase();
        let place = Place { line: record.line, column: Some((index + 1, name.chars().take(60).collect())) };
        match columns.iter().position(|column| column.name == name) {
            Some(known) if places[known].is_some() => problems.add(place, Fault::RepeatedColumn),
            Some(known) => places[known] = Some(index),
            None => problems.add(
                place,
                Fault::UnknownColumn {
                    found: found.trim().chars().take(60).collect(),
                    nearest: nearest(&name, columns.iter().map(|column| column.name)),
                    expected: list(columns, |need| need != Need::PassOver),
                },
            ),
        }
        names.push(name);
    }
    for (column, place) in columns.iter().zip(&places) {
        if column.need == Need::Must && place.is_none() {
            problems.add(Place::line(record.line), Fault::MissingColumn(column.name.to_owned()));
        }
    }
    (places, names)
}

fn list(columns: &[Column], wanted: impl Fn(Need) -> bool) -> String {
    let names: Vec<_> = columns.iter().filter(|column| wanted(column.need)).map(|column| column.name).collect();
    names.join(", ")
}

/// Returns the delimiter of the first line: the one of comma, semicolon and tab that stands there most often.
fn delimiter_of(start: &[u8]) -> u8 {
    let line = start.split(|b| matches!(b, b'\n' | b'\r')).find(|line| !line.is_empty()).unwrap_or_default();
    let count = |delimiter: u8| line.iter().filter(|b| **b == delimiter).count();
    let mut best = b',';
    for other in [b';', b'\t'] {
        if count(other) > count(best) {
            best = other;
        }
    }
    best
}

/// Returns the word that is spelled most nearly as `found`; `None` where none is near.
fn nearest(found: &str, words: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    if found.len() > 40 {
        return None;
    }
    words
        .map(|word| (distance(found.as_bytes(), word.as_bytes()), word))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, word)| *distance <= (word.len() / 3).max(2))
        .map(|(_, word)| word)
}

/// Returns the Levenshtein distance of two short texts.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{Column, Fault, MAX_FIELD, Need, Place, read};

    const COLUMNS: [Column; 3] = [
        Column { name: "name", need: Need::Must },
        Column { name: "result", need: Need::May },
        Column { name: "family", need: Need::PassOver },
    ];

    type Rows = Vec<(u64, String, String)>;

    fn rows(text: &[u8]) -> Result<Rows, super::TableErrors> {
        let own = |text: Option<&str>| text.unwrap_or("").to_owned();
        read(text, &COLUMNS, |row, _| Some((row.line, own(row.text(0)), own(row.text(1)))))
    }

    fn row(line: u64, name: &str, result: &str) -> (u64, String, String) {
        (line, name.to_owned(), result.to_owned())
    }

    #[test]
    fn takes_what_spreadsheets_write() {
        let check = |text: &str, expected: &Rows| assert_eq!(rows(text.as_bytes()).unwrap(), *expected, "{text:?}");
        let expected = vec![row(2, "a.be", "done")];
        check("name,result\na.be,done\n", &expected);
        check("\u{feff}Name;RESULT\r\na.be;done\r\n;\r\n", &expected);
        check("result\tname\rdone\ta.be", &expected);
        check("name,result,family\n\"a.be\",\" done \",x\n\n", &expected);
        check("name,result\n\"a\n\"\"b\",x\nc,y", &vec![row(2, "a\n\"b", "x"), row(4, "c", "y")]);
    }

    #[test]
    fn names_line_and_column() {
        let check = |text: &[u8], line: u64, column: Option<(usize, &str)>, message: &str| {
            let errors = rows(text).unwrap_err();
            let problem = &errors.problems()[0];
            let column = column.map(|(number, name)| (number, name.to_owned()));
            assert_eq!(problem.place, Place { line, column }, "{problem}");
            assert!(problem.to_string().contains(message), "{problem}");
        };
        check(b"", 1, None, "the file is empty; expected a header line with name, result");
        check(b"name,resutl\n", 1, Some((2, "resutl")), "did you mean \"result\"?");
        check(b"name,qqqqqqqqqqq\n", 1, Some((2, "qqqqqqqqqqq")), "column of this table; expected name, result");
        check(b"name,name\n", 1, Some((2, "name")), "twice");
        check(b"result\ndone\n", 1, None, "lacks the column name");
        check(b"name,result\na,b\nc\n", 3, None, "has 1 fields; expected 2");
        check(b"name,result\na,b\nc,\"d\ne,f\n", 3, Some((2, "")), "never closed");
        check(b"name,result\n\"a\"b,c\n", 2, Some((1, "")), "follows a closing");
        check(b"name,result\na,\xff\n", 2, Some((2, "result")), "not UTF-8");
        check(b"\xff\xfen\0a\0", 1, None, "UTF-16");
        check(b"PK\x03\x04....", 1, None, "workbook");
        check(format!("name\n{}\n", "x".repeat(MAX_FIELD + 1)).as_bytes(), 2, Some((1, "")), "longer than 4096");
    }

    #[test]
    fn stops_after_twenty_problems() {
        let text = format!("name,result\n{}", "a\n".repeat(100));
        let errors = rows(text.as_bytes()).unwrap_err();
        assert_eq!(errors.problems().len(), 20);
        assert!(errors.stopped_early());
        assert!(matches!(errors.problems()[19].fault, Fault::FieldCount { found: 1, expected: 2 }));
    }
}
