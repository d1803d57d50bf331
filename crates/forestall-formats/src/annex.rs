// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The annex: the names of a case by top-level domain, to be put behind an order or a request. It holds words of closed vocabularies and no
//! legal prose; what is ordered stands in the document before it.
//!
//! # Source
//!
//! Tables of GitHub Flavored Markdown, section 4.10; playbook of the response, parts 4.2 and 4.3 (columns and actions).

use std::io::{self, BufWriter, Write};

use forestall_model::Released;

use crate::feed::Settings;
use crate::form::About;
use crate::page::markdown_escaped;
use crate::request::annexed::{COLUMNS, cells, facts, parts, words};
use crate::request::{NO_JUDGEMENT, Request};

/// The form.
pub const ABOUT: About = About {
    consumer: "courts, prosecutors and registries: an annex of names by top-level domain, as Markdown",
    tested_with: "golden text; the digests against those of the names, one a line",
    media_type: "text/markdown; charset=utf-8",
    extension: "md",
    shows_confidence: true,
    tells_the_action: true,
};

/// Writes the annex and returns how many rows it has: one a name and window.
///
/// # Errors
///
/// What the writer reports.
pub fn write(request: &Released<Request>, _: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let marking = request.marking();
    let request = request.object();
    let mut out = BufWriter::new(out);
    writeln!(out, "# Annex: names by top-level domain\n")?;
    for (label, value) in facts(request, marking) {
        writeln!(out, "- {label}: {}", markdown_escaped(&value))?;
    }
    writeln!(
        out,
        "\n{NO_JUDGEMENT} Times are UTC, margins included; an end is not included; an empty cell is not known.\n"
    )?;
    let (actions, classes) = words(request);
    for (word, meaning) in actions {
        writeln!(out, "- `{word}`: {meaning}")?;
    }
    writeln!(out, "- Classes: {}", classes.iter().map(|class| format!("`{class}`")).collect::<Vec<_>>().join(", "))?;
    let mut rows = 0;
    for part in parts(request) {
        let count = part.lines.len();
        writeln!(out, "\n## .{} (names: {}, rows: {count})\n", part.tld, part.names)?;
        writeln!(out, "SHA-256 of the names, one a line: `{}`\n", part.digest)?;
        writeln!(out, "| {} |", COLUMNS.join(" | "))?;
        writeln!(out, "|{}", "---|".repeat(COLUMNS.len()))?;
        for (index, asked) in part.lines.into_iter().enumerate() {
            let cells = cells(request, index + 1, asked).map(|cell| markdown_escaped(&cell));
            writeln!(out, "| {} |", cells.join(" | "))?;
            rows += 1;
        }
    }
    out.flush()?;
    Ok(rows)
}
