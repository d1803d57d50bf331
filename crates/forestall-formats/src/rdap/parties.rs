// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The entities of an answer: the registrar with its address for abuse, and the registrant.

use forestall_model::Digest;
use forestall_model::dossier::Registrar;
use serde_json::Value;

use super::domain::members;
use super::text::{Problems, plain};
use super::vcard::{self, Card};
use super::{Contacts, RdapError};
use crate::holder;

/// What the entities say.
#[derive(Debug, Default)]
pub(super) struct Parties {
    pub(super) registrar: Option<Registrar>,
    /// The digest of the registrant, unless all of it is held back.
    pub(super) holder: Option<Digest>,
    pub(super) contacts: Contacts,
}

/// Reads the member `entities` of a domain.
pub(super) fn read(domain: &Value, problems: &mut Problems) -> Result<Parties, RdapError> {
    let mut parties = Parties::default();
    let entities = members(domain, "entities", "", problems)?;
    let mut abuse = None;
    for (i, entity) in entities.iter().enumerate() {
        let at = format!("/entities/{i}");
        let roles = roles(entity, &at, problems)?;
        let has = |role: &str| roles.iter().any(|found| found.eq_ignore_ascii_case(role));
        if !(has("registrar") || has("registrant") || has("abuse")) {
            continue;
        }
        let card = vcard::read(entity, &at, problems)?;
        if has("registrar") && parties.registrar.is_none() {
            parties.registrar = registrar(entity, &card, &at, problems)?;
        }
        if has("registrant") && parties.holder.is_none() {
            let handle = entity.get("handle").and_then(Value::as_str);
            parties.holder = holder::digest(handle, card.names.iter().map(String::as_str));
            parties.contacts.mail.clone_from(&card.mail);
        }
        if has("abuse") && abuse.is_none() {
            abuse = Some(card);
        }
    }
    // Some registries put the registrar's contact for abuse beside the registrar.
    if let (Some(registrar), Some(card)) = (&mut parties.registrar, abuse) {
        take_abuse(registrar, card);
    }
    Ok(parties)
}

fn registrar(entity: &Value, card: &Card, at: &str, problems: &mut Problems) -> Result<Option<Registrar>, RdapError> {
    let handle = entity.get("handle").and_then(Value::as_str).and_then(plain);
    let Some(name) = card.names.first().cloned().or(handle) else {
        problems.add(at, "a registrar without name and handle");
        return Ok(None);
    };
    let mut registrar =
        Registrar { name, iana_id: iana_id(entity, at, problems)?, abuse_mail: None, abuse_phone: None };
    for (i, nested) in members(entity, "entities", at, problems)?.iter().enumerate() {
        let at = format!("{at}/entities/{i}");
        if roles(nested, &at, problems)?.iter().any(|role| role.eq_ignore_ascii_case("abuse")) {
            take_abuse(&mut registrar, vcard::read(nested, &at, problems)?);
        }
    }
    Ok(Some(registrar))
}

fn take_abuse(registrar: &mut Registrar, card: Card) {
    if registrar.abuse_mail.is_none() && registrar.abuse_phone.is_none() {
        registrar.abuse_mail = card.mail.into_iter().next();
        registrar.abuse_phone = card.phone;
    }
}

/// Returns the number in IANA's registry of registrars. A handle that is a number is not taken: at other registries than
/// those under contract with ICANN it means something else.
fn iana_id(entity: &Value, at: &str, problems: &mut Problems) -> Result<Option<u32>, RdapError> {
    for (i, id) in members(entity, "publicIds", at, problems)?.iter().enumerate() {
        let kind = id.get("type").and_then(Value::as_str).unwrap_or_default();
        if !kind.trim().eq_ignore_ascii_case("IANA Registrar ID") {
            continue;
        }
        let number = match id.get("identifier") {
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(Value::Number(number)) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
            _ => None,
        };
        if number.is_none() {
            problems.add(format!("{at}/publicIds/{i}"), "the IANA Registrar ID is not a number");
        }
        return Ok(number);
    }
    Ok(None)
}

/// Returns the roles of an entity; a single text counts as one.
fn roles<'a>(entity: &'a Value, at: &str, problems: &mut Problems) -> Result<Vec<&'a str>, RdapError> {
    if let Some(role) = entity.get("roles").and_then(Value::as_str) {
        problems.add(format!("{at}/roles"), "expected an array, found a text");
        return Ok(vec![role]);
    }
    Ok(members(entity, "roles", at, problems)?.iter().filter_map(Value::as_str).collect())
}
