// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zone files: lines that are understood where they lie give the same as the path of all forms, to the fault and its line.

#![no_main]

use std::io::Read;

use forestall_formats::zonefile::{ZoneData, ZoneEnd, ZoneError, ZoneReader};
use forestall_fuzz::Slowly;
use forestall_model::OwnerName;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let origin: OwnerName = "example.".parse().expect("a name");
    let plain = all(ZoneReader::new(octets).by_the_plain_path());
    assert_eq!(all(ZoneReader::new(octets)), plain);
    assert_eq!(all(ZoneReader::new(Slowly::new(octets, 7))), plain);
    let plain = all(ZoneReader::with_origin(octets, &origin).by_the_plain_path());
    assert_eq!(all(ZoneReader::with_origin(octets, &origin)), plain);
});

/// A record: its line, its owner, its type or serial, and its target.
type Seen = (u64, String, u32, String);

fn all<R: Read>(mut reader: ZoneReader<R>) -> (Vec<Seen>, Result<ZoneEnd, ZoneError>) {
    let mut seen = Vec::new();
    loop {
        match reader.next_record() {
            Ok(Some(record)) => {
                // What is told is canonical, so that it can be compared as text.
                assert_eq!(record.owner.parse::<OwnerName>().expect("an owner is a name").as_str(), record.owner);
                let (number, target) = match record.data {
                    ZoneData::Ns(target) => (2, target.to_owned()),
                    ZoneData::Soa(serial) => (serial, "soa".to_owned()),
                    ZoneData::Other(number) => (u32::from(number), String::new()),
                };
                seen.push((record.line, record.owner.to_owned(), number, target));
            }
            Ok(None) => return (seen, Ok(reader.end().cloned().expect("a zone that was read has an end"))),
            Err(error) => return (seen, Err(error)),
        }
    }
}
