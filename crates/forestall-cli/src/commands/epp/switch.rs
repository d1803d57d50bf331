// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall epp stop` and `forestall epp go`: the switch over all accounts.

use clap::Args;
use forestall_api::epp::StopEpp;
use forestall_model::Actor;

use crate::cases::Cases;
use crate::failure::{Outcome, usage};
use crate::output;
use crate::world::{self, Globals};

/// Stop everything that is written at registries, runs that are under way included, until `epp go`
#[derive(Args, Debug)]
pub(crate) struct Stop {
    /// Why
    reason: String,
    /// Who stops it [default: the login name]
    #[arg(long, value_name = "NAME", env = "FORESTALL_BY", hide_env_values = true)]
    by: Option<Actor>,
}

/// Let batches run again after `epp stop`
#[derive(Args, Debug)]
pub(crate) struct Go {}

impl Stop {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        if self.reason.trim().is_empty() {
            return Err(usage("the reason must not be empty"));
        }
        match globals.cases().await? {
            Cases::Here(desk) => {
                desk.epp_stop(&world::actor(self.by.as_ref())?, &self.reason, globals.now()).await?;
            }
            Cases::At(hub) => {
                world::known_by_token(self.by.as_ref())?;
                hub.stop_epp(&StopEpp { reason: self.reason }).await?;
            }
        }
        output::note(format_args!("stopped: nothing is written at any registry until `forestall epp go`"));
        Ok(Outcome::Done)
    }
}

impl Go {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        match globals.cases().await? {
            Cases::Here(desk) => desk.epp_go().await?,
            Cases::At(hub) => hub.go_epp().await?,
        }
        output::note(format_args!("approved batches may run again"));
        Ok(Outcome::Done)
    }
}
