// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Exclusion lists: names with a legitimate holder, which an operation never acts on and hands to other operations.
//!
//! A text file: a first line that names form and version, a header block of `key: value` lines that ends in a blank line, then a CSV. The
//! signature lies beside it in minisign's form ([`signature`](crate::signature)). What an operation excludes is a proposal to every other one
//! that does not trust its key.
//!
//! ```text
//! forestall-exclusions: 1
//! operation: conficker-2009
//! issued: 2009-03-03T09:00:00Z
//! serial: 4
//!
//! name,class,reason,decided_at
//! praat.org,registered-benign,"speech research, University of Amsterdam",2009-03-02T15:00:00Z
//! ```

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, BufReader, Read, Write};

use forestall_model::{DomainName, Instant, NameClass};

use crate::table::{self, Column, Fault, Need, Place, TableErrors, column};

/// The version of the form. // WIRE FORMAT, version 1
pub const VERSION: u32 = 1;
/// Most lines of the header block.
const MAX_HEADER_LINES: u64 = 32;
/// Most octets of a line of the header block.
const MAX_HEADER_LINE: usize = 1_024;
/// Most octets of the name of an operation, so that its line stays within its limit.
const MAX_OPERATION: usize = 256;
/// The key of the first line.
const MARK: &str = "forestall-exclusions";

/// An exclusion list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExclusionList {
    /// Which operation gives it: a word that its parties know.
    pub operation: String,
    /// When it was given.
    pub issued: Instant,
    /// The number of the list, rising.
    pub serial: u64,
    /// The names, in the order of the file, each once.
    pub names: Vec<Exclusion>,
}

/// One excluded name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// The name.
    pub name: DomainName,
    /// What it was found to be.
    pub class: NameClass,
    /// Why a person excluded it.
    pub reason: String,
    /// When they did.
    pub decided_at: Instant,
}

const NAME: usize = 0;
const CLASS: usize = 1;
const REASON: usize = 2;
const DECIDED_AT: usize = 3;

const COLUMNS: [Column; 4] = [
    column("name", Need::Must),
    column("class", Need::Must),
    column("reason", Need::Must),
    column("decided_at", Need::Must),
];

/// Writes a list in the order of its names. The same list gives the same bytes, so that it can be signed.
///
/// # Errors
///
/// What the writer reports; `InvalidInput` where the operation is empty, longer than 256 octets, or holds a control character.
pub fn write(list: &ExclusionList, out: &mut dyn Write) -> io::Result<()> {
    if !is_operation(list.operation.trim()) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the operation is no word of one line"));
    }
    writeln!(out, "{MARK}: {VERSION}")?;
    writeln!(out, "operation: {}", list.operation.trim())?;
    writeln!(out, "issued: {}", list.issued)?;
    writeln!(out, "serial: {}", list.serial)?;
    writeln!(out)?;
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record(COLUMNS.map(|column| column.name))?;
    for excluded in &list.names {
        writer.write_record([
            excluded.name.as_str(),
            excluded.class.word(),
            excluded.reason.trim(),
            &excluded.decided_at.to_string(),
        ])?;
    }
    writer.flush()
}

/// Reads a list.
///
/// # Errors
///
/// Up to [`table::MAX_PROBLEMS`] problems with line, column and what was expected; then no name is returned. A name
/// that comes twice is a problem, as is a header without one of its keys.
pub fn read(input: impl Read) -> Result<ExclusionList, TableErrors> {
    let mut input = BufReader::new(input);
    let header = Header::read(&mut input).map_err(|(line, fault)| TableErrors::one(Place::line(line), fault))?;
    let mut seen: HashMap<DomainName, u64> = HashMap::new();
    // The lines of the header stand blank before the table, so that every line keeps its number.
    let blank = "\n".repeat(usize::try_from(header.lines).unwrap_or(0));
    let names = table::read(io::Cursor::new(blank).chain(input), &COLUMNS, |row, problems| {
        let name: Option<DomainName> = row.parse(NAME, problems);
        if let Some(name) = &name {
            if let Some(first) = seen.get(name) {
                let what = format!("the name {name}");
                problems.add(row.place(NAME), Fault::Repeated { what, first: *first });
            } else {
                seen.insert(name.clone(), row.line);
            }
        }
        let class = row.word(CLASS, problems);
        let decided_at = row.instant(DECIDED_AT, problems);
        for (column, expected) in [
            (NAME, "a name"),
            (CLASS, "a class, such as registered-benign"),
            (REASON, "why the name was excluded"),
            (DECIDED_AT, "when that was decided, RFC 3339 with Z or a date"),
        ] {
            if row.text(column).is_none() {
                row.missing(column, expected, problems);
            }
        }
        let reason = row.text(REASON)?.to_owned();
        Some(Exclusion { name: name?, class: class?, reason, decided_at: decided_at? })
    })?;
    Ok(ExclusionList { operation: header.operation, issued: header.issued, serial: header.serial, names })
}

/// The header block.
struct Header {
    operation: String,
    issued: Instant,
    serial: u64,
    /// Its lines, the blank one included.
    lines: u64,
}

impl Header {
    /// Reads the block up to its blank line.
    fn read(input: &mut impl BufRead) -> Result<Self, (u64, Fault)> {
        let mut keys: BTreeMap<&'static str, (u64, String)> = BTreeMap::new();
        let mut number = 0;
        loop {
            number += 1;
            let line = header_line(input).map_err(|fault| (number, fault))?;
            let line = match line {
                Some(line) if number == 1 => line.trim_start_matches('\u{feff}').to_owned(),
                Some(line) => line,
                None => {
                    let text = "the file ends in its header; expected a blank line and a table".to_owned();
                    return Err((number, Fault::Value(text)));
                }
            };
            if line.is_empty() {
                break;
            }
            let value = |text: String| Fault::Value(text);
            let short = || line.chars().take(60).collect::<String>();
            let pair = line.split_once(':').map(|(key, text)| (key.trim(), text.trim()));
            let known = |key: &str| [MARK, "operation", "issued", "serial"].into_iter().find(|known| *known == key);
            let Some((key, text)) = pair.and_then(|(key, text)| Some((known(key)?, text))) else {
                let expected = if number == 1 {
                    "forestall-exclusions: 1"
                } else {
                    "operation:, issued:, serial: or a blank line"
                };
                return Err((number, value(format!("{:?} is not understood; expected {expected}", short()))));
            };
            if (key == MARK) != (number == 1) {
                return Err((
                    number,
                    value(format!("{:?} is not understood; expected {MARK}: {VERSION} as the first line", short())),
                ));
            }
            if let Some((first, _)) = keys.get(key) {
                return Err((number, Fault::Repeated { what: format!("the key {key}"), first: *first }));
            }
            if number > MAX_HEADER_LINES {
                return Err((number, value(format!("the header has more than {MAX_HEADER_LINES} lines"))));
            }
            keys.insert(key, (number, text.to_owned()));
        }
        let mut take = |key: &'static str| {
            let missing = Fault::Value(format!("the header lacks {key}:"));
            keys.remove(key).ok_or((number, missing))
        };
        let wrong = |line, text: &str, expected: &str| {
            let text: String = text.chars().take(60).collect();
            (line, Fault::Value(format!("{text:?} is not understood; expected {expected}")))
        };
        let (line, version) = take(MARK)?;
        if version != VERSION.to_string() {
            return Err(wrong(line, &version, "1, the version that this program reads"));
        }
        let (line, operation) = take("operation")?;
        if !is_operation(&operation) {
            let expected = "the name of an operation, at most 256 octets and no control characters";
            return Err(wrong(line, &operation, expected));
        }
        let (line, text) = take("issued")?;
        let issued = text.parse().map_err(|_| wrong(line, &text, "an instant, RFC 3339 with Z"))?;
        let (line, text) = take("serial")?;
        let serial = text.parse().map_err(|_| wrong(line, &text, "a whole number"))?;
        Ok(Self { operation, issued, serial, lines: number })
    }
}

fn is_operation(text: &str) -> bool {
    (1..=MAX_OPERATION).contains(&text.len()) && !text.chars().any(char::is_control)
}

fn header_line(input: &mut impl BufRead) -> Result<Option<String>, Fault> {
    let mut line = Vec::new();
    let limit = u64::try_from(MAX_HEADER_LINE + 1).unwrap_or(u64::MAX);
    input.by_ref().take(limit).read_until(b'\n', &mut line).map_err(|error| Fault::Unreadable(error.to_string()))?;
    if line.is_empty() {
        return Ok(None);
    }
    if let Some(fault) = Fault::of_foreign_file(&line) {
        return Err(fault);
    }
    if line.len() > MAX_HEADER_LINE {
        return Err(Fault::FieldTooLong { limit: MAX_HEADER_LINE });
    }
    let line = String::from_utf8(line).map_err(|_| Fault::NotUtf8)?;
    Ok(Some(line.trim().to_owned()))
}
