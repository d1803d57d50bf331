// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lists that somebody received: whatever was read has names, and says on which line.

#![no_main]

use forestall_formats::received::read;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let Ok(list) = read(octets) else { return };
    for line in &list.lines {
        assert!(line.name.as_str().parse() == Ok(line.name.clone()));
        if line.line == 0 {
            assert!(line.window.is_none() && line.id.is_none() && line.change.is_none());
        }
    }
    assert!(list.lists.len() <= 100);
});
