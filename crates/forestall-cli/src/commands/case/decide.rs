// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case decide`.

use clap::Args;
use forestall_coord::command::Resolve;
use forestall_model::{Actor, CaseId};

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
        let act = self.act.act(globals)?;
        let desk = globals.desk().await?;
        let resolve = Resolve { title: self.title, ground: self.ground, second: self.second_person };
        super::print_recorded(&[desk.decide_at_large(&self.id, &act, resolve).await?])?;
        Ok(Outcome::Done)
    }
}
