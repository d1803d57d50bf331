// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Clients to the outside: looks at names over DNS and in zone files.
//!
//! A *sweep* looks at every name of some computed lists once and keeps what differs from the usual. [`sweep`](mod@sweep) asks a server,
//! [`zone_sweep`](mod@zone_sweep) reads a copy of the zone; both give the same [`SweepReport`]. A look that failed is *unknown*, never a
//! guess: a name that is not there and a server that does not answer are told apart.
//!
//! [`collect_presence`] asks for names of which nobody knows who holds them, one by one, for those who vet them, and
//! [`zone_presence`](mod@zone_presence) looks for millions of them in a copy of the zone. Outcomes go to the
//! caller as they come, and a [`Cache`] keeps them over a crash.
//!
//! [`mail`] and [`webhook`] are the ways out to people and to their programs, [`maildir`] and [`imap`] the way back, and [`openpgp`] closes
//! letters. Each does one thing once and says what came of it; what is still to be done is kept by whoever calls.
//!
//! [`epp`] speaks to registries as a registrar or their own operator does; what may be said is decided elsewhere.
//! [`misp`] brings events to an instance of MISP.
//!
//! [`ntp`] asks how far a clock is off, and [`certificate`] reads the certificates that an operator shows; nothing follows from either here.
//!
//! [`hub`] calls the REST API of another installation, or of this one from elsewhere.

#![forbid(unsafe_code)]

mod address;
pub mod cache;
mod causes;
pub mod certificate;
mod clock;
pub mod epp;
pub mod gather;
mod host_port;
mod http;
pub mod hub;
pub mod imap;
pub mod lists;
pub mod mail;
pub mod maildir;
pub mod misp;
pub mod ntp;
pub mod oidc;
pub mod openpgp;
pub mod presence;
pub mod rdap;
mod registrable;
mod retry_after;
pub mod sweep;
mod tls;
pub mod turns;
pub mod webhook;
pub mod whois;
mod wildcard;
pub mod zone_presence;
pub mod zone_sweep;

pub use cache::{Cache, CacheError, LookKey};
pub use gather::{GatherError, GatherReport, Sources, gather};
pub use lists::{AskedList, Reason, SweepReport};
pub use presence::{GivenUp, Looked, PresenceError, PresenceOptions, PresenceReport, Servers, collect_presence};
pub use rdap::{RdapOptions, collect_rdap, look_up_rdap};
pub use sweep::{Progress, SweepError, SweepOptions, sweep};
pub use turns::{Manners, TurnsReport};
pub use whois::{WhoisOptions, collect_whois};
pub use zone_presence::{WantedNames, ZonePresenceError, ZonePresenceOptions, ZonePresenceReport, zone_presence};
pub use zone_sweep::{ZoneReport, ZoneSweepError, ZoneSweepOptions, zone_sweep};
