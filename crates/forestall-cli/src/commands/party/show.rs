// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall party show`.

use clap::Args;
use forestall_hub::desk::SheetForm;
use forestall_model::PartyId;

use super::sheet::sheet;
use crate::failure::Outcome;
use crate::output;
use crate::world::{ActArgs, Globals};

/// Show a party with its terms and contacts
#[derive(Args, Debug)]
pub(crate) struct Show {
    /// The party
    id: PartyId,
    #[command(flatten)]
    act: ActArgs,
}

impl Show {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let (bytes, _) = sheet(&[self.id], SheetForm::Text, &self.act, globals).await?;
        output::to_stdout(|out| Ok(out.write_all(&bytes)?))?;
        Ok(Outcome::Done)
    }
}
