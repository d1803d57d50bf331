// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zones that leave as a whole or by their differences: AXFR and IXFR over TCP and TLS, signed by TSIG, and NOTIFY.
//!
//! A [`Server`] knows no zone. It asks its [`Zones`] who may have what, and takes what leaves only as it came through the gate: a
//! [`Transfer`] that was released. Whatever it answers is computed while it is sent, message by message, so that a subscriber who reads
//! slowly holds no memory but the names that all share.
//!
//! It answers nothing but the three questions of a secondary: SOA, AXFR and IXFR. A policy zone is not there to be asked for names.
//!
//! # Source
//!
//! RFC 5936 (AXFR), RFC 1995 (IXFR), RFC 1996 (NOTIFY), RFC 8945 (TSIG), RFC 9103 (zone transfer over TLS).

mod content;
mod messages;
mod notify;
mod query;
mod reply;
mod serve;
mod tsig;
mod zones;

pub use content::{Apex, Contents, Names, NamesError, Rule, Run, Transfer};
pub use messages::Messages;
pub use notify::{Notification, NotifyError, notify};
pub use serve::{Counts, Limits, Server};
pub use tsig::{Key, KeyError};
pub use zones::{Asker, Ended, Grant, Refusal, Transport, Zones};
