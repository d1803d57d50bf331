// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! JSON that is written by hand, where a tree of values for each entry would cost more than the entry.

use serde_json::Value;
use uuid::Uuid;

/// Returns a text as JSON writes it, quotes included.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Returns a text as it stands between the quotes of JSON.
pub(crate) fn escaped(text: &str) -> String {
    let quoted = quoted(text);
    quoted[1..quoted.len() - 1].to_owned()
}

/// Puts texts behind others.
pub(crate) fn put(text: &mut Vec<u8>, parts: &[&str]) {
    parts.iter().for_each(|part| text.extend_from_slice(part.as_bytes()));
}

/// Puts an identifier behind a text, in lower case with hyphens.
pub(crate) fn put_uuid(text: &mut Vec<u8>, uuid: Uuid) {
    let mut room = Uuid::encode_buffer();
    text.extend_from_slice(uuid.hyphenated().encode_lower(&mut room).as_bytes());
}
