// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall plugin remove`.

use clap::Args;
use forestall_hub::desk::{FiledPlugin, Plugins};
use forestall_model::CaseId;

use crate::failure::{Outcome, refused};
use crate::output;
use crate::world::{self, Globals};

/// Remove a plug-in from the data folder
///
/// Cases that watch a campaign of it cannot be shown without it, so that it stays where there is one, unless --force is given. They open again
/// when the same plug-in is added again.
#[derive(Args, Debug)]
pub(crate) struct Remove {
    /// The family, or the SHA-256 of a plug-in that is damaged
    #[arg(value_name = "SLUG")]
    name: String,
    /// Remove it although cases need it
    #[arg(long)]
    force: bool,
}

impl Remove {
    pub(super) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let plugins = Plugins::of(&globals.data()?);
        let filed = plugins.find(&self.name)?;
        let needed = if self.force { Vec::new() } else { world::run(cases(globals, &filed))? };
        if !needed.is_empty() {
            let cases: Vec<&str> = needed.iter().map(AsRef::as_ref).collect();
            return Err(refused(format!(
                "{} is needed by the case {}; --force removes it all the same",
                self.name,
                cases.join(", ")
            )));
        }
        plugins.remove(&filed)?;
        output::note(format_args!("removed {}", filed.path.display()));
        Ok(Outcome::Done)
    }
}

/// Returns the cases that watch a campaign of the plug-in, or one made of it by other parameters.
async fn cases(globals: &Globals, filed: &FiledPlugin) -> anyhow::Result<Vec<CaseId>> {
    let Ok(plugin) = &filed.plugin else { return Ok(Vec::new()) };
    let Some(store) = globals.existing_store().await? else { return Ok(Vec::new()) };
    let ours = |id: &str| {
        let own = plugin.campaigns().iter();
        own.filter_map(|own| id.strip_prefix(own.as_str())).any(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let cases = store.cases().await?;
    Ok(cases.into_iter().filter(|case| case.campaigns.iter().any(|id| ours(id.as_str()))).map(|case| case.id).collect())
}
