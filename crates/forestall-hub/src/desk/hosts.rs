// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Whether name servers have addresses: asked of a resolver, which needs the glue for it where there is any.

use std::net::IpAddr;

use forestall_connect::presence::Servers;
use forestall_dns::{Client, Data, Kind, Options, Question, Rcode};
use forestall_model::dossier::{Existence, FailedLook, Presence, Sourced};
use forestall_model::{DomainName, Dossier, Instant, Method, OwnerName};

/// Asks for the addresses of each name server of which somebody is named who can be asked, and returns a dossier of each. A server that
/// does not resolve for others tells nothing here.
pub(super) async fn look_at_hosts(servers: &[DomainName], ask: &Servers, now: Instant) -> Vec<Dossier> {
    let mut dossiers = Vec::new();
    for server in servers {
        let Some(asked) = ask.of(server) else { continue };
        let client = Client::new(asked, Options { recursion: true, ..Options::default() });
        let mut dossier = Dossier::new(server.clone());
        match addresses(&client, server).await {
            Ok(Some(fact)) => {
                dossier.presence.push(Sourced { method: Method::Dns, source: asked.to_string(), at: now, fact });
            }
            Ok(None) => continue,
            Err(reason) => {
                dossier.failures.push(FailedLook { method: Method::Dns, source: asked.to_string(), at: now, reason });
            }
        }
        dossiers.push(dossier);
    }
    dossiers
}

/// Returns what the DNS shows of a host; none where the server does not resolve.
async fn addresses(client: &Client, server: &DomainName) -> Result<Option<Presence>, String> {
    let mut presence = Presence::bare(Existence::NoDelegation);
    for kind in [Kind::A, Kind::Aaaa] {
        let question = Question { name: OwnerName::from(server), kind };
        let answer = client.ask(&question).await.map_err(|error| error.to_string())?;
        if !answer.recursion_available && !answer.authoritative {
            return Ok(None);
        }
        match answer.rcode {
            Rcode::NoError => {}
            Rcode::NxDomain => presence.existence = Existence::Absent,
            other => return Err(format!("the server answers {other}")),
        }
        presence.addresses.extend(answer.answers.iter().filter_map(|record| match record.data {
            Data::A(address) => Some(IpAddr::from(address)),
            Data::Aaaa(address) => Some(IpAddr::from(address)),
            _ => None,
        }));
    }
    presence.addresses.sort_unstable();
    presence.addresses.dedup();
    Ok(Some(presence))
}
