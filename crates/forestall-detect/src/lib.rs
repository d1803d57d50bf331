// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Detection: predicted names in traffic, and families nobody knows.
//!
//! [`scan`] says what matching names mean of the machines that asked for them.

#![forbid(unsafe_code)]
#![warn(clippy::disallowed_methods)]

pub mod pairing;
pub mod record;
pub mod scan;
