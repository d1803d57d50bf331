// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Files in which others tell of names, in every form: read within their limits, and the same twice.

#![no_main]

use forestall_formats::told::{MAX_LABEL, MAX_NAMES, MAX_PROBLEMS, ToldForm, read, recognise};

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    for form in ToldForm::ALL {
        let told = read(*form, octets);
        assert_eq!(read(*form, octets), told);
        let Ok(file) = told else { continue };
        assert!(file.names.len() <= MAX_NAMES && file.problems.len() <= MAX_PROBLEMS);
        assert!(file.problems.len() as u64 <= file.malformed);
        for told in &file.names {
            let label = told.family.as_deref().unwrap_or("");
            assert!(label.chars().count() <= MAX_LABEL && !label.chars().any(char::is_control));
        }
    }
    recognise(octets);
});
