// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the hub's REST API and its clients share: requests, answers, routes, problem documents, pages.
//!
//! One resource a file. A type that is sent is written once: the server fills it, a client reads it, and the OpenAPI document is made of it.
//! Values are the model's own, in their one written form; where a schema must say more of a value than that it is a text, [`words`] says it.
//! Requests refuse members that they do not know; answers may gain members, and clients pass over those that they do not know.
//!
//! // WIRE FORMAT, version 1

#![forbid(unsafe_code)]
#![warn(clippy::disallowed_methods)]

pub mod act;
pub mod alarms;
pub mod answer;
pub mod appeals;
pub mod case;
pub mod case_list;
pub mod census;
pub mod cut;
pub mod days;
pub mod decisions;
pub mod disclosures;
pub mod docket;
pub mod drill;
pub mod epp;
pub mod events;
pub mod evidence;
pub mod exclude;
pub mod figures;
pub mod gaps;
pub mod handover;
pub mod header;
pub mod lead;
pub mod list;
pub mod log;
pub mod me;
pub mod names;
pub mod notes;
pub mod open;
pub mod page;
pub mod papers;
pub mod party;
pub mod playbooks;
pub mod problem;
pub mod receipts;
pub mod request;
pub mod route;
pub mod slice;
pub mod tasks;
pub mod told;
pub mod waivers;
pub mod what_if;
pub mod words;
pub mod zones;

pub use page::{Cursor, Items, Page};
pub use problem::Problem;
