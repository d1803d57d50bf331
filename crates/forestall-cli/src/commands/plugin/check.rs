// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall plugin check`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use forestall_dga::info::Verification;
use forestall_hub::desk::Plugins;
use forestall_plugin::{Checked, Plugin, PluginError, limits};

use crate::failure::{Outcome, refused};
use crate::table::counted;
use crate::world::Globals;
use crate::{input, output};

/// Run the vectors of a plug-in and print what it would add; exit status 1 where it is not in order
///
/// A plug-in is a WebAssembly module with metadata in it. It runs without access to anything, within limits of memory and of computing.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// The module; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Check {
    pub(super) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let called = input::called(&self.file);
        let module = input::whole(&self.file, limits::MAX_MODULE as u64)?;
        let checked = || -> Result<(Plugin, Checked), PluginError> {
            let plugin = Plugin::read(module.as_slice())?;
            let checked = plugin.check()?;
            Ok((plugin, checked))
        };
        let (plugin, checked) = checked().map_err(|error| refused(format!("{called}: {error}")))?;
        // One that is filed already takes no name but its own.
        let filed =
            globals.data().ok().is_some_and(|data| Plugins::of(&data).find(&plugin.digest().to_string()).is_ok());
        if !filed {
            plugin.add_to(&mut globals.catalogue()).map_err(|error| refused(format!("{called}: {error}")))?;
        }
        output::to_stdout(|out| {
            out.write_all(page(&plugin, checked).as_bytes()).context("standard output could not be written")
        })?;
        output::note(format_args!("{called} is in order{}", if filed { "; it is filed already" } else { "" }));
        Ok(Outcome::Done)
    }
}

/// Returns what a plug-in would add, as text for people.
fn page(plugin: &Plugin, checked: Checked) -> String {
    let info = plugin.info();
    let marking = plugin.marking();
    let confidence = match info.verification {
        Verification::Verified => "verified, as it says itself",
        Verification::Unverified => "UNVERIFIED",
    };
    let ids: Vec<&str> = plugin.campaigns().iter().map(AsRef::as_ref).collect();
    let names = info.names_per_period.map_or_else(|| "as the campaign says".to_owned(), |names| names.to_string());
    let mut lines = vec![
        ("family", info.slug.to_string()),
        ("also called", info.aliases.join(", ")),
        ("summary", info.summary.to_string()),
        ("marking", format!("{}, {}", marking.tlp, marking.pap)),
        ("period", info.period.to_string()),
        ("names", names),
        ("suffixes", info.suffixes.join(" ")),
        ("confidence", format!("{confidence}: {}", info.verification_note)),
        ("campaigns", ids.join(", ")),
        ("vectors", format!("{} reproduced, {}", checked.vectors, counted(checked.names, "name"))),
        ("SHA-256", plugin.digest().to_string()),
    ];
    lines.retain(|(_, text)| !text.is_empty());
    lines.into_iter().map(|(heading, text)| format!("{heading:<12} {text}\n")).collect()
}
