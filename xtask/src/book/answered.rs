// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Whether each threat of the page on threats is answered by tests that are there.
//!
//! A table there whose last column is called `tests` names in each row at least one, by a link of the form ``[`name`](file.rs)``, and what is named is a
//! test of that file: a function under an attribute that makes it one, or one that a macro runs on both databases.

use crate::markdown::join;
use crate::problem::Problem;
use crate::tree::Tree;

/// The page.
pub(super) const PAGE: &str = "docs/explain/threats.md";
/// What the last column is called where rows name tests.
const COLUMN: &str = "tests";
/// The macro that makes a test for each database of the names that it lists.
const ON_BOTH: &str = "on_both! {";

/// Reports rows without a test, and names that are no tests. A page that is not there is the business of others.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let Some(page) = tree.file(PAGE) else { return Vec::new() };
    let mut problems = Vec::new();
    let (mut before, mut names_tests) = ("", false);
    for (index, line) in page.text.lines().enumerate() {
        let mut report = |message: String| problems.push(Problem::new(PAGE, index + 1, message));
        match last_cell(line) {
            None => names_tests = false,
            Some(cell) if last_cell(before).is_none() => names_tests = cell == COLUMN,
            Some(cell) if names_tests && !cell.starts_with('-') => {
                let named = links(cell);
                if named.is_empty() {
                    report("a threat without a test; it belongs to what is not answered".to_owned());
                }
                for (name, target) in named {
                    // A link that leads nowhere is told by the check of links.
                    let Some(file) = join(PAGE, target).and_then(|path| tree.file(&path)) else { continue };
                    if !is_test(&file.text, name) {
                        report(format!("`{name}` is no test of {}", file.path));
                    }
                }
            }
            Some(_) => {}
        }
        before = line;
    }
    problems
}

/// Returns the last cell of a row; none for a line that is no row.
fn last_cell(line: &str) -> Option<&str> {
    let row = line.strip_prefix('|')?.trim_end().strip_suffix('|')?;
    Some(row.rsplit('|').next().unwrap_or(row).trim())
}

/// Returns name and target of each link whose text is code.
fn links(cell: &str) -> Vec<(&str, &str)> {
    let named = cell.split("[`").skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once("`](")?;
        Some((name, rest.split_once(')')?.0))
    });
    named.collect()
}

/// Says whether a text has a test of this name.
fn is_test(text: &str, name: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let definition = format!("fn {name}(");
    let is_marked = lines.iter().enumerate().any(|(index, line)| {
        let begins = line.split_once(&definition).map(|(begins, _)| begins);
        matches!(begins, Some("" | "async "))
            && lines[..index]
                .iter()
                .rev()
                .take_while(|line| line.starts_with("#[") || line.starts_with("//"))
                .any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"))
    });
    let of_both = lines.iter().skip_while(|line| **line != ON_BOTH).take_while(|line| **line != "}");
    is_marked || of_both.skip(1).any(|line| line.trim_end_matches(',') == name)
}

#[cfg(test)]
mod tests {
    use super::{PAGE, check};
    use crate::tree::{SourceFile, Tree};

    const CODE: &str = "\
        #[test]\n#[cfg(unix)]\nfn plain() {}\n\
        #[tokio::test(flavor = \"multi_thread\")]\nasync fn waits() {}\n\
        proptest! {\n    #[test]\n    fn any(x in 0..9) {}\n}\n\
        on_both! {\n    twice,\n}\nasync fn twice(home: &Home) {}\n\
        fn helper() {}\n";

    fn found(page: &str) -> Vec<String> {
        let file = |path: &str, text: &str| SourceFile { path: path.to_owned(), text: text.to_owned() };
        let tree = Tree { files: vec![file(PAGE, page), file("t.rs", CODE)], ..Tree::default() };
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn tests_of_every_kind_answer() {
        let rows = ["plain", "waits", "any", "twice"].map(|name| format!("| x | [`{name}`](../../t.rs) |\n"));
        let page =
            format!("| threat | tests |\n|---|---|\n{}\n| other | table |\n|---|---|\n| x | y |\n", rows.concat());
        assert_eq!(found(&page), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_test_and_a_row_without_one_are_reported() {
        let page = "| threat | tests |\n|---|---|\n| x | none |\n| x | [`plain`](../../t.rs), [`helper`](../../t.rs) |\n| x | [`gone`](../../t.rs) |\n";
        let place = "docs/explain/threats.md";
        let expected = [
            format!("{place}:3: a threat without a test; it belongs to what is not answered"),
            format!("{place}:4: `helper` is no test of t.rs"),
            format!("{place}:5: `gone` is no test of t.rs"),
        ];
        assert_eq!(found(page), expected);
    }
}
