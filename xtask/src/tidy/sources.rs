// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where packages come from: the registries of `deny.toml`, never a branch of somebody's repository.

use super::deny::{Deny, FILE};
use super::{arrows, line_in_lock};
use crate::metadata::Metadata;
use crate::problem::Problem;
use crate::tree::Tree;

/// Reports packages of others that no listed registry serves.
pub(super) fn check(metadata: &Metadata, deny: &Deny, tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for package in metadata.foreign() {
        // Ours, seen from a workspace that is not its own.
        if package.source.is_none() && arrows::row(&package.name).is_some() {
            continue;
        }
        let source = package.source.as_deref().unwrap_or("a folder outside the workspace");
        let address = source.strip_prefix("registry+").unwrap_or_default();
        if !deny.sources.allow_registry.iter().any(|allowed| allowed == address) {
            let message =
                format!("{} {} comes from {source}, which {FILE} does not list", package.name, package.version);
            problems.push(Problem::new("Cargo.lock", line_in_lock(tree, &package.name, &package.version), message));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::sample::{crate_of_others, workspace};

    fn found(source: Option<&str>) -> Vec<String> {
        let mut package = crate_of_others("x", "1.0.0", None);
        package.source = source.map(str::to_owned);
        let registry = "allow-registry = [\"https://github.com/rust-lang/crates.io-index\"]";
        let deny = Deny::parse(&format!("[licenses]\nallow = []\n[bans]\n[sources]\n{registry}\n")).unwrap();
        check(&workspace(vec![], vec![package]), &deny, &Tree::default()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn accepts_the_listed_registry() {
        assert_eq!(found(Some("registry+https://github.com/rust-lang/crates.io-index")), Vec::<String>::new());
    }

    #[test]
    fn refuses_other_registries_git_and_folders() {
        let git = found(Some("git+https://example.org/x?branch=main#0123"));
        assert_eq!(git.len(), 1);
        assert!(git[0].contains("comes from git+https://example.org/x"), "{git:?}");
        assert_eq!(found(Some("registry+https://example.org/index")).len(), 1);
        assert_eq!(found(None).len(), 1);
    }
}
