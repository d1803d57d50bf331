// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Suricata's dataset of the names of a feed, and the rule that uses it.
//!
//! A dataset of strings is a line of Base64 for each name, without room for anything else: what the names are and until when the file holds
//! stands in the rule.
//!
//! # Source
//!
//! Suricata User Guide, "Datasets", sections "File formats" and "Rule Reloads".

pub mod rules;

use std::io::{self, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use forestall_model::Released;

use crate::feed::{Feed, Settings, Text};
use crate::form::About;

/// The form.
pub const ABOUT: About = About {
    consumer: "sensors with Suricata: the names, for the rule of the form suricata-rules",
    tested_with: "a reader after Suricata's documentation; Suricata itself cannot be had as a package",
    media_type: "text/plain; charset=us-ascii",
    extension: "lst",
    shows_confidence: false,
    tells_the_action: false,
};

/// Writes the dataset and returns the number of names.
///
/// # Errors
///
/// What the writer reports.
pub fn write(feed: &Released<Feed>, _: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let mut text = Text::new(out);
    let mut encoded = String::new();
    let mut names = 0;
    for name in feed.object().entries.names() {
        encoded.clear();
        BASE64_STANDARD.encode_string(name, &mut encoded);
        text.push(&[&encoded, "\n"])?;
        names += 1;
    }
    text.end()?;
    Ok(names)
}
