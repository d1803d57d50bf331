// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! An index in use, and what it says of itself.

use std::fmt;

use forestall_model::{Digest, Instant, Window};

use crate::block::Block;
use crate::map::Sealed;
use crate::parents::Parents;
use crate::tables::{IndexCampaign, Tables};

/// An index in use: checked octets, and tables read from them.
///
/// Any number of threads can look up names at a time.
pub struct Index<B = Sealed> {
    pub(crate) octets: B,
    pub(crate) digest: Digest,
    pub(crate) tables: Tables,
    pub(crate) parents: Parents,
    pub(crate) blocks: Vec<Block>,
}

/// How many octets the parts of an index take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Filters of all blocks.
    pub filters: u64,
    /// Directories of all blocks.
    pub directories: u64,
    /// Names with what they stand for.
    pub names: u64,
    /// Head, tables and end.
    pub tables: u64,
}

impl<B: AsRef<[u8]>> Index<B> {
    /// Returns the number of names, each counted once.
    #[must_use]
    pub fn names(&self) -> u64 {
        self.tables.names
    }

    /// Returns the number of names that are collisions; they are among [`Self::names`].
    #[must_use]
    pub fn collisions(&self) -> u64 {
        self.tables.collisions
    }

    /// Returns the campaigns in order of family and id; their numbers count from 0.
    pub fn campaigns(&self) -> impl ExactSizeIterator<Item = &IndexCampaign> {
        self.tables.campaigns.iter().map(|(campaign, _)| campaign)
    }

    /// Returns the campaign with a number.
    #[must_use]
    pub fn campaign(&self, number: u32) -> Option<&IndexCampaign> {
        self.tables.campaigns.get(number as usize).map(|(campaign, _)| campaign)
    }

    /// Returns how many names a campaign has, each counted once; 0 for a number that is none.
    #[must_use]
    pub fn names_of(&self, campaign: u32) -> u64 {
        self.tables.campaigns.get(campaign as usize).map_or(0, |(_, names)| *names)
    }

    /// Returns the span that the widened windows of the names meet; none where dates played no part.
    #[must_use]
    pub fn span(&self) -> Option<Window> {
        self.tables.span
    }

    /// Returns when it was built, by the clock of whoever built it.
    #[must_use]
    pub fn written(&self) -> Instant {
        self.tables.written
    }

    /// Returns SHA-256 over all that the index says, the blocks by their checksums: indexes with one digest are equal.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Returns the parents, as names in canonical text form, those of most names first; the root, written `.`, only where names have it for their parent.
    #[must_use]
    pub fn parents(&self) -> Vec<String> {
        let skipped = usize::from(self.tables.root_depths == 0);
        self.tables.parents.iter().skip(skipped).map(|wire| crate::hit::written(wire)).collect()
    }

    /// Returns how many pairs of campaign and windows the names point to.
    #[must_use]
    pub fn references(&self) -> usize {
        self.tables.references.len()
    }

    /// Returns how many octets its parts take.
    #[must_use]
    pub fn sizes(&self) -> Sizes {
        let mut sizes = Sizes::default();
        let mut blocks = 0;
        for block in &self.blocks {
            let (filter, directory) = block.sizes();
            sizes.filters += filter;
            sizes.directories += directory;
            blocks += block.range().len() as u64;
        }
        sizes.names = blocks - sizes.filters - sizes.directories;
        sizes.tables = self.octets.as_ref().len() as u64 - blocks;
        sizes
    }

    /// Returns the number of the block of a hash.
    #[inline]
    pub(crate) fn block_number(&self, hash: u64) -> usize {
        // In two steps, because a shift by all 64 bits is none.
        usize::try_from(hash >> 32 >> (32 - self.tables.log2)).unwrap_or(0)
    }

    /// Returns the block of a hash.
    #[inline]
    pub(crate) fn block(&self, hash: u64) -> &Block {
        &self.blocks[self.block_number(hash)]
    }
}

impl<B: AsRef<[u8]>> fmt::Debug for Index<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index").field("digest", &self.digest).field("names", &self.names()).finish_non_exhaustive()
    }
}
