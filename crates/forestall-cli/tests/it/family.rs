// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall family`: lists for people and programs, and a page on each family.

use crate::support::Home;

#[test]
fn lists_every_family_in_three_forms() {
    let home = Home::new();
    let json: serde_json::Value = serde_json::from_str(&home.ok("family list --format json")).unwrap();
    let slugs: Vec<&str> = json.as_array().unwrap().iter().map(|family| family["slug"].as_str().unwrap()).collect();
    assert!(["conficker-a", "conficker-b", "conficker-c"].iter().all(|slug| slugs.contains(slug)));
    let c = json.as_array().unwrap().iter().find(|family| family["slug"] == "conficker-c").unwrap();
    assert_eq!(c["confidence"], "unverified");
    assert_eq!(c["names_per_period"], 50_000);
    assert_eq!((c["suffixes"].as_array().unwrap().len(), c["tlds"].as_array().unwrap().len()), (116, 110));

    let text = home.ok("family list");
    let csv = home.ok("family list --format csv");
    assert_eq!(text.lines().count(), slugs.len() + 1);
    assert_eq!(csv.lines().count(), slugs.len() + 1);
    assert!(csv.starts_with("slug,aliases,scheme,seeding,period,names_per_period,tlds,confidence,campaigns\n"));
    assert!(csv.contains("conficker-a,conficker.a downadup.a kido.a,arithmetic,time-dependent-deterministic,day,250,"));
    let width = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap_or_default();
    assert!(width(&text) <= 100, "{text}");
    assert!(
        text.lines().any(|line| line.starts_with("dyre") && line.contains("...")) || text.contains("..."),
        "{text}"
    );
    // What is cut there is whole in the others.
    let is_cut = |family: &serde_json::Value| family["period"].as_str().unwrap().chars().count() > 40;
    assert!(json.as_array().unwrap().iter().any(is_cut) && width(&csv) > 100);
    let of_c = text.lines().find(|line| line.starts_with("conficker-c ")).unwrap();
    assert!(of_c.contains("UNVERIFIED"), "{of_c}");
}

#[test]
fn shows_a_page_with_an_example_of_the_day() {
    let home = Home::new();
    let page = home.run_at("2009-01-01T00:00:00Z", "family show downadup.a").out;
    for part in [
        "conficker-a\n",
        "dga:generation-scheme=\"arithmetic\"",
        "dga:seeding=\"time-dependent-deterministic\"",
        "first on 2009-01-01: drenhycbfh.net igqprk.info bfmazbcsree.net",
        "5 suffixes in 5 top-level domains: com net org info biz",
        "the registry of each suffix",
        "a bot draws 32 names in each of 8 rounds",
        "sine (default x87)",
        "References",
    ] {
        assert!(page.contains(part), "{part:?} in\n{page}");
    }
    assert!(!page.contains("UNVERIFIED"), "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 100), "{page}");
}

#[test]
fn marks_the_page_of_an_unverified_family() {
    let page = Home::new().ok("family show conficker-c");
    assert!(page.starts_with("conficker-c   UNVERIFIED\n"), "{page}");
    assert!(page.contains("\nUNVERIFIED: constants, order of the suffixes"), "{page}");
}

#[test]
fn names_what_is_near_an_unknown_family() {
    Home::new().fails(2, "family show conficker-d", &["no family \"conficker-d\"", "conficker-a"]);
}

/// Everything that scripts are promised, for every family, with values of the promised kinds.
#[test]
fn lists_every_family_with_every_key() {
    let home = Home::new();
    let families: serde_json::Value = serde_json::from_str(&home.ok("family list --format json")).unwrap();
    for family in families.as_array().unwrap() {
        let slug = family["slug"].as_str().unwrap();
        for key in ["summary", "scheme", "seeding", "predictability", "period", "confidence"] {
            assert!(family[key].as_str().is_some_and(|text| !text.is_empty()), "{slug}: {key}");
        }
        for key in ["suffixes", "tlds", "campaigns"] {
            assert!(family[key].as_array().is_some_and(|list| !list.is_empty()), "{slug}: {key}");
        }
        for key in ["aliases", "others"] {
            assert!(family[key].is_array(), "{slug}: {key}");
        }
        assert!(family["names_per_period"].is_u64() || family["names_per_period"].is_null(), "{slug}");
        assert!(["verified", "unverified"].contains(&family["confidence"].as_str().unwrap()), "{slug}");
    }
}
