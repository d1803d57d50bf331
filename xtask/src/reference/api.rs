// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The page on the API, of its document in OpenAPI 3.1 that was reviewed.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::Context as _;
use serde_json::{Map, Value};

use super::{cell, source};
use crate::tree::Tree;

const DOCUMENT: &str = "crates/forestall-hub/tests/it/golden/openapi.json";
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
const HEAD: &str = "\
# The API, address by address

Made by `cargo xtask reference` of the document of the API in OpenAPI 3.1, which a hub gives at `/api/v1/openapi.json`. [The REST API](../api.md) says who may ask,
what goes wrong and how requests are sent again; what holds of all addresses is there and not repeated here: the headers `If-None-Match`, `If-Match` and
`Idempotency-Key`, and the answers with a problem. Addresses begin with `/api/v1`.

";

/// Makes the page.
pub(super) fn make(tree: &Tree) -> anyhow::Result<String> {
    let document: Value =
        serde_json::from_str(source(tree, DOCUMENT)?).with_context(|| format!("{DOCUMENT} is no JSON"))?;
    page(&document)
}

fn page(document: &Value) -> anyhow::Result<String> {
    let mut text = HEAD.to_owned();
    let paths = document["paths"].as_object().context("it has no paths")?;
    let mut tags: Vec<&str> = Vec::new();
    let mut operations = Vec::new();
    for (path, item) in paths {
        for method in METHODS {
            let Some(operation) = item.get(method) else { continue };
            let tag = operation["tags"][0].as_str().unwrap_or("other");
            if !tags.contains(&tag) {
                tags.push(tag);
            }
            operations.push((tag, path, method, operation));
        }
    }
    tags.sort_unstable();
    for tag in tags {
        let _ = writeln!(text, "## Addresses: {tag}\n");
        for (_, path, method, operation) in operations.iter().filter(|(of, ..)| *of == tag) {
            write_operation(&mut text, path, method, operation);
        }
    }
    text.push_str("## Values\n\n");
    for (name, schema) in document["components"]["schemas"].as_object().context("it has no schemas")? {
        write_schema(&mut text, name, schema);
    }
    Ok(text.trim_end().to_owned() + "\n")
}

fn write_operation(text: &mut String, path: &str, method: &str, operation: &Value) {
    let _ = writeln!(text, "### {} {path}\n", method.to_uppercase());
    for key in ["summary", "description"] {
        if let Some(words) = operation[key].as_str() {
            let _ = writeln!(text, "{}\n", words.trim());
        }
    }
    let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
    let own: Vec<&Value> = parameters.iter().filter(|parameter| parameter["in"] != "header").collect();
    if !own.is_empty() {
        text.push_str("| parameter | in | type | what |\n|---|---|---|---|\n");
        for parameter in own {
            let (name, place) = (word(&parameter["name"]), word(&parameter["in"]));
            let needed = if parameter["required"] == true || place == "path" { "" } else { ", or none" };
            let what = cell(word(&parameter["description"]));
            let _ = writeln!(text, "| `{name}` | {place} | {}{needed} | {what} |", kind(&parameter["schema"]));
        }
        text.push('\n');
    }
    let body = content(&operation["requestBody"]);
    if !body.is_empty() {
        let _ = writeln!(text, "Takes {body}.\n");
    }
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        if status.starts_with('2') {
            let of = content(answer);
            let of = if of.is_empty() { "nothing".to_owned() } else { of };
            let _ = writeln!(text, "Answers {status} with {of}.\n");
        }
    }
}

/// Says what a body or an answer holds, by media type.
fn content(holder: &Value) -> String {
    let kinds = holder["content"].as_object();
    let mut seen = BTreeSet::new();
    for (media, of) in kinds.into_iter().flatten() {
        let kind = kind(&of["schema"]);
        seen.insert(if media == "application/json" { kind } else { format!("`{media}`") });
    }
    seen.into_iter().collect::<Vec<_>>().join(" or ")
}

fn write_schema(text: &mut String, name: &str, schema: &Value) {
    let _ = writeln!(text, "### {name}\n\n{}\n", word(&schema["description"]).trim());
    if let Some(members) = schema["properties"].as_object() {
        let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().map(word).collect();
        text.push_str("| member | type | what |\n|---|---|---|\n");
        for (member, of) in members {
            let needed = if required.contains(&member.as_str()) { "" } else { ", or none" };
            let what = cell(word(&of["description"]));
            let _ = writeln!(text, "| `{member}` | {}{needed} | {what} |", kind(of));
        }
        text.push('\n');
    } else {
        let _ = writeln!(text, "{}.\n", sentence(&kind(schema)));
    }
}

/// Says of what type a value is, with its limits.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|place| place.rsplit('/').next()) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().map(|word| format!("`{}`", self::word(word))).collect::<Vec<_>>().join(", ");
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        if let Some(kinds) = schema[key].as_array() {
            return kinds.iter().map(kind).collect::<Vec<_>>().join(" or ");
        }
    }
    let empty = Map::new();
    let of = schema.as_object().unwrap_or(&empty);
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().map(word).collect(),
        other => vec![word(other)],
    };
    let mut text = types
        .iter()
        .map(|name| match *name {
            "array" => format!("list of {}", kind(&schema["items"])),
            "string" => {
                word(&schema["format"]).split('/').next().filter(|f| !f.is_empty()).unwrap_or("text").to_owned()
            }
            "integer" => "whole number".to_owned(),
            "null" => "null".to_owned(),
            "object" => "object".to_owned(),
            "" => "any value".to_owned(),
            other => other.to_owned(),
        })
        .collect::<Vec<_>>()
        .join(" or ");
    for (key, words) in [
        ("minimum", "from"),
        ("maximum", "to"),
        ("minItems", "at least"),
        ("maxItems", "at most"),
        ("maxLength", "at most"),
    ] {
        if let Some(value) = of.get(key) {
            let unit = match key {
                "minItems" | "maxItems" => " entries",
                "maxLength" => " letters",
                _ => "",
            };
            let _ = write!(text, ", {words} {value}{unit}");
        }
    }
    if let Some(pattern) = of.get("pattern") {
        let _ = write!(text, ", as `{}`", word(pattern).replace('|', "\\|"));
    }
    text
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Returns a text with a capital letter at its beginning.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::{HEAD, page};

    #[test]
    fn says_addresses_and_values() {
        let document = serde_json::json!({
            "paths": {"/cases/{id}": {"get": {
                "tags": ["cases"], "summary": "Answers with the case.",
                "parameters": [
                    {"name": "id", "in": "path", "required": true, "schema": {"$ref": "#/components/schemas/CaseId"}},
                    {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}},
                ],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Case"}}}},
                    "404": {"description": "There is none."},
                },
            }}},
            "components": {"schemas": {
                "Case": {"description": "A case.", "properties": {
                    "title": {"type": "string", "maxLength": 9, "description": "What|ever."}, "kind": {"enum": ["a", "b"]},
                }, "required": ["title"]},
                "CaseId": {"description": "Its id.", "type": "string", "pattern": "a|b"},
            }},
        });
        let expected = "## Addresses: cases\n\n### GET /cases/{id}\n\nAnswers with the case.\n\n\
            | parameter | in | type | what |\n|---|---|---|---|\n| `id` | path | [CaseId](#caseid) |  |\n\n\
            Answers 200 with [Case](#case).\n\n## Values\n\n### Case\n\nA case.\n\n| member | type | what |\n|---|---|---|\n\
            | `kind` | `a`, `b`, or none |  |\n| `title` | text, at most 9 letters | What\\|ever. |\n\n\
            ### CaseId\n\nIts id.\n\nText, as `a\\|b`.\n";
        assert_eq!(page(&document).unwrap().strip_prefix(HEAD), Some(expected));
    }
}
