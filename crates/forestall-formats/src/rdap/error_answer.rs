// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Error answers (RFC 9083, section 6).

use serde_json::{Map, Value};

use super::RdapError;
use super::text::plain;

/// Returns the error that an object is, where it is one.
pub(super) fn of(object: &Map<String, Value>) -> Option<RdapError> {
    let code = object.get("errorCode")?;
    let code = code.as_u64().or_else(|| code.as_str()?.trim().parse().ok()).unwrap_or(0);
    let title: String = object.get("title").and_then(Value::as_str).and_then(plain).unwrap_or_default();
    Some(RdapError::ErrorAnswer { code, title: title.chars().take(120).collect() })
}

/// Says whether the body of a 404 is what a service of RDAP sends with it: nothing, or an object that has an `errorCode` or says
/// to what it conforms. A page for people is not: it may come from another server that knows nothing of names.
#[must_use]
pub fn is_error_answer(octets: &[u8]) -> bool {
    if octets.trim_ascii().is_empty() {
        return true;
    }
    match super::domain::object(octets) {
        Ok(object) => object.contains_key("errorCode") || object.contains_key("rdapConformance"),
        Err(_) => false,
    }
}
