// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Detection as other crates meet it: the committed model, its file, its training, and what gets no score.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the failure")]

mod classify;
