// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The Suricata rule that says when a machine asks for a name of the dataset.
//!
//! The rule loads the dataset beside it, in the way that is read again whenever rules are. It compares names whole and as they are on the wire;
//! algorithms ask for exactly the names that they make, in lower case.
//!
//! # Source
//!
//! Suricata User Guide, "Rules Format", "Meta Keywords", "DNS Keywords" (`dns.query`) and "Datasets"; "Upgrading", 7.0.9, for the limit of
//! `hashsize`.

use std::io::{self, Write};

use forestall_model::Released;
use uuid::Uuid;

use crate::feed::{Feed, Settings, title};
use crate::form::About;
use crate::plain_name;

/// The form.
pub const ABOUT: About = About {
    consumer: "sensors with Suricata: the rule that alerts on the names of the form suricata",
    tested_with: "suricataparser, a reader of rules; Suricata itself cannot be had as a package",
    media_type: "text/plain; charset=utf-8",
    extension: "rules",
    shows_confidence: true,
    tells_the_action: false,
};

/// The numbers of rules that are for local use, from the first on.
const LOCAL: u32 = 1_000_000;
/// How many there are.
const LOCALS: u32 = 1_000_000;
/// The most places that Suricata 8 lets the table of a set have before somebody allows more.
const MOST_PLACES: u64 = 65_536;
/// Memory that Suricata is asked to allow for a name, in octets: the name, its entry and its share of the table, with room to spare.
const MEMORY: u64 = 512;
/// Suricata's own allowance for a set, in MiB.
const USUAL_MEMORY: u64 = 100;

/// Writes the rule and returns 1.
///
/// # Errors
///
/// What the writer reports.
pub fn write(feed: &Released<Feed>, _: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let feed = feed.object();
    let (from, until) = (feed.span.from, feed.span.until);
    let names = feed.entries.names().count() as u64;
    let set = plain_name::of(&feed.id);
    writeln!(out, "# {}", title(feed))?;
    writeln!(out, "# {}; predicted DGA names, no command servers: {names} in {set}.lst", feed.marked())?;
    writeln!(out, "# Holds from {from} to {until}; margins are included")?;
    for campaign in &feed.campaigns {
        let mark = if campaign.verified { "" } else { ", UNVERIFIED" };
        writeln!(out, "# campaign {} of {}{mark}", campaign.id, campaign.family)?;
    }
    let mark = if feed.has_unverified() { " (some UNVERIFIED)" } else { "" };
    let (places, memory) = (places(names), memory(names));
    // Only words of ours, identifiers and dates: nothing here has to be escaped.
    writeln!(
        out,
        "alert dns any any -> any any (msg:\"FORESTALL query for a predicted DGA name of {set}{mark}\"; dns.query; dataset:isset,{set},type string,load {set}.lst,memcap {memory}mb,hashsize {places}; classtype:trojan-activity; metadata:valid_from {}, valid_until {}, tlp {}, pap {}; sid:{}; rev:{};)",
        compact(from),
        compact(until),
        feed.marking.tlp.word().trim_start_matches("TLP:"),
        feed.marking.pap.word().trim_start_matches("PAP:"),
        number(&feed.id),
        revision(feed),
    )?;
    out.flush()?;
    Ok(1)
}

/// Returns the number of the rule: the same for the same case, among those for local use.
fn number(id: &str) -> u32 {
    let octets = Uuid::new_v5(&Uuid::NAMESPACE_DNS, id.as_bytes()).as_u128();
    LOCAL + u32::try_from(octets % u128::from(LOCALS)).expect("the rest is smaller than the divisor")
}

/// Returns the revision: the day of the feed as a number, `YYYYMMDD`.
fn revision(feed: &Feed) -> u32 {
    crate::rpz::serial_of(feed) / 100
}

/// Returns the places of the table: about one a name, a power of two.
fn places(names: u64) -> u64 {
    names.next_power_of_two().clamp(1_024, MOST_PLACES)
}

/// Returns the memory to allow for, in MiB.
fn memory(names: u64) -> u64 {
    (names * MEMORY).div_ceil(1 << 20).max(USUAL_MEMORY)
}

/// Returns an instant without what a value of metadata could be cut at.
fn compact(instant: forestall_model::Instant) -> String {
    instant.to_string().chars().filter(|c| c.is_ascii_alphanumeric()).collect()
}
