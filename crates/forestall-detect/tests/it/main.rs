// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Detection as other crates meet it: readers, matching, and the committed model with its file, its training, and what gets no score.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails the test that called it")]

mod captures;
mod classify;
mod hostile;
mod hunt;
mod read;
mod scan;
mod tables;
mod tshark;
mod watch;
