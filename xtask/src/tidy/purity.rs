// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The switches that keep deciding crates pure: no `unsafe`, no clock, no files, no environment.

use std::path::Path;

use super::arrows::{self, Layer};
use crate::metadata::{Metadata, relative};
use crate::problem::Problem;
use crate::tree::Tree;

/// Turns on the list of methods in `clippy.toml` that read the clock, files or the environment.
const NO_IO: &str = "#![warn(clippy::disallowed_methods)]";
/// Rules out `unsafe` in a way that no module can undo.
const NO_UNSAFE: &str = "#![forbid(unsafe_code)]";
/// The one crate with one module of `unsafe`: the reader maps its file into memory.
const HAS_A_MAP: &str = "forestall-index";

/// Reports words and deciding crates whose root file lacks a switch.
pub(super) fn check(metadata: &Metadata, tree: &Tree, root: &Path) -> Vec<Problem> {
    let mut problems = Vec::new();
    for package in metadata.ours() {
        let pure = arrows::row(&package.name).is_some_and(|row| matches!(row.layer, Layer::Words | Layer::Decide));
        if !pure {
            continue;
        }
        for target in package.targets.iter().filter(|target| target.kind.iter().any(|kind| kind == "lib")) {
            let file = relative(&target.src_path, root);
            let Some(source) = tree.file(&file) else { continue };
            for switch in [NO_UNSAFE, NO_IO] {
                let excused = switch == NO_UNSAFE && package.name == HAS_A_MAP;
                if !excused && !source.text.lines().any(|line| line.trim() == switch) {
                    problems.push(Problem::new(
                        &file,
                        1,
                        format!("a deciding crate states `{switch}` in its root file"),
                    ));
                }
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::sample::{crate_of_ours, workspace};
    use crate::tree::SourceFile;

    fn found(package: &str, text: &str) -> Vec<String> {
        let path = format!("crates/{package}/src/lib.rs");
        let tree = Tree { files: vec![SourceFile { path, text: text.to_owned() }], ..Tree::default() };
        let metadata = workspace(vec![crate_of_ours(package, &[])], vec![]);
        check(&metadata, &tree, Path::new("/r")).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn accepts_both_switches() {
        let text = format!("//! Docs.\n{NO_UNSAFE}\n{NO_IO}\n");
        assert_eq!(found("forestall-coord", &text), Vec::<String>::new());
    }

    #[test]
    fn names_each_missing_switch() {
        let found_both = found("forestall-coord", "//! Docs.\n");
        assert_eq!(found_both.len(), 2);
        assert!(found_both[0].starts_with("crates/forestall-coord/src/lib.rs:1: "));
        assert_eq!(found("forestall-coord", &format!("{NO_IO}\n")).len(), 1);
    }

    #[test]
    fn a_switch_in_a_comment_does_not_count() {
        assert_eq!(found("forestall-model", &format!("// {NO_UNSAFE}\n{NO_IO}\n")).len(), 1);
    }

    #[test]
    fn the_index_may_map_but_not_read_the_clock() {
        assert_eq!(found("forestall-index", &format!("{NO_IO}\n")), Vec::<String>::new());
        assert_eq!(found("forestall-index", "").len(), 1);
    }

    #[test]
    fn acting_crates_are_free() {
        assert_eq!(found("forestall-hub", ""), Vec::<String>::new());
    }
}
