// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What registration services say of the names, over RDAP, and over WHOIS where nothing else told; with a cache of what they said before.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use anyhow::Context as _;
use forestall_connect::rdap::{RdapBase, RdapBaseError};
use forestall_connect::{Cache, LookKey, RdapOptions, TurnsReport, WhoisOptions, collect_rdap, collect_whois};
use forestall_model::dossier::{FailedLook, Registration, Sourced};
use forestall_model::{DomainName, Dossier, Instant, Method};
use indicatif::{ProgressBar, ProgressStyle};

use super::dns::FRESH;
use crate::failure::Refused;
use crate::output;
use crate::table::counted;

/// Which services of RDAP are asked.
#[derive(Clone, Debug)]
pub(super) enum RdapServices {
    /// Those that the registry directory knows, each for its top-level domain.
    Directory,
    /// One for all names.
    One(RdapBase),
}

impl RdapServices {
    /// Returns the one service for all names.
    pub(super) fn base(&self) -> Option<RdapBase> {
        match self {
            Self::Directory => None,
            Self::One(base) => Some(base.clone()),
        }
    }
}

impl FromStr for RdapServices {
    type Err = RdapBaseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "directory" { Ok(Self::Directory) } else { text.parse().map(Self::One) }
    }
}

/// A kind of service, and how it is asked.
#[derive(Debug)]
pub(super) enum Service<'d> {
    /// RDAP: asked about every name.
    Rdap(RdapOptions<'d>),
    /// WHOIS: asked about names of which no other service told anything.
    Whois(WhoisOptions<'d>),
}

/// The outcome of a look, as the cache keeps it.
type Looked = Result<Sourced<Registration>, FailedLook>;

impl Service<'_> {
    fn method(&self) -> Method {
        match self {
            Self::Rdap(_) => Method::Rdap,
            Self::Whois(_) => Method::Whois,
        }
    }

    fn source(&self, name: &DomainName) -> String {
        match self {
            Self::Rdap(options) => options.source(name),
            Self::Whois(options) => options.source(name),
        }
    }

    fn wants(&self, dossier: &Dossier) -> bool {
        match self {
            Self::Rdap(_) => true,
            Self::Whois(_) => dossier.registration.is_empty(),
        }
    }

    async fn collect(
        &self,
        names: Vec<DomainName>,
        now: Instant,
        sink: impl FnMut(DomainName, Looked) + Send,
    ) -> anyhow::Result<TurnsReport> {
        let refused = |error: &dyn fmt::Display| anyhow::Error::from(Refused(error.to_string()));
        match self {
            Self::Rdap(options) => collect_rdap(names, options, now, sink).await.map_err(|error| refused(&error)),
            Self::Whois(options) => collect_whois(names, options, now, sink).await.map_err(|error| refused(&error)),
        }
    }
}

/// Adds what a service says; every outcome is in the cache before the next one is handed over.
///
/// Names that a look of this run or a copy of the zone showed absent are asked for as well: one on hold is registered and absent.
///
/// # Errors
///
/// A refusal where the marking forbids it, and where the client cannot be made or the cache cannot be read or written.
pub(super) async fn add(
    service: &Service<'_>,
    now: Instant,
    mut cache: Option<&mut Cache>,
    dossiers: &mut [Dossier],
    places: &HashMap<DomainName, usize>,
) -> anyhow::Result<()> {
    let method = service.method();
    let mut wanted = Vec::new();
    for dossier in dossiers.iter_mut().filter(|dossier| service.wants(dossier)) {
        let source = service.source(&dossier.name);
        let key = LookKey { method, source: &source, name: &dossier.name };
        let kept = match cache.as_deref_mut() {
            Some(cache) => cache.get::<Looked>(&key, now.plus_seconds(-FRESH))?,
            None => None,
        };
        match kept {
            Some((_, Ok(registration))) => dossier.registration.push(registration),
            _ => wanted.push(dossier.name.clone()),
        }
    }
    let bar = ProgressBar::new(wanted.len() as u64).with_style(
        ProgressStyle::with_template("{bar:40} {pos}/{len} registrations, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let sources: HashMap<DomainName, String> = wanted.iter().map(|name| (name.clone(), service.source(name))).collect();
    let mut unkept = None;
    let sink = |name: DomainName, looked: Looked| {
        bar.inc(1);
        if let (Some(cache), Some(source)) = (cache.as_deref_mut(), sources.get(&name)) {
            let key = LookKey { method, source, name: &name };
            if let Err(error) = cache.put(&key, now, &looked) {
                unkept.get_or_insert(error);
            }
        }
        if let Some(dossier) = places.get(&name).and_then(|place| dossiers.get_mut(*place)) {
            match looked {
                Ok(registration) => dossier.registration.push(registration),
                Err(failure) => dossier.failures.push(failure),
            }
        }
    };
    let report = service.collect(wanted, now, sink).await?;
    bar.finish_and_clear();
    for (service, reason) in &report.left_alone {
        output::note(format_args!("warning: {service} was left alone: {reason}"));
    }
    if report.failed > 0 {
        output::note(format_args!("{} at registration services failed", counted(report.failed as u64, "look")));
    }
    unkept.map_or(Ok(()), Err).context("the cache of looks could not be written")
}
