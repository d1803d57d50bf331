// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The page on events, of the comments at their types and of the log that the tests keep.
//!
//! Read is the text of one file as rustfmt leaves it: an enum `Body` whose variants and fields stand in lines of their own, four and eight blanks in.

use std::fmt::Write as _;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::{cell, source};
use crate::tree::Tree;

const TYPES: &str = "crates/forestall-coord/src/event.rs";
const LOG: &str = "crates/forestall-coord/tests/it/golden/events-v1.jsonl";
const HEAD: &str = "\
# Events

Made by `cargo xtask reference` of the types of `forestall-coord` and of the log of its tests. An event is compact JSON in the order of the fields below; a
case is the fold over its events, and [the log](../log.md) says how they hang together. Version 1 of the encoding; fields that are empty are not written.

| field | what |
|---|---|
";

/// Makes the page.
pub(super) fn make(tree: &Tree) -> anyhow::Result<String> {
    page(source(tree, TYPES)?, source(tree, LOG)?)
}

/// A field or a variant with its comment.
#[derive(Debug)]
struct Item {
    name: String,
    kind: String,
    what: String,
    fields: Vec<Self>,
}

fn page(types: &str, log: &str) -> anyhow::Result<String> {
    let mut text = HEAD.to_owned();
    let event = items(body_of(types, "pub struct Event {")?);
    for field in &event {
        let _ = writeln!(text, "| `{}` | {} |", field.name, cell(&field.what));
    }
    text.push_str("\n`body` has a member `kind`, the heading of what follows, and the fields of that kind. Examples are from one log of a test, in which digests stand for real ones.\n\n");
    let kinds = items(body_of(types, "pub enum Body {")?);
    ensure!(kinds.len() > 1, "{TYPES} has no kinds of events");
    let examples = log.lines().map(example).collect::<anyhow::Result<Vec<_>>>()?;
    for kind in &kinds {
        let word = kebab(&kind.name);
        let _ = writeln!(text, "## {word}\n\n{}\n", kind.what.trim());
        if !kind.kind.is_empty() {
            let _ = writeln!(text, "Its fields are those of `{}`.\n", kind.kind);
        }
        if !kind.fields.is_empty() {
            text.push_str("| field | type | what |\n|---|---|---|\n");
            for field in &kind.fields {
                let (field_kind, what) = (cell(&field.kind), cell(&field.what));
                let _ = writeln!(text, "| `{}` | `{field_kind}` | {what} |", field.name);
            }
            text.push('\n');
        }
        if let Some((_, example)) = examples.iter().find(|(kind, _)| *kind == word) {
            let _ = writeln!(text, "```json\n{example}\n```\n");
        }
    }
    Ok(text.trim_end().to_owned() + "\n")
}

/// Returns the kind of an event and its body as it stands in the log: the last field.
fn example(line: &str) -> anyhow::Result<(String, &str)> {
    let event: Value = serde_json::from_str(line).context(LOG)?;
    let kind = event["body"]["kind"].as_str().context("an event without a kind")?.to_owned();
    let (_, body) = line.split_once(",\"body\":").context("an event whose body is not its last field")?;
    Ok((kind, body.strip_suffix('}').unwrap_or(body)))
}

/// Returns what stands between a line and the closing bracket that belongs to it.
fn body_of<'a>(types: &'a str, head: &str) -> anyhow::Result<&'a str> {
    let (_, rest) =
        types.split_once(&format!("\n{head}\n")).with_context(|| format!("{TYPES} has no line `{head}`"))?;
    let (body, _) = rest.split_once("\n}\n").with_context(|| format!("`{head}` has no end in {TYPES}"))?;
    Ok(body)
}

/// Reads fields, or variants with theirs.
fn items(body: &str) -> Vec<Item> {
    let mut all: Vec<Item> = Vec::new();
    let mut what = String::new();
    for line in body.lines() {
        let content = line.trim();
        let depth = (line.len() - line.trim_start().len()) / 4;
        if let Some(comment) = content.strip_prefix("///") {
            what.push_str(comment.trim());
            what.push(' ');
            continue;
        }
        if content.is_empty() || content.starts_with("#[") || content.starts_with('}') {
            continue;
        }
        let content = content.trim_start_matches("pub ").trim_end_matches([',', '{', ' ']);
        let (name, kind) = match content.split_once(": ") {
            Some((name, kind)) => (name, kind),
            None => content.split_once('(').map_or((content, ""), |(name, kind)| (name, kind.trim_end_matches(')'))),
        };
        let what = std::mem::take(&mut what).trim().to_owned();
        let item = Item { name: name.to_owned(), kind: kind.to_owned(), what, fields: Vec::new() };
        match all.last_mut().filter(|_| depth > 1) {
            Some(outer) => outer.fields.push(item),
            None => all.push(item),
        }
    }
    all
}

/// Writes the name of a variant as it stands in the encoding.
fn kebab(name: &str) -> String {
    let mut word = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !word.is_empty() {
            word.push('-');
        }
        word.extend(letter.to_lowercase());
    }
    word
}

#[cfg(test)]
mod tests {
    use super::{HEAD, page};

    #[test]
    fn says_kinds_with_fields_and_an_example() {
        let types = "\npub struct Event {\n    /// The version.\n    pub v: u32,\n}\n\npub enum Body {\n    /// It was\n    /// opened.\n    WasOpened {\n        \
            /// Called.\n        #[serde(default)]\n        title: Option<String>,\n    },\n    /// A sweep.\n    Swept(Sweep),\n}\n";
        let log = "{\"v\":1,\"body\":{\"kind\":\"was-opened\",\"title\":\"x\"}}\n";
        let text = page(types, log).unwrap();
        let rest = text.strip_prefix(HEAD).unwrap();
        assert!(rest.starts_with("| `v` | The version. |\n"), "{rest}");
        let kinds = "## was-opened\n\nIt was opened.\n\n| field | type | what |\n|---|---|---|\n| `title` | `Option<String>` | Called. |\n\n\
            ```json\n{\"kind\":\"was-opened\",\"title\":\"x\"}\n```\n\n## swept\n\nA sweep.\n\nIts fields are those of `Sweep`.\n";
        assert!(rest.ends_with(kinds), "{rest}");
    }
}
