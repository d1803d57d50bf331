// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Is a name delegated, and to whom? What one answer says about it, and what it does not.

use forestall_model::OwnerName;

use crate::answer::{Answer, Data, Kind, Question, Rcode, Record};
use crate::client::{AskError, Client};

/// What a server says about the delegation of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delegation {
    /// The name is delegated.
    Delegated {
        /// Its name servers, in order of their names, each once; never empty.
        servers: Vec<OwnerName>,
        /// Whether the server pointed to them as the parent does. Where it did not, they stand in the answer: a
        /// resolver passes on what the servers of the name itself say, which its holder can choose freely.
        referral: bool,
    },
    /// The name does not exist.
    Nxdomain,
    /// The name exists without being delegated.
    NoDelegation,
    /// The answer does not tell.
    Failed(Failure),
}

/// Why an answer does not tell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// No usable answer came.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The server answered with an error.
    #[error("the server answers {0}")]
    Rcode(Rcode),
    /// The server points to the servers of another zone.
    #[error("the server refers to the zone {0}")]
    ReferredElsewhere(OwnerName),
    /// The server speaks neither as an authority nor as a resolver.
    #[error("the server is neither an authority for the name nor a resolver")]
    NotAuthoritative,
    /// The servers of the name itself answered and name no name servers.
    #[error("the name's own servers answer, and name no name server")]
    ChildAnswered,
    /// The answer fits no answer that the protocol knows.
    #[error("the answer contradicts itself or is empty")]
    Senseless,
}

/// What a server is for a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authority {
    /// It is one of the zone's own servers.
    Authoritative {
        /// The serial of its copy of the zone.
        serial: u32,
    },
    /// It resolves for others.
    Recursive {
        /// The serial that it was told.
        serial: u32,
    },
    /// It does not answer for the zone.
    NotServed(Failure),
}

impl Client {
    /// Asks for the name servers of `name` and says what the answer means.
    pub async fn delegation(&self, name: &OwnerName) -> Delegation {
        let question = Question { name: name.clone(), kind: Kind::Ns };
        match self.ask(&question).await {
            Ok(answer) => classify(name, &answer),
            Err(error) => Delegation::Failed(error.into()),
        }
    }

    /// Asks for the start of authority of `zone` and says what the server is for it.
    pub async fn authority(&self, zone: &OwnerName) -> Authority {
        let question = Question { name: zone.clone(), kind: Kind::Soa };
        let answer = match self.ask(&question).await {
            Ok(answer) => answer,
            Err(error) => return Authority::NotServed(error.into()),
        };
        if answer.rcode != Rcode::NoError {
            return Authority::NotServed(Failure::Rcode(answer.rcode));
        }
        let serial = answer.answers.iter().find_map(|record| match record.data {
            Data::Soa { serial, .. } if record.owner == *zone => Some(serial),
            _ => None,
        });
        match serial {
            Some(serial) if answer.authoritative => Authority::Authoritative { serial },
            Some(serial) if answer.recursion_available => Authority::Recursive { serial },
            Some(_) => Authority::NotServed(Failure::NotAuthoritative),
            None => match referral(&answer) {
                Some(other) => Authority::NotServed(Failure::ReferredElsewhere(other.clone())),
                None => Authority::NotServed(Failure::Senseless),
            },
        }
    }
}

/// Says what an answer to the question for the name servers of `name` means.
#[must_use]
pub fn classify(name: &OwnerName, answer: &Answer) -> Delegation {
    let of_name = |record: &&Record| record.owner == *name;
    let alias = answer.answers.iter().filter(of_name).any(|record| matches!(record.data, Data::Cname(_)));
    let speaks = answer.authoritative || answer.recursion_available;
    let denied_by =
        answer.authority.iter().find(|record| matches!(record.data, Data::Soa { .. })).map(|record| &record.owner);
    match answer.rcode {
        Rcode::NoError | Rcode::NxDomain => {}
        other => return Delegation::Failed(Failure::Rcode(other)),
    }
    if alias {
        // The rest of the answer, and its response code, speak of the name behind the alias.
        return if speaks { Delegation::NoDelegation } else { Delegation::Failed(Failure::NotAuthoritative) };
    }
    if answer.rcode == Rcode::NxDomain {
        return match denied_by {
            _ if !speaks => Delegation::Failed(Failure::NotAuthoritative),
            Some(zone) if zone == name => Delegation::Failed(Failure::ChildAnswered),
            Some(zone) if !name.is_within(zone) => Delegation::Failed(Failure::Senseless),
            _ => Delegation::Nxdomain,
        };
    }
    if let Some(servers) = servers_of(name, &answer.answers) {
        return if speaks {
            Delegation::Delegated { servers, referral: false }
        } else {
            Delegation::Failed(Failure::NotAuthoritative)
        };
    }
    match denied_by {
        _ if !answer.answers.is_empty() => Delegation::Failed(Failure::Senseless),
        Some(zone) if zone == name => Delegation::Failed(Failure::ChildAnswered),
        Some(zone) if !name.is_within(zone) => Delegation::Failed(Failure::Senseless),
        Some(_) if speaks => Delegation::NoDelegation,
        Some(_) => Delegation::Failed(Failure::NotAuthoritative),
        None => match (servers_of(name, &answer.authority), referral(answer)) {
            (Some(servers), _) => Delegation::Delegated { servers, referral: true },
            (None, Some(other)) => Delegation::Failed(Failure::ReferredElsewhere(other.clone())),
            (None, None) => Delegation::Failed(Failure::Senseless),
        },
    }
}

/// Returns the name servers of `name` in a section, in order, each once; `None` where there are none.
fn servers_of(name: &OwnerName, section: &[Record]) -> Option<Vec<OwnerName>> {
    let mut servers: Vec<OwnerName> = section
        .iter()
        .filter(|record| record.owner == *name)
        .filter_map(|record| match &record.data {
            Data::Ns(server) => Some(server.clone()),
            _ => None,
        })
        .collect();
    servers.sort_unstable();
    servers.dedup();
    (!servers.is_empty()).then_some(servers)
}

/// Returns the zone to whose servers an answer points.
fn referral(answer: &Answer) -> Option<&OwnerName> {
    answer.authority.iter().find(|record| matches!(record.data, Data::Ns(_))).map(|record| &record.owner)
}

#[cfg(test)]
mod tests {
    use super::{Delegation, Failure, classify};
    use crate::answer::{Answer, Data, Rcode, Record};
    use forestall_model::OwnerName;

    fn name(text: &str) -> OwnerName {
        text.parse().unwrap()
    }

    fn ns(owner: &str, server: &str) -> Record {
        record(owner, Data::Ns(name(server)))
    }

    fn soa(owner: &str) -> Record {
        record(owner, Data::Soa { primary: name("a.nic"), contact: name("hostmaster.nic"), serial: 1, minimum: 60 })
    }

    fn record(owner: &str, data: Data) -> Record {
        Record { owner: name(owner), ttl: 60, data }
    }

    fn delegated(servers: &[&str], referral: bool) -> Delegation {
        Delegation::Delegated { servers: servers.iter().map(|server| name(server)).collect(), referral }
    }

    #[test]
    fn tells_what_each_answer_means() {
        const LAME: &str = "";
        let check = |flags: &str, rcode: Rcode, answers: &[Record], authority: &[Record], expected: Delegation| {
            let answer = Answer {
                rcode,
                authoritative: flags.contains("aa"),
                recursion_available: flags.contains("ra"),
                over_tcp: false,
                answers: answers.to_vec(),
                authority: authority.to_vec(),
                additional: Vec::new(),
            };
            assert_eq!(classify(&name("abcd.com.ag"), &answer), expected, "{answer:?}");
        };
        let failed = Delegation::Failed;
        let cname = record("abcd.com.ag", Data::Cname(name("x.test")));
        // The parent points to the name's servers.
        let to_us = [ns("abcd.com.ag", "ns2.sink"), ns("abcd.com.ag", "ns1.sink"), ns("abcd.com.ag", "NS1.sink")];
        check(LAME, Rcode::NoError, &[], &to_us, delegated(&["ns1.sink", "ns2.sink"], true));
        // A resolver, or a server of parent and child, answers with them.
        check("ra", Rcode::NoError, &to_us, &[], delegated(&["ns1.sink", "ns2.sink"], false));
        check("aa", Rcode::NoError, &to_us[..1], &[], delegated(&["ns2.sink"], false));
        check(LAME, Rcode::NoError, &to_us, &[], failed(Failure::NotAuthoritative));
        // A referral for the suffix says nothing about the name, nor does one upwards.
        let to_suffix = [ns("com.ag", "ns.nic.ag")];
        check(LAME, Rcode::NoError, &[], &to_suffix, failed(Failure::ReferredElsewhere(name("com.ag"))));
        check(LAME, Rcode::NoError, &[], &[ns(".", "a.root")], failed(Failure::ReferredElsewhere(name("."))));
        // Absence counts from an authority or a resolver alone, and only for names of the zone that denies.
        check("aa", Rcode::NxDomain, &[], &[soa("ag")], Delegation::Nxdomain);
        check("ra", Rcode::NxDomain, &[], &[], Delegation::Nxdomain);
        check(LAME, Rcode::NxDomain, &[], &[soa("ag")], failed(Failure::NotAuthoritative));
        check("aa", Rcode::NxDomain, &[], &[soa("be")], failed(Failure::Senseless));
        check("aa", Rcode::NxDomain, &[], &[soa("abcd.com.ag")], failed(Failure::ChildAnswered));
        check("aa", Rcode::NoError, &[], &[soa("com.ag")], Delegation::NoDelegation);
        check(LAME, Rcode::NoError, &[], &[soa("com.ag")], failed(Failure::NotAuthoritative));
        check("ra", Rcode::NoError, &[], &[soa("abcd.com.ag")], failed(Failure::ChildAnswered));
        // An alias exists, whatever is said of the name behind it.
        check("aa", Rcode::NxDomain, std::slice::from_ref(&cname), &[soa("test")], Delegation::NoDelegation);
        check("ra", Rcode::NoError, &[cname, ns("x.test", "ns1.sink")], &[], Delegation::NoDelegation);
        // Name servers of other names are not those of this one.
        check("aa", Rcode::NoError, &[ns("other.ag", "ns1.sink")], &[], failed(Failure::Senseless));
        check("aa", Rcode::NoError, &[], &[], failed(Failure::Senseless));
        check("aa", Rcode::ServFail, &to_us, &[], failed(Failure::Rcode(Rcode::ServFail)));
        check(LAME, Rcode::Refused, &[], &[], failed(Failure::Rcode(Rcode::Refused)));
    }
}
