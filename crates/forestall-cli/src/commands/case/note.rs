// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case note`.

use clap::Args;
use forestall_api::notes::AddNote;
use forestall_model::{CaseId, Tld};

use crate::cases::Cases;
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
        let recorded = match globals.cases().await? {
            Cases::Here(desk) => {
                let act = self.act.act(globals)?;
                super::recorded(&self.id, &[desk.note(&self.id, &act, self.tld, self.text).await?])
            }
            Cases::At(hub) => {
                let note = AddNote { text: self.text, slice: self.tld, record: self.act.record()? };
                hub.add_note(&self.id, &note, None).await?
            }
        };
        super::print_recorded(&recorded)?;
        Ok(Outcome::Done)
    }
}
