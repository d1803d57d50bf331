// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Inputs made to hurt: each is counted or refused, what is whole behind it is read, and nothing grows with what they promise.

use std::io::{self, Cursor, Read, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use forestall_detect::readers::{Block, Counts, Fault, Format, Options, Source};
use proptest::prelude::*;

use crate::read::read;

/// Reads an input of a kind and returns how many records it held and what was broken.
fn faults(format: Format, input: impl Read) -> (u64, Vec<(Fault, u64)>) {
    let (_, counts) = read(input, &Options { format: Some(format), ..Options::default() });
    (counts.records, counts.faults().collect())
}

const LINE: &[u8] = b"1711965600 192.0.2.1 a.example A NOERROR\n";

#[test]
fn a_line_of_a_gibibyte() {
    for format in [Format::Plain, Format::Zeek, Format::ZeekJson, Format::Csv, Format::Bind, Format::Unbound] {
        // The others read the same lines; one of them goes the whole way.
        let length = if format == Format::Plain { 1 << 30 } else { 1 << 24 };
        let (records, faults) = faults(format, io::repeat(b'a').take(length).chain(&b"\n"[..]).chain(LINE));
        assert!(faults.contains(&(Fault::LongLine, 1)), "{format}: {faults:?}");
        if format == Format::Plain {
            assert_eq!((records, faults), (1, vec![(Fault::LongLine, 1)]));
        }
    }
}

#[test]
fn a_gzip_bomb_streams() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    let piece = vec![b'a'; 1 << 20];
    (0..512).for_each(|_| packed.write_all(&piece).unwrap());
    packed.write_all(b"\n").unwrap();
    packed.write_all(LINE).unwrap();
    let packed = packed.finish().unwrap();
    assert!(packed.len() < 8 << 20, "{}", packed.len());
    assert_eq!(faults(Format::Plain, packed.as_slice()), (1, vec![(Fault::LongLine, 1)]));
}

#[test]
fn compressed_inputs_that_break_give_what_came_before() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    (0..1_000).for_each(|_| packed.write_all(LINE).unwrap());
    let packed = packed.finish().unwrap();
    let mut source = Source::open(&packed[..packed.len() - 9], &Options::default()).unwrap();
    let (mut block, mut counts) = (Block::default(), Counts::default());
    let error = loop {
        match source.next_block(&mut block) {
            Ok(true) => block.read(&mut counts, |_| {}),
            Ok(false) => panic!("the end of a cut file is an error"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    assert!(counts.records > 900, "{}", counts.records);
}

#[test]
fn a_zstandard_window_of_terabytes_is_refused() {
    // Magic, no single segment, window descriptor with the largest exponent (RFC 8878, section 3.1.1.1.2), a raw block of one octet.
    let packed = [0x28, 0xB5, 0x2F, 0xFD, 0, 0xF8, 9, 0, 0, b'a'];
    let opened = Source::open(&packed[..], &Options { format: Some(Format::Plain), ..Options::default() });
    let read = opened.map(|mut source| source.next_block(&mut Block::default()).map_err(|error| error.kind()));
    assert!(matches!(read, Err(_) | Ok(Err(io::ErrorKind::InvalidData))), "{read:?}");
}

/// The head of a pcap file of raw IP packets, in the order of this machine's octets made plain: little endian.
fn pcap(packets: &[(u32, &[u8])]) -> Vec<u8> {
    let mut file = vec![0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 101, 0, 0, 0];
    for (length, octets) in packets {
        file.extend(1_711_965_600_u32.to_le_bytes());
        file.extend(0_u32.to_le_bytes());
        file.extend(length.to_le_bytes());
        file.extend(length.to_le_bytes());
        file.extend(*octets);
    }
    file
}

/// A UDP packet over IPv4 from 192.0.2.1 to port 53.
fn packet(dns: &[u8]) -> Vec<u8> {
    let of = |length: usize| u16::try_from(length).unwrap().to_be_bytes();
    let mut packet = vec![0x45, 0];
    packet.extend(of(28 + dns.len()));
    packet.extend([0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 53]);
    packet.extend([0x14, 0xE9, 0, 53]);
    packet.extend(of(8 + dns.len()));
    packet.extend([0, 0]);
    packet.extend(dns);
    packet
}

const HEADER: [u8; 12] = [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];

fn question(name: &[u8]) -> Vec<u8> {
    packet(&[&HEADER[..], name, &[0, 1, 0, 1]].concat())
}

fn whole(octets: &[u8]) -> (u32, &[u8]) {
    (u32::try_from(octets.len()).unwrap(), octets)
}

#[test]
fn names_that_loop_run_over_or_never_end() {
    let good = question(b"\x01a\x07example\x00");
    let long: Vec<u8> = (0..5).flat_map(|_| [&[63][..], &[b'a'; 63]].concat()).chain([0]).collect();
    let bad = [
        // A pointer to itself, one to the header, one to each other, a label beyond the end, a name above 255 octets, a label of an unknown kind.
        question(b"\xC0\x0C"),
        question(b"\xC0\x00"),
        question(b"\x01a\xC0\x10\xC0\x0E"),
        packet(&[&HEADER[..], b"\x3Fabc"].concat()),
        question(&long),
        question(b"\x80abc\x00"),
    ];
    for (number, bad) in bad.iter().enumerate() {
        let (records, faults) = faults(Format::Pcap, &pcap(&[whole(bad), whole(&good)])[..]);
        assert_eq!((records, faults), (1, vec![(Fault::Message, 1)]), "{number}");
    }
}

#[test]
fn a_pcap_with_false_lengths() {
    let good = question(b"\x01a\x07example\x00");
    for length in [u32::MAX, 1 << 30, (1 << 18) + 1] {
        let (records, faults) = faults(Format::Pcap, &pcap(&[whole(&good), (length, &good)])[..]);
        assert_eq!(records, 1, "{length}");
        assert!(
            !faults.is_empty() && faults.iter().all(|(fault, _)| matches!(fault, Fault::Length | Fault::Cut)),
            "{faults:?}"
        );
    }
    // Lengths of IP and UDP that do not fit into the packet: what is beyond a cut packet's end is missing and does no harm, a header that is is broken.
    for (at, value, records) in [(2, 0xFF, 2), (24, 0xFF, 2), (25, 3, 1), (0, 0x4F, 1)] {
        let mut bad = good.clone();
        bad[at] = value;
        let (read, faults) = faults(Format::Pcap, &pcap(&[whole(&bad), whole(&good)])[..]);
        let broken: u64 = faults.iter().map(|(_, count)| count).sum();
        assert_eq!((read, broken), (records, 2 - records), "{at}: {faults:?}");
    }
}

#[test]
fn blocks_of_pcapng_with_false_lengths() {
    let section = [
        0x0A, 0x0D, 0x0D, 0x0A, 28, 0, 0, 0, 0x4D, 0x3C, 0x2B, 0x1A, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 28, 0, 0, 0,
    ];
    for length in [u32::MAX, 11, 0, 1 << 28] {
        let block = [&6_u32.to_le_bytes()[..], &length.to_le_bytes(), &[0; 40]].concat();
        let (records, faults) = faults(Format::Pcap, &[&section[..], &block].concat()[..]);
        assert_eq!(records, 0);
        assert!(!faults.is_empty(), "{length}");
    }
}

#[test]
fn a_dnstap_frame_of_four_gibibytes() {
    let start = [&0_u32.to_be_bytes()[..], &4_u32.to_be_bytes(), &2_u32.to_be_bytes()].concat();
    let frame = [&u32::MAX.to_be_bytes()[..], b"short"].concat();
    let (records, faults) = faults(Format::Dnstap, &[start.clone(), frame].concat()[..]);
    assert_eq!((records, faults), (0, vec![(Fault::Length, 1)]));
    // Its octets are there: they are passed over, and what follows is read.
    let passed = io::repeat(7).take(u64::from(u32::MAX) >> 2);
    let head = [start, (u32::MAX >> 2).to_be_bytes().to_vec()].concat();
    let tail = [&3_u32.to_be_bytes()[..], b"abc"].concat();
    let input = Cursor::new(head).chain(passed).chain(Cursor::new(tail));
    let (_, faults) = self::faults(Format::Dnstap, input);
    assert_eq!(faults, [(Fault::Length, 1), (Fault::Dnstap, 1)]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    /// Any octets, whole or a few at a time, as any kind: no panic, and the same counts either way.
    #[test]
    fn any_octets(octets in prop::collection::vec(any::<u8>(), 0..600), kind in 0..8_usize, seed in any::<bool>()) {
        let formats = [
            Format::Pcap, Format::Dnstap, Format::Zeek, Format::ZeekJson, Format::Bind, Format::Unbound, Format::Plain, Format::Csv,
        ];
        // Half of them behind a beginning that lets more of the reader run.
        let begin: &[u8] = match (formats[kind], seed) {
            (Format::Pcap, true) => &[0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 101, 0, 0, 0],
            (Format::Dnstap, true) => &[0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 2],
            (Format::Zeek, true) => b"#separator \\x09\n#fields\tts\tid.orig_h\tquery\n1\t::1\ta.b\n",
            (Format::Csv, true) => b"time,client,qname\n",
            _ => b"",
        };
        let input = [begin, &octets].concat();
        let options = Options { format: Some(formats[kind]), ..Options::default() };
        let Ok(mut source) = Source::open(input.as_slice(), &options) else { return Ok(()) };
        let (mut block, mut counts) = (Block::default(), Counts::default());
        while source.next_block(&mut block).unwrap_or(false) {
            block.read(&mut counts, |record| drop(record.name.to_string()));
        }
        prop_assert!(counts.records <= counts.units.max(1) * 300);
    }
}
