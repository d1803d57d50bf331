// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where figures come from: a lake, or else a hub that reads one.

use clap::Args;
use forestall_connect::hub::Hub;
use forestall_lake::{Lake, Settings};

use crate::commands::lake::settings::{self, SettingsArgs};
use crate::failure::usage;
use crate::world::{Globals, given_here};

/// The lake with its settings. Without one, a hub is asked.
#[derive(Args, Debug)]
pub(super) struct Place {
    /// The lake: a folder, s3://BUCKET/PATH, gs://BUCKET/PATH or az://CONTAINER/PATH; credentials come from the environment. It goes before a hub
    #[arg(long, value_name = "URL", env = "FORESTALL_LAKE", hide_env_values = true)]
    lake: Option<String>,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Place {
    /// Returns the hub that is meant; none where a lake is named on the command line, or no hub is named at all.
    ///
    /// # Errors
    ///
    /// Usage, where what a hub is asked for is for a lake alone: totals that are `public`, or settings.
    pub(super) fn hub(&self, globals: &Globals, public: bool) -> anyhow::Result<Option<Hub>> {
        if self.lake.as_ref().is_some_and(|lake| given_here("FORESTALL_LAKE", lake)) {
            return Ok(None);
        }
        let hub = globals.hub()?;
        if hub.is_some() && (public || self.settings.is_given()) {
            return Err(usage(
                "--public and --config are for a lake; what a hub shows to everybody is its page /public/census, and its settings are its own",
            ));
        }
        Ok(hub)
    }

    /// Opens the lake, after its settings were read.
    ///
    /// # Errors
    ///
    /// Usage, where neither a lake nor a hub is named; and where settings or lake cannot be used.
    pub(super) fn open(&self) -> anyhow::Result<(Lake, Settings)> {
        let settings = self.settings.read()?;
        let lake = self.lake.as_deref();
        let lake = lake
            .ok_or_else(|| usage("name the lake with --lake or FORESTALL_LAKE, or a hub that reads one with --hub"))?;
        Ok((settings::open(lake)?, settings))
    }
}
