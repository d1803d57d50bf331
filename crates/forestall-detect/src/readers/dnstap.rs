// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! dnstap messages in Frame Streams, from a file or a socket.
//!
//! Read are the messages between a server and who asks it: `CLIENT_*` of a resolver, `AUTH_*` of an authoritative server, whose clients are resolvers, and
//! `STUB_*` of a stub resolver, whose client is its own host. Passed are `RESOLVER_*` and `FORWARDER_*`, which a server sends to others to answer the very
//! questions that are read already, and `TOOL_*` and `UPDATE_*`. A question and its answer come as two messages, and
//! [`pairing`](crate::pairing) makes one of them; an answer has the time of its question where it says so.
//!
//! Format: Frame Streams (farsightsec, `fstrm`, control.h), and `dnstap.proto`, whose few fields are read by hand.

use std::io::{self, Read, Write};

use forestall_model::Instant;

use super::block::Block;
use super::counts::{Counts, Fault, Place};
use super::source::Cut;
use super::{dns, messages};
use crate::record::{Asker, Record};

/// Octets of the longest frame: two messages of 64 KiB, and texts.
pub(super) const LONGEST_FRAME: u32 = 1 << 18;
/// Octets of the longest control frame, as in `fstrm`.
const LONGEST_CONTROL: u32 = 512;

const CONTENT_TYPE: &[u8] = b"protobuf:dnstap.Dnstap";
const ACCEPT: u32 = 1;
const START: u32 = 2;
const STOP: u32 = 3;
const READY: u32 = 4;
const FINISH: u32 = 5;

/// Where frames end.
#[derive(Debug)]
pub(super) struct Frames {
    live: bool,
}

impl Frames {
    /// A live stream ends at its STOP; a file may have another behind it.
    pub(super) const fn new(live: bool) -> Self {
        Self { live }
    }

    pub(super) fn cut(&self, block: &mut Block, at_end: bool, counts: &mut Counts) -> Cut {
        let offset = block.offset;
        let mut frames = block.take_frames();
        let bytes = block.filled();
        let mut at = 0;
        let cut = loop {
            let place = Place::Octet(offset + at as u64);
            let Some(length) = long(&bytes[at..]) else { break Cut::after(at) };
            if length == 0 {
                let Some(length) = long(&bytes[at + 4..]) else { break Cut::after(at) };
                if length > LONGEST_CONTROL {
                    counts.add_broken(place, Fault::Length);
                    break Cut::skipping(at + 8, u64::from(length));
                }
                let Some(control) = bytes.get(at + 8..at + 8 + length as usize) else { break Cut::after(at) };
                at += 8 + length as usize;
                match long(control) {
                    Some(START) if !offers_dnstap(control) => {
                        counts.add_broken(place, Fault::Dnstap);
                        break Cut::stopping(at);
                    }
                    Some(STOP) if self.live => break Cut::stopping(at),
                    _ => {}
                }
                continue;
            }
            if length > LONGEST_FRAME {
                counts.units += 1;
                counts.add_broken(place, Fault::Length);
                break Cut::skipping(at + 4, u64::from(length));
            }
            let start = at + 4;
            let end = start + length as usize;
            if end > bytes.len() {
                break Cut::after(at);
            }
            frames.push((start, length));
            at = end;
        };
        let left = bytes.len() - cut.used();
        let cut = if at_end && left > 0 && !cut.goes_on() {
            counts.units += 1;
            counts.add_broken(Place::Octet(offset + cut.used() as u64), Fault::Cut);
            Cut::after(bytes.len())
        } else {
            cut
        };
        block.set_frames(frames);
        cut
    }
}

/// Reads the frames of a block.
pub(super) fn read<'a>(
    bytes: &'a [u8],
    frames: &[(usize, u32)],
    offset: u64,
    counts: &mut Counts,
    mut visit: impl FnMut(Record<'a>),
) {
    for &(start, length) in frames {
        counts.units += 1;
        match parse(&bytes[start..][..length as usize]) {
            Ok(Some(record)) => {
                counts.records += 1;
                visit(record);
            }
            Ok(None) => counts.passed += 1,
            Err(fault) => counts.add_broken(Place::Octet(offset + start as u64 - 4), fault),
        }
    }
}

/// Answers the handshake of a program that connected, in either way of Frame Streams, and returns what comes then.
///
/// A program that speaks both ways says READY and waits for ACCEPT; one that speaks one way begins with START. Give what this returns to a
/// [`Source`](super::Source), and after its end [`say_finish`] to whoever spoke both ways.
///
/// # Errors
///
/// The stream fails, or its first frame is neither, or offers another content than dnstap.
pub fn greet<S: Read + Write>(mut stream: S) -> io::Result<Greeted<S>> {
    let mut head = [0; 8];
    stream.read_exact(&mut head)?;
    let refuse = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let length = long(&head[4..]).filter(|length| head[..4] == [0; 4] && (4..=LONGEST_CONTROL).contains(length));
    let length = length.ok_or_else(|| refuse("the first frame is no control frame; expected READY or START"))?;
    let mut control = vec![0; length as usize];
    stream.read_exact(&mut control)?;
    if !offers_dnstap(&control) {
        return Err(refuse("the stream offers another content than protobuf:dnstap.Dnstap"));
    }
    match long(&control) {
        Some(READY) => {
            stream.write_all(&control_frame(ACCEPT, true))?;
            stream.flush()?;
            Ok(Greeted { first: io::Cursor::new(Vec::new()), stream, both_ways: true })
        }
        Some(START) => {
            let first = [head.as_slice(), &control].concat();
            Ok(Greeted { first: io::Cursor::new(first), stream, both_ways: false })
        }
        _ => Err(refuse("the first frame is neither READY nor START")),
    }
}

/// Says to a program that spoke both ways and stopped that everything has arrived.
///
/// # Errors
///
/// The stream fails.
pub fn say_finish(stream: &mut impl Write) -> io::Result<()> {
    stream.write_all(&control_frame(FINISH, false))?;
    stream.flush()
}

/// A stream after its handshake.
#[derive(Debug)]
pub struct Greeted<S> {
    first: io::Cursor<Vec<u8>>,
    stream: S,
    both_ways: bool,
}

impl<S> Greeted<S> {
    /// Returns whether the other side waits for FINISH.
    pub const fn is_both_ways(&self) -> bool {
        self.both_ways
    }
}

impl<S: Read> Read for Greeted<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.first.read(buffer)? {
            0 => self.stream.read(buffer),
            count => Ok(count),
        }
    }
}

fn control_frame(kind: u32, with_type: bool) -> Vec<u8> {
    let mut control = kind.to_be_bytes().to_vec();
    if with_type {
        control.extend(1_u32.to_be_bytes());
        control.extend(u32::try_from(CONTENT_TYPE.len()).unwrap_or(0).to_be_bytes());
        control.extend(CONTENT_TYPE);
    }
    let length = u32::try_from(control.len()).unwrap_or(0);
    [0_u32.to_be_bytes().as_slice(), &length.to_be_bytes(), &control].concat()
}

/// Returns whether a control frame names dnstap among its content types, or names none.
fn offers_dnstap(control: &[u8]) -> bool {
    let mut rest = control.get(4..).unwrap_or_default();
    let mut named = false;
    while let (Some(kind), Some(length)) = (long(rest), rest.get(4..).and_then(long)) {
        let Some(value) = rest.get(8..).and_then(|rest| rest.get(..length as usize)) else { return false };
        if kind == 1 {
            named = true;
            if value == CONTENT_TYPE {
                return true;
            }
        }
        rest = &rest[8 + value.len()..];
    }
    !named
}

fn long(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk::<4>().map(|octets| u32::from_be_bytes(*octets))
}

/// Reads a frame.
fn parse(frame: &[u8]) -> Result<Option<Record<'_>>, Fault> {
    let (mut kind, mut message) = (0, None);
    for field in Fields(frame) {
        match field.ok_or(Fault::Dnstap)? {
            (15, Value::Number(number)) => kind = number,
            (14, Value::Octets(octets)) => message = Some(octets),
            _ => {}
        }
    }
    match message {
        Some(message) if kind == 1 => parse_message(message),
        _ => Ok(None),
    }
}

/// Reads the field `message`.
fn parse_message(message: &[u8]) -> Result<Option<Record<'_>>, Fault> {
    let (mut kind, mut address, mut port) = (0, [].as_slice(), 0);
    let (mut asked, mut answered) = (Time::default(), Time::default());
    let (mut question, mut answer) = (None, None);
    for field in Fields(message) {
        match field.ok_or(Fault::Dnstap)? {
            (1, Value::Number(number)) => kind = number,
            (4, Value::Octets(octets)) => address = octets,
            (6, Value::Number(number)) => port = u16::try_from(number).unwrap_or(0),
            (8, Value::Number(number)) => asked.seconds = Some(number),
            (9, Value::Number(number)) => asked.nanoseconds = number,
            (10, Value::Octets(octets)) => question = Some(octets),
            (12, Value::Number(number)) => answered.seconds = Some(number),
            (13, Value::Number(number)) => answered.nanoseconds = number,
            (14, Value::Octets(octets)) => answer = Some(octets),
            _ => {}
        }
    }
    let octets = match kind {
        // AUTH_QUERY, CLIENT_QUERY, STUB_QUERY; odd numbers are questions.
        1 | 5 | 9 => question,
        2 | 6 | 10 => answer,
        _ => return Ok(None),
    };
    let Some(octets) = octets else { return Ok(None) };
    let at = asked.instant().or_else(|| answered.instant()).ok_or(Fault::Time)?;
    let asker = match address.len() {
        4 => address.try_into().map(Asker::V4),
        16 => address.try_into().map(Asker::V6),
        _ => return Err(Fault::Client),
    };
    let asker = asker.map_err(|_| Fault::Client)?;
    let Some(question) = dns::question(octets).map_err(|dns::Malformed| Fault::Message)? else { return Ok(None) };
    Ok(Some(messages::record(at, asker, port, &question)))
}

#[derive(Clone, Copy, Debug, Default)]
struct Time {
    seconds: Option<u64>,
    nanoseconds: u64,
}

impl Time {
    fn instant(self) -> Option<Instant> {
        let micros = self.seconds?.checked_mul(1_000_000)?.checked_add(self.nanoseconds / 1_000)?;
        i64::try_from(micros).ok().map(Instant::from_micros)
    }
}

/// The fields of a protobuf message; an error once, as none, where it is malformed.
struct Fields<'a>(&'a [u8]);

#[derive(Clone, Copy, Debug)]
enum Value<'a> {
    Number(u64),
    Octets(&'a [u8]),
}

impl<'a> Iterator for Fields<'a> {
    type Item = Option<(u64, Value<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field)
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Option<(u64, Value<'a>)> {
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Number(self.varint()?),
            1 => Value::Number(u64::from_le_bytes(*self.octets(8)?.first_chunk()?)),
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Value::Octets(self.octets(length)?)
            }
            5 => Value::Number(u64::from(u32::from_le_bytes(*self.octets(4)?.first_chunk()?))),
            _ => return None,
        };
        Some((key >> 3, value))
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (octet, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(octet & 0x7f) << shift;
            if octet & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn octets(&mut self, count: usize) -> Option<&'a [u8]> {
        let (octets, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(octets)
    }
}
