// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The exposed host: an authoritative name server for listed names, and whoever hears the machines that come for them.
//!
//! It knows no plan, contact or credential, and writes nothing but its spool. Queries over UDP have threads of their own ([`dns::udp`]), all
//! connections share one ([`connections`]); both ask [`names`], which open and close by the clock and are replaced while queries are answered
//! ([`watch`]). What is kept of a visitor is decided where his octets are read: [`http`], [`tls`], [`raw`]. [`run`] puts it together.

#![forbid(unsafe_code)]

pub mod arguments;
pub mod clock;
pub mod config;
pub mod connections;
pub mod counters;
pub mod dns;
pub mod http;
pub mod metrics;
pub mod names;
pub mod proxy;
pub mod raw;
pub mod recognise;
pub mod run;
pub mod talk;
pub mod tls;
pub mod watch;
