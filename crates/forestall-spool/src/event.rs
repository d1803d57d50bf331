// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a segment can hold: two kinds of event, and what a reader needs beside them.

use std::net::{IpAddr, SocketAddr};

use forestall_model::Instant;

use crate::contact::ContactHit;
use crate::cursor::{Cursor, put_short};
use crate::dns::DnsHit;

/// Which of the two kinds of evidence an event is. They are never one count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A resolver asked.
    Dns,
    /// A machine connected.
    Contact,
}

/// An address and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// The address.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
}

impl From<SocketAddr> for Endpoint {
    /// An address of version 4 that is written as one of version 6 is the address of version 4.
    fn from(address: SocketAddr) -> Self {
        Self { address: address.ip().to_canonical(), port: address.port() }
    }
}

/// A record of a segment, as a reader gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A resolver asked for a listed name.
    Dns(DnsHit<'a>),
    /// A machine connected.
    Contact(ContactHit<'a>),
    /// A number that later records of this segment use for a campaign.
    Campaign(CampaignEntry<'a>),
    /// Events that were left out.
    Shed(Shed),
}

/// Which campaign a number stands for, in this segment alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CampaignEntry<'a> {
    /// The number.
    pub number: u16,
    /// The slug of the family.
    pub family: &'a [u8],
    /// The id of the campaign.
    pub id: &'a [u8],
}

impl<'a> CampaignEntry<'a> {
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.number.to_le_bytes());
        put_short(out, self.family);
        put_short(out, self.id);
    }

    pub(crate) fn read(mut from: Cursor<'a>) -> Option<Self> {
        let entry = Self { number: from.u16()?, family: from.short()?, id: from.short()? };
        from.0.is_empty().then_some(entry)
    }
}

/// Events of one kind that were left out in a span of time, because the disk did not take them as fast as they came.
///
/// While events were left out, those kept are every second, fourth, ... of those offered: `offered / (offered - shed)` scales them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shed {
    /// The kind of the events.
    pub kind: EventKind,
    /// When the span began, by the clock of the sensor.
    pub from: Instant,
    /// When it ended.
    pub until: Instant,
    /// How many events there were in it, those left out among them.
    pub offered: u64,
    /// How many of them were left out.
    pub shed: u64,
}

impl Shed {
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        out.push(match self.kind {
            EventKind::Dns => 1,
            EventKind::Contact => 2,
        });
        out.extend_from_slice(&self.from.micros().to_le_bytes());
        out.extend_from_slice(&self.until.micros().to_le_bytes());
        out.extend_from_slice(&self.offered.to_le_bytes());
        out.extend_from_slice(&self.shed.to_le_bytes());
    }

    pub(crate) fn read(mut from: Cursor<'_>) -> Option<Self> {
        let kind = match from.u8()? {
            1 => EventKind::Dns,
            2 => EventKind::Contact,
            _ => return None,
        };
        let shed = Self {
            kind,
            from: Instant::from_micros(from.i64()?),
            until: Instant::from_micros(from.i64()?),
            offered: from.u64()?,
            shed: from.u64()?,
        };
        (from.0.is_empty() && shed.shed <= shed.offered).then_some(shed)
    }
}
