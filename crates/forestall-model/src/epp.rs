// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! EPP as values: what one command does to one name. Who decides whether it may go out, and who writes it, share these words.
//!
//! Written in full, RFC 5730 (what a client and a server are), RFC 5731 (statuses, create, update, renew, delete) and RFC 5910 (DS).

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{UtcDay, vocabulary};

vocabulary! {
    /// On which side of the protocol the account that sends the commands stands: who sets a status may take it away.
    pub enum Side as "a side of EPP" {
        /// The registry: `serverHold` and the like.
        Server = "server",
        /// The sponsoring registrar: `clientHold` and the like.
        Client = "client",
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

vocabulary! {
    /// What a status of a name keeps from happening.
    pub enum Guarded as "what a status guards" {
        /// Delegation: the name is not in the zone.
        Hold = "Hold",
        /// Changes.
        Update = "UpdateProhibited",
        /// Change of the sponsor.
        Transfer = "TransferProhibited",
        /// Deletion.
        Delete = "DeleteProhibited",
    }
}

/// A status that a command sets or takes away: `serverHold`, `clientTransferProhibited`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Status {
    /// Whose it is.
    pub side: Side,
    /// What it guards.
    pub guards: Guarded,
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.side, self.guards)
    }
}

/// A text that is no status that a command can set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a status that a command sets; expected one such as serverHold or clientTransferProhibited")]
pub struct StatusError(String);

impl FromStr for Status {
    type Err = StatusError;

    fn from_str(text: &str) -> Result<Self, StatusError> {
        let read = || {
            let side = Side::ALL.iter().copied().find(|side| text.starts_with(side.word()))?;
            let guards = text.strip_prefix(side.word())?.parse().ok()?;
            Some(Self { side, guards })
        };
        read().ok_or_else(|| StatusError(text.chars().take(40).collect()))
    }
}

crate::serialise_as_text!(Status);

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

impl std::fmt::Display for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
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

crate::serialise_as_text!(Handle);

/// What one command does to one name.
///
/// // STORED FORMAT, version 1: part of the text of a batch, over which people approve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Operation {
    /// The name is registered.
    Create {
        /// The name servers, as host objects, in the order in which they are named; none for a name that is not delegated.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        servers: Vec<String>,
        /// Who registers; some registries want none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        registrant: Option<Handle>,
        /// Contacts with their kinds; some registries want none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        contacts: Vec<(ContactKind, Handle)>,
        /// For how many years, 1 to 10.
        years: u8,
    },
    /// The name is changed.
    Update(Change),
    /// The registration is made longer.
    Renew {
        /// The day on which it ends now: a registry renews nothing where another is true, so that no renewal happens twice.
        expires: UtcDay,
        /// By how many years, 1 to 10.
        years: u8,
    },
    /// The registration ends.
    Delete {},
}

/// What an update changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Name servers that come.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_servers: Vec<String>,
    /// Name servers that go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_servers: Vec<String>,
    /// Statuses that come.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_statuses: Vec<Status>,
    /// Statuses that go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_statuses: Vec<Status>,
    /// Whether every DS goes: name servers of others have no keys of the old ones.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub remove_ds: bool,
}

impl Change {
    /// Says whether it changes nothing, which no command can say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Says whether it takes protection away from a name that is held for the response.
    #[must_use]
    pub fn weakens(&self) -> bool {
        !self.remove_statuses.is_empty()
    }
}

impl Operation {
    /// Returns the word for the command.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Update(_) => "update",
            Self::Renew { .. } => "renew",
            Self::Delete {} => "delete",
        }
    }

    /// Returns what it does, in a few words.
    #[must_use]
    pub fn in_words(&self) -> String {
        let listed =
            |what: &str, items: Vec<String>| (!items.is_empty()).then(|| format!("{what} {}", items.join(", ")));
        match self {
            Self::Create { servers, registrant, contacts, years } => {
                let mut text = match &servers[..] {
                    [] => format!("create for {years} y, no delegation"),
                    servers => format!("create for {years} y at {}", servers.join(", ")),
                };
                if let Some(registrant) = registrant {
                    text.push_str(&format!("; registrant {registrant}"));
                }
                for (kind, handle) in contacts {
                    text.push_str(&format!("; {kind} contact {handle}"));
                }
                text
            }
            Self::Update(change) => {
                let texts = |statuses: &[Status]| statuses.iter().map(Status::to_string).collect();
                let parts = [
                    listed("set", texts(&change.add_statuses)),
                    listed("take away", texts(&change.remove_statuses)),
                    listed("add name servers", change.add_servers.clone()),
                    listed("remove name servers", change.remove_servers.clone()),
                    change.remove_ds.then(|| "remove every DS".to_owned()),
                ];
                format!("update: {}", parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
            }
            Self::Renew { expires, years } => format!("renew by {years} y what ends on {expires}"),
            Self::Delete {} => "delete".to_owned(),
        }
    }
}

/// What a registry knows of an object, as an `info` tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// The identifier of the sponsor.
    pub sponsor: String,
    /// The identifier of who created it, where it is told.
    pub creator: Option<String>,
    /// When it was created.
    pub created: Option<crate::Instant>,
    /// When it ends unless it is renewed.
    pub expires: Option<crate::Instant>,
    /// Its statuses, those of grace periods among them.
    pub statuses: BTreeSet<String>,
    /// Its name servers.
    pub servers: BTreeSet<String>,
    /// Whether it has a DS or a key.
    pub signed: bool,
}

#[cfg(test)]
mod tests {
    use super::{ContactKind, Handle, Operation, Status};

    #[test]
    fn identifiers_of_contacts_are_no_markup() {
        for text in ["sh8013", "A-1", "1234567890123456"] {
            assert_eq!(text.parse::<Handle>().unwrap().as_str(), text);
        }
        for text in ["", "ab", "12345678901234567", "a b c", "a<b>", "\"abc\"", "zürich"] {
            assert!(text.parse::<Handle>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_status_is_of_one_side() {
        for text in ["serverHold", "clientHold", "serverTransferProhibited", "clientDeleteProhibited"] {
            assert_eq!(text.parse::<Status>().unwrap().to_string(), text);
        }
        for text in ["", "hold", "server", "serverhold", "ok", "pendingDelete", "clientRenewProhibited"] {
            assert!(text.parse::<Status>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_creation_tells_in_whose_name() {
        let handle = |text: &str| text.parse::<Handle>().unwrap();
        let create = |servers: &[&str], registrant| Operation::Create {
            servers: servers.iter().map(|server| (*server).to_owned()).collect(),
            registrant,
            contacts: Vec::new(),
            years: 2,
        };
        assert_eq!(create(&[], None).in_words(), "create for 2 y, no delegation");
        let mut whole = create(&["ns1.sink.example", "ns2.sink.example"], Some(handle("sh8013")));
        if let Operation::Create { contacts, .. } = &mut whole {
            *contacts = vec![(ContactKind::Admin, handle("sh8014")), (ContactKind::Tech, handle("sh8015"))];
        }
        assert_eq!(
            whole.in_words(),
            "create for 2 y at ns1.sink.example, ns2.sink.example; registrant sh8013; admin contact sh8014; tech contact sh8015"
        );
    }

    #[test]
    fn an_operation_has_one_text() {
        let text = r#"{"command":"update","add_statuses":["serverHold"],"remove_ds":true}"#;
        let read: Operation = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        assert_eq!(read.in_words(), "update: set serverHold; remove every DS");
        assert!(serde_json::from_str::<Operation>(r#"{"command":"delete","force":true}"#).is_err());
    }
}
