// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the pages of a Parquet column say of their size, looked at before any is decompressed.
//!
//! A page may promise two gigabytes and be made of a few octets, so each promise is held against [`LARGEST_PAGE`]. Only the head of a page is read here:
//! `PageHeader` in the compact protocol of Thrift (parquet.thrift; thrift-compact-protocol.md).

use std::io;
use std::ops::Range;

/// Octets of the largest page that is accepted, after decompression; writers make pages of one or a few MiB.
pub(super) const LARGEST_PAGE: i64 = 256 << 20;

/// Octets of the largest head of a page: it may hold the least and the greatest value.
const LARGEST_HEAD: usize = 1 << 16;

/// Nested structures of a head, which has two.
const DEEPEST: u32 = 8;

/// Checks each page of the octets of a column chunk. `read` fills a buffer from a place and says how much it got.
pub(super) fn check(chunk: Range<u64>, mut read: impl FnMut(u64, &mut [u8]) -> io::Result<usize>) -> io::Result<()> {
    let mut head = vec![0; LARGEST_HEAD];
    let mut at = chunk.start;
    while at < chunk.end {
        let room = usize::try_from(chunk.end - at).unwrap_or(usize::MAX).min(LARGEST_HEAD);
        let count = read(at, &mut head[..room])?;
        let (sizes, length) = Sizes::of_head(&head[..count])
            .ok_or_else(|| bad(format!("octet {at}: no head of a page of at most {LARGEST_HEAD} octets")))?;
        if !(0..=LARGEST_PAGE).contains(&sizes.plain) {
            let sentence =
                format!("octet {at}: a page says that it has {} octets; at most {LARGEST_PAGE} are read", sizes.plain);
            return Err(bad(sentence));
        }
        let packed = u64::try_from(sizes.packed).map_err(|_| bad(format!("octet {at}: a page of a negative size")))?;
        at = at.saturating_add(length as u64).saturating_add(packed);
    }
    Ok(())
}

fn bad(sentence: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, sentence)
}

/// What a page says of its size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sizes {
    /// After decompression.
    plain: i64,
    /// In the file.
    packed: i64,
}

impl Sizes {
    /// Reads a head; returns how long it is as well.
    fn of_head(octets: &[u8]) -> Option<(Self, usize)> {
        let mut thrift = Thrift(octets);
        let mut sizes = Self::default();
        let mut id = 0;
        while let Some(kind) = thrift.field(&mut id)? {
            match (id, kind) {
                (2, I32) => sizes.plain = thrift.signed()?,
                (3, I32) => sizes.packed = thrift.signed()?,
                _ => thrift.skip(kind, 0)?,
            }
        }
        Some((sizes, octets.len() - thrift.0.len()))
    }
}

const I32: u8 = 5;

/// Octets in the compact protocol.
struct Thrift<'a>(&'a [u8]);

impl Thrift<'_> {
    fn octet(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let octet = self.octet()?;
            number |= u64::from(octet & 0x7F) << shift;
            if octet < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// Reads the head of a field into `id`; returns its kind, none at the end of the structure.
    fn field(&mut self, id: &mut i64) -> Option<Option<u8>> {
        let head = self.octet()?;
        if head == 0 {
            return Some(None);
        }
        *id = match head >> 4 {
            0 => self.signed()?,
            step => id.saturating_add(i64::from(step)),
        };
        Some(Some(head & 0x0F))
    }

    fn skip(&mut self, kind: u8, depth: u32) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let octets = match kind {
            1 | 2 => 0,
            3 => 1,
            4..=6 => return self.number().map(drop),
            7 => 8,
            8 => usize::try_from(self.number()?).ok()?,
            9 | 10 => {
                let head = self.octet()?;
                let count = if head >> 4 == 15 { self.number()? } else { u64::from(head >> 4) };
                for _ in 0..count {
                    // In lists a truth value takes an octet of its own.
                    self.skip(if matches!(head & 0x0F, 1 | 2) { 3 } else { head & 0x0F }, depth + 1)?;
                }
                return Some(());
            }
            12 => {
                let mut id = 0;
                while let Some(kind) = self.field(&mut id)? {
                    self.skip(kind, depth + 1)?;
                }
                return Some(());
            }
            _ => return None,
        };
        self.0 = self.0.get(octets..)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::{LARGEST_PAGE, Sizes, check};

    /// Type 0, sizes 300 and 200, a data page header of 10 values with two encodings.
    const HEAD: [u8; 14] = [0x15, 0, 0x15, 0xD8, 4, 0x15, 0x90, 3, 0x2C, 0x15, 20, 0, 0, 0xFF];

    #[test]
    fn a_head() {
        let expected = Some((Sizes { plain: 300, packed: 200 }, 13));
        assert_eq!(Sizes::of_head(&HEAD), expected);
        for cut in 0..13 {
            assert_eq!(Sizes::of_head(&HEAD[..cut]), None);
        }
    }

    #[test]
    fn a_promise_that_is_too_large() {
        let head = [0x25, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 0x15, 2, 0];
        let read = |at: u64, buffer: &mut [u8]| {
            let from = usize::try_from(at).unwrap();
            let count = buffer.len().min(head.len() - from);
            buffer[..count].copy_from_slice(&head[from..from + count]);
            Ok(count)
        };
        let error = check(0..9, read).unwrap_err().to_string();
        assert!(error.contains("2147483647") && error.contains(&LARGEST_PAGE.to_string()), "{error}");
    }

    #[test]
    fn deep_nests_and_long_lists_end() {
        assert_eq!(Sizes::of_head(&[0x1C; 64]), None);
        assert_eq!(Sizes::of_head(&[0x19, 0xF1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]), None);
    }
}
