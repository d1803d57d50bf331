// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The draft of an Expedited Registry Security Request, by which the registry of a generic top-level domain asks ICANN to be exempt from a
//! provision of its agreement while it responds to an incident.
//!
//! # Source
//!
//! ICANN, "Expedited Registry Security Request Process" (2009; page archived in May 2022): incidents, exemption from a specific provision,
//! answer within three business days. The web form itself was not seen; the draft says so at its head.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use forestall_model::Released;

use crate::feed::Settings;
use crate::form::About;
use crate::request::draft::{self, Kind};
use crate::request::{Asked, Request, by_tld};

/// The form.
pub const ABOUT: About = About {
    consumer: "registries with an agreement with ICANN: a draft of an Expedited Registry Security Request, for a person to complete",
    tested_with: "golden text",
    media_type: "text/markdown; charset=utf-8",
    extension: "md",
    shows_confidence: true,
    tells_the_action: true,
};

const KIND: Kind = Kind {
    title: "Expedited Registry Security Request (ERSR)",
    clock: "Sending one starts ICANN's clock: an answer within 3 business days.",
    requester: "Registry operator: [name, top-level domains]",
    agreement: "registry agreement",
    triggers: &[
        "malicious activity that involves the DNS, of a scale and severity that threatens a top-level domain or the DNS",
        "registry data disclosed, altered, inserted or destroyed without authority, or such access",
        "an occurrence that can make a critical function of the registry fail",
    ],
    column: "top-level domain",
};

/// Writes the draft and returns how many names it is about: those below top-level domains whose registries have an agreement with ICANN.
///
/// # Errors
///
/// What the writer reports.
pub fn write(request: &Released<Request>, settings: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let marking = request.marking();
    let request = request.object();
    let (contracted, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
        by_tld(request).into_iter().partition(|(tld, _)| request.contracted.contains(tld));
    let groups: BTreeMap<String, Vec<&[Asked]>> =
        contracted.into_iter().map(|(tld, names)| (format!(".{tld}"), names)).collect();
    let count: usize = others.values().map(Vec::len).sum();
    let tlds: Vec<String> = others.keys().map(|tld| format!(".{tld}")).collect();
    let aside = (count > 0).then(|| {
        format!(
            "Not in this request, since their registries have no agreement with ICANN: {count} names below {}",
            tlds.join(", ")
        )
    });
    let mut out = BufWriter::new(out);
    let names = draft::write(&KIND, (request, marking, &settings.publisher), &groups, aside.as_slice(), &mut out)?;
    out.flush()?;
    Ok(names)
}
