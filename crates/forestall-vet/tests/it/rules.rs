// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Rules as data: whole, adjustable one weight at a time, and named by digest.

use forestall_vet::rules::RulesError;
use forestall_vet::{Limit, PointName, Rules};

#[test]
fn the_built_in_rules_are_whole_and_told() {
    let rules = Rules::built_in();
    assert_eq!(rules.points().count(), PointName::ALL.len());
    assert_eq!(rules.limits().count(), Limit::ALL.len());
    assert!(rules.points().all(|(_, rule)| rule.about.ends_with('.') && !rule.source.is_empty()));
    assert!(rules.limit(Limit::ClearBenign) > 0 && rules.limit(Limit::ClearMalicious) < 0);
    // No two points reach the malicious side unless one is registration in bulk.
    let mut worst: Vec<i32> =
        rules.points().filter(|(name, _)| *name != PointName::RegisteredInBulk).map(|(_, rule)| rule.weight).collect();
    worst.sort_unstable();
    assert!(worst[0] + worst[1] > rules.limit(Limit::ClearMalicious));
}

#[test]
fn an_operators_file_replaces_single_weights() {
    let text = "version = 1\n[points]\nparked = -40\n[limits]\nclear-benign = 80\n";
    let rules = Rules::built_in().with_file(text).unwrap();
    assert_eq!(rules.weight(PointName::Parked), -40);
    assert_eq!(rules.limit(Limit::ClearBenign), 80);
    assert_eq!(rules.weight(PointName::Signed), Rules::built_in().weight(PointName::Signed));
    assert_ne!(rules.digest(), Rules::built_in().digest());
    assert_eq!(Rules::built_in().with_file("version = 1").unwrap().digest(), Rules::built_in().digest());
}

#[test]
fn unknown_keys_are_refused_with_the_nearest() {
    let check = |text: &str, says: &str| {
        let error = Rules::built_in().with_file(text).unwrap_err().to_string();
        assert!(error.contains(says), "{text}\n{error}");
    };
    check("version = 1\n[points]\nparkd = -4\n", "\"parkd\" is not a point; did you mean \"parked\"?");
    check("version = 1\n[limits]\nclear-bening = 4\n", "did you mean \"clear-benign\"?");
    check("version = 1\n[point]\n", "\"point\" is not a key of rules; did you mean \"points\"?");
    check("version = 2\n", "the rules are for version 2; expected 1");
    check("[points]\nparked = -4\n", "the rules lack version");
    check("version = 1\npoints = 3\n", "points is integer; expected a whole number for version, a table");
    check("version = ", "the rules are not understood");
}

#[test]
fn no_file_turns_the_meaning_of_a_point_round() {
    let check = |text: &str| Rules::built_in().with_file(&format!("version = 1\n{text}")).unwrap_err();
    assert!(matches!(check("[points]\nparked = 5\n"), RulesError::Weight { most: 0, .. }));
    assert!(matches!(check("[points]\nsigned = -1\n"), RulesError::Weight { least: 0, .. }));
    assert!(matches!(check("[points]\nexclusion-proposed = 100\n"), RulesError::Weight { least: 0, most: 0, .. }));
    assert!(matches!(check("[points]\nsigned = 1001\n"), RulesError::Weight { .. }));
    assert!(matches!(check("[points]\nsigned = 1.5\n"), RulesError::Weight { .. }));
    assert!(matches!(check("[limits]\nclear-benign = 0\n"), RulesError::Limit { least: 1, .. }));
    assert!(matches!(check("[limits]\nclear-malicious = 0\n"), RulesError::Limit { most: -1, .. }));
}
