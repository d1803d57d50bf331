// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The registry of the tests against clients that are not ours, and against what it must not take.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails the test that called it")]

mod registry;
