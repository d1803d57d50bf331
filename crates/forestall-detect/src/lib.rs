// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Detection: predicted names in traffic, and families nobody knows.
//!
//! [`readers`] turn captures and logs of any kind into [`record`]s: who asked for which name when. [`pairing`] joins a question and its
//! answer where the two were written down apart. [`scan`] looks the names up in a prediction index and says what the matches mean of
//! the machines that asked. [`classify`] says how likely it is that a name was made by an algorithm, from the name alone, and [`hunt`] finds the clients
//! whose failed look-ups no list explains and an algorithm does.

#![forbid(unsafe_code)]
#![warn(clippy::disallowed_methods)]

pub mod classify;
pub mod hunt;
pub mod pairing;
pub mod readers;
pub mod record;
pub mod scan;
