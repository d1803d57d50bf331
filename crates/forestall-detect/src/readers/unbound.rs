// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Unbound's log of queries (`log-queries`) and replies (`log-replies`).
//!
//! ```text
//! [1714385472] unbound[7:0] info: 192.0.2.1 www.example.com. A IN
//! [1714385472] unbound[7:0] reply: 192.0.2.1 www.example.com. A IN NOERROR 0.012000 0 49
//! Apr 29 10:11:12 ns1 unbound: [7:0] query: 192.0.2.1 www.example.com. A IN
//! ```
//!
//! Understood are the tags `info`, and `query` and `reply` of `log-tag-queryreply`; times since 1970, those of `log-time-ascii` and `log-time-iso`, and those of
//! syslog and rsyslog around it. A time without zone is local time and read by [`LogClock`]. All other lines are passed. Where both logs are on, each
//! question stands there twice, and [`pairing`](crate::pairing) makes one of the two. The log has neither ports nor identifiers.
//!
//! Format: manual page `unbound.conf(5)`, and the lines that Unbound 1.17 writes.

use std::net::IpAddr;

use memchr::memmem;

use super::counts::Fault;
use super::lines::Words;
use super::stamp::{LogClock, Yearless};
use super::{mnemonics, plain, stamp};
use crate::record::{Asker, Record, Sight};

/// Reads a line.
pub(super) fn parse(line: &[u8], clock: LogClock) -> Result<Option<Record<'_>>, Fault> {
    let Some(said) = said(line) else { return Ok(None) };
    let mut words = Words::of(said);
    let (Some(client), Some(name), Some(qtype), Some(class)) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Ok(None);
    };
    // Of all that Unbound says, only these lines begin with an address.
    if class != b"IN" || !std::str::from_utf8(client).is_ok_and(|client| client.parse::<IpAddr>().is_ok()) {
        return Ok(None);
    }
    let at = match stamp::prefix(line.trim_ascii_start(), clock) {
        Some(Yearless::At(at)) => at,
        Some(Yearless::Unknown) => return Err(Fault::Year),
        None => return Err(Fault::Time),
    };
    let answer = words.next();
    Ok(Some(Record {
        at,
        asker: Asker::Text(client),
        port: 0,
        id: 0,
        name: plain::checked_name(name)?,
        qtype: mnemonics::qtype(qtype),
        rcode: answer.and_then(mnemonics::rcode),
        sight: if answer.is_some() { Sight::Answer } else { Sight::Question },
    }))
}

/// Returns what follows the tag after the number of process and thread.
fn said(line: &[u8]) -> Option<&[u8]> {
    let program = memmem::find(line, b"unbound")?;
    let rest = &line[program..];
    let tag = &rest[memmem::find(rest, b"] ")? + 2..];
    [b"info: ".as_slice(), b"query: ", b"reply: "].iter().find_map(|known| tag.strip_prefix(*known))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::readers::{Fault, LogClock};
    use crate::record::Sight;

    fn check(line: &str, expected: Result<Option<(&str, Sight)>, Fault>) {
        let clock = LogClock { east: 7_200, read: Some("2024-05-01T00:00:00Z".parse().unwrap()) };
        let found = parse(line.as_bytes(), clock);
        let text = found.map(|record| {
            record.map(|r| (format!("{} {} {} {:?} {:?}", r.at, r.asker, r.name, r.qtype, r.rcode), r.sight))
        });
        let text = text.as_ref().map(|found| found.as_ref().map(|(text, sight)| (text.as_str(), *sight)));
        assert_eq!(text, expected.as_ref().map(|text| *text), "{line}");
    }

    #[test]
    fn every_form_of_the_line() {
        let asked = Ok(Some(("2024-04-29T08:11:12Z 192.0.2.1 www.example.com Some(1) None", Sight::Question)));
        let answered = Ok(Some(("2024-04-29T08:11:12Z 192.0.2.1 www.example.com Some(1) Some(3)", Sight::Answer)));
        check("[1714378272] unbound[7:0] info: 192.0.2.1 www.example.com. A IN", asked);
        check("[1714378272] unbound[7:0] query: 192.0.2.1 www.example.com. A IN", asked);
        check("[1714378272] unbound[7:0] info: 192.0.2.1 www.example.com. A IN NXDOMAIN 0.012000 0 49", answered);
        check("[1714378272] unbound[7:0] reply: 192.0.2.1 www.example.com. A IN NXDOMAIN 0.012000 0 49", answered);
        check("Apr 29 10:11:12 unbound[7:0] info: 192.0.2.1 www.example.com. A IN", asked);
        check("Apr 29 10:11:12 ns1 unbound: [7:0] info: 192.0.2.1 www.example.com. A IN", asked);
        check(
            "Apr 29 10:11:12 ns1 unbound[7]: [7:0] reply: 192.0.2.1 www.example.com. A IN NXDOMAIN 0.1 0 49",
            answered,
        );
        check("2024-04-29T10:11:12.000+02:00 ns1 unbound: [7:0] info: 192.0.2.1 www.example.com. A IN", asked);
    }

    #[test]
    fn other_lines_and_broken_ones() {
        check("[1714378272] unbound[7:0] notice: init module 0: validator", Ok(None));
        check("[1714378272] unbound[7:0] info: resolving example.com. A IN", Ok(None));
        check("[1714378272] unbound[7:0] info: generate keytag query _ta-4f66. NULL IN", Ok(None));
        check("[1714378272] unbound[7:0] info: 192.0.2.1 version.bind. TXT CH", Ok(None));
        check("unbound[7:0] info: 192.0.2.1 www.example.com. A IN", Err(Fault::Time));
        check("", Ok(None));
    }
}
