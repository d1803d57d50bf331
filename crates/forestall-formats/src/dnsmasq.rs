// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lines of dnsmasq's configuration: `server=` lines, which it reads anew on SIGHUP as `servers-file`, or `address=` lines for a `conf-file`.
//!
//! # Source
//!
//! dnsmasq(8) of version 2.90: `--server` (a domain without a server is answered from local data alone; `#` stands for the usual servers), `--address`,
//! `--servers-file`, `--conf-file`.

use std::io::{self, Write};
use std::net::IpAddr;

use forestall_model::Released;

use crate::feed::{Feed, Policy, Settings, Text, unsayable};
use crate::form::About;

/// The form.
pub const ABOUT: About = About {
    consumer: "dnsmasq, as servers-file or conf-file",
    tested_with: "dnsmasq answers by it, and by the next file after SIGHUP",
    media_type: "text/plain; charset=utf-8",
    extension: "conf",
    shows_confidence: true,
    tells_the_action: false,
};

/// Writes a line a name (and address), which holds for what is below it as well, and returns how many names there are. Exclusions stand first: they are asked of the
/// usual servers.
///
/// # Errors
///
/// What the writer reports; [`io::ErrorKind::InvalidInput`] where names are to be without records, or a sinkhole is given by name.
pub fn write(feed: &Released<Feed>, settings: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let feed = feed.object();
    let (word, ends) = rule(&settings.policy)?;
    let mut text = Text::new(out);
    text.head("#", feed)?;
    for name in &feed.let_through {
        text.push(&["server=/", name.as_str(), "/#\n"])?;
    }
    let names = text.names("#", feed, |text, name, end| {
        ends.iter().try_for_each(|address| text.push(&[word, "=/", name, "/", address, end]))
    })?;
    text.end()?;
    Ok(names)
}

/// Returns the word of the option, and what stands behind the name, a line each.
fn rule(policy: &Policy) -> io::Result<(&'static str, Vec<String>)> {
    match policy {
        Policy::NxDomain => Ok(("server", vec![String::new()])),
        Policy::Addresses(addresses) => Ok(("address", addresses.iter().map(IpAddr::to_string).collect())),
        Policy::NoData => Err(unsayable(
            "dnsmasq cannot answer that a name has no record: choose nxdomain, or the addresses of a sinkhole",
        )),
        Policy::Sinkhole(name) => {
            Err(unsayable(format!("dnsmasq cannot lead to a sinkhole by name: give the addresses of {name}")))
        }
    }
}
