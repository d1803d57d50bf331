// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A hosts file: an address and a name a line. It holds for the names alone, not for what is below them.
//!
//! It cannot say that there is no such name. The unspecified addresses stand for it, as blockers read them.
//!
//! # Source
//!
//! hosts(5) of the Linux man-pages; RFC 952; RFC 1122, section 3.2.1.3 (0.0.0.0), and RFC 4291, section 2.5.2 (`::`): no host has the unspecified address.

use std::io::{self, Write};
use std::net::IpAddr;

use forestall_model::Released;

use crate::feed::{Feed, Policy, Settings, Text, unsayable};
use crate::form::About;

/// The form.
pub const ABOUT: About = About {
    consumer: "single machines and small resolvers that read a hosts file",
    tested_with: "dnsmasq and Knot Resolver answer by it",
    media_type: "text/plain; charset=utf-8",
    extension: "hosts",
    shows_confidence: true,
    tells_the_action: false,
};

/// Writes a line a name and address and returns how many names there are.
///
/// # Errors
///
/// What the writer reports; [`io::ErrorKind::InvalidInput`] where names are to be without records, or a sinkhole is given by name.
pub fn write(feed: &Released<Feed>, settings: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let feed = feed.object();
    let addresses = addresses(&settings.policy)?;
    let mut text = Text::new(out);
    text.head("#", feed)?;
    let names = text.names("#", feed, |text, name, end| {
        addresses.iter().try_for_each(|address| text.push(&[address, " ", name, end]))
    })?;
    text.end()?;
    Ok(names)
}

fn addresses(policy: &Policy) -> io::Result<Vec<String>> {
    match policy {
        Policy::NxDomain => Ok(vec!["0.0.0.0".to_owned(), "::".to_owned()]),
        Policy::Addresses(addresses) => Ok(addresses.iter().map(IpAddr::to_string).collect()),
        Policy::NoData => Err(unsayable(
            "a hosts file cannot say that a name has no record: choose nxdomain, for which the unspecified address stands, or the addresses of a sinkhole",
        )),
        Policy::Sinkhole(name) => {
            Err(unsayable(format!("a hosts file cannot lead to a sinkhole by name: give the addresses of {name}")))
        }
    }
}
