// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Infected machines that connected to a sinkhole, as they are told to those who can clean them: what the forms for networks and CERTs are written from.

use std::net::IpAddr;

use forestall_model::marking::Marked;
use forestall_model::{Instant, Marking};

/// An address from which machines connected on a day and spoke as a family does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Infected {
    /// Its address.
    pub address: IpAddr,
    /// The port of its first request; none where it is not known. With the time it tells machines apart that share an address.
    pub port: Option<u16>,
    /// The family as which they spoke.
    pub family: String,
    /// The first request.
    pub first_seen: Instant,
    /// The last request.
    pub last_seen: Instant,
    /// Requests.
    pub count: u64,
    /// The number of its network; 0 where it is not known.
    pub asn: u32,
    /// Its country, two letters; empty where it is not known.
    pub country: String,
    /// The address of the sinkhole that the first request came to; empty where it is not told.
    pub destination: String,
    /// Its port; none where it is not told.
    pub destination_port: Option<u16>,
    /// By what it spoke: `http`, `https`, `tls` or `tcp`.
    pub application: String,
    /// Path and query of the first request; empty where there were none.
    pub url: String,
    /// The `Host` field of the first request.
    pub host: String,
    /// The `User-Agent` field of the first request.
    pub agent: String,
    /// Other families that spoke from the same address on the day: the same machine or another one behind the address. No count is added up of them.
    pub also: Vec<String>,
}

/// Machines with their marking.
#[derive(Clone, Debug)]
pub struct InfectedReport {
    /// Who may see it.
    pub marking: Marking,
    /// One an address and family.
    pub machines: Vec<Infected>,
}

impl Marked for InfectedReport {
    fn marking(&self) -> Marking {
        self.marking
    }
}
