// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Cases as pure, event-sourced state.
//!
//! A *case* is an append-only log of [`Event`]s. A [`Command`] is decided against the state that the log gives and becomes
//! an event, or a typed [`Refusal`]; nothing else changes a case. Every state shown is a fold over the log ([`Case::replay`]).
//!
//! A case watches the names of some campaigns over a horizon of days. They are cut into *slices*, one per top-level
//! domain: what one registry must see to. Names are computed elsewhere; here they are *places*, indices into the list of
//! one (campaign, origin period, top-level domain), and *counts*, handed in as values. A [`Board`] puts the state of a case
//! and the counts together: coverage (K1) and reach of misses (K2) per day, per slice and for the case, and the gaps.
//!
//! Proof has levels ([`proof`]): a registry's word is *claimed*, a signed list that equals ours *attested*, and only what
//! was seen from outside in a way that excludes "simply unregistered" is *observed*. Nothing is PROTECTED without it.
//!
//! The events of a case are the leaves of a Merkle tree, whose root is signed ([`tlog`]); [`archive`] hands a whole case over.
//!
//! This crate does no I/O and reads no clock: time, randomness for salts and counts come in as arguments.

#![forbid(unsafe_code)]
#![warn(clippy::disallowed_methods)]

pub mod alarms;
pub mod archive;
pub mod aside;
pub mod board;
pub mod by_day;
pub mod case;
pub mod command;
mod commands;
pub mod cut;
pub mod deadline;
pub mod docket;
pub mod epp;
pub mod event;
pub mod fallback;
pub mod filing;
pub mod flood;
pub mod gaps;
pub mod guard;
pub mod holding;
pub mod kpi;
pub mod lead_time;
mod list;
pub mod order;
pub mod party;
pub mod population;
pub mod proof;
pub mod reach;
mod reach_table;
mod refusal;
pub mod roll;
pub mod standing;
pub mod tally;
pub mod tlog;
pub mod told;
pub mod verify;
pub mod what_if;

pub use alarms::Alarm;
pub use aside::Aside;
pub use board::{Board, NameView};
pub use case::Case;
pub use command::{Command, Context, Decided, Refusal};
pub use cut::CutList;
pub use deadline::{Deadline, Timing};
pub use event::{Event, Withheld};
pub use filing::Filing;
pub use gaps::Gap;
pub use holding::{Holding, Stance};
pub use lead_time::LeadTime;
pub use party::Party;
pub use population::{Population, Populations};
pub use proof::{Finding, Level};
pub use reach::ReachRange;
pub use standing::{NameState, Phase, Standing};
pub use tally::Tally;
pub use told::Told;
