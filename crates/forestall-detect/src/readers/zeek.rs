// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zeek's `dns.log` in columns.
//!
//! The lines at the top that begin with `#` say how the file is written: `#separator`, `#unset_field`, `#empty_field`, and in `#fields` the columns in
//! any order. They hold until others follow, as where several logs were put one after the other. A line of this log is a question together with its
//! answer, if one came. Lines without a name are passed.
//!
//! A usual line has tabs between its fields and all columns that are wanted; the ends of its fields are found together with those of other lines.
//! Any other is read by itself.
//!
//! Format: Zeek's documentation, "Log File Formats"; script `base/protocols/dns`, record `DNS::Info`.

use std::sync::Arc;

use memchr::{memchr, memchr_iter, memmem, memrchr};

use super::block::Block;
use super::columns::{self, Column, Columns, Needed, Slots};
use super::counts::{Counts, Fault};
use super::lines::{self, Lines};
use super::marks::Marks;
use super::sieve::Sieve;
use super::source::Cut;
use super::stamp::{self, LogClock};
use crate::record::{QName, Record};

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
    line: u64,
    clock: LogClock,
    counts: &mut Counts,
    mut visit: impl FnMut(Record<'a>),
) {
    let whole = |visit: &mut _, fields: &Fields<'a, '_>, layout: &Layout, columns: &Columns| {
        let mut slots: Slots<'a> = [&[]; Column::COUNT];
        for (position, column) in &columns.wanted {
            slots[*column as usize] = layout.told(fields.get(*position)?).unwrap_or_default();
        }
        let record = columns::record(&slots, clock).ok()??;
        call(visit, record);
        Some(())
    };
    each(layout, bytes, line, clock, counts, &mut visit, whole, call);
}

fn call<'a>(visit: &mut impl FnMut(Record<'a>), record: Record<'a>) {
    visit(record);
}

/// The same for a sieve, which gets of a usual line the name alone.
#[inline]
pub(super) fn sift<'a>(
    layout: Option<&Layout>,
    bytes: &'a [u8],
    line: u64,
    clock: LogClock,
    counts: &mut Counts,
    sieve: &mut impl Sieve<'a>,
) {
    let name = |sieve: &mut _, fields: &Fields<'a, '_>, layout: &Layout, columns: &Columns| {
        let Needed { time, client, name, class } = columns.needed?;
        let name = layout.told(fields.get(name)?)?;
        let class = class.map_or(Some(b"1".as_slice()), |class| fields.get(class))?;
        let is_usual = stamp::is_usual(fields.get(time)?)
            & (name.len() <= QName::MOST_TEXT)
            & (class == b"1" || columns::is_internet(layout.told(class).unwrap_or_default()))
            & layout.told(fields.get(client)?).is_some();
        is_usual.then(|| Sieve::line(sieve, name, fields.line()))
    };
    each(layout, bytes, line, clock, counts, sieve, name, Sieve::record);
}

/// Gives `usual` the fields of each line that has all columns that are wanted; where that does not take it, and of all other lines, `other` gets the record.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "what two readers of the same lines have in common")]
fn each<'a, V>(
    layout: Option<&Layout>,
    bytes: &'a [u8],
    mut line: u64,
    clock: LogClock,
    counts: &mut Counts,
    visitor: &mut V,
    usual: impl Fn(&mut V, &Fields<'a, '_>, &Layout, &Columns) -> Option<()>,
    other: impl Fn(&mut V, Record<'a>),
) {
    let mut parse = |line| layout.ok_or(Fault::Header)?.parse(line, clock);
    let columns = layout.and_then(|layout| Some((layout, layout.columns.as_ref()?)));
    let Some((layout, columns)) = columns.filter(|(_, columns)| columns.separator == b'\t') else {
        return lines::read(bytes, line, counts, |record| other(visitor, record), parse);
    };
    let mut marks = Marks::<16>::new();
    let mut text = bytes;
    while !text.is_empty() {
        let (places, length) = marks.find(text, |octet| (octet == b'\t') | (octet == b'\n'));
        let mut from = 0;
        // Where the last of so many places always ends a line, and there are no more lines, all others are tabs.
        let rows = places.chunks_exact(columns.count);
        let end = rows.clone().next_back().and_then(<[usize]>::last).map_or(0, |end| end + 1);
        let are_rows = rows.clone().all(|row| row.last().is_some_and(|end| text[*end] == b'\n'));
        if are_rows && memchr_iter(b'\n', &text[..end]).count() == rows.len() {
            for places in rows {
                let fields = Fields { text, from, places };
                if fields.are_usual() && usual(visitor, &fields, layout, columns).is_some() {
                    counts.units += 1;
                    counts.records += 1;
                } else {
                    let one = &text[from..=fields.end()];
                    lines::read(one, line, counts, |record| other(visitor, record), &mut parse);
                }
                line += 1;
                from = fields.end() + 1;
            }
        }
        if from == 0 {
            // All that is whole, or the one line that is not.
            let ends = memrchr(b'\n', &text[..length]).or_else(|| memchr(b'\n', text));
            let lines = &text[..ends.map_or(text.len(), |end| end + 1)];
            let before = counts.units;
            lines::read(lines, line, counts, |record| other(visitor, record), &mut parse);
            line += counts.units - before;
            from = lines.len();
        }
        text = &text[from..];
    }
}

/// A line that was taken apart.
struct Fields<'a, 'm> {
    text: &'a [u8],
    /// Where it begins.
    from: usize,
    /// Where its fields end, the last of them with the line.
    places: &'m [usize],
}

impl<'a> Fields<'a, '_> {
    /// Says whether it is no comment and ends without a return.
    #[inline(always)]
    fn are_usual(&self) -> bool {
        let line = self.line();
        line.first().is_some_and(|first| *first != b'#') && line.last() != Some(&b'\r')
    }

    /// Returns where the line ends.
    #[inline(always)]
    fn end(&self) -> usize {
        self.places.last().map_or(self.from, |end| *end)
    }

    /// Returns the field at a position.
    #[inline(always)]
    fn get(&self, position: usize) -> Option<&'a [u8]> {
        let end = *self.places.get(position)?;
        let begin = if position == 0 { self.from } else { self.places[position - 1] + 1 };
        self.text.get(begin..end)
    }

    #[inline(always)]
    fn line(&self) -> &'a [u8] {
        &self.text[self.from..self.end()]
    }
}

/// Compares fields, of which few are equal: mostly the length or the first octet tells.
#[inline]
fn is(field: &[u8], other: &[u8]) -> bool {
    field.len() == other.len() && field.first() == other.first() && field == other
}

impl Layout {
    /// Returns a field that is told; none where it is unset or empty.
    #[inline]
    fn told<'a>(&self, field: &'a [u8]) -> Option<&'a [u8]> {
        (!field.is_empty() && !is(field, &self.unset) && !is(field, &self.empty)).then_some(field)
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
    use super::{Layout, ZeekLines, read, sift};
    use crate::readers::counts::{Counts, Fault};
    use crate::readers::lines;
    use crate::readers::sieve::{All, LineReader, Sieve as _};
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
            "\n1711965600.1\tC\t192.0.2.1\ta.example\tA\tNOERROR\n1711965600.2\tD\t192.0.2.2\tb.example\tA\tNXDOMAIN\n",
            "\n1711965600.1\tC\t192.0.2.1\ta.example\t1\n1711965600.2\tD\t192.0.2.2\tb.example\t-\n",
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
            pieces in prop_oneof![3 => prop::collection::vec(piece(), 0..80), 1 => prop::collection::vec(piece(), 300..900)],
            header in prop::sample::select(vec![
                "#fields\tts\tuid\tid.orig_h\tquery\tqtype_name\trcode_name",
                "#fields\tts\tid.orig_h\tquery",
                "#fields\tts\tuid\tid.orig_h\tquery\tqclass",
                "#fields\tts\tuid\tid.orig_h\tquery\tqclass\toperation",
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
            prop_assert_eq!(&quick, &plain);
            prop_assert_eq!(&quick_counts, &plain_counts);
            let (mut sieve, mut sieve_counts) = (All::default(), Counts::default());
            sieve.begin(LineReader::new(Some(&layout), clock));
            sift(Some(&layout), &bytes, 7, clock, &mut sieve_counts, &mut sieve);
            prop_assert_eq!(sieve.records, plain);
            prop_assert_eq!(sieve_counts, plain_counts);
        }
    }

    #[test]
    fn lines_before_any_header_are_broken() {
        let mut counts = Counts::default();
        read(None, b"1\t2\n3\n", 1, LogClock::default(), &mut counts, |record| panic!("{record:?}"));
        assert_eq!(counts.faults().collect::<Vec<_>>(), [(Fault::Header, 2)]);
    }
}
