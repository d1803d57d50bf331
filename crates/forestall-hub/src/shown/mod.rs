// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is shown of a case outside of pages: the types of the API, made of the board and the store.
//!
//! The hub answers with them and the command line prints them, whether it has the store before it or calls a hub: the same value, made in one place, is
//! what makes both show the same. Who may see it is asked before.

mod case;
mod coverage;
mod days;
mod docket;
mod epp;
mod events;
mod gaps;
mod lead;
mod lists;
mod names;
mod parties;
mod receipts;
mod recorded;
mod slices;
mod tasks;
mod waivers;
mod words;
mod zones;

pub use case::{case, day, entry, numbers};
pub use coverage::{counts, coverage, reach, worst};
pub use days::{days_of_case, days_of_slice};
pub use docket::{alarm, docket};
pub use epp::{batch as epp_batch, commands as epp_commands, record as epp_record, switch as epp_switch};
pub use events::event;
pub use gaps::{contacts_of, gaps};
pub use lead::lead;
pub use lists::{campaigns, cut_outcome, list};
pub use names::NamedList;
pub use parties::party;
pub use receipts::receipt;
pub use recorded::recorded;
pub use slices::{asked, left, slices};
pub use tasks::task;
pub use waivers::waivers;
pub use words::{case_kind, level, phase};
pub use zones::{
    key as zone_key, serial as zone_serial, standing as zone_standing, subscriber as zone_subscriber, zone,
};
