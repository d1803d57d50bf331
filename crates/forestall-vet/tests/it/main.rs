// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tests of the public interface of forestall-vet.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails the test that called it")]

mod automatic;
mod built;
mod cohort;
mod documented;
mod evaluate;
mod properties;
mod register;
mod rules;
mod unit;
mod verdict;
