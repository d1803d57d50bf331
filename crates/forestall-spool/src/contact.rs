// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A machine connected. Its address is real where a whole connection came about; how many machines stand behind it is for the census.

use forestall_model::Instant;

use crate::cursor::{Cursor, place, put_endpoint, put_field};
use crate::event::Endpoint;

/// Most octets of a method.
pub const MOST_IN_METHOD: usize = 32;
/// Most octets of a path, and of a query.
pub const MOST_IN_PATH: usize = 1_024;
/// Most octets of a host.
pub const MOST_IN_HOST: usize = 256;
/// Most octets of a user agent.
pub const MOST_IN_USER_AGENT: usize = 512;
/// Most octets of the reason of a verdict.
pub const MOST_IN_REASON: usize = 64;
/// Most first octets of a connection without a protocol that is known.
pub const MOST_FIRST_OCTETS: usize = 64;

/// A connection of a machine, or one request of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactHit<'a> {
    /// When it came, by the clock of the sensor.
    pub at: Instant,
    /// Who connected. The port tells machines apart that share an address.
    pub source: Endpoint,
    /// The address that was connected to: it may stand for a group of names.
    pub destination: Endpoint,
    /// What came.
    pub kind: ContactKind,
    /// Whether fields were longer than is kept.
    pub cut: bool,
    /// The method of the request. Empty where there is none, or something that is not written as methods are.
    pub method: &'a [u8],
    /// The path; empty where no recogniser accepts the request.
    pub path: &'a [u8],
    /// What stands after the question mark; none where there is no question mark, or no recogniser accepts the request.
    pub query: Option<&'a [u8]>,
    /// The `Host` field.
    pub host: Option<&'a [u8]>,
    /// The `User-Agent` field.
    pub user_agent: Option<&'a [u8]>,
    /// The name that TLS asked for.
    pub server_name: Option<&'a [u8]>,
    /// The first octets of a connection to a port without a protocol; empty where they are not kept.
    pub first_octets: &'a [u8],
    /// Who it seems to be.
    pub verdict: Verdict<'a>,
}

/// What came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContactKind {
    /// A request over HTTP.
    Http,
    /// A request over HTTP inside TLS.
    Https,
    /// A greeting of TLS, after which the connection ended.
    Tls,
    /// A connection to a port without a protocol.
    Tcp,
    /// Something that is no request of HTTP.
    NotHttp,
    /// Something that is no greeting of TLS.
    NotTls,
}

/// Who a visitor seems to be, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict<'a> {
    /// Who.
    pub visitor: Visitor,
    /// The reason: a word of the recogniser, with the family before it for a bot.
    pub reason: &'a [u8],
}

/// Who a visitor seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Visitor {
    /// An infected machine: it speaks as the family does.
    Bot,
    /// A program that looks for weak servers.
    Scanner,
    /// A program that reads the web.
    Crawler,
    /// A person or program that studies the botnet.
    Researcher,
    /// A person with a browser.
    Browser,
    /// Nobody can tell.
    Unknown,
}

const KINDS: [ContactKind; 6] = [
    ContactKind::Http,
    ContactKind::Https,
    ContactKind::Tls,
    ContactKind::Tcp,
    ContactKind::NotHttp,
    ContactKind::NotTls,
];
const VISITORS: [Visitor; 6] =
    [Visitor::Bot, Visitor::Scanner, Visitor::Crawler, Visitor::Researcher, Visitor::Browser, Visitor::Unknown];

/// Cuts octets to what is kept, and notes in `cut` that it did.
fn bounded<'a>(octets: &'a [u8], most: usize, cut: &mut bool) -> &'a [u8] {
    *cut |= octets.len() > most;
    octets.get(..most).unwrap_or(octets)
}

impl<'a> ContactHit<'a> {
    /// Cuts all fields to what is kept.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        let cut = &mut self.cut;
        self.method = bounded(self.method, MOST_IN_METHOD, cut);
        self.path = bounded(self.path, MOST_IN_PATH, cut);
        self.query = self.query.map(|query| bounded(query, MOST_IN_PATH, cut));
        self.host = self.host.map(|host| bounded(host, MOST_IN_HOST, cut));
        self.user_agent = self.user_agent.map(|agent| bounded(agent, MOST_IN_USER_AGENT, cut));
        self.server_name = self.server_name.map(|name| bounded(name, MOST_IN_HOST, cut));
        self.first_octets = bounded(self.first_octets, MOST_FIRST_OCTETS, cut);
        self.verdict.reason = bounded(self.verdict.reason, MOST_IN_REASON, cut);
        self
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        let hit = self.clone().bounded();
        out.extend_from_slice(&hit.at.micros().to_le_bytes());
        put_endpoint(out, hit.source);
        put_endpoint(out, hit.destination);
        out.push(place(&KINDS, &hit.kind));
        out.push(place(&VISITORS, &hit.verdict.visitor));
        let optional = [hit.query, hit.host, hit.user_agent, hit.server_name];
        let mut flags = u8::from(hit.cut);
        for (field, bit) in optional.iter().zip(1..) {
            flags |= u8::from(field.is_some()) << bit;
        }
        out.push(flags);
        for octets in [hit.verdict.reason, hit.method, hit.path, hit.first_octets] {
            put_field(out, octets);
        }
        for octets in optional.into_iter().flatten() {
            put_field(out, octets);
        }
    }

    #[inline]
    pub(crate) fn read(mut from: Cursor<'a>) -> Option<Self> {
        let at = Instant::from_micros(from.i64()?);
        let (source, destination) = (from.endpoint()?, from.endpoint()?);
        let kind = *KINDS.get(usize::from(from.u8()?))?;
        let visitor = *VISITORS.get(usize::from(from.u8()?))?;
        let flags = from.u8().filter(|flags| *flags < 1 << 5)?;
        let (reason, method, path, first_octets) = (from.field()?, from.field()?, from.field()?, from.field()?);
        let mut optional = [None; 4];
        for (field, bit) in optional.iter_mut().zip(1..) {
            if flags >> bit & 1 == 1 {
                *field = Some(from.field()?);
            }
        }
        let [query, host, user_agent, server_name] = optional;
        let hit = Self {
            at,
            source,
            destination,
            kind,
            cut: flags & 1 == 1,
            method,
            path,
            query,
            host,
            user_agent,
            server_name,
            first_octets,
            verdict: Verdict { visitor, reason },
        };
        from.0.is_empty().then_some(hit)
    }
}
