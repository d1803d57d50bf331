// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Plain lines: `epoch client qname qtype rcode`, blank-separated.
//!
//! The time is in seconds since 1970 with or without a fraction. `-` stands for a type or an answer that is not known. Fields after the fifth are
//! ignored; empty lines and such that begin with `#` are passed.
//!
//! A usual line has single blanks and nothing after the fifth field; the ends of its fields are found together with those of other lines. Any
//! other is read by itself.

use forestall_model::Instant;
use memchr::memchr;

use super::counts::{Counts, Fault};
use super::lines::{self, Words};
use super::marks::{Marks, UpToBlank};
use super::sieve::Sieve;
use super::{mnemonics, stamp};
use crate::record::{Asker, QName, Record, Sight};

/// The fields of a line, in its order.
type Fields<'a> = [&'a [u8]; 5];

/// Reads each line of `bytes`, the first of which has the number `line`.
#[inline]
pub(super) fn read<'a>(bytes: &'a [u8], line: u64, counts: &mut Counts, mut visit: impl FnMut(Record<'a>)) {
    let whole = |visit: &mut _, [time, client, name, qtype, rcode]: Fields<'a>, _: &'a [u8]| {
        let record = stamp::epoch(time).map(|at| record(at, client, name, qtype, rcode));
        let Some(Ok(record)) = record else { return false };
        call(visit, record);
        true
    };
    each(bytes, line, counts, &mut visit, whole, call);
}

fn call<'a>(visit: &mut impl FnMut(Record<'a>), record: Record<'a>) {
    visit(record);
}

/// The same for a sieve, which gets of a usual line the name alone.
#[inline]
pub(super) fn sift<'a>(bytes: &'a [u8], line: u64, counts: &mut Counts, sieve: &mut impl Sieve<'a>) {
    let name = |sieve: &mut _, [time, _, name, ..]: Fields<'a>, line: &'a [u8]| {
        let is_usual = stamp::is_usual(time) & (name.len() <= QName::MOST_TEXT);
        if is_usual {
            Sieve::line(sieve, name, line);
        }
        is_usual
    };
    each(bytes, line, counts, sieve, name, Sieve::record);
}

/// Gives `usual` the fields of each usual line, none of them empty, and the line; where that does not take it, and of all other lines, `other` gets the record.
#[inline(always)]
fn each<'a, V>(
    bytes: &'a [u8],
    mut line: u64,
    counts: &mut Counts,
    visitor: &mut V,
    usual: impl Fn(&mut V, Fields<'a>, &'a [u8]) -> bool,
    other: impl Fn(&mut V, Record<'a>),
) {
    let mut marks = Marks::<8>::new();
    let mut text = bytes;
    while !text.is_empty() {
        // Blanks and line feeds, and what is never in a usual line.
        let (mut places, length) = marks.find::<UpToBlank>(text);
        let mut from = 0;
        loop {
            if let Some((fields, end, after)) = split(text, from, places)
                && usual(visitor, fields, &text[from..end])
            {
                counts.units += 1;
                counts.records += 1;
                line += 1;
                (from, places) = (end + 1, after);
                continue;
            }
            let is_whole = from == 0 || places.len() > 6;
            if !is_whole {
                break;
            }
            let end = memchr(b'\n', &text[from..]).map_or(text.len(), |end| from + end + 1);
            lines::read(&text[from..end], line, counts, |record| other(visitor, record), parse);
            line += 1;
            from = end;
            if from >= length {
                break;
            }
            let passed = places.iter().take_while(|place| **place < from).count();
            places = &places[passed..];
        }
        text = &text[from..];
    }
}

/// Takes the usual line that begins at `from` apart, where it is one; returns also where it ends and what is left of the places.
#[inline(always)]
fn split<'a, 'm>(text: &'a [u8], from: usize, places: &'m [usize]) -> Option<(Fields<'a>, usize, &'m [usize])> {
    let (ends, mut after) = places.split_first_chunk::<5>()?;
    let mut begin = from;
    let mut fields: Fields<'a> = [&[]; 5];
    let mut last = 0;
    let mut is_usual = true;
    for (field, &end) in fields.iter_mut().zip(ends) {
        is_usual &= last == 0;
        *field = text.get(begin..end)?;
        is_usual &= begin < end;
        last = text[end] ^ b' ';
        begin = end + 1;
    }
    let [.., mut end] = *ends;
    if text[end] == b'\r' {
        let (next, rest) = after.split_first()?;
        end += 1;
        is_usual &= *next == end;
        after = rest;
    }
    (is_usual && text.get(end) == Some(&b'\n')).then_some((fields, end, after))
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
    use super::{parse, read, sift};
    use crate::readers::counts::Counts;
    use crate::readers::lines;
    use crate::readers::sieve::{All, LineReader, Sieve as _};
    use crate::readers::stamp::LogClock;
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
            " 192.0.2.1 a.example A NOERROR\r\n1711965600.25",
            "\n1711965600.123 2001:db8::1 b.example.net AAAA NXDOMAIN\n1711965600.1234567 192.0.2.7 c.example - -\n",
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
        fn the_pass_over_a_block_reads_what_line_by_line_is_read(pieces in prop_oneof![3 => prop::collection::vec(piece(), 0..60), 1 => prop::collection::vec(piece(), 300..900)]) {
            let bytes = pieces.concat();
            let (mut quick, mut plain) = (Vec::new(), Vec::new());
            let (mut quick_counts, mut plain_counts) = (Counts::default(), Counts::default());
            read(&bytes, 7, &mut quick_counts, |record| quick.push(record));
            lines::read(&bytes, 7, &mut plain_counts, |record| plain.push(record), parse);
            prop_assert_eq!(&quick, &plain);
            prop_assert_eq!(&quick_counts, &plain_counts);
            let (mut sieve, mut sieve_counts) = (All::default(), Counts::default());
            sieve.begin(LineReader::new(None, LogClock::default()));
            sift(&bytes, 7, &mut sieve_counts, &mut sieve);
            prop_assert_eq!(sieve.records, plain);
            prop_assert_eq!(sieve_counts, plain_counts);
        }
    }

    #[test]
    fn a_line_with_a_return_has_the_same_record_when_it_is_asked_for() {
        let (mut sieve, mut counts) = (All::default(), Counts::default());
        sieve.begin(LineReader::new(None, LogClock::default()));
        sift(b"1711965600 192.0.2.1 a.example A NXDOMAIN\r\n", 1, &mut counts, &mut sieve);
        assert_eq!(sieve.records.iter().map(|record| record.rcode).collect::<Vec<_>>(), [Some(3)]);
    }

    #[test]
    fn a_line_that_is_too_long_is_broken_wherever_it_is_read() {
        let line = [b"1711965600 ".as_slice(), &[b'c'; lines::LONGEST_LINE], b" a.example A NOERROR\n"].concat();
        let mut counts = Counts::default();
        read(&line, 1, &mut counts, |record| panic!("{record:?}"));
        assert_eq!((counts.units, counts.broken()), (1, 1));
    }
}
