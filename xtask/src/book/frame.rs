// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What stands around each page: the head, the contents, and the way to the pages before and after.
//!
//! No script: parts fold by themselves, and a chapter shows the chapters below it where one of them is open. In the source the contents follow the text, which a reader of the screen
//! meets first; wide windows show them at its left.

use std::fmt::Write as _;

use super::paths::{place, relative};
use super::summary::{Chapter, Line, Summary};
use crate::tree::Tree;

/// Where the style sheet stands.
pub(super) const STYLE_PLACE: &str = "style.css";
/// The style sheet.
pub(super) const STYLE: &str = include_str!("style.css");

/// Returns the whole page of the file at `path`, which stands at `own` in the book.
pub(super) fn page(summary: &Summary, path: &str, own: &str, title: &str, body: &str) -> String {
    let title = escaped(title);
    let full = if own == "index.html" { title } else { format!("{title} - Forestall") };
    let contents = contents(summary, path, own);
    let ways = ways(summary, path, own);
    let style = relative(own, STYLE_PLACE);
    let home = relative(own, "index.html");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{full}</title>\n<link rel=\"stylesheet\" href=\"{style}\">\n</head>\n<body>\n\
         <header><a class=\"home\" href=\"{home}\">Forestall</a> <a class=\"to-contents\" href=\"#book-contents\">Contents</a></header>\n\
         <main>\n{body}{ways}</main>\n\
         <nav id=\"book-contents\" aria-label=\"Contents\">\n{contents}</nav>\n</body>\n</html>\n"
    )
}

/// Returns the list of parts and chapters with the open one marked. A part is folded unless it holds that one; on the first page none is.
fn contents(summary: &Summary, path: &str, own: &str) -> String {
    let chapters: Vec<&Chapter> = summary.chapters().collect();
    let open = chapters.iter().position(|chapter| chapter.path == path);
    let mut text = String::new();
    let mut number = 0;
    // Chapters and parts alternate: what is gathered of a part is written when the next one begins.
    let mut part: Option<&str> = None;
    let mut items = String::new();
    let mut holds_open = own == "index.html";
    for line in summary.lines.iter().chain([&Line::End]) {
        match line {
            Line::Part(_) | Line::End => {
                write_part(&mut text, part, &std::mem::take(&mut items), holds_open);
                holds_open = own == "index.html";
                part = if let Line::Part(title) = line { Some(title) } else { None };
            }
            Line::Chapter(chapter) => {
                if is_shown(&chapters, number, open) {
                    let address = relative(own, &place(&chapter.path, &Tree::default()));
                    let current = if open == Some(number) { " aria-current=\"page\"" } else { "" };
                    let (depth, title) = (chapter.depth, escaped(&chapter.title));
                    let _ =
                        writeln!(items, "<li class=\"depth-{depth}\"><a href=\"{address}\"{current}>{title}</a></li>");
                }
                holds_open |= open == Some(number);
                number += 1;
            }
        }
    }
    text
}

/// Writes one part of the contents, or chapters that stand in none.
fn write_part(text: &mut String, title: Option<&str>, items: &str, is_open: bool) {
    let list = if items.is_empty() { String::new() } else { format!("<ul>\n{items}</ul>\n") };
    match title {
        Some(title) => {
            let open = if is_open { " open" } else { "" };
            let _ = write!(text, "<details{open}>\n<summary>{}</summary>\n{list}</details>\n", escaped(title));
        }
        None => text.push_str(&list),
    }
}

/// Says whether the chapter with a number stands in the contents: the outer ones do, and those below the outer one that is open.
fn is_shown(chapters: &[&Chapter], number: usize, open: Option<usize>) -> bool {
    let outer = |number: usize| (0..=number).rev().find(|&before| chapters[before].depth == 0);
    chapters[number].depth == 0 || open.is_some_and(|open| outer(open) == outer(number))
}

/// Returns the links to the pages before and after; nothing for a page beside the book.
fn ways(summary: &Summary, path: &str, own: &str) -> String {
    let chapters: Vec<&Chapter> = summary.chapters().collect();
    let Some(open) = chapters.iter().position(|chapter| chapter.path == path) else { return String::new() };
    let mut text = String::from("<p class=\"ways\">");
    let before = open.checked_sub(1).map(|number| ("prev", "Before: ", chapters[number]));
    let after = chapters.get(open + 1).map(|chapter| ("next", "Next: ", *chapter));
    for (way, word, chapter) in [before, after].into_iter().flatten() {
        let address = relative(own, &place(&chapter.path, &Tree::default()));
        let _ = write!(text, "<a rel=\"{way}\" href=\"{address}\">{word}{}</a> ", escaped(&chapter.title));
    }
    text.push_str("</p>\n");
    text
}

/// Returns a text for HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::{Summary, page};

    const SUMMARY: &str = "# S\n[Start](README.md)\n# Part <1>\n- [A](a.md)\n  - [A1](a/1.md)\n- [B](b.md)\n  - [B1](b/1.md)\n# Part 2\n- [C](c.md)\n\n---\n[Words](words.md)\n";

    #[test]
    fn contents_open_where_one_is() {
        let (summary, problems) = Summary::parse(SUMMARY, "docs/SUMMARY.md");
        assert!(problems.is_empty());
        let text = page(&summary, "docs/b/1.md", "b/1.html", "B & 1", "<p>text</p>\n");
        assert!(text.contains("<title>B &amp; 1 - Forestall</title>"));
        assert!(text.contains("<details open>\n<summary>Part &lt;1&gt;</summary>\n<ul>"));
        assert!(text.contains("<details>\n<summary>Part 2</summary>"), "{text}");
        assert!(text.contains("<a href=\"1.html\" aria-current=\"page\">B1</a>"));
        assert!(text.contains("<a href=\"../a.html\">A</a>") && !text.contains("A1"));
        assert!(
            text.contains("<a rel=\"prev\" href=\"../b.html\">Before: B</a>")
                && text.contains("<a rel=\"next\" href=\"../c.html\">")
        );
        assert!(text.ends_with("</details>\n<ul>\n<li class=\"depth-0\"><a href=\"../words.html\">Words</a></li>\n</ul>\n</nav>\n</body>\n</html>\n"));
        let beside = page(&summary, "LICENSE-MIT.md", "repository/x.html", "X", "");
        assert!(!beside.contains("class=\"ways\"") && !beside.contains("aria-current"));
    }
}
