// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall plugin list`.

use clap::Args;
use forestall_dga::Catalogue;
use forestall_hub::desk::{FiledPlugin, Plugins};
use serde::Serialize;

use crate::cli::TextJson;
use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table};
use crate::world::Globals;

/// List the plug-ins that are filed, and run their vectors again; exit status 1 where one is not in order
#[derive(Args, Debug)]
pub(crate) struct List {
    /// How the list is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJson,
}

#[derive(Serialize)]
struct Entry {
    /// The family; none where the file cannot be read.
    family: Option<String>,
    tlp: Option<&'static str>,
    campaigns: Vec<String>,
    vectors: usize,
    sha256: String,
    /// What is wrong with it.
    problem: Option<String>,
}

impl List {
    pub(super) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let mut catalogue = Catalogue::built_in();
        let filed = Plugins::of(&globals.data()?).filed()?;
        let entries: Vec<Entry> = filed.into_iter().map(|filed| entry(filed, &mut catalogue)).collect();
        let outcome = if entries.iter().any(|entry| entry.problem.is_some()) { Outcome::Found } else { Outcome::Done };
        if let TextJson::Json = self.format {
            output::json(&entries)?;
            return Ok(outcome);
        }
        let mut table = Table::new(&["family", "TLP", "campaigns", "state", "SHA-256"].map(|name| (name, Align::Left)));
        for entry in entries {
            let state = entry.problem.map_or_else(|| "in order".to_owned(), |problem| format!("LEFT OUT: {problem}"));
            let campaigns = entry.campaigns.len().to_string();
            table.row([
                entry.family.unwrap_or_default(),
                entry.tlp.unwrap_or_default().to_owned(),
                campaigns,
                state,
                entry.sha256,
            ]);
        }
        output::to_stdout(|out| Ok(table.write("", out)?))?;
        Ok(outcome)
    }
}

/// Says what a file is, and adds its plug-in to the catalogue as every command does.
fn entry(filed: FiledPlugin, catalogue: &mut Catalogue) -> Entry {
    let FiledPlugin { digest, plugin, .. } = filed;
    let sha256 = digest.to_string();
    match plugin {
        Err(problem) => {
            Entry { family: None, tlp: None, campaigns: Vec::new(), vectors: 0, sha256, problem: Some(problem) }
        }
        Ok(plugin) => Entry {
            family: Some(plugin.info().slug.to_string()),
            tlp: Some(plugin.marking().tlp.word()),
            campaigns: plugin.campaigns().iter().map(ToString::to_string).collect(),
            vectors: plugin.vectors(),
            sha256,
            problem: plugin.add_to(catalogue).and_then(|()| plugin.check()).err().map(|error| error.to_string()),
        },
    }
}
