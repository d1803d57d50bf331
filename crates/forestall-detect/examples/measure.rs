// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Measures the compiled-in classifier on names that it was not trained from.
//!
//! ```text
//! cargo run --release -p forestall-detect --example measure -- BENIGN GENERATED
//! ```
//!
//! BENIGN has one name a line, GENERATED a name, a tab, and `KIND/FAMILY`. A threshold is the score that the stated share of the benign names passes;
//! found is what passes it, mean over the families of a kind. Names without a score count, and pass nothing.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};

use forestall_detect::classify::{Classifier, Room, Subject};

/// Shares of benign names that may pass: one in so many.
const ONE_IN: [usize; 3] = [100, 1_000, 10_000];

/// A way to score a subject, and what it is called.
type Way = (&'static str, fn(&Classifier, &Subject<'_>) -> f32);

const WAYS: [Way; 3] = [
    ("whole", |classifier, subject| classifier.score(subject).log_likelihood_ratio()),
    ("whole, label only", |classifier, subject| classifier.score_label(subject).log_likelihood_ratio()),
    ("linear", |classifier, subject| classifier.linear(subject)),
];

/// What each way says of one name; less than any score where there is none.
type Scores = [f32; WAYS.len()];

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let [benign, generated] = words.as_slice() else { return Err("usage: measure BENIGN GENERATED".into()) };
    let classifier = Classifier::built_in();
    let mut room = Room::default();
    let mut score = |name: &str| -> Scores {
        let subject = classifier.subject(name.as_bytes(), &mut room);
        subject.map_or([f32::NEG_INFINITY; WAYS.len()], |subject| WAYS.map(|(_, way)| way(&classifier, &subject)))
    };
    let mut innocent: Vec<Scores> = Vec::new();
    for line in BufReader::new(File::open(benign)?).lines() {
        innocent.push(score(&line?));
    }
    let mut families: BTreeMap<String, Vec<Scores>> = BTreeMap::new();
    for line in BufReader::new(File::open(generated)?).lines() {
        let line = line?;
        let (name, family) = line.split_once('\t').ok_or_else(|| format!("no tab in {line:?}"))?;
        families.entry(family.to_owned()).or_default().push(score(name));
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{} benign names, {} families", innocent.len(), families.len())?;
    for (way, (called, _)) in WAYS.iter().enumerate() {
        let mut sorted: Vec<f32> = innocent.iter().map(|scores| scores[way]).collect();
        sorted.sort_unstable_by(|a, b| b.total_cmp(a));
        let thresholds = ONE_IN.map(|many| sorted.get(sorted.len() / many).copied().unwrap_or(f32::INFINITY));
        writeln!(out, "\n{called}: thresholds {thresholds:.2?} for one in {ONE_IN:?}")?;
        let mut kinds: BTreeMap<&str, (f64, [f64; ONE_IN.len()])> = BTreeMap::new();
        for (family, names) in &families {
            let found = thresholds.map(|threshold| {
                names.iter().filter(|scores| scores[way] > threshold).count() as f64 / names.len() as f64
            });
            let kind = family.split_once('/').map_or(family.as_str(), |(kind, _)| kind);
            let (count, sums) = kinds.entry(kind).or_default();
            *count += 1.0;
            for (sum, share) in sums.iter_mut().zip(found) {
                *sum += share;
            }
            writeln!(out, "  {family}, {} names: {found:.3?}", names.len())?;
        }
        for (kind, (count, sums)) in kinds {
            writeln!(out, "{called}, {kind}: {:.3?}, mean over {count} families", sums.map(|sum| sum / count))?;
        }
    }
    Ok(())
}
