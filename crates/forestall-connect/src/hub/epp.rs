// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Batches of commands over EPP at a hub: what people approve, the switch, and the journal. The hub speaks to no registry.

use forestall_api::epp::{ApproveEpp, EppBatch, EppBatchCommands, EppRecord, EppSwitch, MAX_BATCH, StopEpp};
use forestall_api::{Items, header, route};
use forestall_model::{Digest, DomainName};

use super::exchange::Call;
use super::{Hub, HubError, Pages};

/// The most octets of a batch with its commands: what a command says and what a dry run found out, each some hundred octets long.
const MOST_OF_BATCH: usize = 64 << 20;

impl Hub {
    /// Returns the batches of the cases that whoever asks leads, the newest first.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn epp_batches(&self) -> Result<Vec<EppBatch>, HubError> {
        self.value::<Items<EppBatch>>(Call::new(route::EPP_BATCHES, route::epp_batches())).await.map(|of| of.items)
    }

    /// Lays the text of a batch before the people who approve it; for how many days an approval counts, and whether only those count that
    /// people give with accounts of their own. A batch that is there stays as it is.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn propose_epp(&self, text: String, days: u32, signed_in_only: bool) -> Result<EppBatch, HubError> {
        let call = Call::new(route::PROPOSE_EPP, route::epp_batches())
            .with("approval_days", Some(days))
            .with("signed_in_only", Some(signed_in_only));
        self.value(call.octets(header::PLAIN, text.into_bytes(), MAX_BATCH)?).await
    }

    /// Returns a batch with its commands.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn epp_batch(&self, batch: &Digest) -> Result<EppBatchCommands, HubError> {
        let call = Call::new(route::EPP_BATCH, route::epp_batch(batch)).accept(header::JSON, MOST_OF_BATCH);
        self.value(call).await
    }

    /// Approves a batch over its count and its SHA-256, as the person whose token it is.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn approve_epp(&self, batch: &Digest, approve: &ApproveEpp) -> Result<EppBatch, HubError> {
        self.value(Call::new(route::APPROVE_EPP, route::epp_approvals(batch)).json(approve)?).await
    }

    /// Returns whether anything may be written at registries.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn epp_switch(&self) -> Result<EppSwitch, HubError> {
        self.value(Call::new(route::EPP_SWITCH, route::epp_stop())).await
    }

    /// Stops everything that is written at registries.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn stop_epp(&self, stop: &StopEpp) -> Result<EppSwitch, HubError> {
        self.value(Call::new(route::STOP_EPP, route::epp_stop()).json(stop)?).await
    }

    /// Lets approved batches run again.
    ///
    /// # Errors
    ///
    /// [`HubError`].
    pub async fn go_epp(&self) -> Result<(), HubError> {
        self.call(Call::new(route::GO_EPP, route::epp_stop())).await.map(drop)
    }

    /// Returns the journal of an account, the earliest first; of one name where one is given.
    #[must_use]
    pub fn epp_journal<'a>(&'a self, account: &'a str, name: Option<&'a DomainName>) -> Pages<'a, EppRecord> {
        Pages::new(self, move || {
            Call::new(route::EPP_JOURNAL, route::epp_journal()).with("account", Some(account)).with("name", name)
        })
    }
}
