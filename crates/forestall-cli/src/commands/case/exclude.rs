// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case exclude`.

use clap::Args;
use forestall_api::exclude;
use forestall_model::{CaseId, DomainName, NameClass};

use super::change::{self, Picture};
use crate::cases::Cases;
use crate::failure::Outcome;
use crate::values::words;
use crate::world::{ActArgs, Globals};

/// Exclude a name with a legitimate holder: it is never acted on and stands outside coverage
#[derive(Args, Debug)]
pub(crate) struct Exclude {
    /// The case
    id: CaseId,
    /// The name
    name: DomainName,
    /// Why, in words
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// What is known of its registration
    #[arg(long, value_name = "CLASS", value_parser = words!(NameClass), default_value = "registered-benign")]
    class: NameClass,
    #[command(flatten)]
    act: ActArgs,
}

impl Exclude {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let tld = self.name.tld();
        match globals.cases().await? {
            Cases::Here(desk) => {
                let act = self.act.act(globals)?;
                let before = desk.file(&self.id).await?;
                let stored = desk.exclude(&self.id, &act, self.name, self.class, self.reason).await?;
                change::show(&desk, &before, Some(&tld), &[stored]).await
            }
            Cases::At(hub) => {
                let record = self.act.record()?;
                let before = Picture::at(&hub, &self.id, Some(&tld)).await?;
                let exclude = exclude::Exclude { name: self.name, class: self.class, reason: self.reason, record };
                let recorded = hub.exclude(&self.id, &exclude, None).await?;
                change::show_at(&hub, &before, Some(&tld), &recorded).await
            }
        }
    }
}
