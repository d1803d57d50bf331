// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The lists of names that were computed last, since a page of a slice shows the same list to everybody who opens it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use forestall_model::{Digest, Tld};

use super::NameListing;

/// Lists that are kept.
const LISTS: usize = 256;
/// Names that are kept in all; a list with more is not kept. A name takes about 40 octets.
const NAMES: usize = 400_000;

/// Which list: the campaign with its parameters, the origin period, the top-level domain.
type Key = (Digest, i64, Tld);

/// Lists of names, the one that was asked for last at the end.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<VecDeque<(Key, Arc<NameListing>)>>);

impl Recent {
    /// Returns a list that is kept.
    pub(super) fn get(&self, key: &Key) -> Option<Arc<NameListing>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|(other, _)| other == key)?;
        let found = kept.remove(place)?;
        let listing = Arc::clone(&found.1);
        kept.push_back(found);
        Some(listing)
    }

    /// Keeps a list; those that nobody asked for the longest go where there is no room.
    pub(super) fn keep(&self, key: Key, listing: &Arc<NameListing>) {
        if listing.names.len() > NAMES {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(other, _)| *other != key);
        kept.push_back((key, Arc::clone(listing)));
        let mut names: usize = kept.iter().map(|(_, listing)| listing.names.len()).sum();
        while kept.len() > LISTS || names > NAMES {
            let Some((_, gone)) = kept.pop_front() else { break };
            names -= gone.names.len();
        }
    }
}
