// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Relative links in prose: the file is there, and so is the heading.
//!
//! Read are inline links and images, link definitions, and `href` and `src` of the HTML that Markdown lets through,
//! outside of code. Links with a scheme are left alone: a check that needs the network fails for reasons that are not
//! ours.

use std::collections::{BTreeMap, BTreeSet};

use crate::markdown::{anchors, has_scheme, join, lines_outside_fences, percent_decoded};
use crate::problem::Problem;
use crate::tree::{SourceFile, Tree};

/// Reports links in Markdown files that lead nowhere.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let anchors: BTreeMap<&str, BTreeSet<String>> =
        prose(tree).map(|file| (file.path.as_str(), anchors(&file.text))).collect();
    let mut problems = Vec::new();
    for file in prose(tree) {
        for (line, target) in links(&file.text) {
            if let Err(message) = resolve(&file.path, &target, tree, &anchors) {
                problems.push(Problem::new(&file.path, line, message));
            }
        }
    }
    problems
}

fn prose(tree: &Tree) -> impl Iterator<Item = &SourceFile> {
    tree.files.iter().filter(|file| file.extension() == Some("md"))
}

/// Says why `target`, written in the file at `from`, leads nowhere.
fn resolve(from: &str, target: &str, tree: &Tree, anchors: &BTreeMap<&str, BTreeSet<String>>) -> Result<(), String> {
    if has_scheme(target) || target.starts_with("//") {
        return Ok(());
    }
    if target.is_empty() {
        return Err("a link without a target".to_owned());
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let path = percent_decoded(path.split('?').next().unwrap_or_default());
    if path.starts_with('/') {
        return Err(format!("'{target}': a link within the repository must be relative"));
    }
    let found = if path.is_empty() { Some(from.to_owned()) } else { join(from, &path) };
    let Some(found) = found else {
        return Err(format!("'{target}' leads out of the repository"));
    };
    if !found.is_empty() && !tree.paths.contains(&found) {
        return Err(format!("'{target}': there is no {found}"));
    }
    match (anchor, anchors.get(found.as_str())) {
        (None | Some(""), _) => Ok(()),
        (Some(anchor), Some(known)) if known.contains(&percent_decoded(anchor)) => Ok(()),
        (Some(anchor), Some(_)) => Err(format!("'{target}': {found} has no heading that makes the anchor '{anchor}'")),
        (Some(_), None) => Err(format!("'{target}': only Markdown files have anchors")),
    }
}

/// Returns the targets of all links of a Markdown text with their lines, from 1.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in lines_outside_code(text) {
        let mut rest = line.as_str();
        while let Some(start) = rest.find("](") {
            rest = &rest[start + 2..];
            found.push((number, inline_target(rest).to_owned()));
        }
        if let Some(target) = definition(&line) {
            found.push((number, target.to_owned()));
        }
        for attribute in [" href=\"", " src=\"", " srcset=\""] {
            for (at, _) in line.match_indices(attribute) {
                let value = line[at + attribute.len()..].split('"').next().unwrap_or_default();
                found.push((number, value.to_owned()));
            }
        }
    }
    found
}

/// Returns the target at the start of what follows `](`: up to the closing parenthesis or the title.
fn inline_target(rest: &str) -> &str {
    let rest = rest.trim_start();
    if let Some(bracketed) = rest.strip_prefix('<') {
        return bracketed.split('>').next().unwrap_or_default();
    }
    let mut open = 0_u32;
    for (index, c) in rest.char_indices() {
        match c {
            '(' => open += 1,
            ')' if open == 0 => return &rest[..index],
            ')' => open -= 1,
            c if c.is_whitespace() => return &rest[..index],
            _ => {}
        }
    }
    rest
}

/// Returns the target of a link definition, `[label]: target`. A footnote, `[^label]: text`, is none.
fn definition(line: &str) -> Option<&str> {
    let (label, target) = line.trim_start().strip_prefix('[')?.split_once("]:")?;
    if label.starts_with('^') || label.contains(']') {
        return None;
    }
    let target = target.split_whitespace().next()?;
    Some(target.trim_start_matches('<').trim_end_matches('>'))
}

/// Returns the lines outside of fenced code, with spans of code within a line blanked out.
fn lines_outside_code(text: &str) -> impl Iterator<Item = (usize, String)> {
    lines_outside_fences(text).map(|(number, line)| (number, without_code_spans(line)))
}

fn without_code_spans(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        let marks = rest[start..].bytes().take_while(|&byte| byte == b'`').count();
        let (before, span) = rest.split_at(start);
        let (mark, after) = span.split_at(marks);
        out.push_str(before);
        match after.find(mark) {
            Some(end) => rest = &after[end + marks..],
            None => {
                out.push_str(mark);
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(readme: &str) -> Vec<String> {
        let file = |path: &str, text: &str| SourceFile { path: path.to_owned(), text: text.to_owned() };
        let guide = "# Guide\n\n## Adding a `family`, quickly\n\n## Twice\n## Twice\n\n<a id=\"here\"></a>\n\n```\n# not a heading\n```\n";
        let files = vec![file("docs/README.md", readme), file("docs/guide.md", guide), file("LICENSE-MIT", "MIT")];
        let paths = ["docs", "docs/README.md", "docs/guide.md", "docs/a (1).png", "LICENSE-MIT"].map(str::to_owned);
        let tree = Tree { paths: paths.into(), files };
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn follows_links_that_lead_somewhere() {
        for text in [
            "[guide](guide.md)",
            "[guide](./guide.md \"The guide\") and [licence](../LICENSE-MIT)",
            "[up](..) [folder](../docs/)",
            "![picture](<a (1).png>) ![picture](a%20(1).png)",
            "[guide]: guide.md#twice-1",
            "[adding](guide.md#adding-a-family-quickly) [here](guide.md#here)",
            "# My own\n\n[above](#my-own)",
            "<img alt=\"\" src=\"a (1).png\">",
            "[outside](https://example.org/x.md#y) [mail](mailto:a@example.org)",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn reports_a_missing_file_with_its_line() {
        assert_eq!(found("one\n\n[x](gone.md)"), ["docs/README.md:3: 'gone.md': there is no docs/gone.md"]);
        assert_eq!(found("[x]: gone.md").len(), 1);
        assert_eq!(found("<a href=\"gone.md\">x</a>").len(), 1);
        assert_eq!(found("![x](gone.png) [y](also-gone.md)").len(), 2);
    }

    #[test]
    fn reports_a_missing_heading() {
        let found_one = found("[x](guide.md#adding)");
        assert_eq!(found_one.len(), 1);
        assert!(found_one[0].contains("docs/guide.md has no heading that makes the anchor 'adding'"), "{found_one:?}");
        assert_eq!(found("[x](guide.md#not-a-heading)").len(), 1);
        assert_eq!(found("[x](guide.md#twice-2)").len(), 1);
        assert_eq!(found("[x](../LICENSE-MIT#top)").len(), 1);
    }

    #[test]
    fn reports_links_out_of_the_repository_and_from_its_root() {
        assert!(found("[x](../../other.md)")[0].contains("leads out of the repository"));
        assert!(found("[x](/docs/guide.md)")[0].contains("must be relative"));
        assert!(found("[x]()")[0].contains("without a target"));
    }

    #[test]
    fn leaves_code_alone() {
        assert_eq!(found("```\n[x](gone.md)\n```\n~~~text\n[x](gone.md)\n~~~"), Vec::<String>::new());
        assert_eq!(found("write `[x](gone.md)` or ``[`x`](gone.md)``"), Vec::<String>::new());
        assert_eq!(found("a ` alone, then [x](gone.md)").len(), 1);
        assert_eq!(found("```\n```\n[x](gone.md)").len(), 1);
    }

    #[test]
    fn a_footnote_is_no_link() {
        assert_eq!(found("[^1]: See the text."), Vec::<String>::new());
    }
}
