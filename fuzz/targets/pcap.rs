// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Captures: pcap and pcapng, down to DNS in streams and fragments.

#![no_main]

use forestall_detect::readers::Format;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| forestall_fuzz::read(Some(Format::Pcap), octets));
