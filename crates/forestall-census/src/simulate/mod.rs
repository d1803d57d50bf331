// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Populations of which the truth is known, what a sinkhole would see of them, and how often the intervals hold the truth.
//!
//! A [`Scenario`] says how machines live: in which networks, with which leases, how many behind an address, when they are on, which names they ask for and how fast they are
//! cleaned. [`Sight`] is one life of that population, drawn from a seed: the truth, and what was seen. [`Report`] repeats it and compares.
//!
//! The draws follow the story and not the formulas of the estimators: names are drawn one by one without repetition, leases end when they end, and who is
//! on is decided machine by machine.

mod population;
mod report;
mod scenario;
mod tables;

pub use population::{Sight, Truth};
pub use report::{Report, Row, RunsError};
pub use scenario::{BEHIND_MOST, Behind, Lease, MOST_OCTETS, Names, Network, Rare, Scenario, ScenarioError, shipped};
pub use tables::{csv, text};
