// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `cargo xtask reference`: the pages of `docs/reference` that follow from files of the repository.
//!
//! The API's follows from its reviewed document, that of events from their types and from the log of the tests. The other pages there follow from what the
//! programs say and are held by tests of those.

use std::fs;

use anyhow::{Context as _, bail};

use crate::arguments;
use crate::console::{complain, say};
use crate::tree::{self, Tree};

mod api;
mod events;

/// A page: where it stands and how it is made.
type Page = (&'static str, fn(&Tree) -> anyhow::Result<String>);

const PAGES: [Page; 2] = [("docs/reference/api.md", api::make), ("docs/reference/events.md", events::make)];

/// Writes the pages anew; with `--check` compares only.
///
/// # Errors
///
/// Where a page cannot be made or written; with `--check` where one differs; an unknown argument.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let only_check = arguments::has("--check", "reference", arguments)?;
    let root = tree::root();
    let tree = Tree::read(&root)?;
    let mut differing = 0;
    for (path, make) in PAGES {
        let made = make(&tree).with_context(|| format!("{path} cannot be made"))?;
        if tree.file(path).is_some_and(|file| file.text == made) {
            continue;
        }
        differing += 1;
        if only_check {
            complain(&format!("{path}: differs from what it is made of; `cargo xtask reference` writes it"));
        } else {
            fs::write(root.join(path), made).with_context(|| format!("cannot write {path}"))?;
            say(&format!("{path}: written"));
        }
    }
    if only_check && differing > 0 {
        bail!("{differing} of {} pages of the reference differ", PAGES.len());
    }
    say(&format!("reference: {} pages, nothing to mend", PAGES.len()));
    Ok(())
}

/// Returns a file of the repository that a page is made of.
fn source<'a>(tree: &'a Tree, path: &str) -> anyhow::Result<&'a str> {
    Ok(&tree.file(path).with_context(|| format!("{path} is missing"))?.text)
}

/// Returns a text as a cell of a table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
