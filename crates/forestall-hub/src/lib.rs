// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The console: server-rendered pages over the store and the predictor.
//!
//! The [`desk`] is where every act on a case happens, for the pages and the command line alike. The [`server`] takes
//! connections, signs people in and guards the pages; `pages` holds one page a file, and `api` one resource a file of what programs call.
//! [`map`] draws the world, and [`quickstart`] opens the two cases of the first minute. [`figures`] and [`prospect`] are documents that pages
//! and command line share, [`census`] reads what sinkholes saw, [`transfers`] serves policy zones to resolvers, and [`shown`] is what the API and the command line show of a case.

mod api;
pub mod census;
pub mod contacts;
pub mod desk;
pub mod drill;
pub mod figures;
pub mod jobs;
pub mod lead;
pub mod map;
mod misp;
mod number;
mod pages;
pub mod prospect;
pub mod quickstart;
pub mod server;
pub mod shown;
mod taxii;
pub mod transfers;
