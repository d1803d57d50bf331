// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Detection through its public interface.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails the test that called it")]

mod captures;
mod read;
mod scan;
mod tshark;
