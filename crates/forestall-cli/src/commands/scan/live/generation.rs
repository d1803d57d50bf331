// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The index of a scan that never ends, and the one that takes its place: the old one serves until the new one is in memory and checked.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use anyhow::Context as _;
use forestall_detect::scan::Roster;
use forestall_index::Index;

use crate::commands::index;

/// An index in memory, with the numbers of its campaigns.
#[derive(Debug)]
pub(super) struct Generation {
    pub(super) index: Index,
    pub(super) roster: Roster,
    /// Counted from 1.
    pub(super) number: u64,
}

/// The generation that serves now.
#[derive(Debug)]
pub(super) struct Current {
    path: PathBuf,
    now: RwLock<Arc<Generation>>,
    number: AtomicU64,
    /// The file that was looked at last, whether it served or not.
    seen: Mutex<Option<Identity>>,
}

/// What tells two files of one name apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
    length: u64,
    changed: (i64, i64),
}

impl Identity {
    fn of(path: &Path) -> Option<Self> {
        let known = std::fs::metadata(path).ok()?;
        let changed = (known.mtime(), known.mtime_nsec());
        Some(Self { device: known.dev(), inode: known.ino(), length: known.len(), changed })
    }
}

impl Current {
    /// Reads the first index.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, or holds more campaigns than are counted apart.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let seen = Identity::of(path);
        let index = index::read(path)?;
        let roster = Roster::of(&index)?;
        let now = Arc::new(Generation { index, roster, number: 1 });
        let (now, number) = (RwLock::new(now), AtomicU64::new(1));
        Ok(Self { path: path.to_owned(), now, number, seen: Mutex::new(seen) })
    }

    /// Returns the generation that serves.
    pub(super) fn get(&self) -> Arc<Generation> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns its number, at the cost of one load.
    pub(super) fn number(&self) -> u64 {
        self.number.load(Ordering::Acquire)
    }

    /// Reads the file anew where another stands in its place, and has it serve. Says whether it does; none where nothing changed.
    ///
    /// # Errors
    ///
    /// Where the new file is no index or cannot be read: the old one serves on, and the file is not tried again until it changes.
    pub(super) fn renew(&self) -> Option<anyhow::Result<()>> {
        let found = Identity::of(&self.path)?;
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if *seen == Some(found) {
                return None;
            }
            *seen = Some(found);
        }
        Some(self.take().context("the index that served before serves on"))
    }

    fn take(&self) -> anyhow::Result<()> {
        let old = self.get();
        let index = index::read(&self.path)?;
        let roster = old.roster.renewed(&index)?;
        let number = old.number + 1;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Generation { index, roster, number });
        self.number.store(number, Ordering::Release);
        Ok(())
    }
}
