// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tests of the crate through its public interface.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod catalogue;
mod conficker;
mod dictionaries;
mod every_family;
mod families_1;
mod families_3;
mod fast_paths;
mod identify;
mod identify_all;
mod pages;
mod plain;
mod ports;
mod predict;
mod published;
mod recovery;
mod seeds_1;
mod seeds_a;
mod seeds_b;
mod slices;
mod support;
mod toy;
mod vectors_1;
mod vectors_2;
mod vectors_3;
mod vectors_4;
mod verify;
mod victims;
mod word_lists;
