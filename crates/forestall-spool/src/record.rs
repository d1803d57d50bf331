// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The frame of a record, and the head of a segment.
//!
//! STORED FORMAT, version 1. A segment is a head of 96 octets and records one after another. A record has eight octets before its body: F5 (hexadecimal), its
//! kind, the octets of the body in two, and CRC-32 (that of IEEE 802.3, as in zlib) over these four octets and the body.

use forestall_model::Instant;

use crate::cursor::Cursor;
use crate::sensor::Sensor;

/// How a segment begins.
pub(crate) const MAGIC: &[u8; 16] = b"forestall spool\n";
/// The version of the format.
pub(crate) const VERSION: u32 = 1;
/// Octets of the head of a segment.
pub(crate) const HEAD: usize = 96;
/// Octets before the body of a record.
pub(crate) const FRAME: usize = 8;
/// Most octets of a body: an event of the longest fields has half as many.
pub(crate) const MOST_IN_BODY: usize = 8_192;
/// The first octet of a record.
const MARK: u8 = 0xF5;

/// The kinds of records.
pub(crate) const DNS: u8 = 1;
pub(crate) const CONTACT: u8 = 2;
pub(crate) const CAMPAIGN: u8 = 3;
pub(crate) const SHED: u8 = 4;
pub(crate) const SUMMARY: u8 = 255;

/// Appends a record whose body `put` appends. A body that is too long is a mistake of the program and leaves nothing.
pub(crate) fn put_record(out: &mut Vec<u8>, kind: u8, put: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[MARK, kind, 0, 0, 0, 0, 0, 0]);
    put(out);
    let length = out.len() - start - FRAME;
    match u16::try_from(length) {
        Ok(octets) if length <= MOST_IN_BODY => {
            out[start + 2..start + 4].copy_from_slice(&octets.to_le_bytes());
            let sum = checksum(&out[start..start + 4], &out[start + FRAME..]);
            out[start + 4..start + FRAME].copy_from_slice(&sum.to_le_bytes());
        }
        _ => out.truncate(start),
    }
}

fn checksum(head: &[u8], body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(head);
    hasher.update(body);
    hasher.finalize()
}

/// A record as it stands in a buffer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Raw<'a> {
    pub(crate) kind: u8,
    pub(crate) frame: [u8; FRAME],
    pub(crate) body: &'a [u8],
}

/// What stands at the beginning of octets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found<'a> {
    /// A whole record.
    Whole(Raw<'a>),
    /// The beginning of one, so far as can be seen.
    Part,
    /// Something else.
    Damage,
}

/// Looks for a record at the beginning of `octets`.
pub(crate) fn at_start(octets: &[u8]) -> Found<'_> {
    let Some((frame, rest)) = octets.split_first_chunk::<FRAME>() else {
        return if octets.first().is_none_or(|first| *first == MARK) { Found::Part } else { Found::Damage };
    };
    let [mark, kind, low, high, sum @ ..] = *frame;
    let length = usize::from(u16::from_le_bytes([low, high]));
    if mark != MARK || length > MOST_IN_BODY {
        return Found::Damage;
    }
    let Some(body) = rest.get(..length) else { return Found::Part };
    if checksum(&frame[..4], body) != u32::from_le_bytes(sum) {
        return Found::Damage;
    }
    Found::Whole(Raw { kind, frame: *frame, body })
}

/// What the head of a segment says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) sensor: Sensor,
    pub(crate) sequence: u64,
    pub(crate) opened: Instant,
}

/// Why octets are no head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoHead {
    Other,
    Version(u32),
    Altered,
}

impl Head {
    pub(crate) fn to_octets(&self) -> [u8; HEAD] {
        let mut head = [0; HEAD];
        head[..16].copy_from_slice(MAGIC);
        head[16..20].copy_from_slice(&VERSION.to_le_bytes());
        head[24..32].copy_from_slice(&self.sequence.to_le_bytes());
        head[32..40].copy_from_slice(&self.opened.micros().to_le_bytes());
        let sensor = self.sensor.as_str().as_bytes();
        head[40] = u8::try_from(sensor.len()).unwrap_or(0);
        head[41..41 + sensor.len()].copy_from_slice(sensor);
        let sum = checksum(&head[..HEAD - 4], &[]);
        head[HEAD - 4..].copy_from_slice(&sum.to_le_bytes());
        head
    }

    pub(crate) fn of_octets(octets: &[u8; HEAD]) -> Result<Self, NoHead> {
        if octets[..16] != *MAGIC {
            return Err(NoHead::Other);
        }
        let mut from = Cursor(&octets[16..]);
        let version = from.u32().ok_or(NoHead::Altered)?;
        if version != VERSION {
            return Err(NoHead::Version(version));
        }
        let sum = checksum(&octets[..HEAD - 4], &[]);
        if sum.to_le_bytes() != octets[HEAD - 4..] {
            return Err(NoHead::Altered);
        }
        let mut read = || {
            from.u32()?;
            let (sequence, opened) = (from.u64()?, Instant::from_micros(from.i64()?));
            let sensor = std::str::from_utf8(from.short()?).ok()?.parse().ok()?;
            Some(Self { sensor, sequence, opened })
        };
        read().ok_or(NoHead::Altered)
    }
}
