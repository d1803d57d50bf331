// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The object class domain (RFC 9083, section 5.3).

use forestall_model::dossier::{Registration, RegistrationState};
use forestall_model::{DomainName, Instant, OwnerName};
use serde_json::{Map, Value};

use super::status::{Status, status};
use super::text::{LONGEST, Problems, kind, plain};
use super::{MAX_DEPTH, MAX_MEMBERS, MAX_NAME_SERVERS, MAX_OCTETS, RdapDomain, RdapError, error_answer, parties};
use crate::registry_date::{DayOrder, registry_date, rfc3339};

/// Reads an answer to the question for the domain `asked`.
///
/// The state is `reserved` where a status says so, else `registered`: a service answers with an object only for what it has.
///
/// # Errors
///
/// [`RdapError`] where it is no answer about that name, or beyond the limits; nothing is then known.
pub fn read(octets: &[u8], asked: &DomainName) -> Result<RdapDomain, RdapError> {
    let object = object(octets)?;
    if let Some(error) = error_answer::of(&object) {
        return Err(error);
    }
    let mut problems = Problems::default();
    match object.get("objectClassName") {
        Some(Value::String(class)) if class.eq_ignore_ascii_case("domain") => {}
        None => problems.add("/objectClassName", "missing; expected domain"),
        Some(Value::String(class)) => return Err(RdapError::NoDomain(class.chars().take(60).collect())),
        Some(other) => return Err(RdapError::NoDomain(kind(other).to_owned())),
    }
    let domain = Value::Object(object);
    is_about(&domain, asked, &mut problems)?;

    let mut registration = Registration::bare(RegistrationState::Registered);
    statuses(&domain, &mut registration, &mut problems)?;
    events(&domain, &mut registration, &mut problems)?;
    registration.name_servers = name_servers(&domain, &mut problems)?;
    registration.signed = signed(&domain, &mut problems);
    let parties = parties::read(&domain, &mut problems)?;
    registration.registrar = parties.registrar;
    registration.holder = parties.holder;
    registration.redacted = !members(&domain, "redacted", "", &mut problems)?.is_empty() || parties.holder.is_none();
    Ok(RdapDomain { registration, contacts: parties.contacts, problems: problems.0 })
}

/// Reads octets as one JSON object within the limits.
pub(super) fn object(octets: &[u8]) -> Result<Map<String, Value>, RdapError> {
    if octets.len() > MAX_OCTETS {
        return Err(RdapError::TooLong);
    }
    let text = std::str::from_utf8(octets).map_err(|error| RdapError::Encoding(error.valid_up_to()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    check_depth(text.as_bytes())?;
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(other) => Err(RdapError::Json(format!("expected an object, found {}", kind(&other)))),
        Err(error) => Err(RdapError::Json(error.to_string())),
    }
}

/// Counts brackets outside of texts before anything is built from them.
fn check_depth(octets: &[u8]) -> Result<(), RdapError> {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for (at, octet) in octets.iter().enumerate() {
        if in_text {
            match octet {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_text = false,
                _ => {}
            }
            continue;
        }
        match octet {
            b'"' => in_text = true,
            b'[' | b'{' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(RdapError::TooDeep(at));
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

/// Returns the members of an array; none where it is missing or something else.
pub(super) fn members<'a>(
    object: &'a Value,
    name: &str,
    at: &str,
    problems: &mut Problems,
) -> Result<&'a [Value], RdapError> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(members)) if members.len() > MAX_MEMBERS => {
            Err(RdapError::TooMany { at: format!("{at}/{name}"), found: members.len(), most: MAX_MEMBERS })
        }
        Some(Value::Array(members)) => Ok(members),
        Some(other) => {
            problems.add(format!("{at}/{name}"), format!("expected an array, found {}", kind(other)));
            Ok(&[])
        }
    }
}

/// Checks that the answer is about the name; the names in A-labels and in U-labels must not contradict each other.
fn is_about(domain: &Value, asked: &DomainName, problems: &mut Problems) -> Result<(), RdapError> {
    let mut is_named = false;
    let refuse =
        |found: &str| Err(RdapError::OtherName { found: found.chars().take(253).collect(), asked: asked.to_string() });
    for member in ["ldhName", "unicodeName"] {
        let Some(said) = domain.get(member).and_then(Value::as_str) else { continue };
        match said.trim().parse::<DomainName>() {
            Ok(name) if name == *asked => is_named = true,
            Err(_) if member == "unicodeName" => problems.add("/unicodeName", "not a domain name"),
            _ => return refuse(said),
        }
    }
    if is_named { Ok(()) } else { refuse("") }
}

fn statuses(domain: &Value, registration: &mut Registration, problems: &mut Problems) -> Result<(), RdapError> {
    for (i, value) in members(domain, "status", "", problems)?.iter().enumerate() {
        let at = || format!("/status/{i}");
        let Some(text) = value.as_str().filter(|text| text.len() <= LONGEST).and_then(plain) else {
            problems.add(at(), "not a status");
            continue;
        };
        match status(&text) {
            Status::Mapped(code) => registration.statuses.push(code.to_owned()),
            Status::Epp(code) => {
                problems.add(at(), format!("{code} is the spelling of EPP; expected that of RFC 8056"));
                registration.statuses.push(code.to_owned());
            }
            Status::Other(word) => {
                if word == "reserved" {
                    registration.state = RegistrationState::Reserved;
                }
                registration.statuses.push(word);
            }
        }
    }
    registration.statuses.sort_unstable();
    registration.statuses.dedup();
    Ok(())
}

fn events(domain: &Value, registration: &mut Registration, problems: &mut Problems) -> Result<(), RdapError> {
    let latest = |slot: &mut Option<Instant>, at: Instant| *slot = (*slot).max(Some(at));
    for (i, event) in members(domain, "events", "", problems)?.iter().enumerate() {
        let action = event.get("eventAction").and_then(Value::as_str).unwrap_or_default();
        // A name that was deleted and registered again is as old as its present registration.
        let slot = match action.trim().to_ascii_lowercase().as_str() {
            "registration" | "reregistration" => &mut registration.created,
            "expiration" => &mut registration.expires,
            "last changed" => &mut registration.changed,
            "" => {
                problems.add(format!("/events/{i}"), "an event without an action");
                continue;
            }
            _ => continue,
        };
        let at = || format!("/events/{i}/eventDate");
        let Some(date) = event.get("eventDate").and_then(Value::as_str) else {
            problems.add(at(), "missing; expected RFC 3339");
            continue;
        };
        match rfc3339(date) {
            Some(instant) => latest(slot, instant),
            None => match registry_date(date, DayOrder::Unsaid) {
                Some(instant) => {
                    problems.add(at(), "not RFC 3339; taken as UTC");
                    latest(slot, instant);
                }
                None => problems.add(at(), "not a date"),
            },
        }
    }
    Ok(())
}

fn name_servers(domain: &Value, problems: &mut Problems) -> Result<Vec<OwnerName>, RdapError> {
    let found = members(domain, "nameservers", "", problems)?;
    if found.len() > MAX_NAME_SERVERS {
        return Err(RdapError::TooMany { at: "/nameservers".to_owned(), found: found.len(), most: MAX_NAME_SERVERS });
    }
    let mut servers: Vec<OwnerName> = Vec::with_capacity(found.len());
    for (i, server) in found.iter().enumerate() {
        let text = server.get("ldhName").or_else(|| server.get("unicodeName")).and_then(Value::as_str);
        let text = text.or_else(|| server.as_str());
        // By way of a domain name, which turns U-labels into A-labels.
        match text.and_then(|text| text.trim().parse::<DomainName>().ok()) {
            Some(name) => servers.push(OwnerName::from(&name)),
            None => problems.add(format!("/nameservers/{i}"), "expected a name server with ldhName"),
        }
    }
    servers.sort_unstable();
    servers.dedup();
    Ok(servers)
}

fn signed(domain: &Value, problems: &mut Problems) -> Option<bool> {
    let value = domain.get("secureDNS")?.get("delegationSigned")?;
    let sloppy = value.as_str().and_then(|text| text.parse().ok());
    if !value.is_boolean() {
        problems.add("/secureDNS/delegationSigned", format!("expected a truth value, found {}", kind(value)));
    }
    value.as_bool().or(sloppy)
}
