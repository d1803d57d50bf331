// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zeek's dns.log with tabs: names first, and whole records.

#![no_main]

use forestall_detect::readers::Format;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| forestall_fuzz::sift(Format::Zeek, octets));
