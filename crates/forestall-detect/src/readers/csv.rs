// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Columns under a header, between commas, semicolons or tabs.
//!
//! The separator is the one that stands most often in the header; which columns are understood is in [`super::columns`]. Fields may stand in
//! quotation marks, with a doubled one for one inside (RFC 4180); a line end inside them is not understood. A header that comes again, as where
//! several files were put one after the other, is passed.

use std::ops::Range;
use std::sync::Arc;

use memchr::memchr;

use super::block::Block;
use super::columns::{self, Column, Columns, Slots};
use super::counts::{Counts, Fault};
use super::lines::Lines;
use super::source::Cut;
use super::stamp::LogClock;
use crate::record::Record;

/// Most columns of a header that are looked at.
const MOST_COLUMNS: usize = 1_000;

/// How the lines of an input are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    columns: Option<Columns>,
    header: Vec<u8>,
}

/// Cuts blocks; the first line is the header.
#[derive(Debug)]
pub(super) struct CsvLines {
    lines: Lines,
    layout: Option<Arc<Layout>>,
}

impl CsvLines {
    pub(super) fn new() -> Self {
        Self { lines: Lines::new(), layout: None }
    }

    pub(super) fn cut(&mut self, block: &mut Block, at_end: bool, counts: &mut Counts) -> Cut {
        let cut = self.lines.cut(block, at_end, counts);
        let lines = block.lines();
        if self.layout.is_none() && !lines.is_empty() {
            let text = &block.filled()[lines];
            let end = memchr(b'\n', text).unwrap_or(text.len());
            self.layout = Some(Arc::new(Layout::of_header(text[..end].trim_ascii_end())));
        }
        block.csv = self.layout.clone();
        cut
    }
}

/// Returns whether a line is a header that names the columns that must be there.
pub(super) fn is_header(line: &[u8]) -> bool {
    Layout::of_header(line).columns.is_some()
}

impl Layout {
    fn of_header(line: &[u8]) -> Self {
        let header = line.to_vec();
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        let count = |separator: &u8| line.iter().filter(|octet| *octet == separator).count();
        let separator = [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',');
        let names = line.split(|octet| *octet == separator).take(MOST_COLUMNS).map(|name| {
            let name = name.trim_ascii();
            name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")).unwrap_or(name)
        });
        Self { columns: Columns::of_header(names, separator), header }
    }

    /// Reads a line.
    pub(super) fn parse<'a>(&self, line: &'a mut [u8], clock: LogClock) -> Result<Option<Record<'a>>, Fault> {
        if line.trim_ascii().is_empty() || line.trim_ascii_end() == self.header {
            return Ok(None);
        }
        let columns = self.columns.as_ref().ok_or(Fault::Header)?;
        let mut found: [Range<usize>; Column::COUNT] = [const { 0..0 }; Column::COUNT];
        let mut position = 0;
        let mut at = Some(0);
        for (wanted, column) in &columns.wanted {
            loop {
                let (field, next) = field(line, at.ok_or(Fault::Fields)?, columns.separator)?;
                at = next;
                position += 1;
                if position > *wanted {
                    found[*column as usize] = field;
                    break;
                }
            }
        }
        let line: &[u8] = line;
        let slots: Slots<'a> = found.map(|range| {
            let field = line[range].trim_ascii();
            if field == b"-" { &[] } else { field }
        });
        columns::record(&slots, clock)
    }
}

/// Returns the field that begins at `from`, its doubled quotation marks made single in place, and where the next begins.
fn field(line: &mut [u8], from: usize, separator: u8) -> Result<(Range<usize>, Option<usize>), Fault> {
    let rest = line.get(from..).unwrap_or_default();
    if !rest.starts_with(b"\"") {
        let end = memchr(separator, rest).map(|end| from + end);
        return Ok((from..end.unwrap_or(line.len()), end.map(|end| end + 1)));
    }
    let (mut read, mut write) = (from + 1, from + 1);
    loop {
        match (line.get(read), line.get(read + 1)) {
            (None, _) => return Err(Fault::Quotes),
            (Some(b'"'), Some(b'"')) => {
                line[write] = b'"';
                read += 2;
                write += 1;
            }
            (Some(b'"'), None) => return Ok((from + 1..write, None)),
            (Some(b'"'), Some(next)) if *next == separator => return Ok((from + 1..write, Some(read + 2))),
            (Some(b'"'), Some(_)) => return Err(Fault::Quotes),
            (Some(octet), _) => {
                line[write] = *octet;
                read += 1;
                write += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Layout;
    use crate::readers::{Fault, LogClock};

    fn check(header: &str, line: &str, expected: Result<Option<&str>, Fault>) {
        let mut octets = line.as_bytes().to_vec();
        let record = Layout::of_header(header.as_bytes()).parse(&mut octets, LogClock::default());
        let text = record.map(|record| record.map(|record| format!("{} {} {}", record.at, record.asker, record.name)));
        assert_eq!(text.as_ref().map(Option::as_deref), expected.as_ref().map(|text| *text), "{line}");
    }

    #[test]
    fn rows() {
        let seen = Ok(Some("1970-01-01T00:00:05Z ::1 x.example"));
        check("time,client,qname", "5,::1,x.example", seen);
        check("\u{feff}\"QNAME\";\"time\";other;\"client\"", "\"x.example\";5;\"a;\"\"b\";\"::1\"", seen);
        check("qname\ttime\tsrc", "x.example\t1970-01-01 00:00:05\t::1", seen);
        check("time,client,qname", "time,client,qname", Ok(None));
        check("time,client,qname", "5,::1,", Ok(None));
        check("time,client,qname", "5,::1", Err(Fault::Fields));
        check("time,client,qname", "5,,x.example", Err(Fault::Client));
        check("time,client,qname", "x,::1,x.example", Err(Fault::Time));
        check("time,client,qname", "5,\"::1,x.example", Err(Fault::Quotes));
        check("time,client,qname", "5,\"::1\"x,x.example", Err(Fault::Quotes));
        check("time,client", "5,::1", Err(Fault::Header));
    }
}
