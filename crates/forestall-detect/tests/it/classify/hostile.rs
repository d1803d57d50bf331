// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Octets that no honest log holds.

use forestall_detect::classify::{Classifier, NotScored, Room};
use proptest::prelude::*;

#[test]
fn refuses_octets_that_are_no_name() {
    let classifier = Classifier::built_in();
    let mut room = Room::default();
    let megabyte = vec![b'a'; 1 << 20];
    let dots = vec![b'.'; 1 << 20];
    let wide = "ü".repeat(1 << 19);
    for octets in
        [&b"a\0b.com"[..], b"\xff\xfe.com", b"a.com\nb.com", b"\x1b[31m.com", &megabyte, &dots, wide.as_bytes()]
    {
        assert!(matches!(classifier.subject(octets, &mut room), Err(NotScored::NotAName)));
    }
    assert!(classifier.subject(b"wikipedia.org", &mut room).is_ok(), "the room is good for the next name");
}

#[test]
fn scores_the_longest_labels() {
    let classifier = Classifier::built_in();
    let mut room = Room::default();
    for octet in ["a", "q", "7"] {
        let name = format!("{0}.{0}.{0}.com", octet.repeat(63));
        let subject = classifier.subject(name.as_bytes(), &mut room).unwrap();
        assert!((0.0..=1.0).contains(&classifier.score(&subject).probability()));
        assert!(!classifier.explain(&subject).to_string().contains('\n'));
    }
}

proptest! {
    #[test]
    fn any_octets_get_a_probability_or_a_reason(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
        check(&octets);
    }

    #[test]
    fn any_letters_get_a_probability_or_a_reason(name in "[a-zA-Z0-9.-]{1,70}\\.[a-z]{2,6}") {
        check(name.as_bytes());
    }
}

fn check(octets: &[u8]) {
    thread_local!(static CLASSIFIER: Classifier = Classifier::built_in());
    CLASSIFIER.with(|classifier| {
        let mut room = Room::default();
        if let Ok(subject) = classifier.subject(octets, &mut room) {
            let (with, without) = (classifier.score(&subject), classifier.score_label(&subject));
            assert!((0.0..=1.0).contains(&with.probability()) && (0.0..=1.0).contains(&without.probability()));
            assert!(with.log_likelihood_ratio().abs() <= 10.0);
            let pieces: String = classifier.segment(subject.label).pieces(subject.label).collect();
            assert_eq!(pieces, subject.label);
        }
    });
}
