// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall party remove`.

use clap::Args;
use forestall_model::PartyId;

use crate::cases::Cases;
use crate::failure::Outcome;
use crate::world::Globals;

/// Remove a party to which nobody belongs
#[derive(Args, Debug)]
pub(crate) struct Remove {
    /// The party
    id: PartyId,
}

impl Remove {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        match globals.cases().await? {
            Cases::Here(desk) => {
                let kept = desk.party(&self.id).await?;
                desk.remove_party(&self.id, kept.changed).await?;
            }
            Cases::At(hub) => hub.remove_party(&self.id, hub.party(&self.id).await?.tag.as_ref()).await?,
        }
        Ok(Outcome::Done)
    }
}
