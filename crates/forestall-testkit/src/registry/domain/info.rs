// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `info`: what is known of a name.

use std::fmt::Write;

use super::{Domain, found, name_servers, password};
use crate::registry::answer::{Answer, Outcome, Refusal, element, escaped, history, optional};
use crate::registry::element::Element;
use crate::registry::grace;
use crate::registry::sec_dns;
use crate::registry::settings::NameServerModel;
use crate::registry::space::{DOMAIN, GRACE, SEC_DNS};
use crate::registry::world::{Asking, World};

pub(in crate::registry) fn info(world: &World, asking: &Asking<'_>, object: &Element) -> Outcome {
    let domain = found(world, object)?;
    let said = password(object);
    if said.as_ref().is_some_and(|said| *said != domain.password || said.is_empty()) {
        return Err(Refusal::new(2202, "the authorisation information is another").about(&domain.name));
    }
    let hosts = object.child("name").and_then(|name| name.attribute("hosts")).unwrap_or("all");
    let tells_password = asking.may_change(&domain.sponsor) || said.is_some();
    let mut answer = Answer::with(data(world, &domain, hosts, tells_password));
    let grace = grace::statuses(&domain, world.now());
    if asking.knows(GRACE) && !grace.is_empty() {
        answer.extension.push_str(&grace::shown("infData", &grace));
    }
    if asking.knows(SEC_DNS) {
        answer.extension.push_str(&sec_dns::shown(&domain));
    }
    Ok(answer)
}

fn data(world: &World, domain: &Domain, hosts: &str, tells_password: bool) -> String {
    let mut text = format!("<domain:infData xmlns:domain=\"{DOMAIN}\">{}", element("domain:name", &domain.name));
    text.push_str(&element("domain:roid", &domain.repository_id));
    for status in domain.shown_statuses() {
        let _ = write!(text, "<domain:status s=\"{}\"/>", escaped(&status));
    }
    text.push_str(&optional("domain:registrant", domain.registrant.as_deref()));
    for (kind, contact) in &domain.contacts {
        let _ = write!(text, "<domain:contact type=\"{}\">{}</domain:contact>", escaped(kind), escaped(contact));
    }
    let model = world.settings.name_servers;
    if matches!(hosts, "all" | "del") {
        text.push_str(&name_servers::shown(model, &domain.name_servers));
    }
    if matches!(hosts, "all" | "sub") && model == NameServerModel::Objects {
        text.extend(world.hosts_below(&domain.name).into_iter().map(|host| element("domain:host", host)));
    }
    text.push_str(&history("domain", [&domain.sponsor, &domain.creator], domain.created, domain.updated.as_ref()));
    text.push_str(&element("domain:exDate", &domain.expires.to_string()));
    text.push_str(&optional("domain:trDate", domain.transferred.map(|at| at.to_string()).as_deref()));
    if tells_password {
        let _ = write!(text, "<domain:authInfo>{}</domain:authInfo>", element("domain:pw", &domain.password));
    }
    text.push_str("</domain:infData>");
    text
}
