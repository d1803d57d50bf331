// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! pcap files: a header of 24 octets, then packets behind headers of 16 (IETF draft-ietf-opsawg-pcap).
//!
//! Where a packet's length cannot be, the reader looks for the next place that two headers in a row fit, near the time before.

use forestall_model::Instant;

use super::block::Block;
use super::counts::{Counts, Fault, Place};
use super::link::Link;
use super::messages::Seen;
use super::packets::Packets;
use super::source::Cut;

/// Octets of the longest packet: the most that tcpdump and Wireshark take.
pub(super) const LONGEST_PACKET: usize = 1 << 18;

const FILE_HEADER: usize = 24;
const HEADER: usize = 16;
/// How far from the time before a packet is looked for after a broken one, in seconds.
const NEAR: u64 = 86_400;

/// Where packets end.
#[derive(Debug)]
pub(super) struct Pcap {
    packets: Packets,
    file: Option<File>,
    /// Seconds of the last packet.
    last: u32,
    lost: bool,
}

#[derive(Clone, Copy, Debug)]
struct File {
    big_endian: bool,
    nanoseconds: bool,
    link: Link,
}

/// The header of a packet.
#[derive(Clone, Copy, Debug)]
struct Header {
    seconds: u32,
    fraction: u32,
    captured: u32,
    original: u32,
}

impl Pcap {
    pub(super) const fn new(packets: Packets) -> Self {
        Self { packets, file: None, last: 0, lost: false }
    }

    pub(super) fn cut(&mut self, block: &mut Block, at_end: bool, counts: &mut Counts) -> Cut {
        let offset = block.offset;
        let (bytes, messages) = block.octets_and_messages();
        let mut at = 0;
        let file = match self.file {
            Some(file) => file,
            None => match File::of(bytes) {
                Some(file) => {
                    at = FILE_HEADER;
                    *self.file.insert(file)
                }
                None if at_end => {
                    counts.add_broken(Place::Octet(offset), Fault::Cut);
                    return Cut::after(bytes.len());
                }
                None => return Cut::after(0),
            },
        };
        loop {
            let seen_at = offset + at as u64;
            if self.lost {
                match self.find(file, bytes, at, at_end) {
                    Ok(found) => (at, self.lost) = (found, false),
                    Err(looked_at) => {
                        at = looked_at;
                        break;
                    }
                }
                continue;
            }
            let Some(header) = file.header(&bytes[at..]) else { break };
            let length = header.captured as usize;
            if length > LONGEST_PACKET {
                counts.units += 1;
                counts.add_broken(Place::Octet(seen_at), Fault::Length);
                self.lost = true;
                at += 1;
                continue;
            }
            let start = at + HEADER;
            let Some(packet) = bytes.get(start..start + length) else { break };
            self.last = header.seconds;
            let seen = Seen { at: file.time(header), octet: seen_at };
            self.packets.take(file.link, seen, packet, start, messages, counts);
            at = start + length;
        }
        if at_end {
            if at < bytes.len() && !self.lost {
                counts.units += 1;
                counts.add_broken(Place::Octet(offset + at as u64), Fault::Cut);
            }
            at = bytes.len();
            self.packets.finish(messages, counts);
        }
        Cut::after(at)
    }

    /// Looks for the next packet from `from`; if there is none, up to where it cannot be.
    fn find(&self, file: File, bytes: &[u8], from: usize, at_end: bool) -> Result<usize, usize> {
        let fits = |header: Header| {
            u64::from(header.seconds.abs_diff(self.last)) <= NEAR
                && header.fraction < if file.nanoseconds { 1_000_000_000 } else { 1_000_000 }
                && header.captured <= header.original
                && header.captured != 0
                && header.original as usize <= LONGEST_PACKET
        };
        for at in from..bytes.len() {
            let Some(header) = file.header(&bytes[at..]) else { return Err(at) };
            if !fits(header) {
                continue;
            }
            let next = at + HEADER + header.captured as usize;
            match bytes.get(next..).and_then(|rest| file.header(rest)) {
                Some(header) if fits(header) => return Ok(at),
                Some(_) => {}
                None if next == bytes.len() && at_end => return Ok(at),
                None if at_end || next <= at + HEADER => {}
                // The second header is in the next block, which begins here.
                None => return Err(at),
            }
        }
        Err(bytes.len())
    }
}

impl File {
    fn of(bytes: &[u8]) -> Option<Self> {
        let header = bytes.first_chunk::<FILE_HEADER>()?;
        let (big_endian, nanoseconds) = match header.first_chunk::<4>()? {
            [0xa1, 0xb2, 0x3c, 0x4d] => (true, true),
            [0x4d, 0x3c, 0xb2, 0xa1] => (false, true),
            [0xa1, 0xb2, ..] => (true, false),
            _ => (false, false),
        };
        let [.., a, b, c, d] = *header;
        let link = Link::of(number(big_endian, [a, b, c, d]));
        Some(Self { big_endian, nanoseconds, link })
    }

    #[inline]
    fn header(self, bytes: &[u8]) -> Option<Header> {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *bytes.first_chunk::<HEADER>()?;
        let number = |octets| number(self.big_endian, octets);
        Some(Header {
            seconds: number([a, b, c, d]),
            fraction: number([e, f, g, h]),
            captured: number([i, j, k, l]),
            original: number([m, n, o, p]),
        })
    }

    #[inline]
    const fn time(self, header: Header) -> Instant {
        let micros = if self.nanoseconds { header.fraction / 1_000 } else { header.fraction };
        Instant::from_micros(header.seconds as i64 * 1_000_000 + micros as i64)
    }
}

#[inline]
fn number(big_endian: bool, octets: [u8; 4]) -> u32 {
    if big_endian { u32::from_be_bytes(octets) } else { u32::from_le_bytes(octets) }
}
