// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The hub: every act on a case, and the ways in which people, programs and resolvers see it.
//!
//! The [`desk`] is where every act on a case happens, for the pages, the API and the command line alike. The [`server`] takes connections, signs
//! people in and guards what it serves: `pages` holds one page of the console a file, `api` one resource a file of what programs call, and
//! `taxii` and `misp` hand out names to programs of others that poll. [`jobs`] is what the hub does by itself, [`transfers`] serves policy
//! zones to resolvers, [`census`] reads what sinkholes saw, and [`drill`] is a hub whose time is moved from outside.
//!
//! [`shown`] is what the API and the command line show of a case. [`figures`], [`prospect`], [`lead`] and [`contacts`] are documents that pages
//! and command line share. [`map`] draws the world, and [`quickstart`] opens the two cases of the first minute.

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
