// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The unit of action, and the case of No-IP.

use forestall_model::Action;
use forestall_vet::Unit;
use forestall_vet::unit::{UnitError, permit};

#[test]
fn finds_what_an_action_would_take_hold_of() {
    let check = |name: &str, expected: &str| {
        let unit = match Unit::of(&name.parse().unwrap()) {
            Unit::Registrable { name } => format!("registrable {name}"),
            Unit::Below { registrable } => format!("below {registrable}"),
            Unit::AtProvider { name, zone } => format!("{name} at the provider of {zone}"),
            Unit::SharedZone { zone } => format!("shared {zone}"),
            Unit::PublicSuffix { suffix } => format!("suffix {suffix}"),
        };
        assert_eq!(unit, expected, "{name}");
    };
    check("praat.org", "registrable praat.org");
    check("www.praat.org", "below praat.org");
    check("example.co.uk", "registrable example.co.uk");
    check("a.b.example.co.uk", "below example.co.uk");
    check("co.uk", "suffix co.uk");
    check("alice.hopto.org", "alice.hopto.org at the provider of hopto.org");
    check("www.alice.hopto.org", "alice.hopto.org at the provider of hopto.org");
    check("hopto.org", "shared hopto.org");
    check("someone.github.io", "someone.github.io at the provider of github.io");
    check("github.io", "shared github.io");
}

#[test]
fn no_ip_2014_is_refused_whole_and_piece_by_piece() {
    // Zones of No-IP that were seized on 30 June 2014, as far as the private section of the public suffix list has them.
    for zone in ["hopto.org", "zapto.org", "sytes.net", "no-ip.org", "servebeer.com", "redirectme.net"] {
        let whole = permit(Action::RedirectNs, &zone.parse().unwrap()).unwrap_err();
        assert!(matches!(whole, UnitError::SharedZone { .. }), "{zone}: {whole}");
        for action in Action::ALL {
            let host = format!("abuser.{zone}").parse().unwrap();
            let piece = permit(*action, &host).unwrap_err();
            assert!(piece.to_string().contains("ask its provider"), "{zone}: {piece}");
        }
    }
}

#[test]
fn nothing_is_asked_above_the_name_or_on_a_suffix() {
    let name = |text: &str| text.parse().unwrap();
    assert_eq!(permit(Action::Reserve, &name("praat.org")).unwrap().as_str(), "praat.org");
    let above = permit(Action::Suspend, &name("www.praat.org")).unwrap_err();
    assert_eq!(
        above.to_string(),
        "www.praat.org lies below the registrable name praat.org: an action on that one needs a decision about it"
    );
    assert_eq!(permit(Action::Monitor, &name("www.praat.org")).unwrap().as_str(), "praat.org");
    let suffix = permit(Action::Monitor, &name("co.uk")).unwrap_err();
    assert!(matches!(suffix, UnitError::PublicSuffix { .. }));
}
