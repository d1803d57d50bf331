// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lists of popular names: what is counted is what was given, and written anew it is the same.

#![no_main]

use forestall_formats::popularity::{self, MAX_FAULTS, PopularityError, Summary};
use forestall_fuzz::Slowly;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let (read, entries) = all(octets, usize::MAX);
    assert_eq!((&read, &entries), (&all(octets, 7).0, &all(octets, 7).1));
    let Ok(summary) = read else { return };
    assert_eq!(summary.entries, entries.len() as u64);
    assert!(summary.entries + summary.bad <= summary.lines);
    assert!(summary.faults.len() <= MAX_FAULTS && summary.faults.len() as u64 <= summary.bad);
    let mut text = String::new();
    for (place, name) in &entries {
        assert!(*place > 0 && name.len() <= 253 && !name.contains(|c: char| c.is_ascii_uppercase() || !c.is_ascii()));
        text.push_str(&format!("{place},{name}\n"));
    }
    let (again, entries_again) = all(text.as_bytes(), usize::MAX);
    if !entries.is_empty() {
        assert_eq!(again.expect("names that were read are written").bad, 0);
    }
    assert_eq!(entries_again, entries);
});

fn all(octets: &[u8], step: usize) -> (Result<Summary, PopularityError>, Vec<(u32, String)>) {
    let mut entries = Vec::new();
    let read = popularity::read(Slowly::new(octets, step), |entry| entries.push((entry.place, entry.name.to_owned())));
    (read, entries)
}
