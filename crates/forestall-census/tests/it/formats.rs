// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Octets of sets: what is written is read, in one form only, and everything else is refused without harm.

use forestall_census::{Addresses, FormatError, HourlyAddresses, Sketch, Source};
use forestall_model::{Digest, UtcDay};
use proptest::prelude::*;

use crate::sets::{source, sources};
use crate::sketches::sketch;

fn small_sketch() -> Vec<u8> {
    sketch(4, [Source::V4(1), Source::V6(2)]).to_octets()
}

fn small_set() -> Vec<u8> {
    [Source::V4(1), Source::V4(3), Source::V6(200)].into_iter().collect::<Addresses>().to_octets()
}

/// Frames a content as a writer would, whatever it holds.
fn framed(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut octets = b"forestall census\x01".to_vec();
    octets.push(kind);
    octets.extend_from_slice(&u32::try_from(content.len()).unwrap().to_le_bytes());
    octets.extend_from_slice(content);
    let digest = Digest::of(&octets);
    octets.extend_from_slice(&digest.0);
    octets
}

#[test]
fn the_form_of_a_set_is_as_documented() {
    // Two of IPv4: 1, then 3 (one more than the next); one of IPv6: 200, in two octets.
    assert_eq!(small_set(), framed(2, &[2, 1, 1, 1, 0xC8, 0x01]));
    let empty = Sketch::from_octets(&framed(1, &[4, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0])).unwrap();
    assert!(empty.count().value() == 0.0);
}

#[test]
fn every_octet_is_checked_and_every_cut_refused() {
    for octets in [small_sketch(), small_set()] {
        for at in 0..octets.len() {
            let mut altered = octets.clone();
            altered[at] ^= 1 << (at % 8);
            assert!(Sketch::from_octets(&altered).is_err() && Addresses::from_octets(&altered).is_err(), "{at}");
            assert!(Sketch::from_octets(&octets[..at]).is_err() && Addresses::from_octets(&octets[..at]).is_err());
        }
        let longer = [&octets[..], &[0]].concat();
        assert!(matches!(Addresses::from_octets(&longer), Err(FormatError::Length { .. } | FormatError::Kind { .. })));
    }
}

#[test]
fn says_why_octets_are_refused() {
    let sketch = |octets: &[u8]| Sketch::from_octets(octets).unwrap_err().to_string();
    let set = |octets: &[u8]| Addresses::from_octets(octets).unwrap_err().to_string();
    assert_eq!(set(b"PAR1"), "these octets are no set of a census: they do not begin with \"forestall census\"");
    assert_eq!(set(&small_sketch()), "content of kind 1; expected 2");
    let mut newer = small_set();
    newer[16] = 2;
    assert_eq!(set(&newer), "version 2 of the format; this program reads version 1");
    let mut altered = small_set();
    altered[24] ^= 1;
    assert_eq!(set(&altered), "the checksum does not fit: the octets were altered");
    assert_eq!(set(&framed(2, &[5, 1, 1])), "octet 1 of the content: more addresses than octets");
    assert_eq!(
        set(&framed(2, &[1, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0])),
        "octet 6 of the content: an IPv4 address above 2^32"
    );
    assert_eq!(set(&framed(2, &[0, 0, 0])), "octet 2 of the content: something follows the content");
    assert_eq!(sketch(&framed(1, &[3])), "octet 1 of the content: a precision that is not 4 to 18");
    let dense = |registers: [u8; 16]| framed(1, &[&[4, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &registers].concat());
    assert_eq!(sketch(&dense([62; 16])), "octet 26 of the content: a register with a value that no hash has");
    assert_eq!(sketch(&dense([0; 16])), "octet 26 of the content: a form that is not the shorter one");
    assert!(Sketch::from_octets(&dense([61; 16])).is_ok());
    let sparse = |filled: &[u8]| framed(1, &[&[4, 0, 0, 0, 0, 0, 0, 0, 0, 1][..], filled].concat());
    assert_eq!(sketch(&sparse(&[17])), "octet 11 of the content: more registers than there are");
    assert_eq!(sketch(&sparse(&[1, 16, 3])), "octet 13 of the content: a register that is none, or empty");
    assert_eq!(sketch(&sparse(&[1, 2, 0])), "octet 13 of the content: a register that is none, or empty");
}

#[test]
fn a_length_that_is_too_large_is_refused_before_anything_is_made() {
    let mut octets = small_set();
    octets[18..22].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(Addresses::from_octets(&octets), Err(FormatError::TooLong(u64::from(u32::MAX))));
}

proptest! {
    #[test]
    fn what_is_written_is_read(sources in sources()) {
        let set: Addresses = sources.iter().copied().collect();
        prop_assert_eq!(Addresses::from_octets(&set.to_octets()).unwrap(), set);
        for precision in [4, 12] {
            let made = sketch(precision, sources.iter().copied());
            prop_assert_eq!(Sketch::from_octets(&made.to_octets()).unwrap(), made);
        }
    }

    #[test]
    fn hours_come_back(seen in proptest::collection::vec((0..86_400_i64, source()), 0..100), days in -100_000..100_000) {
        let day = UtcDay::from_epoch_days(days);
        let mut hours = HourlyAddresses::new(day);
        seen.iter().for_each(|(second, source)| assert!(hours.insert(day.start().plus_seconds(*second), *source)));
        prop_assert_eq!(HourlyAddresses::from_octets(&hours.to_octets()).unwrap(), hours);
    }

    #[test]
    fn hostile_contents_with_right_checksums_are_refused_or_are_one_form(content in proptest::collection::vec(any::<u8>(), 0..60)) {
        if let Ok(read) = Addresses::from_octets(&framed(2, &content)) {
            prop_assert_eq!(read.to_octets(), framed(2, &content));
        }
        if let Ok(read) = Sketch::from_octets(&framed(1, &content)) {
            prop_assert_eq!(read.to_octets(), framed(1, &content));
            prop_assert!(read.count().value() >= 0.0);
        }
        if let Ok(read) = HourlyAddresses::from_octets(&framed(3, &content)) {
            prop_assert_eq!(read.to_octets(), framed(3, &content));
        }
    }

    #[test]
    fn hostile_sketches_count_without_harm(registers in proptest::collection::vec(0..=61_u8, 16)) {
        let content = [&[4, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &registers].concat();
        if let Ok(read) = Sketch::from_octets(&framed(1, &content)) {
            prop_assert!(!read.count().value().is_nan());
        }
    }
}
