// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tests of the crate through its public interface.

mod catalogue;
mod conficker;
mod plain;
mod predict;
mod published;
mod slices;
mod support;
mod toy;
