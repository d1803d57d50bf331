// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What matching names say of the machines that asked for them.
//!
//! A [`Watch`] looks records up in an index; a question for a listed name is a [`Sighting`]. [`Mark`] says how its time stands to the windows of each family that lists the name:
//! in a widened window, or by which whole days beside one. A [`Tally`] keeps sightings in *cells*, one a (client, name, day, mark), from which
//! everything shown is derived at the end: no order of the input, number of inputs or number of threads changes a report. Where the
//! cells outgrow their room they leave as sorted *runs* to scratch files that the caller hands in, and the counts stay exact. [`report`] merges
//! cells and runs and folds them into one [`Finding`] a client and family, with the error of the client's clock and the [`chance`] that
//! ordinary traffic looks the same. A scan that never ends keeps its counts in a [`Ledger`] instead, and is told who changed.

mod absent;
pub mod chance;
mod client;
mod drained;
mod finding;
mod fold;
mod ledger;
mod mark;
mod matching;
mod roster;
mod run;
mod tally;

pub use client::Client;
pub use finding::{CampaignSupport, ClockOffset, Finding, Subject};
pub use ledger::Ledger;
pub use mark::{Listing, Mark, Shift, Sighting};
pub use matching::{Batch, Watch};
pub use roster::{Roster, TooManyCampaigns};
pub use run::{Room, ScratchError};
pub use tally::{Tally, report};
