// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a registration service says of the names, with a cache of what it said before.

use std::collections::HashMap;

use anyhow::Context as _;
use forestall_connect::rdap::RdapBase;
use forestall_connect::{Cache, LookKey, RdapOptions, collect_rdap};
use forestall_model::directory::Directory;
use forestall_model::dossier::{FailedLook, Registration, Sourced};
use forestall_model::{DomainName, Dossier, Instant, Method, Pap};
use indicatif::{ProgressBar, ProgressStyle};

use super::dns::FRESH;
use crate::failure::Refused;
use crate::output;
use crate::table::counted;

/// The outcome of a look, as the cache keeps it.
type Looked = Result<Sourced<Registration>, FailedLook>;

/// How the service is asked.
#[derive(Debug)]
pub(super) struct Asking<'d> {
    pub(super) base: RdapBase,
    pub(super) rate: Option<u32>,
    pub(super) pap: Pap,
    pub(super) directory: &'d Directory,
    pub(super) now: Instant,
}

/// Adds what the service says; every outcome is in the cache before the next one is handed over.
///
/// Names that a look of this run or a copy of the zone showed absent are asked for as well: one on hold is registered and absent.
///
/// # Errors
///
/// A refusal where the marking forbids it, and where the client cannot be made or the cache cannot be read or written.
pub(super) async fn add(
    asking: &Asking<'_>,
    mut cache: Option<&mut Cache>,
    dossiers: &mut [Dossier],
    places: &HashMap<DomainName, usize>,
) -> anyhow::Result<()> {
    let mut options = RdapOptions::new(asking.directory);
    options.base = Some(asking.base.clone());
    options.pap = asking.pap;
    // 0 lifts the limit, for a service of one's own.
    options.manners.per_second = asking.rate.map_or(options.manners.per_second, |rate| (rate > 0).then_some(rate));
    let mut wanted = Vec::new();
    for dossier in dossiers.iter_mut() {
        let source = options.source(&dossier.name);
        let key = LookKey { method: Method::Rdap, source: &source, name: &dossier.name };
        let kept = match cache.as_deref_mut() {
            Some(cache) => cache.get::<Looked>(&key, asking.now.plus_seconds(-FRESH))?,
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
    let sources: HashMap<DomainName, String> = wanted.iter().map(|name| (name.clone(), options.source(name))).collect();
    let mut unkept = None;
    let report = collect_rdap(wanted, &options, asking.now, |name, looked| {
        bar.inc(1);
        if let (Some(cache), Some(source)) = (cache.as_deref_mut(), sources.get(&name)) {
            let key = LookKey { method: Method::Rdap, source, name: &name };
            if let Err(error) = cache.put(&key, asking.now, &looked) {
                unkept.get_or_insert(error);
            }
        }
        if let Some(dossier) = places.get(&name).and_then(|place| dossiers.get_mut(*place)) {
            match looked {
                Ok(registration) => dossier.registration.push(registration),
                Err(failure) => dossier.failures.push(failure),
            }
        }
    })
    .await
    .map_err(|error| Refused(error.to_string()))?;
    bar.finish_and_clear();
    for (service, reason) in &report.left_alone {
        output::note(format_args!("warning: {service} was left alone: {reason}"));
    }
    if report.failed > 0 {
        output::note(format_args!("{} at registration services failed", counted(report.failed as u64, "look")));
    }
    unkept.map_or(Ok(()), Err).context("the cache of looks could not be written")
}
