// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `cargo xtask book`: the pages of `docs` as a book, in static HTML without script, in `target/book`.
//!
//! `docs/SUMMARY.md` orders the pages in the form that mdBook reads. What a page links to in the repository comes along: Markdown as pages
//! that stand beside the book, other files as they are.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::arguments;
use crate::console::{complain, say};
use crate::problem::Problem;
use crate::tidy;
use crate::tree::{self, Tree};

mod answered;
mod check;
mod frame;
mod named;
mod page;
mod paths;
mod summary;

/// The folder of the pages, within the repository.
const FOLDER: &str = "docs";
/// The file that orders them.
const SUMMARY: &str = "docs/SUMMARY.md";

/// Files of the book by their place below its root, with `/`.
type Files = BTreeMap<String, Vec<u8>>;

/// Renders the book and checks it: each page stands in the summary once, each link leads somewhere, what pages name in the code is there, and each threat has its tests. With `--check` nothing is written.
///
/// # Errors
///
/// A problem or more; a file that cannot be read or written; an unknown argument.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let writes = !arguments::has("--check", "book", arguments)?;
    let root = tree::root();
    let tree = Tree::read(&root)?;
    let (files, mut problems) = render(&tree, &root)?;
    problems.extend(tidy::links(&tree).into_iter().filter(|problem| problem.file.starts_with("docs/")));
    problems.extend(named::check(&tree, "docs/"));
    problems.extend(answered::check(&tree));
    problems.extend(check::check(&files));
    problems.sort();
    problems.dedup();
    for problem in &problems {
        complain(&problem.to_string());
    }
    if !problems.is_empty() {
        bail!("the book has {} problem(s)", problems.len());
    }
    let pages = files.keys().filter(|path| path.ends_with(".html")).count();
    if writes {
        let folder = tree::target(&root).join("book");
        write(&folder, &files)?;
        say(&format!("book: {pages} pages, nothing to mend; begin with {}", folder.join("index.html").display()));
    } else {
        say(&format!("book: {pages} pages, nothing to mend"));
    }
    Ok(())
}

/// Renders everything, and says what of the summary does not fit the folder.
fn render(tree: &Tree, root: &Path) -> anyhow::Result<(Files, Vec<Problem>)> {
    let text = &tree.file(SUMMARY).with_context(|| format!("{SUMMARY} is missing"))?.text;
    let (summary, mut problems) = summary::Summary::parse(text, SUMMARY);
    let here = |path: &str| tree.file(path).is_some();
    problems.extend(summary.against(tree.files.iter().map(|file| file.path.as_str()), here, FOLDER, SUMMARY));

    let mut files = Files::new();
    let mut waiting: Vec<String> = summary.chapters().map(|chapter| chapter.path.clone()).collect();
    let mut seen: std::collections::BTreeSet<String> = waiting.iter().cloned().collect();
    while let Some(path) = waiting.pop() {
        let place = paths::place(&path, tree);
        if let Some(source) = tree.file(&path).filter(|_| path.ends_with(".md")) {
            let page = page::render(source, tree);
            for link in page.leads_to {
                if seen.insert(link.clone()) {
                    waiting.push(link);
                }
            }
            files.insert(place.clone(), frame::page(&summary, &path, &place, &page.title, &page.body).into_bytes());
        } else if root.join(&path).is_file() {
            let bytes = fs::read(root.join(&path)).with_context(|| format!("{path} cannot be read"))?;
            files.insert(place, bytes);
        }
    }
    files.insert(frame::STYLE_PLACE.to_owned(), frame::STYLE.as_bytes().to_vec());
    Ok((files, problems))
}

/// Puts the files into a new folder in the place of the old one.
fn write(folder: &Path, files: &Files) -> anyhow::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("{} cannot be emptied", folder.display()))?;
    }
    for (place, bytes) in files {
        let path = folder.join(place);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).with_context(|| format!("{} cannot be made", parent.display()))?;
        fs::write(&path, bytes).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}
