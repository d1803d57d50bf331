// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! BIND's query log.
//!
//! ```text
//! 29-Apr-2024 10:11:12.123 queries: info: client @0x7f0a 192.0.2.1#53124 (www.example.com): query: www.example.com IN A +E(0)K (192.0.2.53)
//! Apr 29 10:11:12 ns1 named[1]: client 192.0.2.1#53124/key home (example.com): view internal: query: example.com IN AAAA + (192.0.2.53)
//! ```
//!
//! All versions since 9.4 are understood: with or without category, severity, name in parentheses, address of the client's object, view and key; with the
//! times that `print-time` gives (`yes` or `local`, `iso8601`, `iso8601-utc`), or with those of syslog and rsyslog around it. A time without zone is local
//! time and read by [`LogClock`]. Lines of other categories are passed. The log tells of questions only: no answers, and no identifiers.
//!
//! Format: BIND 9 Administrator Reference Manual, "The category Phrase", `queries`.

use memchr::{memchr, memmem};

use super::counts::Fault;
use super::lines::Words;
use super::stamp::{LogClock, Yearless};
use super::{mnemonics, plain, stamp};
use crate::record::{Asker, Record, Sight};

/// Reads a line.
pub(super) fn parse(line: &[u8], clock: LogClock) -> Result<Option<Record<'_>>, Fault> {
    // A blank in a name is written \032, so nobody can ask for a name that holds this.
    let Some(at) = memmem::find(line, b": query: ") else { return Ok(None) };
    let (before, question) = (&line[..at], &line[at + 9..]);
    let client = memmem::find(before, b"client ").ok_or(Fault::Client)?;
    let (head, client) = (&before[..client], &before[client + 7..]);
    let mut words = Words::of(client);
    let mut client = words.next().ok_or(Fault::Client)?;
    if client.starts_with(b"@0x") {
        client = words.next().ok_or(Fault::Client)?;
    }
    let hash = memchr(b'#', client).ok_or(Fault::Client)?;
    let (client, port) = (&client[..hash], &client[hash + 1..]);
    let digits = port.iter().position(|octet| !octet.is_ascii_digit()).unwrap_or(port.len());
    let port = mnemonics::number(&port[..digits]).ok_or(Fault::Client)?;
    if client.is_empty() {
        return Err(Fault::Client);
    }
    let mut words = Words::of(question);
    let (Some(name), Some(class), Some(qtype)) = (words.next(), words.next(), words.next()) else {
        return Err(Fault::Fields);
    };
    if class != b"IN" {
        return Ok(None);
    }
    let at = match stamp::prefix(head.trim_ascii_start(), clock) {
        Some(Yearless::At(at)) => at,
        Some(Yearless::Unknown) => return Err(Fault::Year),
        None => return Err(Fault::Time),
    };
    Ok(Some(Record {
        at,
        asker: Asker::Text(client),
        port,
        id: 0,
        name: plain::checked_name(name)?,
        qtype: mnemonics::qtype(qtype),
        rcode: None,
        sight: Sight::Question,
    }))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::readers::{Fault, LogClock};

    fn check(line: &str, expected: Result<Option<&str>, Fault>) {
        let clock = LogClock { east: 7_200, read: Some("2024-05-01T00:00:00Z".parse().unwrap()) };
        let text = parse(line.as_bytes(), clock).map(|record| {
            record.map(|r| format!("{} {} {} {} {}", r.at, r.asker, r.port, r.name, r.qtype.unwrap_or(0)))
        });
        assert_eq!(text.as_ref().map(Option::as_deref), expected.as_ref().map(|text| *text), "{line}");
    }

    #[test]
    fn every_form_of_the_line() {
        let seen = Ok(Some("2024-04-29T08:11:12.123Z 192.0.2.1 53124 www.example.com 28"));
        let whole = Ok(Some("2024-04-29T08:11:12Z 192.0.2.1 53124 www.example.com 28"));
        check(
            "29-Apr-2024 10:11:12.123 queries: info: client @0x7f0a21 192.0.2.1#53124 (www.example.com): query: www.example.com IN AAAA +E(0)K (192.0.2.53)",
            seen,
        );
        check("29-Apr-2024 10:11:12.123 client 192.0.2.1#53124: query: www.example.com IN AAAA +", seen);
        check(
            "29-Apr-2024 10:11:12.123 client 192.0.2.1#53124 (www.example.com): view home: query: www.example.com IN AAAA + (192.0.2.53)",
            seen,
        );
        check(
            "29-Apr-2024 10:11:12.123 client @0x1 192.0.2.1#53124/key home (www.example.com): query: www.example.com IN AAAA + (192.0.2.53)",
            seen,
        );
        check(
            "2024-04-29T10:11:12.123 queries: client 192.0.2.1#53124 (www.example.com): query: WWW.example.com IN AAAA -",
            seen,
        );
        check(
            "2024-04-29T08:11:12.123Z info: client 192.0.2.1#53124 (www.example.com): query: www.example.com IN AAAA -",
            seen,
        );
        check(
            "Apr 29 10:11:12 ns1 named[7]: client 192.0.2.1#53124 (www.example.com): query: www.example.com IN AAAA -",
            whole,
        );
        check(
            "2024-04-29T10:11:12.123+02:00 ns1 named[7]: queries: client 192.0.2.1#53124 (www.example.com): query: www.example.com IN TYPE28 -",
            seen,
        );
    }

    #[test]
    fn other_lines_and_broken_ones() {
        check("29-Apr-2024 10:11:12.123 general: info: zone example.com/IN: loaded serial 1", Ok(None));
        check("29-Apr-2024 10:11:12.123 client 192.0.2.1#53124 (version.bind): query: version.bind CH TXT +", Ok(None));
        check("client 192.0.2.1#53124 (a.example): query: a.example IN A +", Err(Fault::Time));
        check("29-Apr-2024 10:11:12.123 client 192.0.2.1 (a.example): query: a.example IN A +", Err(Fault::Client));
        check(
            "29-Apr-2024 10:11:12.123 client 192.0.2.1#99999 (a.example): query: a.example IN A +",
            Err(Fault::Client),
        );
        check("29-Apr-2024 10:11:12.123 client 192.0.2.1#1 (a.example): query: a.example IN", Err(Fault::Fields));
        let record = parse(
            b"Apr 29 10:11:12 ns1 named[7]: client 192.0.2.1#1 (a.example): query: a.example IN A -",
            LogClock::default(),
        );
        assert_eq!(record, Err(Fault::Year));
    }
}
