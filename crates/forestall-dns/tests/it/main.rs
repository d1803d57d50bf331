// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The stub client against NSD and against servers that are broken or lie, and transfers of zones to the programs of others.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails the test that called it")]

mod hostile;
mod nsd;
mod transfer;
