// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall family`: what is known of the DGA families.

mod list;
mod show;

use clap::Subcommand;
use forestall_dga::info::{Text, Verification};
use forestall_dga::{Catalogue, Family, FamilyInfo};

use crate::failure::{Outcome, usage};
use crate::near;
use crate::world::Globals;

/// The families: which there are, and a page on each
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    List(list::List),
    Show(show::Show),
}

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        match self {
            Self::List(command) => command.run(globals),
            Self::Show(command) => command.run(globals),
        }
    }
}

/// Returns the family with this slug or alias.
///
/// # Errors
///
/// Usage, with the names that are spelled nearly so.
pub(crate) fn find<'a>(catalogue: &'a Catalogue, name: &str) -> anyhow::Result<&'a dyn Family> {
    let folded = name.to_lowercase();
    if let Some(family) = catalogue.family(name).or_else(|| catalogue.family(&folded)) {
        return Ok(family.as_ref());
    }
    let known = catalogue.families().iter().flat_map(|family| {
        let info = family.info();
        std::iter::once(info.slug.as_ref()).chain(info.aliases.iter().map(AsRef::as_ref))
    });
    let hint = near::hint(name, known);
    Err(usage(format!("there is no family {name:?}; `forestall family list` names all.{hint}")))
}

/// Returns the top-level domains of a family's suffixes, each once, in order.
fn tlds(info: &FamilyInfo) -> Vec<&str> {
    let mut tlds: Vec<&str> = info.suffixes.iter().map(|suffix| forestall_model::name::last_label(suffix)).collect();
    tlds.sort_unstable();
    tlds.dedup();
    tlds
}

/// Returns how the verification of a family is shown: the doubtful one cannot be overlooked.
fn confidence(info: &FamilyInfo) -> &'static str {
    match info.verification {
        Verification::Verified => "verified",
        Verification::Unverified => "UNVERIFIED",
    }
}

fn joined(texts: &[Text], between: &str) -> String {
    texts.join(between)
}
