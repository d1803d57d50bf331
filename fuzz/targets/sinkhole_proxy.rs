// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A header of the PROXY protocol: cut anywhere it is a part, and what follows it does not matter.

#![no_main]

use forestall_sinkhole::proxy::{Header, MOST_OCTETS, read};

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    for octets in [octets, &[b"\r\n\r\n\0\r\nQUIT\n", octets].concat()] {
        match read(octets) {
            whole @ Header::Whole { octets: length, .. } => {
                assert!(length <= octets.len() && length <= MOST_OCTETS);
                assert!((0..length).all(|cut| read(&octets[..cut]) == Header::Part));
                assert_eq!(read(&octets[..length]), whole);
            }
            Header::Part => assert!(octets.len() < MOST_OCTETS),
            Header::Other => {}
        }
    }
});
