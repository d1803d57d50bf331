// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zeek's intelligence file: each name in each window as an `Intel::DOMAIN`, and the script that lets entries enter and leave.
//!
//! Zeek itself has one time of expiry for all items and never drops what left a file. The last two columns are the guard window in seconds since
//! 1970; Zeek reads the columns that it is asked for, so that a Zeek without the script takes the file as well and keeps what it held.
//!
//! # Source
//!
//! Zeek, Intelligence Framework (`doc/frameworks/intel.rst`), Input Framework (`doc/frameworks/input.rst`), and the reader of ASCII files
//! (`src/input/readers/ascii/Ascii.cc`): lines that begin with `#` are passed over unless they are `#fields`, columns are found by name, a
//! lone hyphen stands for no value.

pub mod script;

use std::io::{self, Write};

use forestall_model::{Instant, Released};

use crate::feed::{BoundTexts, Campaign, Feed, Settings, Text, title};
use crate::form::About;

/// The form.
pub const ABOUT: About = About {
    consumer: "sensors with Zeek",
    tested_with: "a reader after Zeek's documentation and source; Zeek itself cannot be had as a package",
    media_type: "text/tab-separated-values; charset=utf-8",
    extension: "intel",
    shows_confidence: true,
    tells_the_action: false,
};

/// The columns, in order.
pub const COLUMNS: [&str; 7] = [
    "indicator",
    "indicator_type",
    "meta.source",
    "meta.desc",
    "meta.url",
    "meta.forestall_from",
    "meta.forestall_until",
];

/// Writes the file and returns the number of items.
///
/// # Errors
///
/// What the writer reports.
pub fn write(feed: &Released<Feed>, _: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let feed = feed.object();
    let mut text = Text::new(out);
    head(&mut text, feed)?;
    let metas: Vec<String> = feed.campaigns.iter().map(meta).collect();
    let mut windows = BoundTexts::new(|from: Option<Instant>, until: Option<Instant>| {
        format!("{}\t{}\n", seconds(from), seconds(until))
    });
    for entry in feed.entries.iter() {
        text.push(&[entry.name, &metas[entry.campaign], windows.of(&entry)])?;
    }
    text.end()?;
    Ok(feed.entries.len() as u64)
}

/// Writes what stands before the first item.
fn head(text: &mut Text<'_>, feed: &Feed) -> io::Result<()> {
    let (from, until) = (feed.span.from, feed.span.until);
    text.push(&["# ", &title(feed), "\n# ", &feed.marked(), "; predicted DGA names, no command servers\n"])?;
    text.push(&[&format!("# This file holds from {from} to {until}; margins are included\n")])?;
    text.push(&["#fields\t", &COLUMNS.join("\t"), "\n"])
}

/// Returns the columns between the name and the times of a campaign's items.
///
/// The framework keeps one entry of metadata for each source of an item: the campaign is part of it, so that no campaign hides another.
fn meta(campaign: &Campaign) -> String {
    let mark = if campaign.verified { "" } else { ", UNVERIFIED" };
    let url = campaign.references.iter().find(|reference| is_plain_url(reference)).map_or("-", String::as_str);
    let (id, family) = (&campaign.id, &campaign.family);
    format!("\tIntel::DOMAIN\tforestall {id}\tpredicted DGA name of {family}{mark}\t{url}\t")
}

/// Says whether a text is an address that stands in a column as it is.
fn is_plain_url(text: &str) -> bool {
    text.starts_with("https://") && text.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'\\')
}

/// Returns an instant in seconds since 1970.
fn seconds(instant: Option<Instant>) -> String {
    instant.map_or_else(|| "-".to_owned(), |instant| instant.seconds().to_string())
}
