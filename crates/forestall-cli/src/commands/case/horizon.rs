// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case horizon`.

use clap::Args;
use forestall_api::open::MoveHorizon;
use forestall_model::{CaseId, UtcDay};

use crate::cases::Cases;
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
        let recorded = match globals.cases().await? {
            Cases::Here(desk) => {
                let act = self.act.act(globals)?;
                super::recorded(&self.id, &[desk.move_horizon(&self.id, &act, self.until).await?])
            }
            Cases::At(hub) => {
                let to = MoveHorizon { until: self.until, record: self.act.record()? };
                hub.move_horizon(&self.id, &to, None).await?
            }
        };
        super::print_recorded(&recorded)?;
        Ok(Outcome::Done)
    }
}
