// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a name costs: cutting it, the linear part alone, and the whole score. `cargo bench -p forestall-detect`.

use divan::Bencher;
use divan::counter::ItemsCount;
use forestall_detect::classify::{Classifier, Room, Subject};

/// Names made on the spot, of the lengths that logs hold: words in pairs, and letters of a congruential generator.
const NAMES: usize = 1_000;

const WORDS: [&str; 16] = [
    "green", "house", "market", "online", "travel", "news", "shop", "media", "cloud", "design", "school", "garden",
    "photo", "bank", "music", "data",
];

fn main() {
    divan::main();
}

/// Reads a name, finds its suffix and zone, and cuts out the label.
#[divan::bench(sample_count = 1_000)]
fn subject(bencher: Bencher<'_, '_>) {
    let (classifier, names) = (Classifier::built_in(), names());
    let mut room = Room::default();
    bencher
        .counter(ItemsCount::new(NAMES))
        .bench_local(|| names.iter().filter(|name| classifier.subject(name.as_bytes(), &mut room).is_ok()).count());
}

/// Adds up the weights of the letter groups.
#[divan::bench(sample_count = 1_000)]
fn linear(bencher: Bencher<'_, '_>) {
    let (classifier, names) = (Classifier::built_in(), names());
    let subjects: Vec<Subject<'_>> = names.iter().filter_map(|name| parted(name)).collect();
    bencher
        .counter(ItemsCount::new(NAMES))
        .bench_local(|| subjects.iter().map(|subject| classifier.linear(subject)).sum::<f32>());
}

/// Computes the whole score: letters, words and trees besides.
#[divan::bench(sample_count = 1_000)]
fn score(bencher: Bencher<'_, '_>) {
    let (classifier, names) = (Classifier::built_in(), names());
    let subjects: Vec<Subject<'_>> = names.iter().filter_map(|name| parted(name)).collect();
    bencher
        .counter(ItemsCount::new(NAMES))
        .bench_local(|| subjects.iter().map(|subject| classifier.score(subject).log_likelihood_ratio()).sum::<f32>());
}

/// Reads the compiled-in model, as each start of the program does.
#[divan::bench(sample_count = 1_000)]
fn read_model(bencher: Bencher<'_, '_>) {
    bencher.bench_local(Classifier::built_in);
}

fn parted(name: &str) -> Option<Subject<'_>> {
    name.split_once('.').map(|(label, suffix)| Subject { label, suffix })
}

fn names() -> Vec<String> {
    let mut state = 1_u32;
    let mut draw = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % below
    };
    (0..NAMES)
        .map(|number| {
            if number % 2 == 0 {
                return format!("{}{}.com", WORDS[draw(16) as usize], WORDS[draw(16) as usize]);
            }
            let length = 7 + draw(12);
            let letters = (0..length).map(|_| char::from_digit(10 + draw(26), 36).unwrap_or('a')).collect::<String>();
            format!("{letters}.net")
        })
        .collect()
}
