// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Compressed inputs, told by their first octets: gzip with any number of members, Zstandard with any number of frames.
//!
//! What comes out is streamed: memory is the window, whatever the input promises to become. Zstandard allows windows of terabytes; one above
//! [`LARGEST_WINDOW`] is refused.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// Octets of the largest window of Zstandard that is accepted: what `zstd` itself decompresses without being told to.
pub(super) const LARGEST_WINDOW: u64 = 128 << 20;

/// Octets that are read at a time from a compressed input.
const BUFFER: usize = 1 << 16;

/// An input without its compression.
pub(super) enum Packed<R: Read> {
    Plain(Ahead<R>),
    Gzip(Box<MultiGzDecoder<BufReader<Ahead<R>>>>),
    Zstd(Box<Zstd<BufReader<Ahead<R>>>>),
}

impl<R: Read> Packed<R> {
    /// Looks at the first octets of `input`.
    pub(super) fn open(mut input: R) -> io::Result<Self> {
        let mut first = Vec::with_capacity(4);
        (&mut input).take(4).read_to_end(&mut first)?;
        let kind = first.clone();
        let input = Ahead { first: io::Cursor::new(first), rest: input };
        Ok(match kind.as_slice() {
            [0x1f, 0x8b, 8, ..] => Self::Gzip(Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER, input)))),
            // A frame, or one that is to be skipped (RFC 8878, section 3.1).
            [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => {
                Self::Zstd(Box::new(Zstd::new(BufReader::with_capacity(BUFFER, input))))
            }
            _ => Self::Plain(input),
        })
    }
}

impl<R: Read> fmt::Debug for Packed<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "Plain",
            Self::Gzip(_) => "Gzip",
            Self::Zstd(_) => "Zstd",
        })
    }
}

impl<R: Read> Read for Packed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(input) => input.read(buffer),
            Self::Gzip(input) => input.read(buffer),
            Self::Zstd(input) => input.read(buffer),
        }
    }
}

/// An input whose first octets were read already.
pub(super) struct Ahead<R> {
    first: io::Cursor<Vec<u8>>,
    rest: R,
}

impl<R: Read> Read for Ahead<R> {
    #[inline]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.first.read(buffer)? {
            0 => self.rest.read(buffer),
            count => Ok(count),
        }
    }
}

/// Frames of Zstandard, one after the other.
pub(super) struct Zstd<S> {
    source: S,
    decoder: FrameDecoder,
    in_frame: bool,
}

impl<S: BufRead> Zstd<S> {
    fn new(source: S) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(LARGEST_WINDOW);
        Self { source, decoder, in_frame: false }
    }

    /// Starts the next frame; false at the end of the input.
    fn next_frame(&mut self) -> io::Result<bool> {
        loop {
            if self.source.fill_buf()?.is_empty() {
                return Ok(false);
            }
            match self.decoder.reset(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut (&mut self.source).take(u64::from(length)), &mut io::sink())?;
                }
                Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
            }
        }
    }
}

impl<S: BufRead> Read for Zstd<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.in_frame {
                if !self.next_frame()? {
                    return Ok(0);
                }
                self.in_frame = true;
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                self.decoder
                    .decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1))
                    .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            }
            let count = self.decoder.read(buffer)?;
            if count != 0 || buffer.is_empty() {
                return Ok(count);
            }
            let stated = self.decoder.get_checksum_from_data();
            if stated.is_some() && stated != self.decoder.get_calculated_checksum() {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the checksum of a Zstandard frame differs"));
            }
            self.in_frame = false;
        }
    }
}
