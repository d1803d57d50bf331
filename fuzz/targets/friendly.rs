// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Registers of friends and sinkholes: what was read can be written, and comes back the same.

#![no_main]

use forestall_formats::friendly::{self, FriendlyRow};
use forestall_fuzz::Slowly;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let read = friendly::read(octets);
    assert_eq!(friendly::read(Slowly::new(octets, 7)), read);
    let Ok(rows) = read else { return };
    let mut written = Vec::new();
    friendly::write(&rows, &mut written).expect("memory takes what is written");
    let again = friendly::read(written.as_slice()).expect("rows that were written can be read");
    // Lines are those of the file that was read.
    let bare = |rows: Vec<FriendlyRow>| rows.into_iter().map(|row| FriendlyRow { line: 0, ..row }).collect::<Vec<_>>();
    assert_eq!(bare(again), bare(rows));
});
