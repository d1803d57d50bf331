// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall dictionary add`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use forestall_dga::word_lists;
use forestall_hub::desk::{Dictionaries, MAX_DICTIONARY};

use crate::failure::Outcome;
use crate::world::Globals;
use crate::{input, output};

/// File word lists in the data folder, each under the SHA-256 of its text
#[derive(Args, Debug)]
pub(crate) struct Add {
    /// The lists, one word a line, exactly as published; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Add {
    pub(super) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let dictionaries = Dictionaries::of(Some(&globals.data()?));
        let needed = word_lists::needed(&globals.catalogue(), &dictionaries);
        for file in &self.files {
            let called = input::called(file);
            let bytes = input::whole(file, MAX_DICTIONARY)?;
            let digest = dictionaries.add(&bytes).with_context(|| format!("{called} was not filed"))?;
            let what = needed.iter().find(|list| list.digest == digest);
            let what =
                what.map_or_else(|| "which no family of the catalogue needs".to_owned(), |list| list.name.clone());
            output::note(format_args!("filed {called} as {digest}, {what}"));
        }
        Ok(Outcome::Done)
    }
}
