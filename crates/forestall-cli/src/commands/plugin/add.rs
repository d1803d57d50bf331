// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall plugin add`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use forestall_hub::desk::Plugins;
use forestall_model::Tlp;
use forestall_plugin::limits;

use crate::failure::Outcome;
use crate::world::Globals;
use crate::{input, output};

/// Check plug-ins and file them in the data folder: their families stand beside the built-in ones from then on, in every command
#[derive(Args, Debug)]
pub(crate) struct Add {
    /// The modules; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Add {
    pub(super) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let plugins = Plugins::of(&globals.data()?);
        for file in &self.files {
            let called = input::called(file);
            let module = input::whole(file, limits::MAX_MODULE as u64)?;
            let plugin = plugins.add(&module).with_context(|| format!("{called} was not filed"))?;
            let marking = match plugin.marking().tlp {
                Tlp::Clear => String::new(),
                tlp => format!(", {tlp}"),
            };
            output::note(format_args!(
                "filed {called} as {}: the family {}{marking}",
                plugin.digest(),
                plugin.info().slug
            ));
        }
        Ok(Outcome::Done)
    }
}
