// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lists of names that somebody was shown before they decide, kept for a while by their digest.
//!
//! A form carries the digest alone. Where the list is another one by the time the form comes back, the list that was shown says what
//! is different; once it is gone, only that it is.

use std::sync::{Arc, Mutex, PoisonError};

use forestall_model::{Digest, DomainName};

/// Lists that are kept; the oldest goes.
const KEPT: usize = 16;

/// The lists that were shown last.
#[derive(Debug, Default)]
pub(crate) struct Confirmed(Mutex<Vec<(Digest, Arc<Vec<DomainName>>)>>);

impl Confirmed {
    /// Keeps a list that is shown to somebody; it is in the order of the names.
    pub(crate) fn keep(&self, digest: Digest, names: Arc<Vec<DomainName>>) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.retain(|(kept, _)| *kept != digest);
        if lists.len() >= KEPT {
            lists.remove(0);
        }
        lists.push((digest, names));
    }

    /// Returns the list that has a digest where it is still kept.
    pub(crate) fn list(&self, digest: Digest) -> Option<Arc<Vec<DomainName>>> {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.iter().find(|(kept, _)| *kept == digest).map(|(_, names)| Arc::clone(names))
    }
}
