// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Whether anybody holds a name, over all sources.
//!
//! Where one source shows a holder and another none, somebody holds it. A name is free only where the parent says that
//! it is not there, or the registry that it can be had; a registration service that knows nothing, and any source that failed, say
//! nothing at all.

use forestall_model::dossier::{Existence, RegistrationState};

use crate::evidence::{Evidence, shows_a_holder, told};
use crate::points::{PointName, Points};

/// Whether anybody holds a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holding {
    Held,
    Free,
    Reserved,
    NotRegistrable,
    Unknown,
}

pub(crate) fn holding(evidence: &Evidence<'_>, points: &mut Points<'_>) -> Holding {
    for look in &evidence.superseded {
        points.add(PointName::Superseded, "it showed a holder, and a newer look contradicts it", look);
    }
    let holding = over_all(evidence, points);
    for failed in &evidence.dossier.failures {
        let asked = format!("{} {} at {}", failed.method, failed.source, failed.at);
        points.add(PointName::LookFailed, &failed.reason, asked);
    }
    holding
}

fn over_all(evidence: &Evidence<'_>, points: &mut Points<'_>) -> Holding {
    let state = |wanted: RegistrationState| {
        let answers = evidence.registration.iter().filter(move |look| look.fact.state == wanted);
        answers.max_by_key(|look| look.at).copied()
    };
    let seen = |wanted: Existence| {
        let looks = evidence.presence.iter().filter(move |look| look.fact.existence == wanted);
        looks.max_by_key(|look| look.at).copied()
    };
    let absent = seen(Existence::Absent);
    let not_found = state(RegistrationState::NotFound);
    if evidence.registered().is_some() || evidence.in_the_dns().is_some() {
        contradictions(evidence, points);
        return Holding::Held;
    }
    if let Some(reserved) = state(RegistrationState::Reserved) {
        points.add(PointName::Reserved, "the registry reserves the name", told(reserved));
        return Holding::Reserved;
    }
    if let Some(reason) = &evidence.circumstances.not_registrable {
        points.add(PointName::NotRegistrable, reason, "");
        return Holding::NotRegistrable;
    }
    if let Some(unavailable) = state(RegistrationState::Unavailable) {
        points.add(
            PointName::Unavailable,
            "the registry says that the name cannot be registered, and not why: held, reserved or blocked",
            told(unavailable),
        );
        return Holding::Unknown;
    }
    if let Some(available) = state(RegistrationState::Available) {
        points.add(PointName::Available, "the registry says that the name can be registered", told(available));
        return Holding::Free;
    }
    if let Some(absent) = absent {
        let text =
            "not in the DNS; a name that the registry reserves, or that is held without delegation, answers the same";
        points.add(PointName::AbsentIsNotFree, text, told(absent));
        return Holding::Free;
    }
    if let Some(not_found) = not_found {
        let text = "the registration service knows no such name, which does not say that it is free";
        points.add(PointName::NotFoundIsNotFree, text, told(not_found));
    }
    if let Some(wildcard) = seen(Existence::Wildcard) {
        let text = "the parent answers for every name: nothing follows for this one";
        points.add(PointName::ParentAnswersForAll, text, told(wildcard));
    }
    if evidence.presence.is_empty() && evidence.registration.is_empty() {
        points.add(PointName::NothingKnown, "no source gave anything that can be used", "");
    }
    Holding::Unknown
}

/// Tells what contradicts that somebody holds the name.
fn contradictions(evidence: &Evidence<'_>, points: &mut Points<'_>) {
    let registered = evidence.registered();
    let in_the_dns = evidence.in_the_dns();
    let absent = evidence.presence.iter().find(|look| look.fact.existence == Existence::Absent);
    if let (Some(absent), Some(registered)) = (absent, registered)
        && in_the_dns.is_none()
    {
        let why = if registered.fact.is_on_hold() {
            Some("registered and on hold, which keeps it out of the zone")
        } else if registered.fact.name_servers.is_empty() {
            Some("registered without name servers, hence not in the zone")
        } else {
            None
        };
        let both = format!("{}; {}", told(registered), told(absent));
        match why {
            Some(why) => points.add(PointName::HeldOutsideZone, why, both),
            None => points.add(
                PointName::SourcesContradict,
                "registered with name servers, and absent from the DNS: the registration wins",
                both,
            ),
        }
    }
    if let (Some(absent), Some(there)) = (absent, in_the_dns) {
        let both = format!("{}; {}", told(there), told(absent));
        points.add(PointName::SourcesContradict, "one look shows the name in the DNS, another none", both);
    }
    for look in &evidence.registration {
        let text = match look.fact.state {
            RegistrationState::Registered | RegistrationState::Unavailable => continue,
            RegistrationState::NotFound => {
                "a registration service knows no such name, and another source shows a holder"
            }
            RegistrationState::Reserved => {
                "a registry says that it reserves the name, and another source shows a holder"
            }
            RegistrationState::Available => {
                "a registry says that the name is to be had, and another source shows a holder"
            }
        };
        points.add(PointName::SourcesContradict, text, told(look));
    }
    debug_assert!(registered.is_some() || in_the_dns.is_some_and(|look| shows_a_holder(&look.fact)));
}
