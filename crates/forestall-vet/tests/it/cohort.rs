// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What predicted names share.

use std::time::Instant;

use forestall_model::dossier::Existence;
use forestall_vet::circumstances::Cohort;
use forestall_vet::cohort::Cohorts;

use crate::built::{look, named, registered};

#[test]
fn counts_the_others_and_not_the_name_itself() {
    let mut dossiers = Vec::new();
    for i in 0..5 {
        let mut dossier = named(&format!("bulk{i}.com"));
        dossier.registration.push(registered("2009-02-27T01:00:00Z", "2010-02-27T00:00:00Z"));
        let servers = if i % 2 == 0 { ["ns1.b.example", "ns2.b.example"] } else { ["NS2.b.example", "ns1.b.example"] };
        dossier.presence.push(look(Existence::Delegated, &servers));
        dossiers.push(dossier);
    }
    let mut alone = named("alone.com");
    alone.presence.push(look(Existence::Delegated, &["ns1.c.example"]));
    dossiers.push(alone);
    let mut absent = named("absent.com");
    absent.presence.push(look(Existence::Absent, &[]));
    dossiers.push(absent);
    let cohorts = Cohorts::of(&dossiers);
    assert_eq!(cohorts.others(&dossiers[0]), Cohort { day_and_registrar: 4, name_servers: 4, among: 5 });
    assert_eq!(cohorts.others(&dossiers[5]), Cohort { day_and_registrar: 0, name_servers: 0, among: 5 });
    assert_eq!(cohorts.others(&dossiers[6]), Cohort { day_and_registrar: 0, name_servers: 0, among: 6 });
}

#[test]
fn counts_a_hundred_thousand_names_quickly() {
    let dossiers: Vec<_> = (0..100_000)
        .map(|i| {
            let mut dossier = named(&format!("n{i}.com"));
            dossier.registration.push(registered("2009-02-27T01:00:00Z", "2010-02-27T00:00:00Z"));
            dossier.presence.push(look(Existence::Delegated, &["ns1.b.example", &format!("ns{}.b.example", i % 500)]));
            dossier
        })
        .collect();
    let start = Instant::now();
    let cohorts = Cohorts::of(&dossiers);
    let total: u64 = dossiers.iter().map(|dossier| u64::from(cohorts.others(dossier).day_and_registrar)).sum();
    assert_eq!(total, 100_000 * 99_999);
    // A second by far on any machine; the limit is for a loaded one.
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}
