// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Events as n6 of CERT Polska gives them out, one a line: each name in each window as an entry of a blacklist that expires.
//!
//! n6 has no category for predicted names; they stand under `other`, since `cnc` would say that a command server is there. `time` is when a name
//! begins to hold and `expires` when it ends.
//!
//! # Source
//!
//! n6, REST API, "Event Attributes" and the format `sjson` (`docs/src/usage/restapi.md` of CERT-Polska/n6).

use std::io::{self, Write};

use forestall_model::marking::{Marking, Tlp};
use forestall_model::{Instant, Released, Window};
use uuid::Uuid;

use crate::feed::{BoundTexts, Campaign, Entry, Feed, Settings, Text};
use crate::form::About;

/// The form.
pub const ABOUT: About = About {
    consumer: "CERTs with n6, and whoever reads events as its API gives them",
    tested_with: "a reader after n6's documentation; n6 itself cannot be had as a package",
    media_type: "application/x-ndjson",
    extension: "n6.sjson",
    shows_confidence: true,
    tells_the_action: false,
};

/// The namespace of the identifiers of events, made once at random.
const OURS: Uuid = Uuid::from_u128(0x3d9e_17a4_b2c8_4f61_8e5d_90c7_a1f3_264b);

/// Writes the events and returns their number.
///
/// # Errors
///
/// What the writer reports.
pub fn write(feed: &Released<Feed>, _: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let marking = feed.marking();
    let feed = feed.object();
    let bodies: Vec<String> = feed.campaigns.iter().map(|campaign| body(feed, campaign, marking)).collect();
    let beginning = feed.opened;
    let mut windows =
        BoundTexts::new(move |from: Option<Instant>, until: Option<Instant>| bounds(from.unwrap_or(beginning), until));
    let mut text = Text::new(out);
    let mut key = Vec::new();
    for entry in feed.entries.iter() {
        let mut room = Uuid::encode_buffer();
        let id = &*event_uuid(feed, &entry, &mut key).simple().encode_lower(&mut room);
        text.push(&["{\"id\":\"", id, &bodies[entry.campaign], entry.name, windows.of(&entry)])?;
    }
    text.end()?;
    Ok(feed.entries.len() as u64)
}

/// Returns what stands between the identifier and the name in an event of a campaign.
fn body(feed: &Feed, campaign: &Campaign, marking: Marking) -> String {
    let confidence = if campaign.verified { "high" } else { "low" };
    let (restriction, family, changed) = (restriction(marking.tlp), &campaign.family, moment(feed.changed));
    format!(
        "\",\"source\":\"forestall.dga-predicted\",\"restriction\":\"{restriction}\",\"confidence\":\"{confidence}\",\"category\":\"other\",\"modified\":\"{changed}\",\"name\":\"{family} dga\",\"status\":\"active\",\"fqdn\":\""
    )
}

/// Returns the times of an event, and its end.
fn bounds(from: Instant, until: Option<Instant>) -> String {
    let expires = until.map_or_else(String::new, |until| format!(",\"expires\":\"{}\"", moment(until)));
    format!("\",\"time\":\"{}\"{expires}}}\n", moment(from))
}

/// Returns the classification that lets an event go no farther than its marking does.
const fn restriction(tlp: Tlp) -> &'static str {
    match tlp {
        Tlp::Clear => "public",
        Tlp::Green | Tlp::Amber => "need-to-know",
        Tlp::AmberStrict | Tlp::Red => "internal",
    }
}

/// Returns the identifier of a name in a window. `key` is room to write in.
fn event_uuid(feed: &Feed, entry: &Entry<'_>, key: &mut Vec<u8>) -> Uuid {
    let Window { from, until } = entry.window;
    key.clear();
    for part in [feed.id.as_str(), "\n", feed.campaigns[entry.campaign].id.as_str(), "\n", entry.name, "\n"] {
        key.extend_from_slice(part.as_bytes());
    }
    key.extend_from_slice(&from.micros().to_be_bytes());
    key.extend_from_slice(&until.micros().to_be_bytes());
    Uuid::new_v5(&OURS, key)
}

/// Returns an instant to the second.
fn moment(instant: Instant) -> String {
    Instant::from_seconds(instant.seconds()).to_string()
}
