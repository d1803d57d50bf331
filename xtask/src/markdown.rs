// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What Markdown pages name: their headings with the anchors that GitHub makes of them, and addresses within the repository.
//!
//! The check of links and the book both read it here, so that an anchor that the one takes for good is one in the other.

use std::collections::BTreeSet;

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heading {
    /// Its line, from 1.
    pub(crate) line: usize,
    /// Its anchor, of which there is one on the page.
    pub(crate) anchor: String,
}

/// Returns the headings of a Markdown text in order.
pub(crate) fn headings(text: &str) -> Vec<Heading> {
    let mut taken = BTreeSet::new();
    let mut headings = Vec::new();
    for (line, content) in lines_outside_fences(text) {
        let marks = content.bytes().take_while(|&byte| byte == b'#').count();
        let Some(heading) =
            content.get(marks..).filter(|rest| (1..=6).contains(&marks) && rest.starts_with([' ', '\t']))
        else {
            continue;
        };
        let slug = slug(heading.trim().trim_end_matches('#').trim_end());
        let mut anchor = slug.clone();
        let mut number = 0_u32;
        while !taken.insert(anchor.clone()) {
            number += 1;
            anchor = format!("{slug}-{number}");
        }
        headings.push(Heading { line, anchor });
    }
    headings
}

/// Returns the anchors of a Markdown text: those of its headings, and the `id` and `name` of HTML.
pub(crate) fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors: BTreeSet<String> = headings(text).into_iter().map(|heading| heading.anchor).collect();
    for (_, line) in lines_outside_fences(text) {
        for attribute in [" id=\"", " name=\""] {
            for (at, _) in line.match_indices(attribute) {
                anchors.insert(line[at + attribute.len()..].split('"').next().unwrap_or_default().to_owned());
            }
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

/// Returns the lines outside of fenced code, counted from 1.
pub(crate) fn lines_outside_fences(text: &str) -> impl Iterator<Item = (usize, &str)> {
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

/// Says whether a target of a link begins with a scheme, and so leads out of the repository.
pub(crate) fn has_scheme(target: &str) -> bool {
    target.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// Returns the path that `relative` means in the folder of `from`; `None` where it climbs out of the root.
pub(crate) fn join(from: &str, relative: &str) -> Option<String> {
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

/// Returns the text with its percent signs decoded.
pub(crate) fn percent_decoded(text: &str) -> String {
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
