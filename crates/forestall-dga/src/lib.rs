// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Domain generation algorithms: families, campaigns, prediction. No I/O, no clock.
//!
//! A [`Family`] is one algorithm. With [`Params`](forestall_model::Params) it becomes a [`Generator`], which knows its *origin periods*
//! and writes the names of one period into a [`NameBuf`], in the order of the bot. A [`Campaign`] is a family with one set of
//! parameters, where it was seen, and how its bots draw from the list. A [`Catalogue`] holds families and campaigns;
//! the caller builds it and hands it down, there is no global one.
//!
//! Computing the names of an origin period is separate from what a bot tries at one instant: a bot's list may reach over
//! several periods ([`Generator::attempts`]).
//!
//! On top of the families stand [`predict`] (lists on demand, streamed), [`counts`] (how many names fall to which top-level domain),
//! [`slice`](mod@slice) (which ones), [`find`](mod@find) (where a name stands) and [`identify`] (what made observed names).
//! [`page`] says for people what is known of a family, [`word_lists`] which files of words the catalogue needs.

//!
//! # Examples
//!
//! The names of a day, without an allocation for each:
//!
//! ```
//! use forestall_dga::family::NoWordLists;
//! use forestall_dga::{Ask, Catalogue, NameBuf};
//! use forestall_model::{Params, UtcDay};
//!
//! let day: UtcDay = "2020-01-01".parse()?;
//! let catalogue = Catalogue::built_in();
//! let campaign = catalogue.campaigns_of("necurs").next().ok_or("no such family")?;
//! let prepared = catalogue.prepare(campaign, &Params::new(), &NoWordLists)?;
//! let period = prepared.generator.period_containing(day.start()).ok_or("no list on this day")?;
//! let mut names = NameBuf::new();
//! prepared.generator.generate(&period, &Ask::default(), &mut names)?;
//! assert_eq!(names.len(), 2_048);
//! assert_eq!(names.bytes_of(0), b"jxdhqqxgujyqwsxalna.bz");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `examples/embed.rs` is a whole program.
//!
//! # Dependencies
//!
//! `serde` and `toml`, which read the campaigns, `thiserror`, and `forestall-model` with what that needs: dates, host names, the public
//! suffix list and SHA-256. `cargo tree -p forestall-dga -e normal` lists some sixty packages, half of which come with the tables of
//! internationalised names. No network, no run-time for asynchronous code, no code in C.

#![forbid(unsafe_code)]
#![warn(clippy::disallowed_methods)]

pub mod campaign;
pub mod catalogue;
pub mod counts;
mod distinct;
pub mod families;
pub mod family;
pub mod find;
pub mod identify;
pub mod info;
pub mod names;
mod ordered;
pub mod page;
pub mod predict;
pub mod primitive;
pub mod sine;
pub mod slice;
mod tlds;
pub mod verify;
pub mod word_lists;

pub use campaign::Campaign;
pub use catalogue::{Catalogue, Prepared};
pub use family::{Ask, Attempt, Family, GenerateError, Generator, ParamError, Period, WordLists};
pub use info::FamilyInfo;
pub use names::{Name, NameBuf, Suffix};
pub use sine::Sine;
