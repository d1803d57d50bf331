// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Infected machines in the columns of Shadowserver's report `event4_sinkhole_http`, a row for each address and family: what network operators and CERTs already read of
//! machines that connected to a sinkhole.
//!
//! `severity` is `critical`, as Shadowserver marks these events. The tag names families that spoke from the same address as well, as `also-FAMILY`: they are an overlap, and rows are not to be added up.
//! What was not seen is empty. Text that the machine sent has no line feeds and none of the signs by which spreadsheets know a formula.
//!
//! # Source
//!
//! The Shadowserver Foundation, report_schema and the page on sinkhole HTTP events: the columns, `machine_name` since 14 June 2024; that all fields are in quotation marks, times are UTC as
//! `2026-03-24 00:00:00`, and `event6_` has the same columns for IPv6.

use std::io::{self, BufWriter, Write};

use forestall_model::Released;

use crate::csv::harmless;
use crate::flood::one_line;
use crate::infected::InfectedReport;
use crate::shadowserver::{columns, row, stamp};

/// The columns, in order.
pub const COLUMNS: [&str; 38] =
    columns(&["http_url", "http_host", "http_agent", "forwarded_by", "ssl_cipher", "http_referer", "machine_name"]);

/// Writes a report and returns the number of rows.
///
/// The same machines give the same bytes: an event has its number from the place of its row.
///
/// # Errors
///
/// What the writer reports.
pub fn write(report: &Released<InfectedReport>, out: &mut dyn Write) -> io::Result<u64> {
    let mut out = BufWriter::new(out);
    row(&mut out, COLUMNS.iter().copied())?;
    let tlp = report.marking().tlp.word().to_ascii_lowercase();
    let mut rows = 0_u64;
    let text = |text: &str| harmless(&one_line(text)).into_owned();
    let some = |number: Option<u16>| number.map_or_else(String::new, |number| number.to_string());
    for machine in &report.object().machines {
        rows += 1;
        let asn = if machine.asn == 0 { String::new() } else { machine.asn.to_string() };
        let mut tag = format!("sinkhole;{tlp};requests-{}", machine.count);
        for family in &machine.also {
            tag.push_str(&format!(";also-{family}"));
        }
        let (time, number, address) = (stamp(machine.first_seen), rows.to_string(), machine.address.to_string());
        let (port, destination_port) = (some(machine.port), some(machine.destination_port));
        let (url, host, agent) = (text(&machine.url), text(&machine.host), text(&machine.agent));
        let field = |column: &&'static str| match *column {
            "timestamp" => time.as_str(),
            "protocol" => "tcp",
            "src_ip" => address.as_str(),
            "src_port" => port.as_str(),
            "src_asn" => asn.as_str(),
            "src_geo" => machine.country.as_str(),
            "severity" => "critical",
            "dst_ip" => machine.destination.as_str(),
            "dst_port" => destination_port.as_str(),
            "infection" | "family" => machine.family.as_str(),
            "tag" => tag.as_str(),
            "application" => machine.application.as_str(),
            "event_id" => number.as_str(),
            "http_url" => url.as_str(),
            "http_host" => host.as_str(),
            "http_agent" => agent.as_str(),
            _ => "",
        };
        row(&mut out, COLUMNS.iter().map(field))?;
    }
    out.flush()?;
    Ok(rows)
}
