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

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::str::FromStr;

use forestall_model::{Action, Digest, DomainName, Released, vocabulary};

use crate::feed::{Settings, unsayable};
use crate::flood::one_line;
use crate::form::About;
use crate::page::html_escaped;
use crate::request::{self, Asked, NO_JUDGEMENT, Request};

/// The form.
pub const ABOUT: About = About {
    consumer: "registries and registrars that send EPP commands: frames for review, which nobody sends by themselves",
    tested_with: "xmllint, with the schemas of RFC 5730, 5731 and 5910",
    media_type: "text/plain; charset=utf-8",
    extension: "epp",
    shows_confidence: true,
    tells_the_action: true,
};

vocabulary! {
    /// On which side of the protocol the account that sends the commands stands: who sets a status may take it away.
    pub enum Side as "a side of EPP" {
        /// The registry: `serverHold` and the like.
        Server = "server",
        /// The sponsoring registrar: `clientHold` and the like.
        Client = "client",
    }
}

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

vocabulary! {
    /// What a contact of a name is for.
    pub enum ContactKind as "a kind of contact" {
        /// Administration.
        Admin = "admin",
        /// Payment.
        Billing = "billing",
        /// Technique.
        Tech = "tech",
    }
}

/// The identifier of a contact at a registry: 3 to 16 printable characters of ASCII without blank and markup.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Handle(String);

impl Handle {
    /// Returns the written form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that is no identifier of a contact.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not the identifier of a contact; expected 3 to 16 letters, digits or signs without blanks, as sh8013"
)]
pub struct HandleError(String);

impl FromStr for Handle {
    type Err = HandleError;

    fn from_str(text: &str) -> Result<Self, HandleError> {
        let fits = (3..=16).contains(&text.len())
            && text.bytes().all(|octet| octet.is_ascii_graphic() && !b"<>&\"'".contains(&octet));
        if fits { Ok(Self(text.to_owned())) } else { Err(HandleError(text.chars().take(40).collect())) }
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
            Plan::Frames(_, bodies) => frames += bodies.len(),
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
        let Plan::Frames(action, bodies) = plan(lines, account)? else { continue };
        let name = &lines[0].line.name;
        let when = request::in_words(request::needed(lines));
        let ids: Vec<&str> = lines.iter().map(|asked| asked.line.line_id.as_str()).collect();
        let mark = if lines.iter().any(Asked::is_unverified) { ", UNVERIFIED" } else { "" };
        let count = bodies.len();
        for (number, body) in bodies.iter().enumerate() {
            writeln!(out, "# {name}: {action}, {} of {count}; needed {when}; {}{mark}", number + 1, ids.join(" "))?;
            let id = Digest::of_parts(&[request.case.as_str().as_bytes(), b"\n", body.as_bytes()]).to_string();
            writeln!(
                out,
                "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?><epp xmlns=\"urn:ietf:params:xml:ns:epp-1.0\">\
                 <command>{body}<clTRID>FS-{}</clTRID></command></epp>",
                &id[..40]
            )?;
        }
    }
    out.flush()?;
    Ok(u64::try_from(frames).unwrap_or(u64::MAX))
}

/// What is to be sent about a name.
enum Plan {
    /// Commands without their transaction identifiers, in order.
    Frames(Action, Vec<String>),
    /// Why there is none.
    None(String),
}

fn plan(lines: &[Asked], account: &Account) -> io::Result<Plan> {
    let first = &lines[0];
    let name = first.line.name.as_str();
    let action = match request::actions(lines).into_iter().collect::<Vec<_>>()[..] {
        [] => return Ok(Plan::None("of which nothing is asked".to_owned())),
        [action] => action,
        _ => return Ok(Plan::None("of which different things are asked for different windows".to_owned())),
    };
    let (side, years) = (account.side, account.years);
    let prohibited =
        |what: &[&str]| -> Vec<String> { what.iter().map(|what| format!("{side}{what}Prohibited")).collect() };
    let hold = vec![format!("{side}Hold")];
    Ok(match action {
        Action::RegisterSinkhole => {
            let servers = sinkhole(account, name)?;
            let statuses = statuses(name, &prohibited(&["Transfer", "Delete"]));
            Plan::Frames(action, vec![create(name, &servers, account, years), statuses])
        }
        Action::RegisterHold => Plan::Frames(action, vec![create(name, "", account, years), statuses(name, &hold)]),
        Action::RedirectNs => {
            sinkhole(account, name)?;
            let Some(seen) = &first.name_servers else {
                let why = "to be pointed elsewhere, whose name servers of today nobody has looked up; vet them first";
                return Ok(Plan::None(why.to_owned()));
            };
            let seen: Vec<&str> = seen.iter().map(forestall_model::OwnerName::as_str).collect();
            Plan::Frames(action, vec![redirect(name, &seen, account)])
        }
        Action::Suspend => Plan::Frames(action, vec![statuses(name, &hold)]),
        Action::Lock => Plan::Frames(action, vec![statuses(name, &prohibited(&["Update", "Transfer", "Delete"]))]),
        Action::Release => Plan::None("to be released: which statuses go depends on what was done".to_owned()),
        Action::Reserve | Action::NotifyRegistrar | Action::ReferNew | Action::Monitor | Action::Exclude => {
            Plan::None(format!("asked for as {action}, for which EPP has no command"))
        }
    })
}

/// Returns the name servers of the sinkhole as a part of a command.
fn sinkhole(account: &Account, name: &str) -> io::Result<String> {
    if account.name_servers.is_empty() {
        return Err(unsayable(format!(
            "{name} is to point to the sinkhole, and no name server of it is given (--name-server)"
        )));
    }
    Ok(hosts(account.name_servers.iter().map(DomainName::as_str)))
}

/// Names that were seen in the DNS may hold any sign: they are escaped, and the registry refuses what is no host.
fn hosts<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let hosts: String = names.map(|name| format!("<domain:hostObj>{}</domain:hostObj>", html_escaped(name))).collect();
    if hosts.is_empty() { hosts } else { format!("<domain:ns>{hosts}</domain:ns>") }
}

const NAMESPACE: &str = "xmlns:domain=\"urn:ietf:params:xml:ns:domain-1.0\"";

fn create(name: &str, servers: &str, account: &Account, years: u8) -> String {
    let registrant =
        account.registrant.as_ref().map(|handle| format!("<domain:registrant>{}</domain:registrant>", handle.as_str()));
    let contact = |(kind, handle): &(ContactKind, Handle)| {
        format!("<domain:contact type=\"{kind}\">{}</domain:contact>", handle.as_str())
    };
    let contacts: String = account.contacts.iter().map(contact).collect();
    format!(
        "<create><domain:create {NAMESPACE}><domain:name>{name}</domain:name><domain:period unit=\"y\">{years}</domain:period>{servers}{}{contacts}\
         <domain:authInfo><domain:pw/></domain:authInfo></domain:create></create>",
        registrant.unwrap_or_default()
    )
}

fn statuses(name: &str, statuses: &[String]) -> String {
    let added: String = statuses.iter().map(|status| format!("<domain:status s=\"{status}\"/>")).collect();
    format!(
        "<update><domain:update {NAMESPACE}><domain:name>{name}</domain:name><domain:add>{added}</domain:add></domain:update></update>"
    )
}

/// Returns the command that takes away the name servers that were seen and every DS, and adds those of the sinkhole.
fn redirect(name: &str, seen: &[&str], account: &Account) -> String {
    let wanted = || account.name_servers.iter().map(DomainName::as_str);
    let added = hosts(wanted().filter(|new| !seen.contains(new)));
    let removed = hosts(seen.iter().copied().filter(|old| wanted().all(|new| new != *old)));
    let part = |tag: &str, hosts: String| {
        if hosts.is_empty() { hosts } else { format!("<domain:{tag}>{hosts}</domain:{tag}>") }
    };
    let (added, removed) = (part("add", added), part("rem", removed));
    format!(
        "<update><domain:update {NAMESPACE}><domain:name>{name}</domain:name>{added}{removed}</domain:update></update>\
         <extension><secDNS:update xmlns:secDNS=\"urn:ietf:params:xml:ns:secDNS-1.1\"><secDNS:rem><secDNS:all>true</secDNS:all></secDNS:rem>\
         </secDNS:update></extension>"
    )
}

#[cfg(test)]
mod tests {
    use super::Handle;

    #[test]
    fn identifiers_of_contacts_are_no_markup() {
        for text in ["sh8013", "A-1", "1234567890123456"] {
            assert_eq!(text.parse::<Handle>().unwrap().as_str(), text);
        }
        for text in ["", "ab", "12345678901234567", "a b c", "a<b>", "\"abc\"", "zürich"] {
            assert!(text.parse::<Handle>().is_err(), "{text}");
        }
    }
}
