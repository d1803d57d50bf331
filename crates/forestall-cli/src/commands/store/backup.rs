// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall store backup`.

use std::path::PathBuf;

use clap::Args;

use crate::failure::Outcome;
use crate::output;
use crate::world::Globals;

/// Copy the store as it is now into a new file, while others write; a store in PostgreSQL is copied with pg_dump
#[derive(Args, Debug)]
pub(crate) struct Backup {
    /// The file, which must not be there yet; it is a store that can take the place of this one
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Backup {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let size = desk.store().back_up(&self.file).await?;
        output::note(format_args!("{} was copied to {}, {size} octets", desk.store().place(), self.file.display()));
        Ok(Outcome::Done)
    }
}
