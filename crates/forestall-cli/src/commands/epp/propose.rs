// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall epp propose`.

use std::path::PathBuf;

use clap::Args;
use forestall_hub::shown;
use forestall_model::Actor;

use super::{AccountArgs, batch};
use crate::cases::Cases;
use crate::failure::Outcome;
use crate::output;
use crate::table::counted;
use crate::world::{self, Globals};

/// Lay a batch before the people who approve it, at the console or here; nothing is sent
///
/// The days for which approvals count are those of the account, and so is whether only people count who are signed in.
#[derive(Args, Debug)]
pub(crate) struct Propose {
    /// The batch
    batch: PathBuf,
    /// Who does so [default: the login name]
    #[arg(long, value_name = "PERSON", env = "FORESTALL_BY", hide_env_values = true)]
    by: Option<Actor>,
    #[command(flatten)]
    account: AccountArgs,
}

impl Propose {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let batch = batch(&self.batch)?;
        let terms = self.account.account_of(globals, &batch)?.rules.approvals;
        let kept = match globals.real_cases().await? {
            Cases::Here(desk) => {
                let by = world::actor(self.by.as_ref())?;
                desk.epp_propose(&batch, terms, &by, globals.now()).await?;
                shown::epp_batch(&desk.epp_kept(batch.digest(), globals.now()).await?.standing)
            }
            Cases::At(hub) => {
                world::known_by_token(self.by.as_ref())?;
                let days = u32::try_from(terms.lives / 86_400).unwrap_or(u32::MAX);
                hub.propose_epp(batch.text(), days, terms.signed_in).await?
            }
        };
        let only = if kept.signed_in_only { " of people who are signed in" } else { "" };
        output::note(format_args!(
            "{}, SHA-256 {}: two approvals{only} within {} are needed; nothing was sent",
            counted(kept.commands.into(), "command"),
            kept.sha256,
            counted(kept.approval_days.into(), "day")
        ));
        Ok(Outcome::Done)
    }
}
