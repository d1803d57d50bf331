// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `cargo xtask tidy`: the rules of the house that a program can hold.
//!
//! One file is one rule. Each takes the tree or the answer of cargo as a value and returns
//! [`Problem`]s, so that its tests run on a few lines; nothing here compiles a crate of the
//! project.

use anyhow::{Context, bail};

use crate::console::{complain, say};
use crate::metadata::Metadata;
use crate::problem::Problem;
use crate::tree::{self, Tree};

mod apart;
mod arrows;
mod deny;
mod duplicates;
mod headers;
mod layout;
mod licences;
mod links;
mod manifests;
mod placeholders;
mod places;
mod purity;
mod sources;
mod spdx;

/// Runs every check and prints each problem as `file:line: message`.
///
/// # Errors
///
/// At least one problem; a file that cannot be read; cargo or `deny.toml` that cannot be understood.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    if let Some(argument) = arguments.first() {
        bail!("tidy takes no argument, found {argument}");
    }
    let root = tree::root();
    let tree = Tree::read(&root)?;
    let metadata = Metadata::load(&root)?;
    let deny_text = &tree.file(deny::FILE).with_context(|| format!("{} is missing", deny::FILE))?.text;
    let deny = deny::Deny::parse(deny_text).with_context(|| format!("{} cannot be read", deny::FILE))?;

    let mut problems = Vec::new();
    problems.extend(arrows::check(&metadata, &tree, &root));
    problems.extend(layout::check(&metadata, &tree, &root));
    problems.extend(manifests::check(&metadata, &tree, &root));
    problems.extend(purity::check(&metadata, &tree, &root));
    problems.extend(headers::check(&tree));
    problems.extend(placeholders::check(&tree));
    problems.extend(places::check(&tree));
    problems.extend(links::check(&tree));
    problems.extend(licences::check(&metadata, &deny, deny_text, &tree));
    problems.extend(duplicates::check(&metadata, &deny, deny_text, &tree));
    problems.extend(sources::check(&metadata, &deny, &tree));
    problems.extend(apart::check(&tree, &root)?);
    problems.sort();
    problems.dedup();

    for problem in &problems {
        complain(&problem.to_string());
    }
    match problems.len() {
        0 => {
            let (ours, foreign) = (metadata.ours().len(), metadata.foreign().len());
            say(&format!(
                "tidy: {} files, {ours} packages of ours and {foreign} of others: nothing to mend",
                tree.files.len()
            ));
            Ok(())
        }
        1 => bail!("tidy found 1 problem"),
        count => bail!("tidy found {count} problems"),
    }
}

/// Returns the links of Markdown files that lead nowhere.
pub(crate) fn links(tree: &Tree) -> Vec<Problem> {
    links::check(tree)
}

/// Returns the line, from 1, on which `text` has `needle` for the first time; 1 where it has not.
fn line_of(text: &str, needle: &str) -> usize {
    text.lines().position(|line| line.contains(needle)).map_or(1, |index| index + 1)
}

/// Returns the line in the lock file at which a package stands; 1 without a lock file.
fn line_in_lock(tree: &Tree, name: &str, version: &str) -> usize {
    let Some(lock) = tree.file("Cargo.lock") else { return 1 };
    let lines: Vec<&str> = lock.text.lines().collect();
    let (name, version) = (format!("name = \"{name}\""), format!("version = \"{version}\""));
    lines.windows(2).position(|pair| pair[0] == name && pair[1] == version).map_or(1, |index| index + 1)
}
