// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a server of the DNS says of the names, with a cache of what it said before.

use std::collections::HashMap;
use std::net::SocketAddr;

use anyhow::Context as _;
use forestall_connect::{Cache, LookKey, Looked, PresenceOptions, Servers, collect_presence};
use forestall_model::directory::Directory;
use forestall_model::{DomainName, Dossier, Instant, Method, Pap};
use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::Refused;
use crate::output;
use crate::table::counted;

/// Seconds for which a look that succeeded is not made again: less than a day, so that a daily run looks daily.
pub(super) const FRESH: i64 = 20 * 3_600;

/// How the server is asked.
#[derive(Debug)]
pub(super) struct Asking<'d> {
    pub(super) server: SocketAddr,
    pub(super) rate: Option<u32>,
    pub(super) parallel: Option<usize>,
    pub(super) pap: Pap,
    pub(super) directory: &'d Directory,
    pub(super) now: Instant,
}

/// Adds what the server says; every outcome is in the cache before the next one is handed over.
///
/// # Errors
///
/// A refusal where the marking forbids it, and where the cache cannot be read or written.
pub(super) async fn add(
    asking: &Asking<'_>,
    mut cache: Option<&mut Cache>,
    dossiers: &mut [Dossier],
    places: &HashMap<DomainName, usize>,
) -> anyhow::Result<()> {
    let mut options = PresenceOptions::new(Servers::all(asking.server), asking.directory);
    options.pap = asking.pap;
    // 0 lifts the limit, for a server of one's own.
    options.per_second = asking.rate.map_or(options.per_second, |rate| (rate > 0).then_some(rate));
    options.concurrency = asking.parallel.unwrap_or(options.concurrency);
    options.concurrency_in_all = options.concurrency_in_all.max(options.concurrency);
    let source = asking.server.to_string();
    let mut wanted = Vec::new();
    for dossier in dossiers.iter_mut() {
        let key = LookKey { method: Method::Dns, source: &source, name: &dossier.name };
        let kept = match cache.as_deref_mut() {
            Some(cache) => cache.get::<Looked>(&key, asking.now.plus_seconds(-FRESH))?,
            None => None,
        };
        match kept {
            Some((_, looked)) if looked.presence.is_ok() => looked.add_to(dossier),
            _ => wanted.push(dossier.name.clone()),
        }
    }
    let bar = ProgressBar::new(wanted.len() as u64).with_style(
        ProgressStyle::with_template("{bar:40} {pos}/{len} names").unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let mut unkept = None;
    let report = collect_presence(wanted, &options, asking.now, |name, looked| {
        bar.inc(1);
        if let Some(cache) = cache.as_deref_mut() {
            let key = LookKey { method: Method::Dns, source: &source, name: &name };
            if let Err(error) = cache.put(&key, asking.now, &looked) {
                unkept.get_or_insert(error);
            }
        }
        if let Some(dossier) = places.get(&name).and_then(|place| dossiers.get_mut(*place)) {
            looked.add_to(dossier);
        }
    })
    .await
    .map_err(|error| Refused(error.to_string()))?;
    bar.finish_and_clear();
    for given_up in &report.given_up {
        output::note(format_args!("warning: {} was left alone: {}", given_up.server, given_up.reason));
    }
    if report.failed > 0 {
        output::note(format_args!("{} over DNS failed", counted(report.failed as u64, "look")));
    }
    unkept.map_or(Ok(()), Err).context("the cache of looks could not be written")
}
