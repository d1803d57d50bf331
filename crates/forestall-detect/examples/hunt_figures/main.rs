// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Measures `forestall hunt` on simulated clients: `hunt_figures DATA [--model FILE] [--benign FILE]... [--clients N] [--spread HOURS]`.
//!
//! DATA is the folder with the two files of names that the classifier is trained from; families that stand in it are left out of what is to be found,
//! but for the groups. With `--model` a model is measured that was trained without the names of OpenDNS, which then are names of another source. Each further
//! file of ordinary names, one a line, is a source of its own. Word lists come from the folder that `FORESTALL_DICTIONARIES` names; families whose
//! lists are missing are named and left out. What is random comes from one fixed seed, so that the same files give the same figures.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints what it is for")]

mod benign;
mod chance;
mod families;
mod groups;
mod network;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use benign::Benign;
use chance::Chance;
use families::Families;
use forestall_detect::classify::Classifier;
use forestall_detect::hunt::{DEFAULT_THRESHOLD, Sign};
use network::{Network, Scored};

/// Names of an infected client that the algorithm made.
const COUNTS: [usize; 5] = [3, 5, 10, 20, 50];

/// Ordinary failed look-ups of an infected client.
const ORDINARY: usize = 8;

/// Infected clients of each family and count.
const INFECTED: usize = 100;

struct Arguments {
    data: PathBuf,
    model: Option<PathBuf>,
    benign: Vec<PathBuf>,
    clients: usize,
    spread: u32,
}

fn arguments() -> Result<Arguments, Box<dyn Error>> {
    let mut words = std::env::args_os().skip(1);
    let data = words
        .next()
        .ok_or("usage: hunt_figures DATA [--model FILE] [--benign FILE]... [--clients N] [--spread HOURS]")?;
    let mut read = Arguments { data: data.into(), model: None, benign: Vec::new(), clients: 20_000, spread: 1 };
    while let Some(word) = words.next() {
        let value = words.next().ok_or("an option without a value")?;
        match word.to_str() {
            Some("--model") => read.model = Some(value.into()),
            Some("--benign") => read.benign.push(value.into()),
            Some("--clients") => read.clients = value.to_str().ok_or("not a number")?.parse()?,
            Some("--spread") => read.spread = value.to_str().ok_or("not a number")?.parse()?,
            _ => return Err(format!("{} is no option", word.display()).into()),
        }
    }
    Ok(read)
}

fn main() -> Result<(), Box<dyn Error>> {
    let asked = arguments()?;
    let classifier = match &asked.model {
        Some(path) => Classifier::read(&std::fs::read(path)?)?,
        None => Classifier::built_in(),
    };
    let benign = Benign::read(&asked.data, &asked.benign)?;
    let families = Families::read(&asked.data)?;
    let mut chance = Chance::of(20_261_126);
    let thresholds = of_benign(&benign, &classifier, asked.clients, &mut chance);
    of_infected(&benign, &families, &classifier, thresholds, asked.spread, &mut chance);
    groups::measure(&benign, &families, &classifier, &mut chance);
    Ok(())
}

/// Prints the scores of benign clients and returns those that 1 in 100 and 1 in 1,000 reach, and the default.
fn of_benign(benign: &Benign, classifier: &Classifier, clients: usize, chance: &mut Chance) -> [f32; 3] {
    let mut scored: Vec<Scored> = Vec::new();
    let mut names = 0;
    // In parts, so that each part stays within the limits of a hunt.
    for begin in (0..clients).step_by(5_000) {
        let mut network = Network::new(classifier);
        for client in begin..(begin + 5_000).min(clients) {
            names += benign.client(&format!("benign-{client}"), &mut network, chance);
        }
        scored.extend(network.scores());
    }
    scored.sort_by(|a, b| b.score.total_cmp(&a.score));
    let at = |rate: usize| scored.get(clients / rate).map_or(0.0, |scored| scored.score);
    let thresholds = [at(100), at(1_000), DEFAULT_THRESHOLD];
    println!("{clients} benign clients with {names} failed look-ups");
    for (rate, threshold) in ["1 %", "0.1 %"].iter().zip(thresholds) {
        let mut signs: BTreeMap<Sign, usize> = BTreeMap::new();
        scored.iter().filter(|s| s.score >= threshold).for_each(|s| *signs.entry(s.sign).or_default() += 1);
        println!("{rate} of them reach {threshold:.2} nats, by {signs:?}");
    }
    let alarmed = scored.iter().filter(|scored| scored.score >= DEFAULT_THRESHOLD).count();
    println!(
        "{alarmed} of them reach the default of {DEFAULT_THRESHOLD} nats; the highest score is {:.2}",
        scored.first().map_or(0.0, |s| s.score)
    );
    thresholds
}

fn of_infected(
    benign: &Benign,
    families: &Families,
    classifier: &Classifier,
    thresholds: [f32; 3],
    spread: u32,
    chance: &mut Chance,
) {
    println!(
        "names within {spread} h; share of infected clients found where 1 % | 0.1 % of benign ones are alarmed | at the default"
    );
    println!("{:24} {}", "family", COUNTS.map(|count| format!("{count:>20}")).join(""));
    let mut sums = vec![[0.0; 3]; COUNTS.len()];
    let unseen: Vec<_> = families.unseen().collect();
    for family in &unseen {
        let mut row = format!("{:24} ", family.slug);
        for (count, sum) in COUNTS.iter().zip(&mut sums) {
            let mut network = Network::new(classifier);
            for client in 0..INFECTED {
                let client = format!("infected-{client}");
                network.ask_in_burst(&client, &family.walk(*count, chance), spread, chance);
                benign.some(&client, ORDINARY, &mut network, chance);
            }
            let scores = network.scores();
            let found = thresholds.map(|threshold| {
                let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
                count(scores.iter().filter(|scored| scored.score > threshold).count()) / count(INFECTED)
            });
            sum.iter_mut().zip(found).for_each(|(sum, found)| *sum += found);
            row.push_str(&format!("{:>7.2} {:>5.2} {:>5.2} ", found[0], found[1], found[2]));
        }
        println!("{row}");
    }
    let all = f64::from(u32::try_from(unseen.len().max(1)).unwrap_or(u32::MAX));
    let means: String =
        sums.iter().map(|sum| format!("{:>7.3} {:>5.3} {:>5.3} ", sum[0] / all, sum[1] / all, sum[2] / all)).collect();
    println!("{:24} {means}", "mean of families");
}

/// Returns the lines of a file.
fn lines(path: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(text.lines().map(str::to_owned).collect())
}
