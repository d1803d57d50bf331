// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall zone subscriber remove`.

use clap::Args;
use forestall_model::PartyId;

use crate::cases::Cases;
use crate::failure::Outcome;
use crate::world::Globals;

/// Remove a subscriber: their key works no more within seconds
#[derive(Args, Debug)]
pub(crate) struct Remove {
    /// The subscriber
    id: PartyId,
}

impl Remove {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        match globals.cases().await? {
            Cases::Here(desk) => desk.remove_subscriber(&self.id).await?,
            Cases::At(hub) => hub.remove_zone_subscriber(&self.id).await?,
        }
        Ok(Outcome::Done)
    }
}
