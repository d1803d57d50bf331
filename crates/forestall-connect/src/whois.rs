// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! WHOIS (RFC 3912): one line over TCP, and text until the server closes. The last resort for top-level domains without RDAP.
//!
//! Servers are named by the operator; there is no list of them that anybody keeps. They are asked side by side, each at its own
//! pace. What is not understood is a [`FailedLook`], never a free name.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use forestall_formats::whois::{MAX_OCTETS, WhoisDomain, WhoisError, read};
use forestall_model::directory::Directory;
use forestall_model::dossier::{FailedLook, Registration, Sourced};
use forestall_model::{DomainName, Instant, Method, Pap, Tld};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::clock::Clock;
use crate::host_port::HostPort;
use crate::registrable;
use crate::turns::{Ask, Attempt, Lane, Manners, TurnsReport, run};

/// The port of WHOIS.
const PORT: u16 = 43;
/// What stands as the source where nobody could be asked.
const NOBODY: &str = "whois";

/// A server: host and port, written `whois.example` or `whois.example:4343`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WhoisServer(HostPort);

/// A text that is no server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a server of WHOIS; expected a host, with a port after a colon where it is not 43")]
pub struct WhoisServerError(String);

impl fmt::Display for WhoisServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for WhoisServer {
    type Err = WhoisServerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.parse::<IpAddr>().is_ok() {
            return Ok(Self(HostPort { host: text.to_owned(), port: PORT }));
        }
        let read = HostPort::read(text, Some(PORT)).map(Self);
        read.ok_or_else(|| WhoisServerError(text.chars().take(80).collect()))
    }
}

/// How registration data are asked for.
#[derive(Clone, Debug)]
pub struct WhoisOptions<'d> {
    /// What tells registrable names from others.
    pub directory: &'d Directory,
    /// The servers of top-level domains.
    pub servers: BTreeMap<Tld, WhoisServer>,
    /// The server for names of other top-level domains; `None` where they are not asked for.
    pub default: Option<WhoisServer>,
    /// What the marking of the names allows: the registry may be asked up to `PAP:AMBER`; at `PAP:RED` nobody is.
    pub pap: Pap,
    /// How servers are asked.
    pub manners: Manners,
}

impl<'d> WhoisOptions<'d> {
    /// Returns the defaults: no server, `PAP:GREEN`, the default [`Manners`].
    #[must_use]
    pub fn new(directory: &'d Directory) -> Self {
        Self { directory, servers: BTreeMap::new(), default: None, pap: Pap::Green, manners: Manners::default() }
    }

    /// Returns the text of the server that would be asked about a name: the source in its outcome, also where the look fails.
    #[must_use]
    pub fn source(&self, name: &DomainName) -> String {
        self.service(name).map_or_else(|(source, _)| source, |server| server.to_string())
    }

    fn service(&self, name: &DomainName) -> Result<WhoisServer, (String, String)> {
        let server = self
            .servers
            .get(&name.tld())
            .or(self.default.as_ref())
            .ok_or_else(|| (NOBODY.to_owned(), format!("no server of WHOIS is given for {}", name.tld())))?;
        match registrable::check(self.directory, name) {
            Ok(()) => Ok(server.clone()),
            Err(reason) => Err((server.to_string(), reason)),
        }
    }
}

/// A collection that asked nobody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WhoisCollectError {
    /// The names may not be asked about at all.
    #[error("the names are marked {0}, which allows no questions to anybody; use what was gathered before")]
    Forbidden(Pap),
}

/// Asks for each name once and hands its outcome to `sink` as soon as it is known; `now` is when it begins.
///
/// Names of one server are asked for in their order, those of several servers side by side. A name that is listed several times
/// is asked for once; one that is not registrable, or without a server, fails without being asked for.
///
/// # Errors
///
/// [`WhoisCollectError`] where nobody may be asked. Servers that fail are no error: their names fail.
pub async fn collect_whois(
    names: impl IntoIterator<Item = DomainName>,
    options: &WhoisOptions<'_>,
    now: Instant,
    mut sink: impl FnMut(DomainName, Result<Sourced<Registration>, FailedLook>) + Send,
) -> Result<TurnsReport, WhoisCollectError> {
    if options.pap >= Pap::Red {
        return Err(WhoisCollectError::Forbidden(options.pap));
    }
    let mut names: Vec<DomainName> = names.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    let mut failed = 0;
    let mut lanes: BTreeMap<WhoisServer, Lane<Line>> = BTreeMap::new();
    for name in names {
        match options.service(&name) {
            Ok(server) => {
                let lane = lanes.entry(server.clone()).or_insert_with(|| Lane {
                    label: server.to_string(),
                    ask: Line { manners: options.manners.clone() },
                    questions: Vec::new(),
                });
                lane.questions.push((name, server));
            }
            Err((source, reason)) => {
                failed += 1;
                sink(name, Err(FailedLook { method: Method::Whois, source, at: now, reason }));
            }
        }
    }
    let lanes = lanes.into_values().collect();
    let mut report = run(lanes, &options.manners, Clock::starting_at(now), |name, outcome| {
        sink(
            name,
            outcome.map(|Sourced { method, source, at, fact }| Sourced { method, source, at, fact: fact.registration }),
        );
    })
    .await;
    report.failed += failed;
    Ok(report)
}

/// Asks over a connection of its own.
#[derive(Debug)]
struct Line {
    manners: Manners,
}

impl Ask for Line {
    type Service = WhoisServer;
    type Fact = WhoisDomain;
    const METHOD: Method = Method::Whois;

    async fn ask(&self, server: &WhoisServer, name: &DomainName, _: Instant) -> Attempt<WhoisDomain> {
        let later = |reason: String| Attempt::Later { reason, after: None };
        let connecting = TcpStream::connect((server.0.host.as_str(), server.0.port));
        let mut stream = match tokio::time::timeout(self.manners.connect_timeout, connecting).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return later(format!("it cannot be reached: {error}")),
            Err(_) => return later(format!("no connection within {:?}", self.manners.connect_timeout)),
        };
        if let Err(error) = stream.write_all(format!("{name}\r\n").as_bytes()).await {
            return later(format!("it takes no question: {error}"));
        }
        let most = u64::try_from(MAX_OCTETS + 1).unwrap_or(u64::MAX);
        let mut octets = Vec::new();
        if let Err(error) = stream.take(most).read_to_end(&mut octets).await {
            return later(format!("the answer breaks off: {error}"));
        }
        match read(&octets, name) {
            Ok(domain) => Attempt::Told(domain),
            Err(error @ (WhoisError::Limited(_) | WhoisError::Empty)) => later(error.to_string()),
            Err(error) => Attempt::Useless(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::WhoisServer;

    #[test]
    fn servers_are_written_with_their_port() {
        let check = |text: &str, expected: &str| assert_eq!(text.parse::<WhoisServer>().unwrap().to_string(), expected);
        check("whois.nic.example", "whois.nic.example:43");
        check("WHOIS.nic.example:4343", "whois.nic.example:4343");
        check("127.0.0.1:43", "127.0.0.1:43");
        check("::1", "[::1]:43");
        check("[::1]:4343", "[::1]:4343");
        for wrong in ["", ":43", "a b", "whois.example:0", "whois.example:x", "[x]:43", "a..b", "http://x"] {
            assert!(wrong.parse::<WhoisServer>().is_err(), "{wrong}");
        }
    }
}
