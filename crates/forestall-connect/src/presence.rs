// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Whether registrable names are in the DNS, and what of them: facts for those who decide whether a name is innocent.
//!
//! Each name is asked for once, by its name servers. A server of the top-level domain ends the matter with one answer: the name does not
//! exist, or it is delegated to these. Where the server is a resolver and the marking allows it to turn to the name's own servers, a delegated
//! name's start of authority, addresses and mail servers are asked for as well. Random names below each parent are asked for first,
//! so that a parent that answers for every name proves nothing for one.
//!
//! Each server is asked by itself, at its own pace, and within a server no parent takes more than half of the questions that are under way while others wait: one that
//! is slow or dead holds up nobody else, and after some questions without any sign it is left alone. Every outcome
//! goes to the caller as soon as it is known, who keeps it (see [`cache`](mod@crate::cache)) and after a crash asks for the rest.
//!
//! A resolver that filters answers NXDOMAIN for the very names that are asked about here, and nothing in the answer tells; ask the
//! servers of the top-level domains, or a resolver of one's own.
//!
//! A look that failed is a [`FailedLook`] with its reason, and never says that a name is free.

mod aliases;
mod lane;
mod look;
mod queue;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use forestall_dns::{Client, Options};
use forestall_model::directory::Directory;
use forestall_model::dossier::{FailedLook, Presence, Sourced};
use forestall_model::{DomainName, Dossier, Instant, Method, OwnerName, Pap};
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::registrable;
use crate::wildcard::parent_of;
use lane::Lane;

/// What stands for the server where a name was given that no server is asked about.
const NOBODY: &str = "no server";
/// Outcomes that wait for the caller at most.
const WAITING: usize = 1_024;

/// Which server is asked about which names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Servers {
    /// The server for names of which nothing else is said.
    pub default: Option<SocketAddr>,
    /// The servers for names below a zone, a top-level domain as a rule; of several zones the nearest above the name counts.
    pub zones: BTreeMap<OwnerName, SocketAddr>,
}

impl Servers {
    /// Makes the choice of one server for all names.
    #[must_use]
    pub const fn all(server: SocketAddr) -> Self {
        Self { default: Some(server), zones: BTreeMap::new() }
    }

    /// Returns the server that is asked about a name; `None` where nobody is.
    #[must_use]
    pub fn of(&self, name: &DomainName) -> Option<SocketAddr> {
        if self.zones.is_empty() {
            return self.default;
        }
        let above = std::iter::successors(Some(parent_of(name)), |zone| zone.split_once('.').map(|(_, above)| above));
        above
            .filter_map(|zone| zone.parse::<OwnerName>().ok())
            .find_map(|zone| self.zones.get(&zone))
            .copied()
            .or(self.default)
    }
}

/// How presence is asked for.
#[derive(Clone, Debug)]
pub struct PresenceOptions<'d> {
    /// Who is asked.
    pub servers: Servers,
    /// What tells registrable names from others.
    pub directory: &'d Directory,
    /// What the marking of the names allows: at `PAP:AMBER` no server is asked to resolve for us, because it would then turn to the
    /// names' own servers; at `PAP:RED` nobody is asked at all.
    pub pap: Pap,
    /// Most messages a second to one server; `None` for no limit.
    pub per_second: Option<u32>,
    /// Most names under way at one time with one server; 0 counts as 1.
    pub concurrency: usize,
    /// Most names under way at one time in all, each of which has a socket; 0 counts as 1.
    pub concurrency_in_all: usize,
    /// How long one try waits for its answer.
    pub timeout: Duration,
    /// How often a question is sent before it failed.
    pub tries: u32,
    /// After how many names in a row without any sign a server, or one parent with that server, is left alone; 0 counts as 1.
    pub give_up_after: usize,
}

impl<'d> PresenceOptions<'d> {
    /// Returns the defaults: for each server 50 messages a second and 16 names at a time, 256 names at a time in all, 3 tries of 2 s,
    /// `PAP:GREEN`, giving up after 20 names without an answer.
    #[must_use]
    pub const fn new(servers: Servers, directory: &'d Directory) -> Self {
        Self {
            servers,
            directory,
            pap: Pap::Green,
            per_second: Some(50),
            concurrency: 16,
            concurrency_in_all: 256,
            timeout: Duration::from_secs(2),
            tries: 3,
            give_up_after: 20,
        }
    }
}

/// The outcome for one name: what is kept of it.
///
/// // STORED FORMAT, version 1: the outcome in a cache of looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Looked {
    /// What the DNS showed, or why it showed nothing.
    pub presence: Result<Sourced<Presence>, FailedLook>,
    /// Questions beyond the first that failed: what they would have told is missing in the presence, and not absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<FailedLook>,
}

impl Looked {
    /// Adds the outcome to what else is known of the name.
    pub fn add_to(self, dossier: &mut Dossier) {
        match self.presence {
            Ok(presence) => add(&mut dossier.presence, presence),
            Err(failure) => add(&mut dossier.failures, failure),
        }
        dossier.failures.extend(self.gaps);
    }
}

/// Adds a fact with room for it alone: most names have one of a kind, there are millions of names, and a vector would begin with room for four.
pub(crate) fn add<T>(facts: &mut Vec<T>, fact: T) {
    facts.reserve_exact(1);
    facts.push(fact);
}

/// How a collection went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PresenceReport {
    /// Names whose presence is known, those whose parent answers for every name included.
    pub told: usize,
    /// Names whose look failed.
    pub failed: usize,
    /// Names of which something beyond their delegation is missing.
    pub with_gaps: usize,
    /// Whom it gave up, in the order of servers and parents.
    pub given_up: Vec<GivenUp>,
}

/// A server that was left alone, for all names or for those of one parent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GivenUp {
    /// The server.
    pub server: SocketAddr,
    /// The parent; `None` where it gave no sign for any.
    pub parent: Option<OwnerName>,
    /// Why, in words.
    pub reason: String,
}

/// A collection that asked nobody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PresenceError {
    /// The names may not be asked about at all.
    #[error("the names are marked {0}, which allows no questions to anybody; use a copy of the zone")]
    Forbidden(Pap),
}

/// Asks for each name once and hands its outcome to `sink` as soon as it is known, in no order; `now` is when it begins.
///
/// A name that is listed several times is asked for once. A name that is not registrable, or about which no server is to be asked, fails without being asked
/// for. Dropping the future ends all questions under way; outcomes that `sink` did not get are lost.
///
/// # Errors
///
/// [`PresenceError`] where the names may not be asked for. Servers that fail are no error: their names fail.
pub async fn collect_presence(
    names: impl IntoIterator<Item = DomainName>,
    options: &PresenceOptions<'_>,
    now: Instant,
    mut sink: impl FnMut(DomainName, Looked) + Send,
) -> Result<PresenceReport, PresenceError> {
    if options.pap >= Pap::Red {
        return Err(PresenceError::Forbidden(options.pap));
    }
    let clock = Clock::starting_at(now);
    let mut report = PresenceReport::default();
    let mut names: Vec<DomainName> = names.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    let mut of_server: BTreeMap<SocketAddr, Vec<DomainName>> = BTreeMap::new();
    for name in names {
        match askable(&name, options) {
            Ok(server) => of_server.entry(server).or_default().push(name),
            Err((source, reason)) => {
                report.failed += 1;
                let presence = Err(FailedLook { method: Method::Dns, source, at: now, reason });
                sink(name, Looked { presence, gaps: Vec::new() });
            }
        }
    }

    let in_all = Arc::new(Semaphore::new(options.concurrency_in_all.clamp(1, Semaphore::MAX_PERMITS)));
    let (out, mut looked) = mpsc::channel(WAITING);
    // Dropped with this future, the set ends its tasks.
    let mut lanes = JoinSet::new();
    for (server, names) in of_server {
        let client = Client::new(
            server,
            Options {
                timeout: options.timeout,
                tries: options.tries,
                recursion: options.pap <= Pap::Green,
                mix_case: true,
                per_second: options.per_second,
            },
        );
        let lane = Lane {
            client,
            resolving: options.pap <= Pap::Green,
            concurrency: options.concurrency.max(1),
            in_all: Arc::clone(&in_all),
            give_up_after: options.give_up_after.max(1),
            clock,
            out: out.clone(),
        };
        lanes.spawn(lane.run(names));
    }
    drop(out);
    while let Some((name, outcome)) = looked.recv().await {
        match &outcome.presence {
            Ok(_) => report.told += 1,
            Err(_) => report.failed += 1,
        }
        report.with_gaps += usize::from(!outcome.gaps.is_empty());
        sink(name, outcome);
    }
    while let Some(ended) = lanes.join_next().await {
        // A task is never cancelled here, so it ends early by a panic alone, which goes on.
        report.given_up.extend(ended.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())));
    }
    report.given_up.sort_unstable();
    Ok(report)
}

/// Returns the server that is to be asked about a name; else who would be, and why nobody is.
fn askable(name: &DomainName, options: &PresenceOptions<'_>) -> Result<SocketAddr, (String, String)> {
    let server = options.servers.of(name);
    let source = || server.map_or_else(|| NOBODY.to_owned(), |server| server.to_string());
    registrable::check(options.directory, name).map_err(|reason| (source(), reason))?;
    server.ok_or_else(|| (source(), format!("no server is given for names of {}", parent_of(name))))
}
