// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The numbered list as CSV: the lines of the CSV form, what changed since the last list that was acknowledged, and the list's number.
//!
//! // WIRE FORMAT, version 1: the columns of [`COLUMNS`], in this order. The same lines go out as a workbook ([`crate::workbook`]) and on
//! paper ([`crate::printable`]). A difference is a file of the same form without the lines that were kept.

use std::io::{self, Write};

use forestall_model::line::{NameLine, NameList};
use forestall_model::{Released, vocabulary};

use crate::csv;
use crate::list_id::ListId;

vocabulary! {
    /// What became of a line since the list that was acknowledged last.
    pub enum Change as "a change" {
        /// It is new: act.
        Added = "added",
        /// It stood there before, and still does.
        Kept = "kept",
        /// It stood there before and is taken back: undo, or do nothing.
        Withdrawn = "withdrawn",
        /// It stood there before, and its time is over.
        Expired = "expired",
    }
}

impl Change {
    /// Says whether the line is one of the list, not only of the difference to it.
    #[must_use]
    pub const fn stands(self) -> bool {
        matches!(self, Self::Added | Self::Kept)
    }
}

/// One line of a numbered list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberedLine {
    /// What became of it.
    pub change: Change,
    /// The name.
    pub line: NameLine,
}

/// A numbered list, or a difference, ready for the gate.
pub type NumberedList = NameList<Vec<NumberedLine>>;

/// The columns, in order: those of the CSV form, then what changed, and the list as [`ListId`] writes it.
pub const COLUMNS: [&str; 17] = {
    let mut columns = [""; 17];
    let mut i = 0;
    while i < csv::COLUMNS.len() {
        columns[i] = csv::COLUMNS[i];
        i += 1;
    }
    columns[15] = "change";
    columns[16] = "list";
    columns
};

/// Writes the lines and returns their number, the header not counted.
///
/// # Errors
///
/// What the writer reports.
pub fn write(list: &Released<NumberedList>, id: &ListId, out: &mut dyn Write) -> io::Result<u64> {
    let marking = list.marking();
    let id = id.to_string();
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record(COLUMNS)?;
    let mut rows = 0;
    for NumberedLine { change, line } in &list.object().lines {
        for field in csv::fields(line, marking) {
            writer.write_field(field.as_bytes())?;
        }
        writer.write_field(change.word())?;
        writer.write_field(&id)?;
        writer.write_record(None::<&[u8]>)?;
        rows += 1;
    }
    writer.flush()?;
    Ok(rows)
}
