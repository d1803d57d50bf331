// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where events are kept once they have left the sinkhole: Parquet in folders of day and family, on a disk or at a provider.
//!
//! A [`Lake`] is opened by its URL. [`Shipping`] brings segments of a spool there: each event is one row of one file, under names that make a second attempt
//! harmless, and [`Lake::check`] compares what came in with what is there. What a table holds stands in [`schema`]; a [`Scan`] reads columns of it, and
//! [`Lake::losses`] tells what is missing. [`Lake::keep`] does what [`retention`] decides: addresses give way to pseudonyms, and rows to counts.
//!
//! A resolver that asked and a machine that connected are two tables and never one count.

#![forbid(unsafe_code)]

pub mod aggregate;
mod batch;
pub mod check;
mod chunk;
mod columns;
mod connect;
mod decode;
pub mod disclosures;
pub mod enrich;
mod hybrid;
mod intern;
pub mod keep;
pub mod keys;
pub mod lake;
pub mod losses;
pub mod manifest;
mod name;
pub mod origin;
mod output;
pub mod pack;
pub mod read;
pub mod retention;
mod rewrite;
mod rows;
pub mod schema;
pub mod settings;
pub mod ship;
pub mod tally;

pub use check::Checked;
pub use keep::{KeepError, Kept, Overdue, Summarise};
pub use keys::Keys;
pub use lake::{File, Lake, LakeError, NONE, Part, SEVERAL};
pub use losses::{Cause, Loss};
pub use manifest::Manifest;
pub use origin::Origin;
pub use output::WriteError;
pub use pack::{NO_DAY, Packed, day_of};
pub use read::{Batch, Footer, ReadError, Scan, Who};
pub use retention::Policy;
pub use rewrite::RewriteError;
pub use schema::{CONTACT_HITS, DNS_HITS, LOSSES, Table};
pub use settings::Settings;
pub use ship::{ShipError, Shipped, Shipping};
