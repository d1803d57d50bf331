// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zeek's `dns.log` in columns.
//!
//! The lines at the top that begin with `#` say how the file is written: `#separator`, `#unset_field`, `#empty_field`, and in `#fields` the columns in
//! any order. They hold until others follow, as where several logs were put one after the other. A line of this log is a question together with its
//! answer, if one came. Lines without a name are passed.
//!
//! A usual line has tabs between its fields and all columns that are wanted; only those that are needed are looked for. Any other is read by itself.
//!
//! Format: Zeek's documentation, "Log File Formats"; script `base/protocols/dns`, record `DNS::Info`.

use std::sync::Arc;

use memchr::{memchr, memmem};

use super::block::Block;
use super::columns::{self, Column, Columns, Slots};
use super::counts::{Counts, Fault};
use super::lines::{self, Lines};
use super::marks::{self, Feed, Marks, TabOrFeed};
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
    let whole = |visit: &mut _, slots: &Slots<'a>, _: &'a [u8], layout: &Layout| {
        let record = columns::record(&slots.map(|field| layout.told(field).unwrap_or_default()), clock).ok()??;
        call(visit, record);
        Some(())
    };
    each(layout, bytes, line, clock, counts, &mut visit, |_| true, whole, call);
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
    let name = |sieve: &mut _, slots: &Slots<'a>, line: &'a [u8], layout: &Layout| {
        let slot = |column: Column| slots[column as usize];
        let name = layout.told(slot(Column::Name))?;
        let class = slot(Column::Class);
        let is_usual = stamp::is_usual(layout.told(slot(Column::Time))?)
            & (name.len() <= QName::MOST_TEXT)
            & (class == b"1" || columns::is_internet(layout.told(class).unwrap_or_default()))
            & layout.told(slot(Column::Client)).is_some();
        is_usual.then(|| Sieve::line(sieve, name, line))
    };
    let is_needed = |column| matches!(column, Column::Time | Column::Client | Column::Name | Column::Class);
    each(layout, bytes, line, clock, counts, sieve, is_needed, name, Sieve::record);
}

/// Gives `usual` of each line that has all columns that are wanted those for which `is_needed` holds, and the line; where that does not take it, and of all
/// other lines, `other` gets the record.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "what two readers of the same lines have in common")]
fn each<'a, V>(
    layout: Option<&Layout>,
    bytes: &'a [u8],
    mut line: u64,
    clock: LogClock,
    counts: &mut Counts,
    visitor: &mut V,
    is_needed: impl Fn(Column) -> bool,
    usual: impl Fn(&mut V, &Slots<'a>, &'a [u8], &Layout) -> Option<()>,
    other: impl Fn(&mut V, Record<'a>),
) {
    let mut parse = |line| layout.ok_or(Fault::Header)?.parse(line, clock);
    let columns = layout.and_then(|layout| Some((layout, layout.columns.as_ref()?)));
    let Some((layout, columns)) = columns.filter(|(_, columns)| columns.separator == b'\t' && columns.are_whole) else {
        return lines::read(bytes, line, counts, |record| other(visitor, record), parse);
    };
    let steps = Steps::of(columns, is_needed);
    let mut feeds = Marks::<1>::new();
    let mut text = bytes;
    while !text.is_empty() {
        let (ends, _) = feeds.find::<Feed>(text);
        let mut from = 0;
        for end in ends.iter().copied() {
            let one = &text[from..end];
            let slots = steps.fields(text, from, end);
            if slots.is_some_and(|slots| usual(visitor, &slots, one, layout).is_some()) {
                counts.units += 1;
                counts.records += 1;
            } else {
                lines::read(&text[from..=end], line, counts, |record| other(visitor, record), &mut parse);
            }
            line += 1;
            from = end + 1;
        }
        if from == 0 {
            from = memchr(b'\n', text).map_or(text.len(), |end| end + 1);
            lines::read(&text[..from], line, counts, |record| other(visitor, record), &mut parse);
            line += 1;
        }
        text = &text[from..];
    }
}

/// The way along a line from one field that is needed to the next, up to the last column that is wanted.
#[derive(Debug)]
struct Steps {
    steps: Vec<Step>,
}

/// How a field is found.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// Fields that are passed before it.
    passed: usize,
    column: Column,
    /// Whether to look at the octets from here on, so that seldom others are needed after them.
    looks: bool,
}

impl Steps {
    fn of(columns: &Columns, is_needed: impl Fn(Column) -> bool) -> Self {
        let last = columns.wanted.last().map(|(position, _)| *position);
        let mut next = 0;
        let mut steps = Vec::new();
        for (position, column) in &columns.wanted {
            if is_needed(*column) || Some(*position) == last {
                // A client and a name are of any length, and what lies between them has about as many octets as are looked at.
                let looks = matches!(column, Column::Client | Column::Name);
                steps.push(Step { passed: position - next, column: *column, looks });
                next = position + 1;
            }
        }
        Self { steps }
    }

    /// Finds the fields of the line from `from` to the line feed at `end`; none where it is no usual line: where a column is missing, it is a comment, or ends with a
    /// return, or the text ends too soon after it.
    #[inline(always)]
    fn fields<'a>(&self, text: &'a [u8], from: usize, end: usize) -> Option<Slots<'a>> {
        if text.get(from) == Some(&b'#') || text.get(end.checked_sub(1)?) == Some(&b'\r') {
            return None;
        }
        let mut slots: Slots<'a> = [&[]; Column::COUNT];
        let mut window = Window::at(text, from)?;
        let mut begin = from;
        for step in &self.steps {
            for _ in 0..step.passed {
                begin = window.next(text)? + 1;
            }
            if step.looks {
                window = Window::at(text, begin)?;
            }
            let field_end = window.next(text)?;
            slots[step.column as usize] = text.get(begin..field_end)?;
            begin = field_end + 1;
        }
        // Only the last field can end with the line; whatever is found after it lies beyond.
        (begin <= end + 1).then_some(slots)
    }
}

/// Ends of fields and lines in some octets of a text.
#[derive(Clone, Copy, Debug)]
struct Window {
    bits: u64,
    start: usize,
}

impl Window {
    #[inline(always)]
    fn at(text: &[u8], start: usize) -> Option<Self> {
        let octets = text.get(start..)?.first_chunk::<{ marks::WIDTH }>()?;
        Some(Self { bits: marks::bits::<TabOrFeed>(octets), start })
    }

    /// Passes the next end and returns where it is; none where it is too close to the end of the text.
    #[inline(always)]
    fn next(&mut self, text: &[u8]) -> Option<usize> {
        while self.bits == 0 {
            *self = Self::at(text, self.start + marks::WIDTH)?;
        }
        let place = self.start + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some(place)
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
    use crate::readers::block::Block;
    use crate::readers::counts::{Counts, Fault};
    use crate::readers::format::Format;
    use crate::readers::lines;
    use crate::readers::sieve::{All, LineReader, Sieve as _};
    use crate::readers::source::{Options, Source};
    use crate::readers::stamp::LogClock;
    use crate::record::Record;
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

    /// Reads a log line by line, each comment as a header.
    fn line_by_line<'a>(bytes: &'a [u8], mut visit: impl FnMut(Record<'a>)) -> Counts {
        let (mut headers, mut counts) = (ZeekLines::new(), Counts::default());
        for (one, line) in bytes.split_inclusive(|octet| *octet == b'\n').zip(1..) {
            if one.starts_with(b"#") {
                headers.read_header(one.trim_ascii_end());
            }
            lines::read(one, line, &mut counts, &mut visit, |line| headers.layout.parse(line, LogClock::default()));
        }
        counts
    }

    /// A field of each kind, usual ones more often.
    fn field(name: &str) -> BoxedStrategy<Vec<u8>> {
        let some =
            |texts: &'static [&'static str]| prop::sample::select(texts).prop_map(|text| text.as_bytes().to_vec());
        match name {
            "ts" => some(&["1711965600.123456", "1711965601", "1711965602.5", "1711965603.123456", "x", "-", "", "2024-04-01T10:00:00Z"]).boxed(),
            "id.orig_h" => some(&["192.0.2.1", "192.0.2.200", "2001:db8:ffff:eeee:dddd:cccc:bbbb:aaaa", "10.0.0.1", "-", "(empty)", ""]).boxed(),
            "qclass" => some(&["1", "1", "1", "1", "C_INTERNET", "-", "3", ""]).boxed(),
            "query" => prop_oneof![
                4 => "[a-zA-Z0-9-]{1,12}\\.(com|Example)".prop_map(String::into_bytes),
                1 => some(&["-", "(empty)", "", "*", "a\\.b"]),
                1 => prop::collection::vec(any::<u8>().prop_map(|octet| if octet == b'\n' { b'.' } else { octet }), 0..20),
                1 => (50..300_usize).prop_map(|length| vec![b'a'; length]),
            ]
            .boxed(),
            _ => some(&["-", "A", "NXDOMAIN", "3", "F", "udp", "", "edge-1.cdn.example,203.0.113.7,203.0.113.8,203.0.113.9,203.0.113.10,203.0.113.11"]).boxed(),
        }
    }

    const ORDERS: [&str; 6] = [
        "ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto trans_id rtt query qclass qclass_name qtype qtype_name rcode rcode_name AA TC answers rejected",
        "ts id.orig_h query",
        "query qclass ts uid proto id.orig_h",
        "qclass rcode_name x y z id.orig_h ts query",
        "rcode_name a b c d e f g h i j k l m n o query p q r s t ts u v w id.orig_h qtype_name",
        "ts uid id.orig_h query operation",
    ];

    /// Lines of one order of columns with its header, written with a separator; some have too few columns or too many.
    fn part() -> impl Strategy<Value = Vec<u8>> {
        let separator = prop_oneof![8 => Just(b'\t'), 1 => Just(b','), 1 => Just(b' ')];
        (prop::sample::select(&ORDERS[..]), separator).prop_flat_map(|(order, separator)| {
            let names: Vec<&str> = order.split(' ').collect();
            let count = names.len();
            let row = names.iter().map(|name| field(name)).collect::<Vec<_>>();
            let end = prop::sample::select(vec!["\n", "\n", "\n", "\n", "\n", "\n", "\r\n", "\n\n", "\n# comment\n"]);
            let fields = prop_oneof![12 => Just(count), 1 => 0..=count];
            let rows = prop::collection::vec((row, fields, end, prop::bool::weighted(0.05)), 0..40);
            rows.prop_map(move |rows| {
                let mut text = if separator == b'\t' {
                    Vec::new()
                } else {
                    format!("#separator \\x{separator:02x}\n").into_bytes()
                };
                text.extend(
                    [&[b"#fields".as_slice()], names.iter().map(|name| name.as_bytes()).collect::<Vec<_>>().as_slice()]
                        .concat()
                        .join(&separator),
                );
                text.push(b'\n');
                for (fields, count, end, more) in rows {
                    text.extend(fields[..count].join(&separator));
                    if more {
                        text.extend([separator, b'x', separator]);
                    }
                    text.extend(end.as_bytes());
                }
                text
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn a_log_is_read_as_line_by_line(parts in prop::collection::vec(part(), 1..4), cut in prop_oneof![3 => Just(0), 1 => 0..200_usize]) {
            let mut bytes = parts.concat();
            bytes.truncate(bytes.len().saturating_sub(cut));
            let mut plain = Vec::new();
            let plain_counts = line_by_line(&bytes, |record| plain.push(format!("{record:?}")));
            let options = Options { format: Some(Format::Zeek), ..Options::default() };
            for sifts in [false, true] {
                let mut source = Source::open(bytes.as_slice(), &options).unwrap();
                let (mut block, mut counts, mut quick) = (Block::default(), Counts::default(), Vec::new());
                while source.next_block(&mut block).unwrap() {
                    if sifts {
                        let mut sieve = All::default();
                        block.sift(&mut counts, &mut sieve);
                        quick.extend(sieve.records.iter().map(|record| format!("{record:?}")));
                    } else {
                        block.read(&mut counts, |record| quick.push(format!("{record:?}")));
                    }
                }
                counts.merge(source.counts());
                prop_assert_eq!(&quick, &plain);
                prop_assert_eq!(&counts, &plain_counts);
            }
        }
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
