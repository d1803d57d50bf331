// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The few properties of a jCard (RFC 7095) that are looked at: names, addresses for mail, telephones.

use serde_json::Value;

use super::text::{Problems, kind, mail_address, plain};
use super::{MAX_MEMBERS, RdapError};

/// What a jCard says.
#[derive(Debug, Default)]
pub(super) struct Card {
    /// The formatted name and the organisation, in this order, as far as they are there.
    pub(super) names: Vec<String>,
    /// Addresses for mail.
    pub(super) mail: Vec<String>,
    /// The first telephone that is not a fax.
    pub(super) phone: Option<String>,
}

/// Reads the member `vcardArray` of the entity at the pointer `at`.
pub(super) fn read(entity: &Value, at: &str, problems: &mut Problems) -> Result<Card, RdapError> {
    let mut card = Card::default();
    let Some(array) = entity.get("vcardArray") else { return Ok(card) };
    let at = format!("{at}/vcardArray");
    let Some(properties) = array.get(1).and_then(Value::as_array).filter(|_| array.get(0) == Some(&"vcard".into()))
    else {
        problems.add(at, format!("expected [\"vcard\", [properties]], found {}", kind(array)));
        return Ok(card);
    };
    if properties.len() > MAX_MEMBERS {
        return Err(RdapError::TooMany { at, found: properties.len(), most: MAX_MEMBERS });
    }
    let (mut formatted, mut organisation) = (None, None);
    for (i, property) in properties.iter().enumerate() {
        let Some([name, parameters, _, value, ..]) = property.as_array().map(Vec::as_slice) else {
            problems.add(format!("{at}/1/{i}"), "expected a property of name, parameters, type and value");
            continue;
        };
        let text = first_text(value);
        let name = name.as_str().unwrap_or_default();
        if name.eq_ignore_ascii_case("fn") {
            formatted = formatted.or(text.and_then(plain));
        } else if name.eq_ignore_ascii_case("org") {
            organisation = organisation.or(text.and_then(plain));
        } else if name.eq_ignore_ascii_case("email") {
            match text.map(|text| (text, mail_address(text))) {
                Some((_, Some(address))) if !card.mail.contains(&address) => card.mail.push(address),
                Some((text, None)) if !text.trim().is_empty() => {
                    problems.add(format!("{at}/1/{i}"), "not an address for mail");
                }
                _ => {}
            }
        } else if name.eq_ignore_ascii_case("tel") && card.phone.is_none() && !is_fax(parameters) {
            card.phone = text.map(|text| text.strip_prefix("tel:").unwrap_or(text)).and_then(plain);
        }
    }
    card.names = formatted.into_iter().chain(organisation).collect();
    Ok(card)
}

/// Returns the first text of a value: itself, or of an array as `org` has it.
fn first_text(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get(0).and_then(Value::as_str))
}

fn is_fax(parameters: &Value) -> bool {
    let fax = |value: &Value| value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("fax"));
    parameters
        .get("type")
        .is_some_and(|kinds| fax(kinds) || kinds.as_array().is_some_and(|kinds| kinds.iter().any(fax)))
}
