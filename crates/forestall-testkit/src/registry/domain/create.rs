// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `create`: registers a name.

use std::collections::BTreeSet;

use super::{Domain, name_servers, named, password, years};
use crate::registry::answer::{Answer, Outcome, Refusal, element};
use crate::registry::element::Element;
use crate::registry::fee::{self, Billed};
use crate::registry::sec_dns;
use crate::registry::space::{CONTACT, DOMAIN, SEC_DNS};
use crate::registry::world::{Asking, World, plus_years};

pub(in crate::registry) fn create(world: &mut World, asking: &Asking<'_>, object: &Element) -> Outcome {
    let name = named(object)?;
    if world.domains.contains_key(&name) {
        return Err(Refusal::new(2302, "the name is registered already").about(&name));
    }
    if world.zone_of(&name).is_none() {
        return Err(Refusal::new(2306, "the name is in no zone of this registry").about(&name));
    }
    if let Some(reason) = world.reserved.get(&name) {
        return Err(Refusal::new(2306, format!("the name cannot be registered: {reason}")).about(&name));
    }
    let years = years(object)?;
    let now = world.now();
    let mut domain = Domain::new(&name, &asking.account, now);
    domain.expires = plus_years(now, i16::from(years));
    domain.password = password(object).ok_or_else(|| Refusal::new(2003, "no authorisation information is given"))?;
    domain.name_servers = name_servers::given(world, object)?;
    domain.registrant = object.text_of("registrant");
    if domain.registrant.is_none() && world.settings.needs_registrant {
        return Err(Refusal::new(2003, "a name needs a registrant here"));
    }
    domain.contacts = contacts(object);
    for id in domain.registrant.iter().chain(domain.contacts.iter().map(|(_, id)| id)) {
        known(world, id)?;
    }
    if let Some(extension) = asking.extension(SEC_DNS, "create") {
        sec_dns::create(&mut domain, extension)?;
    }
    let extension = fee::charge(world, asking, Billed::Create, &name, years)?;
    domain.repository_id = world.repository_id('D');
    let mut answer = Answer { extension, ..Answer::with(data(&domain)) };
    if asking.pends {
        domain.statuses.insert("pendingCreate".to_owned());
        domain.pending = Some((asking.client_id.clone(), asking.server_id.clone()));
        answer.code = 1001;
    }
    world.domains.insert(name, domain);
    Ok(answer.changed())
}

fn data(domain: &Domain) -> String {
    let dates = [("crDate", domain.created), ("exDate", domain.expires)];
    let dates: String = dates.iter().map(|(name, at)| element(&format!("domain:{name}"), &at.to_string())).collect();
    let name = element("domain:name", &domain.name);
    format!("<domain:creData xmlns:domain=\"{DOMAIN}\">{name}{dates}</domain:creData>")
}

/// Reads the contacts that a command gives, but the registrant.
pub(super) fn contacts(parent: &Element) -> BTreeSet<(String, String)> {
    let one = |contact: &Element| (contact.attribute("type").unwrap_or("admin").to_owned(), contact.text());
    parent.all("contact").map(one).collect()
}

/// Refuses a contact that is not there.
pub(super) fn known(world: &World, id: &str) -> Result<(), Refusal> {
    if world.contacts.contains_key(id) {
        return Ok(());
    }
    Err(Refusal::new(2303, "no such contact is registered").blaming(CONTACT, "contact:id", id))
}
