// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zeek's `dns.log` in columns.
//!
//! The lines at the top that begin with `#` say how the file is written: `#separator`, `#unset_field`, `#empty_field`, and in `#fields` the columns in
//! any order. They hold until others follow, as where several logs were put one after the other. A line of this log is a question together with its
//! answer, if one came. Lines without a name are passed.
//!
//! Format: Zeek's documentation, "Log File Formats"; script `base/protocols/dns`, record `DNS::Info`.

use std::sync::Arc;

use memchr::{memchr, memmem};

use super::block::Block;
use super::columns::{self, Column, Columns, Slots};
use super::counts::{Counts, Fault};
use super::lines::Lines;
use super::source::Cut;
use super::stamp::LogClock;
use crate::record::Record;

/// How the lines of a block are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    columns: Option<Columns>,
    unset: Vec<u8>,
    empty: Vec<u8>,
}

/// Cuts blocks so that one layout holds for each.
#[derive(Debug)]
pub(super) struct ZeekLines {
    lines: Lines,
    separator: u8,
    layout: Arc<Layout>,
}

impl ZeekLines {
    pub(super) fn new() -> Self {
        let layout = Layout { columns: None, unset: b"-".to_vec(), empty: b"(empty)".to_vec() };
        Self { lines: Lines::new(), separator: b'\t', layout: Arc::new(layout) }
    }

    pub(super) fn cut(&mut self, block: &mut Block, at_end: bool, counts: &mut Counts) -> Cut {
        let mut cut = self.lines.cut(block, at_end, counts);
        let lines = block.lines();
        let (start, text) = (lines.start, &block.filled()[lines]);
        let mut header = 0;
        while text[header..].starts_with(b"#") {
            let end = memchr(b'\n', &text[header..]).map_or(text.len(), |end| header + end + 1);
            self.read_header(text[header..end].trim_ascii_end());
            header = end;
        }
        if let Some(next) = memmem::find(&text[header..], b"\n#") {
            cut = self.lines.take_back(block, start + header + next + 1);
        }
        block.zeek = Some(Arc::clone(&self.layout));
        cut
    }

    fn read_header(&mut self, line: &[u8]) {
        if let Some(text) = line.strip_prefix(b"#separator ") {
            // Written as \x09: one octet, since that is all that Zeek takes.
            let octet =
                text.strip_prefix(b"\\x").and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
            self.separator = octet.or(text.first().copied()).unwrap_or(b'\t');
            return;
        }
        let mut fields = line.split(|octet| *octet == self.separator);
        let key = fields.next().unwrap_or_default();
        match key {
            b"#unset_field" => Arc::make_mut(&mut self.layout).unset = fields.next().unwrap_or_default().to_vec(),
            b"#empty_field" => Arc::make_mut(&mut self.layout).empty = fields.next().unwrap_or_default().to_vec(),
            b"#fields" => Arc::make_mut(&mut self.layout).columns = Columns::of_header(fields, self.separator),
            _ => {}
        }
    }
}

impl Layout {
    /// Reads a line.
    #[inline]
    pub(super) fn parse<'a>(&self, line: &'a [u8], clock: LogClock) -> Result<Option<Record<'a>>, Fault> {
        if line.is_empty() || line[0] == b'#' {
            return Ok(None);
        }
        let columns = self.columns.as_ref().ok_or(Fault::Header)?;
        let mut slots: Slots<'a> = [&[]; Column::COUNT];
        let mut rest = Some(line);
        let mut position = 0;
        for (wanted, column) in &columns.wanted {
            loop {
                let text = rest.ok_or(Fault::Fields)?;
                let end = memchr(columns.separator, text);
                rest = end.map(|end| &text[end + 1..]);
                position += 1;
                if position > *wanted {
                    let field = end.map_or(text, |end| &text[..end]);
                    if field != self.unset && field != self.empty {
                        slots[*column as usize] = field;
                    }
                    break;
                }
            }
        }
        columns::record(&slots, clock)
    }
}
