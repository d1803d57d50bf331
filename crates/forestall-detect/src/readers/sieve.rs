// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Reading for those who want few records: a line gives its name first, and the rest when it is asked for.

use super::lines::without_return;
use super::stamp::LogClock;
use super::{plain, zeek};
use crate::record::Record;

/// What takes the names of a block, and asks for few of the records.
pub trait Sieve<'a> {
    /// Says how lines of this block become records, before any of them comes.
    fn begin(&mut self, reader: LineReader<'a>);

    /// Takes the name of a line as [`QName::Text`](crate::record::QName::Text) has it, and the line. It has a record, and was counted as such.
    fn line(&mut self, name: &'a [u8], line: &'a [u8]);

    /// Takes a record of an input without lines, or of a line that is not as most are.
    fn record(&mut self, record: Record<'a>);
}

/// Makes records of the lines that [`Sieve::line`] gave.
#[derive(Clone, Copy, Debug)]
pub struct LineReader<'a> {
    zeek: Option<&'a zeek::Layout>,
    clock: LogClock,
}

impl<'a> LineReader<'a> {
    pub(super) const fn new(zeek: Option<&'a zeek::Layout>, clock: LogClock) -> Self {
        Self { zeek, clock }
    }

    /// Returns the record of a line; none of what is no such line.
    #[must_use]
    pub fn read(&self, line: &'a [u8]) -> Option<Record<'a>> {
        let line = without_return(line);
        let record = match self.zeek {
            Some(layout) => layout.parse(line, self.clock),
            None => plain::parse(line),
        };
        record.ok().flatten()
    }
}

/// Asks for each record.
#[cfg(test)]
#[derive(Debug, Default)]
pub(super) struct All<'a> {
    reader: Option<LineReader<'a>>,
    pub(super) records: Vec<Record<'a>>,
}

#[cfg(test)]
impl<'a> Sieve<'a> for All<'a> {
    fn begin(&mut self, reader: LineReader<'a>) {
        self.reader = Some(reader);
    }

    fn line(&mut self, name: &'a [u8], line: &'a [u8]) {
        let record = self.reader.and_then(|reader| reader.read(line)).expect("a line that was given has a record");
        assert_eq!(record.name, crate::record::QName::Text(name));
        self.records.push(record);
    }

    fn record(&mut self, record: Record<'a>) {
        self.records.push(record);
    }
}
