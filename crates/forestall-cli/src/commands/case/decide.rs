// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case decide`.

use clap::Args;
use forestall_api::decisions;
use forestall_coord::command::Resolve;
use forestall_model::{Actor, CaseId};

use crate::cases::Cases;
use crate::failure::Outcome;
use crate::world::{ActArgs, Globals};

/// Record a decision about the case at large, on its ground
#[derive(Args, Debug)]
pub(crate) struct Decide {
    /// The case
    id: CaseId,
    /// What was decided
    title: String,
    /// On what ground
    #[arg(long, value_name = "TEXT")]
    ground: String,
    /// The second person, where the case asks for two
    #[arg(long, value_name = "NAME")]
    second_person: Option<Actor>,
    #[command(flatten)]
    act: ActArgs,
}

impl Decide {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let (title, ground, second) = (self.title, self.ground, self.second_person);
        let recorded = match globals.cases().await? {
            Cases::Here(desk) => {
                let act = self.act.act(globals)?;
                let resolve = Resolve { title, ground, second };
                super::recorded(&self.id, &[desk.decide_at_large(&self.id, &act, resolve).await?])
            }
            Cases::At(hub) => {
                let decide = decisions::Decide { title, ground, second, record: self.act.record()? };
                hub.decide(&self.id, &decide, None).await?
            }
        };
        super::print_recorded(&recorded)?;
        Ok(Outcome::Done)
    }
}
