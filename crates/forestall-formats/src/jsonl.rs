// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The JSONL form: one JSON object a line, with the keys of the CSV form in the same order; what is not known is `null`.

use std::io::{self, Write};

use forestall_model::line::{NameLine, NameList};
use forestall_model::{Action, DomainName, FamilySlug, Instant, NameClass, Pap, Released, Tlp};

use crate::form::About;

/// The form.
pub const ABOUT: About = About {
    consumer: "programs that read one JSON object a line",
    tested_with: "Python's json module; serde_json",
    media_type: "application/jsonl",
    extension: "jsonl",
    shows_confidence: true,
    tells_the_action: true,
};

/// Writes the list and returns the number of lines.
///
/// # Errors
///
/// What the writer reports.
pub fn write<I>(list: Released<NameList<I>>, out: &mut dyn Write) -> io::Result<u64>
where
    I: IntoIterator<Item = NameLine>,
{
    let marking = list.marking();
    let mut out = io::BufWriter::new(out);
    let mut rows = 0;
    for line in list.into_object().lines {
        let (valid_from, valid_until) = crate::csv::bounds(line.window);
        let row = Row {
            name: &line.name,
            name_unicode: line.name.to_unicode(),
            tld: forestall_model::name::last_label(line.name.as_str()),
            valid_from,
            valid_until,
            family: &line.family,
            class: line.class,
            registrar_iana_id: line.registrar_iana_id,
            created: line.created,
            requested_action: line.requested_action,
            evidence_ref: &line.evidence_ref,
            confidence: line.confidence,
            line_id: &line.line_id,
            tlp: marking.tlp,
            pap: marking.pap,
        };
        serde_json::to_writer(&mut out, &row)?;
        out.write_all(b"\n")?;
        rows += 1;
    }
    out.flush()?;
    Ok(rows)
}

#[derive(serde::Serialize)]
struct Row<'a> {
    name: &'a DomainName,
    name_unicode: String,
    tld: &'a str,
    valid_from: Option<Instant>,
    valid_until: Option<Instant>,
    family: &'a FamilySlug,
    class: NameClass,
    registrar_iana_id: Option<u32>,
    created: Option<Instant>,
    requested_action: Option<Action>,
    evidence_ref: &'a str,
    confidence: &'a str,
    line_id: &'a str,
    tlp: Tlp,
    pap: Pap,
}
