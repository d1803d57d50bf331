// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `check`: which names can be registered.

use crate::registry::answer::{Answer, Outcome, Refusal, element, escaped};
use crate::registry::element::Element;
use crate::registry::fee;
use crate::registry::space::DOMAIN;
use crate::registry::world::{Asking, World, is_host_name};

/// Most characters of a reason (`reasonBaseType` of RFC 5730).
const REASON: usize = 32;

pub(in crate::registry) fn check(world: &World, asking: &Asking<'_>, object: &Element) -> Outcome {
    let names: Vec<String> = object.all("name").map(|name| name.text().to_ascii_lowercase()).collect();
    if names.is_empty() {
        return Err(Refusal::new(2003, "no name is given"));
    }
    if names.len() > world.settings.checked {
        return Err(Refusal::new(2306, format!("{} names at most are checked at once", world.settings.checked)));
    }
    let rows: String = names.iter().map(|name| row(name, unavailable(world, name))).collect();
    let mut answer = Answer::with(format!("<domain:chkData xmlns:domain=\"{DOMAIN}\">{rows}</domain:chkData>"));
    answer.extension = fee::checked(world, asking, &names)?;
    Ok(answer)
}

fn row(name: &str, reason: Option<String>) -> String {
    let avail = u8::from(reason.is_none());
    let reason = reason.map(|reason| element("domain:reason", &reason.chars().take(REASON).collect::<String>()));
    let name = format!("<domain:name avail=\"{avail}\">{}</domain:name>", escaped(name));
    format!("<domain:cd>{name}{}</domain:cd>", reason.unwrap_or_default())
}

/// Returns why a name cannot be registered; `None` where it can.
fn unavailable(world: &World, name: &str) -> Option<String> {
    if !is_host_name(name) {
        return Some("Invalid name".to_owned());
    }
    if world.domains.contains_key(name) {
        return Some("In use".to_owned());
    }
    if world.zone_of(name).is_none() {
        return Some("No zone of this registry".to_owned());
    }
    world.reserved.get(name).cloned()
}
