// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tests of cases through the public interface of the crate.

mod boards;
mod computed;
mod encoding;
mod evidence;
mod parties;
mod proof;
mod properties;
mod reach;
mod refusals;
mod scenario;
mod world;
