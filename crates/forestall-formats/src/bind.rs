// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zone statements of BIND: a file that `named.conf` includes, for servers on which nobody may switch response policy zones on.
//!
//! All statements share one zone file, whose text stands in the head. A zone has an apex with records, so that BIND cannot deny the name itself, only what
//! is below it; nor can it make an alias of the name, or leave out a name below it. What is so is said in the head.
//!
//! # Source
//!
//! BIND 9.18 Administrator Reference Manual, section 8.2.27 (`zone`), and RFC 1034, section 4.3.3 (wildcards); RFC 1912, section 2.4 (no alias beside other records).

use std::collections::HashSet;
use std::io::{self, Write};

use forestall_model::{DomainName, Released};

use crate::feed::{Feed, Policy, Settings, Text, unsayable};
use crate::form::About;
use crate::rpz::{TTL, record, soa};

/// The form.
pub const ABOUT: About = About {
    consumer: "BIND without response policy zones, as a file that named.conf includes",
    tested_with: "named-checkconf with the zones loaded; BIND answers by it",
    media_type: "text/plain; charset=utf-8",
    extension: "conf",
    shows_confidence: true,
    tells_the_action: false,
};

/// What begins a line of the shared zone file in the head.
const MARK: &str = "//|";
/// How the statements name the shared zone file; a relative name lies in the `directory` of the server.
const FILE: &str = "forestall.zone";

/// Writes a zone statement a name, which answers for what is below it as well, and returns how many there are. A name above an exclusion is left out, since its
/// zone would answer for the exclusion.
///
/// # Errors
///
/// What the writer reports; [`io::ErrorKind::InvalidInput`] where a sinkhole is given by name.
pub fn write(feed: &Released<Feed>, settings: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let feed = feed.object();
    let records = records(&settings.policy)?;
    let mut text = Text::new(out);
    text.head("//", feed)?;
    text.push(&[
        "// All statements share the zone file ",
        FILE,
        "; sed -n 's,^",
        MARK,
        " ,,p' takes it out of here:\n",
    ])?;
    text.push(&[MARK, " $TTL ", TTL, "\n"])?;
    text.push(&[MARK, " ", &soa(feed, settings), "\n"])?;
    text.push(&[MARK, " @ NS localhost.\n"])?;
    for record in &records {
        text.push(&[MARK, " ", record, "\n"])?;
    }
    if settings.policy == Policy::NxDomain {
        text.push(&[
            "// A zone cannot deny its own name: that is answered without a record, what is below it with NXDOMAIN.\n",
        ])?;
    }
    let above = above(&feed.let_through);
    let mut left_out = 0;
    let names = text.names("//", feed, |text, name, end| {
        if above.contains(name) {
            left_out += 1;
            return text.push(&["// left out, since a name below it is let through: ", name, "\n"]);
        }
        text.push(&["zone \"", name, "\" { type primary; file \"", FILE, "\"; };", end])
    })?;
    text.end()?;
    Ok(names - left_out)
}

/// Returns the records of the shared zone file besides SOA and NS.
fn records(policy: &Policy) -> io::Result<Vec<String>> {
    match policy {
        Policy::NxDomain => Ok(Vec::new()),
        // What is below the name exists by this, without a record of any type that is asked for.
        Policy::NoData => Ok(vec!["* TXT \"\"".to_owned()]),
        Policy::Addresses(addresses) => {
            let both =
                |owner: &'static str| addresses.iter().map(move |address| format!("{owner} {}", record(*address)));
            Ok(both("@").chain(both("*")).collect())
        }
        Policy::Sinkhole(name) => Err(unsayable(format!(
            "a zone cannot make an alias of its own name: give the addresses of {name}, or publish as rpz"
        ))),
    }
}

/// Returns every name above one of `names`.
fn above(names: &[DomainName]) -> HashSet<&str> {
    let parents =
        |name: &DomainName| -> Vec<usize> { name.as_str().match_indices('.').map(|(at, _)| at + 1).collect() };
    names.iter().flat_map(|name| parents(name).into_iter().map(|at| &name.as_str()[at..])).collect()
}
