// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Paths that exist on one machine only: a file that names one is of no use to whoever clones the repository.

use crate::problem::Problem;
use crate::tree::Tree;

/// The script of the build machine: it alone may say where that machine keeps data that the repository does not hold,
/// and only to hand it on in one of our variables.
const BUILD_SCRIPT: &str = ".ci/run";
/// How the names of our variables begin.
const OUR_VARIABLE: &str = "FORESTALL_";

/// The starts of such paths. Written in two parts, so that this file does not report itself.
const PLACES: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("../sha", "red"), concat!("/Us", "ers/"), concat!("/ro", "ot/")];

/// Reports lines that name such a path.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in &tree.files {
        for (index, line) in file.text.lines().enumerate() {
            let handed_on = file.path == BUILD_SCRIPT && line.contains(OUR_VARIABLE);
            if handed_on {
                continue;
            }
            for place in PLACES.iter().filter(|place| names(line, place)) {
                let message = format!("'{place}' is a place on one machine; the repository must not depend on it");
                problems.push(Problem::new(&file.path, index + 1, message));
            }
        }
    }
    problems
}

/// Returns true where the line has the place as a path of its own and not inside a longer word (`example.org/work/`).
fn names(line: &str, place: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    line.match_indices(place).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + place.len()..].chars().next();
        let open = if place.starts_with("..") { before != Some('.') } else { !before.is_some_and(word) };
        open && (place.ends_with('/') || !after.is_some_and(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::SourceFile;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        let tree = Tree { files: vec![SourceFile { path: path.to_owned(), text: text.to_owned() }], ..Tree::default() };
        check(&tree).iter().map(|problem| problem.line).collect()
    }

    #[test]
    fn reports_the_line_of_each_place() {
        for place in PLACES {
            assert_eq!(lines("docs/a.md", &format!("first\nsee {place}/data\n")), [2], "{place}");
            assert_eq!(lines("src/a.rs", &format!("let p = \"{place}/x\";")), [1], "{place}");
        }
    }

    #[test]
    fn a_part_of_a_longer_path_is_no_place() {
        assert_eq!(lines("a.md", &format!("https://example.org{}x", PLACES[0])), Vec::<usize>::new());
        assert_eq!(lines("a.rs", &format!("include_str!(\"{}.css\")", PLACES[1])), Vec::<usize>::new());
    }

    #[test]
    fn the_build_script_may_hand_a_place_on_in_our_variables_only() {
        let place = PLACES[1];
        assert_eq!(lines(BUILD_SCRIPT, &format!("export FORESTALL_X={place}/x")), Vec::<usize>::new());
        assert_eq!(lines(BUILD_SCRIPT, &format!("cat {place}/x")), [1]);
        assert_eq!(lines("other.sh", &format!("export FORESTALL_X={place}/x")), [1]);
    }
}
