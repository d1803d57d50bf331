// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What names cost, and who pays.

use forestall_testkit::registry::{Prices, Registry, Settings, Verb};

use super::talk::{Client, code, domain, fresh};

/// Agrees to a fee, as the extension of a creation.
fn agreed(name: &str, amount: &str, currency: &str) -> String {
    format!(
        "{}<extension><fee:create xmlns:fee=\"urn:ietf:params:xml:ns:epp:fee-1.0\"><fee:currency>{currency}</fee:currency>\
         <fee:fee>{amount}</fee:fee></fee:create></extension>",
        domain("create", &fresh(name))
    )
}

#[test]
fn a_name_that_costs_more_is_not_sold_to_who_did_not_agree() {
    let registry = Registry::start(Settings::default());
    registry.price("premium.com", Prices::premium(250_000));
    let mut client = Client::signed_in(&registry, Settings::SINKHOLE);
    let before = registry.balance(Settings::SINKHOLE).unwrap();
    assert_eq!(code(&client.domain("create", &fresh("premium.com"))), 2003);
    assert_eq!(code(&client.command(&agreed("premium.com", "10.00", "USD"))), 2004);
    assert_eq!(code(&client.command(&agreed("premium.com", "2500.00", "EUR"))), 2004);
    assert_eq!(code(&client.command(&agreed("premium.com", "much", "USD"))), 2005);
    assert_eq!(registry.balance(Settings::SINKHOLE), Some(before));
    let answer = client.command(&agreed("premium.com", "2500.00", "USD"));
    assert!(answer.contains("<fee:fee>2500.00</fee:fee><fee:balance>997500.00</fee:balance>"), "{answer}");
    assert_eq!(registry.balance(Settings::SINKHOLE), Some(before - 250_000));
}

#[test]
fn who_has_too_little_gets_nothing() {
    let registry = Registry::start(Settings::default());
    registry.set_balance(Settings::SINKHOLE, 1_999);
    let mut client = Client::signed_in(&registry, Settings::SINKHOLE);
    assert_eq!(code(&client.domain("create", &fresh("first.com"))), 1000);
    assert_eq!(code(&client.domain("create", &fresh("second.com"))), 2104);
    assert_eq!(registry.balance(Settings::SINKHOLE), Some(999));
    assert_eq!(registry.changes(), ["create first.com"]);
    assert!(registry.journal().iter().any(|entry| entry.verb == Verb::Create && entry.code == 2104));
    registry.validate("registry::prices::who_has_too_little_gets_nothing");
}
