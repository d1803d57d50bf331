// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case readmit`.

use clap::Args;
use forestall_model::{CaseId, DomainName};

use super::change;
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
        let act = self.act.act(globals)?;
        let desk = globals.desk().await?;
        let tld = self.name.tld();
        let before = desk.file(&self.id).await?;
        let recorded = desk.readmit(&self.id, &act, self.name, self.reason).await?;
        change::show(&desk, &before, Some(&tld), &[recorded]).await
    }
}
