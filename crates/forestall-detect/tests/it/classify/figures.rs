// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The figures beside the model, held against the data where they are to be had.

use std::io::{BufRead as _, BufReader};
use std::path::Path;

use flate2::read::GzDecoder;
use forestall_detect::classify::{Classifier, Room};
use forestall_model::Digest;
use forestall_testkit::skip::skipped;

use super::FIGURES;

/// The environment variable that names the folder of the training data.
const DATA: &str = "FORESTALL_DETECTION_DATA";

#[test]
fn the_trees_are_better_than_the_line_and_that_better_than_chance() {
    let figures: toml::Table = FIGURES.parse().unwrap();
    let rate = |benign: &str, score: &str, kind: &str| figures[benign][score]["fpr_1e-2"][kind].as_float().unwrap();
    for benign in ["same_sources", "held_out_source"] {
        for kind in ["seen", "unseen"] {
            assert!(rate(benign, "trees", kind) > rate(benign, "linear", kind), "{benign} {kind}");
            assert!(rate(benign, "linear", kind) > 0.49, "{benign} {kind}");
        }
    }
}

#[test]
fn the_data_are_those_that_the_figures_name_and_score_as_they_say() {
    let Some(folder) = std::env::var_os(DATA) else {
        return skipped("the_data_are_those_that_the_figures_name_and_score_as_they_say", &format!("needs {DATA}"));
    };
    let figures: toml::Table = FIGURES.parse().unwrap();
    let classifier = Classifier::built_in();
    for (name, kind) in [("benign-train.tsv.gz", "benign"), ("dga-train.tsv.gz", "generated")] {
        let octets = std::fs::read(Path::new(&folder).join(name)).unwrap();
        assert_eq!(figures["inputs"][name]["sha256"].as_str().unwrap(), Digest::of(&octets).to_string(), "{name}");
        let expected = figures["trained_from"][kind].as_float().unwrap();
        let found = share_above_even(&classifier, &octets);
        // A tenth of the names, and hosts below one registrable name count as often as they come.
        assert!((found - expected).abs() < 0.05, "{name}: found {found}, figures say {expected}");
    }
}

/// Returns the share of every tenth name that gets even odds or more.
fn share_above_even(classifier: &Classifier, octets: &[u8]) -> f64 {
    let mut room = Room::default();
    let (mut all, mut above) = (0_u32, 0_u32);
    for line in BufReader::new(GzDecoder::new(octets)).lines().skip(1).step_by(10) {
        let line = line.unwrap();
        let name = line.split('\t').next().unwrap();
        if let Ok(subject) = classifier.subject(name.as_bytes(), &mut room) {
            all += 1;
            above += u32::from(classifier.score(&subject).probability() > 0.5);
        }
    }
    f64::from(above) / f64::from(all)
}
