// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tests of the crate through its public interface.

mod desk;
mod map;
