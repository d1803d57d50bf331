// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Queries as they come in, from octets that nobody vouches for.
//!
//! The common query, one question and at most an EDNS record, is read in one go; anything else is walked record by record. Neither
//! allocates, follows a pointer, or reads an octet twice.

use super::cookie::CLIENT;

/// Octets of the head of a message.
pub const HEAD: usize = 12;
/// Most octets of a name on the wire, the root's label among them (RFC 1035, section 2.3.4).
const MOST_IN_NAME: usize = 255;

/// Codes of answers.
pub mod rcode {
    /// All is well.
    pub const NOERROR: u16 = 0;
    /// The query is not understood.
    pub const FORMERR: u16 = 1;
    /// Such queries are not answered by anybody here.
    pub const NOTIMP: u16 = 4;
    /// This is not answered.
    pub const REFUSED: u16 = 5;
    /// A version of EDNS above 0.
    pub const BADVERS: u16 = 16;
}

/// Types of records.
pub mod rtype {
    #![expect(missing_docs, reason = "their names say it")]
    pub const A: u16 = 1;
    pub const NS: u16 = 2;
    pub const SOA: u16 = 6;
    pub const HINFO: u16 = 13;
    pub const MX: u16 = 15;
    pub const TXT: u16 = 16;
    pub const AAAA: u16 = 28;
    pub const OPT: u16 = 41;
    pub const CAA: u16 = 257;
    pub const ANY: u16 = 255;
}

/// The class of the Internet.
pub const IN: u16 = 1;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parsed<'m> {
    /// Nothing that is answered: too short for a head, or an answer.
    Nothing,
    /// A query with one question.
    Query(Query<'m>),
    /// A query without a question that asks for a cookie (RFC 7873, section 5.4).
    CookieOnly(Head, Edns<'m>),
    /// A query that cannot be answered otherwise than by a code.
    Fault {
        /// Its head.
        head: Head,
        /// The code.
        rcode: u16,
        /// Whether it had an EDNS record that could be read, so that the answer has one.
        edns: bool,
        /// The question, where it could be read and is one.
        question: Option<Question<'m>>,
    },
}

/// What of the head an answer repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of the query.
    pub id: [u8; 2],
    /// The third and the fourth octet.
    pub flags: [u8; 2],
}

impl Head {
    /// Says whether recursion is desired.
    #[must_use]
    pub fn recursion_desired(self) -> bool {
        self.flags[0] & 1 != 0
    }

    /// Says whether checking is disabled.
    #[must_use]
    pub fn checking_disabled(self) -> bool {
        self.flags[1] & 0x10 != 0
    }
}

/// A question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question<'m> {
    /// The name, type and class as they came.
    pub octets: &'m [u8],
    /// The name on the wire, with the root's label.
    pub name: &'m [u8],
    /// The type.
    pub qtype: u16,
    /// The class.
    pub class: u16,
}

/// A query with one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query<'m> {
    /// Its head.
    pub head: Head,
    /// Its question.
    pub question: Question<'m>,
    /// Its EDNS record.
    pub edns: Option<Edns<'m>>,
}

/// What an EDNS record says (RFC 6891).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edns<'m> {
    /// The octets of UDP that the sender takes.
    pub udp_size: u16,
    /// Whether it wants signatures.
    pub dnssec_ok: bool,
    /// Whether it asks for the name of the server.
    pub nsid: bool,
    /// Whether it tells a subnet.
    pub client_subnet: bool,
    /// Its cookie.
    pub cookie: Option<Cookie<'m>>,
}

/// A cookie: that of the client, and what it has for one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cookie<'m> {
    /// That of the client.
    pub client: &'m [u8; CLIENT],
    /// Ours, as the client says; empty for none.
    pub server: &'m [u8],
}

/// Octets that are read from the left.
#[derive(Clone, Copy)]
struct Octets<'m>(&'m [u8]);

impl<'m> Octets<'m> {
    fn array<const N: usize>(&mut self) -> Option<&'m [u8; N]> {
        let (octets, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(octets)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(|octets| u16::from_be_bytes(*octets))
    }

    fn take(&mut self, length: u16) -> Option<&'m [u8]> {
        let (octets, rest) = self.0.split_at_checked(usize::from(length))?;
        self.0 = rest;
        Some(octets)
    }
}

/// Reads a message.
#[must_use]
#[inline]
pub fn parse(message: &[u8]) -> Parsed<'_> {
    let Some((head, rest)) = message.split_first_chunk::<HEAD>() else { return Parsed::Nothing };
    let [id0, id1, flags0, flags1, counts @ ..] = *head;
    if flags0 & 0x80 != 0 {
        return Parsed::Nothing;
    }
    let head = Head { id: [id0, id1], flags: [flags0, flags1] };
    let fault = |rcode, edns, question| Parsed::Fault { head, rcode, edns, question };
    if flags0 & 0x78 != 0 {
        return fault(rcode::NOTIMP, false, None);
    }
    let [questions, answers, authorities, additional] =
        [0, 2, 4, 6].map(|at| u16::from_be_bytes([counts[at], counts[at + 1]]));
    // RFC 9619: a query has one question, or none where it asks for a cookie alone.
    let (question, rest) = match questions {
        0 => (None, rest),
        1 => match question(rest) {
            Some((question, rest)) => (Some(question), rest),
            None => return fault(rcode::FORMERR, false, None),
        },
        _ => return fault(rcode::FORMERR, false, None),
    };
    let edns = match (answers, authorities, additional, rest.first_chunk::<3>()) {
        (0, 0, 0, None) if rest.is_empty() => Ok(None),
        (0, 0, 1, Some([0, 0, 41])) => edns(Octets(&rest[3..])).and_then(|(edns, rest)| {
            // Octets after the last record belong to nothing.
            if rest.0.is_empty() { Ok(Some(edns)) } else { Err(rcode::FORMERR) }
        }),
        _ => walk(rest, [answers, authorities, additional]),
    };
    match (edns, question) {
        (Err(rcode), question) => fault(rcode, rcode == rcode::BADVERS, question),
        (Ok(edns), Some(question)) => Parsed::Query(Query { head, question, edns }),
        (Ok(Some(edns)), None) if edns.cookie.is_some() => Parsed::CookieOnly(head, edns),
        (Ok(edns), None) => fault(rcode::FORMERR, edns.is_some(), None),
    }
}

/// Reads the question. A pointer has nothing to point to before it.
#[inline]
fn question(rest: &[u8]) -> Option<(Question<'_>, &[u8])> {
    let mut length = 0;
    loop {
        let label = usize::from(*rest.get(length)?);
        length += 1 + label;
        if label == 0 {
            break;
        }
        if label > 63 {
            return None;
        }
    }
    if length > MOST_IN_NAME {
        return None;
    }
    let (octets, after) = rest.split_at_checked(length + 4)?;
    let (name, tail) = octets.split_at(length);
    let [a, b, c, d] = *tail.first_chunk()?;
    let question = Question { octets, name, qtype: u16::from_be_bytes([a, b]), class: u16::from_be_bytes([c, d]) };
    Some((question, after))
}

/// Reads an EDNS record from behind its type on; returns what stands after it.
fn edns(mut from: Octets<'_>) -> Result<(Edns<'_>, Octets<'_>), u16> {
    let mut read = || {
        let udp_size = from.u16()?;
        let [_, version, flags, _] = *from.array::<4>()?;
        let length = from.u16()?;
        Some((udp_size, version, flags, from.take(length)?))
    };
    let (udp_size, version, flags, options) = read().ok_or(rcode::FORMERR)?;
    if version != 0 {
        return Err(rcode::BADVERS);
    }
    let mut edns = Edns { udp_size, dnssec_ok: flags & 0x80 != 0, nsid: false, client_subnet: false, cookie: None };
    let mut options = Octets(options);
    while !options.0.is_empty() {
        option(&mut options, &mut edns).ok_or(rcode::FORMERR)?;
    }
    Ok((edns, from))
}

fn option<'m>(options: &mut Octets<'m>, edns: &mut Edns<'m>) -> Option<()> {
    let code = options.u16()?;
    let length = options.u16()?;
    let data = options.take(length)?;
    match code {
        3 => edns.nsid = true,
        8 => edns.client_subnet = true,
        10 => {
            let (client, server) = data.split_first_chunk()?;
            if !server.is_empty() && !(8..=32).contains(&server.len()) {
                return None;
            }
            // Of several the first counts (RFC 7873, section 5.2).
            edns.cookie = edns.cookie.or(Some(Cookie { client, server }));
        }
        _ => {}
    }
    Some(())
}

/// Walks the records of the other sections and returns the EDNS record among them.
#[cold]
fn walk(rest: &[u8], counts: [u16; 3]) -> Result<Option<Edns<'_>>, u16> {
    let mut rest = Octets(rest);
    let mut found = None;
    for (count, section) in counts.into_iter().zip(0..) {
        for _ in 0..count {
            let root = owner(&mut rest).ok_or(rcode::FORMERR)?;
            let kind = rest.u16().ok_or(rcode::FORMERR)?;
            if kind == rtype::OPT {
                // One, for the root, in the additional section (RFC 6891, section 6.1.1).
                if !root || section != 2 || found.is_some() {
                    return Err(rcode::FORMERR);
                }
                let (edns, after) = edns(rest)?;
                (found, rest) = (Some(edns), after);
                continue;
            }
            let skipped = rest.array::<6>().and_then(|_| rest.u16()).and_then(|length| rest.take(length));
            skipped.ok_or(rcode::FORMERR)?;
        }
    }
    if rest.0.is_empty() { Ok(found) } else { Err(rcode::FORMERR) }
}

/// Passes over the owner of a record; says whether it is the root. Pointers are not followed.
fn owner(rest: &mut Octets<'_>) -> Option<bool> {
    let mut length = 0;
    loop {
        let [label] = *rest.array()?;
        match label {
            0 => return Some(length == 0),
            1..=63 => {
                rest.take(u16::from(label))?;
                length += 1 + usize::from(label);
            }
            0xC0.. => {
                rest.array::<1>()?;
                return Some(false);
            }
            _ => return None,
        }
        if length >= MOST_IN_NAME {
            return None;
        }
    }
}
