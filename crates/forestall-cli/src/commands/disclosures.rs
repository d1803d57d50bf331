// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall disclosures`.

use clap::Args;

use crate::failure::Outcome;
use crate::output;
use crate::world::{self, Globals};

/// Print the record of disclosures as CSV, the newest first: what left, to whom, how much, for what and on what ground
#[derive(Args, Debug)]
pub(crate) struct Disclosures {}

impl Disclosures {
    pub(crate) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        world::run(async {
            let desk = globals.desk().await?;
            let mut bytes = Vec::new();
            desk.write_disclosures(&mut bytes).await?;
            output::to_stdout(|out| Ok(out.write_all(&bytes)?))?;
            Ok(Outcome::Done)
        })
    }
}
