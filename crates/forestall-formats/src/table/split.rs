// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Octets into records and fields by RFC 4180, strictly, within the limits of a table.

use std::io::{self, BufRead};

use super::{Fault, MAX_BYTES, MAX_FIELD, MAX_FIELDS, Place, Problem};

/// One record: its fields one after another in one buffer that is used again.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) text: Vec<u8>,
    pub(super) fields: Vec<Field>,
    /// The line in which it begins, from 1.
    pub(super) line: u64,
}

/// Where a field stands in the text of its record, and the line in which it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) line: u64,
}

impl Record {
    pub(super) fn field(&self, index: usize) -> Option<&[u8]> {
        self.fields.get(index).map(|field| &self.text[field.start..field.end])
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.iter().all(u8::is_ascii_whitespace)
    }

    fn end_field(&mut self, line: u64) -> Result<(), Fault> {
        if self.fields.len() >= MAX_FIELDS {
            return Err(Fault::TooManyFields { limit: MAX_FIELDS });
        }
        let start = self.fields.last().map_or(0, |field| field.end);
        let end = self.text.len();
        self.fields.push(Field { start, end, line });
        Ok(())
    }

    fn push(&mut self, byte: u8) -> Result<(), Fault> {
        let start = self.fields.last().map_or(0, |field| field.end);
        if self.text.len() - start >= MAX_FIELD {
            return Err(Fault::FieldTooLong { limit: MAX_FIELD });
        }
        self.text.push(byte);
        Ok(())
    }
}

/// Splits octets into records by RFC 4180, strictly.
pub(super) struct Splitter<R> {
    input: R,
    delimiter: u8,
    /// The line that is being read, from 1.
    line: u64,
    /// Octets read so far.
    read: u64,
    /// Whether a line feed right here belongs to the carriage return before it.
    skip_line_feed: bool,
}

/// Where in a field the splitter is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Bare,
    Quoted,
    /// After a quotation mark inside a quoted field: its end, or the first half of a doubled one.
    QuoteSeen,
}

impl<R: BufRead> Splitter<R> {
    /// Makes a splitter for a table whose first line is yet to be read.
    pub(super) const fn new(input: R, delimiter: u8) -> Self {
        Self { input, delimiter, line: 1, read: 0, skip_line_feed: false }
    }

    /// Reads the next record; says whether there was one.
    pub(super) fn next(&mut self, record: &mut Record) -> Result<bool, Problem> {
        record.text.clear();
        record.fields.clear();
        let mut state = State::FieldStart;
        let mut field_line = self.line;
        let mut begun = false;
        loop {
            let at = |line: u64, fields: usize, fault| Problem {
                place: Place { line, column: Some((fields + 1, String::new())) },
                fault,
            };
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    return Err(Problem { place: Place::line(self.line), fault: Fault::Unreadable(error.to_string()) });
                }
            };
            if chunk.is_empty() {
                if state == State::Quoted {
                    return Err(at(field_line, record.fields.len(), Fault::OpenQuote));
                }
                if begun {
                    let fields = record.fields.len();
                    record.end_field(field_line).map_err(|f| at(field_line, fields, f))?;
                }
                return Ok(begun);
            }
            let mut used = 0;
            let mut ended = false;
            for byte in chunk.iter().copied() {
                used += 1;
                if self.skip_line_feed {
                    self.skip_line_feed = false;
                    if byte == b'\n' {
                        continue;
                    }
                }
                if !begun {
                    begun = true;
                    record.line = self.line;
                    field_line = self.line;
                }
                let fields = record.fields.len();
                let fail = |fault| at(field_line, fields, fault);
                match (state, byte) {
                    (State::FieldStart, b'"') => state = State::Quoted,
                    (State::Quoted, b'"') => state = State::QuoteSeen,
                    (State::QuoteSeen, b'"') => {
                        record.push(b'"').map_err(fail)?;
                        state = State::Quoted;
                    }
                    (State::Quoted, _) => {
                        record.push(byte).map_err(fail)?;
                        self.line += u64::from(byte == b'\n');
                    }
                    (_, b'\n' | b'\r') => {
                        record.end_field(field_line).map_err(fail)?;
                        self.line += 1;
                        self.skip_line_feed = byte == b'\r';
                        ended = true;
                        break;
                    }
                    (_, _) if byte == self.delimiter => {
                        record.end_field(field_line).map_err(fail)?;
                        field_line = self.line;
                        state = State::FieldStart;
                    }
                    (State::QuoteSeen, _) => return Err(fail(Fault::AfterQuote)),
                    (State::FieldStart | State::Bare, _) => {
                        record.push(byte).map_err(fail)?;
                        state = State::Bare;
                    }
                }
            }
            self.input.consume(used);
            self.read += u64::try_from(used).unwrap_or(u64::MAX);
            if self.read > MAX_BYTES {
                return Err(Problem { place: Place::line(self.line), fault: Fault::TooLong { limit: MAX_BYTES } });
            }
            if ended {
                return Ok(true);
            }
        }
    }
}
