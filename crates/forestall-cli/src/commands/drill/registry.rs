// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A registry of a scenario as a party of the hub.

use forestall_api::party::{Contact, Party};
use forestall_drill::scenario::Registry;
use forestall_model::party::{PartyKind, Terms};

/// Returns a registry as a party, whose contacts have addresses that lead nowhere.
pub(super) fn party_of(registry: &Registry) -> Party {
    let contact = |number: u32| Contact {
        name: format!("Contact {} (drill)", number + 1),
        role: String::new(),
        mail: Some(format!("contact-{}@{}.drill.invalid", number + 1, registry.id)),
        phone: None,
        second: None,
        day_and_night: false,
        verified: None,
        tested: None,
        owner: None,
    };
    let terms = Terms {
        offset: registry.office.offset,
        working_days: registry.office.days,
        holidays: registry.office.holidays.clone(),
        rhythm: registry.rhythm,
        ..Terms::default()
    };
    Party {
        id: registry.id.clone(),
        kind: PartyKind::Registry,
        name: registry.name.clone(),
        tlds: registry.tlds.clone(),
        terms: Some(terms.into()),
        contacts: (0..registry.contacts).map(contact).collect(),
        webhook: None,
        openpgp: None,
    }
}

/// Returns which contact has an address of [`party_of`], counted from 0.
pub(super) fn contact_of(address: &str) -> u32 {
    let digits = address.strip_prefix("contact-").and_then(|rest| rest.split('@').next());
    digits.and_then(|digits| digits.parse::<u32>().ok()).map_or(0, |number| number.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::contact_of;

    #[test]
    fn a_contact_is_known_by_its_address() {
        assert_eq!(contact_of("contact-3@registry-ws.drill.invalid"), 2);
        assert_eq!(contact_of("duty@registry.example"), 0);
    }
}
