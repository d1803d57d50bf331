// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Rows of the two tables of events, filled from events of a spool.

use std::net::IpAddr;

use bytes::Bytes;
use forestall_spool::dns::MOST_IN_QNAME;
use forestall_spool::{AnswerGiven, ContactHit, ContactKind, CookieSeen, DnsHit, Transport, Visitor};
use parquet::data_type::ByteArray;
use parquet::errors::Result;

use crate::columns::{Group, Texts, Values};
use crate::origin::Origin;

/// Columns of a table that fill up.
pub(crate) trait Rows {
    /// Makes columns without rows.
    fn new() -> Self;
    /// Returns how many rows there are.
    fn len(&self) -> usize;
    /// Writes the rows as a row group, in the order of the table's columns, and forgets them.
    fn write(&mut self, group: &mut Group<'_>) -> Result<()>;
}

/// Who asked or connected, and where that belongs.
#[derive(Debug)]
pub(crate) struct Whos {
    v4: Values<i32>,
    v6: Texts,
    pseudonym: Texts,
    version: Values<i32>,
    port: Values<i32>,
}

impl Whos {
    fn new() -> Self {
        Self {
            v4: Values::optional(),
            v6: Texts::optional(),
            pseudonym: Texts::optional(),
            version: Values::required(),
            port: Values::optional(),
        }
    }

    fn push(&mut self, address: IpAddr, port: u16) {
        self.pseudonym.nothing();
        match address {
            IpAddr::V4(address) => {
                self.v4.number(address.to_bits());
                self.v6.nothing();
                self.version.number(4);
            }
            IpAddr::V6(address) => {
                self.v4.maybe(None);
                self.v6.octets(&address.octets());
                self.version.number(6);
            }
        }
        self.port.number(port.into());
    }

    fn write(&mut self, group: &mut Group<'_>) -> Result<()> {
        self.v4.write_numbers(group)?;
        self.v6.write_fixed(group)?;
        self.pseudonym.write_fixed(group)?;
        self.version.write_numbers(group)?;
        self.port.write_numbers(group)
    }
}

/// Where addresses belong.
#[derive(Debug)]
struct Origins {
    asn: Values<i32>,
    country: Texts,
    left_out: Values<ByteArray>,
}

impl Origins {
    fn new() -> Self {
        Self { asn: Values::optional(), country: Texts::optional(), left_out: Values::optional() }
    }

    fn push(&mut self, origin: Origin) {
        self.asn.maybe((origin.asn != 0).then(|| origin.asn.cast_signed()));
        match origin.country {
            Some(country) => self.country.octets(&country),
            None => self.country.nothing(),
        }
        match origin.left_out {
            Some(word) => self.left_out.word(word),
            None => self.left_out.maybe(None),
        }
    }

    fn write(&mut self, group: &mut Group<'_>) -> Result<()> {
        self.asn.write_numbers(group)?;
        self.country.write(group)?;
        self.left_out.write_words(group)
    }
}

/// Addresses of ours as texts, made once.
#[derive(Debug, Default)]
pub(crate) struct OurAddresses(Vec<(IpAddr, ByteArray)>);

/// Addresses that are remembered: a sensor has no more.
const MOST_OURS: usize = 256;

impl OurAddresses {
    fn text(&mut self, address: IpAddr) -> ByteArray {
        if let Some((_, text)) = self.0.iter().find(|(known, _)| *known == address) {
            return text.clone();
        }
        let text = ByteArray::from(Bytes::from(address.to_string()));
        if self.0.len() < MOST_OURS {
            self.0.push((address, text.clone()));
        }
        text
    }
}

/// What events of one segment have in common with others of it.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) sensor: ByteArray,
    pub(crate) sequence: i64,
    pub(crate) ours: OurAddresses,
    /// The name of the event at hand.
    pub(crate) name: Name,
}

/// Rows of `dns_hits`.
#[derive(Debug)]
pub(crate) struct DnsRows {
    time: Values<i64>,
    who: Whos,
    server: Values<ByteArray>,
    server_port: Values<i32>,
    transport: Values<ByteArray>,
    spoofable: Values<bool>,
    qname: Texts,
    qname_asked: Texts,
    listed: Texts,
    qtype: Values<i32>,
    recursion_desired: Values<bool>,
    checking_disabled: Values<bool>,
    edns_size: Values<i32>,
    dnssec_ok: Values<bool>,
    nsid: Values<bool>,
    client_subnet: Values<bool>,
    cookie: Values<ByteArray>,
    answer: Values<ByteArray>,
    campaigns: Values<ByteArray>,
    families: Values<ByteArray>,
    origins: Origins,
    sensor: Values<ByteArray>,
    sequence: Values<i64>,
    rows: usize,
}

impl Rows for DnsRows {
    fn new() -> Self {
        Self {
            time: Values::required(),
            who: Whos::new(),
            server: Values::required(),
            server_port: Values::required(),
            transport: Values::required(),
            spoofable: Values::required(),
            qname: Texts::required(),
            qname_asked: Texts::optional(),
            listed: Texts::required(),
            qtype: Values::required(),
            recursion_desired: Values::required(),
            checking_disabled: Values::required(),
            edns_size: Values::optional(),
            dnssec_ok: Values::required(),
            nsid: Values::required(),
            client_subnet: Values::required(),
            cookie: Values::optional(),
            answer: Values::required(),
            campaigns: Values::required(),
            families: Values::required(),
            origins: Origins::new(),
            sensor: Values::required(),
            sequence: Values::required(),
            rows: 0,
        }
    }

    fn len(&self) -> usize {
        self.rows
    }

    fn write(&mut self, group: &mut Group<'_>) -> Result<()> {
        self.time.write_longs(group)?;
        self.who.write(group)?;
        self.server.write_words(group)?;
        self.server_port.write_numbers(group)?;
        self.transport.write_words(group)?;
        self.spoofable.write_flags(group)?;
        self.qname.write(group)?;
        self.qname_asked.write(group)?;
        self.listed.write(group)?;
        self.qtype.write_numbers(group)?;
        self.recursion_desired.write_flags(group)?;
        self.checking_disabled.write_flags(group)?;
        self.edns_size.write_numbers(group)?;
        self.dnssec_ok.write_flags(group)?;
        self.nsid.write_flags(group)?;
        self.client_subnet.write_flags(group)?;
        self.cookie.write_words(group)?;
        self.answer.write_words(group)?;
        self.campaigns.write_words(group)?;
        self.families.write_words(group)?;
        self.origins.write(group)?;
        self.sensor.write_words(group)?;
        self.sequence.write_longs(group)?;
        self.rows = 0;
        Ok(())
    }
}

impl DnsRows {
    pub(crate) fn push(
        &mut self,
        hit: &DnsHit<'_>,
        origin: Origin,
        (campaigns, families): (ByteArray, ByteArray),
        shared: &mut Shared,
    ) {
        self.time.push(hit.at.micros());
        self.who.push(hit.resolver.address, hit.resolver.port);
        self.server.push(shared.ours.text(hit.server.address));
        self.server_port.number(hit.server.port.into());
        let valid = hit.edns.is_some_and(|edns| edns.cookie == CookieSeen::Valid);
        self.transport.word(match hit.transport {
            Transport::Udp => "udp",
            Transport::Tcp => "tcp",
        });
        self.spoofable.push(hit.transport == Transport::Udp && !valid);
        let name = &mut shared.name;
        name.read(hit.qname, hit.listed_at);
        self.qname.octets(name.lower());
        if name.has_capitals {
            self.qname_asked.octets(name.asked());
        } else {
            self.qname_asked.nothing();
        }
        self.listed.octets(name.listed());
        self.qtype.number(hit.qtype.into());
        self.recursion_desired.push(hit.recursion_desired);
        self.checking_disabled.push(hit.checking_disabled);
        self.edns_size.maybe(hit.edns.map(|edns| edns.udp_size.into()));
        self.dnssec_ok.push(hit.edns.is_some_and(|edns| edns.dnssec_ok));
        self.nsid.push(hit.edns.is_some_and(|edns| edns.nsid));
        self.client_subnet.push(hit.edns.is_some_and(|edns| edns.client_subnet));
        match hit.edns.map(|edns| edns.cookie) {
            None | Some(CookieSeen::None) => self.cookie.maybe(None),
            Some(CookieSeen::Client) => self.cookie.word("client"),
            Some(CookieSeen::Valid) => self.cookie.word("valid"),
            Some(CookieSeen::Other) => self.cookie.word("other"),
        }
        self.answer.word(match hit.answer {
            AnswerGiven::Records => "records",
            AnswerGiven::NoData => "nodata",
            AnswerGiven::Closed => "closed",
            AnswerGiven::Slipped => "slipped",
            AnswerGiven::Dropped => "dropped",
            AnswerGiven::Failed => "failed",
        });
        self.campaigns.push(campaigns);
        self.families.push(families);
        self.origins.push(origin);
        self.sensor.push(shared.sensor.clone());
        self.sequence.push(shared.sequence);
        self.rows += 1;
    }
}

/// Octets of a name in text at most: each octet of the wire may take four.
const MOST_IN_TEXT: usize = 4 * MOST_IN_QNAME + 4;

/// A name in text, without the dot at its end, as asked and in lower case.
#[derive(Debug)]
pub(crate) struct Name {
    asked: [u8; MOST_IN_TEXT],
    lower: [u8; MOST_IN_TEXT],
    end: usize,
    listed: usize,
    has_capitals: bool,
}

impl Name {
    pub(crate) fn new() -> Self {
        Self { asked: [0; MOST_IN_TEXT], lower: [0; MOST_IN_TEXT], end: 0, listed: 0, has_capitals: false }
    }

    /// Reads a name off the wire. What is none is taken octet by octet, so that nothing is lost.
    fn read(&mut self, wire: &[u8], listed_at: u8) {
        (self.end, self.listed, self.has_capitals) = (0, 0, false);
        let mut rest = wire.get(..MOST_IN_QNAME).unwrap_or(wire);
        let whole = rest;
        while let Some((length, after)) = rest.split_first() {
            let label = after.get(..usize::from(*length)).filter(|label| !label.is_empty() && label.len() < 64);
            let Some(label) = label else {
                if *length != 0 || !after.is_empty() {
                    self.end = 0;
                    self.listed = 0;
                    whole.iter().for_each(|octet| self.escaped(*octet));
                }
                break;
            };
            if self.end > 0 {
                self.plain(b'.');
            }
            if whole.len() - rest.len() == usize::from(listed_at) {
                self.listed = self.end;
            }
            for octet in label {
                if octet.is_ascii_graphic() && *octet != b'.' && *octet != b'\\' {
                    self.plain(*octet);
                } else {
                    self.escaped(*octet);
                }
            }
            rest = &after[label.len()..];
        }
        if self.end == 0 {
            self.plain(b'.');
        }
    }

    #[inline]
    fn plain(&mut self, octet: u8) {
        self.asked[self.end] = octet;
        self.lower[self.end] = octet.to_ascii_lowercase();
        self.has_capitals |= octet.is_ascii_uppercase();
        self.end += 1;
    }

    /// As RFC 1035, section 5.1, writes octets that are not letters, digits or the like: a backslash and three decimal digits.
    fn escaped(&mut self, octet: u8) {
        self.plain(b'\\');
        for place in [100, 10, 1] {
            self.plain(b'0' + octet / place % 10);
        }
    }

    fn asked(&self) -> &[u8] {
        &self.asked[..self.end]
    }

    fn lower(&self) -> &[u8] {
        &self.lower[..self.end]
    }

    fn listed(&self) -> &[u8] {
        &self.lower[self.listed..self.end]
    }
}

/// Rows of `contact_hits`.
#[derive(Debug)]
pub(crate) struct ContactRows {
    time: Values<i64>,
    who: Whos,
    destination: Values<ByteArray>,
    destination_port: Values<i32>,
    kind: Values<ByteArray>,
    cut: Values<bool>,
    verdict: Values<ByteArray>,
    reason: Texts,
    method: Texts,
    path: Texts,
    query: Texts,
    host: Texts,
    user_agent: Texts,
    server_name: Texts,
    first_octets: Texts,
    q: Values<i32>,
    origins: Origins,
    sensor: Values<ByteArray>,
    sequence: Values<i64>,
    rows: usize,
}

impl Rows for ContactRows {
    fn new() -> Self {
        Self {
            time: Values::required(),
            who: Whos::new(),
            destination: Values::required(),
            destination_port: Values::required(),
            kind: Values::required(),
            cut: Values::required(),
            verdict: Values::required(),
            reason: Texts::required(),
            method: Texts::optional(),
            path: Texts::optional(),
            query: Texts::optional(),
            host: Texts::optional(),
            user_agent: Texts::optional(),
            server_name: Texts::optional(),
            first_octets: Texts::optional(),
            q: Values::optional(),
            origins: Origins::new(),
            sensor: Values::required(),
            sequence: Values::required(),
            rows: 0,
        }
    }

    fn len(&self) -> usize {
        self.rows
    }

    fn write(&mut self, group: &mut Group<'_>) -> Result<()> {
        self.time.write_longs(group)?;
        self.who.write(group)?;
        self.destination.write_words(group)?;
        self.destination_port.write_numbers(group)?;
        self.kind.write_words(group)?;
        self.cut.write_flags(group)?;
        self.verdict.write_words(group)?;
        let texts = [&mut self.reason, &mut self.method, &mut self.path, &mut self.query, &mut self.host];
        for texts in texts.into_iter().chain([&mut self.user_agent, &mut self.server_name, &mut self.first_octets]) {
            texts.write(group)?;
        }
        self.q.write_numbers(group)?;
        self.origins.write(group)?;
        self.sensor.write_words(group)?;
        self.sequence.write_longs(group)?;
        self.rows = 0;
        Ok(())
    }
}

impl ContactRows {
    pub(crate) fn push(&mut self, hit: &ContactHit<'_>, origin: Origin, shared: &mut Shared) {
        self.time.push(hit.at.micros());
        self.who.push(hit.source.address, hit.source.port);
        self.destination.push(shared.ours.text(hit.destination.address));
        self.destination_port.number(hit.destination.port.into());
        self.kind.word(match hit.kind {
            ContactKind::Http => "http",
            ContactKind::Https => "https",
            ContactKind::Tls => "tls",
            ContactKind::Tcp => "tcp",
            ContactKind::NotHttp => "not-http",
            ContactKind::NotTls => "not-tls",
        });
        self.cut.push(hit.cut);
        self.verdict.word(match hit.verdict.visitor {
            Visitor::Bot => "bot",
            Visitor::Scanner => "scanner",
            Visitor::Crawler => "crawler",
            Visitor::Researcher => "researcher",
            Visitor::Browser => "browser",
            Visitor::Unknown => "unknown",
        });
        self.reason.text(hit.verdict.reason);
        for (column, octets) in [(&mut self.method, hit.method), (&mut self.path, hit.path)] {
            if octets.is_empty() { column.nothing() } else { column.text(octets) }
        }
        let optional = [
            (&mut self.query, hit.query),
            (&mut self.host, hit.host),
            (&mut self.user_agent, hit.user_agent),
            (&mut self.server_name, hit.server_name),
        ];
        for (column, octets) in optional {
            match octets {
                Some(octets) => column.text(octets),
                None => column.nothing(),
            }
        }
        if hit.first_octets.is_empty() {
            self.first_octets.nothing();
        } else {
            self.first_octets.octets(hit.first_octets);
        }
        self.q.maybe(count_of(hit).map(u32::cast_signed));
        self.origins.push(origin);
        self.sensor.push(shared.sensor.clone());
        self.sequence.push(shared.sequence);
        self.rows += 1;
    }
}

/// Returns the count that Conficker A and B tell: the number after `q=`, in requests that were recognised as theirs.
fn count_of(hit: &ContactHit<'_>) -> Option<u32> {
    if hit.verdict.visitor != Visitor::Bot || !hit.verdict.reason.starts_with(b"conficker:") {
        return None;
    }
    let rest = hit.query?.strip_prefix(b"q=")?;
    let digits = rest.iter().take_while(|octet| octet.is_ascii_digit()).count();
    std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()
}

/// Returns the family that a verdict names: the word before the colon, for a bot.
pub(crate) fn family_of<'a>(hit: &ContactHit<'a>) -> Option<&'a str> {
    if hit.verdict.visitor != Visitor::Bot {
        return None;
    }
    let colon = hit.verdict.reason.iter().position(|octet| *octet == b':')?;
    std::str::from_utf8(&hit.verdict.reason[..colon]).ok()
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn a_name_is_read_off_the_wire_in_lower_case_and_as_asked() {
        let check = |wire: &[u8], at: u8, asked: &str, listed: &str| {
            let mut name = Name::new();
            name.read(wire, at);
            let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
            assert_eq!((text(name.asked()).as_str(), text(name.listed()).as_str()), (asked, listed));
            assert_eq!(text(name.lower()), asked.to_ascii_lowercase());
            assert_eq!(name.has_capitals, asked != asked.to_ascii_lowercase());
        };
        check(b"\x08abcdefgh\x02ws\0", 0, "abcdefgh.ws", "abcdefgh.ws");
        check(b"\x03wWw\x08aBcdefgh\x02wS\0", 4, "wWw.aBcdefgh.wS", "abcdefgh.ws");
        check(b"\x03a.b\x02\\\xff\0", 4, "a\\046b.\\092\\255", "\\092\\255");
        check(b"\0", 0, ".", ".");
        check(b"", 0, ".", ".");
        // No name: each octet is kept.
        check(b"\x05ab", 0, "\\005\\097\\098", "\\005\\097\\098");
        check(b"\x01a\xc0\x0c", 0, "\\001\\097\\192\\012", "\\001\\097\\192\\012");
        check(&[255; 255], 9, &"\\255".repeat(255), &"\\255".repeat(255));
        // What follows the end of a name is no part of it, and no name either.
        check(b"\x01a\0b", 0, "\\001\\097\\000\\098", "\\001\\097\\000\\098");
    }
}
