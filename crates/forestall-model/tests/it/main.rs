// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tests of the public interface of forestall-model.

mod directory;
mod dossier;
mod party;
