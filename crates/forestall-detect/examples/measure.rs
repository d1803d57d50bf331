// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Measures the compiled-in classifier on names that it was not trained from.
//!
//! ```text
//! cargo run --release -p forestall-detect --example measure -- BENIGN GENERATED [SIZE]
//! ```
//!
//! BENIGN has one name a line, GENERATED a name, a tab, and `KIND/FAMILY`. A threshold is the score that the stated share of the benign names passes;
//! found is what passes it, mean over the families of a kind. Names without a score count, and pass nothing.
//!
//! With SIZE, the benign names are parted into runs of so many in the order of the file, what is left at its end being left out. Each run sets thresholds of
//! its own; the mean, the least and the greatest of what is found tell how much a measurement on so few names hangs on which they are.

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

/// The scores of generated names, by kind and family.
type Families = BTreeMap<String, Vec<Scores>>;

/// The share found at each threshold, mean over the families of a kind, and how many these are.
type Kinds<'a> = BTreeMap<&'a str, (f64, [f64; ONE_IN.len()])>;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let (benign, generated, size) = match words.as_slice() {
        [benign, generated] => (benign, generated, None),
        [benign, generated, size] => (benign, generated, size.to_str().and_then(|size| size.parse::<usize>().ok())),
        _ => return Err("usage: measure BENIGN GENERATED [SIZE]".into()),
    };
    if words.len() == 3 && size.is_none_or(|size| size == 0) {
        return Err(format!("{:?} is no number of names", words[2]).into());
    }
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
    let mut families = Families::new();
    for line in BufReader::new(File::open(generated)?).lines() {
        let line = line?;
        let (name, family) = line.split_once('\t').ok_or_else(|| format!("no tab in {line:?}"))?;
        families.entry(family.to_owned()).or_default().push(score(name));
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{} benign names, {} families", innocent.len(), families.len())?;
    match size {
        Some(size) => of_runs(&mut out, &innocent, &families, size)?,
        None => of_all(&mut out, &innocent, &families)?,
    }
    Ok(())
}

/// Tells what is found of each family and kind, thresholds set on all benign names.
fn of_all(out: &mut impl Write, innocent: &[Scores], families: &Families) -> io::Result<()> {
    for (way, (called, _)) in WAYS.iter().enumerate() {
        let thresholds = thresholds(innocent, way);
        writeln!(out, "\n{called}: thresholds {thresholds:.2?} for one in {ONE_IN:?}")?;
        for (family, names) in families {
            writeln!(out, "  {family}, {} names: {:.3?}", names.len(), found(names, way, &thresholds))?;
        }
        for (kind, (count, means)) in kinds(families, way, &thresholds) {
            writeln!(out, "{called}, {kind}: {means:.3?}, mean over {count} families")?;
        }
    }
    Ok(())
}

/// Tells what is found of each kind, thresholds set on each run of benign names by itself.
fn of_runs(out: &mut impl Write, innocent: &[Scores], families: &Families, size: usize) -> io::Result<()> {
    for (way, (called, _)) in WAYS.iter().enumerate() {
        let runs: Vec<Kinds<'_>> =
            innocent.chunks_exact(size).map(|run| kinds(families, way, &thresholds(run, way))).collect();
        for kind in runs.first().into_iter().flat_map(BTreeMap::keys) {
            let of_kind = |at: usize| runs.iter().filter_map(move |run| run.get(kind)).map(move |(_, means)| means[at]);
            for (at, many) in ONE_IN.iter().enumerate() {
                let mean = of_kind(at).sum::<f64>() / runs.len() as f64;
                let (least, most) = (of_kind(at).fold(1.0, f64::min), of_kind(at).fold(0.0, f64::max));
                writeln!(
                    out,
                    "{called}, {kind}, one in {many}: {mean:.3}, from {least:.3} to {most:.3} in {} runs",
                    runs.len()
                )?;
            }
        }
    }
    Ok(())
}

fn thresholds(innocent: &[Scores], way: usize) -> [f32; ONE_IN.len()] {
    let mut sorted: Vec<f32> = innocent.iter().map(|scores| scores[way]).collect();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    ONE_IN.map(|many| sorted.get(sorted.len() / many).copied().unwrap_or(f32::INFINITY))
}

fn found(names: &[Scores], way: usize, thresholds: &[f32; ONE_IN.len()]) -> [f64; ONE_IN.len()] {
    thresholds
        .map(|threshold| names.iter().filter(|scores| scores[way] > threshold).count() as f64 / names.len() as f64)
}

fn kinds<'a>(families: &'a Families, way: usize, thresholds: &[f32; ONE_IN.len()]) -> Kinds<'a> {
    let mut kinds = Kinds::new();
    for (family, names) in families {
        let kind = family.split_once('/').map_or(family.as_str(), |(kind, _)| kind);
        let (count, sums) = kinds.entry(kind).or_default();
        *count += 1.0;
        for (sum, share) in sums.iter_mut().zip(found(names, way, thresholds)) {
            *sum += share;
        }
    }
    for (count, sums) in kinds.values_mut() {
        *sums = sums.map(|sum| sum / *count);
    }
    kinds
}
