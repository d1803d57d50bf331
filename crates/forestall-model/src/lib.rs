// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The words that every verb of Forestall shares, as value types without I/O and without a clock.
//!
//! A botnet with a domain generation algorithm asks, in each *period*, for a list of *names*. A name is live in
//! one or many *windows* ([`Window`], half-open, UTC). Consumers widen windows by a *margin* ([`Margin`]), because the
//! clocks of infected machines are wrong; stored windows are always nominal. A registry protects its names by an
//! [`Action`] of a closed vocabulary, and what is known of the result is [`evidence`].
//!
//! Everything that leaves the house passes the gate in [`marking`]: renderers take [`Released`] values only.

#![forbid(unsafe_code)]
#![warn(clippy::disallowed_methods)]

pub mod action;
pub mod address_range;
pub mod counts;
pub mod day;
pub mod digest;
pub mod directory;
pub mod dossier;
pub mod draws;
pub mod epp;
pub mod evidence;
pub mod id;
pub mod instant;
pub mod line;
pub mod mail;
pub mod marking;
pub mod money;
pub mod name;
pub mod number;
pub mod owner;
pub mod params;
pub mod party;
pub mod person;
pub mod text;
pub mod told;
pub mod tsig;
pub mod window;

pub use action::{Action, AnswerResult, Band, NameClass, Ruling};
pub use address_range::{AddressRange, AddressRangeError};
pub use counts::{ListCounts, PeriodCounts, TldCount};
pub use day::{DayRange, UtcDay};
pub use digest::Digest;
pub use dossier::Dossier;
pub use draws::Draws;
pub use evidence::{Method, Sight};
pub use id::{Actor, CampaignId, CaseId, FamilySlug, Tld};
pub use instant::Instant;
pub use mail::MailAddress;
pub use marking::{Audience, Marking, Pap, Released, Tlp};
pub use name::DomainName;
pub use owner::OwnerName;
pub use params::Params;
pub use party::{Party, PartyId};
pub use person::{CaseRole, PersonId, Scope, Scopes, Standing};
pub use told::Telling;
pub use tsig::TsigAlgorithm;
pub use window::{Margin, Window, WindowSet};
