// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tests through the public interface.

mod botnet;
mod party;
mod report;
mod scenario;
mod world;
