// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall person disable`, `enable` and `reset`.

use clap::Args;

use super::invite::ConsoleAddress;
use crate::failure::Outcome;
use crate::world::{ActArgs, Globals};

/// Names a person.
#[derive(Args, Debug)]
pub(crate) struct Named {
    /// The person, by id or mail address
    person: String,
}

impl Named {
    pub(super) async fn disable(self, globals: &Globals, disabled: bool) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let person = desk.find_person(&self.person).await?;
        desk.set_disabled(&person.id, disabled, globals.now()).await?;
        Ok(Outcome::Done)
    }
}

/// Begins an account anew.
#[derive(Args, Debug)]
pub(crate) struct Reset {
    /// The person, by id or mail address
    person: String,
    #[command(flatten)]
    console: ConsoleAddress,
    #[command(flatten)]
    act: ActArgs,
}

impl Reset {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let by = self.act.act(globals)?.actor;
        let person = desk.find_person(&self.person).await?;
        let invited = desk.reset_person(&person.id, &by, globals.now()).await?;
        self.console.print(&invited)?;
        Ok(Outcome::Done)
    }
}
