// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The hub of a drill: its time, people for scripted parties, and what is seen from outside.

use forestall_api::drill::{self as api, AddPerson, AddSights, AddedPerson, MoveClock, Moved, RecordedSights};
use forestall_model::{CaseId, Instant};

use super::exchange::Call;
use super::{Hub, HubError};

impl Hub {
    /// Returns the time of the drill.
    ///
    /// # Errors
    ///
    /// [`HubError`]; a hub that is no drill's has no such address.
    pub async fn drill_clock(&self) -> Result<Moved, HubError> {
        self.value(Call::new(api::CLOCK, api::clock())).await
    }

    /// Moves the time of the drill; the answer comes when all that is due by then is done.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn move_drill_clock(&self, to: Instant) -> Result<Moved, HubError> {
        self.value(Call::new(api::MOVE_CLOCK, api::clock()).json(&MoveClock { to })?).await
    }

    /// Adds somebody at a party, or somebody who runs the drill.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn add_drill_person(&self, person: &AddPerson) -> Result<AddedPerson, HubError> {
        self.value(Call::new(api::ADD_PERSON, api::people()).json(person)?).await
    }

    /// Records what is seen from outside of all names of some lists, of at most [`forestall_api::drill::MAX_LISTS`] at once.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn add_sights(&self, id: &CaseId, sights: &AddSights) -> Result<RecordedSights, HubError> {
        self.value(Call::new(api::ADD_SIGHTS, api::sights(id)).json(sights)?).await
    }
}
