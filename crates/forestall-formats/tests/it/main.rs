// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The forms and readers through the public interface.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails the test that called it")]

mod answers;
mod brief;
mod daily;
mod envelope;
mod epp;
mod evidence;
mod exclusions;
mod feeds;
mod flood;
mod friendly;
mod infected;
mod letters;
mod lists;
mod papers;
mod parties;
mod popularity;
mod predict;
mod python;
mod rdap;
mod reply;
mod requests;
mod sheets;
mod told;
mod whois;
mod zonefile;
