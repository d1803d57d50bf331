// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zone files as they come: text, or text compressed by gzip with any number of members.
//!
//! What comes out is streamed. A file that ends inside a member, whose check sum is wrong, or that has other octets behind a member is an error of the reader, which
//! the reader of the zone tells with its line.

use std::io::{self, BufReader, Chain, Cursor, Read};

use flate2::bufread::MultiGzDecoder;

/// Octets that are read at a time from a compressed file.
const BUFFER: usize = 1 << 16;

/// A file whose first octets were read already.
type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

/// A zone file without its compression.
pub(super) enum Packed<R: Read> {
    Plain(Whole<R>),
    Gzip(Box<MultiGzDecoder<BufReader<Whole<R>>>>),
}

impl<R: Read> Packed<R> {
    /// Looks at the first octets of a file.
    pub(super) fn open(mut input: R) -> io::Result<Self> {
        let mut first = Vec::with_capacity(3);
        (&mut input).take(3).read_to_end(&mut first)?;
        let gzip = first == [0x1F, 0x8B, 8];
        let whole = Cursor::new(first).chain(input);
        Ok(if gzip {
            Self::Gzip(Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER, whole))))
        } else {
            Self::Plain(whole)
        })
    }
}

impl<R: Read> Read for Packed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(input) => input.read(buffer),
            Self::Gzip(input) => input.read(buffer),
        }
    }
}
