// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Cells that left memory: sorted runs in scratch files, and the merge of them.
//!
//! A scratch file lives as long as one scan and is read by the program that wrote it; it has no version.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use forestall_model::Instant;

use super::drained::Drained;
use super::tally::Cell;
use super::{Client, Mark, Shift};

/// A scratch file: empty when it is handed in, gone when it is dropped.
pub trait Room: Read + Write + Seek + Send {}

impl<T: Read + Write + Seek + Send> Room for T {}

/// A scratch file that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScratchError {
    /// It could not be made.
    #[error("a scratch file could not be made: {0}")]
    Make(#[source] io::Error),
    /// It could not be written.
    #[error("a scratch file could not be written: {0}")]
    Write(#[source] io::Error),
    /// It could not be read back.
    #[error("a scratch file could not be read back: {0}")]
    Read(#[source] io::Error),
}

/// One cell with all that it hangs on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) client: Arc<Client>,
    pub(super) mark: Arc<Mark>,
    pub(super) name: u64,
    pub(super) day: i32,
    pub(super) cell: Cell,
}

impl Entry {
    /// Returns what entries are sorted by: client, family, name.
    pub(super) fn order(&self) -> (&Client, Option<u16>, u64) {
        (&self.client, self.mark.family, self.name)
    }
}

/// Sorted entries in a scratch file.
pub(super) struct Run(Box<dyn Room>);

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Run")
    }
}

impl Run {
    /// Writes entries, which come sorted, to a scratch file.
    pub(super) fn write(
        room: Box<dyn Room>,
        entries: impl Iterator<Item = Result<Entry, ScratchError>>,
    ) -> Result<Self, ScratchError> {
        let mut out = BufWriter::with_capacity(1 << 17, room);
        let mut record = Vec::new();
        for entry in entries {
            record.clear();
            encode(&entry?, &mut record);
            out.write_all(&record).map_err(ScratchError::Write)?;
        }
        let room = out.into_inner().map_err(|error| ScratchError::Write(error.into_error()))?;
        Ok(Self(room))
    }

    /// Begins to read from the start.
    pub(super) fn read(mut self) -> Result<Source, ScratchError> {
        self.0.seek(SeekFrom::Start(0)).map_err(ScratchError::Read)?;
        Ok(Source::File(Box::new(BufReader::with_capacity(1 << 16, self.0))))
    }
}

/// Where sorted entries come from.
pub(super) enum Source {
    Memory(Box<Drained>),
    File(Box<BufReader<Box<dyn Room>>>),
}

impl Source {
    fn next(&mut self) -> Result<Option<Entry>, ScratchError> {
        match self {
            Self::Memory(entries) => Ok(entries.next()),
            Self::File(file) => decode(file).map_err(ScratchError::Read),
        }
    }
}

/// Merges sorted sources into one sorted stream; equal entries stay apart.
pub(super) fn merge(
    mut sources: Vec<Source>,
) -> Result<impl Iterator<Item = Result<Entry, ScratchError>>, ScratchError> {
    let mut heap = BinaryHeap::new();
    for (number, source) in sources.iter_mut().enumerate() {
        if let Some(entry) = source.next()? {
            heap.push(Reverse(Head { entry, number }));
        }
    }
    Ok(std::iter::from_fn(move || {
        let Reverse(Head { entry, number }) = heap.pop()?;
        match sources[number].next() {
            Ok(Some(entry)) => heap.push(Reverse(Head { entry, number })),
            Ok(None) => {}
            Err(error) => return Some(Err(error)),
        }
        Some(Ok(entry))
    }))
}

struct Head {
    entry: Entry,
    number: usize,
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.entry.order().cmp(&other.entry.order()).then(self.number.cmp(&other.number))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

fn encode(entry: &Entry, out: &mut Vec<u8>) {
    let length = |count: usize| u16::try_from(count).expect("clients, campaigns and shifts are bounded").to_le_bytes();
    let Mark { family, live, shifts, dated } = &*entry.mark;
    out.extend_from_slice(&length(entry.client.key().len()));
    out.extend_from_slice(entry.client.key());
    out.push(u8::from(family.is_some()) | u8::from(*dated) << 1);
    out.extend_from_slice(&family.unwrap_or(0).to_le_bytes());
    out.extend_from_slice(&length(live.len()));
    live.iter().for_each(|campaign| out.extend_from_slice(&campaign.to_le_bytes()));
    out.extend_from_slice(&length(shifts.len()));
    for shift in shifts {
        out.extend_from_slice(&shift.days.to_le_bytes());
        out.extend_from_slice(&shift.campaign.to_le_bytes());
        out.push(u8::from(shift.nominal));
    }
    let Cell { questions, nxdomain, first, last, length: letters } = entry.cell;
    out.extend_from_slice(&entry.name.to_le_bytes());
    out.extend_from_slice(&entry.day.to_le_bytes());
    out.extend_from_slice(&questions.to_le_bytes());
    out.extend_from_slice(&nxdomain.to_le_bytes());
    out.extend_from_slice(&first.micros().to_le_bytes());
    out.extend_from_slice(&last.micros().to_le_bytes());
    out.push(letters);
}

/// Reads the next entry; none at the end.
fn decode(input: &mut impl io::BufRead) -> io::Result<Option<Entry>> {
    if input.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let mut client = vec![0; usize::from(u16::from_le_bytes(octets(input)?))];
    input.read_exact(&mut client)?;
    let [flags] = octets(input)?;
    let family = u16::from_le_bytes(octets(input)?);
    let mut mark = Mark { family: (flags & 1 == 1).then_some(family), dated: flags & 2 == 2, ..Mark::default() };
    for _ in 0..u16::from_le_bytes(octets(input)?) {
        mark.live.push(u16::from_le_bytes(octets(input)?));
    }
    for _ in 0..u16::from_le_bytes(octets(input)?) {
        let days = i32::from_le_bytes(octets(input)?);
        let campaign = u16::from_le_bytes(octets(input)?);
        let [nominal] = octets(input)?;
        mark.shifts.push(Shift { days, campaign, nominal: nominal == 1 });
    }
    Ok(Some(Entry {
        client: Arc::new(Client::of_key(&client)),
        mark: Arc::new(mark),
        name: u64::from_le_bytes(octets(input)?),
        day: i32::from_le_bytes(octets(input)?),
        cell: Cell {
            questions: u64::from_le_bytes(octets(input)?),
            nxdomain: u64::from_le_bytes(octets(input)?),
            first: Instant::from_micros(i64::from_le_bytes(octets(input)?)),
            last: Instant::from_micros(i64::from_le_bytes(octets(input)?)),
            length: u8::from_le_bytes(octets(input)?),
        },
    }))
}

fn octets<const N: usize>(input: &mut impl Read) -> io::Result<[u8; N]> {
    let mut octets = [0; N];
    input.read_exact(&mut octets)?;
    Ok(octets)
}
