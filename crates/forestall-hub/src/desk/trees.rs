// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The Merkle trees over the events of cases, kept in memory and moved on with the log.

use std::sync::{Arc, Mutex, PoisonError};

use forestall_coord::tlog::Tree;
use forestall_model::CaseId;
use tokio::sync::OwnedMutexGuard;

use super::{Desk, DeskError};

/// Trees that are kept; one over 100,000 events takes 6 MB.
const KEPT: usize = 32;
/// Hashes that are read at once.
const PAGE: u32 = 16_384;

/// A tree that one reader at a time moves on.
type Shared = Arc<tokio::sync::Mutex<Tree>>;

/// The trees that are kept, the one that was used last at the end.
#[derive(Debug, Default)]
pub(super) struct Trees(Mutex<Vec<(CaseId, Shared)>>);

impl Trees {
    fn of(&self, case: &CaseId) -> Shared {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().position(|(of, _)| of == case).map(|place| kept.remove(place).1);
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        let tree = known.unwrap_or_default();
        kept.push((case.clone(), Arc::clone(&tree)));
        tree
    }

    fn forget(&self, case: &CaseId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(of, _)| of != case);
    }
}

impl Desk {
    /// Returns the tree over all events of a case, by the hashes that stand in the log. Nobody else has it meanwhile.
    pub(super) async fn tree(&self, case: &CaseId) -> Result<OwnedMutexGuard<Tree>, DeskError> {
        let mut tree = self.inner.trees.of(case).lock_owned().await;
        loop {
            let page = self.store().leaves(case, tree.size(), PAGE).await?;
            if page.is_empty() {
                break;
            }
            for (version, leaf) in page {
                let expected = tree.size() + 1;
                if version != expected {
                    let reason = format!("event {version} stands where event {expected} was expected");
                    return Err(DeskError::Forked { case: case.clone(), reason });
                }
                tree.push(leaf);
            }
        }
        if tree.size() == 0 {
            self.inner.trees.forget(case);
            return Err(DeskError::NoSuchCase(case.clone()));
        }
        Ok(tree)
    }
}
