// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A resolver asked for a listed name. It is no machine: many may stand behind one resolver, and its address over UDP may be forged.

use forestall_model::Instant;

use crate::cursor::{Cursor, place, put_endpoint, put_short};
use crate::event::Endpoint;

/// Most campaigns of one event; where a name stands in the lists of more, the first of them.
pub const MOST_CAMPAIGNS: usize = 8;
/// Most octets of a name on the wire (RFC 1035, section 2.3.4).
pub const MOST_IN_QNAME: usize = 255;

/// A query for a listed name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsHit<'a> {
    /// When it came, by the clock of the sensor.
    pub at: Instant,
    /// Who asked: over UDP, who is said to have asked.
    pub resolver: Endpoint,
    /// The address that was asked.
    pub server: Endpoint,
    /// By what it came.
    pub transport: Transport,
    /// The name as it was asked, on the wire, in its letter case, with the root's label.
    pub qname: &'a [u8],
    /// Where in it the listed name begins.
    pub listed_at: u8,
    /// The type that was asked for.
    pub qtype: u16,
    /// Whether recursion was desired: a resolver does not, a stub does.
    pub recursion_desired: bool,
    /// Whether checking was disabled.
    pub checking_disabled: bool,
    /// What the EDNS record said, where there was one.
    pub edns: Option<Edns>,
    /// What was answered.
    pub answer: AnswerGiven,
    /// The campaigns whose window is open, or, where none is, those in whose lists the name stands. Numbers of this segment.
    pub campaigns: Campaigns,
}

/// Numbers of campaigns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Campaigns {
    numbers: [u16; MOST_CAMPAIGNS],
    count: u8,
}

impl Campaigns {
    /// Adds a number; what is more than [`MOST_CAMPAIGNS`] or there already is left out.
    pub fn push(&mut self, number: u16) {
        if usize::from(self.count) < MOST_CAMPAIGNS && !self.numbers[..usize::from(self.count)].contains(&number) {
            self.numbers[usize::from(self.count)] = number;
            self.count += 1;
        }
    }

    /// Returns the numbers.
    #[must_use]
    pub fn as_slice(&self) -> &[u16] {
        &self.numbers[..usize::from(self.count)]
    }
}

/// By what a query came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// UDP: the address may be forged.
    Udp,
    /// TCP: the address is real.
    Tcp,
}

/// What the EDNS record of a query said (RFC 6891).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edns {
    /// The octets of UDP that the sender takes.
    pub udp_size: u16,
    /// Whether it wants signatures.
    pub dnssec_ok: bool,
    /// Whether it asked for the name of the server.
    pub nsid: bool,
    /// Whether it told a subnet of its client. The subnet is not kept.
    pub client_subnet: bool,
    /// What cookie it had.
    pub cookie: CookieSeen,
}

/// What cookie a query had (RFC 7873).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieSeen {
    /// None.
    None,
    /// That of a client alone.
    Client,
    /// One of ours that fits: the address is not forged.
    Valid,
    /// One that is not ours, or no longer.
    Other,
}

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AnswerGiven {
    /// Records.
    Records,
    /// No record of that type.
    NoData,
    /// Refused: no window of the name is open.
    Closed,
    /// Nothing but a sign to ask over TCP, by rate limiting.
    Slipped,
    /// Nothing, by rate limiting.
    Dropped,
    /// Refused or not understood for another reason.
    Failed,
}

const ANSWERS: [AnswerGiven; 6] = [
    AnswerGiven::Records,
    AnswerGiven::NoData,
    AnswerGiven::Closed,
    AnswerGiven::Slipped,
    AnswerGiven::Dropped,
    AnswerGiven::Failed,
];
const COOKIES: [CookieSeen; 4] = [CookieSeen::None, CookieSeen::Client, CookieSeen::Valid, CookieSeen::Other];

impl<'a> DnsHit<'a> {
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.at.micros().to_le_bytes());
        put_endpoint(out, self.resolver);
        put_endpoint(out, self.server);
        let mut flags = u8::from(self.transport == Transport::Tcp);
        flags |= u8::from(self.recursion_desired) << 1 | u8::from(self.checking_disabled) << 2;
        if let Some(edns) = &self.edns {
            flags |= 1 << 3 | u8::from(edns.dnssec_ok) << 4 | u8::from(edns.nsid) << 5;
            flags |= u8::from(edns.client_subnet) << 6;
        }
        out.push(flags);
        out.push(place(&ANSWERS, &self.answer));
        out.extend_from_slice(&self.qtype.to_le_bytes());
        if let Some(edns) = &self.edns {
            out.extend_from_slice(&edns.udp_size.to_le_bytes());
            out.push(place(&COOKIES, &edns.cookie));
        }
        out.push(self.listed_at);
        put_short(out, self.qname.get(..MOST_IN_QNAME).unwrap_or(self.qname));
        out.push(self.campaigns.count);
        for number in self.campaigns.as_slice() {
            out.extend_from_slice(&number.to_le_bytes());
        }
    }

    #[inline]
    pub(crate) fn read(mut from: Cursor<'a>) -> Option<Self> {
        let at = Instant::from_micros(from.i64()?);
        let (resolver, server) = (from.endpoint()?, from.endpoint()?);
        let flags = from.u8().filter(|flags| flags >> 7 == 0)?;
        let set = |bit: u8| flags >> bit & 1 == 1;
        let answer = *ANSWERS.get(usize::from(from.u8()?))?;
        let qtype = from.u16()?;
        let mut edns = None;
        if set(3) {
            edns = Some(Edns {
                udp_size: from.u16()?,
                cookie: *COOKIES.get(usize::from(from.u8()?))?,
                dnssec_ok: set(4),
                nsid: set(5),
                client_subnet: set(6),
            });
        } else if flags & 0b0111_0000 != 0 {
            return None;
        }
        let listed_at = from.u8()?;
        let qname = from.short()?;
        let mut campaigns = Campaigns::default();
        for _ in 0..from.u8().filter(|count| usize::from(*count) <= MOST_CAMPAIGNS)? {
            campaigns.push(from.u16()?);
        }
        let hit = Self {
            at,
            resolver,
            server,
            transport: if set(0) { Transport::Tcp } else { Transport::Udp },
            qname,
            listed_at,
            qtype,
            recursion_desired: set(1),
            checking_disabled: set(2),
            edns,
            answer,
            campaigns,
        };
        from.0.is_empty().then_some(hit)
    }
}
