// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The facts of a dossier that a verdict uses: of each source its latest answer, and none that a much newer one overtook.

use std::collections::HashMap;

use forestall_model::dossier::{
    Dossier, Existence, Listing, ListingKind, Presence, Registration, RegistrationState, Sourced,
};
use forestall_model::{Instant, Method};

use crate::circumstances::Circumstances;
use crate::points::Limit;
use crate::rules::Rules;

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;
/// Days of a year, for spans; leap days do not matter to any limit.
pub(crate) const YEAR_DAYS: i64 = 365;

/// What a verdict is made from.
#[derive(Debug)]
pub(crate) struct Evidence<'e> {
    pub(crate) dossier: &'e Dossier,
    pub(crate) circumstances: &'e Circumstances,
    /// Looks at the DNS and at zones, the latest of each source.
    pub(crate) presence: Vec<&'e Sourced<Presence>>,
    /// Registration data, the latest of each source.
    pub(crate) registration: Vec<&'e Sourced<Registration>>,
    /// Looks that showed a holder and that a much newer one contradicts.
    pub(crate) superseded: Vec<String>,
}

impl<'e> Evidence<'e> {
    pub(crate) fn new(dossier: &'e Dossier, circumstances: &'e Circumstances, rules: &Rules) -> Self {
        let mut presence = latest(&dossier.presence);
        let mut registration = latest(&dossier.registration);
        let after = i64::from(rules.limit(Limit::SupersededDays)) * DAY;
        let newest_absence = newest(presence.iter().filter(|look| look.fact.existence == Existence::Absent));
        let not_held = |look: &&&Sourced<Registration>| {
            use RegistrationState::{Available, NotFound, Reserved};
            matches!(look.fact.state, NotFound | Available | Reserved)
        };
        let newest_refusal = newest(registration.iter().filter(not_held));
        let mut superseded = Vec::new();
        let overtaken = |at: Instant, by: Option<Instant>| by.is_some_and(|by| by.seconds_since(at) > after);
        presence.retain(|look| {
            let old = shows_a_holder(&look.fact)
                && (overtaken(look.at, newest_absence) || overtaken(look.at, newest_refusal));
            if old {
                superseded.push(told(look));
            }
            !old
        });
        registration.retain(|look| {
            // A name on hold is absent from the DNS, so that only a registration service overtakes another.
            let old = look.fact.state == RegistrationState::Registered && overtaken(look.at, newest_refusal);
            if old {
                superseded.push(told(look));
            }
            !old
        });
        Self { dossier, circumstances, presence, registration, superseded }
    }

    /// Returns the latest registration data of a registration.
    pub(crate) fn registered(&self) -> Option<&'e Sourced<Registration>> {
        let registered = self.registration.iter().filter(|look| look.fact.state == RegistrationState::Registered);
        registered.max_by_key(|look| look.at).copied()
    }

    /// Returns the parking service that a trusted register says serves the name.
    pub(crate) fn parking(&self) -> Option<&'e Listing> {
        self.dossier.listings.iter().find(|listing| listing.settles() && listing.kind == ListingKind::Parking)
    }

    /// Returns the latest look that showed the name in the DNS.
    pub(crate) fn in_the_dns(&self) -> Option<&'e Sourced<Presence>> {
        self.presence.iter().filter(|look| shows_a_holder(&look.fact)).max_by_key(|look| look.at).copied()
    }
}

/// Says whether a look at the DNS shows that somebody holds the name.
pub(crate) const fn shows_a_holder(presence: &Presence) -> bool {
    matches!(presence.existence, Existence::Delegated | Existence::NoDelegation)
}

/// Says where a fact was learned.
pub(crate) fn told<T>(sourced: &Sourced<T>) -> String {
    format!("{} {} at {}", sourced.method, sourced.source, sourced.at)
}

/// Returns of each method and source the latest fact, in the order of the dossier.
fn latest<T>(facts: &[Sourced<T>]) -> Vec<&Sourced<T>> {
    let mut best: HashMap<(Method, &str), usize> = HashMap::new();
    for (place, fact) in facts.iter().enumerate() {
        let kept = best.entry((fact.method, fact.source.as_str())).or_insert(place);
        if fact.at >= facts[*kept].at {
            *kept = place;
        }
    }
    let is_best = |place: usize, fact: &Sourced<T>| best.get(&(fact.method, fact.source.as_str())) == Some(&place);
    facts.iter().enumerate().filter(|(place, fact)| is_best(*place, fact)).map(|(_, fact)| fact).collect()
}

fn newest<'a, 's, T: 's>(looks: impl Iterator<Item = &'a &'s Sourced<T>>) -> Option<Instant>
where
    's: 'a,
{
    looks.map(|look| look.at).max()
}
