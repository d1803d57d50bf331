// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The census through its public interface: what merges, what is refused, and how often an interval holds the truth.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the failure")]

mod countries;
mod coverage;
mod day;
mod estimators;
mod figures;
mod formats;
mod samples;
mod sets;
mod sketches;
