// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall lake keep`: what is due of retention.

use clap::Args;

use super::settings::{LakeArgs, SettingsArgs, keep, tell};
use crate::failure::Outcome;
use crate::world::Globals;

/// Put pseudonyms in the place of addresses, and counts in the place of rows, where their time has come
///
/// `forestall lake ship` does it as well. It has to run where the keys are: without them the machines of one month get other pseudonyms from then on.
#[derive(Args, Debug)]
pub(crate) struct Keep {
    #[command(flatten)]
    lake: LakeArgs,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Keep {
    /// Runs the command.
    pub(crate) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let settings = self.settings.read()?;
        let mut keys = self.settings.keys(&settings, globals)?;
        let lake = self.lake.open()?;
        tell(&keep(&lake, &settings.retention, &mut keys, globals.today())?);
        Ok(Outcome::Done)
    }
}
