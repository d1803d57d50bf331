// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! From captured packets to DNS messages: IP, UDP, TCP.
//!
//! A message is read where one of the two ports is among those asked for, 53 unless told otherwise; answers of multicast DNS on 5353 are no
//! questions to the world. Who asks is the sender of a question and the receiver of an answer; so where a resolver's traffic is captured on both
//! sides, it is one of the clients. Lengths of headers win over what was captured, and padding behind them is not read. Tunnels and encrypted
//! DNS are passed.

use super::counts::{Counts, Fault, Place};
use super::dns;
use super::fragments::{Datagram, Fragments};
use super::link::Link;
use super::messages::{Address, Ends, Messages, Seen};
use super::streams::{Segment, Streams};

/// The port of DNS.
pub(super) const DNS_PORT: u16 = 53;

const UDP: u8 = 17;
const TCP: u8 = 6;
/// Extension headers of IPv6 before each other; real ones come in twos at most.
const MOST_EXTENSIONS: usize = 8;

/// What is held back between packets.
#[derive(Debug)]
pub(super) struct Packets {
    ports: Vec<u16>,
    fragments: Fragments,
    streams: Streams,
}

/// What a packet carries behind its IP headers.
struct Carried<'a> {
    from: Address,
    to: Address,
    protocol: u8,
    octets: &'a [u8],
    /// Where `octets` begin in the packet.
    start: usize,
    fragment: Option<Fragment>,
}

#[derive(Clone, Copy)]
struct Fragment {
    id: u32,
    offset: usize,
    more: bool,
}

/// Why a packet gives nothing.
enum Nothing {
    /// It is of no interest.
    Passed,
    /// Its headers do not fit.
    Broken,
}

impl Packets {
    /// Reads messages from and to these ports; without any, the port of DNS.
    pub(super) fn new(ports: &[u16]) -> Self {
        let ports = if ports.is_empty() { vec![DNS_PORT] } else { ports.to_vec() };
        Self { ports, fragments: Fragments::default(), streams: Streams::default() }
    }

    /// Takes a packet that stands at `start` of the block.
    #[inline]
    pub(super) fn take(
        &mut self,
        link: Link,
        seen: Seen,
        packet: &[u8],
        start: usize,
        out: &mut Messages,
        counts: &mut Counts,
    ) {
        counts.units += 1;
        let place = Place::Octet(seen.octet);
        if link == Link::Other {
            counts.add_broken(place, Fault::Link);
            return;
        }
        let Some(network) = link.network(packet) else {
            counts.passed += 1;
            return;
        };
        let result = carried(&packet[network..]).and_then(|carried| match carried.fragment {
            None => {
                let at = start + network + carried.start;
                self.transport(&carried, seen, carried.octets, Some(at), out, counts)
            }
            Some(fragment) => self.fragment(&carried, fragment, seen, start + network + carried.start, out, counts),
        });
        match result {
            Ok(()) => {}
            Err(Nothing::Passed) => counts.passed += 1,
            Err(Nothing::Broken) => counts.add_broken(place, Fault::Packet),
        }
    }

    /// Takes what is held back as far as it can be read, at the end of the input.
    pub(super) fn finish(&mut self, out: &mut Messages, counts: &mut Counts) {
        self.streams.finish(&mut |seen, ends, message| out.add(seen, ends, message, None), counts);
        self.fragments.finish(counts);
    }

    fn wants(&self, ends: &Ends) -> bool {
        self.ports.iter().any(|port| *port == ends.from_port || *port == ends.to_port)
    }

    /// Takes UDP or TCP; `at` is where it stands in the block, if it does.
    #[inline]
    fn transport(
        &mut self,
        carried: &Carried<'_>,
        seen: Seen,
        octets: &[u8],
        at: Option<usize>,
        out: &mut Messages,
        counts: &mut Counts,
    ) -> Result<(), Nothing> {
        let [from0, from1, to0, to1] = *octets.first_chunk::<4>().ok_or(Nothing::Broken)?;
        let (from_port, to_port) = (u16::from_be_bytes([from0, from1]), u16::from_be_bytes([to0, to1]));
        let ends = Ends { from: carried.from, to: carried.to, from_port, to_port };
        if !self.wants(&ends) {
            return Err(Nothing::Passed);
        }
        if carried.protocol == UDP {
            let (header, message) = octets.split_first_chunk::<8>().ok_or(Nothing::Broken)?;
            let stated = usize::from(u16::from_be_bytes([header[4], header[5]]));
            let length = stated.checked_sub(8).ok_or(Nothing::Broken)?.min(message.len());
            out.add(seen, &ends, &message[..length], at.map(|at| at + 8));
            return Ok(());
        }
        let header = octets.first_chunk::<20>().ok_or(Nothing::Broken)?;
        let data = octets.get(usize::from(header[12] >> 4) * 4..).ok_or(Nothing::Broken)?;
        if header[12] >> 4 < 5 {
            return Err(Nothing::Broken);
        }
        let segment = Segment {
            sequence: u32::from_be_bytes([header[4], header[5], header[6], header[7]]),
            begins: header[13] & 0x02 != 0,
            ends: header[13] & 0x05 != 0,
            data,
        };
        let before = counts.broken();
        let told = self.streams.take(
            seen,
            &ends,
            &segment,
            &mut |seen, ends, message| out.add(seen, ends, message, None),
            counts,
        );
        if told || counts.broken() != before { Ok(()) } else { Err(Nothing::Passed) }
    }

    /// Takes a fragment. The question mostly stands in the first one whole, and is then read at once.
    fn fragment(
        &mut self,
        carried: &Carried<'_>,
        fragment: Fragment,
        seen: Seen,
        at: usize,
        out: &mut Messages,
        counts: &mut Counts,
    ) -> Result<(), Nothing> {
        let key = Datagram { from: carried.from, to: carried.to, id: fragment.id, protocol: carried.protocol };
        if fragment.offset == 0 {
            if let Some(ports) = carried.octets.first_chunk::<4>() {
                let (from_port, to_port) =
                    (u16::from_be_bytes([ports[0], ports[1]]), u16::from_be_bytes([ports[2], ports[3]]));
                let ends = Ends { from: carried.from, to: carried.to, from_port, to_port };
                if !self.wants(&ends) {
                    self.fragments.settle(key, seen, counts);
                    return Err(Nothing::Passed);
                }
            }
            let message = carried.octets.get(8..).unwrap_or_default();
            if carried.protocol == UDP && dns::question(message).is_ok() {
                if self.fragments.settle(key, seen, counts) {
                    return self.transport(carried, seen, carried.octets, Some(at), out, counts);
                }
                return Err(Nothing::Passed);
            }
        }
        match self.fragments.take(key, seen, fragment.offset, fragment.more, carried.octets, counts) {
            Some(whole) => self.transport(carried, seen, &whole, None, out, counts),
            None => Err(Nothing::Passed),
        }
    }
}

/// Reads the IP headers of either version.
#[inline]
fn carried(packet: &[u8]) -> Result<Carried<'_>, Nothing> {
    match packet.first().ok_or(Nothing::Broken)? >> 4 {
        4 => carried_by_4(packet),
        6 => carried_by_6(packet),
        _ => Err(Nothing::Broken),
    }
}

/// RFC 791, section 3.1.
#[inline]
fn carried_by_4(packet: &[u8]) -> Result<Carried<'_>, Nothing> {
    let header = packet.first_chunk::<20>().ok_or(Nothing::Broken)?;
    let protocol = header[9];
    if protocol != UDP && protocol != TCP {
        return Err(Nothing::Passed);
    }
    let start = usize::from(header[0] & 0x0f) * 4;
    // 0 where the network card was to cut a large packet after it was captured.
    let stated = match usize::from(u16::from_be_bytes([header[2], header[3]])) {
        0 => packet.len(),
        stated => stated.min(packet.len()),
    };
    if start < 20 || start > stated {
        return Err(Nothing::Broken);
    }
    let part = u16::from_be_bytes([header[6], header[7]]);
    let (offset, more) = (usize::from(part & 0x1fff) * 8, part & 0x2000 != 0);
    let id = u32::from(u16::from_be_bytes([header[4], header[5]]));
    let [.., a, b, c, d, e, f, g, h] = *header;
    Ok(Carried {
        from: Address::V4([a, b, c, d]),
        to: Address::V4([e, f, g, h]),
        protocol,
        octets: &packet[start..stated],
        start,
        fragment: (more || offset != 0).then_some(Fragment { id, offset, more }),
    })
}

/// RFC 8200, sections 3 and 4.
fn carried_by_6(packet: &[u8]) -> Result<Carried<'_>, Nothing> {
    let header = packet.first_chunk::<40>().ok_or(Nothing::Broken)?;
    let stated = match usize::from(u16::from_be_bytes([header[4], header[5]])) {
        0 => packet.len(),
        stated => (40 + stated).min(packet.len()),
    };
    let address = |at: usize| packet[at..].first_chunk::<16>().copied().map(Address::V6).ok_or(Nothing::Broken);
    let (from, to) = (address(8)?, address(24)?);
    let (mut next, mut start, mut fragment) = (header[6], 40, None);
    for _ in 0..MOST_EXTENSIONS {
        let rest = packet.get(start..stated).ok_or(Nothing::Broken)?;
        let octet = |at: usize| rest.get(at).copied().ok_or(Nothing::Broken);
        match next {
            UDP | TCP => return Ok(Carried { from, to, protocol: next, octets: rest, start, fragment }),
            // Hop-by-hop options, routing, destination options, mobility, host identity, shim.
            0 | 43 | 60 | 135 | 139 | 140 => start += (usize::from(octet(1)?) + 1) * 8,
            // Authentication (RFC 4302, section 2.2).
            51 => start += (usize::from(octet(1)?) + 2) * 4,
            44 => {
                let part = u16::from_be_bytes([octet(2)?, octet(3)?]);
                let id = u32::from_be_bytes([octet(4)?, octet(5)?, octet(6)?, octet(7)?]);
                let (offset, more) = (usize::from(part & 0xfff8), part & 1 != 0);
                start += 8;
                if offset != 0 || more {
                    fragment = Some(Fragment { id, offset, more });
                }
                if offset != 0 {
                    let octets = packet.get(start..stated).ok_or(Nothing::Broken)?;
                    let protocol = octet(0)?;
                    return match protocol {
                        UDP | TCP => Ok(Carried { from, to, protocol, octets, start, fragment }),
                        _ => Err(Nothing::Passed),
                    };
                }
            }
            _ => return Err(Nothing::Passed),
        }
        next = octet(0)?;
    }
    Err(Nothing::Passed)
}
