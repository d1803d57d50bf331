// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall dictionary list`.

use clap::Args;
use forestall_dga::{WordLists as _, word_lists};
use serde::Serialize;

use crate::cli::TextJson;
use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table};
use crate::world::Globals;

/// List the word lists that families of the catalogue need, and whether they are there
#[derive(Args, Debug)]
pub(crate) struct List {
    /// How the list is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJson,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    family: String,
    campaigns: Vec<String>,
    sha256: String,
    present: bool,
}

impl List {
    pub(super) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let dictionaries = globals.dictionaries();
        let needed = word_lists::needed(&globals.catalogue(), &dictionaries);
        let entries = needed.into_iter().map(|list| Entry {
            present: dictionaries.word_list(list.digest).is_some(),
            name: list.name,
            family: list.family.to_string(),
            campaigns: list.campaigns.iter().map(ToString::to_string).collect(),
            sha256: list.digest.to_string(),
        });
        let entries: Vec<Entry> = entries.collect();
        if let TextJson::Json = self.format {
            output::json(&entries)?;
            return Ok(Outcome::Done);
        }
        let left = |name| (name, Align::Left);
        let mut table = Table::new(&["list", "family", "there", "SHA-256"].map(left));
        for entry in entries {
            let there = if entry.present { "yes" } else { "MISSING" };
            table.row([entry.name, entry.family, there.to_owned(), entry.sha256]);
        }
        output::to_stdout(|out| Ok(table.write("", out)?))?;
        Ok(Outcome::Done)
    }
}
