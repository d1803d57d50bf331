// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `update`: changes a name, as a whole or not at all.

use std::collections::BTreeSet;

use super::create::{contacts, known};
use super::{CLIENT_STATUSES, Domain, SERVER_STATUSES, found, name_servers};
use crate::registry::answer::{Answer, Outcome, Refusal};
use crate::registry::element::Element;
use crate::registry::grace;
use crate::registry::sec_dns;
use crate::registry::space::{GRACE, SEC_DNS};
use crate::registry::world::{Asking, World};

pub(in crate::registry) fn update(world: &mut World, asking: &Asking<'_>, object: &Element) -> Outcome {
    let mut domain = found(world, object)?;
    if !asking.may_change(&domain.sponsor) {
        return Err(Refusal::new(2201, "the name has another sponsor").about(&domain.name));
    }
    if let Some(extension) = asking.extension(GRACE, "update") {
        return grace::restore(world, asking, domain, extension);
    }
    let sec_dns = asking.extension(SEC_DNS, "update");
    let parts = ["add", "rem", "chg"].map(|name| object.child(name));
    if parts.iter().all(Option::is_none) && sec_dns.is_none() {
        return Err(Refusal::new(2003, "nothing is to be changed"));
    }
    let [add, rem, chg] = parts;
    let (added, removed) = (statuses(add), statuses(rem));
    may_be_changed(&domain, asking, &removed)?;
    if let Some(rem) = rem {
        remove(world, &mut domain, rem)?;
    }
    if let Some(add) = add {
        self::add(world, &mut domain, add)?;
    }
    change_statuses(&mut domain, asking, &added, &removed)?;
    if let Some(registrant) = chg.and_then(|chg| chg.text_of("registrant")) {
        domain.registrant = if registrant.is_empty() { None } else { Some(registrant) };
        domain.registrant.as_deref().map_or(Ok(()), |id| known(world, id))?;
    }
    if let Some(info) = chg.and_then(|chg| chg.child("authInfo")) {
        domain.password = info.text_of("pw").unwrap_or_default();
    }
    if let Some(extension) = sec_dns {
        sec_dns::update(&mut domain, extension)?;
    }
    domain.touch(&asking.account, world.now());
    world.domains.insert(domain.name.clone(), domain);
    Ok(Answer::of(1000).changed())
}

fn may_be_changed(domain: &Domain, asking: &Asking<'_>, removed: &BTreeSet<String>) -> Result<(), Refusal> {
    // The one change that a lock of the client allows is to take it away (RFC 5731, section 2.3).
    let lock = "clientUpdateProhibited";
    let mut looked_at = domain.clone();
    if removed.contains(lock) {
        looked_at.statuses.remove(lock);
    }
    looked_at.permits("Update", asking.is_operator)
}

fn remove(world: &World, domain: &mut Domain, rem: &Element) -> Result<(), Refusal> {
    for server in name_servers::given(world, rem)? {
        let before = domain.name_servers.len();
        domain.name_servers.retain(|known| known.name != server.name);
        if domain.name_servers.len() == before {
            return Err(Refusal::new(2303, format!("the name does not point to {}", server.name)).about(&domain.name));
        }
    }
    for contact in contacts(rem) {
        if !domain.contacts.remove(&contact) {
            return Err(Refusal::new(2303, format!("the name has no such contact: {}", contact.1)).about(&domain.name));
        }
    }
    Ok(())
}

fn add(world: &World, domain: &mut Domain, add: &Element) -> Result<(), Refusal> {
    for server in name_servers::given(world, add)? {
        if domain.name_servers.iter().any(|known| known.name == server.name) {
            return Err(Refusal::new(2302, format!("the name points to {} already", server.name)).about(&domain.name));
        }
        domain.name_servers.push(server);
    }
    for contact in contacts(add) {
        known(world, &contact.1)?;
        domain.contacts.insert(contact);
    }
    Ok(())
}

fn change_statuses(
    domain: &mut Domain,
    asking: &Asking<'_>,
    added: &BTreeSet<String>,
    removed: &BTreeSet<String>,
) -> Result<(), Refusal> {
    for status in added.union(removed) {
        if SERVER_STATUSES.contains(&status.as_str()) && !asking.is_operator {
            return Err(Refusal::new(2306, format!("only the registry sets {status}")).about(&domain.name));
        }
        if !SERVER_STATUSES.contains(&status.as_str()) && !CLIENT_STATUSES.contains(&status.as_str()) {
            return Err(Refusal::new(2306, format!("nobody sets {status:?}")).about(&domain.name));
        }
    }
    for status in removed {
        if !domain.statuses.remove(status) {
            return Err(Refusal::new(2306, format!("the name has no status {status}")).about(&domain.name));
        }
    }
    for status in added {
        if !domain.statuses.insert(status.clone()) {
            return Err(Refusal::new(2306, format!("the name has the status {status} already")).about(&domain.name));
        }
    }
    Ok(())
}

fn statuses(part: Option<&Element>) -> BTreeSet<String> {
    let status = |element: &Element| element.attribute("s").unwrap_or_default().to_owned();
    part.into_iter().flat_map(|part| part.all("status").map(status).collect::<Vec<_>>()).collect()
}
