// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! RPZ: a zone by which a resolver answers otherwise for the names of a feed, for what is below them as well.
//!
//! # Source
//!
//! draft-vixie-dnsop-dns-rpz-00 (June 2018), sections 3 (actions) and 4.1 (QNAME triggers); RFC 1035, section 5.1 (the text of a zone).

use std::io::{self, Write};

use forestall_model::{DomainName, Released, UtcDay};

use crate::feed::{Feed, Policy, Settings, Text, unsayable};
use crate::form::About;

/// The form.
pub const ABOUT: About = About {
    consumer: "resolvers with response policy zones: BIND, Unbound, Knot Resolver, PowerDNS Recursor",
    tested_with: "named-checkzone; BIND, Unbound, Knot Resolver and PowerDNS Recursor answer by it",
    media_type: "text/dns; charset=utf-8",
    extension: "rpz",
    shows_confidence: true,
    tells_the_action: false,
};

/// The zone where nobody names another. Resolvers refer to a policy zone by its name and nobody asks for it.
const USUAL_ZONE: &str = "forestall.rpz";
/// How long an answer may be kept, in seconds: the entries of a day go at its end.
pub(crate) const TTL: &str = "300";
/// Octets of a name in a message, at most (RFC 1035, section 2.3.4), less the length octets at both ends.
const LONGEST: usize = 253;

/// Writes the zone and returns how many names have an entry. Exclusions stand first, as `rpz-passthru`; each name has a wildcard beside it.
///
/// # Errors
///
/// What the writer reports; [`io::ErrorKind::InvalidInput`] for a name that is too long below the zone's.
pub fn write(feed: &Released<Feed>, settings: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let feed = feed.object();
    let zone = settings.zone.as_ref().map_or(USUAL_ZONE, DomainName::as_str);
    let mut text = Text::new(out);
    text.head(";", feed)?;
    text.push(&["$ORIGIN ", zone, ".\n$TTL ", TTL, "\n"])?;
    text.push(&[&soa(feed, settings), "\n@ NS localhost.\n"])?;
    let passes = Records::new(" CNAME rpz-passthru.");
    let below = LONGEST.saturating_sub(zone.len());
    for name in &feed.let_through {
        need_room(name.as_str(), below, zone)?;
        passes.write(&mut text, name.as_str(), "\n")?;
    }
    let records: Vec<Records> = rules(&settings.policy).iter().map(|rule| Records::new(rule)).collect();
    let names = text.names(";", feed, |text, name, end| {
        need_room(name, below, zone)?;
        records.iter().try_for_each(|records| records.write(text, name, end))
    })?;
    text.end()?;
    Ok(names)
}

/// Returns the record that begins a zone. It is refreshed often and never given up by whoever transfers it: the entries say themselves until when they hold.
pub(crate) fn soa(feed: &Feed, settings: &Settings) -> String {
    let serial = settings.serial.unwrap_or_else(|| serial_of(feed));
    format!("@ SOA localhost. nobody.invalid. {serial} 300 60 604800 {TTL}")
}

/// Returns the serial that follows from the day of a feed.
#[must_use]
pub(crate) fn serial_of(feed: &Feed) -> u32 {
    serial_of_day(feed.span.from.day())
}

/// Returns the first serial of a day: `YYYYMMDD00`.
#[must_use]
pub fn serial_of_day(day: UtcDay) -> u32 {
    let digits: String = day.to_string().chars().filter(char::is_ascii_digit).collect();
    digits.parse::<u32>().ok().and_then(|day| day.checked_mul(100)).unwrap_or(1)
}

/// What stands behind the owner of an entry, a record each.
fn rules(policy: &Policy) -> Vec<String> {
    match policy {
        Policy::NxDomain => vec![" CNAME .".to_owned()],
        Policy::NoData => vec![" CNAME *.".to_owned()],
        Policy::Sinkhole(name) => vec![format!(" CNAME {name}.")],
        Policy::Addresses(addresses) => addresses.iter().map(|address| format!(" {}", record(*address))).collect(),
    }
}

/// Returns the type and the data of a record with an address.
pub(crate) fn record(address: std::net::IpAddr) -> String {
    format!("{} {address}", if address.is_ipv4() { "A" } else { "AAAA" })
}

/// What stands around a name in its two records, that of the name itself and that of everything below it.
struct Records {
    rule: String,
    /// Behind the name, up to the second record's name, and behind that one, where nothing is to be remarked.
    between: String,
    behind: String,
}

impl Records {
    fn new(rule: &str) -> Self {
        Self { rule: rule.to_owned(), between: format!("{rule}\n*."), behind: format!("{rule}\n") }
    }

    /// Writes both records of a name, with the end of their lines.
    fn write(&self, text: &mut Text<'_>, name: &str, end: &str) -> io::Result<()> {
        if end == "\n" {
            return text.push(&[name, &self.between, name, &self.behind]);
        }
        text.push(&[name, &self.rule, end, "*.", name, &self.rule, end])
    }
}

/// Refuses a name that has no room below the zone, with the wildcard and two dots.
#[inline]
fn need_room(name: &str, below: usize, zone: &str) -> io::Result<()> {
    if name.len() + 3 <= below {
        return Ok(());
    }
    Err(unsayable(format!("{name}: the name is too long for an entry below {zone}; choose a shorter zone")))
}
