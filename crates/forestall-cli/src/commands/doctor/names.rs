// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Looks at the sinkhole's name servers: by a resolver, or the parent itself, and by asking them.

use std::net::{IpAddr, SocketAddr};

use forestall_dns::{Authority, Client, Data, Delegation, Kind, Options, Question, Rcode};
use forestall_model::{DomainName, OwnerName};

use crate::doctor::delegation::{Answered, Delegated, Observed, Server};

/// A name that nobody can list: RFC 2606 keeps `invalid` free.
const UNLISTED: &str = "not-listed.invalid";

/// Looks at name servers, by a resolver where there is one, and asks those whose address is known for listed names.
pub(super) async fn look(
    servers: &[(DomainName, Option<SocketAddr>)],
    resolver: Option<SocketAddr>,
    listed: &[DomainName],
) -> Observed {
    let mut observed = Observed::default();
    let resolver = resolver.map(|resolver| Client::new(resolver, Options::default()));
    for (name, address) in servers {
        let led_to = match &resolver {
            None => None,
            Some(resolver) => Some(addresses(resolver, &OwnerName::from(name)).await),
        };
        let mut server = Server { name: name.to_string(), address: *address, led_to, listed: None, other: None };
        if let Some(address) = address {
            let client = Client::new(*address, Options { recursion: false, ..Options::default() });
            if let Some(first) = listed.first() {
                server.listed = Some(answered(&client, listed, first).await);
            }
            server.other = Some((UNLISTED.to_owned(), rcode(&client).await));
        }
        observed.servers.push(server);
    }
    if let Some(resolver) = &resolver {
        for name in listed {
            let servers = delegates(resolver, name).await;
            observed.delegated.push(Delegated { name: name.to_string(), servers });
        }
    }
    observed
}

/// Asks where a name server is: what is answered, and what stands beside a referral.
async fn addresses(resolver: &Client, name: &OwnerName) -> Result<Vec<IpAddr>, String> {
    let mut found = Vec::new();
    for kind in [Kind::A, Kind::Aaaa] {
        let asked = resolver.ask(&Question { name: name.clone(), kind }).await;
        let answer = asked.map_err(|error| error.to_string())?;
        if !matches!(answer.rcode, Rcode::NoError | Rcode::NxDomain) {
            return Err(format!("{} answers {}", resolver.server(), answer.rcode));
        }
        for record in answer.answers.iter().chain(&answer.additional).filter(|record| record.owner == *name) {
            match record.data {
                Data::A(address) => found.push(IpAddr::from(address)),
                Data::Aaaa(address) => found.push(IpAddr::from(address)),
                _ => {}
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Asks for the name servers of a listed name.
async fn delegates(resolver: &Client, name: &DomainName) -> Result<Vec<String>, String> {
    match resolver.delegation(&OwnerName::from(name)).await {
        Delegation::Delegated { servers, .. } => Ok(servers.iter().map(ToString::to_string).collect()),
        Delegation::Nxdomain => Err("it does not exist".to_owned()),
        Delegation::NoDelegation => Err("it exists and is not delegated".to_owned()),
        Delegation::Failed(failure) => Err(failure.to_string()),
    }
}

/// Asks a name server of the sinkhole for each listed name, up to the first for which it does not answer as it must.
async fn answered(client: &Client, listed: &[DomainName], first: &DomainName) -> Answered {
    for name in listed {
        let is_authority = authority(client, &OwnerName::from(name)).await;
        if is_authority.is_err() {
            return Answered { name: name.to_string(), is_authority };
        }
    }
    let more = if listed.len() > 1 { format!(" and {} more", listed.len() - 1) } else { String::new() };
    Answered { name: format!("{first}{more}"), is_authority: Ok(()) }
}

async fn authority(client: &Client, name: &OwnerName) -> Result<(), String> {
    match client.authority(name).await {
        Authority::Authoritative { .. } => {}
        Authority::Recursive { .. } => return Err("it resolves for others and is no authority".to_owned()),
        Authority::NotServed(failure) => return Err(failure.to_string()),
    }
    match client.delegation(name).await {
        Delegation::Delegated { referral: false, .. } => Ok(()),
        Delegation::Delegated { referral: true, .. } => Err("it points to other name servers".to_owned()),
        Delegation::Nxdomain | Delegation::NoDelegation => Err("it tells no name servers".to_owned()),
        Delegation::Failed(failure) => Err(failure.to_string()),
    }
}

/// Asks for a name that is not listed and returns the word of the response code.
async fn rcode(client: &Client) -> Result<String, String> {
    let name: OwnerName = UNLISTED.parse().map_err(|error| format!("{error}"))?;
    let answer = client.ask(&Question { name, kind: Kind::A }).await;
    answer.map(|answer| answer.rcode.to_string()).map_err(|error| error.to_string())
}
