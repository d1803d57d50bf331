// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Plug-ins through the public interface: the examples beside the built-in families, modules that mean harm, and metadata.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the failure")]

mod examples;
mod hostile;
mod metadata;
mod mutated;
mod rebuilt;
mod support;
mod tries;
