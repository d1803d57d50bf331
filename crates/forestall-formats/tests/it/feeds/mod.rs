// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The forms of feeds: exact text, and programs of others that take it.

mod intelmq;
mod misp;
mod n6;
mod python;
mod sharing;
mod stix;
mod suricata;
mod zeek;
