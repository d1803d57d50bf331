// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names on their way into an index, sorted roughly by hash: in memory, and in a scratch file where they are too many.
//!
//! There are always 256 parts, by the first octet of the hash. A part that is full goes to the scratch file in one piece.

use std::io::{self, Read, Seek, SeekFrom, Write};

/// Parts, by the first octet of a hash.
pub(crate) const PARTS: usize = 256;

/// A place for what does not fit into memory: a temporary file, or memory for small lists.
pub trait Scratch: Read + Write + Seek + Send {}

impl<T: Read + Write + Seek + Send> Scratch for T {}

/// One name with one thing that it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record<'a> {
    pub(crate) hash: u64,
    /// A reference, or [`COLLISION`].
    pub(crate) value: u32,
    /// The number of the parent.
    pub(crate) parent: u16,
    pub(crate) key: &'a [u8],
}

/// The value of a name that is a collision.
pub(crate) const COLLISION: u32 = u32::MAX;

/// Octets of a record before its key: the length of the key, the hash, the value, the parent.
const HEAD: usize = 2 + 8 + 4 + 2;

/// Records in parts.
#[derive(Debug)]
pub(crate) struct Spill<S> {
    scratch: S,
    /// Octets in the scratch file.
    written: u64,
    /// Octets of a part that are kept in memory.
    room: usize,
    parts: Vec<Part>,
    records: u64,
}

#[derive(Debug, Default)]
struct Part {
    memory: Vec<u8>,
    /// Pieces in the scratch file.
    pieces: Vec<(u64, usize)>,
}

impl<S: Scratch> Spill<S> {
    /// Makes an empty one that keeps about `memory` octets in memory.
    pub(crate) fn new(scratch: S, memory: usize) -> Self {
        let mut parts = Vec::new();
        parts.resize_with(PARTS, Part::default);
        Self { scratch, written: 0, room: memory / PARTS, parts, records: 0 }
    }

    /// Adds a record.
    #[inline]
    pub(crate) fn push(&mut self, hash: u64, value: u32, parent: u16, key: &[u8]) -> io::Result<()> {
        let part = &mut self.parts[usize::from(hash.to_be_bytes()[0])];
        let mut head = [0; HEAD];
        head[..2].copy_from_slice(&u16::try_from(key.len()).unwrap_or(u16::MAX).to_le_bytes());
        head[2..10].copy_from_slice(&hash.to_le_bytes());
        head[10..14].copy_from_slice(&value.to_le_bytes());
        head[14..].copy_from_slice(&parent.to_le_bytes());
        if part.memory.len() + HEAD + key.len() > self.room && !part.memory.is_empty() {
            self.scratch.write_all(&part.memory)?;
            part.pieces.push((self.written, part.memory.len()));
            self.written += part.memory.len() as u64;
            part.memory.clear();
        }
        part.memory.extend_from_slice(&head);
        part.memory.extend_from_slice(key);
        self.records += 1;
        Ok(())
    }

    /// Returns the number of records.
    pub(crate) fn records(&self) -> u64 {
        self.records
    }

    /// Returns the octets that went to the scratch file.
    pub(crate) fn spilled(&self) -> u64 {
        self.written
    }

    /// Takes the records of a part out, in the order in which they came.
    pub(crate) fn take(&mut self, part: usize) -> io::Result<Vec<u8>> {
        let Part { memory, pieces } = std::mem::take(&mut self.parts[part]);
        if pieces.is_empty() {
            return Ok(memory);
        }
        let spilled: usize = pieces.iter().map(|(_, length)| length).sum();
        let mut records = vec![0; spilled];
        let mut rest = records.as_mut_slice();
        for (place, length) in pieces {
            let (piece, after) = rest.split_at_mut(length);
            self.scratch.seek(SeekFrom::Start(place))?;
            self.scratch.read_exact(piece)?;
            rest = after;
        }
        records.extend_from_slice(&memory);
        Ok(records)
    }
}

/// Returns the record at a place, and the place of the next.
#[inline]
pub(crate) fn record(records: &[u8], at: usize) -> Option<(Record<'_>, usize)> {
    let (head, rest) = records.get(at..)?.split_first_chunk::<HEAD>()?;
    let (length, head) = head.split_first_chunk::<2>()?;
    let (hash, head) = head.split_first_chunk::<8>()?;
    let (value, parent) = head.split_first_chunk::<4>()?;
    let length = usize::from(u16::from_le_bytes(*length));
    let record = Record {
        hash: u64::from_le_bytes(*hash),
        value: u32::from_le_bytes(*value),
        parent: u16::from_le_bytes(*parent.first_chunk()?),
        key: rest.get(..length)?,
    };
    Some((record, at + HEAD + length))
}

#[cfg(test)]
mod tests {
    use super::{Spill, record};
    use std::io::Cursor;

    #[test]
    fn gives_back_what_it_took_in_order() {
        for memory in [0, 256 * 40, 1 << 24] {
            let mut spill = Spill::new(Cursor::new(Vec::new()), memory);
            for number in 0..1_000u32 {
                let hash = u64::from(number % 3) << 56 | u64::from(number);
                spill.push(hash, number, 7, &number.to_le_bytes()[..number as usize % 5]).unwrap();
            }
            assert_eq!((spill.records(), spill.spilled() > 0), (1_000, memory < 1 << 24));
            for part in 0..4usize {
                let records = spill.take(part).unwrap();
                let mut at = 0;
                let mut seen = Vec::new();
                while let Some((found, next)) = record(&records, at) {
                    assert_eq!(found.key, &found.value.to_le_bytes()[..found.value as usize % 5]);
                    seen.push(found.value);
                    at = next;
                }
                assert_eq!(at, records.len());
                assert_eq!(seen, (0..1_000).filter(|n| *n as usize % 3 == part).collect::<Vec<_>>());
            }
        }
    }
}
