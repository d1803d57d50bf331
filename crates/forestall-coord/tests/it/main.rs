// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tests of cases through the public interface of the crate.

mod boards;
mod computed;
mod docket;
mod encoding;
mod evidence;
mod flood;
mod guard;
mod kpi;
mod parties;
mod proof;
mod properties;
mod reach;
mod refusals;
mod scenario;
mod verification;
mod what_if;
mod world;
