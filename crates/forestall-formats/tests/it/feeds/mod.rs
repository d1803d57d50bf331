// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The forms of feeds: exact text, and programs of others that do what it says on its day, and not any more after it.

mod answers;
mod bind;
mod dnsmasq;
mod hosts;
mod intelmq;
mod knot_resolver;
mod misp;
mod n6;
mod rpz;
pub(crate) mod sharing;
mod small;
mod stix;
mod suricata;
mod unbound;
mod zeek;
