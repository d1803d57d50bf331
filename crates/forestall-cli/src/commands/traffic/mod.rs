// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the commands that read traffic share: inputs on several threads and what is said of them, files that grow, pseudonyms for clients.

pub(super) mod faults;
mod follow;
pub(super) mod inputs;
pub(super) mod kind;
pub(super) mod progress;
pub(super) mod pseudonym;
