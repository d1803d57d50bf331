// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a registry answers, line by line: a CSV with a column `result`.
//!
//! The columns are those of an answer line (`line_id` or `name` or both, `result`, `done_at`, `status_set`, `nameservers`, `comment`,
//! `action`). The other columns of the list that was sent are known and passed over, so that a registry may send the
//! list itself back with a column `result` added. A workbook is read alike; rows without a result are not answered yet there, since it
//! goes out with that column to be filled in.

use std::collections::HashMap;
use std::io::{self, Read, Write};

use forestall_model::{Action, AnswerResult, DomainName, Instant};

use crate::sheets::{self, SheetError};
use crate::table::{self, Column, Fault, Need, Row, TableErrors, column};

/// One answer of a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerLine {
    /// The line of the file in which it begins, from 1.
    pub line: u64,
    /// Which line of the sent list it answers; a line has this or [`Self::name`] or both.
    pub line_id: Option<String>,
    /// Which name it answers; alone it means every line of that name.
    pub name: Option<DomainName>,
    /// What was answered.
    pub result: AnswerResult,
    /// When it was applied, where said.
    pub done_at: Option<Instant>,
    /// The statuses that were set, as the registry writes them; EPP statuses in the spelling of RFC 5731.
    pub status_set: Vec<String>,
    /// The name servers that were set.
    pub name_servers: Vec<DomainName>,
    /// What the registry adds in words; empty where nothing.
    pub comment: String,
    /// What was applied, where it is not what was asked.
    pub action: Option<Action>,
}

const LINE_ID: usize = 0;
const NAME: usize = 1;
const RESULT: usize = 2;
const DONE_AT: usize = 3;
const STATUS_SET: usize = 4;
const NAME_SERVERS: usize = 5;
const COMMENT: usize = 6;
const ACTION: usize = 7;

/// The columns of an answer, in the order in which [`write`] writes them; then those of a sent list that are passed over.
const COLUMNS: [Column; 23] = [
    column("line_id", Need::May),
    column("name", Need::May),
    column("result", Need::Must),
    column("done_at", Need::May),
    column("status_set", Need::May),
    column("nameservers", Need::May),
    column("comment", Need::May),
    column("action", Need::May),
    column("name_unicode", Need::PassOver),
    column("tld", Need::PassOver),
    column("valid_from", Need::PassOver),
    column("valid_until", Need::PassOver),
    column("family", Need::PassOver),
    column("class", Need::PassOver),
    column("registrar_iana_id", Need::PassOver),
    column("created", Need::PassOver),
    column("requested_action", Need::PassOver),
    column("evidence_ref", Need::PassOver),
    column("confidence", Need::PassOver),
    column("tlp", Need::PassOver),
    column("pap", Need::PassOver),
    column("change", Need::PassOver),
    column("list", Need::PassOver),
];

/// Reads the answers of a registry, in the order of the file.
///
/// Words may be in any letter case; `done_at` is RFC 3339 with `Z` or a date; `status_set` and `nameservers` hold several values
/// with blanks, commas, semicolons or bars between them. Two rows for one `line_id`, or for one name without
/// `line_id`, are a fault.
///
/// # Errors
///
/// Up to [`table::MAX_PROBLEMS`] problems with line, column and what was expected; then no answer is returned.
pub fn read(input: impl Read) -> Result<Vec<AnswerLine>, TableErrors> {
    let mut seen: HashMap<String, u64> = HashMap::new();
    table::read(input, &COLUMNS, |row, problems| {
        let line_id = row.text(LINE_ID).map(str::to_owned);
        let name: Option<DomainName> = row.parse(NAME, problems);
        if line_id.is_none() && row.text(NAME).is_none() {
            let column = if row.place(LINE_ID).column.is_some() { LINE_ID } else { NAME };
            row.missing(column, "a line_id or a name", problems);
        }
        if let Some((what, key, column)) = key(line_id.as_deref(), name.as_ref()) {
            if let Some(first) = seen.get(&key) {
                let (what, first) = (format!("{what} {key:?}"), *first);
                problems.add(row.place(column), Fault::Repeated { what, first });
            } else {
                seen.insert(key, row.line);
            }
        }
        let result = row.word(RESULT, problems);
        if row.text(RESULT).is_none() {
            row.missing(RESULT, "done, already-held, refused, not-mine or error", problems);
        }
        let rest = Rest::read(row, problems);
        Some(AnswerLine {
            line: row.line,
            line_id,
            name,
            result: result?,
            done_at: rest.done_at,
            status_set: rest.status_set,
            name_servers: rest.name_servers,
            comment: rest.comment,
            action: rest.action,
        })
    })
}

/// The answers of a workbook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkbookAnswers {
    /// The answers in the order of the sheets; lines are rows of their sheet.
    pub lines: Vec<AnswerLine>,
    /// Rows without a result: not answered yet.
    pub unanswered: u64,
    /// The sheets that were read.
    pub sheets: Vec<String>,
}

/// Reads the answers of a workbook (XLSX): every sheet with a column `result`, columns in any order, unknown columns passed over.
///
/// # Errors
///
/// [`SheetError`] that names sheet, row and column; then no answer is returned.
pub fn read_workbook(octets: &[u8]) -> Result<WorkbookAnswers, SheetError> {
    let mut answers = WorkbookAnswers::default();
    let mut seen: HashMap<String, String> = HashMap::new();
    for table in sheets::read(octets, &COLUMNS, RESULT)? {
        let sheet = table.sheet;
        answers.unanswered += table.blank;
        let lines = read(table.csv.as_slice()).map_err(|errors| SheetError::Table { sheet: sheet.clone(), errors })?;
        for line in &lines {
            let Some((what, key, _)) = key(line.line_id.as_deref(), line.name.as_ref()) else { continue };
            let what = format!("{what} {key:?}");
            if let Some(first) = seen.get(&what) {
                return Err(SheetError::Repeated { sheet, row: line.line, what, first: first.clone() });
            }
            seen.insert(what, sheet.clone());
        }
        answers.lines.extend(lines);
        answers.sheets.push(sheet);
    }
    Ok(answers)
}

/// Writes answers as a CSV that [`read`] understands; for forms to fill in and for simulated registries.
///
/// # Errors
///
/// What the writer reports.
pub fn write<'a>(answers: impl IntoIterator<Item = &'a AnswerLine>, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record(COLUMNS[..=ACTION].iter().map(|column| column.name))?;
    for answer in answers {
        let name_servers: Vec<_> = answer.name_servers.iter().map(DomainName::as_str).collect();
        writer.write_record([
            answer.line_id.as_deref().unwrap_or(""),
            answer.name.as_ref().map_or("", DomainName::as_str),
            answer.result.word(),
            &answer.done_at.map(|at| at.to_string()).unwrap_or_default(),
            &answer.status_set.join(" "),
            &name_servers.join(" "),
            &answer.comment,
            answer.action.map_or("", Action::word),
        ])?;
    }
    writer.flush()
}

/// What two rows must not share: in words, as text, and its column.
fn key(line_id: Option<&str>, name: Option<&DomainName>) -> Option<(&'static str, String, usize)> {
    match (line_id, name) {
        (Some(id), _) => Some(("the line_id", id.to_owned(), LINE_ID)),
        (None, Some(name)) => Some(("the name", name.to_string(), NAME)),
        (None, None) => None,
    }
}

/// The columns that an answer may have.
struct Rest {
    done_at: Option<Instant>,
    status_set: Vec<String>,
    name_servers: Vec<DomainName>,
    comment: String,
    action: Option<Action>,
}

impl Rest {
    fn read(row: &Row<'_>, problems: &mut table::Problems) -> Self {
        Self {
            done_at: row.instant(DONE_AT, problems),
            status_set: row.values(STATUS_SET, problems),
            name_servers: row.values(NAME_SERVERS, problems),
            comment: row.text(COMMENT).unwrap_or("").to_owned(),
            action: row.word(ACTION, problems),
        }
    }
}
