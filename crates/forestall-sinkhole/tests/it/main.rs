// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The sinkhole as a program: its answers on the wire, its spool, and what it does with hostile octets.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the failure")]

mod answers;
mod clients;
mod contacts;
mod delegated;
mod hostile;
mod limits;
mod load;
mod names;
mod papers;
mod reload;
mod resolver;
mod support;
mod usage;
mod zonemaster;
