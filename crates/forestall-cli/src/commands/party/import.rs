// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall party import`.

use std::path::PathBuf;

use clap::Args;
use forestall_api::party::ImportedParties;
use forestall_formats::parties;

use crate::cases::Cases;
use crate::failure::{Outcome, refused};
use crate::input;
use crate::output;
use crate::table::counted;
use crate::world::Globals;

/// Take parties over from a CSV with one row a contact, or from a document in JSON or TOML
///
/// A party that is there is replaced. A file with a fault changes nothing. `forestall party list --format csv` writes the columns.
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// The file; - is standard input
    file: PathBuf,
}

impl Import {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let called = input::called(&self.file);
        let bytes = input::whole(&self.file, parties::MAX_DOCUMENT as u64)?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            refused(format!("{called} is not UTF-8: octet {at} begins no character; save it as \"CSV UTF-8\""))
        })?;
        let broken = |error: &dyn std::fmt::Display| {
            refused(format!("nothing was imported, because {called} has a fault:\n{error}"))
        };
        let done = match globals.cases().await? {
            Cases::Here(desk) => {
                let done = desk.import_parties(&text, globals.now()).await.map_err(|error| match error {
                    error if error.is_callers() => broken(&error),
                    error => error.into(),
                })?;
                ImportedParties {
                    added: done.added as u64,
                    replaced: done.replaced as u64,
                    unchanged: done.unchanged as u64,
                }
            }
            Cases::At(hub) => hub.import_parties(text).await.map_err(|error| match error.status() {
                Some(422) => broken(&error),
                _ => error.into(),
            })?,
        };
        output::note(format_args!(
            "imported from {called}: {} added, {} replaced, {} unchanged",
            counted(done.added, "party"),
            done.replaced,
            done.unchanged
        ));
        Ok(Outcome::Done)
    }
}
