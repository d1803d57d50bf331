// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall zone remove`.

use clap::Args;
use forestall_model::OwnerName;

use super::at_hub;
use crate::cases::Cases;
use crate::failure::Outcome;
use crate::world::Globals;

/// Remove a zone: nobody can take it any more; resolvers keep what they have until they are told otherwise
#[derive(Args, Debug)]
pub(crate) struct Remove {
    /// The zone
    name: OwnerName,
}

impl Remove {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        match globals.cases().await? {
            Cases::Here(desk) => desk.remove_zone(&self.name).await?,
            Cases::At(hub) => hub.remove_zone(at_hub(&self.name)?).await?,
        }
        Ok(Outcome::Done)
    }
}
