// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Detection: predicted names in traffic, and families nobody knows.
//!
//! [`classify`] says how likely it is that a name was made by an algorithm, from the name alone.

#![forbid(unsafe_code)]
#![warn(clippy::disallowed_methods)]

pub mod classify;
