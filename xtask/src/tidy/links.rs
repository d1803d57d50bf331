// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Relative links in prose: the file is there, and so is the heading.
//!
//! Read are inline links and images, link definitions, and `href` and `src` of the HTML that Markdown lets through,
//! outside of code. Links with a scheme are left alone: a check that needs the network fails for reasons that are not
//! ours.

use std::collections::{BTreeMap, BTreeSet};

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

fn has_scheme(target: &str) -> bool {
    target.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// Returns the path that `relative` means in the folder of `from`; `None` where it climbs out of the root.
fn join(from: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = (first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
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

/// Returns the anchors of a Markdown text: those that GitHub makes of its headings, and the `id` and `name` of HTML.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for (_, line) in lines_outside_fences(text) {
        for attribute in [" id=\"", " name=\""] {
            for (at, _) in line.match_indices(attribute) {
                anchors.insert(line[at + attribute.len()..].split('"').next().unwrap_or_default().to_owned());
            }
        }
        let marks = line.bytes().take_while(|&byte| byte == b'#').count();
        let Some(heading) = line.get(marks..).filter(|rest| (1..=6).contains(&marks) && rest.starts_with([' ', '\t']))
        else {
            continue;
        };
        let slug = slug(heading.trim().trim_end_matches('#').trim_end());
        let mut unique = slug.clone();
        let mut number = 0_u32;
        while !anchors.insert(unique.clone()) {
            number += 1;
            unique = format!("{slug}-{number}");
        }
    }
    anchors
}

/// Makes the anchor of a heading: lower case, blanks to hyphens, other signs dropped, of links the text alone.
fn slug(heading: &str) -> String {
    let mut text = String::with_capacity(heading.len());
    let mut rest = heading;
    while let Some(end) = rest.find("](") {
        text.push_str(&rest[..end]);
        rest = rest[end..].split_once(')').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text.chars()
        .flat_map(char::to_lowercase)
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || matches!(c, '-' | '_') => Some(c),
            _ => None,
        })
        .collect()
}

/// Returns the lines outside of fenced code, with spans of code within a line blanked out.
fn lines_outside_code(text: &str) -> impl Iterator<Item = (usize, String)> {
    lines_outside_fences(text).map(|(number, line)| (number, without_code_spans(line)))
}

/// Returns the lines outside of fenced code, counted from 1.
fn lines_outside_fences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence: Option<&str> = None;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let start = line.trim_start();
        match fence {
            Some(mark) => {
                if start.starts_with(mark) && start.trim_end().chars().all(|c| mark.starts_with(c)) {
                    fence = None;
                }
                None
            }
            None => {
                fence = ["```", "~~~"].into_iter().find(|mark| start.starts_with(mark));
                fence.is_none().then_some((index + 1, line))
            }
        }
    })
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
