// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The list on paper: one page of HTML that loads nothing, cut by weeks, every line numbered, with room to write the answer.
//!
//! For registries that work by hand: somebody reads the numbers down the telephone, or sends the sheets back by fax. Each printed sheet shows
//! case, list, week and SHA-256 at its head, since sheets get separated. Read in Chromium, which prints the head of a table on every sheet.

use std::collections::BTreeMap;
use std::io::{self, Write};

use forestall_model::{AnswerResult, Released};

use crate::brief::joined;
use crate::csv::bounds;
use crate::heading::Heading;
use crate::iso_week::IsoWeek;
use crate::numbered::{NumberedLine, NumberedList};
use crate::page::{self, html_escaped};
use crate::wording::{Language, WordingError};

/// Why a list was not printed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrintError {
    /// A fault in the files of the language.
    #[error(transparent)]
    Wording(#[from] WordingError),
    /// The page could not be written.
    #[error("the page could not be written: {0}")]
    Output(#[from] io::Error),
}

const STYLE: &str = "@page { size: A4; margin: 12mm }\n\
    body { font: 9pt/1.3 sans-serif; color: #000; background: #fff; margin: 0 }\n\
    h1 { font-size: 14pt; margin: 0 0 .4em }\n\
    h2 { font-size: 11pt; margin: 0; break-before: page }\n\
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .1em 1em; margin: 0 0 .8em }\n\
    dt { font-weight: bold } dd { margin: 0; overflow-wrap: anywhere }\n\
    table { border-collapse: collapse; width: 100% }\n\
    thead { display: table-header-group } tr { break-inside: avoid }\n\
    th, td { border: .5pt solid #666; padding: .15em .4em; text-align: left; vertical-align: top }\n\
    thead tr.sheet th { border: 0; font-weight: normal; font-size: 8pt; overflow-wrap: anywhere }\n\
    td.no { text-align: right } td.name { font-family: monospace; font-size: 10pt; overflow-wrap: anywhere }\n\
    td.result { min-width: 22mm } td.comment { min-width: 35mm }\n\
    .signature { margin-top: 2em }\n\
    section:first-of-type h2 { break-before: auto }\n";

/// Writes the page and returns the number of lines. A line with several weeks stands in the week in which it begins; lines without a window
/// come first. Within a week the order is that of the list; numbers run through the whole list.
///
/// # Errors
///
/// [`PrintError`].
pub fn write(
    list: &Released<NumberedList>,
    heading: &Heading,
    language: Language,
    out: &mut dyn Write,
) -> Result<u64, PrintError> {
    let fields = BTreeMap::from([("tld", heading.list.tld.to_string()), ("number", heading.list.number.to_string())]);
    let title = language.filled("page-title", &fields)?;
    let lines = &list.object().lines;
    let mut body = format!("<h1>{}</h1>\n", html_escaped(&title));
    let facts = facts(list, heading, language)?;
    body.push_str("<dl>\n");
    for (label, value) in &facts {
        body.push_str(&format!("<dt>{}</dt><dd>{}</dd>\n", html_escaped(label), html_escaped(value)));
    }
    body.push_str("</dl>\n");
    let mut results = Vec::new();
    for result in AnswerResult::ALL {
        results.push((result.word(), language.word(&format!("result-{result}"))?));
    }
    body.push_str(&format!("<p>{}</p>\n<dl>\n", html_escaped(language.word("page-results")?)));
    for (word, meaning) in results {
        body.push_str(&format!("<dt>{word}</dt><dd>{}</dd>\n", html_escaped(meaning)));
    }
    body.push_str("</dl>\n");
    if lines.is_empty() {
        body.push_str(&format!("<p>{}</p>\n", html_escaped(language.word("page-empty")?)));
    }
    let mut number = 0;
    for (week, lines) in by_week(lines) {
        section(&mut body, list, heading, language, week, &lines, &mut number)?;
    }
    body.push_str(&format!(
        "<p class=\"signature\">{}: ______________________________________</p>\n",
        html_escaped(language.word("page-signature")?)
    ));
    out.write_all(page::whole(language.tag(), &title, STYLE, &body).as_bytes())?;
    Ok(number)
}

/// Returns lines by the week in which they begin, those without one first; the order within a week stays.
pub(crate) fn by_week(lines: &[NumberedLine]) -> BTreeMap<Option<IsoWeek>, Vec<&NumberedLine>> {
    let mut weeks: BTreeMap<Option<IsoWeek>, Vec<&NumberedLine>> = BTreeMap::new();
    for line in lines {
        let week = bounds(line.line.window).0.map(|from| IsoWeek::of(from.day()));
        weeks.entry(week).or_default().push(line);
    }
    weeks
}

/// Returns what stands above a list, as labels and values.
pub(crate) fn facts(
    list: &Released<NumberedList>,
    heading: &Heading,
    language: Language,
) -> Result<Vec<(&'static str, String)>, WordingError> {
    let marking = list.marking();
    let mut facts = vec![
        (language.word("page-case")?, format!("{} ({})", heading.list.case, heading.title)),
        (language.word("page-list")?, format!("{} .{} #{}", heading.list.case, heading.list.tld, heading.list.number)),
    ];
    if let Some(previous) = heading.previous {
        facts.push((language.word("page-previous")?, previous.to_string()));
    }
    let lines = u64::try_from(list.object().lines.len()).unwrap_or(u64::MAX);
    facts.extend([
        (language.word("page-names")?, language.number(lines)?),
        (language.word("page-made")?, language.instant(heading.issued)?),
        (language.word("page-act-by")?, language.instant(heading.act_by)?),
        (language.word("page-from")?, heading.organisation.clone()),
        (language.word("page-phone")?, heading.phone.clone()),
    ]);
    if !heading.name_servers.is_empty() {
        facts.push((language.word("page-name-servers")?, joined(&heading.name_servers)));
    }
    facts.extend([
        (language.word("page-digest")?, heading.digest.to_string()),
        ("TLP, PAP", format!("{}, {}", marking.tlp, marking.pap)),
    ]);
    Ok(facts)
}

fn section(
    body: &mut String,
    list: &Released<NumberedList>,
    heading: &Heading,
    language: Language,
    week: Option<IsoWeek>,
    lines: &[&NumberedLine],
    number: &mut u64,
) -> Result<(), WordingError> {
    let name = match week {
        Some(week) => format!("{} {week}", language.word("page-week")?),
        None => language.word("page-always")?.to_owned(),
    };
    let marking = list.marking();
    body.push_str(&format!("<section>\n<h2>{}</h2>\n<table>\n<thead>\n", html_escaped(&name)));
    body.push_str(&format!(
        "<tr class=\"sheet\"><th colspan=\"7\">{} · {} · SHA-256 {} · {} · {}</th></tr>\n<tr>",
        html_escaped(&heading.list.token()),
        html_escaped(&name),
        heading.digest,
        marking.tlp,
        html_escaped(&heading.phone),
    ));
    for key in ["number", "name", "live", "action", "change", "result", "comment"] {
        body.push_str(&format!("<th scope=\"col\">{}</th>", html_escaped(language.word(&format!("page-{key}"))?)));
    }
    body.push_str("</tr>\n</thead>\n<tbody>\n");
    let (until, nothing) = (language.word("page-until")?, html_escaped(language.word("page-nothing")?));
    let nothing = nothing.as_str();
    for NumberedLine { change, line } in lines {
        *number += 1;
        let unicode = line.name.to_unicode();
        let other = if unicode == line.name.as_str() { String::new() } else { format!(" ({unicode})") };
        let live = match bounds(line.window) {
            (None, None) => language.word("page-always")?.to_owned(),
            (from, to) => {
                let side = |at: Option<forestall_model::Instant>| at.map(shown).unwrap_or_default();
                format!("{} {until} {}", side(from), side(to)).trim().to_owned()
            }
        };
        let change = language.word(&format!("change-{change}"))?;
        body.push_str(&format!(
            "<tr><td class=\"no\">{number}</td><td class=\"name\">{}{}</td><td>{}</td><td>{}</td><td>{}</td>\
             <td class=\"result\"></td><td class=\"comment\"></td></tr>\n",
            html_escaped(line.name.as_str()),
            html_escaped(&other),
            html_escaped(&live),
            line.requested_action.map_or(nothing, |action| action.word()),
            html_escaped(change),
        ));
    }
    body.push_str("</tbody>\n</table>\n</section>\n");
    Ok(())
}

/// Returns an instant in few characters: a day where it begins one.
fn shown(instant: forestall_model::Instant) -> String {
    let day = instant.day();
    if day.start() == instant { day.to_string() } else { instant.to_string() }
}
