// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The report as Markdown, for the minutes of a working group.

use crate::report::Report;
use crate::tables::{Section, sections};

/// Writes a report as Markdown (CommonMark with tables). Texts of others stand in it as text: no markup of theirs gets through.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let parts: Vec<String> =
        sections(report).iter().enumerate().map(|(index, part)| section(part, index == 0)).collect();
    parts.join("\n")
}

fn section(section: &Section, first: bool) -> String {
    let mut out = format!("{} {}\n", if first { "#" } else { "##" }, plain(&section.title));
    if !section.text.is_empty() {
        out += &format!("\n{}\n", section.text.lines().map(plain).collect::<Vec<_>>().join("\n\n"));
    }
    if section.head.is_empty() {
        return out;
    }
    if section.rows.is_empty() {
        return out + "\nnone\n";
    }
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = section.head.iter().map(|cell| plain(cell)).collect();
    let rule: Vec<String> = section.head.iter().map(|_| "---".to_owned()).collect();
    out += &format!("\n{}{}", line(&head), line(&rule));
    for row in &section.rows {
        out += &line(&row.iter().map(|cell| plain(cell)).collect::<Vec<_>>());
    }
    out
}

/// Writes a text so that Markdown shows it as it is, on one line.
fn plain(text: &str) -> String {
    let text = text.trim();
    let mut out = String::with_capacity(text.len());
    // What makes a list, a rule or a heading where a line begins with it.
    if text.starts_with(['-', '+', '=']) {
        out.push('\\');
    }
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let after = text[digits..].strip_prefix(['.', ')']);
    let is_item = digits > 0 && after.is_some_and(|rest| rest.chars().next().is_none_or(char::is_whitespace));
    for (at, c) in text.char_indices() {
        match c {
            '.' | ')' if is_item && at == digits => out.extend(['\\', c]),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' | '~' | '!' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn markup_of_others_is_text() {
        assert_eq!(plain("a|b\n[x](y) <i>"), "a\\|b \\[x\\](y) \\<i\\>");
        assert_eq!((plain("- a-b"), plain("    a")), ("\\- a-b".to_owned(), "a".to_owned()));
        assert_eq!((plain("1. a"), plain("12)")), ("1\\. a".to_owned(), "12\\)".to_owned()));
        assert_eq!((plain("1.5 a. b"), plain("2009-04-01")), ("1.5 a. b".to_owned(), "2009-04-01".to_owned()));
    }
}
