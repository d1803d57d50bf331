// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers of WHOIS: nothing is known of a name that is not there, and facts keep their promises.

#![no_main]

use forestall_formats::whois::{self, WhoisDomain};
use forestall_model::dossier::{Registration, RegistrationState};

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let (asked, octets) = forestall_fuzz::asked(octets);
    match whois::read(octets, &asked) {
        Ok(WhoisDomain { registration, contacts, problems }) => {
            forestall_fuzz::facts::check(&registration, &contacts, &problems);
            if !matches!(registration.state, RegistrationState::Registered | RegistrationState::Reserved) {
                assert_eq!(registration, Registration::bare(registration.state));
            }
        }
        Err(error) => assert!(error.to_string().len() <= 4 * octets.len() + 1_000, "{error}"),
    }
});
