// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Words that somebody meant to replace: a document with one of them was never finished.
//!
//! A page is searched outside of code and of the targets of links. Whoever leaves a place to be filled marks it with a word in capitals;
//! so a long one must be known, and a word in capitals alone on its line is never prose.

use crate::problem::Problem;
use crate::tree::Tree;

/// Marks of unfinished text, whatever their length.
const MARKS: [&str; 5] = ["TODO", "FIXME", "TBD", "TBA", "XXX"];

/// Letters from which a word in capitals must be known.
const LONG: usize = 7;

/// Letters from which a word in capitals must not stand alone on a line.
const ALONE: usize = 4;

/// Words in capitals that are terms or names of others. Pages of the repository (CHANGELOG) are known by their files.
const KNOWN: [&str; 14] = [
    "BADTIME",
    "DNSSEC",
    "ENTRADA",
    "NOERROR",
    "NOTAUTH",
    "NOTIMPL",
    "NXDOMAIN",
    "PRODAFT",
    "PROTECTED",
    "REFUSED",
    "SERVFAIL",
    "SIGTERM",
    "SUNBURST",
    "UNVERIFIED",
];

/// Reports such words in pages.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.files.iter().filter(|file| file.extension() == Some("md")) {
        let mut in_block = false;
        for (index, line) in file.text.lines().enumerate() {
            if line.trim_start().starts_with("```") {
                in_block = !in_block;
                continue;
            }
            if in_block {
                continue;
            }
            let prose = without_code(line);
            let alone = prose.trim().trim_end_matches('.');
            for word in prose.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_') {
                let capitals =
                    !word.is_empty() && word.bytes().all(|octet| octet.is_ascii_uppercase() || octet == b'_');
                let unknown = word.len() >= LONG && !KNOWN.contains(&word) && !is_page(tree, word);
                let by_itself = word.len() >= ALONE && alone == word;
                if capitals && (MARKS.contains(&word) || unknown || by_itself) {
                    let message = format!(
                        "{word} looks like a place that was left to be filled; a term belongs into the list of this check"
                    );
                    problems.push(Problem::new(&file.path, index + 1, message));
                }
            }
        }
    }
    problems
}

/// Returns true where a page of the repository has the word as its name.
fn is_page(tree: &Tree, word: &str) -> bool {
    tree.paths.contains(&format!("{word}.md"))
}

/// Returns a line without what stands between backticks and in brackets behind a link's text.
fn without_code(line: &str) -> String {
    let prose: Vec<&str> = line.split('`').step_by(2).collect();
    let mut rest = prose.join(" ");
    while let Some(begin) = rest.find("](") {
        let end = rest[begin..].find(')').map_or(rest.len(), |end| begin + end);
        rest.replace_range(begin..end, "");
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::SourceFile;

    fn lines(text: &str) -> Vec<usize> {
        let files = vec![SourceFile { path: "docs/a.md".to_owned(), text: text.to_owned() }];
        let tree = Tree { files, paths: ["CHANGELOG.md".to_owned()].into() };
        check(&tree).iter().map(|problem| problem.line).collect()
    }

    #[test]
    fn reports_words_that_wait_to_be_replaced() {
        assert_eq!(lines("# A\n\nFIGURES\n"), [3]);
        assert_eq!(lines("- **Words.** FAMWORDS. Two or three\n- such as FAMSOUND, when\n"), [1, 2]);
        assert_eq!(lines("TODO: say how\nThe rate is XXX.\nRATE\nBENCH_TABLE"), [1, 2, 3, 4]);
    }

    #[test]
    fn terms_code_links_and_pages_are_no_such_words() {
        assert_eq!(lines("NXDOMAIN is no SERVFAIL, see the CHANGELOG and RFC 1035."), Vec::<usize>::new());
        assert_eq!(lines("`FILENAME` and [a page](PLACEHOLDER.md)"), Vec::<usize>::new());
        assert_eq!(lines("```\nPLACEHOLDER\n```\nMIT or Apache-2.0, FORESTALL_2"), Vec::<usize>::new());
    }
}
