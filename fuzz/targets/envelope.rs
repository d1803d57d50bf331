// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Envelopes: what was read is written and comes back, and every brief can be written of it.

#![no_main]

use forestall_formats::envelope::{read, write};
use forestall_formats::{brief, wording::Language};
use forestall_model::marking::release;
use forestall_model::{Audience, Instant};

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let Ok(envelope) = read(octets) else { return };
    // Before any embargo ends the label stays as it was read.
    let released =
        release(envelope.clone(), Audience::Recipient, Instant::from_micros(i64::MIN)).expect("recipients may see all");
    let written = write(&released).expect("what was read can be written");
    let mut again = read(&written).expect("what was written can be read");
    again.tlp = envelope.tlp;
    assert_eq!(again, envelope);
    for tag in Language::all() {
        let brief = brief::write(&released, Language::best(tag)).expect("a language has all its words");
        assert!(brief.subject.ends_with(&envelope.list.token()) && !brief.subject.contains('\n'));
    }
});
