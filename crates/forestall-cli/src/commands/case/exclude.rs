// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case exclude`.

use clap::Args;
use forestall_model::{CaseId, DomainName, NameClass};

use super::change;
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
        let act = self.act.act(globals)?;
        let desk = globals.desk().await?;
        let tld = self.name.tld();
        let before = desk.file(&self.id).await?;
        let recorded = desk.exclude(&self.id, &act, self.name, self.class, self.reason).await?;
        change::show(&desk, &before, Some(&tld), &[recorded]).await
    }
}
