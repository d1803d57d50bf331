// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sets and sketches of the census, under a right checksum: what is taken has this one form, counts, and merges with itself to itself.

#![no_main]

use forestall_census::{Addresses, HourlyAddresses, Protocol, Sketch};
use forestall_model::Digest;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let framed = framed(1, octets);
    if let Ok(sketch) = Sketch::from_octets(&framed) {
        assert_eq!(sketch.to_octets(), framed);
        let count = sketch.count();
        assert!(count.low() <= count.value() && count.value() <= count.high());
        let mut twice = sketch.clone();
        twice.merge(&sketch).expect("it is of one precision and key");
        assert_eq!(twice, sketch);
    }
    let framed = self::framed(2, octets);
    if let Ok(set) = Addresses::from_octets(&framed) {
        assert_eq!(set.to_octets(), framed);
        assert_eq!(set.shared(&set, Protocol::V6), set.count(Protocol::V6));
    }
    let framed = self::framed(3, octets);
    if let Ok(hours) = HourlyAddresses::from_octets(&framed) {
        assert_eq!(hours.to_octets(), framed);
        assert!(hours.whole().count(Protocol::V4) >= hours.busiest(Protocol::V4).1);
    }
});

/// Puts a content into its frame, as whoever means harm would.
fn framed(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut octets = b"forestall census\x01".to_vec();
    octets.push(kind);
    octets.extend_from_slice(&u32::try_from(content.len()).expect("an input is short").to_le_bytes());
    octets.extend_from_slice(content);
    let digest = Digest::of(&octets);
    octets.extend_from_slice(&digest.0);
    octets
}
