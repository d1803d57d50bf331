// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `transfer`: a change of the sponsor, which the sponsor may refuse for five days.

use forestall_model::Instant;

use super::{Domain, found, password};
use crate::registry::answer::{Answer, Outcome, Refusal, element};
use crate::registry::element::Element;
use crate::registry::fee::{self, Billed};
use crate::registry::space::DOMAIN;
use crate::registry::world::{Asking, World, plus_years};

/// How long a sponsor may think, in seconds.
const THINKING: i64 = 5 * 86_400;

/// A transfer that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Its state, as `pending` or `clientApproved`.
    pub state: String,
    /// Who asked for it, and when.
    pub asked: (String, Instant),
    /// Who was the sponsor, and when it answered or must.
    pub sponsor: (String, Instant),
}

pub(in crate::registry) fn transfer(world: &mut World, asking: &Asking<'_>, op: &str, object: &Element) -> Outcome {
    let domain = found(world, object)?;
    match op {
        "query" => match &domain.transfer {
            Some(transfer) => Ok(Answer::with(data(&domain, transfer))),
            None => Err(Refusal::new(2301, "no transfer was asked for").about(&domain.name)),
        },
        "request" => request(world, asking, object, domain),
        "approve" | "reject" | "cancel" => decide(world, asking, op, domain),
        _ => Err(Refusal::new(2001, "there is no such operation")),
    }
}

fn request(world: &mut World, asking: &Asking<'_>, object: &Element, mut domain: Domain) -> Outcome {
    if domain.sponsor == asking.account {
        return Err(Refusal::new(2106, "the name has this sponsor already").about(&domain.name));
    }
    if domain.has("pendingTransfer") {
        return Err(Refusal::new(2300, "a transfer was asked for already").about(&domain.name));
    }
    domain.permits("Transfer", asking.is_operator)?;
    if domain.password.is_empty() || password(object).as_ref() != Some(&domain.password) {
        return Err(Refusal::new(2202, "the authorisation information is another").about(&domain.name));
    }
    let extension = fee::charge(world, asking, Billed::Transfer, &domain.name, 1)?;
    let now = world.now();
    let transfer = Transfer {
        state: "pending".to_owned(),
        asked: (asking.account.clone(), now),
        sponsor: (domain.sponsor.clone(), now.plus_seconds(THINKING)),
    };
    let data = data(&domain, &transfer);
    domain.transfer = Some(transfer);
    domain.statuses.insert("pendingTransfer".to_owned());
    world.tell(&domain.sponsor, "Transfer requested.", data.clone());
    world.domains.insert(domain.name.clone(), domain);
    Ok(Answer { extension, code: 1001, ..Answer::with(data) }.changed())
}

fn decide(world: &mut World, asking: &Asking<'_>, op: &str, mut domain: Domain) -> Outcome {
    let pending = domain.transfer.clone().filter(|transfer| transfer.state == "pending");
    let Some(mut transfer) = pending else {
        return Err(Refusal::new(2301, "no transfer waits").about(&domain.name));
    };
    let (decider, state, told) = match op {
        "approve" => (&domain.sponsor, "clientApproved", "Transfer approved."),
        "reject" => (&domain.sponsor, "clientRejected", "Transfer rejected."),
        _ => (&transfer.asked.0, "clientCancelled", "Transfer cancelled."),
    };
    if !asking.may_change(decider) {
        return Err(Refusal::new(2201, "another account decides on it").about(&domain.name));
    }
    let now = world.now();
    state.clone_into(&mut transfer.state);
    transfer.sponsor.1 = now;
    domain.statuses.remove("pendingTransfer");
    if state == "clientApproved" {
        transfer.asked.0.clone_into(&mut domain.sponsor);
        domain.transferred = Some(now);
        domain.expires = plus_years(domain.expires, 1).min(plus_years(now, 10));
    }
    let data = data(&domain, &transfer);
    let other = if op == "cancel" { &transfer.sponsor.0 } else { &transfer.asked.0 };
    world.tell(other, told, data.clone());
    domain.transfer = Some(transfer);
    world.domains.insert(domain.name.clone(), domain);
    Ok(Answer::with(data).changed())
}

fn data(domain: &Domain, transfer: &Transfer) -> String {
    let parts = [
        ("name", domain.name.clone()),
        ("trStatus", transfer.state.clone()),
        ("reID", transfer.asked.0.clone()),
        ("reDate", transfer.asked.1.to_string()),
        ("acID", transfer.sponsor.0.clone()),
        ("acDate", transfer.sponsor.1.to_string()),
        ("exDate", domain.expires.to_string()),
    ];
    let inside: String = parts.iter().map(|(name, text)| element(&format!("domain:{name}"), text)).collect();
    format!("<domain:trnData xmlns:domain=\"{DOMAIN}\">{inside}</domain:trnData>")
}
