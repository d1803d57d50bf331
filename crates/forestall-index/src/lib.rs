// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The prediction index: all predicted names of chosen campaigns in one compact file, looked up exactly and quickly. No I/O of its own, no clock.
//!
//! A [`Builder`] takes names from anywhere, [`predicted`] those of campaigns; it writes an index to a `Write` that the caller opened.
//! [`Index::take`] copies a file into sealed memory and checks every octet, [`Index::look_up`] and its kin find the listed name at or above a
//! query. A [`Hit`] says in which campaigns' lists the name stands and in which nominal windows, or that it is a collision. There
//! is no false match: names are compared in full.
//!
//! The format is described in `docs/index-format.md`, and each part in the module that writes and reads it.

#![deny(unsafe_code)]
#![warn(clippy::disallowed_methods)]

mod block;
mod blocks;
mod bucket;
pub mod build;
mod checksum;
mod fetch;
mod filter;
mod hash;
mod hit;
mod index;
mod key;
mod layout;
mod look_up;
mod map;
mod name;
pub mod open;
mod parents;
pub mod predicted;
mod quotient;
mod spill;
mod tables;
mod tail;
mod take;
pub mod verify;

pub use build::{AddError, BuildError, Builder, Built};
pub use hit::{Hit, Posting};
pub use index::{Index, Sizes};
pub use map::Sealed;
pub use name::NameFault;
pub use open::OpenError;
pub use spill::Scratch;
pub use tables::{Computed, IndexCampaign};
