// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The stored format, octet by octet, as `docs/spool-format.md` describes it.

use std::fs;

use forestall_spool::list;

use crate::support::{dns, opened};

#[test]
fn a_segment_stands_as_it_is_described() {
    let folder = tempfile::tempdir().unwrap();
    let spool = opened(folder.path());
    let mut sender = spool.sender();
    sender.dns(&dns(0x0102_0304));
    drop(sender);
    spool.close().unwrap();
    let octets = fs::read(&list(folder.path()).unwrap()[0].path).unwrap();
    assert_eq!(&octets[..24], b"forestall spool\n\x01\0\0\0\0\0\0\0");
    assert_eq!(&octets[40..49], b"\x08sensor-1");
    #[rustfmt::skip]
    let body = [
        &[4, 3, 2, 1, 0, 0, 0, 0][..],       // the time
        &[4, 192, 0, 2, 53, 0x40, 0x9C],     // 192.0.2.53, port 40000
        &[4, 198, 51, 100, 1, 53, 0],        // 198.51.100.1, port 53
        &[0],                                // UDP, no flag
        &[0],                                // records were answered
        &[1, 0],                             // A
        &[0],                                // listed from the first octet on
        b"\x0D\x08abcdefgh\x02ws\0",         // the name
        &[1, 0, 0],                          // one campaign, number 0
    ]
    .concat();
    assert_eq!(&octets[96..100], &[0xF5, 1, u8::try_from(body.len()).unwrap(), 0]);
    assert_eq!(&octets[104..104 + body.len()], body);
    let sum = crc(&[&octets[96..100], &body].concat());
    assert_eq!(octets[100..104], sum.to_le_bytes());
    assert_eq!(&octets[104 + body.len()..][..4], &[0xF5, 255, 97, 0]);
    assert_eq!(octets.len(), 104 + body.len() + 8 + 97);
}

/// CRC-32 of IEEE 802.3, bit by bit.
fn crc(octets: &[u8]) -> u32 {
    !octets.iter().fold(!0_u32, |sum, octet| {
        (0..8).fold(sum ^ u32::from(*octet), |sum, _| sum >> 1 ^ (0xEDB8_8320 & (sum & 1).wrapping_neg()))
    })
}
