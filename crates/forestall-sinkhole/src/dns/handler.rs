// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! From a message to its answer and its event. No socket and no clock.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use forestall_model::Instant;
use forestall_spool::{AnswerGiven, CookieSeen, DnsHit, Edns as EdnsKept, Endpoint, Sender, Transport};

use super::cookie::Secret;
use super::data::{self, Data};
use super::message::{Edns, IN, Parsed, Query, parse, rcode, rtype};
use super::rate::{Fate, Likeness, Network, Rates};
use super::reply::{EdnsSaid, Reply, Section, Start};
use crate::config::Addresses;
use crate::counters::{Count, Counters};
use crate::names::{Found, Names, Standing};

/// Octets of an answer over UDP where the query has no EDNS record (RFC 1035, section 4.2.1).
const PLAIN_UDP: usize = 512;
/// Messages whose names are looked up at a time.
const AT_A_TIME: usize = 64;
/// Most octets of an answer over TCP.
const MOST_TCP: usize = 65_535;

/// What all threads that answer share.
#[derive(Debug)]
pub struct Settings {
    /// Data of records.
    pub data: Data,
    /// Addresses of names that are in no group.
    pub addresses: Addresses,
    /// How long resolvers keep records.
    pub ttl: u32,
    /// Most octets of an answer over UDP, and those that we say we take.
    pub udp_size: u16,
    /// The name of this server (RFC 5001).
    pub nsid: Vec<u8>,
    /// The secret of cookies.
    pub secret: Secret,
    /// Limits of rates.
    pub rates: Rates,
}

/// Answers messages, one after another.
#[derive(Debug)]
pub struct Handler {
    settings: Arc<Settings>,
    names: Arc<Names>,
    soa: Vec<u8>,
    sender: Sender,
    counters: Arc<Counters>,
    /// Room for what names are, kept from one batch to the next.
    standings: Vec<Standing>,
}

/// Where a message came from and when.
#[derive(Clone, Copy, Debug)]
pub struct Came {
    /// From where.
    pub from: SocketAddr,
    /// To which address of ours.
    pub to: Endpoint,
    /// By what.
    pub transport: Transport,
    /// When.
    pub at: Instant,
}

impl Came {
    /// Returns seconds, as far as 32 bits hold them.
    fn seconds(&self) -> u32 {
        u32::try_from(self.at.seconds().rem_euclid(1 << 32)).unwrap_or(0)
    }
}

/// What the record of an answer holds, and by which name that answer is told from others.
struct Outcome {
    rcode: u16,
    given: AnswerGiven,
    count: Count,
    likeness: Likeness,
    found: Option<Found>,
}

impl Outcome {
    const fn refused(count: Count) -> Self {
        Self { rcode: rcode::REFUSED, given: AnswerGiven::Failed, count, likeness: Likeness::Failure, found: None }
    }
}

impl Handler {
    /// Makes one.
    #[must_use]
    pub fn new(settings: Arc<Settings>, names: Arc<Names>, sender: Sender, counters: Arc<Counters>) -> Self {
        let soa = settings.data.soa(names.written());
        Self { settings, names, soa, sender, counters, standings: Vec::new() }
    }

    /// Puts other names into use.
    pub(crate) fn set_names(&mut self, names: Arc<Names>) {
        self.soa = self.settings.data.soa(names.written());
        self.names = names;
    }

    /// Returns what it counts with.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Hands events on.
    pub fn flush(&mut self) {
        self.sender.flush();
    }

    /// Answers a message into `out`; `false` where it is not answered.
    #[inline]
    pub fn answer(&mut self, message: &[u8], came: &Came, out: &mut Vec<u8>) -> bool {
        let parsed = parse(message);
        let standing = match &parsed {
            Parsed::Query(query) if query.question.class == IN => self.names.standing(query.question.name, came.at),
            _ => Standing::Unlisted,
        };
        self.answer_parsed(&parsed, standing, None, came, out)
    }

    /// Answers many messages that came at one time, in their order: each into the next of `replies` that has no answer yet. Gives `answered` the number of
    /// each message that is answered. Messages for which there is no reply left are not answered.
    pub fn answer_all<'m>(
        &mut self,
        messages: impl Iterator<Item = (&'m [u8], SocketAddr)>,
        at: &Came,
        replies: &mut [Vec<u8>],
        mut answered: impl FnMut(SocketAddr),
    ) {
        let mut parsed = [const { (Parsed::Nothing, None) }; AT_A_TIME];
        let mut messages = messages;
        let mut replies = replies.iter_mut();
        let mut reply = replies.next();
        loop {
            let mut count = 0;
            let mut qnames = [&[][..]; AT_A_TIME];
            // Of those whose answers are counted by their names.
            let mut networks = [None; AT_A_TIME];
            for (place, (message, from)) in parsed.iter_mut().zip(&mut messages) {
                *place = (parse(message), Some(from));
                if let Parsed::Query(query) = &place.0
                    && query.question.class == IN
                {
                    qnames[count] = query.question.name;
                }
                count += 1;
            }
            if count == 0 {
                return;
            }
            let mut standings = std::mem::take(&mut self.standings);
            if let [qname] = qnames[..count] {
                standings.clear();
                standings.push(self.names.standing(qname, at.at));
            } else {
                self.names.standings(&qnames[..count], at.at, &mut standings);
                let mut networks = networks[..count].iter_mut();
                let counted = parsed[..count].iter().zip(&standings).filter_map(|((_, from), standing)| {
                    let network = networks.next()?;
                    let (Standing::Listed(found), Some(from)) = (standing, from) else { return None };
                    Some((*network.insert(self.settings.rates.network(from.ip())), found.id))
                });
                self.settings.rates.bring_near(counted);
            }
            for (((parsed, from), standing), network) in parsed[..count].iter().zip(&standings).zip(networks) {
                let (Some(from), Some(out)) = (from, reply.as_deref_mut()) else { continue };
                let came = Came { from: *from, ..*at };
                if self.answer_parsed(parsed, *standing, network, &came, out) {
                    answered(*from);
                    reply = replies.next();
                }
            }
            self.standings = standings;
        }
    }

    #[inline]
    fn answer_parsed(
        &mut self,
        parsed: &Parsed<'_>,
        standing: Standing,
        network: Option<Network>,
        came: &Came,
        out: &mut Vec<u8>,
    ) -> bool {
        self.counters.add(if came.transport == Transport::Udp { Count::UdpQueries } else { Count::TcpQueries });
        match *parsed {
            Parsed::Nothing => {
                self.counters.add(Count::Ignored);
                false
            }
            Parsed::Query(query) => self.query(&query, standing, network, came, out),
            Parsed::CookieOnly(head, edns) => {
                let start = Start { head, question: None, rcode: rcode::NOERROR, authority: false, cut: false };
                self.unlisted(start, Some(&edns), true, Count::CookieOnly, came, out)
            }
            Parsed::Fault { head, rcode, edns, question } => {
                let start = Start { head, question, rcode, authority: false, cut: false };
                self.unlisted(start, None, edns, Count::Failed, came, out)
            }
        }
    }

    /// Answers what needs no name.
    fn unlisted(
        &self,
        start: Start<'_>,
        edns: Option<&Edns<'_>>,
        has_edns: bool,
        count: Count,
        came: &Came,
        out: &mut Vec<u8>,
    ) -> bool {
        self.counters.add(count);
        let cookie = self.cookie(edns, came);
        if self.limited(cookie, Likeness::Failure, None, came) != Fate::Sent {
            self.counters.add(Count::Dropped);
            return false;
        }
        let mut reply = Reply::new(out, &start);
        if has_edns {
            reply.edns(&self.said(edns, came));
        }
        reply.end();
        true
    }

    #[inline]
    fn query(
        &mut self,
        query: &Query<'_>,
        standing: Standing,
        network: Option<Network>,
        came: &Came,
        out: &mut Vec<u8>,
    ) -> bool {
        let outcome = self.outcome(query, standing);
        self.counters.add(outcome.count);
        let edns = query.edns.as_ref();
        let cookie = self.cookie(edns, came);
        let fate = self.limited(cookie, outcome.likeness, network, came);
        let given = match fate {
            Fate::Sent => {
                self.write(query, &outcome, came, out);
                outcome.given
            }
            Fate::Slipped => {
                self.counters.add(Count::Slipped);
                self.write_cut(query, outcome.rcode, came, out);
                AnswerGiven::Slipped
            }
            Fate::Dropped => {
                self.counters.add(Count::Dropped);
                AnswerGiven::Dropped
            }
        };
        if let Some(found) = &outcome.found {
            self.sender.dns(&DnsHit {
                at: came.at,
                resolver: came.from.into(),
                server: came.to,
                transport: came.transport,
                qname: query.question.name,
                listed_at: u8::try_from(found.start).unwrap_or(u8::MAX),
                qtype: query.question.qtype,
                recursion_desired: query.head.recursion_desired(),
                checking_disabled: query.head.checking_disabled(),
                edns: edns.map(|edns| EdnsKept {
                    udp_size: edns.udp_size,
                    dnssec_ok: edns.dnssec_ok,
                    nsid: edns.nsid,
                    client_subnet: edns.client_subnet,
                    cookie,
                }),
                answer: given,
                campaigns: found.campaigns,
            });
        }
        fate != Fate::Dropped
    }

    /// Decides what is answered.
    #[inline]
    fn outcome(&self, query: &Query<'_>, standing: Standing) -> Outcome {
        let question = &query.question;
        if question.class != IN {
            return Outcome::refused(Count::Unlisted);
        }
        let found = match standing {
            Standing::Unlisted => return Outcome::refused(Count::Unlisted),
            Standing::Collision => return Outcome::refused(Count::Collision),
            Standing::Listed(found) => found,
        };
        let (rcode, given, count) = match question.qtype {
            _ if found.open_until.is_none() => (rcode::REFUSED, AnswerGiven::Closed, Count::Closed),
            rtype::OPT | 0 => (rcode::FORMERR, AnswerGiven::Failed, Count::Failed),
            // Transfers and other types that are no data, but for ANY.
            128..=254 => (rcode::REFUSED, AnswerGiven::Failed, Count::Failed),
            qtype if self.has(qtype, &found) => (rcode::NOERROR, AnswerGiven::Records, Count::Records),
            _ => (rcode::NOERROR, AnswerGiven::NoData, Count::NoData),
        };
        let failed = rcode != rcode::NOERROR;
        let likeness = if failed { Likeness::Failure } else { Likeness::Name(found.id) };
        Outcome { rcode, given, count, likeness, found: Some(found) }
    }

    fn has(&self, qtype: u16, found: &Found) -> bool {
        match qtype {
            rtype::A => !self.addresses(found).0.v4.is_empty(),
            rtype::AAAA => !self.addresses(found).0.v6.is_empty(),
            rtype::NS | rtype::SOA => found.start == 0,
            rtype::MX | rtype::TXT | rtype::CAA | rtype::ANY => true,
            _ => false,
        }
    }

    /// Returns the addresses of a name, and which of them by its day.
    fn addresses(&self, found: &Found) -> (&Addresses, Option<usize>) {
        let Some((group, day)) = found.group else { return (&self.settings.addresses, None) };
        let Some(group) = self.names.groups().get(group) else { return (&self.settings.addresses, None) };
        let turn = usize::try_from(day.start().seconds().div_euclid(86_400)).unwrap_or(0);
        (&group.addresses, group.by_day.then_some(turn))
    }

    #[inline]
    fn write(&self, query: &Query<'_>, outcome: &Outcome, came: &Came, out: &mut Vec<u8>) {
        let listed = outcome.found.filter(|_| outcome.rcode == rcode::NOERROR);
        let start = Start {
            head: query.head,
            question: Some(query.question),
            rcode: outcome.rcode,
            authority: listed.is_some(),
            cut: false,
        };
        let mut reply = Reply::new(out, &start);
        if let Some(found) = &listed {
            self.records(&mut reply, query.question.qtype, outcome.given, found, came);
        }
        if let Some(edns) = &query.edns {
            reply.edns(&self.said(Some(edns), came));
        }
        reply.end();
        let most = match (came.transport, query.edns) {
            (Transport::Tcp, _) => MOST_TCP,
            (Transport::Udp, None) => PLAIN_UDP,
            (Transport::Udp, Some(edns)) => usize::from(edns.udp_size.min(self.settings.udp_size)).max(PLAIN_UDP),
        };
        if out.len() > most {
            self.write_cut(query, outcome.rcode, came, out);
        }
    }

    fn write_cut(&self, query: &Query<'_>, rcode: u16, came: &Came, out: &mut Vec<u8>) {
        let authority = rcode == rcode::NOERROR;
        let start = Start { head: query.head, question: Some(query.question), rcode, authority, cut: true };
        let mut reply = Reply::new(out, &start);
        if let Some(edns) = &query.edns {
            reply.edns(&self.said(Some(edns), came));
        }
        reply.end();
    }

    #[inline]
    fn records(&self, reply: &mut Reply<'_>, qtype: u16, given: AnswerGiven, found: &Found, came: &Came) {
        let data = &self.settings.data;
        let ttl = self.ttl(self.settings.ttl, found, came);
        if given == AnswerGiven::NoData {
            let ttl = self.ttl(data.negative_ttl, found, came);
            return reply.record(Section::Authority, found.start, rtype::SOA, ttl, &self.soa);
        }
        let mut add = |data: &[u8]| reply.record(Section::Answer, 0, qtype, ttl, data);
        match qtype {
            rtype::A => {
                let (addresses, turn) = self.addresses(found);
                chosen(&addresses.v4, turn).iter().for_each(|address| add(&address.octets()));
            }
            rtype::AAAA => {
                let (addresses, turn) = self.addresses(found);
                chosen(&addresses.v6, turn).iter().for_each(|address| add(&address.octets()));
            }
            rtype::NS => data.name_servers.iter().for_each(|server| add(server)),
            rtype::SOA => add(&self.soa),
            rtype::MX => add(data::MX),
            rtype::TXT => {
                add(data::SPF);
                data.texts.iter().for_each(|text| add(text));
            }
            rtype::CAA => add(data::CAA),
            rtype::ANY => reply.record(Section::Answer, 0, rtype::HINFO, ttl, data::HINFO),
            _ => {}
        }
    }

    /// Returns a time for which resolvers keep a record: it ends with the window.
    fn ttl(&self, most: u32, found: &Found, came: &Came) -> u32 {
        let left = found.open_until.map_or(0, |until| until.seconds_since(came.at));
        u32::try_from(left.max(0)).unwrap_or(u32::MAX).min(most)
    }

    fn cookie(&self, edns: Option<&Edns<'_>>, came: &Came) -> CookieSeen {
        let Some(cookie) = edns.and_then(|edns| edns.cookie) else { return CookieSeen::None };
        if cookie.server.is_empty() {
            return CookieSeen::Client;
        }
        let address = came.from.ip();
        if self.settings.secret.fits(cookie.client, cookie.server, address, came.seconds()) {
            self.counters.add(Count::Cookies);
            return CookieSeen::Valid;
        }
        CookieSeen::Other
    }

    /// Whose address is known to be real is not limited: nobody is flooded in his name. `network` is that of the address where it is known already.
    #[inline]
    fn limited(&self, cookie: CookieSeen, likeness: Likeness, network: Option<Network>, came: &Came) -> Fate {
        if came.transport == Transport::Tcp || cookie == CookieSeen::Valid {
            return Fate::Sent;
        }
        let rates = &self.settings.rates;
        let network = network.unwrap_or_else(|| rates.network(came.from.ip()));
        rates.fate(network, likeness, came.seconds())
    }

    #[inline]
    fn said<'m>(&'m self, edns: Option<&Edns<'m>>, came: &Came) -> EdnsSaid<'m> {
        let address: IpAddr = came.from.ip();
        let cookie = edns
            .and_then(|edns| edns.cookie)
            .map(|cookie| (cookie.client, self.settings.secret.make(cookie.client, address, came.seconds())));
        EdnsSaid {
            udp_size: self.settings.udp_size,
            dnssec_ok: edns.is_some_and(|edns| edns.dnssec_ok),
            nsid: edns.filter(|edns| edns.nsid).map(|_| self.settings.nsid.as_slice()).filter(|nsid| !nsid.is_empty()),
            cookie,
        }
    }
}

/// Returns all addresses, or the one whose turn it is.
fn chosen<T>(addresses: &[T], turn: Option<usize>) -> &[T] {
    match turn {
        Some(turn) if !addresses.is_empty() => std::slice::from_ref(&addresses[turn % addresses.len()]),
        _ => addresses,
    }
}
