// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tests of the lake through its public interface.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

mod child;
mod counterparts;
mod crash;
mod damage;
mod document;
mod enrich;
mod hostile;
mod late;
mod mmdb;
mod reading;
mod retention;
mod ship;
mod store;
mod support;
mod tally;
