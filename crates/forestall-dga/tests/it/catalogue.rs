// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The built-in catalogue and what it refuses.

use forestall_dga::catalogue::CatalogueError;
use forestall_dga::family::NoWordLists;
use forestall_dga::info::Verification;
use forestall_dga::{Catalogue, ParamError};
use forestall_model::Params;

use crate::support::prepared;

#[test]
fn lists_families_with_sources_and_campaigns() {
    let catalogue = Catalogue::built_in();
    for family in catalogue.families() {
        let info = family.info();
        assert!(!info.references.is_empty() && !info.suffixes.is_empty(), "{}", info.slug);
        assert!(catalogue.campaigns_of(&info.slug).next().is_some(), "{}", info.slug);
        assert!(info.slug.parse::<forestall_model::FamilySlug>().is_ok(), "{}", info.slug);
    }
    let slugs: Vec<&str> = catalogue.families().iter().map(|f| f.info().slug.as_ref()).collect();
    assert_eq!(slugs[..3], ["conficker-a", "conficker-b", "conficker-c"]);
    assert!(slugs[3..].is_sorted(), "{slugs:?}");
    assert_eq!(catalogue.family("conficker.d").unwrap().info().slug, "conficker-c");
}

#[test]
fn marks_conficker_c_alone_as_unverified() {
    for (family, verification) in [
        ("conficker-a", Verification::Verified),
        ("conficker-b", Verification::Verified),
        ("conficker-c", Verification::Unverified),
    ] {
        assert_eq!(prepared(family, &[]).family.info().verification, verification, "{family}");
    }
}

#[test]
fn knows_how_bots_draw() {
    let readings = |family: &str| -> Vec<(Option<u32>, u32)> {
        prepared(family, &[]).campaign.draws.iter().map(|d| (d.names, d.rounds)).collect()
    };
    assert_eq!(readings("conficker-a"), [(None, 1), (Some(32), 8)]);
    assert_eq!(readings("conficker-b"), [(None, 1), (Some(32), 8), (Some(32), 12)]);
    assert_eq!(readings("conficker-c"), [(Some(500), 1)]);
}

#[test]
fn a_replaced_parameter_makes_another_campaign() {
    let default = prepared("conficker-a", &[]);
    let same = prepared("conficker-a", &[("sine", "x87")]);
    let exact = prepared("conficker-a", &[("sine", "exact")]);
    assert_eq!(same.campaign.id, default.campaign.id);
    assert_eq!(exact.campaign.id.as_str(), "conficker-a.sine-exact");
    assert_ne!(exact.digest, default.digest);
}

#[test]
fn refuses_unknown_keys_and_values() {
    let catalogue = Catalogue::built_in();
    let campaign = catalogue.campaign("conficker-b").unwrap();
    let refuse = |key: &str, value: &str| {
        let mut params = Params::new();
        params.set(key, value);
        catalogue.prepare(campaign, &params, &NoWordLists).unwrap_err()
    };
    assert!(matches!(refuse("seed", "1"), ParamError::UnknownKey { .. }));
    assert_eq!(refuse("sine", "libm").to_string(), "sine=\"libm\" is not possible; expected x87 or exact");
}

#[test]
fn refuses_campaigns_without_source_or_family() {
    let mut catalogue = Catalogue::built_in();
    let mut add = |text: &str| catalogue.add_campaigns(text).unwrap_err();
    assert!(matches!(
        add("family = \"conficker-a\"\n[[campaign]]\nid = \"x\"\nsource = \" \"\n"),
        CatalogueError::NoSource { .. }
    ));
    assert!(matches!(
        add("family = \"storm\"\n[[campaign]]\nid = \"x\"\nsource = \"y\"\n"),
        CatalogueError::UnknownFamily { .. }
    ));
    assert!(matches!(
        add("family = \"conficker-a\"\n[[campaign]]\nid = \"conficker-b\"\nsource = \"y\"\n"),
        CatalogueError::Twice { what: "campaign", .. }
    ));
    assert!(matches!(add("family = 3"), CatalogueError::Syntax(_)));
}

#[test]
fn every_campaign_and_every_reading_has_a_source() {
    let catalogue = Catalogue::built_in();
    for campaign in catalogue.campaigns() {
        assert!(!campaign.source.trim().is_empty(), "{}", campaign.id);
        assert!(campaign.draws.iter().all(|draws| !draws.source.trim().is_empty()), "{}", campaign.id);
    }
}

#[test]
fn a_seed_is_added_in_three_lines() {
    let mut catalogue = Catalogue::built_in();
    let lines = "id = \"exact-sine\"\nsource = \"this test\"\nset = { sine = \"exact\" }\n";
    catalogue.add_campaigns(&format!("family = \"conficker-a\"\n[[campaign]]\n{lines}")).unwrap();
    let of_family: Vec<&str> = catalogue.campaigns_of("conficker-a").map(|c| c.id.as_str()).collect();
    assert_eq!(of_family.last(), Some(&"exact-sine"));
    let added = catalogue.prepare(catalogue.campaign("exact-sine").unwrap(), &Params::new(), &NoWordLists).unwrap();
    assert_eq!(added.digest, prepared("conficker-a", &[("sine", "exact")]).digest);
}
