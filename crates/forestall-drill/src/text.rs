// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The report as text for a terminal: tables in columns.

use crate::report::Report;
use crate::tables::{Section, sections};

/// Writes a report as text. What moves the cursor of a terminal is left out of the texts of others.
#[must_use]
pub fn text(report: &Report) -> String {
    let parts: Vec<String> = sections(report).iter().map(section).collect();
    parts.join("\n").chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

fn section(section: &Section) -> String {
    let mut out = format!("{}\n", section.title.to_uppercase());
    if !section.text.is_empty() {
        out += &format!("{}\n", section.text);
    }
    if section.head.is_empty() {
        return out;
    }
    if section.rows.is_empty() {
        return out + "none\n";
    }
    let width = |column: usize| {
        let cells = section.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.max().unwrap_or(0).max(section.head.get(column).map_or(0, |head| head.chars().count()))
    };
    let widths: Vec<usize> = (0..section.head.len()).map(width).collect();
    let head: Vec<String> = section.head.iter().map(|cell| (*cell).to_owned()).collect();
    for row in std::iter::once(&head).chain(&section.rows) {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        out += &format!("{}\n", cells.join("  ").trim_end());
    }
    out
}
