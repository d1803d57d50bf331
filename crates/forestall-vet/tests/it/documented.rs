// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The page on vetting tells the rules as they are, and figures that come out so.

use std::fmt::Write as _;

use forestall_vet::Rules;
use forestall_vet::evaluate::{Evaluation, Label, Labelled};

const PAGE: &str = include_str!("../../../../docs/vet.md");

fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('*', "\\*").replace('_', "\\_")
}

/// Returns the tables of limits and points as they stand at the end of the page.
fn tables(rules: &Rules) -> String {
    let mut text = "| limit | value | meaning | source |\n|---|---:|---|---|\n".to_owned();
    for (name, bound) in rules.limits() {
        let (about, source) = (escaped(&bound.about), escaped(&bound.source));
        writeln!(text, "| `{name}` | {} | {about} | {source} |", bound.value).unwrap();
    }
    text.push_str("\n| group | point | weight | meaning | source |\n|---|---|---:|---|---|\n");
    for (name, rule) in rules.points() {
        let weight = if rule.weight == 0 { "note".to_owned() } else { format!("{:+}", rule.weight) };
        let (about, source) = (escaped(&rule.about), escaped(&rule.source));
        writeln!(text, "| {} | `{name}` | {weight} | {about} | {source} |", rule.group).unwrap();
    }
    text
}

#[test]
fn the_page_has_every_limit_and_every_point() {
    let tables = tables(Rules::built_in());
    let (_, end) = PAGE.split_once("## The rules\n\n").unwrap();
    assert!(end == tables, "docs/vet.md is to end, after \"## The rules\", with:\n\n{tables}");
}

#[test]
fn the_figures_of_the_page_come_out() {
    let lines = include_str!("labelled.jsonl").lines().filter(|line| !line.starts_with('#'));
    let set: Vec<Labelled> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    let evaluation = Evaluation::of(&set, Rules::built_in());
    let percent = |share: Option<f64>| format!("{:.1} %", share.unwrap() * 100.0);
    for label in Label::ALL {
        let count = |band| evaluation.counts[label].get(&band).copied().unwrap_or(0);
        let row = format!(
            "| {label} | {} | {} | {} | {} | {} |",
            count(forestall_vet::Band::ClearBenign),
            count(forestall_vet::Band::ClearMalicious),
            count(forestall_vet::Band::Human),
            percent(evaluation.precision(*label)),
            percent(evaluation.recall(*label))
        );
        assert!(PAGE.contains(&row), "expected in docs/vet.md: {row}");
    }
    let shares = format!(
        "No person is needed for {} of the names, none one by one for {}.",
        percent(evaluation.automatic()),
        percent(evaluation.sorted())
    );
    assert!(PAGE.contains(&shares), "expected in docs/vet.md: {shares}");
    assert!(PAGE.contains(&format!("labelled.jsonl`, {} names.", evaluation.total())));
}
