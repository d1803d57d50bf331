// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Packages that come in several versions: each costs build time and size, and two versions of a type do not fit
//! together.

use super::deny::{Deny, FILE};
use super::{line_in_lock, line_of};
use crate::metadata::Metadata;
use crate::problem::Problem;
use crate::tree::Tree;

/// Reports packages with a second version that `deny.toml` does not let pass, entries without a reason, and entries
/// that no longer let anything pass.
pub(super) fn check(metadata: &Metadata, deny: &Deny, deny_text: &str, tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let foreign = metadata.foreign();
    for same in foreign.chunk_by(|a, b| a.name == b.name) {
        let skipped = |version: &str| deny.bans.skip.iter().any(|skip| skip.is(&same[0].name, version));
        let counted: Vec<&str> = same.iter().map(|package| package.version.as_str()).filter(|v| !skipped(v)).collect();
        if let [first, _, ..] = counted[..] {
            let message = format!(
                "{} comes in {} versions ({}): make it one, or list the others in bans.skip of {FILE} with the reason",
                same[0].name,
                counted.len(),
                counted.join(", ")
            );
            problems.push(Problem::new("Cargo.lock", line_in_lock(tree, &same[0].name, first), message));
        }
    }
    for skip in &deny.bans.skip {
        let line = line_of(deny_text, &format!("\"{}\"", skip.spec));
        if skip.reason.split_whitespace().count() < 3 {
            problems.push(Problem::new(
                FILE,
                line,
                format!("{} needs a reason: who brings it, what would end it", skip.spec),
            ));
        }
        let lets_pass = foreign.iter().any(|package| {
            let twin =
                |other: &&&crate::metadata::Package| other.name == package.name && other.version != package.version;
            skip.is(&package.name, &package.version) && foreign.iter().any(|other| twin(&other))
        });
        if !lets_pass {
            problems.push(Problem::new(
                FILE,
                line,
                format!("{} is no duplicate any more: remove the entry", skip.spec),
            ));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::sample::{crate_of_others, workspace};

    fn found(versions: &[&str], skip: &str) -> Vec<String> {
        let foreign = versions.iter().map(|version| crate_of_others("sha2", version, None)).collect();
        let text = format!("[licenses]\nallow = []\n[sources]\n[bans]\nskip = [\n{skip}\n]\n");
        let deny = Deny::parse(&text).unwrap();
        check(&workspace(vec![], foreign), &deny, &text, &Tree::default()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn one_version_is_fine() {
        assert_eq!(found(&["0.11.1"], ""), Vec::<String>::new());
    }

    #[test]
    fn a_second_version_is_reported() {
        let found = found(&["0.10.9", "0.11.1"], "");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("Cargo.lock:1: sha2 comes in 2 versions (0.10.9, 0.11.1)"), "{found:?}");
    }

    #[test]
    fn a_listed_version_passes_with_its_reason_and_no_third_one() {
        let skip = "{ crate = \"sha2@0.10\", reason = \"sqlx is not there yet\" }";
        assert_eq!(found(&["0.10.9", "0.11.1"], skip), Vec::<String>::new());
        assert_eq!(found(&["0.9.0", "0.10.9", "0.11.1"], skip).len(), 1);
    }

    #[test]
    fn an_entry_without_a_reason_is_reported() {
        let found = found(&["0.10.9", "0.11.1"], "{ crate = \"sha2@0.10\" }");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("deny.toml:6: sha2@0.10 needs a reason"), "{found:?}");
    }

    #[test]
    fn an_entry_that_lets_nothing_pass_is_reported() {
        let skip = "{ crate = \"sha2@0.10\", reason = \"sqlx is not there yet\" }";
        assert_eq!(found(&["0.11.1"], skip), ["deny.toml:6: sha2@0.10 is no duplicate any more: remove the entry"]);
        assert_eq!(found(&["0.10.9"], skip).len(), 1);
    }
}
