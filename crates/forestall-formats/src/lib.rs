// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Bytes to values and back: lists of names, answers of registries, zone files, registers.
//!
//! Everything works on readers and writers that the caller opened; nothing here opens a file or knows the time. One form or
//! reader stands in one file. [`Form`] lists the forms in which names leave; every writer takes
//! [`Released`](forestall_model::Released) lists only and gives the same bytes for the same list.
//!
//! All readers treat their input as hostile: memory is bounded, and an error names the line, the column where there
//! is one, what was found and what was expected. A table with a fault gives no rows at all.

#![forbid(unsafe_code)]
#![warn(clippy::disallowed_methods)]

pub mod annex;
pub mod annex_html;
pub mod answers;
pub mod bind;
pub mod brief;
pub mod bundle;
pub mod csv;
pub mod daily;
pub mod dgarchive;
pub mod disclosures;
pub mod dnsmasq;
pub mod envelope;
pub mod epp;
pub mod ersr;
pub mod evidence;
pub mod exclusions;
pub mod feed;
pub mod flood;
pub mod form;
pub mod friendly;
pub mod heading;
mod holder;
pub mod hosts;
pub mod infected;
pub mod intelmq;
mod iso_week;
mod json_text;
pub mod jsonl;
pub mod knot_resolver;
pub mod letters;
pub mod line_id;
pub mod list_id;
mod mail_parts;
pub mod misp;
mod moment;
pub mod n6;
pub mod notice;
pub mod numbered;
mod page;
pub mod parties;
pub mod party_sheet;
mod phrases;
pub mod plain;
mod plain_name;
pub mod popularity;
pub mod predict;
pub mod printable;
pub mod rdap;
pub mod received;
pub mod registrar_mail;
mod registry_date;
pub mod reply;
pub mod request;
pub mod rpz;
pub mod shadowserver;
pub mod shadowserver_http;
pub mod sheets;
pub mod signature;
pub mod stix;
pub mod suricata;
pub mod table;
pub mod taxii;
pub mod told;
pub mod unbound;
pub mod waiting;
pub mod waiver;
pub mod whois;
pub mod wording;
pub mod workbook;
pub mod xarf;
pub mod xarf_infected;
pub mod zeek;
pub mod zonefile;

pub use form::Form;
