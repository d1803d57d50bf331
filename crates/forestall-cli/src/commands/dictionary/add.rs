// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall dictionary add`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use forestall_dga::word_lists;
use forestall_hub::desk::{Dictionaries, MAX_DICTIONARY, lists_within};
use forestall_model::Digest;

use crate::failure::Outcome;
use crate::world::Globals;
use crate::{input, output};

/// File word lists in the data folder, each under the SHA-256 of its text
///
/// A list is one word a line. The files in which lists were published may be given as they are: blank lines and blanks around words are
/// dropped, and of a JSON object each array of words is taken for a list, where the digest of what comes out is that of a list which a
/// family needs. Any other file is filed as it stands.
#[derive(Args, Debug)]
pub(crate) struct Add {
    /// The lists, or the files in which they were published; - is standard input
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
            let name_of = |text: &[u8]| {
                let digest = Digest::of(text);
                needed.iter().find(|list| list.digest == digest).map(|list| list.name.clone())
            };
            let within = match (name_of(&bytes), std::str::from_utf8(&bytes)) {
                (None, Ok(text)) => lists_within(text),
                _ => Vec::new(),
            };
            let found: Vec<(String, String)> =
                within.into_iter().filter_map(|list| Some((name_of(list.as_bytes())?, list))).collect();
            let not_filed = || format!("{called} was not filed");
            for (name, list) in &found {
                let digest = dictionaries.add(list.as_bytes()).with_context(not_filed)?;
                output::note(format_args!("filed a list out of {called} as {digest}, {name}"));
            }
            if found.is_empty() {
                let digest = dictionaries.add(&bytes).with_context(not_filed)?;
                let what = name_of(&bytes).unwrap_or_else(|| "which no family of the catalogue needs".to_owned());
                output::note(format_args!("filed {called} as {digest}, {what}"));
            }
        }
        Ok(Outcome::Done)
    }
}
