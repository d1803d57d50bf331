// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tests of cases through the public interface of the crate.

mod archive;
mod boards;
mod computed;
mod deadlines;
mod docket;
mod encoding;
mod epp;
mod evidence;
mod fallbacks;
mod flood;
mod guard;
mod kpi;
mod lists;
mod parties;
mod proof;
mod properties;
mod reach;
mod refusals;
mod rolling;
mod scenario;
mod tasks;
mod tlog;
mod told;
mod verification;
mod waivers;
mod what_if;
mod world;
