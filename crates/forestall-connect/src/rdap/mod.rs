// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Registration data over RDAP (RFC 7480, 9082, 9083): one question for each registrable name, at the service of its top-level domain.
//!
//! Services come from the directory, where IANA's bootstrap file (RFC 9224) can be read in, or from the operator. They are asked
//! side by side, each at its own pace ([`Manners`]); every outcome goes to the caller as soon as it is known, who keeps it and
//! after a crash asks for the rest.
//!
//! What comes back is hostile until it is read: octets, time, redirects and nesting are limited, redirects lead to services that
//! the bootstrap or the operator named and nowhere else, and no address inside somebody's network is connected to because
//! a service says so. Whatever goes wrong is a [`FailedLook`] with its reason. A 404 is
//! [`RegistrationState::NotFound`], which does not say that a name can be had: reserved and held names answer the same.

mod base;
mod exchange;
mod redirect;

use std::collections::BTreeMap;
use std::sync::Arc;

use forestall_formats::rdap::{Contacts, Problem, RdapDomain};
use forestall_model::directory::Directory;
use forestall_model::dossier::{FailedLook, Registration, Sourced};
use forestall_model::{DomainName, Instant, Method, Pap};

use crate::causes::reason;
use crate::clock::Clock;
pub use crate::tls::TlsError;
use crate::turns::{Lane, Manners, TurnsReport, run};
use crate::{registrable, tls};
pub use base::{RdapBase, RdapBaseError};
use exchange::Exchange;
use redirect::Known;

#[cfg(doc)]
use forestall_model::dossier::RegistrationState;

/// What stands as the source where nobody could be asked.
const NOBODY: &str = "rdap";

/// How registration data are asked for.
#[derive(Clone, Debug)]
pub struct RdapOptions<'d> {
    /// What tells registrable names from others, and the services of top-level domains.
    pub directory: &'d Directory,
    /// The service for all names, given by the operator. It alone may be without TLS, or at an address that is not public.
    pub base: Option<RdapBase>,
    /// What the marking of the names allows: the registry may be asked up to `PAP:AMBER`; at `PAP:RED` nobody is.
    pub pap: Pap,
    /// How services are asked.
    pub manners: Manners,
    /// Certificates of authorities, in DER, that are believed beside those of the operating system.
    pub authorities: Vec<Vec<u8>>,
}

impl<'d> RdapOptions<'d> {
    /// Returns the defaults: the services of the directory, `PAP:GREEN`, the default [`Manners`].
    #[must_use]
    pub fn new(directory: &'d Directory) -> Self {
        Self { directory, base: None, pap: Pap::Green, manners: Manners::default(), authorities: Vec::new() }
    }

    /// Returns the text of the service that would be asked about a name: the source in its outcome, also where the look fails.
    #[must_use]
    pub fn source(&self, name: &DomainName) -> String {
        self.service(name).map_or_else(|(source, _)| source, |base| base.to_string())
    }

    /// Returns the service for a name, else the source and the reason of the failure.
    fn service(&self, name: &DomainName) -> Result<RdapBase, (String, String)> {
        let base = match (&self.base, self.directory.entry(&name.tld()).and_then(|entry| entry.rdap.as_ref())) {
            (Some(base), _) => base.clone(),
            (None, Some(fact)) => match fact.value.parse::<RdapBase>() {
                Ok(base) if base.is_https() => base,
                Ok(base) => return Err((base.to_string(), "the service has no address with https".to_owned())),
                Err(error) => return Err((fact.value.to_string(), error.to_string())),
            },
            (None, None) => {
                return Err((NOBODY.to_owned(), format!("no service of RDAP is known for {}", name.tld())));
            }
        };
        match registrable::check(self.directory, name) {
            Ok(()) => Ok(base),
            Err(reason) => Err((base.to_string(), reason)),
        }
    }

    fn exchange(&self) -> Result<Exchange, RdapCollectError> {
        let tls = tls::config(&self.authorities)?;
        let known = Known::new(self.directory, self.base.as_ref());
        Exchange::new(tls, known, self.base.as_ref(), &self.manners)
            .map_err(|error| RdapCollectError::Client(reason(&error)))
    }
}

/// A collection that asked nobody.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RdapCollectError {
    /// The names may not be asked about at all.
    #[error("the names are marked {0}, which allows no questions to anybody; use what was gathered before")]
    Forbidden(Pap),
    /// TLS cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The client cannot be made.
    #[error("the client cannot be made: {0}")]
    Client(String),
}

/// What one look at one name said, with what does not belong into a dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RdapLook {
    /// The facts.
    pub registration: Sourced<Registration>,
    /// How to reach the registrant. Personal data.
    pub contacts: Contacts,
    /// What is wrong with the answer.
    pub problems: Vec<Problem>,
}

/// Asks for each name once and hands its outcome to `sink` as soon as it is known; `now` is when it begins.
///
/// Names of one service are asked for in their order, those of several services side by side. A name that is listed several
/// times is asked for once; one that is not registrable, or without a service, fails without being asked for. Dropping the future
/// ends all questions under way; outcomes that `sink` did not get are lost.
///
/// # Errors
///
/// [`RdapCollectError`] where nobody may or can be asked. Services that fail are no error: their names fail.
pub async fn collect_rdap(
    names: impl IntoIterator<Item = DomainName>,
    options: &RdapOptions<'_>,
    now: Instant,
    mut sink: impl FnMut(DomainName, Result<Sourced<Registration>, FailedLook>) + Send,
) -> Result<TurnsReport, RdapCollectError> {
    gather(names, options, now, |name, outcome| sink(name, outcome.map(|look| look.registration))).await
}

/// Asks for one name; `now` is the time.
///
/// # Errors
///
/// The failed look, or [`RdapCollectError`] where nobody may or can be asked.
pub async fn look_up_rdap(
    name: DomainName,
    options: &RdapOptions<'_>,
    now: Instant,
) -> Result<Result<RdapLook, FailedLook>, RdapCollectError> {
    let mut found = None;
    let failed = FailedLook { method: Method::Rdap, source: options.source(&name), at: now, reason: String::new() };
    gather([name], options, now, |_, outcome| found = Some(outcome)).await?;
    Ok(found.unwrap_or(Err(failed)))
}

async fn gather(
    names: impl IntoIterator<Item = DomainName>,
    options: &RdapOptions<'_>,
    now: Instant,
    mut sink: impl FnMut(DomainName, Result<RdapLook, FailedLook>),
) -> Result<TurnsReport, RdapCollectError> {
    if options.pap >= Pap::Red {
        return Err(RdapCollectError::Forbidden(options.pap));
    }
    let exchange = Arc::new(options.exchange()?);
    let mut names: Vec<DomainName> = names.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    let mut failed = 0;
    let mut lanes: BTreeMap<String, Lane<Arc<Exchange>>> = BTreeMap::new();
    for name in names {
        match options.service(&name) {
            // One host may serve several top-level domains, and has one pace.
            Ok(base) => {
                let label = base.origin();
                let lane = lanes.entry(label.clone()).or_insert_with(|| Lane {
                    label,
                    ask: Arc::clone(&exchange),
                    questions: Vec::new(),
                });
                lane.questions.push((name, base));
            }
            Err((source, reason)) => {
                failed += 1;
                sink(name, Err(FailedLook { method: Method::Rdap, source, at: now, reason }));
            }
        }
    }
    let lanes = lanes.into_values().collect();
    let mut report = run(lanes, &options.manners, Clock::starting_at(now), |name, outcome| {
        let look = outcome.map(|Sourced { method, source, at, fact }| {
            let RdapDomain { registration, contacts, problems } = fact;
            for problem in &problems {
                tracing::debug!(%name, %source, %problem, "sloppy answer");
            }
            RdapLook { registration: Sourced { method, source, at, fact: registration }, contacts, problems }
        });
        sink(name, look);
    })
    .await;
    report.failed += failed;
    Ok(report)
}
