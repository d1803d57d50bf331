// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case horizon`.

use clap::Args;
use forestall_model::{CaseId, UtcDay};

use crate::failure::Outcome;
use crate::world::{ActArgs, Globals};

/// Move the end of a case's horizon on; a case that was opened with --ahead does so each day by itself
#[derive(Args, Debug)]
pub(crate) struct Horizon {
    /// The case
    id: CaseId,
    /// The day after the last one
    #[arg(long, value_name = "DATE")]
    until: UtcDay,
    #[command(flatten)]
    act: ActArgs,
}

impl Horizon {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let act = self.act.act(globals)?;
        let desk = globals.desk().await?;
        super::print_recorded(&[desk.move_horizon(&self.id, &act, self.until).await?])?;
        Ok(Outcome::Done)
    }
}
