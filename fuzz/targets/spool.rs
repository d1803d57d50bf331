// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Segments of a spool: as they are, and as records under right checksums. A reader ends, and what it read and what it lost are all that there is.

#![no_main]

use forestall_spool::{Event, Reader};

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    read(octets);
    // Records of any kind and body behind a good head: the kind, how long the body is, the body.
    let mut segment = b"forestall spool\n\x01\0\0\0\0\0\0\0".to_vec();
    segment.extend([7; 16]);
    segment.extend([4, b'f', b'u', b'z', b'z']);
    segment.resize(92, 0);
    segment.extend(crc32fast::hash(&segment).to_le_bytes());
    let head = segment.len();
    let mut rest = octets;
    while let Some((&[kind, length], after)) = rest.split_first_chunk::<2>() {
        let (body, after) = after.split_at(usize::from(length).min(after.len()));
        rest = after;
        let mut framed = vec![0xF5, kind, body.len().to_le_bytes()[0], 0];
        framed.extend_from_slice(body);
        let sum = crc32fast::hash(&framed);
        segment.extend_from_slice(&framed[..4]);
        segment.extend(sum.to_le_bytes());
        segment.extend_from_slice(body);
    }
    assert!(read(&segment) <= (segment.len() - head) as u64);
});

/// Reads a segment; returns how many events it had.
fn read(octets: &[u8]) -> u64 {
    let Ok(mut reader) = Reader::new(octets) else { return 0 };
    assert!(!reader.sensor().as_str().is_empty());
    let (mut dns, mut contacts) = (0, 0);
    while let Some(event) = reader.next().expect("memory can be read") {
        match event {
            Event::Dns(hit) => {
                assert!(hit.qname.len() <= 255 && hit.campaigns.as_slice().len() <= 8);
                dns += 1;
            }
            Event::Contact(hit) => {
                let again = hit.clone().bounded();
                assert!(again.path.len() <= hit.path.len() && again.at == hit.at);
                contacts += 1;
            }
            Event::Campaign(_) => {}
            Event::Shed(shed) => assert!(shed.shed <= shed.offered),
        }
    }
    let end = reader.end().expect("it ended");
    assert_eq!((end.dns, end.contacts), (dns, contacts));
    if let Some(loss) = end.loss {
        assert_eq!(loss.at + loss.octets, octets.len() as u64);
    }
    dns + contacts
}
