// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Plain lines: `epoch client qname qtype rcode`, blank-separated.
//!
//! The time is in seconds since 1970 with or without a fraction. `-` stands for a type or an answer that is not known. Fields after the fifth are
//! ignored; empty lines and such that begin with `#` are passed.
//!
//! A usual line has single blanks and nothing after the fifth field; it is read in one pass over the block. Any other is read by itself.

use forestall_model::Instant;
use memchr::memchr;

use super::counts::{Counts, Fault};
use super::lines::{self, LONGEST_LINE, Words};
use super::marks::Marks;
use super::{mnemonics, stamp};
use crate::record::{Asker, QName, Record, Sight};

/// Reads each line of `bytes`, the first of which has the number `line`.
#[inline]
pub(super) fn read<'a>(bytes: &'a [u8], mut line: u64, counts: &mut Counts, mut visit: impl FnMut(Record<'a>)) {
    let mut marks = Marks::new(bytes, b' ');
    let mut start = 0;
    while start < bytes.len() {
        if let Some((record, end)) = usual(bytes, start, &mut marks) {
            counts.units += 1;
            counts.records += 1;
            visit(record);
            start = end;
        } else {
            let end = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |end| start + end + 1);
            lines::read(&bytes[start..end], line, counts, &mut visit, parse);
            marks.seek(end);
            start = end;
        }
        line += 1;
    }
}

/// Reads the line that begins at `start` where it is a usual one; returns also where the next begins.
#[inline]
fn usual<'a>(bytes: &'a [u8], start: usize, marks: &mut Marks<'a>) -> Option<(Record<'a>, usize)> {
    let mut from = start;
    let mut word = || {
        let end = marks.next()?;
        let word = bytes.get(from..end).filter(|word| !word.is_empty())?;
        from = end + 1;
        Some((word, bytes[end]))
    };
    let ((time, b' '), (client, b' '), (name, b' '), (qtype, b' '), (rcode, last)) =
        (word()?, word()?, word()?, word()?, word()?)
    else {
        return None;
    };
    if last != b'\n' {
        let end = marks.next()?;
        if last != b'\r' || end != from || bytes[end] != b'\n' {
            return None;
        }
        from = end + 1;
    }
    if from - start > LONGEST_LINE {
        return None;
    }
    Some((record(stamp::epoch(time)?, client, name, qtype, rcode).ok()?, from))
}

#[inline]
fn record<'a>(at: Instant, client: &'a [u8], name: &'a [u8], qtype: &[u8], rcode: &[u8]) -> Result<Record<'a>, Fault> {
    Ok(Record {
        at,
        asker: Asker::Text(client),
        port: 0,
        id: 0,
        name: checked_name(name)?,
        qtype: mnemonics::qtype(qtype),
        rcode: mnemonics::rcode(rcode),
        sight: Sight::Whole,
    })
}

/// Reads a line.
pub(super) fn parse(line: &[u8]) -> Result<Option<Record<'_>>, Fault> {
    let mut words = Words::of(line);
    let Some(time) = words.next() else { return Ok(None) };
    let (Some(client), Some(name), Some(qtype), Some(rcode)) = (words.next(), words.next(), words.next(), words.next())
    else {
        return if time.starts_with(b"#") { Ok(None) } else { Err(Fault::Fields) };
    };
    let Some(at) = stamp::epoch(time) else {
        return if time.starts_with(b"#") { Ok(None) } else { Err(Fault::Time) };
    };
    record(at, client, name, qtype, rcode).map(Some)
}

/// Makes a name of a text that is not empty.
#[inline]
pub(super) fn checked_name(text: &[u8]) -> Result<QName<'_>, Fault> {
    if text.is_empty() || text.len() > QName::MOST_TEXT { Err(Fault::Name) } else { Ok(QName::Text(text)) }
}

#[cfg(test)]
mod tests {
    use super::{parse, read};
    use crate::readers::counts::Counts;
    use crate::readers::lines;
    use proptest::prelude::*;

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        let usual = vec![
            "1711965600",
            "1711965600.5",
            "1711965600.123456",
            "192.0.2.1",
            "2001:db8::1",
            "www.Example.com",
            "A",
            "AAAA",
            "NXDOMAIN",
            "NOERROR",
            "-",
            "#",
            " 192.0.2.1 a.example A NOERROR\n1711965600",
        ];
        prop_oneof![
            6 => prop::sample::select(usual).prop_map(|text| text.as_bytes().to_vec()),
            6 => Just(b" ".to_vec()),
            2 => Just(b"\n".to_vec()),
            1 => prop::sample::select(vec![b"\t".as_slice(), b"  ", b"\r\n", b"\r", b"\0", b"\x1f"]).prop_map(<[u8]>::to_vec),
            1 => prop::collection::vec(any::<u8>(), 0..5),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn the_pass_over_a_block_reads_what_line_by_line_is_read(pieces in prop::collection::vec(piece(), 0..60)) {
            let bytes = pieces.concat();
            let (mut quick, mut plain) = (Vec::new(), Vec::new());
            let (mut quick_counts, mut plain_counts) = (Counts::default(), Counts::default());
            read(&bytes, 7, &mut quick_counts, |record| quick.push(record));
            lines::read(&bytes, 7, &mut plain_counts, |record| plain.push(record), parse);
            prop_assert_eq!(quick, plain);
            prop_assert_eq!(quick_counts, plain_counts);
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_broken_wherever_it_is_read() {
        let line = [b"1711965600 ".as_slice(), &[b'c'; lines::LONGEST_LINE], b" a.example A NOERROR\n"].concat();
        let mut counts = Counts::default();
        read(&line, 1, &mut counts, |record| panic!("{record:?}"));
        assert_eq!((counts.units, counts.broken()), (1, 1));
    }
}
