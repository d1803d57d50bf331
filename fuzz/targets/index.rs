// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Prediction indexes: what was not refused answers, and agrees with itself.

#![no_main]

use forestall_index::Index;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let Ok(index) = Index::read(octets, None) else { return };
    assert!(index.collisions() <= index.names());
    for name in [&b"example.com"[..], b"WWW.Example.COM.", b"praat.org", b"a\\.b.c", b"."] {
        if let Some(hit) = index.look_up(name) {
            assert!(hit.start() < name.len());
            assert!(hit.postings().count() > 0 || hit.is_collision());
        }
    }
});
