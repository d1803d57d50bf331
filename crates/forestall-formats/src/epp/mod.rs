// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! EPP: the commands by which a registry does what it is asked, a frame a line, for whoever holds the account. Nothing is sent.
//!
//! A line that begins with `#` is for people; every other line is one frame, a whole XML instance without a line feed in it. Names to be
//! registered get two frames: the first creates the object, the second sets its statuses. Each frame has a transaction identifier that is a
//! function of the case and of what the frame says, so that whoever sends a file twice sees what was sent before.
//!
//! # Source
//!
//! RFC 5730 (frames and `clTRID`), RFC 5731, sections 2.3 (statuses), 3.2.1 (create) and 3.2.5 (update); RFC 5910, section 5.2.5 (`secDNS:rem`
//! with `secDNS:all`); RFC 9154, section 5.1 (a name is created with empty authorisation information, so that nobody can transfer it).
//!
//! # The other parts
//!
//! This file is the form. [`plan`](mod@plan) says which operations a request comes to, and [`frame`] writes them: the client takes both from here as well,
//! so that it cannot do anything else than the file says. [`answer`] reads what servers say, [`code`] tells it in plain words.

pub mod answer;
pub mod code;
pub mod frame;
pub mod plan;
mod xml;

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

pub use forestall_model::epp::{ContactKind, Handle, HandleError, Side};
use forestall_model::{Digest, DomainName, Released};

use crate::feed::Settings;
use crate::flood::one_line;
use crate::form::About;
use crate::request::{self, Asked, NO_JUDGEMENT, Request};
use frame::Hosts;
use plan::{Plan, plan};

/// The form.
pub const ABOUT: About = About {
    consumer: "registries and registrars that send EPP commands: frames for review, which nobody sends by themselves",
    tested_with: "xmllint, with the schemas of RFC 5730, 5731 and 5910",
    media_type: "text/plain; charset=utf-8",
    extension: "epp",
    shows_confidence: true,
    tells_the_action: true,
};

/// What the frames are written with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Whose statuses are set.
    pub side: Side,
    /// The name servers of the sinkhole, as host objects that the registry knows, in the order in which they are named.
    pub name_servers: Vec<DomainName>,
    /// Who registers; some registries want none.
    pub registrant: Option<Handle>,
    /// Contacts with their kinds; some registries want none.
    pub contacts: Vec<(ContactKind, Handle)>,
    /// For how many years names are created, 1 to 10.
    pub years: u8,
}

impl Default for Account {
    fn default() -> Self {
        Self { side: Side::Server, name_servers: Vec::new(), registrant: None, contacts: Vec::new(), years: 1 }
    }
}

/// Writes the frames and returns how many there are.
///
/// # Errors
///
/// What the writer reports; [`io::ErrorKind::InvalidInput`] where a name is to point to the sinkhole and no name server is given.
pub fn write(request: &Released<Request>, settings: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let marking = request.marking();
    let (request, account) = (request.object(), &settings.account);
    let mut without: BTreeMap<String, u64> = BTreeMap::new();
    let mut frames = 0_usize;
    for lines in request.names() {
        match plan(lines, account)? {
            Plan::Operations(_, operations) => frames += operations.len(),
            Plan::None(why) => *without.entry(why).or_default() += 1,
        }
    }
    let mut out = BufWriter::new(out);
    writeln!(out, "# EPP commands, a frame a line; lines with # are for people. NOTHING HAS BEEN SENT.")?;
    writeln!(
        out,
        "# Look at each name with check or info directly before its frame. A frame marked 2 of 2 follows only where the first was done."
    )?;
    writeln!(out, "# case {}: {}; {} {}", request.case, one_line(&request.title), marking.tlp, marking.pap)?;
    writeln!(
        out,
        "# for the days from {} until {}; statuses are set by the {}",
        request.span.from, request.span.until, account.side
    )?;
    for campaign in &request.campaigns {
        let mark = if campaign.verified { "" } else { ", UNVERIFIED" };
        writeln!(out, "# campaign {} of {}{mark}", campaign.id, campaign.family)?;
    }
    writeln!(out, "# {NO_JUDGEMENT}")?;
    writeln!(out, "# frames: {frames}")?;
    for (why, names) in &without {
        writeln!(out, "# names without a frame: {names}, {why}")?;
    }
    for lines in request.names() {
        let Plan::Operations(action, operations) = plan(lines, account)? else { continue };
        let name = &lines[0].line.name;
        let when = request::in_words(request::needed(lines));
        let ids: Vec<&str> = lines.iter().map(|asked| asked.line.line_id.as_str()).collect();
        let mark = if lines.iter().any(Asked::is_unverified) { ", UNVERIFIED" } else { "" };
        let count = operations.len();
        for (number, operation) in operations.iter().enumerate() {
            let body = frame::body(name.as_str(), operation, None, Hosts::Objects);
            writeln!(out, "# {name}: {action}, {} of {count}; needed {when}; {}{mark}", number + 1, ids.join(" "))?;
            let id = Digest::of_parts(&[request.case.as_str().as_bytes(), b"\n", body.as_bytes()]).to_string();
            writeln!(out, "{}", frame::command(&body, &format!("FS-{}", &id[..40])))?;
        }
    }
    out.flush()?;
    Ok(u64::try_from(frames).unwrap_or(u64::MAX))
}
