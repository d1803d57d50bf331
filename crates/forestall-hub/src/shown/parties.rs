// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The parties, without their contacts.

use forestall_api::party::PartyEntry;
use forestall_model::UtcDay;
use forestall_store::KeptParty;

/// Returns the entry of a party in the list, as it stands on a day.
#[must_use]
pub fn party(KeptParty { party, changed }: &KeptParty, today: UtcDay) -> PartyEntry {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    PartyEntry {
        id: party.id.clone(),
        kind: party.kind,
        name: party.name.clone(),
        tlds: party.tlds.clone(),
        contacts: count(party.contacts.len()),
        due: count(party.contacts.iter().filter(|contact| contact.needs_test(today)).count()),
        changed: *changed,
    }
}
