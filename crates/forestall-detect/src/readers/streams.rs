// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! TCP segments until they hold whole DNS messages (RFC 1035, section 4.2.2: two octets of length before each).
//!
//! Each direction of a connection is a stream of its own. Segments may come twice, overlap, and come in any order: those ahead of a hole are held until it
//! fills. A hole that does not fill, and a stream whose start was not captured, are read again from the next segment that begins like a message, with or
//! without the two octets of length, since some programs send those in a segment of their own. What cannot be read is counted
//! as broken. Limits: [`MOST`] streams, [`MOST_AHEAD`] segments, [`WINDOW`] octets and [`PATIENCE`] ahead of a hole, [`MOST_OCTETS`] octets in all; beyond one of them the oldest goes.

use std::collections::{HashMap, VecDeque};

use super::counts::{Counts, Fault, Place};
use super::dns;
use super::messages::{Ends, Seen};

/// Streams that are known.
const MOST: usize = 1 << 16;
/// Segments that are held ahead of a hole.
const MOST_AHEAD: usize = 64;
/// How far ahead of a hole a segment may be, in octets: the window of most hosts.
const WINDOW: u32 = 1 << 18;
/// For how many microseconds of the capture's time a hole may stay: the sender repeats what was lost within one second or two.
const PATIENCE: i64 = 3_000_000;
/// Octets that are held of all streams.
const MOST_OCTETS: usize = 16 << 20;

/// What one packet adds to a stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    pub(super) sequence: u32,
    /// SYN.
    pub(super) begins: bool,
    /// FIN or RST.
    pub(super) ends: bool,
    pub(super) data: &'a [u8],
}

/// What is known of all streams.
#[derive(Debug, Default)]
pub(super) struct Streams {
    streams: HashMap<Ends, Stream>,
    /// Oldest first, with the number that a stream has when it is still the same.
    order: VecDeque<(Ends, u64)>,
    started: u64,
    octets: usize,
}

#[derive(Debug)]
struct Stream {
    number: u64,
    seen: Seen,
    /// The sequence number that comes next.
    next: u32,
    /// Whether a message begins at `next`, or where `pending` says.
    in_step: bool,
    /// The start of a message that is not whole.
    pending: Vec<u8>,
    /// Segments ahead of a hole, the oldest first.
    ahead: Vec<Ahead>,
}

#[derive(Debug)]
struct Ahead {
    sequence: u32,
    seen: Seen,
    data: Box<[u8]>,
}

/// Takes a message that is whole.
pub(super) type Emit<'e> = dyn FnMut(Seen, &Ends, &[u8]) + 'e;

impl Streams {
    /// Takes a segment; true where it told of a message.
    pub(super) fn take(
        &mut self,
        seen: Seen,
        ends: &Ends,
        segment: &Segment<'_>,
        emit: &mut Emit<'_>,
        counts: &mut Counts,
    ) -> bool {
        if segment.data.is_empty() && !segment.begins && !segment.ends {
            return false;
        }
        let mut told = false;
        let mut emit = |seen: Seen, ends: &Ends, message: &[u8]| {
            told = true;
            emit(seen, ends, message);
        };
        if segment.begins {
            self.close(ends, &mut emit, counts);
            self.open(seen, ends, segment.sequence.wrapping_add(1), true, &mut emit, counts);
        }
        if !segment.data.is_empty() {
            let sequence = segment.sequence.wrapping_add(u32::from(segment.begins));
            if !self.streams.contains_key(ends) {
                self.open(seen, ends, sequence, false, &mut emit, counts);
            }
            if let Some(stream) = self.streams.get_mut(ends) {
                let before = stream.octets();
                stream.seen = seen;
                stream.take(sequence, segment.data, ends, &mut emit, counts);
                self.octets = self.octets + stream.octets() - before;
            }
        }
        if segment.ends && self.streams.get(ends).is_some_and(|stream| stream.ahead.is_empty()) {
            self.close(ends, &mut emit, counts);
        }
        while self.octets > MOST_OCTETS {
            self.close_oldest(&mut emit, counts);
        }
        told
    }

    /// Reads what is held as far as possible.
    pub(super) fn finish(&mut self, emit: &mut Emit<'_>, counts: &mut Counts) {
        while !self.order.is_empty() {
            self.close_oldest(emit, counts);
        }
    }

    fn open(&mut self, seen: Seen, ends: &Ends, next: u32, in_step: bool, emit: &mut Emit<'_>, counts: &mut Counts) {
        while self.order.len() >= MOST {
            self.close_oldest(emit, counts);
        }
        self.started += 1;
        let number = self.started;
        self.order.push_back((*ends, number));
        let stream = Stream { number, seen, next, in_step, pending: Vec::new(), ahead: Vec::new() };
        self.streams.insert(*ends, stream);
    }

    fn close(&mut self, ends: &Ends, emit: &mut Emit<'_>, counts: &mut Counts) {
        let Some(mut stream) = self.streams.remove(ends) else { return };
        self.octets -= stream.octets();
        while !stream.ahead.is_empty() {
            stream.give_up_hole(ends, emit, counts);
        }
        if !stream.pending.is_empty() {
            counts.add_broken(Place::Octet(stream.seen.octet), Fault::Stream);
        }
    }

    fn close_oldest(&mut self, emit: &mut Emit<'_>, counts: &mut Counts) {
        let Some((ends, number)) = self.order.pop_front() else { return };
        if self.streams.get(&ends).is_some_and(|stream| stream.number == number) {
            self.close(&ends, emit, counts);
        }
    }
}

impl Stream {
    fn octets(&self) -> usize {
        self.pending.len() + self.ahead.iter().map(|ahead| ahead.data.len()).sum::<usize>()
    }

    fn take(&mut self, sequence: u32, data: &[u8], ends: &Ends, emit: &mut Emit<'_>, counts: &mut Counts) {
        let ahead = sequence.wrapping_sub(self.next);
        if ahead.cast_signed() > 0 {
            self.ahead.push(Ahead { sequence, seen: self.seen, data: data.into() });
            let waited = self.ahead.first().map_or(0, |oldest| self.seen.at.micros() - oldest.seen.at.micros());
            if self.ahead.len() > MOST_AHEAD || ahead > WINDOW || waited > PATIENCE {
                self.give_up_hole(ends, emit, counts);
            }
            return;
        }
        self.take_new(sequence, data, ends, emit, counts);
        self.close_up(ends, emit, counts);
    }

    /// Appends segments that no hole is before any more.
    fn close_up(&mut self, ends: &Ends, emit: &mut Emit<'_>, counts: &mut Counts) {
        let seen = self.seen;
        let follows = |stream: &Self, ahead: &Ahead| ahead.sequence.wrapping_sub(stream.next).cast_signed() <= 0;
        while let Some(index) = self.ahead.iter().position(|ahead| follows(self, ahead)) {
            let ahead = self.ahead.remove(index);
            self.seen = ahead.seen;
            self.take_new(ahead.sequence, &ahead.data, ends, emit, counts);
        }
        self.seen = seen;
    }

    /// Appends what is new of a segment that begins at or before what comes next.
    fn take_new(&mut self, sequence: u32, data: &[u8], ends: &Ends, emit: &mut Emit<'_>, counts: &mut Counts) {
        let old = usize::try_from(self.next.wrapping_sub(sequence)).unwrap_or(usize::MAX);
        if let Some(data) = data.get(old..).filter(|data| !data.is_empty()) {
            self.append(data, ends, emit, counts);
        }
    }

    /// Goes on behind the hole.
    fn give_up_hole(&mut self, ends: &Ends, emit: &mut Emit<'_>, counts: &mut Counts) {
        let sequences = self.ahead.iter().map(|ahead| ahead.sequence);
        let Some(nearest) = sequences.min_by_key(|sequence| sequence.wrapping_sub(self.next)) else { return };
        counts.add_broken(Place::Octet(self.seen.octet), Fault::Stream);
        self.pending.clear();
        self.in_step = false;
        self.next = nearest;
        self.close_up(ends, emit, counts);
    }

    /// Takes octets that follow directly.
    fn append(&mut self, data: &[u8], ends: &Ends, emit: &mut Emit<'_>, counts: &mut Counts) {
        // A segment is shorter than an IP packet.
        self.next = self.next.wrapping_add(u32::try_from(data.len()).unwrap_or(0));
        let place = Place::Octet(self.seen.octet);
        if !self.in_step {
            if begins_with_message(data) {
                self.in_step = true;
            } else if matches!(dns::question(data), Ok(Some(_))) {
                emit(self.seen, ends, data);
                return;
            } else {
                counts.add_broken(place, Fault::Stream);
                return;
            }
        }
        if self.pending.is_empty() {
            let read = self.read(data, ends, emit);
            self.pending.extend_from_slice(&data[read..]);
        } else {
            let mut pending = std::mem::take(&mut self.pending);
            pending.extend_from_slice(data);
            let read = self.read(&pending, ends, emit);
            pending.drain(..read);
            self.pending = pending;
        }
        if !self.in_step {
            self.pending.clear();
            counts.add_broken(place, Fault::Stream);
        }
    }

    /// Reads whole messages; returns how many octets they take. Falls out of step where one is none.
    fn read(&mut self, octets: &[u8], ends: &Ends, emit: &mut Emit<'_>) -> usize {
        let mut at = 0;
        while let Some((length, rest)) = octets[at..].split_first_chunk::<2>() {
            let length = usize::from(u16::from_be_bytes(*length));
            match rest.get(..length) {
                _ if length < dns::HEADER => self.in_step = false,
                None => break,
                Some(message) if dns::question(message).is_ok() => {
                    emit(self.seen, ends, message);
                    at += 2 + length;
                    continue;
                }
                Some(_) => self.in_step = false,
            }
            break;
        }
        at
    }
}

/// Returns whether these octets are those of a length and the start of a message with a question.
fn begins_with_message(data: &[u8]) -> bool {
    let Some((length, message)) = data.split_first_chunk::<2>() else { return false };
    let length = usize::from(u16::from_be_bytes(*length));
    if length < dns::SHORTEST {
        return false;
    }
    // Two octets alone: the length that some programs send first.
    message.is_empty() || matches!(dns::question(&message[..message.len().min(length)]), Ok(Some(_)))
}
