// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A file read whole, within a limit; gzip is unpacked.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use super::error::EnrichError;

/// The most octets that a file may unpack to: some four times the largest table of cities.
pub(super) const MOST_OCTETS: u64 = 1 << 30;
/// The most ranges of a file: some four times those of all the world's routes and places.
pub(super) const MOST_RANGES: usize = 16_000_000;

/// Reads a file.
pub(super) fn whole(path: &Path) -> Result<Vec<u8>, EnrichError> {
    let fail = |source| EnrichError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(fail)?;
    let mut octets = Vec::new();
    file.take(MOST_OCTETS + 1).read_to_end(&mut octets).map_err(fail)?;
    if octets.starts_with(&[0x1F, 0x8B]) {
        let mut unpack = flate2::write::MultiGzDecoder::new(Bounded { octets: Vec::new() });
        let done = unpack.write_all(&octets).and_then(|()| unpack.try_finish());
        let over = unpack.get_ref().octets.len() as u64 > MOST_OCTETS;
        if let (Err(source), false) = (done, over) {
            return Err(fail(source));
        }
        octets = std::mem::take(&mut unpack.get_mut().octets);
    }
    if octets.len() as u64 > MOST_OCTETS {
        return Err(EnrichError::TooLong { path: path.to_owned(), most: MOST_OCTETS });
    }
    Ok(octets)
}

/// Takes no more than may be, and one octet, by which that is seen.
struct Bounded {
    octets: Vec<u8>,
}

impl Write for Bounded {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        if (self.octets.len() + octets.len()) as u64 > MOST_OCTETS {
            let left = usize::try_from(MOST_OCTETS + 1).unwrap_or(usize::MAX).saturating_sub(self.octets.len());
            self.octets.extend_from_slice(&octets[..left.min(octets.len())]);
            return Err(std::io::Error::other("it unpacks to too much"));
        }
        self.octets.extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
