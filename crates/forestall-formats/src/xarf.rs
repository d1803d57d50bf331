// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! X-ARF: reports to the abuse desks of registrars and registries about registered names on which they are asked to act, one report a line.
//!
//! A report says that the algorithm of a family makes the name, and when its machines ask for it. The name stands as the source, never as a
//! command server: nobody saw it command a machine. Its identifier is a function of the case and of what the report says.
//!
//! # Source
//!
//! The schemas of X-ARF version 4.2 (xarf.org): `xarf-core`, and `infrastructure-botnet` with its required `compromise_evidence`.

use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use forestall_model::line::NameLine;
use forestall_model::{Action, Digest, Instant, Marking, NameClass, Released};
use uuid::Uuid;

use crate::feed::{Publisher, Settings, unsayable};
use crate::flood::one_line;
use crate::form::About;
use crate::request::{self, Asked, Request};

/// The form.
pub const ABOUT: About = About {
    consumer: "abuse desks that take X-ARF version 4: one JSON report a line, for names that somebody decided to act on",
    tested_with: "the Python package xarf with the schemas in it",
    media_type: "application/jsonl",
    extension: "jsonl",
    shows_confidence: true,
    tells_the_action: true,
};

/// The namespace of the identifiers of reports (RFC 9562, section 5.5).
const REPORTS: Uuid = Uuid::from_u128(0x3d1f_70c2_9c5e_4b64_8f0a_51c6_0be2_47d9);
/// The version of the schemas that the reports were checked against.
pub(crate) const VERSION: &str = "4.2.0";
/// Characters of an organisation's name, at most.
const MAX_ORGANISATION: usize = 200;
/// Tags of a report, at most.
const MAX_TAGS: usize = 20;

/// Writes a report for each name that somebody else holds and about which a registrar or registry is asked to do something to its holder, and
/// returns how many there are.
///
/// # Errors
///
/// What the writer reports; [`io::ErrorKind::InvalidInput`] where it is not known who reports.
pub fn write(request: &Released<Request>, settings: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let contact = Contact::of(&settings.publisher)?;
    let marking = request.marking();
    let request = request.object();
    let mut out = BufWriter::new(out);
    let mut reports = 0;
    for lines in request.names() {
        let reported = lines.iter().find_map(|asked| Some((&asked.line, reported(asked)?)));
        let Some(reported) = reported else { continue };
        serde_json::to_writer(&mut out, &report(request, marking, lines, reported, &contact))?;
        out.write_all(b"\n")?;
        reports += 1;
    }
    out.flush()?;
    Ok(reports)
}

/// Returns what is asked for a window of a name that somebody holds, where a person decided that its holder is touched or its registrar told.
fn reported(asked: &Asked) -> Option<Action> {
    let is_held = matches!(asked.line.class, NameClass::RegisteredSuspect | NameClass::RegisteredMalicious);
    let touches = |action: &Action| matches!(action, Action::NotifyRegistrar | Action::Suspend | Action::RedirectNs);
    asked.line.requested_action.filter(|action| is_held && touches(action))
}

#[derive(serde::Serialize)]
pub(crate) struct Contact {
    org: String,
    pub(crate) contact: String,
    domain: String,
}

impl Contact {
    pub(crate) fn of(publisher: &Publisher) -> io::Result<Self> {
        if publisher.name.trim().is_empty() || publisher.mail.is_empty() {
            return Err(unsayable(
                "a report says who reports: give a name and a mail address (--publisher, --publisher-mail)",
            ));
        }
        let mail = publisher.address()?;
        let domain = mail.as_str().rsplit('@').next().unwrap_or_default().to_owned();
        let org = one_line(&publisher.name).chars().take(MAX_ORGANISATION).collect();
        Ok(Self { org, contact: mail.as_str().to_owned(), domain })
    }
}

#[derive(serde::Serialize)]
struct Report<'r> {
    xarf_version: &'static str,
    report_id: String,
    timestamp: Instant,
    reporter: &'r Contact,
    sender: &'r Contact,
    source_identifier: &'r str,
    category: &'static str,
    r#type: &'static str,
    evidence_source: &'static str,
    evidence: [Evidence; 1],
    tags: Vec<String>,
    description: String,
    malware_family: &'r str,
    compromise_evidence: &'static str,
}

#[derive(serde::Serialize)]
pub(crate) struct Evidence {
    content_type: &'static str,
    description: &'static str,
    payload: String,
    hash: String,
    size: usize,
}

impl Evidence {
    /// Makes the evidence that a text is.
    pub(crate) fn of_text(description: &'static str, text: &str) -> Self {
        Self {
            content_type: "text/plain",
            description,
            payload: STANDARD.encode(text),
            hash: format!("sha256:{}", Digest::of(text.as_bytes())),
            size: text.len(),
        }
    }
}

/// Makes the report of a name: of all its windows, and of the first for which it is reported with what is asked for that.
fn report<'r>(
    request: &'r Request,
    marking: Marking,
    lines: &'r [Asked],
    (reported, action): (&'r NameLine, Action),
    contact: &'r Contact,
) -> Report<'r> {
    let mut text = String::new();
    for asked in lines {
        let line = &asked.line;
        let when = request::in_words(request::needed([asked]));
        let mark = if asked.is_unverified() { "UNVERIFIED" } else { line.confidence };
        text.push_str(&format!("{} {} {mark}: asked for {when}; {}\n", line.name, line.family, line.line_id));
    }
    let when = request::in_words(request::needed(lines));
    let unverified = if lines.iter().any(Asked::is_unverified) {
        " UNVERIFIED: the family's names were not checked against the botnet's own."
    } else {
        ""
    };
    let description = format!(
        "{} is a predicted name of {}: infected machines compute it and ask for it {when}, margins included. Requested: {action} ({}). \
         Reference: {}.{unverified}",
        reported.name,
        reported.family,
        action.meaning(),
        reported.evidence_ref
    );
    let key = format!("{}\n{}\n{}\n{action}\n{text}", request.case, contact.contact, reported.name);
    Report {
        xarf_version: VERSION,
        report_id: Uuid::new_v5(&REPORTS, key.as_bytes()).to_string(),
        // When the name was registered; where nobody knows that, when the case was changed last.
        timestamp: reported.created.unwrap_or(request.changed),
        reporter: contact,
        sender: contact,
        source_identifier: reported.name.as_str(),
        category: "infrastructure",
        r#type: "botnet",
        evidence_source: "threat_intelligence",
        evidence: [Evidence::of_text(
            "The windows in which machines ask for the name, by the algorithm of the family",
            &text,
        )],
        tags: tags(marking, lines),
        description,
        malware_family: reported.family.as_str(),
        compromise_evidence: "The name is on the list that machines infected with this family compute. It is a predicted name; whether it serves \
                              the botnet was not observed.",
    }
}

/// Writes a word in the form of a tag.
pub(crate) fn tag(space: &str, word: &str) -> String {
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-') { c.to_ascii_lowercase() } else { '-' }
    };
    format!("{space}:{}", word.chars().map(safe).collect::<String>())
}

/// Returns the tags of a marking: its labels without the name of their protocol.
pub(crate) fn tags_of_marking(marking: Marking) -> [String; 2] {
    let label = |word: &'static str| word.split_once(':').map_or(word, |(_, label)| label);
    [tag("tlp", label(marking.tlp.word())), tag("pap", label(marking.pap.word()))]
}

fn tags(marking: Marking, lines: &[Asked]) -> Vec<String> {
    let mut tags = Vec::from(tags_of_marking(marking));
    tags.push(tag("domain", "predicted-dga-name"));
    let words: BTreeSet<&str> = lines.iter().map(|asked| asked.line.confidence).collect();
    tags.extend(words.into_iter().map(|word| tag("confidence", word)));
    let families: BTreeSet<&str> = lines.iter().map(|asked| asked.line.family.as_str()).collect();
    tags.extend(families.into_iter().map(|family| tag("malware", family)));
    tags.truncate(MAX_TAGS);
    tags
}
