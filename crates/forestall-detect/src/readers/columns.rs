// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which columns of a table, or keys of an object, hold what; and a record made of them.
//!
//! | what | names that are understood, in any letter case |
//! |---|---|
//! | time | `ts`, `time`, `timestamp`, `@timestamp`, `epoch`, `unixtime`, `datetime`, `date`, `dnstap.timestamp-rfc3339ns`, `dnstap.timestamp` |
//! | client | `client`, `client_ip`, `clientip`, `src`, `src_ip`, `srcip`, `source`, `source_ip`, `id.orig_h`, `ip_src`, `queryip`, `query-ip`, `network.query-ip` |
//! | name | `qname`, `query`, `name`, `domain`, `query_name`, `rrname`, `dns.qname`, `dns_qname`, `dns.question.name` |
//! | type | `qtype`, `qtype_name`, `type`, `query_type`, `rrtype`, `dns_qtype`, `dns.qtype` |
//! | answer | `rcode`, `rcode_name`, `response_code`, `status`, `dns_rcode`, `dns.rcode` |
//! | class | `qclass`, `class`, `dns_qclass`, `dns.qclass` |
//! | half | `operation`, `dnstap.operation`: `CLIENT_QUERY` and the like, as DNS-collector writes it |
//!
//! The first column with one of the names counts. Time, client and name must be there.

use super::counts::Fault;
use super::stamp::LogClock;
use super::{mnemonics, plain, stamp};
use crate::record::{Asker, Record, Sight};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Time,
    Client,
    Name,
    Type,
    Rcode,
    Class,
    Half,
}

/// The columns that were found, one text for each; empty where there is none.
pub(super) type Slots<'a> = [&'a [u8]; Column::COUNT];

impl Column {
    pub(super) const COUNT: usize = 7;

    /// Returns what the column or key of that name holds; none where it is not needed.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        const NAMES: [(Column, &[&str]); Column::COUNT] = [
            (
                Column::Time,
                &[
                    "ts",
                    "time",
                    "timestamp",
                    "@timestamp",
                    "epoch",
                    "unixtime",
                    "datetime",
                    "date",
                    "dnstap.timestamp-rfc3339ns",
                    "dnstap.timestamp",
                ],
            ),
            (
                Column::Client,
                &[
                    "client",
                    "client_ip",
                    "clientip",
                    "src",
                    "src_ip",
                    "srcip",
                    "source",
                    "source_ip",
                    "id.orig_h",
                    "ip_src",
                    "queryip",
                    "query-ip",
                    "network.query-ip",
                ],
            ),
            (
                Column::Name,
                &[
                    "qname",
                    "query",
                    "name",
                    "domain",
                    "query_name",
                    "rrname",
                    "dns_qname",
                    "dns.qname",
                    "dns.question.name",
                ],
            ),
            (Column::Type, &["qtype", "qtype_name", "type", "query_type", "rrtype", "dns_qtype", "dns.qtype"]),
            (Column::Rcode, &["rcode", "rcode_name", "response_code", "status", "dns_rcode", "dns.rcode"]),
            (Column::Class, &["qclass", "class", "dns_qclass", "dns.qclass"]),
            (Column::Half, &["operation", "dnstap.operation"]),
        ];
        let is = |known: &&str| name.eq_ignore_ascii_case(known.as_bytes());
        NAMES.iter().find(|(_, names)| names.iter().any(is)).map(|(column, _)| *column)
    }
}

/// The columns of a table by their positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    /// Position and content, by position.
    pub(super) wanted: Vec<(usize, Column)>,
    /// The octet between fields.
    pub(super) separator: u8,
    /// Whether each row is a question together with its answer: there is no column of halves.
    pub(super) are_whole: bool,
}

impl Columns {
    /// Finds the columns by the names of a header; none where time, client or name is missing.
    pub(super) fn of_header<'a>(names: impl IntoIterator<Item = &'a [u8]>, separator: u8) -> Option<Self> {
        let mut wanted: Vec<(usize, Column)> = Vec::new();
        for (position, name) in names.into_iter().enumerate() {
            if let Some(column) = Column::named(name)
                && wanted.iter().all(|(_, known)| *known != column)
            {
                wanted.push((position, column));
            }
        }
        let has = |column| wanted.iter().any(|(_, known)| *known == column);
        let are_enough = has(Column::Time) && has(Column::Client) && has(Column::Name);
        let are_whole = !has(Column::Half);
        are_enough.then_some(Self { wanted, separator, are_whole })
    }
}

/// Makes a record; none where the row tells of no question of class IN.
#[inline]
pub(super) fn record<'a>(slots: &Slots<'a>, clock: LogClock) -> Result<Option<Record<'a>>, Fault> {
    let slot = |column: Column| slots[column as usize];
    let at = stamp::any(slot(Column::Time), clock).ok_or(Fault::Time)?;
    if slot(Column::Name).is_empty() {
        return Ok(None);
    }
    if slot(Column::Client).is_empty() {
        return Err(Fault::Client);
    }
    if !is_internet(slot(Column::Class)) {
        return Ok(None);
    }
    let Some(sight) = sight(slot(Column::Half)) else { return Ok(None) };
    let rcode = if sight == Sight::Question { None } else { mnemonics::rcode(slot(Column::Rcode)) };
    Ok(Some(Record {
        at,
        asker: Asker::Text(slot(Column::Client)),
        port: 0,
        id: 0,
        name: plain::checked_name(slot(Column::Name))?,
        qtype: mnemonics::qtype(slot(Column::Type)),
        rcode,
        sight,
    }))
}

/// Says whether a class is IN; one that is not told is.
pub(super) fn is_internet(class: &[u8]) -> bool {
    matches!(class, b"1" | b"" | b"-" | b"IN" | b"C_INTERNET")
}

/// Reads the name of a dnstap message; none for those that the server sent on its own behalf, as in the reader of dnstap.
fn sight(half: &[u8]) -> Option<Sight> {
    if half.is_empty() {
        return Some(Sight::Whole);
    }
    let asked = [b"CLIENT_".as_slice(), b"AUTH_", b"STUB_"].iter().find_map(|prefix| half.strip_prefix(*prefix))?;
    match asked {
        b"QUERY" => Some(Sight::Question),
        b"RESPONSE" => Some(Sight::Answer),
        _ => None,
    }
}
