// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a sinkhole sees, on disk until somebody fetches it: checksummed segments of events, their writer and their reader.
//!
//! A [`Spool`] owns a folder. [`Sender`]s hand it events; one thread of its own writes them into a segment, forces that to the disk, and seals it by size or
//! age. Where the disk is slow, full or gone, events are left out by sampling and counted: what was offered is always what was kept and
//! what was shed together. A [`Reader`] gives back what a segment holds, up to the first damage, and says what is missing.
//!
//! The two kinds of event are never one: a [`DnsHit`] says that a resolver asked, a [`ContactHit`] that a machine connected.
//!
//! The format is described in `docs/spool-format.md`, and each part in the module that writes and reads it.

#![forbid(unsafe_code)]

pub mod contact;
mod cursor;
pub mod dns;
pub mod event;
pub mod lock;
pub mod names;
mod queue;
pub mod read;
mod record;
pub mod recover;
pub mod sensor;
pub mod spool;
pub mod summary;

mod write;
mod writer;

pub use contact::{ContactHit, ContactKind, Verdict, Visitor};
pub use dns::{AnswerGiven, CookieSeen, DnsHit, Edns, Transport};
pub use event::{CampaignEntry, Endpoint, Event, EventKind, Shed};
pub use lock::{Lock, LockError};
pub use names::{Named, State, list};
pub use read::{End, Loss, ReadError, Reader};
pub use recover::Recovered;
pub use sensor::Sensor;
pub use spool::{Counts, Options, Sender, Spool, SpoolError, Watch};
pub use summary::Summary;
pub use write::now;
