// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! IP fragments until their packet is whole.
//!
//! Only packets whose question does not stand in the first fragment are held. Limits: [`MOST`] packets of [`MOST_PIECES`] pieces, [`MOST_OCTETS`] octets in all,
//! [`SPAN`] of the capture's time; beyond one of them the oldest goes, counted as broken. Pieces that overlap without being equal
//! break the packet (RFC 5722 for IPv6; attacks live from them).

use std::collections::{HashMap, VecDeque};

use super::counts::{Counts, Fault, Place};
use super::messages::{Address, Seen};

/// Packets that are held.
const MOST: usize = 1_024;
/// Pieces of a packet: 64 KiB in pieces of 1,280 octets are 52.
const MOST_PIECES: usize = 64;
/// Octets that are held of all packets.
const MOST_OCTETS: usize = 4 << 20;
/// Microseconds for which a packet is held (RFC 8200, section 4.5: 60 seconds; RFC 791: 15).
const SPAN: i64 = 60_000_000;
/// Octets of the largest packet.
const LARGEST: usize = 65_535;

/// What the fragments of a packet have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Datagram {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) id: u32,
    pub(super) protocol: u8,
}

/// The packets that are held.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    held: HashMap<Datagram, Held>,
    /// Oldest first.
    order: VecDeque<Datagram>,
    octets: usize,
}

#[derive(Debug)]
struct Held {
    seen: Seen,
    /// Whether nothing more is to be read of it: it was read from its first fragment, or is broken.
    settled: bool,
    pieces: Vec<(usize, Box<[u8]>)>,
    /// Octets of the whole, once its last piece is there.
    end: Option<usize>,
}

impl Fragments {
    /// Drops the pieces of a packet and all that follow; false where it was settled already.
    pub(super) fn settle(&mut self, key: Datagram, seen: Seen, counts: &mut Counts) -> bool {
        let held = self.entry(key, seen, counts);
        let fresh = !held.settled;
        held.settled = true;
        let octets: usize = held.pieces.drain(..).map(|(_, piece)| piece.len()).sum();
        self.octets -= octets;
        fresh
    }

    /// Takes a piece; returns the packet where that made it whole.
    pub(super) fn take(
        &mut self,
        key: Datagram,
        seen: Seen,
        offset: usize,
        more: bool,
        piece: &[u8],
        counts: &mut Counts,
    ) -> Option<Vec<u8>> {
        let held = self.entry(key, seen, counts);
        if held.settled || piece.is_empty() {
            return None;
        }
        let end = offset + piece.len();
        let equal = held.pieces.iter().any(|(at, known)| *at == offset && **known == *piece);
        if equal {
            return None;
        }
        let overlaps = held.pieces.iter().any(|(at, known)| *at < end && offset < at + known.len());
        let beyond = end > LARGEST || held.end.is_some_and(|last| end > last || !more);
        if overlaps || beyond || held.pieces.len() == MOST_PIECES || (more && !piece.len().is_multiple_of(8)) {
            counts.add_broken(Place::Octet(seen.octet), Fault::Fragment);
            self.settle(key, seen, counts);
            return None;
        }
        held.pieces.push((offset, piece.into()));
        if !more {
            held.end = Some(end);
        }
        let have: usize = held.pieces.iter().map(|(_, piece)| piece.len()).sum();
        let whole = held.end.is_some_and(|end| end == have).then(|| {
            held.pieces.sort_unstable_by_key(|(at, _)| *at);
            held.pieces.iter().flat_map(|(_, piece)| piece.iter().copied()).collect()
        });
        self.octets += piece.len();
        if whole.is_some() {
            self.settle(key, seen, counts);
        }
        while self.octets > MOST_OCTETS {
            self.drop_oldest(counts);
        }
        whole
    }

    /// Counts what never became whole.
    pub(super) fn finish(&mut self, counts: &mut Counts) {
        while !self.order.is_empty() {
            self.drop_oldest(counts);
        }
    }

    fn entry(&mut self, key: Datagram, seen: Seen, counts: &mut Counts) -> &mut Held {
        let is_old = |held: &Held| seen.at.micros().saturating_sub(held.seen.at.micros()) > SPAN;
        while self.order.front().and_then(|oldest| self.held.get(oldest)).is_some_and(is_old) {
            self.drop_oldest(counts);
        }
        if !self.held.contains_key(&key) {
            while self.order.len() >= MOST {
                self.drop_oldest(counts);
            }
            self.order.push_back(key);
        }
        self.held.entry(key).or_insert_with(|| Held { seen, settled: false, pieces: Vec::new(), end: None })
    }

    fn drop_oldest(&mut self, counts: &mut Counts) {
        let Some(held) = self.order.pop_front().and_then(|key| self.held.remove(&key)) else { return };
        self.octets -= held.pieces.iter().map(|(_, piece)| piece.len()).sum::<usize>();
        if !held.settled {
            counts.add_broken(Place::Octet(held.seen.octet), Fault::Fragment);
        }
    }
}
