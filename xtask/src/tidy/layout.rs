// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where packages and their test binaries stand, so that a newcomer finds a crate by its name.

use std::path::Path;

use super::line_of;
use crate::metadata::{Metadata, relative};
use crate::problem::Problem;
use crate::tree::Tree;

/// The package that `cargo run` starts.
const DEFAULT_RUN: &str = "forestall-cli";

/// Reports folders not named as their package, a `default-run` outside the command line, and more than one binary of
/// integration tests in a package: each links everything anew, and a single one, `tests/it`, shares its helpers.
pub(super) fn check(metadata: &Metadata, tree: &Tree, root: &Path) -> Vec<Problem> {
    let mut problems = Vec::new();
    for package in metadata.ours() {
        let file = package.manifest(root);
        let text = tree.file(&file).map_or("", |file| file.text.as_str());
        let folder = file.strip_suffix("/Cargo.toml").unwrap_or_default();
        if folder.rsplit('/').next() != Some(package.name.as_str()) {
            let message = format!("package {} must stand in a folder of its name, not in '{folder}'", package.name);
            problems.push(Problem::new(&file, line_of(text, "name ="), message));
        }
        if package.default_run.is_some() && package.name != DEFAULT_RUN {
            let message = format!("only {DEFAULT_RUN} has a default-run: 'cargo run' must mean one thing");
            problems.push(Problem::new(&file, line_of(text, "default-run"), message));
        }
        for target in package.targets.iter().filter(|target| target.kind.iter().any(|kind| kind == "test")) {
            if target.name != "it" {
                let message =
                    format!("integration tests belong in tests/it/main.rs, found a test binary '{}'", target.name);
                problems.push(Problem::new(&relative(&target.src_path, root), 1, message));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Package;
    use crate::metadata::sample::{crate_of_ours, workspace};

    fn found(package: Package) -> Vec<String> {
        let problems = check(&workspace(vec![package], vec![]), &Tree::default(), Path::new("/r"));
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn accepts_the_usual_layout() {
        let mut package = crate_of_ours(DEFAULT_RUN, &[]);
        package.default_run = Some("forestall".to_owned());
        assert_eq!(found(package), Vec::<String>::new());
    }

    #[test]
    fn refuses_a_folder_of_another_name() {
        let mut package = crate_of_ours("forestall-dga", &[]);
        package.manifest_path = "/r/crates/dga/Cargo.toml".to_owned();
        let found = found(package);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("must stand in a folder of its name, not in 'crates/dga'"));
    }

    #[test]
    fn refuses_a_second_default_run() {
        let mut package = crate_of_ours("forestall-hub", &[]);
        package.default_run = Some("hub".to_owned());
        assert_eq!(found(package).len(), 1);
    }

    #[test]
    fn refuses_a_second_test_binary() {
        let mut package = crate_of_ours("forestall-hub", &[]);
        for name in ["it", "pages"] {
            package.targets.push(crate::metadata::Target {
                name: name.to_owned(),
                kind: vec!["test".to_owned()],
                src_path: format!("/r/crates/forestall-hub/tests/{name}.rs"),
            });
        }
        let found = found(package);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/forestall-hub/tests/pages.rs:1: "));
    }
}
