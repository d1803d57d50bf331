// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What may follow without a person.

use forestall_model::UtcDay;
use forestall_model::dossier::{Change, Tenure};
use forestall_vet::Band;
use forestall_vet::automatic::{Held, Standing, standing};

fn day(text: &str) -> UtcDay {
    text.parse().unwrap()
}

fn held(band: Band, on: &str, registrar: Option<&str>, server: Option<&str>) -> Held {
    let tenure = Tenure {
        registrar: registrar.map(str::to_owned),
        name_servers: server.map(|server| vec![server.parse().unwrap()]),
        ..Tenure::default()
    };
    Held { band, day: day(on), tenure }
}

#[test]
fn clear_benign_stands_for_the_day_of_the_look_only() {
    let first = held(Band::ClearBenign, "2026-11-01", Some("1"), Some("ns1.a.example"));
    assert_eq!(standing(&first, &[], day("2026-11-01")), Standing::Stands);
    assert_eq!(standing(&first, &[], day("2026-11-02")), Standing::LookAgain { last: day("2026-11-01") });
    let later = [held(Band::ClearBenign, "2026-11-02", Some("1"), Some("ns1.a.example"))];
    assert_eq!(standing(&first, &later, day("2026-11-02")), Standing::Stands);
}

#[test]
fn a_change_of_hands_voids_it_even_behind_a_look_that_showed_less() {
    let first = held(Band::ClearBenign, "2026-11-01", Some("1"), None);
    let later = [
        held(Band::ClearBenign, "2026-11-03", None, Some("ns9.b.example")),
        held(Band::ClearBenign, "2026-11-02", None, Some("ns1.a.example")),
    ];
    assert_eq!(standing(&first, &later, day("2026-11-03")), Standing::ChangedHands(vec![Change::NameServers]));
    assert_eq!(standing(&first, &later, day("2026-11-02")), Standing::Stands, "what comes later is not known then");
    let later = [held(Band::ClearBenign, "2026-11-02", Some("2"), None)];
    assert_eq!(standing(&first, &later, day("2026-11-02")), Standing::ChangedHands(vec![Change::Registrar]));
}

#[test]
fn nothing_but_clear_benign_is_automatic() {
    for band in [Band::ClearMalicious, Band::Human, Band::NoHolder] {
        let first = held(band, "2026-11-01", None, None);
        assert_eq!(standing(&first, &[], day("2026-11-01")), Standing::NeverAutomatic);
    }
    let first = held(Band::ClearBenign, "2026-11-01", None, None);
    let later = [held(Band::Human, "2026-11-02", None, None)];
    assert_eq!(standing(&first, &later, day("2026-11-02")), Standing::Overruled(Band::Human));
}
