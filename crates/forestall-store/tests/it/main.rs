// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The store through its public interface.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails the test that called it")]
#![expect(clippy::print_stdout, reason = "the child speaks to its parent, and tests name what they skip")]

mod api_answers;
mod backup;
mod child;
mod counts;
mod crash;
mod epp;
mod examine;
mod execute;
mod jobs;
mod log;
mod mails;
mod models;
mod open;
mod outage;
mod parties;
mod people;
mod processes;
mod revision;
mod sign_in;
mod space;
mod support;
mod tlog;
mod verify;
mod zones;
