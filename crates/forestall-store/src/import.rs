// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Taking over events of another store, all or none.

use std::sync::Arc;

use forestall_coord::Decided;
use forestall_model::Digest;

use crate::append::Prepared;
use crate::error::AppendError;
use crate::store::{Store, Stored};

impl Store {
    /// Appends events that another store recorded, with the documents of evidence that they name, all or none, and returns the events with
    /// their numbers here.
    ///
    /// Withheld fields may be missing: they were erased there. Events of one case are in order.
    ///
    /// # Errors
    ///
    /// As [`Store::append`]. Nothing of the call is in the store then.
    pub async fn import(&self, received: Vec<Decided>, evidence: Vec<String>) -> Result<Vec<Stored>, AppendError> {
        let prepared = received.into_iter().map(Prepared::received).collect::<Result<Vec<_>, _>>()?;
        let evidence = evidence.into_iter().map(|document| (Digest::of(document.as_bytes()), document)).collect();
        self.append_prepared(prepared, Arc::new(evidence)).await
    }
}
