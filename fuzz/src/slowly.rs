// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! An input that gives a few octets at a time, as a socket may.

use std::io::Read;

/// Octets that come so many at a time.
pub struct Slowly<'a> {
    octets: &'a [u8],
    step: usize,
}

impl<'a> Slowly<'a> {
    /// Gives `step` octets at a time.
    pub const fn new(octets: &'a [u8], step: usize) -> Self {
        Self { octets, step }
    }
}

impl Read for Slowly<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = buffer.len().min(self.octets.len()).min(self.step);
        buffer[..count].copy_from_slice(&self.octets[..count]);
        self.octets = &self.octets[count..];
        Ok(count)
    }
}
