// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Domain names (RFC 5731).

pub(super) mod check;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod info;
mod name_servers;
pub(super) mod renew;
pub(super) mod transfer;
pub(super) mod update;

use std::collections::BTreeSet;

use forestall_model::Instant;

use super::answer::Refusal;
use super::element::Element;
use super::sec_dns::Ds;
use super::space::DOMAIN;
use super::world::{World, name_in, plus_years};

pub use name_servers::NameServer;
pub use transfer::Transfer;

/// The statuses that a sponsor sets (RFC 5731, section 2.3).
const CLIENT_STATUSES: [&str; 5] = [
    "clientDeleteProhibited",
    "clientHold",
    "clientRenewProhibited",
    "clientTransferProhibited",
    "clientUpdateProhibited",
];
/// The statuses that the registry sets.
const SERVER_STATUSES: [&str; 5] = [
    "serverDeleteProhibited",
    "serverHold",
    "serverRenewProhibited",
    "serverTransferProhibited",
    "serverUpdateProhibited",
];

/// A registered name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// The name, in lower case.
    pub name: String,
    /// The repository's identifier; empty until it is put into a registry.
    pub repository_id: String,
    /// The statuses that were set. `ok` and `inactive` follow from them and from the name servers.
    pub statuses: BTreeSet<String>,
    /// The registrant.
    pub registrant: Option<String>,
    /// The other contacts, each with its kind (`admin`, `billing`, `tech`).
    pub contacts: BTreeSet<(String, String)>,
    /// The name servers, in the order in which they were given.
    pub name_servers: Vec<NameServer>,
    /// The records of DNSSEC.
    pub ds: Vec<Ds>,
    /// The longest life of signatures that the sponsor wishes, in seconds.
    pub signature_life: Option<u32>,
    /// The sponsoring account (`clID`).
    pub sponsor: String,
    /// Who created it (`crID`).
    pub creator: String,
    /// When it was created.
    pub created: Instant,
    /// Who changed it last, and when.
    pub updated: Option<(String, Instant)>,
    /// When the registration ends.
    pub expires: Instant,
    /// When it was transferred last.
    pub transferred: Option<Instant>,
    /// When it was renewed last by its sponsor.
    pub renewed: Option<Instant>,
    /// When it was renewed last by itself.
    pub renewed_by_itself: Option<Instant>,
    /// When it was deleted, where it is not gone yet.
    pub deleted: Option<Instant>,
    /// When its restoration was asked for, where the report is due.
    pub restoring: Option<Instant>,
    /// The transfer that was asked for last.
    pub transfer: Option<Transfer>,
    /// The authorisation information; empty where nobody can transfer it.
    pub password: String,
    /// The client's and the registry's identifier of a creation that waits.
    pub pending: Option<(Option<String>, String)>,
}

impl Domain {
    /// Makes a name that a sponsor registered for a year.
    #[must_use]
    pub fn new(name: &str, sponsor: &str, created: Instant) -> Self {
        Self {
            name: name.to_ascii_lowercase(),
            repository_id: String::new(),
            statuses: BTreeSet::new(),
            registrant: None,
            contacts: BTreeSet::new(),
            name_servers: Vec::new(),
            ds: Vec::new(),
            signature_life: None,
            sponsor: sponsor.to_owned(),
            creator: sponsor.to_owned(),
            created,
            updated: None,
            expires: plus_years(created, 1),
            transferred: None,
            renewed: None,
            renewed_by_itself: None,
            deleted: None,
            restoring: None,
            transfer: None,
            password: String::new(),
            pending: None,
        }
    }

    /// Gives it statuses.
    #[must_use]
    pub fn with_statuses(mut self, statuses: &[&str]) -> Self {
        self.statuses.extend(statuses.iter().map(|status| (*status).to_owned()));
        self
    }

    /// Gives it name servers without addresses.
    #[must_use]
    pub fn with_name_servers(mut self, names: &[&str]) -> Self {
        self.name_servers.extend(names.iter().map(|name| NameServer::new(name)));
        self
    }

    /// Returns the statuses as `info` shows them.
    #[must_use]
    pub fn shown_statuses(&self) -> BTreeSet<String> {
        let mut statuses = self.statuses.clone();
        if self.name_servers.is_empty() {
            statuses.insert("inactive".to_owned());
        }
        if statuses.is_empty() {
            statuses.insert("ok".to_owned());
        }
        statuses
    }

    /// Says whether it has a status.
    #[must_use]
    pub fn has(&self, status: &str) -> bool {
        self.statuses.contains(status)
    }

    /// Refuses where a status forbids what is asked: `what` is `Delete` and the like. The registry's own account is held by none but
    /// pending actions.
    fn permits(&self, what: &str, is_operator: bool) -> Result<(), Refusal> {
        let pending = self.statuses.iter().find(|status| status.starts_with("pending"));
        let prohibiting = ["client", "server"].map(|side| format!("{side}{what}Prohibited"));
        let prohibited = self.statuses.iter().find(|status| !is_operator && prohibiting.contains(status));
        match pending.or(prohibited) {
            Some(status) => Err(Refusal::new(2304, format!("the status {status} forbids it")).about(&self.name)),
            None => Ok(()),
        }
    }

    fn touch(&mut self, account: &str, now: Instant) {
        self.updated = Some((account.to_owned(), now));
    }
}

impl Refusal {
    fn about(self, name: &str) -> Self {
        self.blaming(DOMAIN, "domain:name", name)
    }
}

/// Reads the name that a command is about.
fn named(object: &Element) -> Result<String, Refusal> {
    name_in(object.child("name").ok_or_else(|| Refusal::new(2003, "no name is given"))?)
}

/// Returns the domain that a command is about.
fn found(world: &World, object: &Element) -> Result<Domain, Refusal> {
    let name = named(object)?;
    let found = world.domains.get(&name).cloned();
    found.ok_or_else(|| Refusal::new(2303, "no such name is registered").about(&name))
}

/// Returns the years of a period; one where none is given.
fn years(object: &Element) -> Result<u8, Refusal> {
    let Some(period) = object.child("period") else { return Ok(1) };
    match (period.attribute("unit"), period.text().parse()) {
        (Some("y"), Ok(years @ 1..=10)) => Ok(years),
        (Some("y"), Ok(_)) => Err(Refusal::new(2004, "a period is 1 to 10 years")),
        (Some("m"), Ok(_)) => Err(Refusal::new(2102, "a period is in years here")),
        _ => Err(Refusal::new(2005, "a period is a number of years")),
    }
}

/// Returns the authorisation information of a command.
fn password(object: &Element) -> Option<String> {
    object.child("authInfo").and_then(|info| info.text_of("pw"))
}
