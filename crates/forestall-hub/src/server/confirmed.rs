// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lists of names that somebody was shown before they decide, kept for a while by their digest.
//!
//! A form carries the digest alone. Where the list is another one by the time the form comes back, the list that was shown says what
//! is different; once it is gone, only that it is.

use std::sync::{Arc, Mutex, PoisonError};

use forestall_model::{CaseId, Digest, DomainName};

/// Lists that are kept; the oldest goes.
const KEPT: usize = 8;

/// The lists that were shown last.
#[derive(Debug, Default)]
pub(crate) struct Confirmed(Mutex<Vec<Shown>>);

/// A list with the case that it is of.
#[derive(Debug)]
struct Shown {
    case: CaseId,
    digest: Digest,
    names: Arc<Vec<DomainName>>,
}

impl Shown {
    fn is(&self, case: &CaseId, digest: Digest) -> bool {
        self.case == *case && self.digest == digest
    }
}

impl Confirmed {
    /// Keeps a list that is shown to somebody; it is in the order of the names.
    pub(crate) fn keep(&self, case: &CaseId, digest: Digest, names: Arc<Vec<DomainName>>) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.retain(|shown| !shown.is(case, digest));
        if lists.len() >= KEPT {
            lists.remove(0);
        }
        lists.push(Shown { case: case.clone(), digest, names });
    }

    /// Returns the list of a case that has a digest where it is still kept.
    pub(crate) fn list(&self, case: &CaseId, digest: Digest) -> Option<Arc<Vec<DomainName>>> {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.iter().find(|shown| shown.is(case, digest)).map(|shown| Arc::clone(&shown.names))
    }
}
