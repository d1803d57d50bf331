// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The form in octets that sensors send and the lake keeps: a header, the content, a checksum.
//!
//! STORED FORMAT, version 1:
//!
//! | octets | what |
//! |---|---|
//! | 16 | `forestall census` |
//! | 1 | version: 1 |
//! | 1 | kind of the content |
//! | 4 | length of the content in octets, least significant first |
//! | ... | content |
//! | 32 | SHA-256 of all before it |
//!
//! The same content has one form only, so that equal sets have equal octets. Whatever is longer, shorter, altered, of another version or in
//! another than this one form is refused. The checksum finds damage. It is no signature: whoever can write a set can write any.

use forestall_model::Digest;

const MAGIC: &[u8; 16] = b"forestall census";
const VERSION: u8 = 1;
const HEADER: usize = 22;
const CHECKSUM: usize = 32;

/// The most octets of a content: 2^28, for 24 hours of some ten million addresses each.
pub const MOST_OCTETS: usize = 1 << 28;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A [`Sketch`](crate::Sketch).
    Sketch = 1,
    /// A set of [`Addresses`](crate::Addresses).
    Addresses = 2,
    /// [`HourlyAddresses`](crate::HourlyAddresses).
    Hours = 3,
}

/// Why octets were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// They do not begin as they must.
    #[error("these octets are no set of a census: they do not begin with \"forestall census\"")]
    NotACensus,
    /// A newer version.
    #[error("version {0} of the format; this program reads version 1")]
    Version(u8),
    /// Another kind.
    #[error("content of kind {found}; expected {expected}")]
    Kind {
        /// What it is.
        found: u8,
        /// What was asked for.
        expected: u8,
    },
    /// More than may be.
    #[error("a content of {0} octets; at most {MOST_OCTETS} are read")]
    TooLong(u64),
    /// Cut, or more than there should be.
    #[error("{found} octets; the header says {expected}")]
    Length {
        /// How many there are.
        found: u64,
        /// How many there must be.
        expected: u64,
    },
    /// Altered.
    #[error("the checksum does not fit: the octets were altered")]
    Checksum,
    /// Something in the content that no writer of ours writes.
    #[error("octet {at} of the content: {what}")]
    Content {
        /// Where.
        at: u64,
        /// What is wrong.
        what: &'static str,
    },
}

/// Puts a content into its frame.
pub(crate) fn framed(kind: Kind, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    let mut octets = Vec::with_capacity(HEADER + content.len() + CHECKSUM);
    octets.extend_from_slice(MAGIC);
    octets.extend_from_slice(&[VERSION, kind as u8]);
    octets.extend_from_slice(&length.to_le_bytes());
    octets.extend_from_slice(content);
    let digest = Digest::of(&octets);
    octets.extend_from_slice(&digest.0);
    octets
}

/// Takes the content out of its frame.
///
/// # Errors
///
/// [`FormatError`] where it is not whole, not of this kind or version, or was altered.
pub(crate) fn content(kind: Kind, octets: &[u8]) -> Result<&[u8], FormatError> {
    let found = octets.len() as u64;
    let least = (HEADER + CHECKSUM) as u64;
    if octets.get(..MAGIC.len()) != Some(MAGIC) {
        return Err(FormatError::NotACensus);
    }
    let short = FormatError::Length { found, expected: least };
    let (Some(header), true) = (octets.first_chunk::<HEADER>(), found >= least) else { return Err(short) };
    if header[16] != VERSION {
        return Err(FormatError::Version(header[16]));
    }
    if header[17] != kind as u8 {
        return Err(FormatError::Kind { found: header[17], expected: kind as u8 });
    }
    let length = u64::from(u32::from_le_bytes([header[18], header[19], header[20], header[21]]));
    if length > MOST_OCTETS as u64 {
        return Err(FormatError::TooLong(length));
    }
    if found != least + length {
        return Err(FormatError::Length { found, expected: least + length });
    }
    let (body, checksum) = octets.split_at(octets.len() - CHECKSUM);
    if Digest::of(body).0 != checksum {
        return Err(FormatError::Checksum);
    }
    Ok(&body[HEADER..])
}

/// Reads a content piece by piece and knows where it is.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    content: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(content: &'a [u8]) -> Self {
        Self { content, at: 0 }
    }

    /// The octets that are left.
    pub(crate) fn left(&self) -> usize {
        self.content.len() - self.at
    }

    pub(crate) fn fault(&self, what: &'static str) -> FormatError {
        FormatError::Content { at: self.at as u64, what }
    }

    pub(crate) fn octet(&mut self) -> Result<u8, FormatError> {
        let octet = *self.content.get(self.at).ok_or_else(|| self.fault("the content ends too early"))?;
        self.at += 1;
        Ok(octet)
    }

    pub(crate) fn octets(&mut self, count: usize) -> Result<&'a [u8], FormatError> {
        let end = self.at.checked_add(count).filter(|end| *end <= self.content.len());
        let end = end.ok_or_else(|| self.fault("the content ends too early"))?;
        let found = &self.content[self.at..end];
        self.at = end;
        Ok(found)
    }

    /// Reads a number of 7 bits an octet, least significant first, of which no shorter form exists.
    pub(crate) fn number(&mut self) -> Result<u64, FormatError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let octet = self.octet()?;
            let bits = u64::from(octet & 0x7F);
            if bits << shift >> shift != bits {
                return Err(self.fault("a number above 2^64"));
            }
            number |= bits << shift;
            if octet & 0x80 == 0 {
                if octet == 0 && shift > 0 {
                    return Err(self.fault("a number that is longer than it must be"));
                }
                return Ok(number);
            }
        }
        Err(self.fault("a number above 2^64"))
    }

    /// Says that all was read.
    pub(crate) fn end(&self) -> Result<(), FormatError> {
        if self.left() == 0 { Ok(()) } else { Err(self.fault("something follows the content")) }
    }
}

/// Writes a number of 7 bits an octet, least significant first.
pub(crate) fn write_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

#[cfg(test)]
mod tests {
    use super::{Reader, write_number};

    #[test]
    fn numbers_have_one_form() {
        for number in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut octets = Vec::new();
            write_number(&mut octets, number);
            let mut reader = Reader::new(&octets);
            assert_eq!(reader.number(), Ok(number));
            assert_eq!(reader.end(), Ok(()));
        }
        for wrong in
            [&[0x80, 0x00][..], &[0xFF], &[], &[0xFF; 9], &[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02]]
        {
            assert!(Reader::new(wrong).number().is_err(), "{wrong:?}");
        }
    }
}
