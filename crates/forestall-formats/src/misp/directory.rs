// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A MISP feed: a directory with a manifest, hashes of values, and a file for each event; here an event a day.
//!
//! MISP reads `manifest.json` to see which events are new or newer than its own, fetches those as `UUID.json`, and may take `hashes.csv` alone, to
//! know in which event of the feed a value stands. The hashes are those of the domains: the other values of an event are the same in thousands of
//! objects, and their being equal says nothing.
//!
//! # Source
//!
//! The MISP project's book, chapter "Managing feeds"; PyMISP 2.5, `MISPEvent.manifest`, `MISPAttribute.hash_values` and
//! `tools.feed_meta_generator`.

use std::io::{self, Write};

use forestall_model::{Released, UtcDay};
use md5::{Digest as _, Md5};
use serde_json::{Map, Value, json};

use super::{ANALYSIS, Heading, THREAT_LEVEL, campaign_tags, event_uuid, shared_tags};
use crate::feed::{Feed, Settings};

/// The file that lists the events.
pub const MANIFEST: &str = "manifest.json";
/// The file of the hashes.
pub const HASHES: &str = "hashes.csv";

/// Returns the identifier of the event of a day, from that of the feed.
#[must_use]
pub fn event_id(feed: &str, day: UtcDay) -> String {
    event_uuid(feed, day, day).to_string()
}

/// Returns the name of the file of an event.
#[must_use]
pub fn file_of(event: &str) -> String {
    format!("{event}.json")
}

/// What a manifest says of events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest(Map<String, Value>);

impl Manifest {
    /// Adds the event of a feed; whether the feed holds its names does not matter.
    pub fn add(&mut self, feed: &Released<Feed>, settings: &Settings) {
        let tags: Vec<Vec<String>> = feed.object().campaigns.iter().map(campaign_tags).collect();
        let heading = Heading::new(feed.object(), settings, feed.marking(), &shared_tags(&tags));
        let tags: Vec<Value> = heading.tags.iter().map(|tag| json!({ "name": tag })).collect();
        let entry = json!({
            "Orgc": { "name": heading.publisher, "uuid": heading.publisher_id.to_string() },
            "Tag": tags,
            "info": heading.info,
            "date": heading.date.to_string(),
            "analysis": ANALYSIS,
            "threat_level_id": THREAT_LEVEL,
            "timestamp": heading.changed.to_string(),
        });
        self.0.insert(heading.id.to_string(), entry);
    }

    /// Returns the identifiers of its events, in order.
    pub fn events(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Reads a manifest.
    ///
    /// # Errors
    ///
    /// [`ManifestError`] where it is none.
    pub fn read(text: &[u8]) -> Result<Self, ManifestError> {
        match serde_json::from_slice(text) {
            Ok(Value::Object(events)) => Ok(Self(events)),
            Ok(_) => Err(ManifestError("expected an object with an event for each identifier".to_owned())),
            Err(error) => Err(ManifestError(error.to_string())),
        }
    }

    /// Writes the manifest.
    ///
    /// # Errors
    ///
    /// What the writer reports.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, &self.0)?;
        out.write_all(b"\n")
    }
}

/// A file that is no manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no manifest of a MISP feed: {0}")]
pub struct ManifestError(String);

/// Writes a line for each name of an event: MD5 of the name, a comma, and the event. Returns how many.
///
/// # Errors
///
/// What the writer reports.
pub fn write_hashes(feed: &Released<Feed>, out: &mut dyn Write) -> io::Result<u64> {
    let feed = feed.object();
    let event = event_id(&feed.id, feed.span.from.day());
    let mut count = 0;
    for name in feed.entries.names() {
        let digest: [u8; 16] = Md5::digest(name).into();
        writeln!(out, "{:032x},{event}", u128::from_be_bytes(digest))?;
        count += 1;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::Manifest;

    #[test]
    fn what_is_no_manifest_is_refused() {
        assert_eq!(Manifest::read(b"{\"a\":{}}").unwrap().events().collect::<Vec<_>>(), ["a"]);
        for broken in [&b""[..], b"[]", b"{", b"{\"a\":", b"7"] {
            assert!(Manifest::read(broken).is_err());
        }
    }
}
