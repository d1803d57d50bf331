// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a server of transfers asks of whoever has the zones.

use std::net::IpAddr;

use forestall_model::{Instant, OwnerName, Released};

use super::content::{Apex, Transfer};
use super::tsig::Key;

/// By which way somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// UDP, over which nobody proves the address that they ask from.
    Udp,
    /// TCP.
    Tcp,
    /// TLS.
    Tls,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asker {
    /// From where.
    pub address: IpAddr,
    /// By which way.
    pub transport: Transport,
    /// The key by which the question is signed, where it is.
    pub key: Option<OwnerName>,
}

/// That somebody may have a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Who it is to whoever has the zones.
    pub subscriber: String,
    /// The zone.
    pub zone: OwnerName,
}

/// Why somebody gets no zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// They may not have it, or there is none: which of both is not said.
    Refused,
    /// It cannot be had now.
    Failed,
}

/// How a transfer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The serial from which it led; none for a whole zone.
    pub from: Option<u32>,
    /// The serial to which it led.
    pub to: u32,
    /// The records that were handed over to the network.
    pub records: u64,
    /// Whether it was handed over as a whole.
    pub whole: bool,
    /// By which way.
    pub transport: Transport,
}

/// Whoever has the zones.
pub trait Zones: Send + Sync + 'static {
    /// Returns the time.
    fn now(&self) -> Instant;

    /// Returns the key with a name.
    fn key(&self, name: &OwnerName) -> impl Future<Output = Option<Key>> + Send;

    /// Says whether somebody may have a zone, and with which apex and serial it stands now.
    fn grant(
        &self,
        asker: &Asker,
        zone: &OwnerName,
    ) -> impl Future<Output = Result<(Grant, Apex, u32), Refusal>> + Send;

    /// Returns what is to be sent to somebody who has `since`, or nothing.
    fn transfer(
        &self,
        grant: &Grant,
        since: Option<u32>,
    ) -> impl Future<Output = Result<Released<Transfer>, Refusal>> + Send;

    /// Hears how a transfer ended.
    fn ended(&self, grant: &Grant, ended: Ended) -> impl Future<Output = ()> + Send;
}
