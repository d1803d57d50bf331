// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sweeps against NSD, against servers that fail, and over zone files; registration data from services on loopback;
//! letters and notices against real servers and GnuPG; EPP against the registry of the tests.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails the test that called it")]

mod cache;
mod certificates;
mod dns;
mod epp;
mod epp_hostile;
mod failing;
mod gather;
mod hub;
mod hub_hostile;
mod imap;
mod imap_hostile;
mod letters;
mod mail;
mod mail_hostile;
mod maildir;
mod misp;
mod openpgp;
mod presence;
mod presence_failing;
mod presence_resolver;
mod rdap;
mod rdap_hostile;
mod scripted;
mod webhook;
mod webhook_hostile;
mod whois;
mod zone;
mod zone_presence;
mod zones;
