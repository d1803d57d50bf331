// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where a file of the repository stands in the book.

use crate::tree::Tree;

/// The folder of what does not come from `docs`.
const BESIDE: &str = "repository";

/// Returns the place of the file at `path`: pages as HTML, `README.md` as the index of its folder, as mdBook has it; what does not stand in `docs` in a
/// folder of its own, there texts as `.txt`, so that every browser shows them.
pub(super) fn place(path: &str, tree: &Tree) -> String {
    let inside = path.strip_prefix("docs/");
    let place = inside.map_or_else(|| format!("{BESIDE}/{path}"), str::to_owned);
    if let Some(folder) = place.strip_suffix("README.md").filter(|rest| rest.is_empty() || rest.ends_with('/')) {
        return format!("{folder}index.html");
    }
    match place.strip_suffix(".md") {
        Some(stem) => format!("{stem}.html"),
        None if inside.is_none() && tree.file(path).is_some() && !place.ends_with(".txt") => format!("{place}.txt"),
        None => place,
    }
}

/// Returns the address of the place `to` as a page at the place `from` writes it.
pub(super) fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').collect();
    let to: Vec<&str> = to.split('/').collect();
    let folders = &from[..from.len() - 1];
    let shared = folders.iter().zip(&to[..to.len() - 1]).take_while(|(a, b)| a == b).count();
    let mut parts = vec![".."; folders.len() - shared];
    parts.extend(&to[shared..]);
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::{place, relative};
    use crate::tree::{SourceFile, Tree};

    #[test]
    fn pages_and_files_have_their_places() {
        let text = |path: &str| SourceFile { path: path.to_owned(), text: String::new() };
        let tree = Tree { files: vec![text("LICENSE-MIT"), text("a/b.txt")], ..Tree::default() };
        for (path, expected) in [
            ("docs/README.md", "index.html"),
            ("docs/families/README.md", "families/index.html"),
            ("docs/start/cert.md", "start/cert.html"),
            ("docs/images/a.png", "images/a.png"),
            ("ARCHITECTURE.md", "repository/ARCHITECTURE.html"),
            ("crates/a/benches/README.md", "repository/crates/a/benches/index.html"),
            ("LICENSE-MIT", "repository/LICENSE-MIT.txt"),
            ("a/b.txt", "repository/a/b.txt"),
            ("a/b.wasm", "repository/a/b.wasm"),
        ] {
            assert_eq!(place(path, &tree), expected, "{path}");
        }
    }

    #[test]
    fn addresses_are_relative() {
        for (from, to, expected) in [
            ("index.html", "scan.html", "scan.html"),
            ("start/cert.html", "scan.html", "../scan.html"),
            ("start/cert.html", "start/registry.html", "registry.html"),
            ("index.html", "start/cert.html", "start/cert.html"),
            ("repository/crates/a/b.html", "repository/x.html", "../../x.html"),
        ] {
            assert_eq!(relative(from, to), expected, "{from} to {to}");
        }
    }
}
