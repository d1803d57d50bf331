// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The draft of a request for a security response waiver, by which a registrar asks ICANN to be exempt from a provision of its agreement while
//! it responds to an incident.
//!
//! # Source
//!
//! ICANN, "Security Response Waiver" for registrars (2021): the three occasions, and a response within 15 calendar days. The form itself was not
//! seen; the draft says so at its head.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use forestall_model::{Action, Released};

use crate::feed::Settings;
use crate::form::About;
use crate::request::draft::{self, Kind};
use crate::request::{Asked, Request};

/// The form.
pub const ABOUT: About = About {
    consumer: "registrars accredited by ICANN: a draft of a request for a security response waiver, for a person to complete",
    tested_with: "golden text",
    media_type: "text/markdown; charset=utf-8",
    extension: "md",
    shows_confidence: true,
    tells_the_action: true,
};

const KIND: Kind = Kind {
    title: "request for a security response waiver (registrar)",
    clock: "Sending one starts ICANN's clock: a response within 15 calendar days.",
    requester: "Registrar: [name, number in IANA's registry]",
    agreement: "registrar accreditation agreement",
    triggers: &[
        "malicious activity that involves the DNS, of a scale and severity that threatens a generic top-level domain or the DNS",
        "an occurrence that can threaten the registration of names at the registrar, for a time or for long",
        "an order of a court from law enforcement that has jurisdiction over the registrar",
    ],
    column: "registrar",
};

/// Writes the draft and returns how many names it is about: those that a registrar is to act on, and those that are to be registered.
///
/// # Errors
///
/// What the writer reports.
pub fn write(request: &Released<Request>, settings: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let marking = request.marking();
    let request = request.object();
    let mut groups: BTreeMap<String, Vec<&[Asked]>> = BTreeMap::new();
    let (mut others, mut elsewhere) = (0_u64, 0_u64);
    for lines in request.names() {
        let first = &lines[0];
        if !request.contracted.contains(&first.line.name.tld()) {
            elsewhere += 1;
            continue;
        }
        let registers = lines
            .iter()
            .any(|asked| matches!(asked.line.requested_action, Some(Action::RegisterSinkhole | Action::RegisterHold)));
        let group = match &first.registrar {
            Some(key) => request.registrar(key),
            None if registers => "to be registered".to_owned(),
            None if first.line.class.is_held() => "not known".to_owned(),
            None => {
                others += 1;
                continue;
            }
        };
        groups.entry(group).or_default().push(lines);
    }
    let mut aside = Vec::new();
    if others > 0 {
        aside.push(format!("Not in this request, since no registrar has to do with them: {others} names"));
    }
    if elsewhere > 0 {
        aside.push(format!(
            "Not in this request, since they are below top-level domains whose registries have no agreement with ICANN: {elsewhere} names"
        ));
    }
    let mut out = BufWriter::new(out);
    let names = draft::write(&KIND, (request, marking, &settings.publisher), &groups, &aside, &mut out)?;
    out.flush()?;
    Ok(names)
}
