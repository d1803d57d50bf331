// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The Merkle trees over the events of cases, kept in memory and moved on with the log.

use std::sync::{Arc, Mutex, PoisonError};

use forestall_coord::tlog::Tree;
use forestall_model::CaseId;

use super::{Desk, DeskError};

/// Trees that are kept; one over 100,000 events takes 6 MB.
const KEPT: usize = 32;
/// Hashes that are read at once.
const PAGE: u32 = 16_384;

/// The trees that are kept, the one that was used last at the end.
#[derive(Debug, Default)]
pub(super) struct Trees(Mutex<Vec<(CaseId, Arc<Tree>)>>);

impl Trees {
    fn take(&self, case: &CaseId) -> Option<Arc<Tree>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().position(|(of, _)| of == case).map(|place| kept.remove(place).1)
    }

    fn keep(&self, case: &CaseId, tree: &Arc<Tree>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have read further in between.
        let other = kept.iter().position(|(of, _)| of == case).map(|place| kept.remove(place).1);
        let tree = other.filter(|other| other.size() > tree.size()).unwrap_or_else(|| Arc::clone(tree));
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push((case.clone(), tree));
    }
}

impl Desk {
    /// Returns the tree over all events of a case, by the hashes that stand in the log.
    pub(super) async fn tree(&self, case: &CaseId) -> Result<Arc<Tree>, DeskError> {
        let mut tree = self.inner.trees.take(case).unwrap_or_default();
        loop {
            let page = self.store().leaves(case, tree.size(), PAGE).await?;
            if page.is_empty() {
                break;
            }
            let growing = Arc::make_mut(&mut tree);
            for (version, leaf) in page {
                if version != growing.size() + 1 {
                    let expected = growing.size() + 1;
                    let reason = format!("event {version} stands where event {expected} was expected");
                    return Err(DeskError::Forked { case: case.clone(), reason });
                }
                growing.push(leaf);
            }
        }
        if tree.size() == 0 {
            return Err(DeskError::NoSuchCase(case.clone()));
        }
        self.inner.trees.keep(case, &tree);
        Ok(tree)
    }
}
