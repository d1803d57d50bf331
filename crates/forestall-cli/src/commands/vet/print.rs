// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Verdicts as they are printed: for people, as JSON lines, as CSV.

use std::io::Write;

use forestall_model::NameClass;
use forestall_vet::{Band, Point, Verdict};
use serde::Serialize;

use crate::foreign;
use crate::table::{Align, Table};

/// The columns of CSV, and of the table for people.
const COLUMNS: [&str; 5] = ["name", "class", "band", "score", "reasons"];

/// How verdicts are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// One JSON object a line, with every point, its weight and its evidence
    Jsonl,
    /// Comma-separated values with a header
    Csv,
}

/// One line of the result.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    /// What was asked for.
    name: String,
    class: String,
    band: Band,
    score: i32,
    reasons: Vec<String>,
    /// The name that was vetted.
    #[serde(skip_serializing_if = "Option::is_none")]
    vetted: Option<String>,
    points: Vec<Point>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<forestall_model::Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<forestall_model::Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<forestall_model::Digest>,
    /// The name was refused and not vetted.
    #[serde(skip)]
    pub(super) refused: bool,
}

impl Row {
    /// Makes the line of a verdict.
    pub(super) fn of(asked: &str, verdict: &Verdict) -> Self {
        Self {
            name: asked.to_owned(),
            class: verdict.class_text(),
            band: verdict.band,
            score: verdict.score,
            reasons: verdict.points.iter().map(reason).collect(),
            vetted: Some(verdict.name.to_string()),
            points: verdict.points.clone(),
            at: Some(verdict.at),
            rules: Some(verdict.rules),
            evidence: Some(verdict.evidence),
            refused: false,
        }
    }

    /// Makes the line of what cannot be vetted.
    pub(super) fn refused(asked: &str, class: NameClass, reason: String) -> Self {
        Self {
            name: asked.to_owned(),
            class: class.word().to_owned(),
            band: Band::Human,
            score: 0,
            reasons: vec![reason],
            vetted: None,
            points: Vec::new(),
            at: None,
            rules: None,
            evidence: None,
            refused: true,
        }
    }

    /// Returns what follows.
    pub(super) const fn band(&self) -> Band {
        self.band
    }
}

/// Says a point in words, with its weight where it has one.
fn reason(point: &Point) -> String {
    match point.weight {
        0 => point.text.clone(),
        weight => format!("{} ({weight:+})", point.text),
    }
}

/// Writes the lines, each as it comes but in a table.
///
/// # Errors
///
/// What the writer reports.
pub(super) fn write(rows: impl Iterator<Item = Row>, format: Format, out: &mut dyn Write) -> anyhow::Result<()> {
    match format {
        Format::Text => {
            let align = [Align::Left, Align::Left, Align::Left, Align::Right, Align::Left];
            let columns: Vec<(&str, Align)> = COLUMNS.into_iter().zip(align).collect();
            let mut table = Table::new(&columns);
            for row in rows {
                table.row([
                    row.name,
                    foreign::for_terminal(&row.class),
                    row.band.to_string(),
                    row.score.to_string(),
                    foreign::for_terminal(&row.reasons.join("; ")),
                ]);
            }
            table.write("", out)?;
        }
        Format::Jsonl => {
            for row in rows {
                serde_json::to_writer(&mut *out, &row)?;
                out.write_all(b"\n")?;
            }
        }
        Format::Csv => {
            let mut writer = csv::Writer::from_writer(out);
            writer.write_record(COLUMNS)?;
            for row in rows {
                writer.write_record([
                    foreign::for_spreadsheet(&row.name).as_str(),
                    &foreign::for_spreadsheet(&row.class),
                    row.band.word(),
                    &row.score.to_string(),
                    &foreign::for_spreadsheet(&row.reasons.join("; ")),
                ])?;
            }
            writer.flush()?;
        }
    }
    Ok(())
}
