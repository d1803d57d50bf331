// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Exclusion lists: what was read can be written, and comes back the same.

#![no_main]

use forestall_formats::exclusions;
use forestall_fuzz::Slowly;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let read = exclusions::read(octets);
    assert_eq!(exclusions::read(Slowly::new(octets, 7)), read);
    let Ok(list) = read else { return };
    let mut written = Vec::new();
    exclusions::write(&list, &mut written).expect("a list that was read can be written");
    assert_eq!(exclusions::read(written.as_slice()).expect("a list that was written can be read"), list);
});
