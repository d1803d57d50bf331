// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case note`.

use clap::Args;
use forestall_model::{CaseId, Tld};

use crate::failure::Outcome;
use crate::values;
use crate::world::{ActArgs, Globals};

/// Put a fact on the record that changes no state
#[derive(Args, Debug)]
pub(crate) struct Note {
    /// The case
    id: CaseId,
    /// The fact, in words; it stays in the log for good, so names of people belong into --comment
    text: String,
    /// The slice that it concerns
    #[arg(long, value_name = "TLD", value_parser = values::tld)]
    tld: Option<Tld>,
    #[command(flatten)]
    act: ActArgs,
}

impl Note {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let act = self.act.act(globals)?;
        let desk = globals.desk().await?;
        super::print_recorded(&[desk.note(&self.id, &act, self.tld, self.text).await?])?;
        Ok(Outcome::Done)
    }
}
