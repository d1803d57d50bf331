// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case appeal`, `forestall case settle` and `forestall case undo`: what a holder brings, and what follows.

use clap::{Args, ValueEnum};
use forestall_api::appeals;
use forestall_coord::command::APPEAL_HOURS;
use forestall_hub::desk::BroughtAppeal;
use forestall_model::{CaseId, DomainName};

use super::change::{self, Picture};
use crate::cases::Cases;
use crate::failure::Outcome;
use crate::world::{ActArgs, Globals};

/// Record an appeal: somebody says that a name is theirs. Until it is answered, nothing is asked for the name
#[derive(Args, Debug)]
pub(crate) struct Appeal {
    /// The case
    id: CaseId,
    /// The name
    name: DomainName,
    /// Who appeals, and how to reach them; kept outside the log
    #[arg(long, value_name = "TEXT")]
    contact: String,
    /// How control of the name was proved
    #[arg(long, value_name = "TEXT")]
    proof: Option<String>,
    /// Within how many hours a person has to answer
    #[arg(long, value_name = "N", default_value_t = APPEAL_HOURS)]
    hours: u16,
    #[command(flatten)]
    act: ActArgs,
}

/// How an appeal is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Answer {
    /// The name is excluded for good, and what was done to it is undone
    Upheld,
    /// The name stands as before
    Denied,
}

/// Answer an appeal
#[derive(Args, Debug)]
pub(crate) struct Settle {
    /// The case
    id: CaseId,
    /// The name
    name: DomainName,
    /// The answer
    #[arg(long = "as", value_name = "ANSWER")]
    answer: Answer,
    /// Why, in words
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    act: ActArgs,
}

/// Take back in one step what was done to names: the registry has 24 hours to release them
#[derive(Args, Debug)]
pub(crate) struct Undo {
    /// The case
    id: CaseId,
    /// The names
    #[arg(required = true)]
    names: Vec<DomainName>,
    /// Why, in words
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    act: ActArgs,
}

impl Appeal {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let Self { id, name, contact, proof, hours, act } = self;
        let recorded = match globals.cases().await? {
            Cases::Here(desk) => {
                let act = act.act(globals)?;
                let brought = BroughtAppeal { name, contact, proof, hours };
                super::recorded(&id, &[desk.appeal(&id, &act, brought).await?])
            }
            Cases::At(hub) => {
                let (hours, record) = (Some(hours), act.record()?);
                hub.appeal(&id, &appeals::Appeal { name, contact, proof, hours, record }, None).await?
            }
        };
        super::print_recorded(&recorded)?;
        Ok(Outcome::Done)
    }
}

impl Settle {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let tld = self.name.tld();
        let upheld = self.answer == Answer::Upheld;
        match globals.cases().await? {
            Cases::Here(desk) => {
                let act = self.act.act(globals)?;
                let before = desk.file(&self.id).await?;
                let recorded = desk.settle(&self.id, &act, self.name, upheld, self.reason).await?;
                change::show(&desk, &before, Some(&tld), &[recorded]).await
            }
            Cases::At(hub) => {
                let record = self.act.record()?;
                let before = Picture::at(&hub, &self.id, Some(&tld)).await?;
                let settle = appeals::Settle { name: self.name, upheld, reason: self.reason, record };
                let recorded = hub.settle(&self.id, &settle, None).await?;
                change::show_at(&hub, &before, Some(&tld), &recorded).await
            }
        }
    }
}

impl Undo {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        match globals.cases().await? {
            Cases::Here(desk) => {
                let act = self.act.act(globals)?;
                let before = desk.file(&self.id).await?;
                let recorded = desk.undo(&self.id, &act, self.names, self.reason).await?;
                change::show(&desk, &before, None, &[recorded]).await
            }
            Cases::At(hub) => {
                let record = self.act.record()?;
                let before = Picture::at(&hub, &self.id, None).await?;
                let undo = appeals::Undo { names: self.names, reason: self.reason, record };
                let recorded = hub.undo(&self.id, &undo, None).await?;
                change::show_at(&hub, &before, None, &recorded).await
            }
        }
    }
}
