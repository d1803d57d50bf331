// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tests of the hub: the desk, the map, and the console over HTTP as a browser or a script meets it.

mod accessible;
mod accounts;
mod acts;
mod api;
mod api_docket;
mod api_papers;
mod api_publish;
mod api_schema;
mod browser;
mod browser_home;
mod census;
mod console;
mod desk;
mod docket;
mod drill;
mod evidence_pack;
mod feeds;
mod figures;
mod flood;
mod guard;
mod hostile;
mod look_up;
mod map;
mod misp;
mod numbered;
mod pages;
mod papers;
mod party;
mod place;
mod plugins;
mod provider;
mod replies;
mod requests;
mod shared;
mod sign_in;
mod taxii;
mod tlog;
mod told;
mod transfers;
mod vetting;
mod viewers;
mod ways;
