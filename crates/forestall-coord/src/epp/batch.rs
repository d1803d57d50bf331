// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A batch: commands for one slice and one account, as a text over which people approve.
//!
//! The text is JSON, one value a line: first a head, then a line for each command. It has one form only, so its SHA-256, which `sha256sum` computes as
//! well, stands for what it says.

use std::fmt::{self, Write as _};

use forestall_model::epp::Operation;
use forestall_model::{Action, CaseId, Digest, DomainName, Instant, Tld, name};
use serde::{Deserialize, Serialize};

/// The version of the text.
const VERSION: u32 = 1;
/// Most commands of one batch: what two people can be asked to look through.
pub const MOST_ENTRIES: usize = 10_000;
/// Longest name of an account.
const LONGEST_ACCOUNT: usize = 40;

/// Commands for one slice and one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The account, as the settings call it.
    pub account: String,
    /// The case.
    pub case: CaseId,
    /// The slice.
    pub tld: Tld,
    /// When it was planned.
    pub planned: Instant,
    /// The commands, in the order in which they are sent.
    pub entries: Vec<Entry>,
}

/// One command of a batch.
///
/// // STORED FORMAT, version 1: a line of the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The name.
    pub name: DomainName,
    /// What is asked for, of which this is a part.
    pub action: Action,
    /// What is done.
    pub operation: Operation,
    /// By what right.
    pub ground: Ground,
    /// Until when the name is needed, margins included; none where it is needed at all times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed_until: Option<Instant>,
}

/// By what right a command is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// Nobody holds the name, and the case asks for it.
    Free,
    /// A command of ours created the object.
    Own,
    /// The event of the case with this number, in which people decided so.
    Order(u64),
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Free => f.write_str("free"),
            Self::Own => f.write_str("own"),
            Self::Order(event) => write!(f, "order of event {event}"),
        }
    }
}

/// The first line of the text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[serde(rename = "forestall-epp-batch")]
    version: u32,
    account: String,
    case: CaseId,
    tld: Tld,
    planned: Instant,
    commands: usize,
}

/// Why a text is no batch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// Written by another version of the program.
    #[error("the batch has version {0}; this program reads version {VERSION}")]
    Version(u32),
    /// A line that is none.
    #[error("line {line} of the batch cannot be read: {reason}")]
    Line {
        /// Which, from 1.
        line: usize,
        /// Why.
        reason: String,
    },
    /// Other commands than the head says.
    #[error("the batch says that it has {said} commands, and has {found}; 1 to {MOST_ENTRIES} are possible")]
    Count {
        /// What the head says.
        said: usize,
        /// How many lines there are.
        found: usize,
    },
    /// A text that this program would write in another way, so that its digest stands for nothing.
    #[error(
        "the batch is not in the form in which this program writes it; plan it again instead of changing it by hand"
    )]
    NotCanonical,
}

impl Batch {
    /// Returns the text.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "a batch holds no map with other keys than text and no float")]
    pub fn text(&self) -> String {
        let head = Head {
            version: VERSION,
            account: self.account.clone(),
            case: self.case.clone(),
            tld: self.tld.clone(),
            planned: self.planned,
            commands: self.entries.len(),
        };
        let mut text = serde_json::to_string(&head).expect("a head has a JSON form");
        for entry in &self.entries {
            let line = serde_json::to_string(entry).expect("a command has a JSON form");
            // Writing to a String cannot fail.
            let _ = write!(text, "\n{line}");
        }
        text.push('\n');
        text
    }

    /// Returns SHA-256 of the text.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.text().as_bytes())
    }

    /// Reads the text.
    ///
    /// # Errors
    ///
    /// [`BatchError`] that names the line; also where a command has no ground that could ever carry it.
    pub fn read(text: &str) -> Result<Self, BatchError> {
        #[derive(Deserialize)]
        struct Versioned {
            #[serde(rename = "forestall-epp-batch")]
            version: u32,
        }
        let at = |line: usize| move |error: serde_json::Error| BatchError::Line { line, reason: error.to_string() };
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        let versioned: Versioned = serde_json::from_str(first).map_err(at(1))?;
        if versioned.version != VERSION {
            return Err(BatchError::Version(versioned.version));
        }
        let head: Head = serde_json::from_str(first).map_err(at(1))?;
        let mut entries = Vec::new();
        for (number, line) in (2..).zip(lines.take(MOST_ENTRIES + 1)) {
            entries.push(serde_json::from_str(line).map_err(at(number))?);
        }
        if head.commands != entries.len() || !(1..=MOST_ENTRIES).contains(&entries.len()) {
            return Err(BatchError::Count { said: head.commands, found: entries.len() });
        }
        let Head { account, case, tld, planned, .. } = head;
        let batch = Self { account, case, tld, planned, entries };
        batch.check()?;
        if batch.text() == text { Ok(batch) } else { Err(BatchError::NotCanonical) }
    }

    /// Refuses what no rule could let pass, so that nobody is asked to approve it.
    ///
    /// # Errors
    ///
    /// [`BatchError`].
    pub fn check(&self) -> Result<(), BatchError> {
        if !(1..=MOST_ENTRIES).contains(&self.entries.len()) {
            return Err(BatchError::Count { said: self.entries.len(), found: self.entries.len() });
        }
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if self.account.is_empty() || self.account.len() > LONGEST_ACCOUNT || !self.account.bytes().all(fits) {
            let reason = "an account is called by small letters, digits and hyphens".to_owned();
            return Err(BatchError::Line { line: 1, reason });
        }
        for (line, entry) in (2..).zip(&self.entries) {
            entry.check(&self.tld).map_err(|reason| BatchError::Line { line, reason })?;
        }
        Ok(())
    }

    /// Returns the command at a position.
    #[must_use]
    pub fn entry(&self, position: u32) -> Option<&Entry> {
        self.entries.get(usize::try_from(position).ok()?)
    }

    /// Returns the commands with their positions.
    pub fn positions(&self) -> impl Iterator<Item = (u32, &Entry)> {
        (0..).zip(&self.entries)
    }
}

/// Says whether a name stands directly below a suffix of a registry: not a suffix itself, and not below another name.
fn is_of_a_registry(name: &DomainName) -> bool {
    let label =
        name::icann_suffix(name.as_str()).and_then(|suffix| name.as_str().strip_suffix(suffix)?.strip_suffix('.'));
    label.is_some_and(|label| !label.is_empty() && !label.contains('.'))
}

/// Says whether the name of a server is written in lower case and printable ASCII without blanks, as this program writes names.
fn is_plain(server: &str) -> bool {
    !server.is_empty() && server.bytes().all(|octet| octet.is_ascii_graphic() && !octet.is_ascii_uppercase())
}

impl Entry {
    fn check(&self, tld: &Tld) -> Result<(), String> {
        let (name, operation) = (&self.name, &self.operation);
        if name.tld() != *tld {
            return Err(format!("{name} is not under {tld}"));
        }
        if !is_of_a_registry(name) {
            return Err(format!("{name} is no name that a registry gives out"));
        }
        let years = match operation {
            Operation::Create { years, .. } | Operation::Renew { years, .. } => Some(*years),
            Operation::Update(_) | Operation::Delete {} => None,
        };
        if years.is_some_and(|years| !(1..=10).contains(&years)) {
            return Err("names are registered and renewed for 1 to 10 years".to_owned());
        }
        if matches!(operation, Operation::Update(change) if change.is_empty()) {
            return Err("an update that changes nothing".to_owned());
        }
        let servers: Vec<&String> = match operation {
            Operation::Create { servers, .. } => servers.iter().collect(),
            Operation::Update(change) => change.add_servers.iter().chain(&change.remove_servers).collect(),
            Operation::Renew { .. } | Operation::Delete {} => Vec::new(),
        };
        // Name servers are shown to whoever approves, as they stand here: nothing in them may steer a terminal, or hide.
        if let Some(server) = servers.into_iter().find(|server| !is_plain(server)) {
            return Err(format!("{server:?} is no name server in lower case and printable ASCII"));
        }
        let has_ground = match operation {
            Operation::Create { .. } => self.ground == Ground::Free,
            Operation::Update(_) => self.ground != Ground::Free,
            // Nobody else's name is renewed or deleted from here, whatever was ordered: that is its sponsor's to do.
            Operation::Renew { .. } | Operation::Delete {} => self.ground == Ground::Own,
        };
        if has_ground { Ok(()) } else { Err(format!("{} has no ground for {}", name, operation.word())) }
    }
}
