// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! X-ARF for infected machines: a report a line for each address and family, to the abuse desk of the network that the address belongs to.
//!
//! A report says that a machine behind the address connected to a sinkhole and spoke as the family does, with the first time and the source port, by which a network finds the machine
//! behind a shared address. Its identifier is a function of who reports and of what is said, so that a report sent twice is known as one.
//!
//! # Source
//!
//! The schemas of X-ARF version 4.2 (xarf.org): `xarf-core`, and `infrastructure-botnet` with its required `compromise_evidence`.

use std::io::{self, BufWriter, Write};

use forestall_model::{Instant, Marking, Released};
use uuid::Uuid;

use crate::feed::Publisher;
use crate::flood::one_line;
use crate::infected::{Infected, InfectedReport};
use crate::xarf::{Contact, Evidence, VERSION, tag, tags_of_marking};

/// The namespace of the identifiers of reports (RFC 9562, section 5.5).
const REPORTS: Uuid = Uuid::from_u128(0x7b0c_94de_2d61_4f0e_9a3b_6c1f_88e4_1d25);
/// Characters of the machine's own words in the evidence, at most.
const MOST_OF_WORDS: usize = 600;

/// Writes a report a line and returns how many there are.
///
/// # Errors
///
/// What the writer reports; [`io::ErrorKind::InvalidInput`] where it is not known who reports.
pub fn write(report: &Released<InfectedReport>, publisher: &Publisher, out: &mut dyn Write) -> io::Result<u64> {
    let contact = Contact::of(publisher)?;
    let marking = report.marking();
    let mut out = BufWriter::new(out);
    let mut reports = 0;
    for machine in &report.object().machines {
        serde_json::to_writer(&mut out, &of(machine, marking, &contact))?;
        out.write_all(b"\n")?;
        reports += 1;
    }
    out.flush()?;
    Ok(reports)
}

#[derive(serde::Serialize)]
struct Report<'r> {
    xarf_version: &'static str,
    report_id: String,
    timestamp: Instant,
    reporter: &'r Contact,
    sender: &'r Contact,
    source_identifier: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_port: Option<u16>,
    category: &'static str,
    r#type: &'static str,
    evidence_source: &'static str,
    evidence: [Evidence; 1],
    tags: Vec<String>,
    description: String,
    malware_family: &'r str,
    c2_protocol: &'static str,
    compromise_evidence: String,
}

fn of<'r>(machine: &'r Infected, marking: Marking, contact: &'r Contact) -> Report<'r> {
    let address = machine.address.to_string();
    let port = machine.port.map_or_else(String::new, |port| format!(", source port {port}"));
    let words = |name: &str, text: &str| {
        let text: String = one_line(text).chars().take(MOST_OF_WORDS).collect();
        if text.is_empty() { String::new() } else { format!("{name}: {text}\n") }
    };
    let mut text = format!(
        "First request: {}{port}\nLast request: {}\nRequests: {}\nBy: {}\n",
        machine.first_seen, machine.last_seen, machine.count, machine.application
    );
    text.push_str(&words("Path", &machine.url));
    text.push_str(&words("Host", &machine.host));
    text.push_str(&words("User-Agent", &machine.agent));
    let also = if machine.also.is_empty() {
        String::new()
    } else {
        format!(" From the same address spoke: {}; the same machine or another one behind it.", machine.also.join(", "))
    };
    let description = format!(
        "A machine at or behind {address} connected to a sinkhole for names of {} and spoke as an infected machine does. Several machines may share the address: time and source port tell which.{also}",
        machine.family
    );
    let key = format!("{}\n{address}\n{}\n{text}", contact.contact, machine.family);
    let own_tags = [tag("malware", &machine.family), tag("sensor", "sinkhole")];
    Report {
        xarf_version: VERSION,
        report_id: Uuid::new_v5(&REPORTS, key.as_bytes()).to_string(),
        timestamp: machine.first_seen,
        reporter: contact,
        sender: contact,
        source_identifier: address,
        source_port: machine.port.filter(|port| *port > 0),
        category: "infrastructure",
        r#type: "botnet",
        evidence_source: "honeypot",
        evidence: [Evidence::of_text("What the machine sent to the sinkhole", &text)],
        tags: tags_of_marking(marking).into_iter().chain(own_tags).collect(),
        description: description.chars().take(1_000).collect(),
        malware_family: &machine.family,
        c2_protocol: match machine.application.as_str() {
            "http" => "http",
            "https" => "https",
            _ => "tcp",
        },
        compromise_evidence: format!(
            "{} request(s) of the day were recognised as those of {}. A sinkhole answered; it sends nothing that is executed.",
            machine.count, machine.family
        ),
    }
}
