// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Scores of names that everybody knows, and of names that botnets made.

use forestall_detect::classify::{Classifier, Room};

use super::{probability, score};

/// Well-known sites, none below 0 or above even odds.
const BENIGN: [&str; 20] = [
    "wikipedia.org",
    "google.com",
    "facebook.com",
    "www.bbc.co.uk",
    "heise.de",
    "stackoverflow.com",
    "nytimes.com",
    "leroymerlin.fr",
    "booking.com",
    "university-of-somewhere.edu",
    "mozilla.org",
    "github.com",
    "weather.gov",
    "online-shop24.de",
    "baidu.com",
    "yandex.ru",
    "amazon.co.jp",
    "spiegel.de",
    "lemonde.fr",
    "praat.org",
];

/// Names that were published as made by families of the training data: from the reports cited in `docs/families`, one of each kind.
const GENERATED: [&str; 8] = [
    "rauggyguyp.com",                               // dircrypt
    "aaxpcdvfewjmmym.co.uk",                        // cryptolocker
    "nvlyffua.com",                                 // ramnit
    "101ubvj8v6wesudfx9kus7ukv.org",                // newgoz
    "a17d20i65cvc29bvdthraqdxl48prg33h24iud30.com", // murofet
    "aabulsbcdyolmit.co",                           // necurs
    "aaaaoiqmiyeqceme.org",                         // ramdo
    "0k87re2wtynenwjy6k.ddns.net",                  // corebot
];

#[test]
fn names_of_well_known_sites_are_below_even_odds() {
    let classifier = Classifier::built_in();
    for name in BENIGN {
        assert!(probability(&classifier, name) < 0.5, "{name} {:.4}", probability(&classifier, name));
    }
}

#[test]
fn names_that_botnets_made_are_above_nine_in_ten() {
    let classifier = Classifier::built_in();
    for name in GENERATED {
        assert!(probability(&classifier, name) > 0.9, "{name} {:.4}", probability(&classifier, name));
    }
}

#[test]
fn the_committed_model_gives_these_scores() {
    let classifier = Classifier::built_in();
    let lines: Vec<String> =
        BENIGN.iter().chain(&GENERATED).map(|name| format!("{name} {:.4}", probability(&classifier, name))).collect();
    let golden = include_str!("golden.txt");
    assert_eq!(lines.join("\n"), golden.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n"));
}

#[test]
fn letter_case_and_further_labels_change_nothing() {
    let classifier = Classifier::built_in();
    let of = |name: &str| probability(&classifier, name).to_bits();
    assert_eq!(of("rauggyguyp.com"), of("x7.y.RAUGGYGUYP.Com."));
}

#[test]
fn the_surest_names_are_told_apart() {
    let classifier = Classifier::built_in();
    let letters = "qxkzjvhwptbgmcrqfwzdlkxnpvjqhzgtwxk";
    let names: Vec<String> = (16..=letters.len()).map(|length| format!("{}.com", &letters[..length])).collect();
    let mut ratios: Vec<f32> =
        names.iter().map(|name| score(&classifier, name).unwrap().log_likelihood_ratio()).collect();
    assert!(ratios.iter().all(|ratio| (6.0..10.0).contains(ratio)), "{ratios:?}");
    ratios.sort_unstable_by(f32::total_cmp);
    ratios.dedup();
    assert_eq!(ratios.len(), names.len(), "{ratios:?}");
}

#[test]
fn the_label_alone_takes_no_notice_of_the_suffix() {
    let classifier = Classifier::built_in();
    let mut room = Room::default();
    let mut of = |name: &str| {
        let subject = classifier.subject(name.as_bytes(), &mut room).unwrap();
        classifier.score_label(&subject).log_likelihood_ratio().to_bits()
    };
    assert_eq!(of("rauggyguyp.com"), of("rauggyguyp.museum"));
}

#[test]
fn a_ratio_and_its_probability_agree() {
    let classifier = Classifier::built_in();
    for name in BENIGN.iter().chain(&GENERATED) {
        let score = score(&classifier, name).unwrap();
        let probability = score.probability();
        assert!(((probability / (1.0 - probability)).ln() - score.log_likelihood_ratio()).abs() < 0.01, "{name}");
    }
}

#[test]
fn an_explanation_names_groups_of_the_label_and_features() {
    let classifier = Classifier::built_in();
    let mut room = Room::default();
    let subject = classifier.subject(b"onlinemarketing.com", &mut room).unwrap();
    let explanation = classifier.explain(&subject);
    assert_eq!(explanation.pieces, ["online", "marketing"]);
    assert!((1..=5).contains(&explanation.groups.len()) && (1..=5).contains(&explanation.features.len()));
    for part in &explanation.groups {
        let group = part.what.trim_start_matches('^').trim_end_matches('$');
        assert!("onlinemarketing".contains(group) || group == ".com", "{group}");
    }
    let weights: Vec<f32> = explanation.features.iter().map(|part| part.weight.abs()).collect();
    assert!(weights.is_sorted_by(|a, b| a >= b), "{weights:?}");
}

#[test]
fn an_explanation_names_a_repeated_group_once() {
    let classifier = Classifier::built_in();
    let mut room = Room::default();
    let subject = classifier.subject(b"0k87re2wtynenwjy6k.ddns.net", &mut room).unwrap();
    let explanation = classifier.explain(&subject);
    let mut named: Vec<&str> = explanation.groups.iter().map(|part| part.what.as_str()).collect();
    assert_eq!(named[0], ".ddns.net");
    named.sort_unstable();
    named.dedup();
    assert_eq!(named.len(), explanation.groups.len(), "{explanation}");
    assert!(explanation.features.iter().any(|part| part.what == "length = 18.00"), "{explanation}");
}
