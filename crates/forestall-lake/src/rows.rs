// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Rows of the two tables of events, filled from events of a spool.

use std::net::IpAddr;

use forestall_spool::{AnswerGiven, ContactHit, ContactKind, CookieSeen, DnsHit, Transport, Visitor};
use parquet::errors::Result;

use crate::chunk::Group;
use crate::columns::{Flags, Plain, Times, Words};
use crate::name::Name;
use crate::origin::Origin;

/// Columns of a table that fill up.
pub(crate) trait Rows {
    /// Makes columns without rows.
    fn new() -> Self;
    /// Returns how many rows there are.
    fn len(&self) -> usize;
    /// Writes the rows as a row group, in the order of the table's columns, and forgets them.
    fn write(&mut self, group: &mut Group<'_, '_>) -> Result<()>;
}

/// Who asked or connected, and where that belongs.
#[derive(Debug)]
pub(crate) struct Whos {
    v4: Plain,
    v6: Plain,
    pseudonym: Plain,
    version: Words,
    port: Plain,
}

impl Whos {
    fn new() -> Self {
        Self {
            v4: Plain::optional(),
            v6: Plain::optional(),
            pseudonym: Plain::optional(),
            version: Words::required(),
            port: Plain::optional(),
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
                self.v4.nothing();
                self.v6.fixed(&address.octets());
                self.version.number(6);
            }
        }
        self.port.number(port.into());
    }

    fn write(&mut self, group: &mut Group<'_, '_>) -> Result<()> {
        self.v4.write_with_range(group)?;
        self.v6.write(group)?;
        self.pseudonym.write(group)?;
        self.version.write_numbers(group)?;
        self.port.write(group)
    }
}

/// Where addresses belong.
#[derive(Debug)]
struct Origins {
    asn: Words,
    country: Words,
    left_out: Words,
}

impl Origins {
    fn new() -> Self {
        Self { asn: Words::optional(), country: Words::optional(), left_out: Words::optional() }
    }

    fn push(&mut self, origin: Origin) {
        self.asn.maybe_number((origin.asn != 0).then_some(origin.asn));
        match origin.country {
            Some(country) => self.country.letters(country),
            None => self.country.nothing(),
        }
        match origin.left_out {
            Some(word) => self.left_out.octets(word.as_bytes()),
            None => self.left_out.nothing(),
        }
    }

    fn write(&mut self, group: &mut Group<'_, '_>) -> Result<()> {
        self.asn.write_with_range(group)?;
        self.country.write(group)?;
        self.left_out.write(group)
    }
}

/// Addresses of ours as texts.
#[derive(Debug)]
struct Ours {
    texts: Words,
    last: Option<IpAddr>,
    /// Texts of late, made once.
    known: Vec<(IpAddr, String)>,
}

/// Addresses that are remembered: a sensor has no more.
const MOST_OURS: usize = 256;

impl Ours {
    fn new() -> Self {
        Self { texts: Words::required(), last: None, known: Vec::new() }
    }

    #[inline]
    fn push(&mut self, address: IpAddr) {
        if self.last == Some(address) {
            return self.texts.again(b"");
        }
        self.last = Some(address);
        if let Some((_, text)) = self.known.iter().find(|(known, _)| *known == address) {
            return self.texts.octets(text.as_bytes());
        }
        let text = address.to_string();
        self.texts.octets(text.as_bytes());
        if self.known.len() < MOST_OURS {
            self.known.push((address, text));
        }
    }

    fn write(&mut self, group: &mut Group<'_, '_>) -> Result<()> {
        self.last = None;
        self.texts.write(group)
    }
}

/// What events of one segment have in common with others of it.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) sensor: String,
    pub(crate) sequence: i64,
    /// The name of the event at hand.
    pub(crate) name: Name,
}

/// Rows of `dns_hits`. Those of one segment alone, all of one sensor.
#[derive(Debug)]
pub(crate) struct DnsRows {
    time: Times,
    who: Whos,
    server: Ours,
    server_port: Words,
    transport: Words,
    spoofable: Flags,
    qname: Words,
    qname_asked: Plain,
    listed: Words,
    qtype: Words,
    recursion_desired: Flags,
    checking_disabled: Flags,
    edns_size: Words,
    dnssec_ok: Flags,
    nsid: Flags,
    client_subnet: Flags,
    cookie: Words,
    answer: Words,
    campaigns: Words,
    families: Words,
    /// The number of the campaigns of the row before.
    set: Option<u32>,
    origins: Origins,
    sensor: Words,
    sequence: Words,
    rows: usize,
}

impl Rows for DnsRows {
    fn new() -> Self {
        Self {
            time: Times::default(),
            who: Whos::new(),
            server: Ours::new(),
            server_port: Words::required(),
            transport: Words::required(),
            spoofable: Flags::default(),
            qname: Words::required(),
            qname_asked: Plain::optional(),
            listed: Words::required(),
            qtype: Words::required(),
            recursion_desired: Flags::default(),
            checking_disabled: Flags::default(),
            edns_size: Words::optional(),
            dnssec_ok: Flags::default(),
            nsid: Flags::default(),
            client_subnet: Flags::default(),
            cookie: Words::optional(),
            answer: Words::required(),
            campaigns: Words::required(),
            families: Words::required(),
            set: None,
            origins: Origins::new(),
            sensor: Words::required(),
            sequence: Words::required(),
            rows: 0,
        }
    }

    fn len(&self) -> usize {
        self.rows
    }

    fn write(&mut self, group: &mut Group<'_, '_>) -> Result<()> {
        self.time.write(group)?;
        self.who.write(group)?;
        self.server.write(group)?;
        self.server_port.write_numbers(group)?;
        self.transport.write(group)?;
        self.spoofable.write(group)?;
        self.qname.write(group)?;
        self.qname_asked.write(group)?;
        self.listed.write(group)?;
        self.qtype.write_numbers(group)?;
        self.recursion_desired.write(group)?;
        self.checking_disabled.write(group)?;
        self.edns_size.write_numbers(group)?;
        self.dnssec_ok.write(group)?;
        self.nsid.write(group)?;
        self.client_subnet.write(group)?;
        self.cookie.write(group)?;
        self.answer.write(group)?;
        self.campaigns.write(group)?;
        self.families.write(group)?;
        self.set = None;
        self.origins.write(group)?;
        self.sensor.write(group)?;
        self.sequence.write_numbers(group)?;
        self.rows = 0;
        Ok(())
    }
}

impl DnsRows {
    pub(crate) fn push(
        &mut self,
        hit: &DnsHit<'_>,
        origin: Origin,
        (number, campaigns, families): (u32, &str, &str),
        shared: &mut Shared,
    ) {
        self.time.push(hit.at.micros());
        self.who.push(hit.resolver.address, hit.resolver.port);
        self.server.push(hit.server.address);
        self.server_port.number(hit.server.port.into());
        let valid = hit.edns.is_some_and(|edns| edns.cookie == CookieSeen::Valid);
        self.transport.word(match hit.transport {
            Transport::Udp => (0, "udp"),
            Transport::Tcp => (1, "tcp"),
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
        self.edns_size.maybe_number(hit.edns.map(|edns| edns.udp_size.into()));
        self.dnssec_ok.push(hit.edns.is_some_and(|edns| edns.dnssec_ok));
        self.nsid.push(hit.edns.is_some_and(|edns| edns.nsid));
        self.client_subnet.push(hit.edns.is_some_and(|edns| edns.client_subnet));
        match hit.edns.map(|edns| edns.cookie) {
            None | Some(CookieSeen::None) => self.cookie.nothing(),
            Some(CookieSeen::Client) => self.cookie.word((0, "client")),
            Some(CookieSeen::Valid) => self.cookie.word((1, "valid")),
            Some(CookieSeen::Other) => self.cookie.word((2, "other")),
        }
        self.answer.word(match hit.answer {
            AnswerGiven::Records => (0, "records"),
            AnswerGiven::NoData => (1, "nodata"),
            AnswerGiven::Closed => (2, "closed"),
            AnswerGiven::Slipped => (3, "slipped"),
            AnswerGiven::Dropped => (4, "dropped"),
            AnswerGiven::Failed => (5, "failed"),
        });
        if self.set == Some(number) {
            self.campaigns.again(b"");
            self.families.again(b"");
        } else {
            self.campaigns.octets(campaigns.as_bytes());
            self.families.octets(families.as_bytes());
            self.set = Some(number);
        }
        self.origins.push(origin);
        self.sensor.again(shared.sensor.as_bytes());
        self.sequence.long(shared.sequence);
        self.rows += 1;
    }
}

/// Rows of `contact_hits`. Those of one segment alone, all of one sensor.
#[derive(Debug)]
pub(crate) struct ContactRows {
    time: Times,
    who: Whos,
    destination: Ours,
    destination_port: Words,
    kind: Words,
    cut: Flags,
    verdict: Words,
    reason: Words,
    method: Words,
    path: Words,
    query: Words,
    host: Words,
    user_agent: Words,
    server_name: Words,
    first_octets: Words,
    q: Words,
    origins: Origins,
    sensor: Words,
    sequence: Words,
    rows: usize,
}

impl Rows for ContactRows {
    fn new() -> Self {
        Self {
            time: Times::default(),
            who: Whos::new(),
            destination: Ours::new(),
            destination_port: Words::required(),
            kind: Words::required(),
            cut: Flags::default(),
            verdict: Words::required(),
            reason: Words::required(),
            method: Words::optional(),
            path: Words::optional(),
            query: Words::optional(),
            host: Words::optional(),
            user_agent: Words::optional(),
            server_name: Words::optional(),
            first_octets: Words::optional(),
            q: Words::optional(),
            origins: Origins::new(),
            sensor: Words::required(),
            sequence: Words::required(),
            rows: 0,
        }
    }

    fn len(&self) -> usize {
        self.rows
    }

    fn write(&mut self, group: &mut Group<'_, '_>) -> Result<()> {
        self.time.write(group)?;
        self.who.write(group)?;
        self.destination.write(group)?;
        self.destination_port.write_numbers(group)?;
        self.kind.write(group)?;
        self.cut.write(group)?;
        self.verdict.write(group)?;
        let texts = [&mut self.reason, &mut self.method, &mut self.path, &mut self.query, &mut self.host];
        for texts in texts.into_iter().chain([&mut self.user_agent, &mut self.server_name, &mut self.first_octets]) {
            texts.write(group)?;
        }
        self.q.write_with_range(group)?;
        self.origins.write(group)?;
        self.sensor.write(group)?;
        self.sequence.write_numbers(group)?;
        self.rows = 0;
        Ok(())
    }
}

impl ContactRows {
    pub(crate) fn push(&mut self, hit: &ContactHit<'_>, origin: Origin, shared: &mut Shared) {
        self.time.push(hit.at.micros());
        self.who.push(hit.source.address, hit.source.port);
        self.destination.push(hit.destination.address);
        self.destination_port.number(hit.destination.port.into());
        self.kind.word(match hit.kind {
            ContactKind::Http => (0, "http"),
            ContactKind::Https => (1, "https"),
            ContactKind::Tls => (2, "tls"),
            ContactKind::Tcp => (3, "tcp"),
            ContactKind::NotHttp => (4, "not-http"),
            ContactKind::NotTls => (5, "not-tls"),
        });
        self.cut.push(hit.cut);
        self.verdict.word(match hit.verdict.visitor {
            Visitor::Bot => (0, "bot"),
            Visitor::Scanner => (1, "scanner"),
            Visitor::Crawler => (2, "crawler"),
            Visitor::Researcher => (3, "researcher"),
            Visitor::Browser => (4, "browser"),
            Visitor::Unknown => (5, "unknown"),
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
        self.q.maybe_number(count_of(hit));
        self.origins.push(origin);
        self.sensor.again(shared.sensor.as_bytes());
        self.sequence.long(shared.sequence);
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
