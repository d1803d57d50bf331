// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Exercises: what a working group practises before the day, and what shows how much a hub can bear.
//!
//! A [`Scenario`] says which campaigns begin when, which registries there are, how they behave, and what goes wrong. A [`Party`] is one of
//! those registries as a state machine: it hears of lists and, as time goes by, acts. The [`World`] knows which names are really protected,
//! whatever anybody says. A [`Herd`] is a campaign's machines as rates, from which follows how many of them meet a name that the enemy
//! could register. What happens is a [`Journal`], and the [`Report`] is a function of it.
//!
//! Nothing here opens a file or a connection or reads a clock: the program moves the time and carries the acts to a hub. The same
//! scenario with the same seed ([`Chance`]) gives the same acts.

#![forbid(unsafe_code)]
#![warn(clippy::disallowed_methods)]

pub mod botnet;
pub mod chance;
pub mod conduct;
pub mod event;
mod file;
pub mod journal;
pub mod load;
mod markdown;
pub mod office;
pub mod party;
pub mod report;
pub mod scenario;
mod tables;
mod text;
pub mod world;

pub use botnet::Herd;
pub use chance::Chance;
pub use journal::Journal;
pub use markdown::markdown;
pub use party::Party;
pub use report::Report;
pub use scenario::{Scenario, ScenarioError};
pub use text::text;
pub use world::World;
