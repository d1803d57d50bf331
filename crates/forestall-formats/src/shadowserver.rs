// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Reports in the columns of Shadowserver, which network operators and CERTs already read: written of machines that asked for predicted names, and
//! read as observations of names.
//!
//! What is written is a report `event4_sinkhole_dns`, a row for each machine and family: the one report of Shadowserver's whose rows say that a machine
//! asked over DNS for a name of a family, with a count. It says nothing that was not seen: there is no single question in a finding, so `query` is
//! empty, and nothing reached a sinkhole, so all columns `dst_` are. `severity` is `info`, as Shadowserver marks such events: behind the address of a
//! resolver or a NAT stands somebody else.
//!
//! What is read is any report with a column `query`, `http_host` or `ssl_servername`: names with their first and last time and how often they were
//! asked for. Columns stand in any order, and those that nobody here knows are passed over. **No address is read**: a file may hold thousands of
//! machines, and of none anything is kept.
//!
//! # Source
//!
//! The Shadowserver Foundation, report_schema of March 2026 and its pages on sinkhole events: the columns; that all fields are in quotation marks,
//! times are UTC as `2026-03-24 00:00:00`, and `event6_` has the same columns for IPv6.

use std::collections::HashMap;
use std::io::{self, BufWriter, Write};
use std::net::IpAddr;

use forestall_model::marking::Marked;
use forestall_model::{Instant, Marking, Released, Telling};

use crate::registry_date::rfc3339_or_utc;
use crate::told::{About, Gather, ToldError, ToldFile, ToldForm};

/// The columns of a report about questions to a sinkhole over DNS, in the order in which they are written.
pub const COLUMNS: [&str; 34] = columns(&["query_type", "query", "count"]);

/// The columns with which every report about a sinkhole begins.
const COMMON: [&str; 31] = [
    "timestamp",
    "protocol",
    "src_ip",
    "src_port",
    "src_asn",
    "src_geo",
    "src_region",
    "src_city",
    "src_hostname",
    "src_naics",
    "src_sector",
    "device_vendor",
    "device_type",
    "device_model",
    "severity",
    "dst_ip",
    "dst_port",
    "dst_asn",
    "dst_geo",
    "dst_region",
    "dst_city",
    "dst_hostname",
    "dst_naics",
    "dst_sector",
    "public_source",
    "infection",
    "family",
    "tag",
    "application",
    "version",
    "event_id",
];

/// Returns the columns of a report about a sinkhole: those that all have, and its own behind them.
pub(crate) const fn columns<const ALL: usize>(own: &[&'static str]) -> [&'static str; ALL] {
    assert!(COMMON.len() + own.len() == ALL, "every column is given, and no other");
    let mut all = [""; ALL];
    let mut place = 0;
    while place < ALL {
        all[place] = if place < COMMON.len() { COMMON[place] } else { own[place - COMMON.len()] };
        place += 1;
    }
    all
}

/// Columns that hold a name, the best first.
const NAMES: [&str; 3] = ["query", "http_host", "ssl_servername"];
/// Columns that hold a family, the best first.
const FAMILIES: [&str; 3] = ["family", "infection", "type"];
/// Most columns of a report.
const MAX_COLUMNS: usize = 256;
/// Most octets of a field that is read.
const MAX_FIELD: usize = 4_096;

/// A machine that asked for names of a family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Its address.
    pub address: IpAddr,
    /// The family.
    pub family: String,
    /// The first question.
    pub first_seen: Instant,
    /// Questions.
    pub count: u64,
    /// Whether the family's list was never checked against the botnet's own.
    pub unverified: bool,
}

/// Machines with their marking.
#[derive(Clone, Debug)]
pub struct Report<I> {
    /// Who may see it.
    pub marking: Marking,
    /// One a machine and family.
    pub machines: I,
}

impl<I> Marked for Report<I> {
    fn marking(&self) -> Marking {
        self.marking
    }
}

/// Writes a report and returns the number of rows.
///
/// The same machines give the same bytes: an event has its number from the place of its row.
///
/// # Errors
///
/// What the writer reports.
pub fn write<I>(report: Released<Report<I>>, out: &mut dyn Write) -> io::Result<u64>
where
    I: IntoIterator<Item = Machine>,
{
    let marking = report.marking();
    let mut out = BufWriter::new(out);
    row(&mut out, COLUMNS.iter().copied())?;
    let tlp = marking.tlp.word().to_ascii_lowercase();
    let mut rows = 0_u64;
    for machine in report.into_object().machines {
        rows += 1;
        let (time, count, number) = (stamp(machine.first_seen), machine.count.to_string(), rows.to_string());
        let address = machine.address.to_string();
        let tag = format!("dga;predicted;{tlp}{}", if machine.unverified { ";unverified" } else { "" });
        let field = |column: &&'static str| match *column {
            "timestamp" => time.as_str(),
            "src_ip" => address.as_str(),
            "severity" => "info",
            "infection" | "family" => machine.family.as_str(),
            "tag" => tag.as_str(),
            "application" => "dns",
            "event_id" => number.as_str(),
            "count" => count.as_str(),
            _ => "",
        };
        row(&mut out, COLUMNS.iter().map(field))?;
    }
    out.flush()?;
    Ok(rows)
}

/// Writes a row, every field in quotation marks.
pub(crate) fn row<'t>(out: &mut dyn Write, fields: impl Iterator<Item = &'t str>) -> io::Result<()> {
    for (place, field) in fields.enumerate() {
        let comma = if place == 0 { "" } else { "," };
        write!(out, "{comma}\"{}\"", field.replace('"', "\"\""))?;
    }
    writeln!(out)
}

/// Returns an instant as a report writes it.
pub(crate) fn stamp(instant: Instant) -> String {
    Instant::from_seconds(instant.seconds()).to_string().replace('T', " ").replace('Z', "")
}

/// Says whether a line is the header of a report that can be read.
#[must_use]
pub fn is_header(line: &[u8]) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let columns: Vec<String> = line.split(',').map(bare).collect();
    let has = |names: &[&str]| names.iter().any(|name| columns.iter().any(|column| column == name));
    has(&["timestamp"]) && has(&NAMES)
}

fn bare(column: &str) -> String {
    column.trim().trim_start_matches('\u{feff}').trim_matches('"').to_ascii_lowercase()
}

/// Reads a report: which names were asked for, when and how often.
///
/// # Errors
///
/// [`ToldError::Table`] with the line where the table is broken or has no column for names.
pub fn read(octets: &[u8]) -> Result<ToldFile, ToldError> {
    let mut reader = ::csv::ReaderBuilder::new().from_reader(octets);
    let header = reader.headers().map_err(|error| ToldError::Table(fault(&error)))?.clone();
    if header.len() > MAX_COLUMNS {
        return Err(ToldError::Table(format!("line 1: the table has more than {MAX_COLUMNS} columns")));
    }
    let places: HashMap<String, usize> = header.iter().enumerate().map(|(place, name)| (bare(name), place)).collect();
    let places_of =
        |names: &[&str]| -> Vec<usize> { names.iter().filter_map(|name| places.get(*name).copied()).collect() };
    let (names, families) = (places_of(&NAMES), places_of(&FAMILIES));
    let (Some(time), false) = (places.get("timestamp").copied(), names.is_empty()) else {
        let what = format!("line 1: this is no report; expected a column timestamp and one of {}", NAMES.join(", "));
        return Err(ToldError::Table(what));
    };
    let count = places.get("count").copied();
    let mut gather = Gather::new(ToldForm::Shadowserver);
    gather.by = Some("a report in the columns of Shadowserver".to_owned());
    let mut record = ::csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(ToldError::Table(fault(&error))),
        }
        let line = record.position().map_or(0, ::csv::Position::line);
        let field =
            |place: usize| record.get(place).map(str::trim).filter(|text| !text.is_empty() && text.len() <= MAX_FIELD);
        let Some((column, name)) = names.iter().find_map(|place| Some((*place, host(field(*place)?)))) else {
            gather.pass_over("rows without a name", 1);
            continue;
        };
        if name.parse::<IpAddr>().is_ok() {
            gather.pass_over("rows that name an address only", 1);
            continue;
        }
        let seen = field(time).and_then(rfc3339_or_utc);
        let family = families.iter().find_map(|place| field(*place)).and_then(|label| gather.family(label));
        let times = count.and_then(field).and_then(|text| text.parse().ok()).unwrap_or(1);
        let about = About { family, first: seen, last: seen, count: times, ..About::of(Telling::Observed) };
        let place =
            || format!("line {line}, column {} ({})", column + 1, header.get(column).map(bare).unwrap_or_default());
        gather.text(place, name, about)?;
    }
    Ok(gather.finish())
}

/// Returns a host without port or brackets.
fn host(text: &str) -> &str {
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') && port.bytes().all(|octet| octet.is_ascii_digit()) => host,
        _ => text,
    }
}

/// Says where a table is broken, without repeating what stands there.
fn fault(error: &::csv::Error) -> String {
    match error.kind() {
        ::csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map_or(0, ::csv::Position::line);
            format!("line {line}: the row has {len} fields; expected {expected_len} as in the header")
        }
        ::csv::ErrorKind::Utf8 { pos, .. } => {
            format!("line {}: the text is not UTF-8", pos.as_ref().map_or(0, ::csv::Position::line))
        }
        _ => "the table cannot be read".to_owned(),
    }
}
