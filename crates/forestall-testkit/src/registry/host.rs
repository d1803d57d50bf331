// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Hosts (RFC 5732): the name servers that domains point to. They cannot be renamed here.

use std::collections::BTreeSet;
use std::net::IpAddr;

use forestall_model::Instant;

use super::answer::{Answer, Outcome, Refusal, element, escaped, history};
use super::element::Element;
use super::journal::Verb;
use super::space::HOST;
use super::world::{Asking, World, name_in};

/// A host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// The name, in lower case.
    pub name: String,
    /// The repository's identifier; empty until it is put into a registry.
    pub repository_id: String,
    /// The addresses.
    pub addresses: BTreeSet<IpAddr>,
    /// The statuses that were set; `ok` and `linked` follow.
    pub statuses: BTreeSet<String>,
    /// The sponsoring account.
    pub sponsor: String,
    /// When it was created.
    pub created: Instant,
    /// Who changed it last, and when.
    pub updated: Option<(String, Instant)>,
}

impl Host {
    /// Makes a host without addresses.
    #[must_use]
    pub fn new(name: &str, sponsor: &str, created: Instant) -> Self {
        Self {
            name: name.to_ascii_lowercase(),
            repository_id: String::new(),
            addresses: BTreeSet::new(),
            statuses: BTreeSet::new(),
            sponsor: sponsor.to_owned(),
            created,
            updated: None,
        }
    }
}

/// Carries a command about hosts out.
pub(super) fn carry_out(world: &mut World, asking: &Asking<'_>, verb: Verb, object: &Element) -> Outcome {
    match verb {
        Verb::Check => check(world, object),
        Verb::Info => info(world, object),
        Verb::Create => create(world, asking, object),
        Verb::Update => update(world, asking, object),
        Verb::Delete => delete(world, asking, object),
        _ => Err(Refusal::new(2101, "hosts have no such command")),
    }
}

fn check(world: &World, object: &Element) -> Outcome {
    let row = |name: &Element| {
        let name = name.text().to_ascii_lowercase();
        let is_free = !world.hosts.contains_key(&name);
        let reason = if is_free { "" } else { "<host:reason>In use</host:reason>" };
        let avail = u8::from(is_free);
        format!("<host:cd><host:name avail=\"{avail}\">{}</host:name>{reason}</host:cd>", escaped(&name))
    };
    let rows: String = object.all("name").map(row).collect();
    if rows.is_empty() {
        return Err(Refusal::new(2003, "no name is given"));
    }
    Ok(Answer::with(format!("<host:chkData xmlns:host=\"{HOST}\">{rows}</host:chkData>")))
}

fn info(world: &World, object: &Element) -> Outcome {
    let host = found(world, object)?;
    let mut text = format!("<host:infData xmlns:host=\"{HOST}\">{}", element("host:name", &host.name));
    text.push_str(&element("host:roid", &host.repository_id));
    let mut statuses = host.statuses.clone();
    if statuses.is_empty() {
        statuses.insert("ok".to_owned());
    }
    if world.is_linked(&host.name) {
        statuses.insert("linked".to_owned());
    }
    text.extend(statuses.iter().map(|status| format!("<host:status s=\"{}\"/>", escaped(status))));
    for address in &host.addresses {
        let version = if address.is_ipv4() { "v4" } else { "v6" };
        text.push_str(&format!("<host:addr ip=\"{version}\">{address}</host:addr>"));
    }
    text.push_str(&history("host", [&host.sponsor, &host.sponsor], host.created, host.updated.as_ref()));
    text.push_str("</host:infData>");
    Ok(Answer::with(text))
}

fn create(world: &mut World, asking: &Asking<'_>, object: &Element) -> Outcome {
    let name = named(object)?;
    if world.hosts.contains_key(&name) {
        return Err(Refusal::new(2302, "the host is registered already").about_host(&name));
    }
    let addresses = addresses(object)?;
    if let Some(above) = world.above(&name).map(str::to_owned) {
        let domain = world.domains.get(&above);
        let domain = domain.ok_or_else(|| Refusal::new(2303, "no domain is above it").about_host(&name))?;
        if !asking.may_change(&domain.sponsor) {
            return Err(Refusal::new(2201, "the domain above it has another sponsor").about_host(&name));
        }
        if addresses.is_empty() {
            return Err(Refusal::new(2003, "a host in a zone of this registry needs an address").about_host(&name));
        }
    } else if !addresses.is_empty() {
        return Err(Refusal::new(2306, "a host of another registry has no address here").about_host(&name));
    }
    let repository_id = world.repository_id('H');
    let host = Host { repository_id, addresses, ..Host::new(&name, &asking.account, world.now()) };
    let inside = element("host:name", &name) + &element("host:crDate", &host.created.to_string());
    world.hosts.insert(name, host);
    Ok(Answer::with(format!("<host:creData xmlns:host=\"{HOST}\">{inside}</host:creData>")).changed())
}

fn update(world: &mut World, asking: &Asking<'_>, object: &Element) -> Outcome {
    let mut host = found(world, object)?;
    if !asking.may_change(&host.sponsor) {
        return Err(Refusal::new(2201, "the host has another sponsor").about_host(&host.name));
    }
    if object.child("chg").is_some() {
        return Err(Refusal::new(2102, "hosts are not renamed here").about_host(&host.name));
    }
    let status = |status: &Element| status.attribute("s").unwrap_or_default().to_owned();
    if let Some(rem) = object.child("rem") {
        for address in addresses(rem)? {
            if !host.addresses.remove(&address) {
                return Err(Refusal::new(2303, format!("the host has no address {address}")).about_host(&host.name));
            }
        }
        rem.all("status").map(status).for_each(|status| _ = host.statuses.remove(&status));
    }
    if let Some(status) = host.statuses.iter().find(|status| status.ends_with("UpdateProhibited")) {
        return Err(Refusal::new(2304, format!("the status {status} forbids it")).about_host(&host.name));
    }
    if let Some(add) = object.child("add") {
        host.addresses.extend(addresses(add)?);
        host.statuses.extend(add.all("status").map(status));
    }
    host.updated = Some((asking.account.clone(), world.now()));
    world.hosts.insert(host.name.clone(), host);
    Ok(Answer::of(1000).changed())
}

fn delete(world: &mut World, asking: &Asking<'_>, object: &Element) -> Outcome {
    let host = found(world, object)?;
    if !asking.may_change(&host.sponsor) {
        return Err(Refusal::new(2201, "the host has another sponsor").about_host(&host.name));
    }
    if let Some(status) = host.statuses.iter().find(|status| status.ends_with("DeleteProhibited")) {
        return Err(Refusal::new(2304, format!("the status {status} forbids it")).about_host(&host.name));
    }
    if world.is_linked(&host.name) {
        return Err(Refusal::new(2305, "a domain points to it").about_host(&host.name));
    }
    world.hosts.remove(&host.name);
    Ok(Answer::of(1000).changed())
}

fn named(object: &Element) -> Result<String, Refusal> {
    name_in(object.child("name").ok_or_else(|| Refusal::new(2003, "no name is given"))?)
}

fn found(world: &World, object: &Element) -> Result<Host, Refusal> {
    let name = named(object)?;
    world.hosts.get(&name).cloned().ok_or_else(|| Refusal::new(2303, "no such host is registered").about_host(&name))
}

fn addresses(parent: &Element) -> Result<BTreeSet<IpAddr>, Refusal> {
    let read = |address: &Element| {
        let text = address.text();
        text.parse::<IpAddr>().map_err(|_| Refusal::new(2005, format!("{text:?} is no address")))
    };
    parent.all("addr").map(read).collect()
}

impl Refusal {
    fn about_host(self, name: &str) -> Self {
        self.blaming(HOST, "host:name", name)
    }
}
