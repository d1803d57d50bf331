// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall directory export`.

use std::path::PathBuf;

use clap::Args;

use crate::failure::Outcome;
use crate::output;
use crate::world::Globals;

/// Write the directory as CSV: tld,field,value,source,date
#[derive(Args, Debug)]
pub(crate) struct Export {
    /// Only what was imported: what differs from the directory that is part of the program
    #[arg(long)]
    own: bool,
    /// Write to this file, which appears when it is whole
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(super) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let directory = super::known(globals)?;
        let table = if self.own { super::differences(&directory) } else { directory.export_csv() };
        output::to(self.output.as_deref(), |out| Ok(out.write_all(table.as_bytes())?))?;
        Ok(Outcome::Done)
    }
}
