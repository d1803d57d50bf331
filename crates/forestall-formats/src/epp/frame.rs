// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Frames of a client: each is a whole XML instance without a line feed in it, and each command has its transaction identifier.
//!
//! # Source
//!
//! RFC 5730, section 2.9 (commands); RFC 5731, section 3 (names); RFC 5910, section 5.2.5 (DS); RFC 8748, sections 5.1.1 and 5.2 (what a
//! command costs, and that it is agreed to); RFC 9154, section 5.1 (a name is created with empty authorisation information).

use std::fmt;

use forestall_model::epp::{Change, ContactKind, Handle, Operation, Status};

use crate::page::html_escaped;
use forestall_model::money::Money;

/// The namespace of EPP itself.
pub const EPP: &str = "urn:ietf:params:xml:ns:epp-1.0";
/// The namespace of names.
pub const DOMAIN: &str = "urn:ietf:params:xml:ns:domain-1.0";
/// The namespace of host objects.
pub const HOST: &str = "urn:ietf:params:xml:ns:host-1.0";
/// The namespace of DS and keys.
pub const SEC_DNS: &str = "urn:ietf:params:xml:ns:secDNS-1.1";
/// The namespace of grace periods (RFC 3915).
pub const GRACE: &str = "urn:ietf:params:xml:ns:rgp-1.0";
/// The namespace of prices (RFC 8748).
pub const FEE: &str = "urn:ietf:params:xml:ns:epp:fee-1.0";

const NAMESPACE: &str = "xmlns:domain=\"urn:ietf:params:xml:ns:domain-1.0\"";
const FEE_NAMESPACE: &str = "xmlns:fee=\"urn:ietf:params:xml:ns:epp:fee-1.0\"";

/// Most names of one `check`: what every registry takes that says so; some take fewer, and answer 2306 to more.
pub const MOST_NAMES: usize = 50;

/// How name servers are written: a registry has one way only, and serves host objects where it is the first (RFC 5731, section 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// As objects of their own, which the registry must know.
    Objects,
    /// As attributes of the name, here without addresses.
    Attributes,
}

/// Who logs in.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The identifier of the client.
    pub user: String,
    /// The password, 6 to 16 characters.
    pub password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("user", &self.user).finish_non_exhaustive()
    }
}

fn document(inside: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?><epp xmlns=\"{EPP}\">{inside}</epp>")
}

/// Returns the frame of a command: its body and its transaction identifier.
#[must_use]
pub fn command(body: &str, id: &str) -> String {
    document(&format!("<command>{body}<clTRID>{}</clTRID></command>", html_escaped(id)))
}

/// Opens a session for the objects and extensions that are named.
#[must_use]
pub fn login(login: &Login, objects: &[&str], extensions: &[&str], id: &str) -> String {
    let listed = |tag: &str, uris: &[&str]| -> String {
        uris.iter().map(|uri| format!("<{tag}>{}</{tag}>", html_escaped(uri))).collect()
    };
    let extensions = match listed("extURI", extensions) {
        none if none.is_empty() => none,
        some => format!("<svcExtension>{some}</svcExtension>"),
    };
    let body = format!(
        "<login><clID>{}</clID><pw>{}</pw><options><version>1.0</version><lang>en</lang></options><svcs>{}{extensions}</svcs></login>",
        html_escaped(&login.user),
        html_escaped(&login.password),
        listed("objURI", objects)
    );
    command(&body, id)
}

/// Closes the session.
#[must_use]
pub fn logout(id: &str) -> String {
    command("<logout/>", id)
}

/// What a `check` asks of prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceOf {
    /// The currency.
    pub currency: String,
    /// For how many years.
    pub years: u8,
}

/// Asks whether names can be registered, and what that costs.
#[must_use]
pub fn check<'n>(names: impl IntoIterator<Item = &'n str>, price: Option<&PriceOf>, id: &str) -> String {
    let names: String =
        names.into_iter().map(|name| format!("<domain:name>{}</domain:name>", html_escaped(name))).collect();
    let price = price.map(|price| {
        format!(
            "<extension><fee:check {FEE_NAMESPACE}><fee:currency>{}</fee:currency><fee:command name=\"create\">\
             <fee:period unit=\"y\">{}</fee:period></fee:command></fee:check></extension>",
            html_escaped(&price.currency),
            price.years
        )
    });
    let body = format!("<check><domain:check {NAMESPACE}>{names}</domain:check></check>{}", price.unwrap_or_default());
    command(&body, id)
}

/// Asks what the registry knows of a name.
#[must_use]
pub fn info(name: &str, id: &str) -> String {
    let name = html_escaped(name);
    let body =
        format!("<info><domain:info {NAMESPACE}><domain:name hosts=\"all\">{name}</domain:name></domain:info></info>");
    command(&body, id)
}

/// Asks for the first message of the queue.
#[must_use]
pub fn poll(id: &str) -> String {
    command("<poll op=\"req\"/>", id)
}

/// Takes a message off the queue.
#[must_use]
pub fn acknowledge(message: &str, id: &str) -> String {
    command(&format!("<poll op=\"ack\" msgID=\"{}\"/>", html_escaped(message)), id)
}

/// Returns what one operation is as a command, without its transaction identifier. The price of a creation that was looked up is agreed to; a price
/// is of one command only (RFC 8748), so a renewal does not say it.
#[must_use]
pub fn body(name: &str, operation: &Operation, price: Option<&Money>, hosts: Hosts) -> String {
    let name = html_escaped(name);
    let mut extensions = String::new();
    if let Some(price) = price.filter(|_| matches!(operation, Operation::Create { .. })) {
        extensions.push_str(&format!(
            "<fee:create {FEE_NAMESPACE}><fee:currency>{}</fee:currency><fee:fee>{}</fee:fee></fee:create>",
            html_escaped(&price.currency),
            price.amount()
        ));
    }
    let body = match operation {
        Operation::Create { servers, registrant, contacts, years } => {
            create(&name, &self::servers(servers, hosts), registrant.as_ref(), contacts, *years)
        }
        Operation::Update(change) => {
            if change.remove_ds {
                extensions.push_str(&format!(
                    "<secDNS:update xmlns:secDNS=\"{SEC_DNS}\"><secDNS:rem><secDNS:all>true</secDNS:all></secDNS:rem></secDNS:update>"
                ));
            }
            update(&name, change, hosts)
        }
        Operation::Renew { expires, years } => format!(
            "<renew><domain:renew {NAMESPACE}><domain:name>{name}</domain:name><domain:curExpDate>{expires}</domain:curExpDate>\
             <domain:period unit=\"y\">{years}</domain:period></domain:renew></renew>"
        ),
        Operation::Delete {} => {
            format!("<delete><domain:delete {NAMESPACE}><domain:name>{name}</domain:name></domain:delete></delete>")
        }
    };
    if extensions.is_empty() { body } else { format!("{body}<extension>{extensions}</extension>") }
}

/// Names that were seen in the DNS may hold any sign: they are escaped, and the registry refuses what is no host.
fn servers(names: &[String], hosts: Hosts) -> String {
    let one = |name: &String| match hosts {
        Hosts::Objects => format!("<domain:hostObj>{}</domain:hostObj>", html_escaped(name)),
        Hosts::Attributes => {
            format!("<domain:hostAttr><domain:hostName>{}</domain:hostName></domain:hostAttr>", html_escaped(name))
        }
    };
    let servers: String = names.iter().map(one).collect();
    if servers.is_empty() { servers } else { format!("<domain:ns>{servers}</domain:ns>") }
}

fn create(
    name: &str,
    servers: &str,
    registrant: Option<&Handle>,
    contacts: &[(ContactKind, Handle)],
    years: u8,
) -> String {
    let registrant = registrant
        .map(|handle| format!("<domain:registrant>{}</domain:registrant>", handle.as_str()))
        .unwrap_or_default();
    let contact = |(kind, handle): &(ContactKind, Handle)| {
        format!("<domain:contact type=\"{kind}\">{}</domain:contact>", handle.as_str())
    };
    let contacts: String = contacts.iter().map(contact).collect();
    format!(
        "<create><domain:create {NAMESPACE}><domain:name>{name}</domain:name><domain:period unit=\"y\">{years}</domain:period>{servers}{registrant}{contacts}\
         <domain:authInfo><domain:pw/></domain:authInfo></domain:create></create>"
    )
}

fn update(name: &str, change: &Change, hosts: Hosts) -> String {
    let part = |tag: &str, names: &[String], statuses: &[Status]| {
        let statuses: String = statuses.iter().map(|status| format!("<domain:status s=\"{status}\"/>")).collect();
        let inside = format!("{}{statuses}", servers(names, hosts));
        if inside.is_empty() { inside } else { format!("<domain:{tag}>{inside}</domain:{tag}>") }
    };
    format!(
        "<update><domain:update {NAMESPACE}><domain:name>{name}</domain:name>{}{}</domain:update></update>",
        part("add", &change.add_servers, &change.add_statuses),
        part("rem", &change.remove_servers, &change.remove_statuses)
    )
}
