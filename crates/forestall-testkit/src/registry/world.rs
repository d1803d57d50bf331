// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the registry holds.

use std::collections::{BTreeMap, VecDeque};

use forestall_model::{Instant, UtcDay};

use super::answer::Refusal;
use super::contact::Contact;
use super::domain::Domain;
use super::element::Element;
use super::fault::Fault;
use super::fee::Prices;
use super::frame::Frame;
use super::host::Host;
use super::journal::Entry;
use super::message::Message;
use super::settings::{Account, Settings};
use crate::ScriptedClock;

/// The whole registry.
#[derive(Debug)]
pub(super) struct World {
    pub(super) settings: Settings,
    pub(super) clock: ScriptedClock,
    pub(super) accounts: BTreeMap<String, Account>,
    pub(super) domains: BTreeMap<String, Domain>,
    pub(super) hosts: BTreeMap<String, Host>,
    pub(super) contacts: BTreeMap<String, Contact>,
    /// Names that nobody may register, with the reason that `check` tells.
    pub(super) reserved: BTreeMap<String, String>,
    /// What names cost that do not cost what others cost.
    pub(super) premium: BTreeMap<String, Prices>,
    pub(super) queues: BTreeMap<String, VecDeque<Message>>,
    /// Which account each session is signed in to.
    pub(super) sessions: BTreeMap<u64, String>,
    pub(super) faults: Vec<Fault>,
    pub(super) journal: Vec<Entry>,
    pub(super) frames: Vec<Frame>,
    numbers: u64,
    connections: u64,
}

/// Who asks, and what comes with the command.
#[derive(Clone, Debug)]
pub(super) struct Asking<'a> {
    /// The account.
    pub(super) account: String,
    /// Whether it is the registry's own.
    pub(super) is_operator: bool,
    /// What the element `extension` holds.
    pub(super) extensions: &'a [Element],
    /// The extensions and objects that the client said at its login.
    pub(super) services: &'a [String],
    /// The client's identifier of the command.
    pub(super) client_id: Option<String>,
    /// The registry's identifier of the command.
    pub(super) server_id: String,
    /// Whether a creation waits for somebody to decide.
    pub(super) pends: bool,
}

impl Asking<'_> {
    /// Returns an extension of the command.
    pub(super) fn extension(&self, space: &str, name: &str) -> Option<&Element> {
        self.extensions.iter().find(|element| element.is(space, name))
    }

    /// Says whether the client said at its login that it knows an extension.
    pub(super) fn knows(&self, space: &str) -> bool {
        self.services.iter().any(|service| service == space)
    }

    /// Says whether the account may change an object of a sponsor.
    pub(super) fn may_change(&self, sponsor: &str) -> bool {
        self.is_operator || self.account == sponsor
    }
}

impl World {
    pub(super) fn new(settings: Settings) -> Self {
        let accounts = settings.accounts.iter().map(|account| (account.id.clone(), account.clone())).collect();
        Self {
            clock: ScriptedClock::new(settings.now),
            settings,
            accounts,
            domains: BTreeMap::new(),
            hosts: BTreeMap::new(),
            contacts: BTreeMap::new(),
            reserved: BTreeMap::new(),
            premium: BTreeMap::new(),
            queues: BTreeMap::new(),
            sessions: BTreeMap::new(),
            faults: Vec::new(),
            journal: Vec::new(),
            frames: Vec::new(),
            numbers: 0,
            connections: 0,
        }
    }

    pub(super) const fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Returns a number that was not used before.
    pub(super) const fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// Returns the number of a new session, from 1.
    pub(super) const fn session(&mut self) -> u64 {
        self.connections += 1;
        self.connections
    }

    /// Returns the identifier of a new object (RFC 5730, section 2.8).
    pub(super) fn repository_id(&mut self, kind: char) -> String {
        format!("{kind}{}-TEST", self.number())
    }

    /// Puts a message into an account's queue.
    pub(super) fn tell(&mut self, account: &str, text: &str, data: String) {
        let message = Message { id: self.number().to_string(), at: self.now(), text: text.to_owned(), data };
        self.queues.entry(account.to_owned()).or_default().push_back(message);
    }

    /// Returns the zone that a name stands directly below; `None` where the registry has no such zone.
    pub(super) fn zone_of<'a>(&self, name: &'a str) -> Option<&'a str> {
        let zone = name.split_once('.').map(|(_, zone)| zone)?;
        self.settings.zones.iter().any(|known| known == zone).then_some(zone)
    }

    /// Returns the domain of this registry that a host is below, if it is in one of its zones.
    pub(super) fn above<'a>(&self, host: &'a str) -> Option<&'a str> {
        let dots = host.match_indices('.').map(|(at, _)| &host[at + 1..]);
        std::iter::once(host).chain(dots).find(|name| self.zone_of(name).is_some())
    }

    /// Says whether hosts below a domain are there.
    pub(super) fn hosts_below(&self, domain: &str) -> Vec<&str> {
        self.hosts.keys().map(String::as_str).filter(|host| self.above(host) == Some(domain)).collect()
    }

    /// Says whether a domain points to a host.
    pub(super) fn is_linked(&self, host: &str) -> bool {
        self.domains.values().any(|domain| domain.name_servers.iter().any(|server| server.name == host))
    }
}

/// Reads the name in an element: in lower case, of letters, digits and hyphens.
pub(super) fn name_in(element: &Element) -> Result<String, Refusal> {
    let name = element.text().to_ascii_lowercase();
    if is_host_name(&name) { Ok(name) } else { Err(Refusal::new(2005, format!("{name:?} is not a name of a host"))) }
}

/// Says whether a text is a name of a host with two labels or more.
pub(super) fn is_host_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|octet| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'-')
    };
    name.len() <= 253 && name.contains('.') && name.split('.').all(is_label)
}

/// Returns an instant moved by whole years; 29 February becomes 28 where there is none.
pub(super) fn plus_years(at: Instant, years: i16) -> Instant {
    let (year, month, day) = at.day().ymd();
    let within = at.seconds_since(at.day().start());
    let moved = UtcDay::from_ymd(year + years, month, day).or_else(|| UtcDay::from_ymd(year + years, month, 28));
    moved.expect("a year that the calendar has").start().plus_seconds(within)
}

#[cfg(test)]
mod tests {
    use super::{is_host_name, plus_years};
    use crate::parsed;

    #[test]
    fn a_year_later_is_the_same_day() {
        assert_eq!(plus_years(parsed("2024-02-29T23:59:59Z"), 1), parsed("2025-02-28T23:59:59Z"));
        assert_eq!(plus_years(parsed("2026-11-23T00:00:01Z"), 10), parsed("2036-11-23T00:00:01Z"));
    }

    #[test]
    fn names_of_hosts_have_letters_digits_and_hyphens() {
        for name in ["a.com", "xn--0.test", "4-2.co.uk"] {
            assert!(is_host_name(name), "{name}");
        }
        for name in ["com", "-a.com", "a-.com", "a..com", "a_b.com", "A.com", "a.com.", ""] {
            assert!(!is_host_name(name), "{name}");
        }
    }
}
