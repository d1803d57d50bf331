// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What waits for a person at a hub: the docket, what was decided, appeals, alarms.

use forestall_api::act::Recorded;
use forestall_api::alarms::Alarms;
use forestall_api::appeals::{Appeal, Settle, Undo};
use forestall_api::docket::{Docket, Rule};
use forestall_api::route;
use forestall_model::{Band, CaseId, Tld};

use super::exchange::Call;
use super::{ETag, Hub, HubError};

impl Hub {
    /// Returns the names that wait for a person, of one slice or one band where it is named.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn docket(&self, id: &CaseId, slice: Option<&Tld>, band: Option<Band>) -> Result<Docket, HubError> {
        self.value(Call::new(route::DOCKET, route::docket(id)).with("slice", slice).with("band", band)).await
    }

    /// Records what a person decided about names.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn rule(&self, id: &CaseId, rule: &Rule, over: Option<&ETag>) -> Result<Recorded, HubError> {
        self.value(Call::new(route::RULE, route::rulings(id)).json(rule)?.over(over)).await
    }

    /// Records an appeal.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn appeal(&self, id: &CaseId, appeal: &Appeal, over: Option<&ETag>) -> Result<Recorded, HubError> {
        self.value(Call::new(route::APPEAL, route::appeals(id)).json(appeal)?.over(over)).await
    }

    /// Answers an appeal.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn settle(&self, id: &CaseId, settle: &Settle, over: Option<&ETag>) -> Result<Recorded, HubError> {
        self.value(Call::new(route::SETTLE, route::settle(id)).json(settle)?.over(over)).await
    }

    /// Takes back what was done to names.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn undo(&self, id: &CaseId, undo: &Undo, over: Option<&ETag>) -> Result<Recorded, HubError> {
        self.value(Call::new(route::UNDO, route::undo(id)).json(undo)?.over(over)).await
    }

    /// Returns what somebody has to know at once.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn alarms(&self, id: &CaseId) -> Result<Alarms, HubError> {
        self.value(Call::new(route::ALARMS, route::alarms(id))).await
    }
}
