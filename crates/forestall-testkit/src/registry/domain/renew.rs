// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `renew`: prolongs a registration.

use super::{found, years};
use crate::registry::answer::{Answer, Outcome, Refusal, element};
use crate::registry::element::Element;
use crate::registry::fee::{self, Billed};
use crate::registry::space::DOMAIN;
use crate::registry::world::{Asking, World, plus_years};

/// How far into the future a registration may reach, in years.
const FARTHEST: i16 = 10;

pub(in crate::registry) fn renew(world: &mut World, asking: &Asking<'_>, object: &Element) -> Outcome {
    let mut domain = found(world, object)?;
    if !asking.may_change(&domain.sponsor) {
        return Err(Refusal::new(2201, "the name has another sponsor").about(&domain.name));
    }
    domain.permits("Renew", asking.is_operator)?;
    let said = object.text_of("curExpDate").ok_or_else(|| Refusal::new(2003, "no date of expiry is given"))?;
    // By this date the same renewal does not happen twice (RFC 5731, section 3.2.3).
    if said != domain.expires.day().to_string() {
        return Err(Refusal::new(2004, "the registration ends on another day").about(&domain.name));
    }
    let years = years(object)?;
    domain.expires = plus_years(domain.expires, i16::from(years));
    if domain.expires > plus_years(world.now(), FARTHEST) {
        return Err(Refusal::new(2105, "the registration would reach too far").about(&domain.name));
    }
    let extension = fee::charge(world, asking, Billed::Renew, &domain.name, years)?;
    domain.renewed = Some(world.now());
    let inside = element("domain:name", &domain.name) + &element("domain:exDate", &domain.expires.to_string());
    let data = format!("<domain:renData xmlns:domain=\"{DOMAIN}\">{inside}</domain:renData>");
    world.domains.insert(domain.name.clone(), domain);
    Ok(Answer { extension, ..Answer::with(data) }.changed())
}
