// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `delete`: ends a registration, at once within the days after its creation, else after the days of redemption.

use super::found;
use crate::registry::answer::{Answer, Outcome, Refusal};
use crate::registry::element::Element;
use crate::registry::fee;
use crate::registry::grace;
use crate::registry::world::{Asking, World};

pub(in crate::registry) fn delete(world: &mut World, asking: &Asking<'_>, object: &Element) -> Outcome {
    let mut domain = found(world, object)?;
    if !asking.may_change(&domain.sponsor) {
        return Err(Refusal::new(2201, "the name has another sponsor").about(&domain.name));
    }
    domain.permits("Delete", asking.is_operator)?;
    if let Some(host) = world.hosts_below(&domain.name).first() {
        return Err(Refusal::new(2305, format!("the host {host} is below it")).about(&domain.name));
    }
    let is_new = grace::statuses(&domain, world.now()).contains(&"addPeriod");
    if is_new || !world.settings.knows_grace {
        world.domains.remove(&domain.name);
        let extension = if is_new { fee::refund(world, asking, &domain) } else { String::new() };
        return Ok(Answer { extension, ..Answer::of(1000) }.changed());
    }
    domain.deleted = Some(world.now());
    domain.statuses.insert("pendingDelete".to_owned());
    domain.touch(&asking.account, world.now());
    world.domains.insert(domain.name.clone(), domain);
    Ok(Answer::of(1001).changed())
}
