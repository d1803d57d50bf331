// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The file of a model: whole or refused.

use forestall_detect::classify::{Classifier, ModelError};
use forestall_model::Digest;

use super::{FIGURES, MODEL, probability};

/// Makes a damaged model fit its digest again, so that the parts themselves are looked at.
fn sealed(mut octets: Vec<u8>) -> Vec<u8> {
    octets.truncate(octets.len() - 32);
    let digest = Digest::of(&octets);
    octets.extend(digest.0);
    octets
}

#[test]
fn is_under_300_kib_and_is_that_of_the_figures() {
    assert!(MODEL.len() < 300 << 10, "{} octets", MODEL.len());
    let figures: toml::Table = FIGURES.parse().unwrap();
    assert_eq!(figures["model"].as_str().unwrap(), Digest::of(MODEL).to_string());
    assert_eq!(figures["octets"].as_integer().unwrap(), i64::try_from(MODEL.len()).unwrap());
}

#[test]
fn is_read_as_the_built_in_one() {
    let (read, built_in) = (Classifier::read(MODEL).unwrap(), Classifier::built_in());
    for name in ["wikipedia.org", "qxkzjvhwpt.com"] {
        assert_eq!(probability(&read, name).to_bits(), probability(&built_in, name).to_bits());
    }
}

#[test]
fn refuses_another_file_and_another_version() {
    for octets in [&b""[..], b"forestall names", b"forestall names 3\n and more", &[0; 100]] {
        assert_eq!(Classifier::read(octets).err(), Some(ModelError::Beginning));
    }
}

#[test]
fn reads_version_1_which_lacks_one_number_behind_the_beginning() {
    let mut octets = MODEL.to_vec();
    octets.splice(..22, *b"forestall names 1\n");
    let before = Classifier::read(&sealed(octets)).unwrap();
    let built_in = Classifier::built_in();
    // What surprise beyond chance adds to long rows of letters is not in it.
    let name = "qxkzjvhwptbgmcrq.com";
    assert!(probability(&before, name) < probability(&built_in, name));
    assert!(probability(&before, "wikipedia.org") < 0.5);
}

#[test]
fn refuses_any_damage_by_the_digest() {
    for at in (18..MODEL.len()).step_by(9_973) {
        let mut octets = MODEL.to_vec();
        octets[at] ^= 1;
        assert_eq!(Classifier::read(&octets).err(), Some(ModelError::Digest { octets: MODEL.len() }), "octet {at}");
    }
}

#[test]
fn refuses_a_model_cut_anywhere() {
    for length in (18..MODEL.len()).step_by(7_919) {
        assert!(matches!(Classifier::read(&MODEL[..length]), Err(ModelError::Digest { .. })), "cut at {length}");
        let mut cut = MODEL[..length].to_vec();
        cut.extend([0; 32]);
        assert!(
            matches!(Classifier::read(&sealed(cut)), Err(ModelError::Cut { .. } | ModelError::Part { .. })),
            "cut at {length} and sealed"
        );
    }
    let mut longer = MODEL.to_vec();
    longer.push(0);
    assert!(matches!(Classifier::read(&sealed(longer)), Err(ModelError::Part { .. })));
}

#[test]
fn survives_any_forged_part() {
    // Each forged file is refused, or is a model whose every walk ends.
    let forged = (18..MODEL.len() - 32).step_by(4_099).chain(MODEL.len() - 60_000..MODEL.len() - 59_500);
    for at in forged {
        let mut octets = MODEL.to_vec();
        octets[at] = !octets[at];
        if let Ok(classifier) = Classifier::read(&sealed(octets)) {
            assert!((0.0..=1.0).contains(&probability(&classifier, "qxkzjvhwpt.com")), "octet {at}");
        }
    }
}
