// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The Zeek script that keeps the items of an intelligence file for as long as their windows say.
//!
//! # Source
//!
//! Zeek, Intelligence Framework and Input Framework, as for the file itself; `Intel::remove` and `Intel::insert` of
//! `scripts/base/frameworks/intel/main.zeek`.

use std::io::{self, Write};

use forestall_model::Released;

use crate::feed::{Feed, Settings};
use crate::form::About;

/// The form.
pub const ABOUT: About = About {
    consumer: "sensors with Zeek: the script that lets the names of the form zeek enter and leave",
    tested_with: "Zeek's grammar for tree-sitter; Zeek itself cannot be had as a package",
    media_type: "text/plain; charset=us-ascii",
    extension: "zeek",
    shows_confidence: false,
    tells_the_action: false,
};

/// The script, with a place for the name of the file.
const SCRIPT: &str = include_str!("../../data/zeek/forestall.zeek");

/// Writes the script and returns 0: it holds no names.
///
/// # Errors
///
/// What the writer reports.
pub fn write(feed: &Released<Feed>, _: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    out.write_all(SCRIPT.replace("@FILE@", &file_name(&feed.object().id)).as_bytes())?;
    out.flush()?;
    Ok(0)
}

/// Returns the usual name of the file of a feed.
fn file_name(id: &str) -> String {
    format!("{}.intel", crate::plain_name::of(id))
}
