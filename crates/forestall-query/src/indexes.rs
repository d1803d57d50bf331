// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The prediction indexes in which names are looked up.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::thread;

use forestall_index::open::OpenError;
use forestall_index::{Hit, Index};
use forestall_model::Instant;
use forestall_model::name::icann_suffix;

/// Indexes, in the order in which they were named.
#[derive(Debug, Default)]
pub(crate) struct Indexes {
    indexes: Vec<Index>,
    digest: String,
}

/// An index file that is not taken into use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IndexError {
    /// It cannot be opened.
    #[error("the index {} cannot be opened: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is none, or not whole.
    #[error("the index {} is not used: {source}", path.display())]
    Index {
        /// The file.
        path: PathBuf,
        /// Why.
        source: OpenError,
    },
}

/// The listed name at or above a name that was asked for.
pub(crate) struct Listed<'a> {
    /// Where it begins in the name that was asked for.
    pub(crate) start: usize,
    /// Whether somebody is known to hold it, or everybody does since it is a public suffix: it is no sign of an infection.
    pub(crate) belongs_to_somebody: bool,
    hits: Vec<Hit<'a>>,
}

impl Indexes {
    /// Takes index files into use. Every octet is checked.
    ///
    /// # Errors
    ///
    /// [`IndexError`] for the first that cannot be used.
    pub(crate) fn open(paths: &[PathBuf]) -> Result<Self, IndexError> {
        let indexes = paths.iter().map(|path| take(path)).collect::<Result<Vec<Index>, _>>()?;
        let digests: Vec<String> = indexes.iter().map(|index| index.digest().to_string()).collect();
        Ok(Self { indexes, digest: digests.join(",") })
    }

    /// Says whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.indexes.is_empty()
    }

    /// Returns what tells these indexes from others: their digests in order, with commas between.
    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }

    /// Returns the listed name at or above a name, the longest of all indexes; none where there is none, or where it is a public suffix
    /// and the name lies below it: a generator may make one, and what lies below belongs to everybody.
    pub(crate) fn listed(&self, qname: &[u8]) -> Option<Listed<'_>> {
        let mut hits: Vec<Hit<'_>> = self.indexes.iter().filter_map(|index| index.look_up(qname)).collect();
        let start = hits.iter().map(Hit::start).min()?;
        hits.retain(|hit| hit.start() == start);
        let name = canonical(qname.get(start..)?);
        let is_suffix = std::str::from_utf8(&name).is_ok_and(|name| icann_suffix(name) == Some(name));
        if is_suffix && start > 0 {
            return None;
        }
        let belongs_to_somebody = is_suffix || hits.iter().any(Hit::is_collision);
        Some(Listed { start, belongs_to_somebody, hits })
    }
}

impl Listed<'_> {
    /// Writes the ids of the campaigns with a widened window that holds the time, each once, in the order of the indexes and their numbers, with a
    /// blank between; returns whether there is any.
    pub(crate) fn write_campaigns(&self, at: Instant, text: &mut String) -> bool {
        text.clear();
        if self.belongs_to_somebody {
            return false;
        }
        let postings = self.hits.iter().flat_map(Hit::postings);
        for posting in postings.filter(|posting| posting.is_open(at)) {
            let id = posting.campaign.id.as_str();
            if text.split(' ').all(|known| known != id) {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(id);
            }
        }
        !text.is_empty()
    }
}

/// Returns a name in lower case and without a dot at its end.
pub(crate) fn canonical(name: &[u8]) -> Vec<u8> {
    let whole = name.strip_suffix(b".").filter(|rest| !rest.is_empty() && !rest.ends_with(b"\\"));
    whole.unwrap_or(name).to_ascii_lowercase()
}

fn take(path: &Path) -> Result<Index, IndexError> {
    let file = File::open(path).map_err(|source| IndexError::Open { path: path.to_owned(), source })?;
    let threads = thread::available_parallelism().map_or(1, usize::from);
    Index::take(&file, threads).map_err(|source| IndexError::Index { path: path.to_owned(), source })
}
