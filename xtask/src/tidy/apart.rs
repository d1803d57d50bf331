// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The package that is a workspace of its own, with its own lock file: it keeps the rules of all others. Its `deny.toml` says what of others comes with it alone.

use std::path::Path;

use anyhow::Context;

use super::deny::{self, Deny};
use super::{arrows, duplicates, layout, licences, manifests, sources};
use crate::metadata::Metadata;
use crate::problem::Problem;
use crate::tree::{SourceFile, Tree};

/// Its folder.
const FOLDER: &str = "crates/forestall-query";

/// Reports what is wrong with it, by the paths of the repository.
///
/// # Errors
///
/// It is not there, or cargo or its `deny.toml` cannot be understood.
pub(super) fn check(tree: &Tree, root: &Path) -> anyhow::Result<Vec<Problem>> {
    let folder = root.join(FOLDER);
    let metadata = Metadata::load(&folder).context(FOLDER)?;
    let mut problems = arrows::check(&metadata, tree, root);
    problems.extend(layout::check(&metadata, tree, root));
    let own = below(tree);
    let file = own.file(deny::FILE).with_context(|| format!("{FOLDER}/{} is missing", deny::FILE))?;
    let deny = Deny::parse(&file.text).with_context(|| format!("{FOLDER}/{} cannot be read", deny::FILE))?;
    let mut of_its_own = licences::check(&metadata, &deny, &file.text, &own);
    of_its_own.extend(duplicates::check(&metadata, &deny, &file.text, &own));
    of_its_own.extend(sources::check(&metadata, &deny, &own));
    if let Some(manifest) = own.file("Cargo.toml") {
        of_its_own.extend(manifests::check_apart(&manifest.path, &manifest.text));
    }
    for problem in &mut of_its_own {
        problem.file = format!("{FOLDER}/{}", problem.file);
    }
    problems.extend(of_its_own);
    Ok(problems)
}

/// Returns the files of the folder as a repository of their own.
fn below(tree: &Tree) -> Tree {
    let relative = |path: &str| path.strip_prefix(FOLDER).and_then(|path| path.strip_prefix('/')).map(str::to_owned);
    let file = |file: &SourceFile| Some(SourceFile { path: relative(&file.path)?, text: file.text.clone() });
    Tree {
        paths: tree.paths.iter().filter_map(|path| relative(path)).collect(),
        files: tree.files.iter().filter_map(file).collect(),
    }
}
