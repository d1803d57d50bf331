// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A sweep over DNS: asks one server for the name servers of every name, politely.
//!
//! The server may be an authority for the parents of the names or a resolver. What an authority says comes from the parent
//! itself; what a resolver says about a delegation comes from the name's own servers, whose holder may write what he likes,
//! so a resolver can refute a protection but not prove one, and the vantage of the sweep tells for how many top-level
//! domains the server is which.
//!
//! Some parents answer for every name. Before names are asked for, two random names of each parent are: where they exist,
//! a name that shows the same as they do shows nothing of its own ([`Sight::Wildcard`]).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use forestall_dns::{AskError, Authority, Client, Delegation, Failure, Options};
use forestall_model::evidence::Sweep;
use forestall_model::name::last_label;
use forestall_model::{DomainName, Instant, Method, OwnerName, Pap, Sight, Tld};
use tokio::task::JoinSet;

use crate::lists::{AskedList, Look, Ours, SweepReport, reasons, swept};
use crate::wildcard::{self, NoRandomness, PROBES, Parent, Shown, Told, owner, parent_of};

/// Why a resolver's word for our name servers proves nothing: it repeats the records of the name's own zone, and whoever holds
/// the name writes those. Other name servers in them still refute a protection.
const HEARSAY: &str =
    "a resolver repeats what the name's own zone says of its name servers; ask a server of the top-level domain";

/// How a sweep asks.
#[derive(Clone, Debug)]
pub struct SweepOptions {
    /// The server that is asked.
    pub server: SocketAddr,
    /// The name servers that count as the response's own; a name is ours where it has no other.
    pub name_servers: Vec<DomainName>,
    /// What the marking of the lists allows: at `PAP:AMBER` the server is not asked to resolve for us, because it would then
    /// turn to the names' own servers; at `PAP:RED` nobody is asked at all.
    pub pap: Pap,
    /// Most messages a second; `None` for no limit.
    pub per_second: Option<u32>,
    /// Most questions under way at one time; 0 counts as 1.
    pub concurrency: usize,
    /// How long one try waits for its answer.
    pub timeout: Duration,
    /// How often a question is sent before its look failed.
    pub tries: u32,
    /// After how many questions in a row without any sign of the server the sweep gives up; 0 counts as 1.
    pub give_up_after: usize,
}

impl SweepOptions {
    /// Returns the defaults for a server: 50 messages a second, 16 questions at a time, 3 tries of 2 s, `PAP:GREEN`, giving up after
    /// 20 questions without an answer.
    #[must_use]
    pub const fn new(server: SocketAddr, name_servers: Vec<DomainName>) -> Self {
        Self {
            server,
            name_servers,
            pap: Pap::Green,
            per_second: Some(50),
            concurrency: 16,
            timeout: Duration::from_secs(2),
            tries: 3,
            give_up_after: 20,
        }
    }
}

/// How far a sweep is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Questions that are answered or failed, those for top-level domains and wildcards included.
    pub done: usize,
    /// Questions in all; falls where a server turns out not to answer for a parent.
    pub total: usize,
    /// Questions that failed.
    pub failed: usize,
}

/// A sweep that came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// The server gave no sign; nothing that was seen before is kept.
    #[error("the server {server} does not answer ({questions} questions in a row); the last: {last}")]
    ServerSilent {
        /// The server.
        server: SocketAddr,
        /// Questions in a row without a sign of it.
        questions: usize,
        /// How the last one failed.
        last: AskError,
    },
    /// The operating system gave no random numbers.
    #[error("the operating system gives no random numbers: {0}")]
    NoRandomness(String),
    /// The lists may not be asked about at all.
    #[error("the names are marked {0}, which allows no questions to anybody; use a copy of the zone")]
    Forbidden(Pap),
}

impl From<NoRandomness> for SweepError {
    fn from(error: NoRandomness) -> Self {
        Self::NoRandomness(error.0)
    }
}

/// Looks at every name of the lists once and returns what was seen; `at` is when the sweep began.
///
/// A name that stands in several lists is asked for once. Names of a parent for which the server does not answer are unknown
/// without being asked for.
///
/// # Errors
///
/// [`SweepError`] where the server does not answer or the names may not be asked for.
pub async fn sweep(
    lists: &[AskedList],
    options: &SweepOptions,
    at: Instant,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<SweepReport, SweepError> {
    if options.pap >= Pap::Red {
        return Err(SweepError::Forbidden(options.pap));
    }
    let names: BTreeSet<&DomainName> = lists.iter().flat_map(|list| list.asked().map(|(_, name)| name)).collect();
    let tlds: BTreeSet<&Tld> = lists.iter().map(|list| &list.tld).collect();
    let parents: BTreeSet<&str> = names.iter().map(|name| parent_of(name)).collect();
    let client = Client::new(
        options.server,
        Options {
            timeout: options.timeout,
            tries: options.tries,
            recursion: options.pap <= Pap::Green,
            mix_case: true,
            per_second: options.per_second,
        },
    );
    let mut asking = Asking {
        client,
        concurrency: options.concurrency.max(1),
        give_up_after: options.give_up_after.max(1),
        silent_in_a_row: 0,
        last_silence: None,
        answered: false,
        progress: Progress { done: 0, total: tlds.len() + PROBES * parents.len() + names.len(), failed: 0 },
        report: &mut progress,
    };

    let zones = tlds.iter().map(|tld| owner(tld.as_str())).collect();
    let authorities = asking.all(zones, ask_authority).await?;
    let vantage = vantage(options.server, &authorities);
    let resolved: BTreeSet<&str> = tlds
        .iter()
        .zip(&authorities)
        .filter(|(_, authority)| matches!(authority, Authority::Recursive { .. }))
        .map(|(tld, _)| tld.as_str())
        .collect();

    let mut probes = Vec::with_capacity(PROBES * parents.len());
    for parent in &parents {
        probes.extend(wildcard::probes(parent)?);
    }
    let probed = asking.all(probes, ask_delegation).await?;
    let parents: BTreeMap<&str, Parent> = parents.into_iter().zip(probed.chunks(PROBES).map(Parent::of)).collect();

    let ours = Ours::new(&options.name_servers);
    let mut looks: HashMap<&DomainName, Look> = HashMap::with_capacity(names.len());
    let mut asked = Vec::new();
    for name in &names {
        match &parents[parent_of(name)] {
            Parent::NotServed(failure) => {
                looks.insert(name, Look::failed(failure));
            }
            _ => asked.push(*name),
        }
    }
    asking.progress.total -= names.len() - asked.len();
    let questions = asked.iter().map(|name| OwnerName::from(*name)).collect();
    let delegations = asking.all(questions, ask_delegation).await?;
    // A sweep too short for the limit says nothing either where no question at all was answered.
    asking.alive(asking.answered)?;
    for (name, delegation) in asked.into_iter().zip(delegations) {
        if let Delegation::Failed(failure) = &delegation {
            tracing::debug!(%name, %failure, "a look failed");
        }
        let look = look(&ours, parents[parent_of(name)].shows(&delegation));
        let hearsay = look.sight == Sight::OurNameServers
            && matches!(delegation, Delegation::Delegated { referral: false, .. })
            && resolved.contains(last_label(name.as_str()));
        looks.insert(name, if hearsay { Look::failed(&HEARSAY) } else { look });
    }

    Ok(SweepReport {
        sweep: Sweep {
            method: Method::Dns,
            vantage,
            at,
            name_servers: options.name_servers.clone(),
            lists: swept(lists, |name| &looks[name]),
        },
        names: names.len(),
        unknown: reasons(names.iter().map(|name| (*name, &looks[name]))),
    })
}

/// Puts what an answer shows into the words of a sweep.
fn look(ours: &Ours, shown: Shown<'_>) -> Look {
    match shown {
        Shown::Failed(reason) => Look::failed(&reason),
        Shown::Absent => Look::plain(Sight::Nxdomain),
        Shown::Wildcard => Look::plain(Sight::Wildcard),
        Shown::NoDelegation => Look::plain(Sight::NoDelegation),
        Shown::Delegated(servers) => Look::delegated(ours, servers),
    }
}

/// Questions under way, and what is counted over all of them.
struct Asking<'a> {
    client: Client,
    concurrency: usize,
    give_up_after: usize,
    silent_in_a_row: usize,
    /// How the last question failed that got no sign of the server.
    last_silence: Option<AskError>,
    /// Whether the server gave any sign so far.
    answered: bool,
    progress: Progress,
    report: &'a mut (dyn FnMut(Progress) + Send),
}

impl Asking<'_> {
    /// Asks `ask` for each name and returns what was told, in the order of the names.
    async fn all<T, F>(&mut self, names: Vec<OwnerName>, ask: fn(Client, OwnerName) -> F) -> Result<Vec<T>, SweepError>
    where
        T: Told + Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let mut told: Vec<Option<T>> = names.iter().map(|_| None).collect();
        let mut waiting = names.into_iter().enumerate();
        let mut under_way = JoinSet::new();
        loop {
            while under_way.len() < self.concurrency {
                let Some((index, name)) = waiting.next() else { break };
                let asked = ask(self.client.clone(), name);
                under_way.spawn(async move { (index, asked.await) });
            }
            let Some(done) = under_way.join_next().await else { break };
            // A task is never cancelled here, so it ends early by a panic alone, which goes on.
            let (index, answer) = done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            self.progress.done += 1;
            self.progress.failed += usize::from(answer.failure().is_some());
            match answer.failure() {
                Some(Failure::Ask(error)) if error.is_silence() => {
                    self.silent_in_a_row += 1;
                    self.last_silence = Some(error.clone());
                }
                _ => {
                    self.silent_in_a_row = 0;
                    self.answered = true;
                }
            }
            if self.silent_in_a_row >= self.give_up_after {
                self.alive(false)?;
            }
            told[index] = Some(answer);
            (self.report)(self.progress);
        }
        Ok(told.into_iter().flatten().collect())
    }

    /// Fails where the last question got no sign of the server, unless `answered` says that the server lives.
    fn alive(&self, answered: bool) -> Result<(), SweepError> {
        match &self.last_silence {
            Some(last) if !answered => Err(SweepError::ServerSilent {
                server: self.client.server(),
                questions: self.silent_in_a_row,
                last: last.clone(),
            }),
            _ => Ok(()),
        }
    }
}

async fn ask_authority(client: Client, zone: OwnerName) -> Authority {
    client.authority(&zone).await
}

async fn ask_delegation(client: Client, name: OwnerName) -> Delegation {
    client.delegation(&name).await
}

/// Says in words from where the sweep looked.
fn vantage(server: SocketAddr, authorities: &[Authority]) -> String {
    let count = |wanted: fn(&Authority) -> bool| authorities.iter().filter(|authority| wanted(authority)).count();
    let own = count(|authority| matches!(authority, Authority::Authoritative { .. }));
    let resolved = count(|authority| matches!(authority, Authority::Recursive { .. }));
    format!(
        "the DNS server {server}, an authority for {own} and a resolver for {resolved} of {} top-level domains",
        authorities.len()
    )
}
