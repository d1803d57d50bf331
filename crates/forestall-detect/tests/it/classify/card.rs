// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The model card, held against the figures beside the model: its tables are those that [`FIGURES`] gives, letter by letter.

use super::FIGURES;

/// The card.
const CARD: &str = include_str!("../../../../../docs/classifier.md");

/// The rows of the tables: what the figures call a score, and what the card calls it.
const SCORES: [(&str, &str); 4] = [
    ("trees", "the whole score"),
    ("trees_label_only", "the whole score, label only"),
    ("linear", "linear part"),
    ("linear_label_only", "linear part, label only"),
];

#[test]
fn the_tables_of_the_card_are_those_of_the_figures() {
    let figures: toml::Table = FIGURES.parse().unwrap();
    for table in [of_rates(&figures, "same_sources"), of_rates(&figures, "held_out_source"), of_families(&figures)] {
        assert!(CARD.contains(&format!("\n{table}\n")), "docs/classifier.md lacks this table:\n{table}");
    }
}

#[test]
fn the_card_counts_the_names_that_the_figures_count() {
    let figures: toml::Table = FIGURES.parse().unwrap();
    for name in ["benign-train.tsv.gz", "dga-train.tsv.gz"] {
        let digits = figures["inputs"][name]["subjects"].as_integer().unwrap().to_string();
        let (thousands, rest) = digits.split_at(digits.len() - 3);
        assert!(CARD.contains(&format!("{thousands},{rest}")), "docs/classifier.md does not say {thousands},{rest}");
    }
}

/// Returns the table of the rates against one group of benign names.
fn of_rates(figures: &toml::Table, benign: &str) -> String {
    let mut table = "| | 1 in 100: seen | unseen | 1 in 1,000: seen | unseen |\n|---|---|---|---|---|".to_owned();
    for (score, called) in SCORES {
        table += &format!("\n| {called} |");
        for rate in ["fpr_1e-2", "fpr_1e-3"] {
            for kind in ["seen", "unseen"] {
                table += &format!(" {:.3} |", figures[benign][score][rate][kind].as_float().unwrap());
            }
        }
    }
    table
}

/// Returns the table of the families, the best found when unseen first.
fn of_families(figures: &toml::Table) -> String {
    let mut rows: Vec<(String, [f64; 4])> = Vec::new();
    for (family, rates) in figures["families"].as_table().unwrap() {
        let rate = |kind: &str, at: usize| rates[kind][at].as_float().unwrap();
        rows.push((family.clone(), [rate("seen", 0), rate("unseen", 0), rate("seen", 1), rate("unseen", 1)]));
    }
    rows.sort_by(|a, b| b.1[1].total_cmp(&a.1[1]).then_with(|| a.0.cmp(&b.0)));
    let mut table =
        "| family | 1 in 100: seen | unseen | 1 in 1,000: seen | unseen |\n|---|---|---|---|---|".to_owned();
    for (family, rates) in rows {
        table += &format!("\n| {family} |");
        for rate in rates {
            table += &format!(" {rate:.3} |");
        }
    }
    table
}
