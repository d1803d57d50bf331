// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What every reader of registration data promises of the facts.

use forestall_formats::rdap::{Contacts, MAX_NAME_SERVERS, MAX_PROBLEMS, Problem};
use forestall_model::dossier::Registration;

/// Holds facts against what is promised of them: bounded, sorted, fit to be shown, and the same after they were stored.
pub fn check(registration: &Registration, contacts: &Contacts, problems: &[Problem]) {
    assert!(problems.len() <= MAX_PROBLEMS);
    assert!(registration.name_servers.len() <= MAX_NAME_SERVERS);
    assert!(registration.name_servers.is_sorted_by(|a, b| a < b), "{registration:?}");
    assert!(registration.statuses.is_sorted_by(|a, b| a < b), "{registration:?}");
    let registrar = registration.registrar.iter();
    let texts = registrar
        .flat_map(|registrar| [Some(&registrar.name), registrar.abuse_mail.as_ref(), registrar.abuse_phone.as_ref()]);
    for text in texts.flatten().chain(&registration.statuses).chain(&contacts.mail) {
        assert!(!text.is_empty() && !text.contains(char::is_control), "{text:?}");
    }
    for (place, mail) in contacts.mail.iter().enumerate() {
        assert!(mail.len() <= 254 && !contacts.mail[..place].contains(mail), "each address once");
    }
    let stored = serde_json::to_vec(registration).expect("facts have a stored form");
    let read: Registration = serde_json::from_slice(&stored).expect("what was stored is read");
    assert_eq!(read, *registration);
}
