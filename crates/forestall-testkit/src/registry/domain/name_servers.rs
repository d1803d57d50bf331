// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The name servers of a domain: objects of their own, or attributes.

use crate::registry::answer::{Refusal, element, escaped};
use crate::registry::element::Element;
use crate::registry::settings::NameServerModel;
use crate::registry::space::HOST;
use crate::registry::world::{World, name_in};

/// Most name servers of a domain.
const MOST: usize = 13;

/// A name server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameServer {
    /// The name, in lower case.
    pub name: String,
    /// Addresses, where it is an attribute.
    pub addresses: Vec<String>,
}

impl NameServer {
    /// Makes one without addresses.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_ascii_lowercase(), addresses: Vec::new() }
    }
}

/// Reads the name servers that a command gives.
pub(super) fn given(world: &World, parent: &Element) -> Result<Vec<NameServer>, Refusal> {
    let Some(list) = parent.child("ns") else { return Ok(Vec::new()) };
    let servers: Vec<NameServer> = match world.settings.name_servers {
        NameServerModel::Objects => list.all("hostObj").map(|host| object(world, host)).collect::<Result<_, _>>()?,
        NameServerModel::Attributes => list.all("hostAttr").map(attribute).collect::<Result<_, _>>()?,
    };
    if servers.len() != list.children.len() || servers.is_empty() {
        return Err(Refusal::new(2306, "name servers are given in the other way here"));
    }
    if servers.len() > MOST {
        return Err(Refusal::new(2306, "there are too many name servers"));
    }
    Ok(servers)
}

fn object(world: &World, host: &Element) -> Result<NameServer, Refusal> {
    let name = name_in(host)?;
    if world.hosts.contains_key(&name) {
        Ok(NameServer::new(&name))
    } else {
        Err(Refusal::new(2303, "no such host is registered").blaming(HOST, "host:name", &name))
    }
}

fn attribute(host: &Element) -> Result<NameServer, Refusal> {
    let name = name_in(host.child("hostName").ok_or_else(|| Refusal::new(2003, "a host has no name"))?)?;
    Ok(NameServer { name, addresses: host.all("hostAddr").map(Element::text).collect() })
}

/// Writes the name servers of an answer.
pub(super) fn shown(model: NameServerModel, servers: &[NameServer]) -> String {
    if servers.is_empty() {
        return String::new();
    }
    let one = |server: &NameServer| match model {
        NameServerModel::Objects => element("domain:hostObj", &server.name),
        NameServerModel::Attributes => {
            let address = |address: &String| {
                let version = if address.contains(':') { "v6" } else { "v4" };
                format!("<domain:hostAddr ip=\"{version}\">{}</domain:hostAddr>", escaped(address))
            };
            let addresses: String = server.addresses.iter().map(address).collect();
            format!("<domain:hostAttr>{}{addresses}</domain:hostAttr>", element("domain:hostName", &server.name))
        }
    };
    format!("<domain:ns>{}</domain:ns>", servers.iter().map(one).collect::<String>())
}
