// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Whether what a page names in the code is still there: a link of the form ``[`name`](file.rs)`` leads to a file that defines it.
//!
//! Looked for is the last word of the name behind a word that defines something. A name that is that of the file itself says nothing more.

use crate::markdown::join;
use crate::problem::Problem;
use crate::tree::Tree;

/// Words behind which a name is defined.
const DEFINES: [&str; 8] = ["fn", "struct", "enum", "trait", "const", "static", "type", "mod"];

/// Reports names below `folder` that their files do not define. Links to files that are not there are left to the check of links.
pub(super) fn check(tree: &Tree, folder: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for page in tree.files.iter().filter(|file| file.path.starts_with(folder) && file.path.ends_with(".md")) {
        for (index, line) in page.text.lines().enumerate() {
            let mut rest = line;
            while let Some((_, after)) = rest.split_once("[`") {
                rest = after;
                let Some((name, target)) = after.split_once("`](") else { continue };
                let target = target.split(')').next().unwrap_or_default();
                if name.contains('`') || name.ends_with(".rs") || !target.ends_with(".rs") {
                    continue;
                }
                let Some(file) = join(&page.path, target).and_then(|path| tree.file(&path)) else { continue };
                let word = name.rsplit(|c: char| !c.is_alphanumeric() && c != '_').find(|part| !part.is_empty());
                if !word.is_some_and(|word| defines(&file.text, word)) {
                    let message = format!("`{name}` is not defined in {}", file.path);
                    problems.push(Problem::new(&page.path, index + 1, message));
                }
            }
        }
    }
    problems
}

/// Says whether a text has a word that defines something, a blank, and the name, with nothing of a name behind.
fn defines(text: &str, name: &str) -> bool {
    DEFINES.iter().any(|word| {
        let needle = format!("{word} {name}");
        text.match_indices(&needle).any(|(at, _)| {
            let (before, after) = (text[..at].chars().next_back(), text[at + needle.len()..].chars().next());
            ![before, after].into_iter().flatten().any(|c| c.is_alphanumeric() || c == '_')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tree::{SourceFile, Tree};

    #[test]
    fn a_name_is_defined_where_its_link_leads() {
        let file = |path: &str, text: &str| SourceFile { path: path.to_owned(), text: text.to_owned() };
        let found = |page: &str| -> Vec<String> {
            let code = "pub struct Case;\nimpl Case {\n    fn apply(&self) {}\n}\nuse x::Gone;\n";
            let tree = Tree { files: vec![file("docs/w.md", page), file("src/a.rs", code)], ..Tree::default() };
            check(&tree, "docs/").iter().map(ToString::to_string).collect()
        };
        let good = "[`Case`](../src/a.rs) and [`Case::apply`](../src/a.rs), [`a.rs`](../src/a.rs), [`x`](y.md), [x](../src/a.rs), [`a`](b.rs)";
        assert_eq!(found(good), Vec::<String>::new());
        assert_eq!(found("\n[`Gone`](../src/a.rs)"), ["docs/w.md:2: `Gone` is not defined in src/a.rs"]);
        assert_eq!(found("[`appl`](../src/a.rs) [`Case`](../src/a.rs) [`ase`](../src/a.rs)").len(), 2);
    }
}
