// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The log of a case: its events, its signed head and its proofs.

use forestall_api::events::Event;
use forestall_api::log::{Checkpoint, Consistency, Inclusion};
use forestall_api::route;
use forestall_model::CaseId;

use super::exchange::Call;
use super::{Hub, HubError, Pages};

impl Hub {
    /// Returns the events of a case, the newest first.
    #[must_use]
    pub fn events<'a>(&'a self, id: &'a CaseId) -> Pages<'a, Event> {
        Pages::new(self, move || Call::new(route::EVENTS, route::events(id)))
    }

    /// Returns the signed head of the log.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn checkpoint(&self, id: &CaseId) -> Result<Checkpoint, HubError> {
        self.value(Call::new(route::CHECKPOINT, route::checkpoint(id))).await
    }

    /// Returns the proof that an event is in the log.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn proof(&self, id: &CaseId, version: u64) -> Result<Inclusion, HubError> {
        self.value(Call::new(route::PROOF, route::proof(id, version))).await
    }

    /// Returns the proof that the log only grew from `old` events to `new`, or to all.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn consistency(&self, id: &CaseId, old: u64, new: Option<u64>) -> Result<Consistency, HubError> {
        let call = Call::new(route::CONSISTENCY, route::consistency(id));
        self.value(call.with("old", Some(old)).with("new", new)).await
    }
}
