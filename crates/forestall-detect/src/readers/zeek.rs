// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zeek's `dns.log` in columns.
//!
//! The lines at the top that begin with `#` say how the file is written: `#separator`, `#unset_field`, `#empty_field`, and in `#fields` the columns in
//! any order. They hold until others follow, as where several logs were put one after the other. A line of this log is a question together with its
//! answer, if one came. Lines without a name are passed.
//!
//! A usual line has tabs between its fields and all columns that are wanted; it is read in one pass over the block. Any other is read by itself.
//!
//! Format: Zeek's documentation, "Log File Formats"; script `base/protocols/dns`, record `DNS::Info`.

use std::sync::Arc;

use memchr::{memchr, memmem};

use super::block::Block;
use super::columns::{self, Column, Columns, Slots};
use super::counts::{Counts, Fault};
use super::lines::{self, LONGEST_LINE, Lines};
use super::marks::Marks;
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

/// Reads each line of `bytes`, the first of which has the number `line`.
#[inline]
pub(super) fn read<'a>(
    layout: Option<&Layout>,
    bytes: &'a [u8],
    mut line: u64,
    clock: LogClock,
    counts: &mut Counts,
    mut visit: impl FnMut(Record<'a>),
) {
    let mut parse = |line| layout.ok_or(Fault::Header)?.parse(line, clock);
    let Some((layout, columns)) = layout.and_then(|layout| Some((layout, layout.columns.as_ref()?))) else {
        return lines::read(bytes, line, counts, visit, parse);
    };
    if columns.separator != b'\t' {
        return lines::read(bytes, line, counts, visit, parse);
    }
    let mut marks = Marks::new(bytes, b'\n');
    let mut start = 0;
    while start < bytes.len() {
        let usual = layout.usual(columns, bytes, start, &mut marks);
        if let Some((slots, end)) = usual
            && let Ok(record) = columns::record(&slots, clock)
        {
            counts.units += 1;
            match record {
                Some(record) => {
                    counts.records += 1;
                    visit(record);
                }
                None => counts.passed += 1,
            }
            start = end;
        } else {
            let end = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |end| start + end + 1);
            lines::read(&bytes[start..end], line, counts, &mut visit, &mut parse);
            marks.seek(end);
            start = end;
        }
        line += 1;
    }
}

/// Compares fields, of which few are equal: mostly the length or the first octet tells.
#[inline]
fn is(field: &[u8], other: &[u8]) -> bool {
    field.len() == other.len() && field.first() == other.first() && field == other
}

impl Layout {
    /// Finds the columns of the line that begins at `start` where it is a usual one; returns also where the next begins.
    #[inline]
    fn usual<'a>(
        &self,
        columns: &Columns,
        bytes: &'a [u8],
        start: usize,
        marks: &mut Marks<'a>,
    ) -> Option<(Slots<'a>, usize)> {
        if bytes[start] == b'#' {
            return None;
        }
        let mut slots: Slots<'a> = [&[]; Column::COUNT];
        let (mut from, mut position, mut last) = (start, 0, b'\t');
        for (wanted, column) in &columns.wanted {
            loop {
                if last != b'\t' {
                    return None;
                }
                let end = marks.next()?;
                let begin = from;
                last = bytes[end];
                from = end + 1;
                position += 1;
                if position > *wanted {
                    let field = bytes.get(begin..end)?;
                    if !is(field, &self.unset) && !is(field, &self.empty) {
                        slots[*column as usize] = field;
                    }
                    break;
                }
            }
        }
        let is_end = match last {
            b'\t' => true,
            b'\n' => !bytes[..from].ends_with(b"\r\n"),
            _ => false,
        };
        if !is_end {
            return None;
        }
        if last != b'\n' {
            from += memchr(b'\n', &bytes[from..])? + 1;
            marks.seek(from);
        }
        (from - start <= LONGEST_LINE).then_some((slots, from))
    }

    /// Reads a line.
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

#[cfg(test)]
mod tests {
    use super::{Layout, ZeekLines, read};
    use crate::readers::counts::{Counts, Fault};
    use crate::readers::lines;
    use crate::readers::stamp::LogClock;
    use proptest::prelude::*;

    fn layout(header: &str) -> Layout {
        let mut lines = ZeekLines::new();
        header.lines().for_each(|line| lines.read_header(line.as_bytes()));
        Layout::clone(&lines.layout)
    }

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        let usual = vec![
            "1711965600.123456",
            "1711965600",
            "Cx8",
            "192.0.2.1",
            "53",
            "-",
            "(empty)",
            "www.Example.com",
            "1",
            "A",
            "NXDOMAIN",
            "#close",
            "1711965600.1\tC\t192.0.2.1\ta.example\tA\tNOERROR",
        ];
        prop_oneof![
            6 => prop::sample::select(usual).prop_map(|text| text.as_bytes().to_vec()),
            6 => Just(b"\t".to_vec()),
            2 => Just(b"\n".to_vec()),
            1 => prop::sample::select(vec![b" ".as_slice(), b"\t\t", b"\r\n", b"\r", b"\0", b"\x08"]).prop_map(<[u8]>::to_vec),
            1 => prop::collection::vec(any::<u8>(), 0..5),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn the_pass_over_a_block_reads_what_line_by_line_is_read(
            pieces in prop::collection::vec(piece(), 0..80),
            header in prop::sample::select(vec![
                "#fields\tts\tuid\tid.orig_h\tquery\tqtype_name\trcode_name",
                "#fields\tts\tid.orig_h\tquery",
                "#fields\tquery\tts\tx\tid.orig_h\trcode_name\ty\tz",
                "#separator ,\n#fields,ts,id.orig_h,query",
                "#fields\tts",
            ]),
        ) {
            let (layout, bytes) = (layout(header), pieces.concat());
            let (mut quick, mut plain) = (Vec::new(), Vec::new());
            let (mut quick_counts, mut plain_counts) = (Counts::default(), Counts::default());
            let clock = LogClock::default();
            read(Some(&layout), &bytes, 7, clock, &mut quick_counts, |record| quick.push(record));
            lines::read(&bytes, 7, &mut plain_counts, |record| plain.push(record), |line| layout.parse(line, clock));
            prop_assert_eq!(quick, plain);
            prop_assert_eq!(quick_counts, plain_counts);
        }
    }

    #[test]
    fn lines_before_any_header_are_broken() {
        let mut counts = Counts::default();
        read(None, b"1\t2\n3\n", 1, LogClock::default(), &mut counts, |record| panic!("{record:?}"));
        assert_eq!(counts.faults().collect::<Vec<_>>(), [(Fault::Header, 2)]);
    }
}
