// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What was found in a received list, for people and as JSON.

use std::collections::BTreeSet;
use std::io::{self, Write};

use anyhow::Context as _;
use forestall_dga::verify::{Findings, MAX_TOLD};
use forestall_formats::envelope::Envelope;
use forestall_formats::received::{Received, ReceivedLine};
use serde::Serialize;

use crate::cli::TextJson;
use crate::output;
use crate::table::{counted, thousands};

/// Faults and missing names that the text tells one by one; the JSON tells up to [`MAX_TOLD`].
const TOLD: usize = 20;

/// What is known of the signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", content = "reason", rename_all = "kebab-case")]
pub(crate) enum Signed {
    /// The key made it over this file.
    Right,
    /// It did not, or there is none.
    Wrong(String),
    /// There is one, and nobody gave a key.
    NoKey,
    /// There is none, and nobody asked for one.
    Nothing,
}

/// What was found.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Whether all that was checked is right.
    pub(crate) right: bool,
    file: String,
    signature: Signed,
    /// What is wrong with the envelope itself.
    envelope_fault: Option<String>,
    /// The numbered list, by the envelope.
    list: Option<String>,
    /// What stands in the file, where it is a list.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    own: Option<ListReport>,
    /// The files of an envelope.
    files: Vec<FileReport>,
}

/// What was found about one file of an envelope.
#[derive(Debug, Serialize)]
pub(crate) struct FileReport {
    pub(crate) name: String,
    /// Why it is not the file that the envelope names.
    pub(crate) fault: Option<String>,
    /// What stands in it, where it is a list.
    pub(crate) list: Option<ListReport>,
}

/// What was found about one list.
#[derive(Debug, Default, Serialize)]
pub(crate) struct ListReport {
    /// Why it cannot be read.
    broken: Option<String>,
    lines: u64,
    lines_right: u64,
    fault_count: u64,
    faults: Vec<LineReport>,
    missing_count: u64,
    missing: Vec<String>,
    /// Missing names that the envelope says were left out.
    left_out: u64,
    /// Where the list and the envelope say different things.
    against_envelope: Vec<String>,
    campaigns: Vec<String>,
    not_judged: Vec<String>,
}

/// A line with a fault.
#[derive(Debug, Serialize)]
struct LineReport {
    /// The line of the file or the row of the sheet, from 1; null for a list of names alone.
    line: Option<u64>,
    sheet: Option<String>,
    name: String,
    fault: String,
}

impl Report {
    /// Makes the report of a list.
    pub(crate) fn of_list(file: String, signature: Signed, list: ListReport) -> Self {
        let right = list.is_right() && !matches!(signature, Signed::Wrong(_));
        Self { right, file, signature, envelope_fault: None, list: None, own: Some(list), files: Vec::new() }
    }

    /// Makes the report of a document that is no envelope.
    pub(crate) fn of_broken_envelope(file: String, signature: Signed, fault: String) -> Self {
        let envelope_fault = Some(fault);
        Self { right: false, file, signature, envelope_fault, list: None, own: None, files: Vec::new() }
    }

    /// Makes the report of an envelope with its files.
    pub(crate) fn of_envelope(file: String, signature: Signed, envelope: &Envelope, files: Vec<FileReport>) -> Self {
        let lists = files.iter().filter_map(|file| file.list.as_ref());
        let envelope_fault = (lists.clone().next().is_none() && files.iter().all(|file| file.fault.is_none()))
            .then(|| "it names no file that is a list".to_owned());
        let whole = lists.clone().all(ListReport::is_right) && files.iter().all(|file| file.fault.is_none());
        let right = whole && envelope_fault.is_none() && !matches!(signature, Signed::Wrong(_));
        Self { right, file, signature, envelope_fault, list: Some(envelope.list.to_string()), own: None, files }
    }

    /// Prints the report.
    ///
    /// # Errors
    ///
    /// What standard output reports.
    pub(crate) fn print(&self, format: TextJson) -> anyhow::Result<()> {
        match format {
            TextJson::Json => output::json(self),
            TextJson::Text => output::to_stdout(|out| self.text(out).context("standard output could not be written")),
        }
    }

    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.list {
            Some(list) => writeln!(out, "{}: the envelope of list {list}", self.file)?,
            None => writeln!(out, "{}", self.file)?,
        }
        match &self.signature {
            Signed::Right => writeln!(out, "signature: right, by the given key")?,
            Signed::Wrong(reason) => writeln!(out, "signature: WRONG: {reason}")?,
            Signed::NoKey => writeln!(out, "signature: there, but NOT CHECKED: give the public key with --key")?,
            Signed::Nothing => writeln!(out, "signature: none beside the file, and none asked for")?,
        }
        if let Some(fault) = &self.envelope_fault {
            writeln!(out, "envelope: WRONG: {fault}")?;
        }
        if let Some(list) = &self.own {
            list.text("", out)?;
        }
        for file in &self.files {
            match &file.fault {
                Some(fault) => writeln!(out, "file: WRONG: {fault}")?,
                None => writeln!(out, "file {}: octets and SHA-256 are right", file.name)?,
            }
            if let Some(list) = &file.list {
                list.text("  ", out)?;
            }
        }
        writeln!(out, "{}", if self.right { "All that was checked is right." } else { "NOT right: see above." })
    }
}

impl ListReport {
    /// Makes the report of what was found.
    pub(crate) fn of(received: &Received, findings: Findings) -> Self {
        let told = |fault: &forestall_dga::verify::LineFault| {
            let line: Option<&ReceivedLine> = received.lines.get(fault.line);
            LineReport {
                line: line.map(|line| line.line).filter(|line| *line > 0),
                sheet: line.and_then(|line| line.sheet.clone()),
                name: line.map(|line| line.name.to_string()).unwrap_or_default(),
                fault: fault.fault.to_string(),
            }
        };
        Self {
            lines: findings.lines,
            lines_right: findings.right,
            fault_count: findings.fault_count,
            faults: findings.faults.iter().map(told).collect(),
            missing_count: findings.missing_count,
            missing: findings.missing.iter().map(ToString::to_string).collect(),
            campaigns: findings.campaigns.iter().map(ToString::to_string).collect(),
            not_judged: findings.not_judged,
            ..Self::default()
        }
    }

    /// Makes the report of a file that cannot be read.
    pub(crate) fn of_broken(reason: String) -> Self {
        Self { broken: Some(reason), ..Self::default() }
    }

    /// Compares what the list holds with what the envelope says of it.
    pub(crate) fn hold_against(&mut self, received: &Received, envelope: &Envelope) {
        if self.missing_count == envelope.counts.left_out {
            self.left_out = self.missing_count;
        }
        for list in received.lists.iter().filter(|list| **list != envelope.list) {
            self.against_envelope
                .push(format!("lines say that they are of list {list}; the envelope is of {}", envelope.list));
        }
        if let Some(foreign) = received.lines.iter().find(|line| line.name.tld() != envelope.list.tld) {
            let fault = format!("{} is not under {}, the domain of the envelope", foreign.name, envelope.list.tld);
            self.against_envelope.push(fault);
        }
        let changes = received.lines.iter().any(|line| line.change.is_some());
        let standing =
            received.lines.iter().filter(|line| line.change.is_none_or(forestall_formats::numbered::Change::stands));
        let names: BTreeSet<&str> = standing.map(|line| line.name.as_str()).collect();
        let names = u64::try_from(names.len()).unwrap_or(u64::MAX);
        // A difference holds fewer; that it holds the right ones its SHA-256 says.
        let whole = !self.not_judged.iter().any(|what| what.starts_with("whether names are missing"));
        if (whole || !changes) && names != envelope.counts.names {
            let fault = format!(
                "the list holds {}; the envelope says {}",
                counted(names, "name"),
                thousands(envelope.counts.names)
            );
            self.against_envelope.push(fault);
        }
    }

    fn is_right(&self) -> bool {
        self.broken.is_none()
            && self.fault_count == 0
            && self.missing_count == self.left_out
            && self.against_envelope.is_empty()
    }

    fn text(&self, lead: &str, out: &mut dyn Write) -> io::Result<()> {
        if let Some(reason) = &self.broken {
            return writeln!(out, "{lead}WRONG: the list cannot be read: {reason}");
        }
        let by = if self.campaigns.is_empty() { String::new() } else { format!(", by {}", self.campaigns.join(", ")) };
        let are = if self.lines == 1 { "is as the algorithm makes it" } else { "are as the algorithm makes them" };
        writeln!(out, "{lead}{} of {} {are}{by}", thousands(self.lines_right), counted(self.lines, "line"))?;
        for fault in self.faults.iter().take(TOLD) {
            let place = match (&fault.sheet, fault.line) {
                (Some(sheet), Some(row)) => format!("sheet {sheet:?}, row {row}"),
                (None, Some(line)) => format!("line {line}"),
                _ => fault.name.clone(),
            };
            writeln!(out, "{lead}  {place}: {}", fault.fault)?;
        }
        more(out, lead, self.fault_count, "fault")?;
        match (self.missing_count, self.left_out) {
            (0, _) => {}
            (missing, left_out) if missing == left_out => {
                writeln!(out, "{lead}left out of the same lists, as the envelope says: {}", counted(missing, "name"))?;
            }
            (missing, _) => {
                writeln!(out, "{lead}WRONG: missing of the same lists: {}", counted(missing, "name"))?;
                for name in self.missing.iter().take(TOLD) {
                    writeln!(out, "{lead}  {name}")?;
                }
                more(out, lead, missing, "missing name")?;
            }
        }
        for fault in &self.against_envelope {
            writeln!(out, "{lead}WRONG: {fault}")?;
        }
        for what in &self.not_judged {
            writeln!(out, "{lead}not judged: {what}")?;
        }
        Ok(())
    }
}

/// Says how many there are beyond those that were told.
fn more(out: &mut dyn Write, lead: &str, count: u64, noun: &str) -> io::Result<()> {
    let told = u64::try_from(TOLD).unwrap_or(u64::MAX);
    match count.checked_sub(told).filter(|more| *more > 0) {
        Some(more) => {
            writeln!(out, "{lead}  and {} more; --format json tells the first {MAX_TOLD}", counted(more, noun))
        }
        None => Ok(()),
    }
}
