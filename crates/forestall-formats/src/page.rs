// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A page as data: titles, paragraphs and lists with fields in braces, shown as text, as Markdown or as HTML.
//!
//! Each line of a template is one block. It begins with `= ` (the title), `== ` (a heading), `* ` (an item), `+ ` (a numbered step) or `$ ` (a
//! text to be copied as it is, such as a command); any other line is a paragraph. Behind that a word in brackets may stand: `[fallback] ` shows the line only where the field is not
//! empty, or, where the word names a group, once for each of its members. Values are escaped for the form and put in once.

use std::collections::BTreeMap;

use crate::wording::{WordingError, fill};

/// Values by the name of their field.
pub(crate) type Fields = BTreeMap<&'static str, String>;

/// What a page is filled with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    /// Values that every line may use.
    pub(crate) fields: Fields,
    /// Values of lines that come once for each member, over the others.
    pub(crate) groups: BTreeMap<&'static str, Vec<Fields>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Title,
    Heading,
    Item,
    Step,
    Copied,
    Paragraph,
}

/// In which form a page is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageForm {
    /// Lines of at most 76 characters, as in a mail.
    Text,
    /// CommonMark.
    Markdown,
    /// The inside of a body.
    Html,
}

/// Most characters of a line of text.
const WIDTH: usize = 76;

/// Shows a template with its values.
pub(crate) fn show(
    language: &'static str,
    template: &str,
    values: &Values,
    form: PageForm,
) -> Result<String, WordingError> {
    let mut blocks: Vec<(Kind, String)> = Vec::new();
    for line in template.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (kind, rest) = kind_of(line);
        let (condition, text) = condition_of(rest);
        let prepare = |value: &str| match form {
            PageForm::Markdown if kind != Kind::Copied => markdown_escaped(&one_line(value)),
            // It stands between backticks.
            PageForm::Markdown => one_line(value).replace('`', "'"),
            PageForm::Text => one_line(value),
            PageForm::Html => html_escaped(&one_line(value)),
        };
        let mut add = |fields: &Fields| -> Result<(), WordingError> {
            blocks.push((kind, fill(language, text, fields, prepare)?));
            Ok(())
        };
        match condition {
            None => add(&values.fields)?,
            Some(word) => {
                if let Some(members) = values.groups.get(word) {
                    for member in members {
                        let mut fields = values.fields.clone();
                        fields.extend(member.iter().map(|(key, value)| (*key, value.clone())));
                        add(&fields)?;
                    }
                } else {
                    let found = || WordingError::NoField { language, found: word.chars().take(30).collect() };
                    let value = values.fields.get(word).ok_or_else(found)?;
                    if !value.is_empty() {
                        add(&values.fields)?;
                    }
                }
            }
        }
    }
    Ok(match form {
        PageForm::Text => text(&blocks),
        PageForm::Markdown => markdown(&blocks),
        PageForm::Html => html(&blocks),
    })
}

fn kind_of(line: &str) -> (Kind, &str) {
    let marks =
        [("= ", Kind::Title), ("== ", Kind::Heading), ("* ", Kind::Item), ("+ ", Kind::Step), ("$ ", Kind::Copied)];
    let found = marks.into_iter().find_map(|(mark, kind)| Some((kind, line.strip_prefix(mark)?)));
    found.unwrap_or((Kind::Paragraph, line))
}

fn condition_of(line: &str) -> (Option<&str>, &str) {
    let inside = line.strip_prefix('[').and_then(|rest| rest.split_once("] "));
    inside.map_or((None, line), |(word, text)| (Some(word), text))
}

fn text(blocks: &[(Kind, String)]) -> String {
    let mut out = String::new();
    let mut step = 0;
    let mut before = None;
    for (kind, text) in blocks {
        let tight = matches!(kind, Kind::Item | Kind::Step | Kind::Copied) && before == Some(*kind);
        if before.is_some() && !tight {
            out.push('\n');
        }
        step = if *kind == Kind::Step { step + 1 } else { 0 };
        match kind {
            Kind::Title => out.push_str(&format!("{text}\n{}\n", "=".repeat(text.chars().count().min(WIDTH)))),
            Kind::Heading => out.push_str(&format!("{}\n", text.to_uppercase())),
            Kind::Copied => out.push_str(&format!("    {text}\n")),
            Kind::Paragraph => wrapped(&mut out, "", text),
            Kind::Item => wrapped(&mut out, "- ", text),
            Kind::Step => wrapped(&mut out, &format!("{step}. "), text),
        }
        before = Some(*kind);
    }
    out
}

/// Appends a text in lines of at most [`WIDTH`] characters, a longer word on a line of its own; later lines stand below the first word.
fn wrapped(out: &mut String, lead: &str, text: &str) {
    let indent = " ".repeat(lead.chars().count());
    out.push_str(lead);
    let mut used = indent.len();
    let mut first = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if !first && used + 1 + length > WIDTH {
            out.push('\n');
            out.push_str(&indent);
            used = indent.len();
        } else if !first {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
        first = false;
    }
    out.push('\n');
}

fn markdown(blocks: &[(Kind, String)]) -> String {
    let mut out = String::new();
    let mut before = None;
    for (kind, text) in blocks {
        let tight = matches!(kind, Kind::Item | Kind::Step) && before == Some(*kind);
        if before.is_some() && !tight {
            out.push('\n');
        }
        let mark = match kind {
            Kind::Title => "# ",
            Kind::Heading => "## ",
            Kind::Item => "- ",
            Kind::Step => "1. ",
            Kind::Copied | Kind::Paragraph => "",
        };
        let text = if *kind == Kind::Copied { format!("`{text}`") } else { text.clone() };
        out.push_str(&format!("{mark}{text}\n"));
        before = Some(*kind);
    }
    out
}

fn html(blocks: &[(Kind, String)]) -> String {
    let mut out = String::new();
    let mut open: Option<&str> = None;
    for (kind, text) in blocks {
        let list = match kind {
            Kind::Item => Some("ul"),
            Kind::Step => Some("ol"),
            _ => None,
        };
        if open != list {
            out.push_str(&open.map_or(String::new(), |open| format!("</{open}>\n")));
            out.push_str(&list.map_or(String::new(), |list| format!("<{list}>\n")));
            open = list;
        }
        let tag = match kind {
            Kind::Title => "h1",
            Kind::Heading => "h2",
            Kind::Item | Kind::Step => "li",
            Kind::Copied => "pre",
            Kind::Paragraph => "p",
        };
        out.push_str(&format!("<{tag}>{text}</{tag}>\n"));
    }
    out.push_str(&open.map_or(String::new(), |open| format!("</{open}>\n")));
    out
}

/// Returns a text of others on one line, without control characters and runs of blanks.
fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Returns a text as CommonMark that shows it as it is.
pub(crate) fn markdown_escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}

/// Returns a text as HTML that shows it as it is, in an element or an attribute.
pub(crate) fn html_escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Returns a whole page of HTML that loads nothing.
pub(crate) fn whole(language: &str, title: &str, style: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        html_escaped(title)
    )
}

#[cfg(test)]
mod tests {
    use super::{PageForm, Values, show};
    use std::collections::BTreeMap;

    const TEMPLATE: &str =
        "= A {what}\n\n== Steps\n+ [each] Do {n}.\n+ Stop.\n[none] Never.\n[some] {some}, then {what}.\n$ run {what}\n";

    fn values() -> Values {
        let fields = BTreeMap::from([
            ("what", "<b>*page*</b>\r\n{some}".to_owned()),
            ("none", String::new()),
            ("some", "Some".to_owned()),
        ]);
        let members = ["1", "2"].map(|n| BTreeMap::from([("n", n.to_owned())]));
        Values { fields, groups: BTreeMap::from([("each", members.to_vec())]) }
    }

    #[test]
    fn each_form_shows_values_as_they_are() {
        let show = |form| show("en", TEMPLATE, &values(), form).unwrap();
        assert_eq!(
            show(PageForm::Text),
            "A <b>*page*</b> {some}\n======================\n\nSTEPS\n\n1. Do 1.\n2. Do 2.\n3. Stop.\n\nSome, then <b>*page*</b> {some}.\n\n    run <b>*page*</b> {some}\n"
        );
        assert_eq!(
            show(PageForm::Markdown),
            "# A &lt;b&gt;\\*page\\*&lt;/b&gt; {some}\n\n## Steps\n\n1. Do 1.\n1. Do 2.\n1. Stop.\n\nSome, then &lt;b&gt;\\*page\\*&lt;/b&gt; {some}.\n\n`run <b>*page*</b> {some}`\n"
        );
        assert_eq!(
            show(PageForm::Html),
            "<h1>A &lt;b&gt;*page*&lt;/b&gt; {some}</h1>\n<h2>Steps</h2>\n<ol>\n<li>Do 1.</li>\n<li>Do 2.</li>\n<li>Stop.</li>\n</ol>\n\
             <p>Some, then &lt;b&gt;*page*&lt;/b&gt; {some}.</p>\n<pre>run &lt;b&gt;*page*&lt;/b&gt; {some}</pre>\n"
        );
    }

    #[test]
    fn a_field_that_is_not_known_is_a_fault_of_the_language() {
        for template in ["{nothing}", "[nothing] x", "{what"] {
            assert!(show("en", template, &values(), PageForm::Text).is_err(), "{template}");
        }
    }

    #[test]
    fn lines_of_text_are_short() {
        let long = format!("* {}", "word ".repeat(60));
        let shown = show("en", &long, &values(), PageForm::Text).unwrap();
        assert!(shown.lines().all(|line| line.len() <= 76), "{shown}");
        assert!(shown.lines().skip(1).all(|line| line.starts_with("  word")), "{shown}");
    }
}
