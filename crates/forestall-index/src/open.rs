// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Taking an index into use: the whole file is copied once, and what was copied is checked; then nothing can change it.
//!
//! Every octet is checked before the first look-up, so that none can fail afterwards, and what is checked is what is kept: each octet of the file is read
//! once. Several threads copy and check at a time, in pieces that stay in the nearest cache. The copy lies in [`Sealed`] memory.

use std::io::{self, Read};

use forestall_model::Digest;

use crate::Index;
use crate::block::{ALIGNED, Block};
use crate::checksum::checksum;
use crate::layout::{self, FRAME, VERSION};
use crate::map::Sealed;
use crate::parents::Parents;
use crate::tables::Tables;

/// Most octets of a file that is read: 5,000 million names, more than all families make in ten years.
pub const MOST_OCTETS: u64 = 64 << 30;

/// Why a file is not taken into use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// It could not be read.
    #[error("it could not be read")]
    Io(#[from] io::Error),
    /// It begins otherwise.
    #[error("it is no index: it begins with \"{}\"; expected \"forestall index\"", found.escape_ascii())]
    NotAnIndex {
        /// Its first octets.
        found: Vec<u8>,
    },
    /// It was written by another version of the program.
    #[error("it has version {version} of the format; expected version {VERSION}: build it again with this program")]
    Version {
        /// The version found.
        version: u32,
    },
    /// It does not end as an index does.
    #[error("it is cut: its {octets} octets do not end as an index does")]
    Cut {
        /// Its length.
        octets: u64,
    },
    /// It is longer or shorter than it says.
    #[error("it has {octets} octets and says that it has {says}: it was cut or changed while it was copied or read")]
    Length {
        /// The length that stands in it.
        says: u64,
        /// The length found.
        octets: u64,
    },
    /// It is longer than [`MOST_OCTETS`].
    #[error("it is longer than {MOST_OCTETS} octets")]
    TooLong,
    /// Octets are others than those that were written.
    #[error("it was altered: the checksum of {part} does not fit")]
    Altered {
        /// Which octets.
        part: &'static str,
    },
    /// A block is other than it was written.
    #[error("it was altered: the checksum of block {block}, octets {from} to {until}, does not fit")]
    AlteredBlock {
        /// The number of the block, from 0.
        block: usize,
        /// Its first octet.
        from: u64,
        /// The octet after its last.
        until: u64,
    },
    /// The tables are whole and say what cannot be.
    #[error("its tables make no sense, although their checksum fits")]
    Senseless,
}

impl Index {
    /// Reads an index to its end into memory of this program and checks it. `length` is the length of the file where that is known: it saves memory.
    /// Where there is a file, [`Self::take`] is quicker.
    ///
    /// # Errors
    ///
    /// [`OpenError`] where it cannot be read, is no index of this version, or is cut or altered, before or while it is read.
    pub fn read(mut source: impl Read, length: Option<u64>) -> Result<Self, OpenError> {
        let mut octets = Vec::new();
        source.by_ref().take(FRAME as u64).read_to_end(&mut octets)?;
        layout::check_head(&octets)?;
        if length.is_some_and(|length| length > MOST_OCTETS) {
            return Err(OpenError::TooLong);
        }
        // One octet more than expected, so that the end of the file is seen without another turn.
        let wanted = length.unwrap_or(0).saturating_add(1);
        let wanted = usize::try_from(wanted).map_err(|_| OpenError::TooLong)?;
        octets.try_reserve_exact(wanted).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        source.take(MOST_OCTETS).read_to_end(&mut octets)?;
        if octets.len() as u64 > MOST_OCTETS {
            return Err(OpenError::TooLong);
        }
        Self::open(Sealed::of(octets))
    }
}

impl<B: AsRef<[u8]>> Index<B> {
    /// Takes the octets of an index into use after checking all of them. They must not change from here on.
    ///
    /// # Errors
    ///
    /// [`OpenError`] where they are no index of this version, or are cut or altered.
    pub fn open(octets: B) -> Result<Self, OpenError> {
        let file = octets.as_ref();
        let framed = layout::framed(file)?;
        let tables = Tables::of_octets(framed.tables).ok_or(OpenError::Senseless)?;
        let blocks = blocks(&tables, framed.tables_at)?;
        for (number, (block, entry)) in blocks.iter().zip(&tables.blocks).enumerate() {
            if checksum(&file[block.range()]) != entry.checksum {
                return Err(altered(number, block));
            }
        }
        let digest = framed.digest;
        Ok(Self::assembled(octets, digest, tables, blocks))
    }

    pub(crate) fn assembled(octets: B, digest: Digest, tables: Tables, blocks: Vec<Block>) -> Self {
        let mut parents = Parents::new();
        for (number, wire) in (0..=u16::MAX).zip(&tables.parents).skip(1) {
            parents.add(wire, number);
        }
        Self { octets, digest, tables, parents, blocks }
    }
}

/// Returns where the blocks stand.
///
/// # Errors
///
/// Where they do not reach from the head to the tables.
pub(crate) fn blocks(tables: &Tables, tables_at: usize) -> Result<Vec<Block>, OpenError> {
    let mut blocks = Vec::with_capacity(tables.blocks.len());
    let mut at = FRAME;
    for entry in &tables.blocks {
        let length = usize::try_from(entry.length).map_err(|_| OpenError::Senseless)?;
        let until = at.checked_add(length).filter(|until| *until <= tables_at && length % ALIGNED == 0);
        let until = until.ok_or(OpenError::Senseless)?;
        blocks.push(Block::new(at, length, entry.shape).ok_or(OpenError::Senseless)?);
        at = until;
    }
    if at == tables_at { Ok(blocks) } else { Err(OpenError::Senseless) }
}

/// Says that a block is other than it was written.
pub(crate) fn altered(number: usize, block: &Block) -> OpenError {
    let range = block.range();
    OpenError::AlteredBlock { block: number, from: range.start as u64, until: range.end as u64 }
}
