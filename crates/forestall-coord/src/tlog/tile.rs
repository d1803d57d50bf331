// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tiles: the tree and its leaves cut into files that never change, so that anybody can keep a copy and compute any proof.
//!
//! # Source
//!
//! C2SP `tlog-tiles`.

use std::fmt;
use std::str::FromStr;

use super::decimal;
use super::tree::Tree;

/// Hashes, or entries, of a full tile.
pub const TILE_WIDTH: u16 = 256;
/// Levels of the tree that one level of tiles spans.
const HEIGHT: usize = 8;
/// The highest level of tiles that the specification knows.
const MAX_LEVEL: u8 = 63;
/// Most octets of an entry that a bundle can hold: its length is written in two octets.
pub const MAX_BUNDLED: usize = u16::MAX as usize;

/// Which tile: the path of its file below `tile/`, as in `0/x001/234.p/17` and `entries/000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TilePath {
    /// The level of a tile of hashes; none for a bundle of entries.
    pub level: Option<u8>,
    /// The number of the tile in its level, from 0.
    pub number: u64,
    /// The hashes or entries in it: 256, or fewer in the last tile of a tree.
    pub width: u16,
}

/// A path that no tile has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is the path of no tile; expected for example 0/x001/234, 0/000.p/17 or entries/000")]
pub struct TilePathError(String);

impl TilePath {
    /// Returns the number of the first leaf whose entry a bundle holds.
    #[must_use]
    pub const fn first_entry(&self) -> u64 {
        self.number.saturating_mul(TILE_WIDTH as u64)
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Some(level) => write!(f, "{level}")?,
            None => f.write_str("entries")?,
        }
        let mut groups = Vec::new();
        let mut rest = self.number;
        while groups.is_empty() || rest > 0 {
            groups.push(rest % 1_000);
            rest /= 1_000;
        }
        for (place, group) in groups.iter().enumerate().rev() {
            write!(f, "/{}{group:03}", if place > 0 { "x" } else { "" })?;
        }
        if self.width < TILE_WIDTH { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

impl FromStr for TilePath {
    type Err = TilePathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // The longest path there can be is shorter.
        const MOST: usize = 64;
        let refuse = || TilePathError(text.chars().take(MOST).collect());
        let read = || {
            let (place, width) = match text.split_once(".p/") {
                Some((place, width)) => (place, u16::try_from(decimal(width)?).ok()?),
                None => (text, TILE_WIDTH),
            };
            let (level, groups) = place.split_once('/')?;
            let level = match level {
                "entries" => None,
                level => Some(u8::try_from(decimal(level)?).ok().filter(|level| *level <= MAX_LEVEL)?),
            };
            let digits: String = groups.split('/').map(|group| group.trim_start_matches('x')).collect();
            let path = Self { level, number: digits.parse().ok()?, width };
            // Whatever is written in another way than this program writes it is another path.
            ((1..=TILE_WIDTH).contains(&width) && path.to_string() == text).then_some(path)
        };
        if text.len() > MOST {
            return Err(refuse());
        }
        read().ok_or_else(refuse)
    }
}

impl Tree {
    /// Returns a tile of hashes, 32 octets each; `None` where the tree is not large enough to have it, and for a bundle of entries.
    #[must_use]
    pub fn tile(&self, path: &TilePath) -> Option<Vec<u8>> {
        let height = HEIGHT * usize::from(path.level?);
        let first = path.number.checked_mul(u64::from(TILE_WIDTH))?;
        let row = self.row(height, first, usize::from(path.width)).filter(|row| !row.is_empty())?;
        Some(row.iter().flat_map(|hash| hash.0).collect())
    }
}

/// An entry that is too long for a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {index} of the bundle has {octets} octets, and a bundle holds entries of at most {MAX_BUNDLED}")]
pub struct TooLong {
    /// The number of the entry in the bundle, from 0.
    pub index: usize,
    /// Its length.
    pub octets: usize,
}

/// Writes a bundle of entries: each after its length in two octets, the higher one first.
///
/// # Errors
///
/// [`TooLong`] for the first entry that no bundle can hold.
pub fn bundle<'e>(entries: impl IntoIterator<Item = &'e [u8]>) -> Result<Vec<u8>, TooLong> {
    let mut octets = Vec::new();
    for (index, entry) in entries.into_iter().enumerate() {
        let length = u16::try_from(entry.len()).map_err(|_| TooLong { index, octets: entry.len() })?;
        octets.extend_from_slice(&length.to_be_bytes());
        octets.extend_from_slice(entry);
    }
    Ok(octets)
}
