// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! An input that is cut into blocks.

use std::io::{self, Read};

use super::block::{BLOCK, Block};
use super::counts::Counts;
use super::csv::CsvLines;
use super::dnstap::Frames;
use super::format::Format;
use super::guess;
use super::lines::Lines;
use super::packed::Packed;
use super::packets::Packets;
use super::pcap::Pcap;
use super::pcapng::Pcapng;
use super::stamp::LogClock;
use super::zeek::ZeekLines;

/// How an input is read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What it is; none to find out from its first octets.
    pub format: Option<Format>,
    /// What its times do not say.
    pub clock: LogClock,
    /// The ports of DNS in captures; 53 where there are none.
    pub ports: Vec<u16>,
    /// Whether it is still growing, or comes from a socket: blocks then end with what has arrived, instead of waiting until they are full.
    pub live: bool,
}

/// An input that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The reader underneath failed, or the compression is broken from the start.
    #[error("the input cannot be read: {0}")]
    Read(#[from] io::Error),
    /// The first octets are of no known kind.
    #[error(
        "the first lines are of no kind that is known; expected pcap, dnstap, zeek, zeek-json, bind, unbound, plain or csv"
    )]
    Unknown,
    /// A kind that begins at its end: see [`Table`](super::Table).
    #[error("input of the kind {0} cannot be read as a stream")]
    NotAStream(Format),
}

/// An input that is cut into blocks, decompressed where its first octets say that it is compressed.
#[derive(Debug)]
pub struct Source<R: Read> {
    input: Packed<R>,
    format: Format,
    cutter: Cutter,
    clock: LogClock,
    live: bool,
    /// What was read and belongs to the next block.
    carry: Vec<u8>,
    /// Octets before `carry`.
    offset: u64,
    /// Octets that are to be passed before the next block.
    skip: u64,
    blocks: u64,
    counts: Counts,
    ended: bool,
    failed: Option<io::Error>,
}

/// What knows where units end.
#[derive(Debug)]
enum Cutter {
    Lines(Lines),
    Zeek(ZeekLines),
    Csv(CsvLines),
    Pcap(Pcap),
    Pcapng(Pcapng),
    Frames(Frames),
}

/// Where a block ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    /// Octets of the block that are dealt with.
    used: usize,
    /// Octets after those that are to be passed unread.
    skip: u64,
    /// Whether nothing after that can be read.
    stop: bool,
}

impl Cut {
    /// After `used` octets.
    pub(super) const fn after(used: usize) -> Self {
        Self { used, skip: 0, stop: false }
    }

    /// After `used` octets and `skip` that are not looked at.
    pub(super) const fn skipping(used: usize, skip: u64) -> Self {
        Self { used, skip, stop: false }
    }

    /// After `used` octets, and nothing is read after them.
    pub(super) const fn stopping(used: usize) -> Self {
        Self { used, skip: 0, stop: true }
    }

    pub(super) const fn used(self) -> usize {
        self.used
    }

    /// Whether something is still to be done behind the octets that were used.
    pub(super) const fn goes_on(self) -> bool {
        self.skip > 0 || self.stop
    }
}

impl<R: Read> Source<R> {
    /// Looks at the first octets of `input`.
    ///
    /// # Errors
    ///
    /// The input cannot be read, or is of no kind that is read. An empty input is an empty log.
    pub fn open(input: R, options: &Options) -> Result<Self, OpenError> {
        let mut input = Packed::open(input)?;
        let mut carry = Vec::new();
        let format = match options.format {
            Some(format) => format,
            None => find_format(&mut input, &mut carry)?,
        };
        let cutter = match format {
            Format::Zeek => Cutter::Zeek(ZeekLines::new()),
            Format::Csv => Cutter::Csv(CsvLines::new()),
            Format::ZeekJson | Format::Bind | Format::Unbound | Format::Plain => Cutter::Lines(Lines::new()),
            Format::Dnstap => Cutter::Frames(Frames::new(options.live)),
            Format::Pcap => {
                read_until(&mut input, &mut carry, 4)?;
                let packets = Packets::new(&options.ports);
                match guess::format(&carry) {
                    Some(Format::Pcap) if carry.starts_with(&[0x0a]) => Cutter::Pcapng(Pcapng::new(packets)),
                    Some(Format::Pcap) => Cutter::Pcap(Pcap::new(packets)),
                    _ if carry.is_empty() => Cutter::Lines(Lines::new()),
                    _ => return Err(OpenError::Unknown),
                }
            }
            Format::Parquet => return Err(OpenError::NotAStream(format)),
        };
        Ok(Self {
            input,
            format,
            cutter,
            clock: options.clock,
            live: options.live,
            carry,
            offset: 0,
            skip: 0,
            blocks: 0,
            counts: Counts::default(),
            ended: false,
            failed: None,
        })
    }

    /// Returns what the input is.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Returns what was counted while cutting; the rest is counted by [`Block::read`].
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Returns how many octets were dealt with, after decompression.
    pub const fn octets(&self) -> u64 {
        self.offset
    }

    /// Puts the next units into `block`, whatever it held; false at the end of the input.
    ///
    /// # Errors
    ///
    /// The reader underneath failed, or the compression is broken. What was read before comes first, as blocks. After an error that says that
    /// nothing has arrived yet, as of a socket with a time limit, one may ask again; after any other the input is at its end.
    pub fn next_block(&mut self, block: &mut Block) -> io::Result<bool> {
        loop {
            if self.ended {
                return self.failed.take().map_or(Ok(false), Err);
            }
            block.reset(self.blocks, self.format, self.clock);
            self.pass()?;
            let at_end = self.fill(block)?;
            block.offset = self.offset;
            let cut = match &mut self.cutter {
                Cutter::Lines(lines) => lines.cut(block, at_end, &mut self.counts),
                Cutter::Zeek(lines) => lines.cut(block, at_end, &mut self.counts),
                Cutter::Csv(lines) => lines.cut(block, at_end, &mut self.counts),
                Cutter::Pcap(pcap) => pcap.cut(block, at_end, &mut self.counts),
                Cutter::Pcapng(pcapng) => pcapng.cut(block, at_end, &mut self.counts),
                Cutter::Frames(frames) => frames.cut(block, at_end, &mut self.counts),
            };
            self.carry.extend_from_slice(&block.filled()[cut.used..]);
            self.offset += cut.used as u64;
            self.skip = cut.skip;
            self.ended = cut.stop || (at_end && self.carry.is_empty());
            if block.has_units() {
                self.blocks += 1;
                return Ok(true);
            }
            // Nothing can follow that would make what is left whole.
            self.ended |= at_end && cut.used == 0;
        }
    }

    /// Passes what is to be skipped.
    fn pass(&mut self) -> io::Result<()> {
        let known = usize::try_from(self.skip).unwrap_or(usize::MAX).min(self.carry.len());
        self.carry.drain(..known);
        self.skip -= known as u64;
        self.offset += known as u64;
        while self.skip > 0 {
            let passed = io::copy(&mut (&mut self.input).take(self.skip), &mut io::sink());
            match passed {
                Ok(0) => self.skip = 0,
                Ok(passed) => {
                    self.skip -= passed;
                    self.offset += passed;
                }
                Err(error) => self.fail(error)?,
            }
        }
        Ok(())
    }

    /// Fills the block; true where nothing follows.
    fn fill(&mut self, block: &mut Block) -> io::Result<bool> {
        let (mut filled, room) = block.room(&mut self.carry);
        loop {
            if filled == room.len() {
                break;
            }
            match self.input.read(&mut room[filled..]) {
                Ok(0) => {
                    block.set_filled(filled);
                    return Ok(true);
                }
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if is_temporary(&error) => {
                    self.carry.extend_from_slice(&room[..filled]);
                    return Err(error);
                }
                Err(error) => {
                    self.failed = Some(error);
                    block.set_filled(filled);
                    return Ok(true);
                }
            }
            if self.live {
                break;
            }
        }
        block.set_filled(filled);
        Ok(false)
    }

    fn fail(&mut self, error: io::Error) -> io::Result<()> {
        if is_temporary(&error) {
            return Err(error);
        }
        self.skip = 0;
        self.failed = Some(error);
        Ok(())
    }
}

fn is_temporary(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// Reads until `start` has that many octets, or the input ends.
fn read_until<R: Read>(input: &mut Packed<R>, start: &mut Vec<u8>, octets: usize) -> io::Result<()> {
    let missing = octets.saturating_sub(start.len());
    input.take(missing as u64).read_to_end(start).map(drop)
}

fn find_format<R: Read>(input: &mut Packed<R>, start: &mut Vec<u8>) -> Result<Format, OpenError> {
    let (mut buffer, mut guesser) = ([0; 4_096], guess::Guesser::default());
    loop {
        let count = match input.read(&mut buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        start.extend_from_slice(&buffer[..count]);
        if let Some(format) = guesser.format(start, count == 0) {
            return Ok(format);
        }
        if count == 0 || start.len() >= guess::LOOKED_AT {
            return if start.is_empty() { Ok(Format::Plain) } else { Err(OpenError::Unknown) };
        }
    }
}

const _: () = assert!(guess::LOOKED_AT + 4_096 <= BLOCK, "what was looked at fits into the first block");
