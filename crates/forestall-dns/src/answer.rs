// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Questions and answers as values.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use forestall_model::OwnerName;

/// What is asked: a name and a record type, always in the class IN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The name.
    pub name: OwnerName,
    /// The record type.
    pub kind: Kind,
}

/// The record types that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// Another name for the name.
    Cname,
    /// Mail servers.
    Mx,
    /// Name servers.
    Ns,
    /// The start of authority.
    Soa,
    /// Free text.
    Txt,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
            Self::Mx => "MX",
            Self::Ns => "NS",
            Self::Soa => "SOA",
            Self::Txt => "TXT",
        })
    }
}

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The response code, extended by EDNS where it was.
    pub rcode: Rcode,
    /// Whether the server says that it is an authority for the name.
    pub authoritative: bool,
    /// Whether the server says that it resolves for others.
    pub recursion_available: bool,
    /// Whether the answer came over TCP.
    pub over_tcp: bool,
    /// The answer section, in the order of the message.
    pub answers: Vec<Record>,
    /// The authority section, in the order of the message.
    pub authority: Vec<Record>,
    /// The additional section, in the order of the message: with a referral, the addresses of the servers it points to (glue). Empty where it
    /// cannot be read: nothing depends on it.
    pub additional: Vec<Record>,
}

/// One record of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose record it is.
    pub owner: OwnerName,
    /// How long it may be kept, in seconds.
    pub ttl: u32,
    /// What it says.
    pub data: Data,
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Data {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// The name that stands behind the owner.
    Cname(OwnerName),
    /// A mail server.
    Mx {
        /// Lower is tried first.
        preference: u16,
        /// The server.
        exchange: OwnerName,
    },
    /// A name server.
    Ns(OwnerName),
    /// The start of authority.
    Soa {
        /// The primary name server.
        primary: OwnerName,
        /// The mailbox of who is responsible, as a name.
        contact: OwnerName,
        /// The serial of the zone.
        serial: u32,
        /// How long the absence of a name may be kept, in seconds.
        minimum: u32,
    },
    /// Free text, its strings one after another.
    Txt(Vec<u8>),
    /// A type that is not understood here, by its number.
    Other(u16),
}

/// A response code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rcode {
    /// The question was answered.
    NoError,
    /// The server did not understand the question.
    FormErr,
    /// The server failed.
    ServFail,
    /// The name does not exist.
    NxDomain,
    /// The server does not do what was asked.
    NotImp,
    /// The server will not answer.
    Refused,
    /// Any other code.
    Other(u16),
}

impl fmt::Display for Rcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoError => f.pad("NOERROR"),
            Self::FormErr => f.pad("FORMERR"),
            Self::ServFail => f.pad("SERVFAIL"),
            Self::NxDomain => f.pad("NXDOMAIN"),
            Self::NotImp => f.pad("NOTIMP"),
            Self::Refused => f.pad("REFUSED"),
            Self::Other(number) => write!(f, "RCODE{number}"),
        }
    }
}

impl From<u16> for Rcode {
    fn from(number: u16) -> Self {
        match number {
            0 => Self::NoError,
            1 => Self::FormErr,
            2 => Self::ServFail,
            3 => Self::NxDomain,
            4 => Self::NotImp,
            5 => Self::Refused,
            _ => Self::Other(number),
        }
    }
}
