// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Whatever the first octets say: compressed inputs too.

#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| forestall_fuzz::read(None, octets));
