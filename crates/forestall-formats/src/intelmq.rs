// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! IntelMQ events, one a line: each name in each window as a `dga-domain`, and never as a `c2-server`.
//!
//! `time.source` is when the name begins to hold; IntelMQ has no field for an end, so that both bounds stand in `extra`, where an expert can
//! compare them. TLP has four levels there: AMBER+STRICT is written as RED, which lets nobody share more, and stands whole in `extra.tlp`.
//!
//! # Source
//!
//! IntelMQ 3, Data Format (`docs/dev/data-format.md`) and Event (`docs/user/event.md`).

use std::io::{self, Write};

use forestall_model::marking::{Marking, Tlp};
use forestall_model::{Instant, Released};

use crate::feed::{BoundTexts, Campaign, Feed, Settings, Text};
use crate::form::About;
use crate::json_text::quoted;
use crate::moment;

/// The form.
pub const ABOUT: About = About {
    consumer: "CERTs with IntelMQ",
    tested_with: "IntelMQ's own parser of JSON and message library, which refuse fields and values that its data format lacks",
    media_type: "application/jsonl",
    extension: "intelmq.jsonl",
    shows_confidence: true,
    tells_the_action: false,
};

/// Writes the events and returns their number.
///
/// # Errors
///
/// What the writer reports.
pub fn write(feed: &Released<Feed>, settings: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let marking = feed.marking();
    let feed = feed.object();
    let heads = heads(feed, settings, marking);
    let mut windows = BoundTexts::new(bounds);
    let mut text = Text::new(out);
    for entry in feed.entries.iter() {
        text.push(&[&heads[entry.campaign], windows.of(&entry), entry.name, "\"}\n"])?;
    }
    text.end()?;
    Ok(feed.entries.len() as u64)
}

/// Returns what stands before the times and the name in an event of each campaign.
fn heads(feed: &Feed, settings: &Settings, marking: Marking) -> Vec<String> {
    let provider = match settings.publisher.name.trim() {
        "" => String::new(),
        name => format!(",\"feed.provider\":{}", quoted(name)),
    };
    let (tlp, pap) = (marking.tlp.word(), marking.pap.word());
    let told = level(marking.tlp);
    let changed = moment::of(feed.changed);
    let head = |campaign: &Campaign| {
        let (family, id) = (campaign.family.as_str(), &campaign.id);
        let confidence = if campaign.verified { "verified" } else { "unverified" };
        format!(
            "{{\"classification.type\":\"dga-domain\",\"classification.taxonomy\":\"other\",\"classification.identifier\":\"{family}\",\"malware.name\":\"{family}\",\"event_description.text\":\"predicted DGA name: no sighting, and no command server\",\"extra.campaign\":\"{id}\",\"extra.confidence\":\"{confidence}\",\"extra.tlp\":\"{tlp}\",\"extra.pap\":\"{pap}\",\"feed.name\":\"Forestall\",\"feed.code\":\"forestall\"{provider},\"tlp\":\"{told}\",\"time.observation\":\"{changed}\""
        )
    };
    feed.campaigns.iter().map(head).collect()
}

/// Returns the fields of time of an event, and what leads to the name.
fn bounds(from: Option<Instant>, until: Option<Instant>) -> String {
    let mut text = String::new();
    if let Some(from) = from.map(moment::of) {
        text.push_str(&format!(",\"time.source\":\"{from}\",\"extra.valid_from\":\"{from}\""));
    }
    if let Some(until) = until.map(moment::of) {
        text.push_str(&format!(",\"extra.valid_until\":\"{until}\""));
    }
    text.push_str(",\"source.fqdn\":\"");
    text
}

/// Returns the level of TLP 1, which is what IntelMQ knows, that lets nobody share more.
const fn level(tlp: Tlp) -> &'static str {
    match tlp {
        Tlp::Clear => "WHITE",
        Tlp::Green => "GREEN",
        Tlp::Amber => "AMBER",
        Tlp::AmberStrict | Tlp::Red => "RED",
    }
}
