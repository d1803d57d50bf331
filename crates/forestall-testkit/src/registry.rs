// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A registry over EPP on the loopback interface, with names, prices and messages that a test writes down.
//!
//! It speaks RFC 5730 over TLS, in which it wants a certificate of its own authority (RFC 5734); it has domains (RFC 5731), hosts (RFC 5732),
//! contacts (RFC 5733), DNSSEC (RFC 5910, records of the kind DS), grace periods and redemption (RFC 3915) and fees (RFC 8748). Its clock
//! stands still until the test moves it. Clients may send commands before they have the answers to those before; they are answered in turn.
//!
//! All frames of both sides are kept, for [`Registry::validate`]; so is what each command led to, in [`Registry::journal`]. By
//! [`Registry::script`] it refuses, is late, forgets to answer, cuts the connection before or after it did as it was told, or answers what no
//! client must take. Its answers are held against clients that are not ours by the tests of this crate.
//!
//! Where the RFCs leave the choice of a code to the registry, it is strict: a status that is set already is refused with 2306, a name server
//! that is there already with 2302, one that is not there with 2303, a date of expiry that is not the present one with 2004.
//!
//! What it does not do: internationalised names, phases of a launch, languages but English, periods in months, transfers of contacts, new
//! names of hosts, keys of DNSSEC, what contacts want to be hidden, RFC 8807 (login security) and RFC 9167 (maintenance). A restored name
//! keeps the date on which its registration ends. It limits no rate by itself.

mod answer;
mod code;
mod command;
mod connection;
pub mod contact;
pub mod domain;
mod element;
pub mod fault;
pub mod fee;
pub mod frame;
mod grace;
pub mod host;
pub mod journal;
pub mod message;
pub mod schemas;
pub mod sec_dns;
mod session;
pub mod settings;
mod space;
mod world;

use std::net::SocketAddr;
use std::sync::Arc;

use forestall_model::Instant;

pub use contact::Contact;
pub use domain::{Domain, NameServer};
pub use fault::{Fault, Hostile};
pub use fee::Prices;
pub use frame::{Frame, Side};
pub use host::Host;
pub use journal::{Entry, Verb};
pub use message::Message;
pub use sec_dns::Ds;
pub use settings::{Account, NameServerModel, Settings};

use crate::pem::Identity;
use crate::responder::Responder;
use answer::element;
use connection::Shared;
use space::DOMAIN;
use world::World;

/// A running registry; ends when dropped, and all connections with it.
#[derive(Debug)]
pub struct Registry {
    responder: Responder,
    shared: Arc<Shared>,
}

impl Registry {
    /// Starts a registry without names.
    ///
    /// # Panics
    ///
    /// Where there is no free port.
    #[must_use]
    pub fn start(settings: Settings) -> Self {
        let shared = Arc::new(Shared::new(World::new(settings)));
        let (of_connections, config) = (Arc::clone(&shared), connection::config());
        let responder = Responder::start(move |stream| connection::serve(stream, &of_connections, &config));
        Self { responder, shared }
    }

    /// Returns where it answers. Its certificate is for `localhost`, `epp.registry.test` and `127.0.0.1`.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.responder.address()
    }

    /// Returns the certificate of its authority, in DER.
    #[must_use]
    pub const fn authority() -> &'static [u8] {
        connection::AUTHORITY
    }

    /// Returns a client's certificate that it takes, with its key.
    #[must_use]
    pub const fn client_identity() -> Identity<'static> {
        connection::CLIENT
    }

    /// Returns a client's certificate of another authority, which it refuses.
    #[must_use]
    pub const fn outsider_identity() -> Identity<'static> {
        connection::OUTSIDER
    }

    /// Returns a client's certificate of its authority that was good until 2010.
    #[must_use]
    pub const fn expired_identity() -> Identity<'static> {
        connection::EXPIRED
    }

    /// Returns the time that its clock shows.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.shared.world().now()
    }

    /// Moves its clock on: names renew themselves, deleted ones go, transfers are approved.
    ///
    /// # Panics
    ///
    /// Where `seconds` is negative.
    pub fn advance(&self, seconds: i64) {
        let mut world = self.shared.world();
        world.clock.advance(seconds);
        grace::settle(&mut world);
    }

    /// Registers a name past all rules, or changes it.
    pub fn put(&self, mut domain: Domain) {
        let mut world = self.shared.world();
        if domain.repository_id.is_empty() {
            domain.repository_id = world.repository_id('D');
        }
        world.domains.insert(domain.name.clone(), domain);
    }

    /// Takes a name out past all rules.
    pub fn remove(&self, name: &str) {
        self.shared.world().domains.remove(name);
    }

    /// Returns a name.
    #[must_use]
    pub fn domain(&self, name: &str) -> Option<Domain> {
        self.shared.world().domains.get(name).cloned()
    }

    /// Returns all names.
    #[must_use]
    pub fn domains(&self) -> Vec<Domain> {
        self.shared.world().domains.values().cloned().collect()
    }

    /// Registers a host past all rules, or changes it.
    pub fn put_host(&self, mut host: Host) {
        let mut world = self.shared.world();
        if host.repository_id.is_empty() {
            host.repository_id = world.repository_id('H');
        }
        world.hosts.insert(host.name.clone(), host);
    }

    /// Returns a host.
    #[must_use]
    pub fn host(&self, name: &str) -> Option<Host> {
        self.shared.world().hosts.get(name).cloned()
    }

    /// Registers a contact past all rules, or changes it.
    pub fn put_contact(&self, mut contact: Contact) {
        let mut world = self.shared.world();
        if contact.repository_id.is_empty() {
            contact.repository_id = world.repository_id('C');
        }
        world.contacts.insert(contact.id.clone(), contact);
    }

    /// Returns a contact.
    #[must_use]
    pub fn contact(&self, id: &str) -> Option<Contact> {
        self.shared.world().contacts.get(id).cloned()
    }

    /// Reserves a name: `check` says that it is not to be had, for this reason of at most 32 characters, and `create` answers 2306.
    pub fn reserve(&self, name: &str, reason: &str) {
        self.shared.world().reserved.insert(name.to_owned(), reason.to_owned());
    }

    /// Sets what a name costs that does not cost what others cost. To order it, the fee must be agreed to.
    pub fn price(&self, name: &str, prices: Prices) {
        self.shared.world().premium.insert(name.to_owned(), prices);
    }

    /// Sets what an account may spend, in hundredths of the currency.
    ///
    /// # Panics
    ///
    /// Where there is no such account.
    pub fn set_balance(&self, account: &str, balance: i64) {
        self.shared.world().accounts.get_mut(account).expect("the account is there").balance = balance;
    }

    /// Returns what an account may spend; `None` where there is no such account.
    #[must_use]
    pub fn balance(&self, account: &str) -> Option<i64> {
        self.shared.world().accounts.get(account).map(|account| account.balance)
    }

    /// Puts a message without data into an account's queue.
    pub fn queue(&self, account: &str, text: &str) {
        self.shared.world().tell(account, text, String::new());
    }

    /// Returns the messages that wait for an account.
    #[must_use]
    pub fn waiting(&self, account: &str) -> Vec<Message> {
        self.shared.world().queues.get(account).into_iter().flatten().cloned().collect()
    }

    /// Decides on a creation that waits (see [`Fault::pend`]): the name is registered or gone, and its sponsor gets a message.
    ///
    /// # Panics
    ///
    /// Where no creation of that name waits.
    pub fn decide(&self, name: &str, is_approved: bool) {
        let mut world = self.shared.world();
        let mut domain = world.domains.remove(name).expect("the name is there");
        let (client_id, server_id) = domain.pending.take().expect("its creation waits");
        let ids = answer::optional("clTRID", client_id.as_deref()) + &element("svTRID", &server_id);
        let data = format!(
            "<domain:panData xmlns:domain=\"{DOMAIN}\"><domain:name paResult=\"{}\">{name}</domain:name>\
             <domain:paTRID>{ids}</domain:paTRID>{}</domain:panData>",
            u8::from(is_approved),
            element("domain:paDate", &world.now().to_string()),
        );
        world.tell(&domain.sponsor, "Pending action completed.", data);
        if is_approved {
            domain.statuses.remove("pendingCreate");
            world.domains.insert(name.to_owned(), domain);
        }
    }

    /// Lets something go wrong with commands that come from now on.
    pub fn script(&self, fault: Fault) {
        self.shared.world().faults.push(fault);
    }

    /// Ends all connections as they are.
    pub fn cut(&self) {
        self.shared.cut();
    }

    /// Stops it: from now on nobody is at its address, and all connections are cut.
    pub fn stop(&mut self) {
        self.responder.stop();
        self.shared.cut();
    }

    /// Returns how many sessions are signed in.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.shared.world().sessions.len()
    }

    /// Returns what was asked of it so far, in turn.
    #[must_use]
    pub fn journal(&self) -> Vec<Entry> {
        self.shared.world().journal.clone()
    }

    /// Returns the commands that changed something, each with its first object, as `create abcdef.com`.
    #[must_use]
    pub fn changes(&self) -> Vec<String> {
        let journal = self.journal();
        let changed = journal.iter().filter(|entry| entry.changed);
        let words = |entry: &Entry| format!("{} {}", entry.verb, entry.objects.first().map_or("", String::as_str));
        changed.map(|entry| words(entry).trim_end().to_owned()).collect()
    }

    /// Returns all frames of both sides so far, in turn.
    #[must_use]
    pub fn frames(&self) -> Vec<Frame> {
        self.shared.world().frames.clone()
    }

    /// Holds all frames so far against the schemas of the RFCs, but those that are wrong on purpose, and returns how many there were;
    /// `None` where that cannot be done, after saying so in the name of `test`.
    ///
    /// # Panics
    ///
    /// Where a frame is not valid.
    #[track_caller]
    pub fn validate(&self, test: &str) -> Option<usize> {
        let frames = self.frames();
        let frames: Vec<&[u8]> =
            frames.iter().filter(|frame| !frame.is_hostile).map(|frame| frame.octets.as_slice()).collect();
        let problems = schemas::problems(test, &frames)?;
        assert!(problems.is_empty(), "{} of {} frames:\n{}", problems.len(), frames.len(), problems.join("\n"));
        Some(frames.len())
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.stop();
    }
}
