// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Manifests: one table of lints, one list of dependencies, and a reason for each.

use std::path::Path;

use toml::{Table, Value};

use super::line_of;
use crate::metadata::Metadata;
use crate::problem::Problem;
use crate::tree::Tree;

/// The manifest of the workspace, which lists every dependency with its version and its reason.
const ROOT: &str = "Cargo.toml";

/// Reports packages that do not take the lints of the workspace or that name a version themselves, and dependencies of
/// the workspace without a comment that says why they are there.
pub(super) fn check(metadata: &Metadata, tree: &Tree, root: &Path) -> Vec<Problem> {
    let mut problems = Vec::new();
    for package in metadata.ours() {
        if let Some(file) = tree.file(&package.manifest(root)) {
            problems.extend(check_member(&file.path, &file.text));
        }
    }
    if let Some(file) = tree.file(ROOT) {
        problems.extend(check_reasons(ROOT, &file.text, &["workspace.dependencies"]));
    }
    problems
}

/// Reports what is wrong with the manifest of a package that is a workspace of its own: lints that it does not take from its own table, and dependencies without a
/// comment that says why they are there.
pub(super) fn check_apart(path: &str, text: &str) -> Vec<Problem> {
    let mut problems = check_reasons(path, text, &["dependencies", "dev-dependencies"]);
    if !text.contains("\n[lints]\nworkspace = true\n") {
        let message = "expected `[lints]` with `workspace = true`: one table of lints holds for all";
        problems.push(Problem::new(path, line_of(text, "[lints"), message));
    }
    problems
}

fn check_member(path: &str, text: &str) -> Vec<Problem> {
    let manifest: Table = match text.parse() {
        Ok(manifest) => manifest,
        Err(error) => return vec![Problem::new(path, 1, format!("not TOML: {error}"))],
    };
    let mut problems = Vec::new();
    let inherits = |value: &Value| value.get("workspace").and_then(Value::as_bool) == Some(true);
    if !manifest.get("lints").is_some_and(inherits) {
        let message = "expected `[lints]` with `workspace = true`: one table of lints holds for all";
        problems.push(Problem::new(path, line_of(text, "[lints"), message));
    }
    let targets = manifest.get("target").and_then(Value::as_table);
    let by_platform = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    for table in std::iter::once(&manifest).chain(by_platform) {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (name, value) in table.get(kind).and_then(Value::as_table).into_iter().flatten() {
                if !inherits(value) {
                    let message =
                        format!("{name} must be `workspace = true`: versions and reasons stand in the root manifest");
                    problems.push(Problem::new(path, line_of(text, name), message));
                }
            }
        }
    }
    problems
}

/// A comment speaks for the lines below it, up to the next empty line. Packages of ours need none: `path` says enough.
fn check_reasons(path: &str, text: &str, tables: &[&str]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let (mut inside, mut explained) = (false, false);
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if line.starts_with('[') {
            inside = tables.iter().any(|table| line.trim_start_matches('[').trim_end_matches(']') == *table);
            explained = false;
        } else if !inside {
            continue;
        } else if let Some(comment) = line.strip_prefix('#') {
            explained = comment.split_whitespace().count() >= 3;
        } else if line.is_empty() {
            explained = false;
        } else if let Some((name, value)) = line.split_once(['=', '.'])
            && !line.starts_with(char::is_whitespace)
            && !explained
            && !value.contains("path =")
        {
            let message = format!("{} has no comment that says what it is for and who keeps it", name.trim());
            problems.push(Problem::new(path, index + 1, message));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(text: &str) -> Vec<String> {
        check_member("crates/a/Cargo.toml", text).iter().map(ToString::to_string).collect()
    }

    fn unexplained(text: &str) -> Vec<usize> {
        check_reasons(ROOT, text, &["workspace.dependencies"]).iter().map(|problem| problem.line).collect()
    }

    #[test]
    fn accepts_a_member_that_inherits_everything() {
        let text = "[lints]\nworkspace = true\n[dependencies]\nserde.workspace = true\n\
                    [target.'cfg(unix)'.dependencies]\nlibc = { workspace = true, features = [\"std\"] }\n";
        assert_eq!(member(text), Vec::<String>::new());
    }

    #[test]
    fn reports_missing_or_own_lints() {
        assert_eq!(member("[package]\n").len(), 1);
        let found = member("[package]\n[lints.rust]\nunsafe_code = \"allow\"\n");
        assert!(found[0].starts_with("crates/a/Cargo.toml:2: "), "{found:?}");
    }

    #[test]
    fn reports_a_version_in_a_member() {
        let found = member("[lints]\nworkspace = true\n[dev-dependencies]\nrand = \"0.9\"\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/a/Cargo.toml:4: rand must be"), "{found:?}");
        let found =
            member("[lints]\nworkspace = true\n[target.'cfg(unix)'.dependencies]\nlibc = { version = \"1\" }\n");
        assert!(found[0].starts_with("crates/a/Cargo.toml:4: libc must be"), "{found:?}");
    }

    #[test]
    fn a_comment_explains_the_lines_below_it() {
        let text = "[workspace.dependencies]\nforestall-a = { path = \"crates/a\" }\n\n# Why we need both, and whose they are.\n\
                    serde = \"1\"\nserde_json = \"1\"\n";
        assert_eq!(unexplained(text), Vec::<usize>::new());
    }

    #[test]
    fn a_dependency_without_a_reason_is_reported() {
        assert_eq!(unexplained("[workspace.dependencies]\nserde = \"1\"\n"), [2]);
        assert_eq!(unexplained("[workspace.dependencies]\n# Why it is here.\nserde = \"1\"\n\nrand = \"1\"\n"), [5]);
        assert_eq!(unexplained("[workspace.dependencies]\n# todo\nserde = \"1\"\n"), [3]);
    }

    #[test]
    fn a_workspace_of_one_package_has_its_own_lints_and_reasons() {
        let lints = "[package]\n\n[lints]\nworkspace = true\n";
        let found =
            |text: String| check_apart("a/Cargo.toml", &text).iter().map(|problem| problem.line).collect::<Vec<_>>();
        assert_eq!(
            found(format!(
                "{lints}[dependencies]\nours = {{ path = \"../ours\" }}\n# Why it is here.\nserde = \"1\"\n"
            )),
            Vec::<usize>::new()
        );
        assert_eq!(found(format!("{lints}[dev-dependencies]\nserde = \"1\"\n")), [6]);
        assert_eq!(found("[package]\n".to_owned()), [1]);
    }

    #[test]
    fn other_tables_need_no_reason() {
        assert_eq!(unexplained("[workspace.package]\nversion = \"1\"\n"), Vec::<usize>::new());
    }
}
