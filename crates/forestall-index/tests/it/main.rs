// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The index through its public interface: what goes in comes out, and nothing else, whatever happens to the file.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the failure")]

mod building;
mod damage;
mod format;
mod predicted;
mod reference;
mod support;
