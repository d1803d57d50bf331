// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The figures of a training, as TOML.

use std::fmt::Write as _;

use super::corpus::Corpus;
use super::evaluate::{Group, Judged, RATES, SCORES, rates};
use crate::classify::Model;

/// Writes the figures: detection at each false-positive rate, for seen and unseen families.
pub(super) fn text(corpus: &Corpus, judged: &[Judged]) -> String {
    let mut text = String::new();
    for (group, called) in [(Group::Benign, "same_sources"), (Group::OtherSource, "held_out_source")] {
        for (score, name) in SCORES.iter().enumerate() {
            let rates = rates(judged, score, group);
            line(&mut text, &format!("\n[{called}.{name}]"));
            for (rate, [seen, unseen]) in RATES.iter().zip(rates.means) {
                line(&mut text, &format!("fpr_{rate:e} = {{ seen = {seen:.3}, unseen = {unseen:.3} }}"));
            }
        }
    }
    line(&mut text, "\n# Each family, thresholds from the held-out source, suffix included.\n[families]");
    for (family, rows) in rates(judged, 0, Group::OtherSource).families {
        let [at_hundred, at_thousand] = rows;
        let name = &corpus.families[family as usize];
        line(
            &mut text,
            &format!(
                "{name} = {{ seen = [{:.3}, {:.3}], unseen = [{:.3}, {:.3}] }}",
                at_hundred[0], at_thousand[0], at_hundred[1], at_thousand[1]
            ),
        );
    }
    text
}

/// Writes how many of the names that the model itself was trained from get even odds or more: a check of the model, not of its worth.
pub(super) fn of_model(corpus: &Corpus, model: &Model) -> String {
    let mut counts = [[0_u32; 2]; 2];
    for row in &corpus.rows {
        let score = model.trees.score(&model.features(&row.subject()));
        counts[usize::from(row.generated)][usize::from(model.with_suffix.ratio(score) > 0.0)] += 1;
    }
    let share = |[below, above]: [u32; 2]| f64::from(above) / f64::from((below + above).max(1));
    let [benign, generated] = counts.map(share);
    format!(
        "\n# Of the names trained from, the share with even odds or more.\n[trained_from]\nbenign = {benign:.4}\ngenerated = {generated:.4}\n"
    )
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a String takes all text");
}
