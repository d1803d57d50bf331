// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! RPZ: a zone by which a resolver answers otherwise for the names of a feed, for what is below them as well.
//!
//! # Source
//!
//! draft-vixie-dnsop-dns-rpz-00 (June 2018), sections 3 (actions) and 4.1 (QNAME triggers); RFC 1035, section 5.1 (the text of a zone).

use std::io::{self, Write};

use forestall_model::{DomainName, Released};

use crate::feed::{Feed, Policy, Settings};
use crate::form::About;

/// The form.
pub const ABOUT: About = About {
    consumer: "resolvers with response policy zones: BIND, Unbound, Knot Resolver, PowerDNS Recursor",
    tested_with: "BIND's named-checkzone and named; Unbound, Knot Resolver and PowerDNS Recursor answer by it",
    media_type: "text/dns; charset=us-ascii",
    extension: "rpz",
    shows_confidence: false,
    tells_the_action: false,
};

/// The zone where nobody names another. Resolvers refer to a policy zone by its name and nobody asks for it.
const USUAL_ZONE: &str = "forestall.rpz";
/// How long an answer may be kept, in seconds: the entries of a day go at its end.
const TTL: u32 = 300;
/// Octets of a name in a message, at most (RFC 1035, section 2.3.4), less the length octets at both ends.
const LONGEST: usize = 253;
/// Octets that are written at a time.
const BLOCK: usize = 64 << 10;

/// Writes the zone and returns how many names have an entry. Exclusions stand first, as `rpz-passthru`; each name has a wildcard beside it.
///
/// # Errors
///
/// What the writer reports; [`io::ErrorKind::InvalidInput`] for a name that is too long below the zone's.
pub fn write(feed: &Released<Feed>, settings: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let feed = feed.object();
    let zone = settings.zone.as_ref().map_or(USUAL_ZONE, DomainName::as_str);
    let mut text = Vec::with_capacity(BLOCK + 4 * LONGEST);
    head(&mut text, feed, zone, settings)?;
    for name in &feed.let_through {
        entry(&mut text, name.as_str(), zone, "CNAME rpz-passthru.")?;
    }
    let rules = rules(&settings.policy);
    let mut names = 0;
    for name in feed.entries.names() {
        for rule in &rules {
            entry(&mut text, name, zone, rule)?;
        }
        names += 1;
        if text.len() >= BLOCK {
            out.write_all(&text)?;
            text.clear();
        }
    }
    out.write_all(&text)?;
    out.flush()?;
    Ok(names)
}

/// Returns the serial that follows from the day of a feed: `YYYYMMDD00`.
#[must_use]
pub fn serial_of(feed: &Feed) -> u32 {
    let digits: String = feed.span.from.day().to_string().chars().filter(char::is_ascii_digit).collect();
    digits.parse::<u32>().ok().and_then(|day| day.checked_mul(100)).unwrap_or(1)
}

fn head(text: &mut Vec<u8>, feed: &Feed, zone: &str, settings: &Settings) -> io::Result<()> {
    let serial = settings.serial.unwrap_or_else(|| serial_of(feed));
    let (from, until) = (feed.span.from, feed.span.until);
    let title: String = feed.title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    writeln!(text, "; {title}")?;
    writeln!(text, "; {}; names that are live from {from} to {until}, margins included", feed.marked())?;
    for campaign in &feed.campaigns {
        let mark = if campaign.verified { "" } else { ", UNVERIFIED" };
        writeln!(text, "; campaign {} of {}{mark}", campaign.id, campaign.family)?;
    }
    writeln!(text, "$ORIGIN {zone}.")?;
    writeln!(text, "$TTL {TTL}")?;
    // Refreshed often and never given up by whoever transfers it: the entries say themselves until when they hold.
    writeln!(text, "@ SOA localhost. nobody.invalid. {serial} 300 60 604800 {TTL}")?;
    writeln!(text, "@ NS localhost.")
}

/// What stands behind the owner of an entry, a record each.
fn rules(policy: &Policy) -> Vec<String> {
    match policy {
        Policy::NxDomain => vec!["CNAME .".to_owned()],
        Policy::NoData => vec!["CNAME *.".to_owned()],
        Policy::Sinkhole(name) => vec![format!("CNAME {name}.")],
        Policy::Addresses(addresses) => {
            let record =
                |address: &std::net::IpAddr| format!("{} {address}", if address.is_ipv4() { "A" } else { "AAAA" });
            addresses.iter().map(record).collect()
        }
    }
}

/// Writes a record for a name, and one for everything below it.
fn entry(text: &mut Vec<u8>, name: &str, zone: &str, rule: &str) -> io::Result<()> {
    // The wildcard, two dots.
    if name.len() + zone.len() + 3 > LONGEST {
        let reason = format!("{name}: the name is too long for an entry below {zone}; choose a shorter zone");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    }
    for before in ["", "*."] {
        text.extend_from_slice(before.as_bytes());
        text.extend_from_slice(name.as_bytes());
        text.push(b' ');
        text.extend_from_slice(rule.as_bytes());
        text.push(b'\n');
    }
    Ok(())
}
