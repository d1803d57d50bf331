// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Families that come as one WebAssembly module each, run without any import and within limits. No I/O, no clock.
//!
//! A [`Plugin`] is a module with its metadata: what is known of the family, its campaigns, its marking, and vectors, which are names that
//! it must reproduce. [`Plugin::read`] takes the module apart and refuses what it cannot trust, [`Plugin::check`] runs the vectors,
//! [`Plugin::add_to`] adds family and campaigns to a [`Catalogue`](forestall_dga::Catalogue), where they are families like all others.
//!
//! A module is foreign code. It has no imports, so that all it can do is compute; each list is computed by an instance of its own,
//! with [fuel](limits::FUEL_A_NAME) and [memory](limits::MAX_MEMORY) to spend, so that a list depends on parameters and period alone; every
//! name that it gives is checked. What goes wrong is a [`GenerateError`](forestall_dga::GenerateError), never an empty or a shorter list.
//!
//! Results are equal on every machine: WebAssembly leaves open only the bits of a NaN, which get one form here, and how much stack and
//! memory there is, which is fixed here; threads and vector instructions are not taken.
//!
//! The interface is [`abi`].

#![forbid(unsafe_code)]
#![warn(clippy::disallowed_methods)]

pub mod abi;
mod error;
mod family;
pub mod limits;
mod metadata;
mod module;
mod names;
mod plugin;
mod run;
mod tries;
mod vector;

pub use error::{PluginError, RunError};
pub use plugin::{Checked, Plugin};
