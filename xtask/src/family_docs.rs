// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `cargo xtask family-docs`: a page of documentation for each family, from what the family says of itself.
//!
//! The pages are written by an example program of `forestall-dga`, so that this package depends on no crate of the project.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::console::{complain, say};
use crate::{arguments, cargo, tree};

/// Where the pages stand.
const FOLDER: &str = "docs/families";
/// The program that makes them.
const EXAMPLE: &str = "family-docs";
/// The file that orders all pages; it has a line for each of these.
const SUMMARY: &str = "docs/SUMMARY.md";

/// File names with their texts.
type Pages = BTreeMap<String, String>;

/// Writes the pages anew and removes those of families that are gone; with `--check` compares only.
///
/// # Errors
///
/// Where the pages cannot be made or written; with `--check` where one differs; an unknown argument.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let only_check = arguments::has("--check", "family-docs", arguments)?;
    let root = tree::root();
    let made = make(&root)?;
    let folder = root.join(FOLDER);
    let there = read(&folder)?;
    let differing = differing(&made, &there);
    let summary = fs::read_to_string(root.join(SUMMARY)).with_context(|| format!("cannot read {SUMMARY}"))?;
    let listed = listed(&summary, made.keys().map(String::as_str))?;
    if only_check {
        for name in &differing {
            complain(&format!(
                "{FOLDER}/{name}: differs from what the family says; `cargo xtask family-docs` writes it"
            ));
        }
        if listed != summary {
            bail!("{SUMMARY}: does not list the pages on families; `cargo xtask family-docs` writes it");
        }
        if !differing.is_empty() {
            bail!("{} of {} pages on families differ", differing.len(), made.len());
        }
        say(&format!("family-docs: {} pages, nothing to mend", made.len()));
        return Ok(());
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {FOLDER}"))?;
    for name in &differing {
        let path = folder.join(name);
        match made.get(*name) {
            Some(text) => fs::write(&path, text),
            None => fs::remove_file(&path),
        }
        .with_context(|| format!("cannot write {FOLDER}/{name}"))?;
        say(&format!("{FOLDER}/{name}: {}", if made.contains_key(*name) { "written" } else { "removed" }));
    }
    if listed != summary {
        fs::write(root.join(SUMMARY), listed).with_context(|| format!("cannot write {SUMMARY}"))?;
        say(&format!("{SUMMARY}: written"));
    }
    say(&format!("family-docs: {} of {} pages were new", differing.len(), made.len()));
    Ok(())
}

/// Returns the names that only one side has, or whose texts differ, in order.
fn differing<'a>(made: &'a Pages, there: &'a Pages) -> BTreeSet<&'a str> {
    made.keys().chain(there.keys()).map(String::as_str).filter(|name| made.get(*name) != there.get(*name)).collect()
}

/// Returns the summary with a line for each page below that of all families, and none for others.
fn listed<'a>(summary: &str, pages: impl Iterator<Item = &'a str>) -> anyhow::Result<String> {
    let mut lines: Vec<String> = summary
        .lines()
        .filter(|line| !line.starts_with("  - ") || !line.contains("](families/"))
        .map(str::to_owned)
        .collect();
    let above = lines.iter().position(|line| line.ends_with("](families/README.md)"));
    let above = above.with_context(|| format!("{SUMMARY} has no line for families/README.md"))?;
    let names = pages.filter_map(|page| page.strip_suffix(".md")).filter(|name| *name != "README");
    lines.splice(above + 1..above + 1, names.map(|name| format!("  - [{name}](families/{name}.md)")));
    Ok(lines.join("\n") + "\n")
}

/// Has the pages made in a folder of the target directory, and reads them.
fn make(root: &Path) -> anyhow::Result<Pages> {
    let folder = tree::target(root).join("family-docs");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let status = cargo::command()
        // With the features that the whole workspace asks for, so that the tests find everything built.
        .args(["build", "--quiet", "--locked", "--workspace", "--example", EXAMPLE])
        .current_dir(root)
        .stdin(Stdio::null())
        .status()
        .context("cannot start cargo build --example family-docs")?;
    if !status.success() {
        bail!("cargo build --example {EXAMPLE}: {status}");
    }
    let program = tree::target(root).join("debug/examples").join(EXAMPLE);
    let status = Command::new(&program)
        .arg(&folder)
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot start {}", program.display()))?;
    if !status.success() {
        bail!("the example {EXAMPLE} of forestall-dga: {status}");
    }
    read(&folder)
}

/// Reads the files of a folder; none where it is missing.
fn read(folder: &Path) -> anyhow::Result<Pages> {
    let mut pages = Pages::new();
    if !folder.exists() {
        return Ok(pages);
    }
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry.with_context(|| format!("cannot read {}", folder.display()))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        pages.insert(name, text);
    }
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::{Pages, differing, listed};

    #[test]
    fn finds_pages_that_are_new_changed_or_left_over() {
        let pages = |entries: &[(&str, &str)]| -> Pages {
            entries.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
        };
        let made = pages(&[("a.md", "1"), ("b.md", "2"), ("c.md", "3")]);
        let there = pages(&[("b.md", "2"), ("c.md", "4"), ("d.md", "5")]);
        assert_eq!(differing(&made, &there).into_iter().collect::<Vec<_>>(), ["a.md", "c.md", "d.md"]);
        assert!(differing(&made, &made).is_empty());
    }
    #[test]
    fn the_summary_lists_each_page_once() {
        let before = "# S\n- [Families](families/README.md)\n  - [gone](families/gone.md)\n  - [b](families/b.md)\n\n- [Z](z.md)\n";
        let after =
            "# S\n- [Families](families/README.md)\n  - [a](families/a.md)\n  - [b](families/b.md)\n\n- [Z](z.md)\n";
        let pages = ["README.md", "a.md", "b.md"];
        assert_eq!(listed(before, pages.into_iter()).unwrap(), after);
        assert_eq!(listed(after, pages.into_iter()).unwrap(), after);
        assert!(listed("# S\n", pages.into_iter()).is_err());
    }
}
