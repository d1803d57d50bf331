// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Local zones of Unbound: a file that its configuration includes, for those who do without its response policy zones.
//!
//! # Source
//!
//! unbound.conf(5) of Unbound 1.17.1: `local-zone` with the types `always_nxdomain`, `always_nodata`, `always_transparent` and `redirect`,
//! `local-data`.

use std::io::{self, Write};

use forestall_model::Released;

use crate::feed::{Feed, Policy, Settings, Text};
use crate::form::About;
use crate::rpz::{TTL, record};

/// The form.
pub const ABOUT: About = About {
    consumer: "Unbound, as a file that its configuration includes",
    tested_with: "unbound-checkconf; Unbound answers by it",
    media_type: "text/plain; charset=utf-8",
    extension: "conf",
    shows_confidence: true,
    tells_the_action: false,
};

/// Writes a local zone a name, for what is below it as well, and returns how many names have one. Exclusions stand first, as zones of their own that are
/// resolved as ever.
///
/// # Errors
///
/// What the writer reports.
pub fn write(feed: &Released<Feed>, settings: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let feed = feed.object();
    let mut text = Text::new(out);
    text.head("#", feed)?;
    text.push(&["server:\n"])?;
    for name in &feed.let_through {
        text.push(&["  local-zone: \"", name.as_str(), ".\" always_transparent\n"])?;
    }
    let (kind, data) = rule(&settings.policy);
    let names = text.names("#", feed, |text, name, end| {
        text.push(&["  local-zone: \"", name, ".\" ", kind, end])?;
        data.iter().try_for_each(|data| text.push(&["  local-data: \"", name, ". ", data, "\"\n"]))
    })?;
    text.end()?;
    Ok(names)
}

/// Returns the type of the zones, and the records at a name and at everything below it.
fn rule(policy: &Policy) -> (&'static str, Vec<String>) {
    match policy {
        Policy::NxDomain => ("always_nxdomain", Vec::new()),
        Policy::NoData => ("always_nodata", Vec::new()),
        Policy::Sinkhole(name) => ("redirect", vec![format!("{TTL} IN CNAME {name}.")]),
        Policy::Addresses(addresses) => {
            ("redirect", addresses.iter().map(|address| format!("{TTL} IN {}", record(*address))).collect())
        }
    }
}
