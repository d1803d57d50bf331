// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tests of the hub: the desk, the map, and the console over HTTP as a browser or a script meets it.

mod acts;
mod browser;
mod console;
mod desk;
mod docket;
mod figures;
mod flood;
mod guard;
mod look_up;
mod map;
mod pages;
mod plugins;
mod sign_in;
mod vetting;
