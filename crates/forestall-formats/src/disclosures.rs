// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The record of disclosures as a table: what left, to whom, how much, for what and on what ground.

use std::io::{self, Write};

use forestall_model::Instant;

use crate::csv::harmless;

/// One row of the record.
#[derive(Clone, Copy, Debug)]
pub struct DisclosureRow<'a> {
    /// When.
    pub at: Instant,
    /// Who received it or took it out.
    pub who: &'a str,
    /// Their party; empty where there is none.
    pub party: &'a str,
    /// The case; empty where there is none.
    pub case: &'a str,
    /// What.
    pub what: &'a str,
    /// How many entries.
    pub count: u64,
    /// For what.
    pub purpose: &'a str,
    /// On what ground.
    pub basis: &'a str,
}

/// Writes rows with a header, in their order. A text that a spreadsheet would take for a formula gets an apostrophe before it.
///
/// # Errors
///
/// What the writer reports.
pub fn write<'a>(rows: impl IntoIterator<Item = DisclosureRow<'a>>, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record(["at", "who", "party", "case", "what", "count", "purpose", "basis"])?;
    for row in rows {
        let texts = [row.who, row.party, row.case, row.what].map(harmless);
        let [who, party, case, what] = &texts;
        let fields = [
            &*row.at.to_string(),
            who,
            party,
            case,
            what,
            &*row.count.to_string(),
            &*harmless(row.purpose),
            &*harmless(row.basis),
        ];
        writer.write_record(fields)?;
    }
    writer.flush()
}
