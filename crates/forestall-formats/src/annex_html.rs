// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The annex on paper: a page of HTML that loads nothing, a sheet or more for each top-level domain; each printed sheet shows case, domain and
//! digest at its head. It holds the same rows as the form `annex`.
//!
//! # Source
//!
//! The HTML standard, section 4.9 (tables), and CSS 2.2, section 17.2: a browser prints the head of a table on every sheet.

use std::io::{self, BufWriter, Write};

use forestall_model::Released;

use crate::feed::Settings;
use crate::form::About;
use crate::page::{html_escaped, whole};
use crate::request::annexed::{COLUMNS, cells, facts, parts, words};
use crate::request::{NO_JUDGEMENT, Request};

/// The form.
pub const ABOUT: About = About {
    consumer: "courts, prosecutors and registries: an annex of names by top-level domain, to be printed",
    tested_with: "xmllint's reader of HTML; golden text",
    media_type: "text/html; charset=utf-8",
    extension: "html",
    shows_confidence: true,
    tells_the_action: true,
};

const STYLE: &str = "@page { size: A4 landscape; margin: 12mm }\n\
    body { font: 9pt/1.3 sans-serif; color: #000; background: #fff; margin: 0 }\n\
    h1 { font-size: 14pt; margin: 0 0 .4em }\n\
    h2 { font-size: 11pt; margin: 0 0 .3em }\n\
    section { break-before: page }\n\
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .1em 1em; margin: 0 0 .8em }\n\
    dt { font-weight: bold } dd { margin: 0; overflow-wrap: anywhere }\n\
    table { border-collapse: collapse; width: 100% }\n\
    thead { display: table-header-group } tr { break-inside: avoid }\n\
    th, td { border: .5pt solid #666; padding: .15em .4em; text-align: left; vertical-align: top; overflow-wrap: anywhere }\n\
    thead tr.sheet th { border: 0; font-weight: normal; font-size: 8pt }\n\
    td:nth-child(2) { font-family: monospace; font-size: 10pt }\n";

/// Where the rows of the page stand in what is written around them.
const ROWS: &str = "\u{0}";

/// Writes the page and returns how many rows it has: one a name and window.
///
/// # Errors
///
/// What the writer reports.
pub fn write(request: &Released<Request>, _: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let marking = request.marking();
    let request = request.object();
    let mut body = String::from("<h1>Annex: names by top-level domain</h1>\n<dl>\n");
    for (label, value) in facts(request, marking) {
        body.push_str(&format!("<dt>{label}</dt><dd>{}</dd>\n", html_escaped(&value)));
    }
    let (actions, classes) = words(request);
    for (word, meaning) in actions {
        body.push_str(&format!("<dt>{word}</dt><dd>{}</dd>\n", html_escaped(meaning)));
    }
    body.push_str(&format!(
        "<dt>Classes</dt><dd>{}</dd>\n</dl>\n<p>{NO_JUDGEMENT} Times are UTC, margins included; an end is not included; an empty cell is not known.</p>\n{ROWS}",
        classes.join(", ")
    ));
    let page = whole("en", &format!("Annex: {}", request.case), STYLE, &body);
    let (head, foot) = page.split_once(ROWS).unwrap_or((&page, ""));
    let mut out = BufWriter::new(out);
    out.write_all(head.as_bytes())?;
    let columns: String = COLUMNS.iter().map(|column| format!("<th scope=\"col\">{column}</th>")).collect();
    let mut rows = 0;
    for part in parts(request) {
        writeln!(
            out,
            "<section>\n<h2>.{} (names: {}, rows: {})</h2>\n<table>\n<thead>",
            part.tld,
            part.names,
            part.lines.len()
        )?;
        writeln!(
            out,
            "<tr class=\"sheet\"><th colspan=\"{}\">{} · .{} · SHA-256 of the names, one a line: {} · {} {}</th></tr>\n<tr>{columns}</tr>\n</thead>\n<tbody>",
            COLUMNS.len(),
            request.case,
            part.tld,
            part.digest,
            marking.tlp,
            marking.pap
        )?;
        for (index, asked) in part.lines.into_iter().enumerate() {
            out.write_all(b"<tr>")?;
            for cell in cells(request, index + 1, asked) {
                write!(out, "<td>{}</td>", html_escaped(&cell))?;
            }
            out.write_all(b"</tr>\n")?;
            rows += 1;
        }
        out.write_all(b"</tbody>\n</table>\n</section>\n")?;
    }
    out.write_all(foot.as_bytes())?;
    out.flush()?;
    Ok(rows)
}
