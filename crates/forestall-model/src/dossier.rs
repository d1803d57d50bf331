// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What was learned of one registrable name: facts, each with its source, for those who decide whether it is innocent.
//!
//! A [`Dossier`] holds facts only, never a judgement: the verdict over it can be computed again from it. Facts of one kind may
//! come from several sources and contradict each other; all are kept, in the order in which they were learned.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::{Digest, DomainName, Instant, Method, OwnerName, UtcDay, vocabulary};

/// Everything that was learned of one registrable name.
///
/// // STORED FORMAT, version 1: its canonical form is compact JSON in field order; verdicts name it by SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dossier {
    /// The name.
    pub name: DomainName,
    /// What the DNS or a copy of the zone showed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub presence: Vec<Sourced<Presence>>,
    /// What registration data said: RDAP, WHOIS, or the check command of EPP.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registration: Vec<Sourced<Registration>>,
    /// Where the name stands in lists of popular names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranks: Vec<Rank>,
    /// Registers and exclusion lists that hold the name, or its name servers or addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listings: Vec<Listing>,
    /// Sources that were asked and gave nothing that can be used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<FailedLook>,
}

/// A fact with its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sourced<T> {
    /// How it was learned.
    pub method: Method,
    /// From whom: a server with its port, the address of a service, a file with its date.
    pub source: String,
    /// When it was true: when the source answered, or the time of a copy.
    pub at: Instant,
    /// The fact.
    pub fact: T,
}

vocabulary! {
    /// Whether a name is in the DNS, as its parent says.
    pub enum Existence as "an existence" {
        /// The parent says that there is no such name.
        Absent = "absent",
        /// The parent knows the name, but does not delegate it.
        NoDelegation = "no-delegation",
        /// The parent delegates the name.
        Delegated = "delegated",
        /// The parent answers for every name: nothing follows for this one.
        Wildcard = "wildcard",
    }
}

/// What the DNS shows of a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presence {
    /// Whether it is there.
    pub existence: Existence,
    /// Its name servers, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub name_servers: Vec<OwnerName>,
    /// The addresses at the name itself, A and AAAA, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<IpAddr>,
    /// The hosts that take its mail, sorted; a null MX (RFC 7505) is the root.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mail: Vec<OwnerName>,
    /// The start of authority of its zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soa: Option<Soa>,
    /// Names seen below it, at most a few; they tell a zone that third parties use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<OwnerName>,
}

impl Presence {
    /// Makes the presence of a name of which nothing but its existence is known.
    #[must_use]
    pub const fn bare(existence: Existence) -> Self {
        Self {
            existence,
            name_servers: Vec::new(),
            addresses: Vec::new(),
            mail: Vec::new(),
            soa: None,
            hosts: Vec::new(),
        }
    }
}

/// The start of authority of a zone (RFC 1035, section 3.3.13), as far as it tells who runs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Soa {
    /// The primary name server.
    pub primary: OwnerName,
    /// The mailbox of who is responsible, as a name.
    pub contact: OwnerName,
    /// The serial.
    pub serial: u32,
}

vocabulary! {
    /// What registration data say of a name at large.
    pub enum RegistrationState as "a state of registration" {
        /// There is a registration.
        Registered = "registered",
        /// The service knows no such registration; that does not say that the name can be had.
        NotFound = "not-found",
        /// The registry keeps the name to itself.
        Reserved = "reserved",
        /// The name can be registered.
        Available = "available",
        /// The name cannot be registered, and nobody says why.
        Unavailable = "unavailable",
    }
}

/// What registration data say of a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// Whether there is one.
    pub state: RegistrationState,
    /// When it was registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Instant>,
    /// When it was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Instant>,
    /// When it ends unless it is renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Instant>,
    /// The sponsoring registrar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrar: Option<Registrar>,
    /// Status codes as EPP spells them (RFC 5731, section 2.3; RFC 3915, section 3.1), sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<String>,
    /// The name servers, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub name_servers: Vec<OwnerName>,
    /// Whether the delegation is signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<bool>,
    /// A digest of what names the registrant, to see a change of hands without keeping who it is; none where it is redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Digest>,
    /// Whether the service says that it holds fields back (RFC 9537), or leaves the registrant out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
}

impl Registration {
    /// Makes a registration of which nothing but its state is known.
    #[must_use]
    pub const fn bare(state: RegistrationState) -> Self {
        Self {
            state,
            created: None,
            changed: None,
            expires: None,
            registrar: None,
            statuses: Vec::new(),
            name_servers: Vec::new(),
            signed: None,
            holder: None,
            redacted: false,
        }
    }

    /// Says whether a status code is set, in any letter case.
    #[must_use]
    pub fn has_status(&self, code: &str) -> bool {
        self.statuses.iter().any(|status| status.eq_ignore_ascii_case(code))
    }

    /// Says whether the registration is on hold, by the registry or by the registrar: it stays out of the zone.
    #[must_use]
    pub fn is_on_hold(&self) -> bool {
        self.has_status("serverHold") || self.has_status("clientHold")
    }
}

/// A registrar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registrar {
    /// Its name.
    pub name: String,
    /// Its number in IANA's registry of registrars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iana_id: Option<u32>,
    /// Where it takes reports of abuse by mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abuse_mail: Option<String>,
    /// Where it takes reports of abuse by telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abuse_phone: Option<String>,
}

/// Where a name stands in a list of popular names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rank {
    /// The list: its file, or what the operator calls it.
    pub list: String,
    /// The place, from 1.
    pub place: u32,
    /// The day of the list, where somebody said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<UtcDay>,
}

vocabulary! {
    /// What a register says of a name.
    pub enum ListingKind as "a kind of listing" {
        /// An operation excluded the name: it has a legitimate holder.
        Excluded = "excluded",
        /// A friend of the response holds the name.
        Friendly = "friendly",
        /// A known sinkhole answers for the name.
        Sinkhole = "sinkhole",
        /// A known parking service answers for the name.
        Parking = "parking",
        /// A zone below which third parties have names.
        SharedZone = "shared-zone",
    }
}

vocabulary! {
    /// By what a register knows a name.
    pub enum MatchedBy as "a way to match" {
        /// By the name itself.
        Name = "name",
        /// By one of its name servers.
        NameServer = "name-server",
        /// By one of its addresses.
        Address = "address",
    }
}

/// An entry of a register or of an exclusion list that speaks of a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// The register or list.
    pub list: String,
    /// What it says.
    pub kind: ListingKind,
    /// Who holds the name or runs the service, or who excluded it.
    pub who: String,
    /// By what the entry knows the name.
    pub by: MatchedBy,
    /// What matched: the name, the name server, the address.
    pub value: String,
    /// Whether the operator trusts who made the list. What others say is a proposal.
    pub trusted: bool,
    /// Since when the entry holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<UtcDay>,
}

impl Listing {
    /// Says whether it can settle a verdict: who is trusted says so, and not by an address alone, since whoever runs a name can point it
    /// at anybody's address.
    #[must_use]
    pub fn settles(&self) -> bool {
        self.trusted && self.by != MatchedBy::Address
    }
}

/// A source that was asked and gave nothing that can be used. It never means that a name is free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailedLook {
    /// How it was asked.
    pub method: Method,
    /// Who was asked.
    pub source: String,
    /// When.
    pub at: Instant,
    /// Why nothing came of it, in words.
    pub reason: String,
}

impl Dossier {
    /// Makes the dossier of a name of which nothing is known.
    #[must_use]
    pub const fn new(name: DomainName) -> Self {
        Self {
            name,
            presence: Vec::new(),
            registration: Vec::new(),
            ranks: Vec::new(),
            listings: Vec::new(),
            failures: Vec::new(),
        }
    }

    /// Adds what another dossier of the same name holds, behind what is there.
    pub fn merge(&mut self, other: Self) {
        self.presence.extend(other.presence);
        self.registration.extend(other.registration);
        self.ranks.extend(other.ranks);
        self.listings.extend(other.listings);
        self.failures.extend(other.failures);
    }

    /// Returns the canonical form: compact JSON in field order.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "a dossier holds no map with other keys than text and no float")]
    pub fn canonical(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a dossier has a JSON form")
    }

    /// Returns the latest registration data that say whether there is a registration.
    #[must_use]
    pub fn latest_registration(&self) -> Option<&Sourced<Registration>> {
        self.registration.iter().max_by_key(|sourced| sourced.at)
    }

    /// Returns the latest look at the DNS or a zone that showed something of the name.
    #[must_use]
    pub fn latest_presence(&self) -> Option<&Sourced<Presence>> {
        let told = self.presence.iter().filter(|sourced| sourced.fact.existence != Existence::Wildcard);
        told.max_by_key(|sourced| sourced.at).or_else(|| self.presence.iter().max_by_key(|sourced| sourced.at))
    }

    /// Returns who held the name, as far as the facts tell.
    #[must_use]
    pub fn tenure(&self) -> Tenure {
        let registered = self.latest_registration().map(|sourced| &sourced.fact);
        let servers = |servers: &[OwnerName]| (!servers.is_empty()).then(|| servers.to_vec());
        Tenure {
            holder: registered.and_then(|fact| fact.holder),
            registrar: registered.and_then(|fact| fact.registrar.as_ref()).map(Registrar::key),
            created: registered.and_then(|fact| fact.created),
            name_servers: self
                .latest_presence()
                .and_then(|sourced| servers(&sourced.fact.name_servers))
                .or_else(|| registered.and_then(|fact| servers(&fact.name_servers))),
        }
    }
}

impl Registrar {
    /// Returns what tells it from others: its number, else its name in lower case.
    #[must_use]
    pub fn key(&self) -> String {
        match self.iana_id {
            Some(id) => id.to_string(),
            None => self.name.trim().to_lowercase(),
        }
    }
}

/// Who holds a name, in what can be compared over time.
///
/// // STORED FORMAT, version 1: part of the event log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenure {
    /// A digest of the registrant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Digest>,
    /// The registrar, by number or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrar: Option<String>,
    /// When it was registered: a later date is a new registration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Instant>,
    /// The name servers, sorted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_servers: Option<Vec<OwnerName>>,
}

vocabulary! {
    /// What changed of who holds a name.
    pub enum Change as "a change" {
        /// The registrant.
        Holder = "holder",
        /// The registrar.
        Registrar = "registrar",
        /// The date of registration: the name was registered anew.
        Created = "created",
        /// The name servers.
        NameServers = "name-servers",
    }
}

impl Tenure {
    /// Returns what is different in a later tenure; what either of the two does not know is no change.
    #[must_use]
    pub fn changes(&self, later: &Self) -> Vec<Change> {
        fn differ<T: PartialEq>(a: Option<&T>, b: Option<&T>) -> bool {
            a.zip(b).is_some_and(|(a, b)| a != b)
        }
        let found = [
            (Change::Holder, differ(self.holder.as_ref(), later.holder.as_ref())),
            (Change::Registrar, differ(self.registrar.as_ref(), later.registrar.as_ref())),
            (Change::Created, differ(self.created.as_ref(), later.created.as_ref())),
            (Change::NameServers, differ(self.name_servers.as_ref(), later.name_servers.as_ref())),
        ];
        found.into_iter().filter(|(_, changed)| *changed).map(|(change, _)| change).collect()
    }
}
