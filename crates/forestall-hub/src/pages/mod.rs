// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The pages: one a file, each with its handler and the values that its template prints.
//!
//! Templates get values that are ready to print and compute nothing. A page that changes something sends one act to the
//! desk and then leads back to a page that shows the result. Pages render [`Released`](forestall_model::Released) cases only.
//! Those under `/public` need no sign-in, nor does the log of a public case under `/log`.

pub(crate) mod account;
mod acting;
pub(crate) mod alarms;
pub(crate) mod answer;
pub(crate) mod appeal;
pub(crate) mod attachment;
pub(crate) mod case;
pub(crate) mod cases;
pub(crate) mod census;
pub(crate) mod census_countries;
pub(crate) mod census_networks;
mod census_view;
pub(crate) mod days;
pub(crate) mod decide;
pub(crate) mod disclosed;
pub(crate) mod disclosures;
pub(crate) mod docket;
mod docket_filter;
pub(crate) mod download;
pub(crate) mod epp;
pub(crate) mod epp_batch;
pub(crate) mod epp_journal;
pub(crate) mod event;
pub(crate) mod exclusions;
mod facts;
pub(crate) mod fallback;
pub(crate) mod families;
pub(crate) mod family;
pub(crate) mod figures;
pub(crate) mod frame;
pub(crate) mod gaps;
mod heat;
pub(crate) mod holders;
pub(crate) mod home;
pub(crate) mod invitation;
pub(crate) mod jobs;
mod kept;
pub(crate) mod latency;
pub(crate) mod lists;
pub(crate) mod log;
pub(crate) mod log_files;
pub(crate) mod look_up;
pub(crate) mod mails;
mod markdown;
pub(crate) mod metrics;
pub(crate) mod name;
mod name_history;
mod name_verdict;
mod name_windows;
pub(crate) mod names;
pub(crate) mod open;
pub(crate) mod papers;
pub(crate) mod parties;
pub(crate) mod party;
pub(crate) mod people;
pub(crate) mod person;
pub(crate) mod place;
mod proof;
pub(crate) mod provider;
pub(crate) mod public_appeal;
pub(crate) mod public_census;
pub(crate) mod public_figures;
pub(crate) mod public_log;
pub(crate) mod public_rules;
mod qr_code;
pub(crate) mod registers;
mod registry_facts;
pub(crate) mod registry_slice;
pub(crate) mod replies;
pub(crate) mod request;
pub(crate) mod servers;
pub(crate) mod sign_in;
pub(crate) mod slice;
mod slice_answers;
mod slice_counts;
mod slice_lists;
pub(crate) mod subscribers;
pub(crate) mod timeline;
pub(crate) mod told;
mod trend;
pub(crate) mod undo;
mod variants;
pub(crate) mod what_if;
pub(crate) mod work;
mod world;
pub(crate) mod zone;
pub(crate) mod zones;

use askama::Template;
use axum::http::header;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Serialize;

use crate::server::Problem;

/// Renders a page.
fn page(template: &impl Template) -> Result<Html<String>, Problem> {
    Ok(Html(template.render()?))
}

/// Writes a document as JSON.
fn json(document: &impl Serialize) -> Result<Response, Problem> {
    let text = serde_json::to_string(document).map_err(|error| Problem::internal(&error))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}
