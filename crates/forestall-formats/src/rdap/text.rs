// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Short texts out of an answer, and the problems that are met on the way.

use serde_json::Value;

use super::{MAX_PROBLEMS, Problem};

/// Longest text that is kept.
pub(crate) const LONGEST: usize = 200;

/// Collects problems up to their limit.
#[derive(Debug, Default)]
pub(crate) struct Problems(pub(crate) Vec<Problem>);

impl Problems {
    pub(crate) fn add(&mut self, at: impl Into<String>, what: impl Into<String>) {
        if self.0.len() < MAX_PROBLEMS {
            self.0.push(Problem { at: at.into(), what: what.into() });
        }
    }
}

/// Returns a text without control characters, with single blanks, cut after [`LONGEST`] characters; `None` where nothing is left.
pub(crate) fn plain(text: &str) -> Option<String> {
    let mut kept = String::new();
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        if kept.len() >= LONGEST {
            break;
        }
        if !c.is_whitespace() {
            kept.push(c);
        } else if !kept.is_empty() && !kept.ends_with(' ') {
            kept.push(' ');
        }
    }
    kept.truncate(kept.trim_end().len());
    (!kept.is_empty()).then_some(kept)
}

/// Returns a text that has the form of an address for mail.
pub(crate) fn mail_address(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let (local, host) = text.rsplit_once('@')?;
    let fits = text.len() <= 254
        && !local.is_empty()
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && text.chars().all(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '"' | ',' | ';'));
    fits.then(|| text.to_owned())
}

/// Names the kind of a JSON value.
pub(crate) const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
