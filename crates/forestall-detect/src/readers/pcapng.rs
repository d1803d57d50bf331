// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! pcapng files: blocks with their length before and after them (IETF draft-ietf-opsawg-pcapng).
//!
//! Any number of sections, each in its own order of octets, and interfaces, each with its own link layer and resolution of time. Read are section headers,
//! interface descriptions, and enhanced and obsolete packet blocks; simple packet blocks have no time and are counted as broken; all others are
//! stepped over. Where a block's length cannot be, the reader looks for the next block whose two lengths agree.

use forestall_model::Instant;

use super::block::Block;
use super::counts::{Counts, Fault, Place};
use super::link::Link;
use super::messages::Seen;
use super::packets::Packets;
use super::pcap::LONGEST_PACKET;
use super::source::Cut;

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;

/// Octets of the longest block that is looked into: a packet, its headers and comments.
const LONGEST_BLOCK: usize = 2 * LONGEST_PACKET;
/// Octets of the longest block that is stepped over, such as names or keys.
const LONGEST_OTHER: u32 = 64 << 20;
/// Interfaces of a section.
const MOST_INTERFACES: usize = 1 << 16;

/// Where blocks end.
#[derive(Debug)]
pub(super) struct Pcapng {
    packets: Packets,
    big_endian: bool,
    interfaces: Vec<Interface>,
    lost: bool,
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    link: Link,
    /// Ticks in a second.
    ticks: u64,
    /// Seconds that are added to each time.
    offset: i64,
}

/// A block's header.
#[derive(Clone, Copy, Debug)]
struct Header {
    kind: u32,
    length: u32,
    big_endian: bool,
}

impl Pcapng {
    pub(super) const fn new(packets: Packets) -> Self {
        Self { packets, big_endian: false, interfaces: Vec::new(), lost: false }
    }

    pub(super) fn cut(&mut self, block: &mut Block, at_end: bool, counts: &mut Counts) -> Cut {
        let offset = block.offset;
        let (bytes, messages) = block.octets_and_messages();
        let (mut at, mut skip) = (0, 0);
        loop {
            let place = Place::Octet(offset + at as u64);
            let Some(header) = self.header(&bytes[at..]) else { break };
            let length = header.length as usize;
            let looked_into =
                matches!(header.kind, SECTION | INTERFACE | OBSOLETE_PACKET | SIMPLE_PACKET | ENHANCED_PACKET);
            if !looked_into && length > LONGEST_BLOCK && header.length <= LONGEST_OTHER && !self.lost {
                let have = length.min(bytes.len() - at);
                at += have;
                skip = (length - have) as u64;
                if skip > 0 {
                    break;
                }
                continue;
            }
            let can_be = (12..=LONGEST_BLOCK).contains(&length) && length.is_multiple_of(4);
            let body = if can_be {
                match bytes.get(at..at + length) {
                    None if self.lost && at_end => None,
                    None => break,
                    whole => whole.filter(|whole| number(header.big_endian, whole, length - 4) == Some(header.length)),
                }
            } else {
                None
            };
            let Some(body) = body else {
                if !self.lost {
                    counts.add_broken(place, Fault::Length);
                    self.lost = true;
                }
                at += 4;
                continue;
            };
            self.lost = false;
            self.big_endian = header.big_endian;
            let seen_at = offset + at as u64;
            let body = &body[8..length - 4];
            match header.kind {
                SECTION => self.interfaces.clear(),
                INTERFACE => self.describe(body, place, counts),
                ENHANCED_PACKET | OBSOLETE_PACKET => {
                    let fault = match self.packet(header.kind, body, at + 8) {
                        Ok((interface, time, packet, start)) => {
                            let seen = Seen { at: time, octet: seen_at };
                            self.packets.take(interface.link, seen, packet, start, messages, counts);
                            None
                        }
                        Err(fault) => Some(fault),
                    };
                    if let Some(fault) = fault {
                        counts.units += 1;
                        counts.add_broken(place, fault);
                    }
                }
                SIMPLE_PACKET => {
                    counts.units += 1;
                    counts.add_broken(place, Fault::Time);
                }
                _ => {}
            }
            at += length;
        }
        if at_end {
            if at < bytes.len() && !self.lost {
                counts.add_broken(Place::Octet(offset + at as u64), Fault::Cut);
            }
            at = bytes.len();
            self.packets.finish(messages, counts);
        }
        Cut::skipping(at, skip)
    }

    /// Reads a block's header; none where there are too few octets. A section header sets the order of octets for itself.
    fn header(&self, bytes: &[u8]) -> Option<Header> {
        let mut big_endian = self.big_endian;
        // The same in both orders.
        if number(big_endian, bytes, 0)? == SECTION {
            big_endian = bytes.get(8..12)? == [0x1a, 0x2b, 0x3c, 0x4d];
        }
        Some(Header { kind: number(big_endian, bytes, 0)?, length: number(big_endian, bytes, 4)?, big_endian })
    }

    fn describe(&mut self, body: &[u8], place: Place, counts: &mut Counts) {
        if self.interfaces.len() == MOST_INTERFACES {
            counts.add_broken(place, Fault::Interface);
            return;
        }
        let short = |at: usize| short(self.big_endian, body, at);
        let mut interface = Interface {
            link: short(0).map_or(Link::Other, |kind| Link::of(u32::from(kind))),
            ticks: 1_000_000,
            offset: 0,
        };
        let mut at = 8;
        while let (Some(code), Some(length)) = (short(at), short(at + 2)) {
            let value = body.get(at + 4..at + 4 + usize::from(length));
            match (code, value) {
                // if_tsresol: a power of 10, or with the highest bit of 2.
                (9, Some([power])) => {
                    let base: u64 = if power & 0x80 == 0 { 10 } else { 2 };
                    interface.ticks = base.checked_pow(u32::from(power & 0x7f)).unwrap_or(u64::MAX);
                }
                // if_tsoffset
                (14, Some(value)) => {
                    let octets = value.first_chunk::<8>().copied().unwrap_or_default();
                    interface.offset =
                        if self.big_endian { i64::from_be_bytes(octets) } else { i64::from_le_bytes(octets) };
                }
                (0, _) | (_, None) => break,
                _ => {}
            }
            at += 4 + usize::from(length).next_multiple_of(4);
        }
        self.interfaces.push(interface);
    }

    /// Returns the interface, the time, the packet, and where it stands when its block's body is at `at`.
    fn packet<'b>(&self, kind: u32, body: &'b [u8], at: usize) -> Result<(Interface, Instant, &'b [u8], usize), Fault> {
        let long = |at: usize| number(self.big_endian, body, at).ok_or(Fault::Length);
        let interface = if kind == ENHANCED_PACKET {
            long(0)? as usize
        } else {
            usize::from(short(self.big_endian, body, 0).ok_or(Fault::Length)?)
        };
        let interface = *self.interfaces.get(interface).ok_or(Fault::Interface)?;
        let ticks = u64::from(long(4)?) << 32 | u64::from(long(8)?);
        let captured = long(12)? as usize;
        let packet = body.get(20..).and_then(|rest| rest.get(..captured)).ok_or(Fault::Length)?;
        Ok((interface, interface.time(ticks), packet, at + 20))
    }
}

impl Interface {
    fn time(self, ticks: u64) -> Instant {
        let micros = if self.ticks == 1_000_000 {
            i64::try_from(ticks).unwrap_or(i64::MAX)
        } else {
            i64::try_from(u128::from(ticks) * 1_000_000 / u128::from(self.ticks)).unwrap_or(i64::MAX)
        };
        Instant::from_micros(micros).plus_seconds(self.offset)
    }
}

#[inline]
fn number(big_endian: bool, bytes: &[u8], at: usize) -> Option<u32> {
    let octets = *bytes.get(at..)?.first_chunk::<4>()?;
    Some(if big_endian { u32::from_be_bytes(octets) } else { u32::from_le_bytes(octets) })
}

fn short(big_endian: bool, bytes: &[u8], at: usize) -> Option<u16> {
    let octets = *bytes.get(at..)?.first_chunk::<2>()?;
    Some(if big_endian { u16::from_be_bytes(octets) } else { u16::from_le_bytes(octets) })
}
