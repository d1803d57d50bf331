// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Registries that misbehave: no answer of theirs is believed that is not whole, right and ours.

use std::time::Duration;

use forestall_connect::epp::{EppError, EppSettings, Session};
use forestall_formats::epp::frame::PriceOf;
use forestall_model::DomainName;
use forestall_testkit::parsed;
use forestall_testkit::registry::{Fault, Hostile, Registry, Settings, Verb};

use crate::epp::settings;

#[tokio::test]
async fn what_is_no_answer_ends_the_session() {
    let registry = Registry::start(Settings::default());
    let settings = EppSettings { limit: Duration::from_secs(2), ..settings(&registry) };
    let name = [parsed::<DomainName>("free.test")];
    for (hostile, says) in [
        (Hostile::HugeLength, "2147483647 octets"),
        (Hostile::TinyLength, "2 octets"),
        (Hostile::Cut, "no talk with the registry"),
        (Hostile::Silence, "did not answer within"),
        (Hostile::EntityBomb, "document type"),
        (Hostile::ExternalEntity, "document type"),
        (Hostile::Deep, "deeper than"),
        (Hostile::NoXml, "cannot be used"),
        (Hostile::NoUtf8, "no UTF-8"),
        (Hostile::WrongId, "answers the command \"SOMEBODY-ELSE-1\""),
        (Hostile::NoId, "answers the command \"\""),
        (Hostile::Greeting, "something else than an answer"),
        (Hostile::Large, "octets; from 5 to"),
    ] {
        registry.script(Fault::hostile(hostile).on(Verb::Check));
        let mut session = Session::open(&settings).await.unwrap();
        let error = session.check(&name, None).await.unwrap_err();
        assert!(error.to_string().contains(says), "{hostile:?}: {error}");
        assert!(!error.leaves_session());
        assert!(matches!(session.check(&name, None).await, Err(EppError::Ended)), "{hostile:?}");
        registry.cut();
    }
    let mut session = Session::open(&settings).await.unwrap();
    assert!(session.check(&name, None).await.unwrap()[0].available, "the next session is as any");
}

#[tokio::test]
async fn a_code_that_the_standard_does_not_have_is_no_answer_to_a_question() {
    let registry = Registry::start(Settings::default());
    registry.script(Fault::hostile(Hostile::UnknownCode).on(Verb::Check));
    let mut session = Session::open(&settings(&registry)).await.unwrap();
    let error = session.check(&[parsed("free.test")], None).await.unwrap_err().to_string();
    assert!(error.contains("1999: done, by a code that the standard does not have"), "{error}");
}

/// Frames of others between two of ours would shift all answers that follow.
#[tokio::test]
async fn an_answer_too_many_is_taken_for_none_of_ours() {
    let registry = Registry::start(Settings::default());
    registry.script(Fault::hostile(Hostile::WrongId).on(Verb::Info).after(2));
    let mut session = Session::open(&settings(&registry)).await.unwrap();
    let names: Vec<DomainName> = (0..10).map(|number| parsed(&format!("n{number}.test"))).collect();
    assert!(matches!(session.info(&names).await, Err(EppError::OtherCommand { .. })));
    assert!(matches!(session.poll().await, Err(EppError::Ended)));
}

#[tokio::test]
async fn a_registry_that_refuses_is_told_in_plain_words() {
    let registry = Registry::start(Settings::default());
    let name = [parsed::<DomainName>("free.test")];
    for (code, says, goes_on) in [
        (2400, "does not say whether it changed anything", true),
        (2201, "another registrar sponsors it", true),
        (2500, "closes the session", false),
        (2502, "too many sessions", false),
    ] {
        registry.script(Fault::refuse(code).on(Verb::Check));
        let mut session = Session::open(&settings(&registry)).await.unwrap();
        let error = session.check(&name, None).await.unwrap_err();
        assert!(error.to_string().contains(says) && error.leaves_session() == goes_on, "{code}: {error}");
        assert_eq!(session.check(&name, None).await.is_ok(), goes_on, "{code}");
        registry.cut();
    }
}

/// A server that is full, or down for maintenance, says so where its greeting would be.
#[tokio::test]
async fn a_refusal_in_the_place_of_the_greeting_keeps_its_words() {
    let registry = Registry::start(Settings::default());
    for (code, says) in [(2502, "too many sessions"), (2500, "closes the session"), (2400, "the server failed")] {
        registry.script(Fault::refuse(code).on(Verb::Hello));
        let error = Session::open(&settings(&registry)).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains(&format!("refuses the connection with {code}: ")) && text.contains(says), "{text}");
        assert!(text.contains("it was to be so"), "and what the registry says itself: {text}");
        assert!(!error.leaves_session(), "{code}");
    }
    Session::open(&settings(&registry)).await.unwrap();
}

/// Whoever cannot read a frame cannot repeat its identifier (RFC 5730, section 2.6).
#[tokio::test]
async fn a_refusal_that_names_no_frame_keeps_its_words() {
    let registry = Registry::start(Settings::default());
    let name = [parsed::<DomainName>("free.test")];
    let mut session = Session::open(&settings(&registry)).await.unwrap();
    let error = session.exchange("<epp", "OUR-1").await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("refuses a frame that it does not name with 2001: the server says that the frame"), "{text}");
    assert!(!error.leaves_session());
    assert!(matches!(session.check(&name, None).await, Err(EppError::Ended)), "which frame it was is not known");
}

#[tokio::test]
async fn what_closes_the_session_between_questions_keeps_its_words() {
    let registry = Registry::start(Settings::default());
    let names: Vec<DomainName> = (0..10).map(|number| parsed(&format!("n{number}.test"))).collect();
    for answered in 0..10 {
        registry.script(Fault::refuse(2500).on(Verb::Info).after(answered));
        let mut session = Session::open(&settings(&registry)).await.unwrap();
        let error = session.info(&names).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains("with 2500: the server failed and closes the session"), "{answered}: {text}");
        assert!(!error.leaves_session() && matches!(session.poll().await, Err(EppError::Ended)), "{answered}");
    }
}

#[tokio::test]
async fn a_name_that_is_refused_on_its_own_fails_no_check_of_others() {
    let registry = Registry::start(Settings::default());
    let mut session = Session::open(&settings(&registry)).await.unwrap();
    let names: Vec<DomainName> = (0..40).map(|number| parsed(&format!("n{number}.test"))).collect();
    for code in [2306, 2005, 2004] {
        // Pieces of 40, 20, 10, 5 and 3 names, and it alone.
        registry.script(Fault::refuse(code).on(Verb::Check).about("n7.test").times(6));
        let rows = session.check(&names, None).await.unwrap();
        let refused: Vec<&str> = rows.iter().filter(|row| !row.available).map(|row| row.name.as_str()).collect();
        assert_eq!(refused, ["n7.test"], "{code}");
        let reason = rows[7].reason.as_deref().unwrap();
        assert!(reason.starts_with(&format!("{code}: ")) && reason.ends_with("it was to be so)"), "{reason}");
        let before = registry.journal().len();
        assert!(session.check(&names, None).await.unwrap().iter().all(|row| row.available));
        assert_eq!(registry.journal().len(), before + 1, "{code}: it was not their number");
    }
    registry.validate("epp_hostile::a_name_that_is_refused_on_its_own_fails_no_check_of_others");
}

#[tokio::test]
async fn a_check_that_is_refused_for_each_name_fails() {
    let registry = Registry::start(Settings::default());
    let mut session = Session::open(&settings(&registry)).await.unwrap();
    let names: Vec<DomainName> = (0..8).map(|number| parsed(&format!("n{number}.test"))).collect();
    registry.script(Fault::refuse(2306).on(Verb::Check).times(100));
    for name in &names[..4] {
        assert!(!session.check(std::slice::from_ref(name), None).await.unwrap()[0].available);
    }
    let error = session.check(&names[4..5], None).await.unwrap_err();
    assert!(error.to_string().contains("the registry refuses the check with 2306"), "{error}");
    assert!(error.leaves_session());
}

/// Half as many names would not be in another currency.
#[tokio::test]
async fn a_wrong_currency_fails_the_check_at_once() {
    let registry = Registry::start(Settings::default());
    let mut session = Session::open(&settings(&registry)).await.unwrap();
    let names: Vec<DomainName> = (0..40).map(|number| parsed(&format!("n{number}.test"))).collect();
    let price = PriceOf { currency: "EUR".to_owned(), years: 1 };
    let error = session.check(&names, Some(&price)).await.unwrap_err();
    assert!(error.to_string().contains("2004: ") && error.to_string().contains("fees are in USD"), "{error}");
    assert_eq!(registry.journal().iter().filter(|entry| entry.verb == Verb::Check).count(), 1);
}

#[tokio::test]
async fn nobody_there_is_told() {
    let mut registry = Registry::start(Settings::default());
    let settings = settings(&registry);
    let mut session = Session::open(&settings).await.unwrap();
    registry.stop();
    assert!(matches!(session.poll().await, Err(EppError::Unreachable(_))));
    assert!(matches!(Session::open(&settings).await, Err(EppError::Unreachable(_))));
}
