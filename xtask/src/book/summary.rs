// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The order of the pages: `SUMMARY.md` as mdBook reads it.
//!
//! Understood are headings, which name parts; lines that are one link, which are chapters without a place in a list; list items that are one
//! link, nested by two blanks a level; and lines of hyphens.

use std::collections::BTreeMap;

use crate::markdown::join;
use crate::problem::Problem;

/// A page in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chapter {
    /// What it is called there.
    pub(super) title: String,
    /// Its file, relative to the root of the repository.
    pub(super) path: String,
    /// How deep it lies, from 0.
    pub(super) depth: usize,
    /// The line of the summary, from 1.
    line: usize,
}

/// A line of the summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// The title of a part.
    Part(String),
    /// A page.
    Chapter(Chapter),
    /// The end of a part, without the title of another.
    End,
}

/// The whole.
#[derive(Debug, Default)]
pub(super) struct Summary {
    /// Its lines, in order.
    pub(super) lines: Vec<Line>,
}

impl Summary {
    /// Reads a summary, and says what of it is not understood. Addresses are relative to `file`.
    pub(super) fn parse(text: &str, file: &str) -> (Self, Vec<Problem>) {
        let mut lines = Vec::new();
        let mut problems = Vec::new();
        for (number, line) in text.lines().enumerate().map(|(index, line)| (index + 1, line)) {
            let content = line.trim_start();
            let indent = line.len() - content.len();
            let content = content.trim_end();
            if content.is_empty() {
                continue;
            }
            if content.bytes().all(|byte| byte == b'-') {
                lines.push(Line::End);
                continue;
            }
            if let Some(title) = content.strip_prefix("# ") {
                // The first heading is the title of the file.
                if number > 1 {
                    lines.push(Line::Part(title.to_owned()));
                }
                continue;
            }
            let is_nested_well = indent % 2 == 0;
            let link = content.strip_prefix("- ").or_else(|| (indent == 0).then_some(content));
            let chapter = link.and_then(|link| link.strip_prefix('[')?.strip_suffix(')')?.split_once("]("));
            match chapter.and_then(|(title, target)| Some((title, join(file, target)?))).filter(|_| is_nested_well) {
                Some((title, path)) => {
                    let depth = indent / 2;
                    lines.push(Line::Chapter(Chapter { title: title.to_owned(), path, depth, line: number }));
                }
                None => problems.push(Problem::new(
                    file,
                    number,
                    "expected a heading, a link, or a list item that is one link, nested by two blanks a level",
                )),
            }
        }
        (Self { lines }, problems)
    }

    /// Returns the pages in order.
    pub(super) fn chapters(&self) -> impl Iterator<Item = &Chapter> {
        self.lines.iter().filter_map(|line| match line {
            Line::Chapter(chapter) => Some(chapter),
            Line::Part(_) | Line::End => None,
        })
    }

    /// Says which pages of `folder` are not in the summary, and which of its chapters are in it twice or have no file.
    pub(super) fn against<'a>(
        &self,
        paths: impl Iterator<Item = &'a str>,
        here: impl Fn(&str) -> bool,
        folder: &str,
        file: &str,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
        for chapter in self.chapters() {
            if let Some(first) = lines.insert(&chapter.path, chapter.line) {
                problems.push(Problem::new(file, chapter.line, format!("{} stands in line {first} too", chapter.path)));
            }
            if !here(&chapter.path) {
                problems.push(Problem::new(file, chapter.line, format!("there is no {}", chapter.path)));
            }
        }
        let prefix = format!("{folder}/");
        for path in paths.filter(|path| path.starts_with(&prefix) && path.ends_with(".md") && *path != file) {
            if !lines.contains_key(path) {
                problems.push(Problem::new(path, 1, format!("the page is not in {file}")));
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Summary};

    const GOOD: &str =
        "# Summary\n\n[Forestall](README.md)\n\n# First\n\n- [A](a.md)\n  - [B](a/b.md)\n\n---\n\n[Words](words.md)\n";

    #[test]
    fn reads_parts_chapters_and_their_depth() {
        let (summary, problems) = Summary::parse(GOOD, "docs/SUMMARY.md");
        assert!(problems.is_empty(), "{problems:?}");
        let seen: Vec<(usize, &str)> = summary.chapters().map(|c| (c.depth, c.path.as_str())).collect();
        assert_eq!(seen, [(0, "docs/README.md"), (0, "docs/a.md"), (1, "docs/a/b.md"), (0, "docs/words.md")]);
        assert_eq!(
            summary.lines.iter().filter(|line| matches!(line, Line::Part(title) if title == "First")).count(),
            1
        );
    }

    #[test]
    fn says_which_line_is_none() {
        for line in ["- A", "- [A]", "   - [A](a.md)", "text", "- [A](../../../a.md)"] {
            let (_, problems) = Summary::parse(&format!("# Summary\n{line}\n"), "docs/SUMMARY.md");
            assert_eq!(problems.len(), 1, "{line}");
            assert_eq!(problems[0].line, 2, "{line}");
        }
    }

    #[test]
    fn finds_pages_that_are_missing_left_out_or_there_twice() {
        let found = |summary: &str, pages: &[&str]| -> Vec<String> {
            let (summary, _) = Summary::parse(summary, "docs/SUMMARY.md");
            let here = |path: &str| pages.contains(&path);
            let problems = summary.against(pages.iter().copied(), here, "docs", "docs/SUMMARY.md");
            problems.iter().map(ToString::to_string).collect()
        };
        let pages = ["docs/README.md", "docs/SUMMARY.md", "docs/a.md", "docs/a/b.md", "docs/words.md", "README.md"];
        assert_eq!(found(GOOD, &pages), Vec::<String>::new());
        assert_eq!(
            found("# S\n[A](a.md)\n", &["docs/a.md", "docs/c.md"]),
            ["docs/c.md:1: the page is not in docs/SUMMARY.md"]
        );
        assert_eq!(found("# S\n[A](a.md)\n", &[]), ["docs/SUMMARY.md:2: there is no docs/a.md"]);
        assert_eq!(
            found("# S\n[A](a.md)\n[A](a.md)\n", &["docs/a.md"]),
            ["docs/SUMMARY.md:3: docs/a.md stands in line 2 too"]
        );
    }
}
