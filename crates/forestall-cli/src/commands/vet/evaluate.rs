// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How good the rules are on names whose truth is known.

use std::io::Write;
use std::path::Path;

use forestall_vet::evaluate::{Evaluation, Label, Labelled};
use forestall_vet::{Band, Rules};

use super::print::Format;
use super::stored;
use crate::failure::usage;
use crate::output;
use crate::table::{Align, Table};

/// Judges every name of a file and prints what was measured.
///
/// # Errors
///
/// Where the file cannot be read or is refused.
pub(super) fn run(path: &Path, rules: &Rules, format: Format) -> anyhow::Result<()> {
    let set: Vec<Labelled> = stored::read(path)?;
    let evaluation = Evaluation::of(&set, rules);
    match format {
        Format::Text => output::to_stdout(|out| text(&evaluation, out)),
        Format::Jsonl => output::to_stdout(|out| {
            serde_json::to_writer(&mut *out, &json(&evaluation))?;
            Ok(out.write_all(b"\n")?)
        }),
        Format::Csv => Err(usage("--evaluate prints --format text or jsonl")),
    }
}

fn json(evaluation: &Evaluation) -> serde_json::Value {
    let side = |label| {
        serde_json::json!({
            "precision": evaluation.precision(label),
            "recall": evaluation.recall(label),
            "bands": evaluation.counts.get(&label),
        })
    };
    serde_json::json!({
        "names": evaluation.total(),
        "benign": side(Label::Benign),
        "malicious": side(Label::Malicious),
        "without_a_person": evaluation.automatic(),
        "not_one_by_one": evaluation.sorted(),
        "wrong": evaluation.wrong,
    })
}

fn text(evaluation: &Evaluation, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut columns = vec![("truth", Align::Left)];
    columns.extend(Band::ALL.iter().map(|band| (band.word(), Align::Right)));
    columns.extend([("precision", Align::Right), ("recall", Align::Right)]);
    let mut table = Table::new(&columns);
    for label in Label::ALL {
        let bands = evaluation.counts.get(label);
        let count = |band: &Band| bands.and_then(|bands| bands.get(band)).copied().unwrap_or(0).to_string();
        let mut cells = vec![label.to_string()];
        cells.extend(Band::ALL.iter().map(count));
        cells.extend([percent(evaluation.precision(*label)), percent(evaluation.recall(*label))]);
        table.row(cells);
    }
    table.write("", out)?;
    writeln!(out)?;
    writeln!(out, "names                                 {}", evaluation.total())?;
    writeln!(out, "no person needed                      {}", percent(evaluation.automatic()))?;
    writeln!(out, "no person needed for each one by one  {}", percent(evaluation.sorted()))?;
    for wrong in &evaluation.wrong {
        writeln!(out, "wrong: {} is {}, and was called {} at {}", wrong.name, wrong.label, wrong.band, wrong.score)?;
    }
    Ok(())
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", share * 100.0))
}
