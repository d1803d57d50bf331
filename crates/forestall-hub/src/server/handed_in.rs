// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Files that somebody handed in and was shown before they confirm, kept for a while by their digest.
//!
//! The form by which somebody confirms carries the digest alone. A file that is gone by then has to be chosen again.

use std::sync::{Arc, Mutex, PoisonError};

use forestall_model::{CaseId, Digest};

/// Files that are kept; the oldest goes.
const KEPT: usize = 8;
/// Octets that are kept in all.
const OCTETS: usize = 64 << 20;

/// The files that were handed in last.
#[derive(Debug, Default)]
pub(crate) struct HandedIn(Mutex<Vec<File>>);

/// A file with the case for which it was handed in.
#[derive(Debug)]
struct File {
    case: CaseId,
    digest: Digest,
    octets: Arc<Vec<u8>>,
}

impl File {
    fn is(&self, case: &CaseId, digest: Digest) -> bool {
        self.case == *case && self.digest == digest
    }
}

impl HandedIn {
    /// Keeps a file that somebody hands in for a case, and returns its digest.
    pub(crate) fn keep(&self, case: &CaseId, octets: &Arc<Vec<u8>>) -> Digest {
        let digest = Digest::of(octets);
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.retain(|file| !file.is(case, digest));
        files.push(File { case: case.clone(), digest, octets: Arc::clone(octets) });
        let room = |files: &[File]| files.iter().map(|file| file.octets.len()).sum::<usize>() <= OCTETS;
        while files.len() > KEPT || files.len() > 1 && !room(&files) {
            files.remove(0);
        }
        digest
    }

    /// Returns a file of a case where it is still kept.
    pub(crate) fn file(&self, case: &CaseId, digest: Digest) -> Option<Arc<Vec<u8>>> {
        let files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.iter().find(|file| file.is(case, digest)).map(|file| Arc::clone(&file.octets))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{HandedIn, KEPT};

    #[test]
    fn the_oldest_file_goes_and_no_case_sees_that_of_another() {
        let (files, one, other) = (HandedIn::default(), "one".parse().unwrap(), "other".parse().unwrap());
        let first = files.keep(&one, &Arc::new(vec![0]));
        assert!(files.file(&one, first).is_some());
        assert!(files.file(&other, first).is_none());
        for number in 1..=KEPT {
            files.keep(&one, &Arc::new(vec![0; number + 1]));
        }
        assert!(files.file(&one, first).is_none());
    }
}
