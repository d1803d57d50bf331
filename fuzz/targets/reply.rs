// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Mails that answer lists: nothing that is unclear goes without a problem, and what is clear has a list.

#![no_main]

use forestall_formats::list_id::ListId;
use forestall_formats::reply::{Confidence, Said, read};

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let known = |id: &str| ListId::read(id);
    let Ok(answer) = read(octets, known) else { return };
    assert_eq!(answer.confidence == Confidence::Unclear, !answer.problems.is_empty(), "{answer:?}");
    if answer.confidence != Confidence::Unclear {
        assert!(answer.list.is_some() && answer.said != Said::Nothing, "{answer:?}");
    }
    assert!(!answer.subject.contains('\n') && answer.text.chars().count() <= 4_000);
});
