// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the commands that read traffic share: inputs on several threads, files that grow, pseudonyms for clients.

mod follow;
pub(super) mod inputs;
pub(super) mod pseudonym;
