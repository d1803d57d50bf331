// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Training, on a few made-up names: reproducible, and it learns what there is to learn.

use std::fmt::Write as _;

use forestall_detect::classify::Classifier;
use forestall_detect::classify::train::{Corpus, CorpusError, train};

use super::probability;

const WORDS: [&str; 24] = [
    "green", "garden", "house", "river", "stone", "market", "silver", "light", "music", "paper", "travel", "kitchen",
    "winter", "summer", "coffee", "bridge", "forest", "school", "doctor", "window", "orange", "planet", "system",
    "camera",
];

/// Pairs of words against letters from a congruential generator, under names that are no family's.
fn made_up() -> (String, String) {
    let (mut benign, mut generated) = ("name\tsource\n".to_owned(), "name\tfamily\n".to_owned());
    for (number, first) in WORDS.iter().enumerate() {
        for second in WORDS {
            writeln!(benign, "{first}{second}.{}\tsource{}", ["com", "org"][number % 2], number % 3).unwrap();
        }
    }
    let mut state = 1_u32;
    for number in 0..480 {
        let label: String = (0..10 + number % 4)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                char::from(b'a' + u8::try_from((state >> 16) % 26).unwrap())
            })
            .collect();
        writeln!(generated, "{label}.com\tmade-up-{}", number % 6).unwrap();
    }
    (benign, generated)
}

fn corpus() -> Corpus {
    let (benign, generated) = made_up();
    Corpus::read(benign.as_bytes(), generated.as_bytes()).unwrap()
}

#[test]
fn the_same_names_give_the_same_bits_and_a_model_that_tells_them_apart() {
    let (once, again) = (train(&corpus()), train(&corpus()));
    assert!(once.model == again.model && once.figures == again.figures, "two trainings differ");
    let classifier = Classifier::read(&once.model).unwrap();
    assert!(probability(&classifier, "stonemusic.org") < 0.2);
    assert!(probability(&classifier, "qzkvjxwhtp.com") > 0.8);
    let figures: toml::Table = once.figures.parse().unwrap();
    assert!(figures["same_sources"]["trees"]["fpr_1e-2"]["unseen"].as_float().unwrap() > 0.8, "{}", once.figures);
}

#[test]
fn the_order_of_the_files_changes_nothing() {
    let (benign, generated) = made_up();
    let reversed = |text: &str| {
        let mut lines: Vec<&str> = text.lines().collect();
        lines[1..].reverse();
        lines.join("\n")
    };
    let corpus = Corpus::read(reversed(&benign).as_bytes(), reversed(&generated).as_bytes()).unwrap();
    assert!(train(&corpus).model == train(&self::corpus()).model);
}

#[test]
fn names_without_a_subject_and_repeated_ones_are_left_out() {
    let benign = "name\tsource\nwww.a-b.com\tx\na-b.com\ty\nprinter.local\tx\n";
    let generated = "name\tfamily\nqqq.ddns.net\tf\nqqq.ddns.net\tf\nqqq.ddns.net\tg\n";
    let corpus = Corpus::read(benign.as_bytes(), generated.as_bytes()).unwrap();
    assert_eq!(corpus.counts(), (1, 2));
}

#[test]
fn refuses_a_line_that_is_not_two_columns() {
    let check = |benign: &[u8], expected: usize| match Corpus::read(benign, &b"name\tfamily\n"[..]) {
        Err(CorpusError::Line { line, .. }) => assert_eq!(line, expected),
        other => panic!("{other:?}"),
    };
    check(b"name\tsource\na.com\n", 2);
    check(b"name\tsource\na.com\tx\nb.com\tx\ty\n", 3);
    check(b"name\tsource\n\xff\tx\n", 2);
    check(&[b"name\tsource\n", [b'a'; 5_000].as_slice()].concat(), 2);
}
