// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A list that somebody received, read back to be checked: CSV, a workbook, or one name a line.
//!
//! Which of the three it is, the octets say. The columns are those of a numbered list and of an answer; those that say nothing about the
//! names are passed over.

use forestall_model::{CampaignId, DomainName, FamilySlug, Instant, Tld};

use crate::line_id;
use crate::list_id::ListId;
use crate::numbered::Change;
use crate::plain;
use crate::sheets::{self, SheetError};
use crate::table::{self, Column, Fault, Need, Problems, Row, TableErrors, column};

/// Most octets of a list.
pub const MAX_BYTES: u64 = table::MAX_BYTES;

/// A list as it was received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// The lines in their order.
    pub lines: Vec<ReceivedLine>,
    /// The numbered lists that the lines say they are of, each once, in order.
    pub lists: Vec<ListId>,
}

/// One line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedLine {
    /// The line of the file, or the row of the sheet, in which it begins, from 1; 0 for a list without any.
    pub line: u64,
    /// The sheet, in a workbook.
    pub sheet: Option<String>,
    /// The name.
    pub name: DomainName,
    /// The window that the line states; none where the list has no such columns.
    pub window: Option<Stated>,
    /// The family, where stated.
    pub family: Option<FamilySlug>,
    /// Which line of which list of the algorithm it is, where stated.
    pub id: Option<LineId>,
    /// What changed, where stated.
    pub change: Option<Change>,
}

/// A window as a line states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stated {
    /// From when on; none for no bound.
    pub from: Option<Instant>,
    /// Until when; none for no bound.
    pub until: Option<Instant>,
}

/// Which line of which list of the algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineId {
    /// The campaign.
    pub campaign: CampaignId,
    /// The key of the origin period.
    pub period: i64,
    /// The top-level domain.
    pub tld: Tld,
    /// The place among the names of both.
    pub place: u32,
}

/// A file that is no list.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceivedError {
    /// A table with faults.
    #[error(transparent)]
    Table(#[from] TableErrors),
    /// A workbook with faults.
    #[error(transparent)]
    Sheet(#[from] SheetError),
}

const NAME: usize = 0;
const VALID_FROM: usize = 1;
const VALID_UNTIL: usize = 2;
const FAMILY: usize = 3;
const LINE_ID: usize = 4;
const CHANGE: usize = 5;
const LIST: usize = 6;

const COLUMNS: [Column; 25] = [
    column("name", Need::Must),
    column("valid_from", Need::May),
    column("valid_until", Need::May),
    column("family", Need::May),
    column("line_id", Need::May),
    column("change", Need::May),
    column("list", Need::May),
    column("name_unicode", Need::PassOver),
    column("tld", Need::PassOver),
    column("class", Need::PassOver),
    column("registrar_iana_id", Need::PassOver),
    column("created", Need::PassOver),
    column("requested_action", Need::PassOver),
    column("evidence_ref", Need::PassOver),
    column("confidence", Need::PassOver),
    column("tlp", Need::PassOver),
    column("pap", Need::PassOver),
    column("result", Need::PassOver),
    column("done_at", Need::PassOver),
    column("status_set", Need::PassOver),
    column("nameservers", Need::PassOver),
    column("comment", Need::PassOver),
    column("action", Need::PassOver),
    // What `forestall predict --format csv` has beside these.
    column("campaign", Need::PassOver),
    column("position", Need::PassOver),
];

/// Reads a list in whichever of the forms it is.
///
/// # Errors
///
/// [`ReceivedError`] with the place of each fault; then no line is returned.
pub fn read(octets: &[u8]) -> Result<Received, ReceivedError> {
    let mut lines = Vec::new();
    if octets.starts_with(b"PK\x03\x04") {
        for table in sheets::read(octets, &COLUMNS, NAME)? {
            let sheet = table.sheet;
            let read = of_table(&table.csv).map_err(|errors| SheetError::Table { sheet: sheet.clone(), errors })?;
            lines.extend(read.into_iter().map(|(mut line, list)| {
                line.sheet = Some(sheet.clone());
                (line, list)
            }));
        }
    } else if has_header(octets) {
        lines = of_table(octets)?;
    } else {
        lines = plain::read(octets)?.into_iter().map(|name| (bare(name), None)).collect();
    }
    let mut received = Received::default();
    for (line, list) in lines {
        if let Some(list) = list
            && !received.lists.contains(&list)
            && received.lists.len() < MAX_LISTS
        {
            received.lists.push(list);
        }
        received.lines.push(line);
    }
    Ok(received)
}

/// Most numbered lists that one file is noted to be of.
const MAX_LISTS: usize = 100;

/// Says whether the first line that is not blank names the column of the names.
fn has_header(octets: &[u8]) -> bool {
    let octets = octets.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(octets);
    let first = octets.split(|b| matches!(b, b'\n' | b'\r')).find(|line| !line.trim_ascii().is_empty());
    let fields = first.unwrap_or_default().split(|b| matches!(b, b',' | b';' | b'\t'));
    fields.map(|field| field.trim_ascii()).any(|field| {
        let bare = field.strip_prefix(b"\"").and_then(|field| field.strip_suffix(b"\"")).unwrap_or(field);
        bare.trim_ascii().eq_ignore_ascii_case(b"name")
    })
}

fn bare(name: DomainName) -> ReceivedLine {
    ReceivedLine { line: 0, sheet: None, name, window: None, family: None, id: None, change: None }
}

fn of_table(csv: &[u8]) -> Result<Vec<(ReceivedLine, Option<ListId>)>, TableErrors> {
    table::read(csv, &COLUMNS, |row, problems| {
        let name: Option<DomainName> = row.parse(NAME, problems);
        if row.text(NAME).is_none() {
            row.missing(NAME, "a domain name", problems);
        }
        let has = |column| row.place(column).column.is_some();
        let stated = Stated { from: row.instant(VALID_FROM, problems), until: row.instant(VALID_UNTIL, problems) };
        let window = (has(VALID_FROM) && has(VALID_UNTIL)).then_some(stated);
        let id = read_id(row, problems);
        let list = row.text(LIST).map(ListId::read);
        if list == Some(None) {
            let fault = "the field is no number of a list; expected CASE TLD #NUMBER".to_owned();
            problems.add(row.place(LIST), Fault::Value(fault));
        }
        let line = ReceivedLine {
            line: row.line,
            sheet: None,
            name: name?,
            window,
            family: row.parse(FAMILY, problems),
            id,
            change: row.word(CHANGE, problems),
        };
        Some((line, list.flatten()))
    })
}

fn read_id(row: &Row<'_>, problems: &mut Problems) -> Option<LineId> {
    let text = row.text(LINE_ID)?;
    let Some((campaign, period, tld, place)) = line_id::read(text) else {
        let found: String = text.chars().take(60).collect();
        let fault = format!("{found:?} is no line_id; expected CAMPAIGN/PERIOD/TLD/PLACE as it was sent");
        problems.add(row.place(LINE_ID), Fault::Value(fault));
        return None;
    };
    Some(LineId { campaign, period, tld, place })
}
