// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Index files: read at the start, and again when another file has their name.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use forestall_index::{Index, OpenError};
use forestall_spool::{Spool, SpoolError};

use crate::config::Group;
use crate::names::{Live, Names};

/// How often the files are looked at: a new index is to be in use within a tenth of a second, and copying ten million names takes half of that.
const LOOK: Duration = Duration::from_millis(20);

/// Why an index is not taken into use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// It cannot be opened.
    #[error("the index {} cannot be opened", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is no index.
    #[error("the index {} cannot be used", path.display())]
    Index {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: OpenError,
    },
    /// It has more campaigns than the spool can tell apart.
    #[error("the indexes have too many campaigns")]
    Campaigns(#[source] SpoolError),
}

/// Reads index files.
///
/// # Errors
///
/// [`LoadError`] with the file.
pub fn read(paths: &[PathBuf]) -> Result<Vec<Index>, LoadError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let read = |path: &PathBuf| {
        let of = |source| LoadError::File { path: path.clone(), source };
        let file = File::open(path).map_err(of)?;
        Index::take(&file, threads).map_err(|source| LoadError::Index { path: path.clone(), source })
    };
    paths.iter().map(read).collect()
}

/// How names are made of indexes.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// The files.
    pub paths: Vec<PathBuf>,
    /// Groups of addresses.
    pub groups: Arc<[Group]>,
    /// Whether names with a legitimate holder are answered.
    pub answer_collisions: bool,
}

impl Recipe {
    /// Makes names of indexes that were read.
    ///
    /// # Errors
    ///
    /// [`LoadError::Campaigns`].
    pub fn names(&self, indexes: Vec<Index>, spool: &Spool) -> Result<Names, LoadError> {
        let number = |family: &str, campaign: &str| spool.campaign(family, campaign);
        Names::new(indexes, Arc::clone(&self.groups), self.answer_collisions, number).map_err(LoadError::Campaigns)
    }
}

/// What tells one file from another under the same name.
type Mark = Option<(u64, u64, i64, i64, u64)>;

fn mark(path: &Path) -> Mark {
    let about = fs::metadata(path).ok()?;
    Some((about.dev(), about.ino(), about.mtime(), about.mtime_nsec(), about.len()))
}

/// Returns what tells the files from others; taken before they are read, so that none is missed.
#[must_use]
pub fn marks(paths: &[PathBuf]) -> Vec<Mark> {
    paths.iter().map(|path| mark(path)).collect()
}

/// Looks at the files until `stop`, and puts new ones into use. A file that is no index, or none at all, changes nothing.
pub fn watch(recipe: &Recipe, mut seen: Vec<Mark>, spool: &Spool, live: &Live, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(LOOK);
        let now = marks(&recipe.paths);
        if now == seen || now.contains(&None) {
            continue;
        }
        seen = now;
        match read(&recipe.paths).and_then(|indexes| recipe.names(indexes, spool)) {
            Ok(names) => {
                tracing::info!(names = names.count(), written = %names.written(), "another index is in use");
                live.replace(names);
            }
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                tracing::warn!("{error}: {cause}; the index before it stays in use");
            }
        }
    }
}
