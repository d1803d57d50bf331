// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tests of cases through the public interface of the crate.

mod properties;
mod scenario;
mod world;
