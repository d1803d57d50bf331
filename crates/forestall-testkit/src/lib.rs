// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Builders, a scripted clock and real counterparts for tests.
//!
//! [`CaseScript`] plays a case as people would act on it: it decides commands, applies the events and keeps the log, at the time
//! of a [`ScriptedClock`] and with salts that are the same in every run. [`campaigns`] and [`counts`] make what a case
//! needs by hand; [`computed`] takes the lists of the real generators, [`names`] only their names. [`bind`], [`knot`], [`nsd`] and [`unbound`] run real name
//! servers, [`resolver`] real resolvers with settings of a test's own, [`postgres`] a database server, [`smtp`] and [`dovecot`] real servers of mail, [`gnupg`] the program for keys, [`oidc`] a provider of identities, [`rdap`] and
//! [`whois`] answer for registries, `lake` ships a few events (with the feature of this name), [`example`] takes the waiting lines of an example of settings into use, [`mod@reference`] holds pages of the reference against the programs, [`registry`] is one over EPP, [`responder`] for servers that misbehave, [`figures`] hands figures of benchmarks to whoever gathers them, and [`skip`] finds programs and says where one is missing.
//!
//! For tests only: functions panic where a test is written wrongly, and no released crate depends on this one.

pub mod answer;
pub mod bind;
pub mod campaigns;
pub mod case;
pub mod clock;
pub mod computed;
pub mod counts;
pub mod dovecot;
pub mod example;
pub mod figures;
pub mod gnupg;
pub mod guard;
pub mod knot;
#[cfg(feature = "lake")]
pub mod lake;
pub mod misp;
pub mod names;
pub mod nsd;
pub mod oidc;
pub mod pem;
pub mod plugin;
pub mod postgres;
pub mod question;
pub mod rdap;
pub mod reference;
pub mod registry;
pub mod resolver;
pub mod responder;
mod server;
pub mod skip;
pub mod smtp;
pub mod unbound;
pub mod webdriver;
pub mod whois;

pub use case::CaseScript;
pub use clock::ScriptedClock;

/// Parses a value that a test wrote down.
///
/// # Panics
///
/// Where the text is none of its type, with the reason.
#[must_use]
#[track_caller]
pub fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> T {
    match text.parse() {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}
