// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case readmit`.

use clap::Args;
use forestall_api::exclude;
use forestall_model::{CaseId, DomainName};

use super::change::{self, Picture};
use crate::cases::Cases;
use crate::failure::Outcome;
use crate::world::{ActArgs, Globals};

/// Take the exclusion of a name back
#[derive(Args, Debug)]
pub(crate) struct Readmit {
    /// The case
    id: CaseId,
    /// The name
    name: DomainName,
    /// Why, in words
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    act: ActArgs,
}

impl Readmit {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let tld = self.name.tld();
        match globals.cases().await? {
            Cases::Here(desk) => {
                let act = self.act.act(globals)?;
                let before = desk.file(&self.id).await?;
                let stored = desk.readmit(&self.id, &act, self.name, self.reason).await?;
                change::show(&desk, &before, Some(&tld), &[stored]).await
            }
            Cases::At(hub) => {
                let record = self.act.record()?;
                let before = Picture::at(&hub, &self.id, Some(&tld)).await?;
                let readmit = exclude::Readmit { name: self.name, reason: self.reason, record };
                let recorded = hub.readmit(&self.id, &readmit, None).await?;
                change::show_at(&hub, &before, Some(&tld), &recorded).await
            }
        }
    }
}
