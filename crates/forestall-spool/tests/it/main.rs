// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tests of the spool through its public interface.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

mod child;
mod crash;
mod damage;
mod format;
mod lock;
mod round_trip;
mod shedding;
mod support;
