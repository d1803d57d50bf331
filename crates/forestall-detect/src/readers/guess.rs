// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What kind an input is, by its first octets.
//!
//! Captures, dnstap and Parquet have a mark. A log is of the first kind, in the order of [`LOGS`], that makes a record of one of its first lines, or
//! knows its header.

use memchr::memchr;

use super::format::Format;
use super::stamp::LogClock;
use super::{bind, csv, plain, unbound};

/// Octets that are looked at: a server writes a page of other lines when it starts.
pub(super) const LOOKED_AT: usize = 1 << 16;

type Guess = fn(&[u8]) -> Option<Format>;

/// Kinds of logs in the order in which they are tried, those with more marks first.
const LOGS: [Guess; 4] = [
    |line| line.starts_with(b"#separator").then_some(Format::Zeek),
    |line| line.starts_with(b"{").then_some(Format::ZeekJson),
    |line| bind::parse(line, CLOCK).is_ok_and(|record| record.is_some()).then_some(Format::Bind),
    |line| unbound::parse(line, CLOCK).is_ok_and(|record| record.is_some()).then_some(Format::Unbound),
];

const CLOCK: LogClock = LogClock { east: 0, read: Some(forestall_model::Instant::from_micros(i64::MAX / 2)) };

/// Returns the kind of a whole input; none where there is no telling.
pub(super) fn format(start: &[u8]) -> Option<Format> {
    Guesser::default().format(start, true)
}

/// Looks at an input while more of it comes, at each line once: octets may come one by one.
#[derive(Debug, Default)]
pub(super) struct Guesser {
    /// Octets of whole lines that are of no kind.
    passed: usize,
}

impl Guesser {
    /// Returns the kind by all octets that there are by now; none where more are needed, or, at the end of the input, where there is no telling.
    pub(super) fn format(&mut self, start: &[u8], at_end: bool) -> Option<Format> {
        if let Some(mark) = start.first_chunk::<4>() {
            match u32::from_be_bytes(*mark) {
                // pcap in either order of octets, with microseconds or nanoseconds; the section header of pcapng.
                0xa1b2_c3d4 | 0xd4c3_b2a1 | 0xa1b2_3c4d | 0x4d3c_b2a1 | 0x0a0d_0d0a => return Some(Format::Pcap),
                // A control frame of Frame Streams.
                0 => return Some(Format::Dnstap),
                0x5041_5231 => return Some(Format::Parquet),
                _ => {}
            }
        }
        while self.passed < start.len() {
            let (rest, first) = (&start[self.passed..], self.passed == 0);
            let end = match memchr(b'\n', rest) {
                Some(end) => end,
                None if at_end || start.len() >= LOOKED_AT => rest.len(),
                None => return None,
            };
            let line = rest[..end].trim_ascii();
            if let Some(format) = LOGS.iter().find_map(|log| log(line)) {
                return Some(format);
            }
            if first && csv::is_header(line) {
                return Some(Format::Csv);
            }
            if plain::parse(line).is_ok_and(|record| record.is_some()) {
                return Some(Format::Plain);
            }
            self.passed += end + 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Guesser, format};
    use crate::readers::Format;

    #[test]
    fn kinds() {
        let check = |start: &[u8], expected| assert_eq!(format(start), expected, "{start:?}");
        check(b"\xd4\xc3\xb2\xa1", Some(Format::Pcap));
        check(b"\x0a\x0d\x0d\x0a", Some(Format::Pcap));
        check(b"\0\0\0\0\0\0\0\x22", Some(Format::Dnstap));
        check(b"PAR1", Some(Format::Parquet));
        check(b"#separator \\x09\n", Some(Format::Zeek));
        check(b"{\"ts\":1}\n", Some(Format::ZeekJson));
        check(
            b"\nstarting\n29-Apr-2024 10:11:12.123 client 192.0.2.1#1 (a.example): query: a.example IN A +\n",
            Some(Format::Bind),
        );
        check(
            b"[1] unbound[7:0] notice: init\n[1] unbound[7:0] info: 192.0.2.1 a.example. A IN\n",
            Some(Format::Unbound),
        );
        check(b"qname;client;time\n", Some(Format::Csv));
        check(b"1711965600 192.0.2.1 a.example A NOERROR", Some(Format::Plain));
        check(b"hello\n", None);
        check(b"", None);
        assert_eq!(Guesser::default().format(b"1711965600 192.0.2.1 a.exam", false), None);
    }

    #[test]
    fn octet_by_octet_it_is_the_same() {
        for whole in [
            b"\nstarting\n29-Apr-2024 10:11:12.123 client 192.0.2.1#1 (a.example): query: a.example IN A +\n"
                .as_slice(),
            b"qname;client;time\n",
            b"hello\nworld\n",
            b"\xd4\xc3\xb2\xa1",
        ] {
            let mut guesser = Guesser::default();
            let found = (1..=whole.len()).find_map(|octets| guesser.format(&whole[..octets], octets == whole.len()));
            assert_eq!(found, format(whole), "{whole:?}");
        }
    }
}
