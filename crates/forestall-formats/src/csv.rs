// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The CSV form: a header, then one row a name and window, with everything that a registry needs to act and to answer.

use std::borrow::Cow;
use std::io::{self, Write};

use forestall_model::line::{NameLine, NameList};
use forestall_model::{Instant, Marking, Released, UtcDay, Window};

use crate::form::About;

/// The form.
pub const ABOUT: About = About {
    consumer: "registries: spreadsheets and bulk tools, sent back with a column `result` as the answer",
    tested_with: "Python's csv module; read back by the answer reader",
    media_type: "text/csv; charset=utf-8; header=present",
    extension: "csv",
    shows_confidence: true,
    tells_the_action: true,
};

/// The columns, in order.
///
/// `valid_from` and `valid_until` are nominal and half-open, empty where the name is live without bound on that side. `tlp` and
/// `pap` repeat the marking of the whole list, so that a row cut out of it still carries its label.
pub const COLUMNS: [&str; 15] = [
    "name",
    "name_unicode",
    "tld",
    "valid_from",
    "valid_until",
    "family",
    "class",
    "registrar_iana_id",
    "created",
    "requested_action",
    "evidence_ref",
    "confidence",
    "line_id",
    "tlp",
    "pap",
];

/// Writes the list and returns the number of rows, the header not counted.
///
/// Rows end in a line feed. A text that a spreadsheet would take for a formula gets an apostrophe before it.
///
/// # Errors
///
/// What the writer reports.
pub fn write<I>(list: Released<NameList<I>>, out: &mut dyn Write) -> io::Result<u64>
where
    I: IntoIterator<Item = NameLine>,
{
    let marking = list.marking();
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record(COLUMNS)?;
    let mut rows = 0;
    for line in list.into_object().lines {
        writer.write_record(fields(&line, marking).iter().map(|field| field.as_bytes()))?;
        rows += 1;
    }
    writer.flush()?;
    Ok(rows)
}

/// Returns the fields of one row, in the order of [`COLUMNS`].
pub(crate) fn fields(line: &NameLine, marking: Marking) -> [Cow<'_, str>; 15] {
    let (from, until) = bounds(line.window);
    let text = |instant: Option<Instant>| instant.map_or(Cow::Borrowed(""), |i| i.to_string().into());
    [
        line.name.as_str().into(),
        line.name.to_unicode().into(),
        forestall_model::name::last_label(line.name.as_str()).into(),
        text(from),
        text(until),
        line.family.as_str().into(),
        line.class.word().into(),
        line.registrar_iana_id.map_or(Cow::Borrowed(""), |id| id.to_string().into()),
        text(line.created),
        line.requested_action.map_or("", forestall_model::Action::word).into(),
        harmless(&line.evidence_ref),
        line.confidence.into(),
        harmless(&line.line_id),
        marking.tlp.word().into(),
        marking.pap.word().into(),
    ]
}

/// Returns the bounds of a window that a form shows; `None` where the name is live without bound on that side.
pub(crate) fn bounds(window: Option<Window>) -> (Option<Instant>, Option<Instant>) {
    window.map_or((None, None), |w| (writable(w.from), writable(w.until)))
}

/// Returns the instant where it has an RFC 3339 form; those before 1601 and after 9999 stand for no bound.
pub(crate) fn writable(instant: Instant) -> Option<Instant> {
    (UtcDay::MIN.start() <= instant && instant < UtcDay::MAX.window().until).then_some(instant)
}

/// Puts an apostrophe before a text that a spreadsheet would take for a formula.
///
/// Names, dates and words of closed vocabularies never begin with one of these characters; free texts may.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}").into() } else { text.into() }
}
