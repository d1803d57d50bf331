// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Gathers what can be learned of names from all sources that somebody named: the DNS, RDAP, and WHOIS where nothing else told.
//!
//! With a [`Cache`] every look that succeeded is on its way to the disk before the next outcome is handed over, and is not made again for
//! a while: a run that was broken off goes on where it was. A cache that takes no more costs that alone, and not what was learned.

use std::collections::HashMap;

use forestall_model::dossier::{FailedLook, Registration, Sourced};
use forestall_model::{DomainName, Dossier, Instant, Method};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cache::{Cache, CacheError, LookKey};
use crate::clock::Clock;
use crate::presence::{Looked, PresenceError, PresenceOptions, add, collect_presence};
use crate::rdap::{RdapCollectError, RdapOptions, collect_rdap};
use crate::whois::{WhoisCollectError, WhoisOptions, collect_whois};

/// Seconds for which a look that succeeded is usually not made again: less than a day, so that a daily run looks daily.
pub const FRESH_SECONDS: i64 = 20 * 3_600;

/// Who is asked, and how.
#[derive(Clone, Debug, Default)]
pub struct Sources<'d> {
    /// The DNS.
    pub presence: Option<PresenceOptions<'d>>,
    /// RDAP: asked about every name, since one on hold is registered and absent from the DNS.
    pub rdap: Option<RdapOptions<'d>>,
    /// WHOIS: asked about names of which no registration data are known yet.
    pub whois: Option<WhoisOptions<'d>>,
}

/// How far a gathering is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How it looks now.
    pub method: Method,
    /// Names that are done by this method, those of the cache left out.
    pub done: usize,
    /// Names that are looked at by this method.
    pub total: usize,
}

/// How a gathering went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GatherReport {
    /// Looks that failed, by method, where any did.
    pub failed: Vec<(Method, usize)>,
    /// Whom the gathering left alone, each with the reason.
    pub left_alone: Vec<(String, String)>,
    /// Why looks of this run are not in the cache, where it did not take one.
    pub unkept: Option<String>,
}

/// Why a gathering came to nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GatherError {
    /// The names may not be asked about over DNS.
    #[error(transparent)]
    Presence(#[from] PresenceError),
    /// The names may not or cannot be asked about over RDAP.
    #[error(transparent)]
    Rdap(#[from] RdapCollectError),
    /// The names may not be asked about over WHOIS.
    #[error(transparent)]
    Whois(#[from] WhoisCollectError),
    /// The cache cannot be read.
    #[error(transparent)]
    Cache(#[from] CacheError),
}

/// A registration that was asked for, as the cache keeps it.
type Registered = Result<Sourced<Registration>, FailedLook>;

/// Adds to each dossier what the sources say of its name; `now` is when it begins. The cache comes with the time before which a look
/// in it is too old.
///
/// # Errors
///
/// [`GatherError`]. Sources that fail are no error: their failures are in the dossiers.
pub async fn gather(
    dossiers: &mut [Dossier],
    sources: &Sources<'_>,
    cache: Option<(&mut Cache, Instant)>,
    now: Instant,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<GatherReport, GatherError> {
    let mut report = GatherReport::default();
    let clock = Clock::starting_at(now);
    let (mut cache, not_older_than) = cache.map_or((None, now), |(cache, time)| (Some(cache), time));
    let places: HashMap<DomainName, usize> =
        dossiers.iter().enumerate().map(|(place, dossier)| (dossier.name.clone(), place)).collect();
    if let Some(options) = &sources.presence {
        let mut round = Round::new(Method::Dns, cache.as_deref_mut(), clock, &mut progress);
        let source = |name: &DomainName| options.servers.of(name).map_or_else(String::new, |server| server.to_string());
        let names = round.take(dossiers, not_older_than, |_| true, source, is_whole, Looked::add_to)?;
        let done = collect_presence(names, options, clock.now(), |name, looked| {
            round.keep(&name, &looked, is_whole);
            if let Some(dossier) = places.get(&name).and_then(|place| dossiers.get_mut(*place)) {
                looked.add_to(dossier);
            }
        })
        .await?;
        report.failed.extend((done.failed > 0).then_some((Method::Dns, done.failed)));
        report.left_alone.extend(done.given_up.into_iter().map(|left| (left.server.to_string(), left.reason)));
        round.end(&mut report);
    }
    if let Some(options) = &sources.rdap {
        let mut round = Round::new(Method::Rdap, cache.as_deref_mut(), clock, &mut progress);
        let names = round.take(
            dossiers,
            not_older_than,
            |_| true,
            |name| options.source(name),
            Result::is_ok,
            add_registered,
        )?;
        let done = collect_rdap(names, options, clock.now(), |name, looked| {
            round.keep(&name, &looked, Result::is_ok);
            if let Some(dossier) = places.get(&name).and_then(|place| dossiers.get_mut(*place)) {
                add_registered(looked, dossier);
            }
        })
        .await?;
        report.failed.extend((done.failed > 0).then_some((Method::Rdap, done.failed)));
        report.left_alone.extend(done.left_alone);
        round.end(&mut report);
    }
    if let Some(options) = &sources.whois {
        let mut round = Round::new(Method::Whois, cache, clock, &mut progress);
        let wanted = |dossier: &Dossier| dossier.registration.is_empty();
        let names =
            round.take(dossiers, not_older_than, wanted, |name| options.source(name), Result::is_ok, add_registered)?;
        let done = collect_whois(names, options, clock.now(), |name, looked| {
            round.keep(&name, &looked, Result::is_ok);
            if let Some(dossier) = places.get(&name).and_then(|place| dossiers.get_mut(*place)) {
                add_registered(looked, dossier);
            }
        })
        .await?;
        report.failed.extend((done.failed > 0).then_some((Method::Whois, done.failed)));
        report.left_alone.extend(done.left_alone);
        round.end(&mut report);
    }
    Ok(report)
}

/// Says whether a look at the DNS need not be made again: one with a gap may be filled by the next.
fn is_whole(looked: &Looked) -> bool {
    looked.presence.is_ok() && looked.gaps.is_empty()
}

fn add_registered(looked: Registered, dossier: &mut Dossier) {
    match looked {
        Ok(registration) => add(&mut dossier.registration, registration),
        Err(failure) => add(&mut dossier.failures, failure),
    }
}

/// The looks by one method.
struct Round<'c, 'p> {
    method: Method,
    cache: Option<&'c mut Cache>,
    clock: Clock,
    /// Whom each name is asked of, as the cache knows it; empty without one.
    sources: HashMap<DomainName, String>,
    done: usize,
    total: usize,
    progress: &'p mut (dyn FnMut(Progress) + Send),
    /// What the cache did not take.
    unkept: Option<CacheError>,
}

impl<'c, 'p> Round<'c, 'p> {
    fn new(
        method: Method,
        cache: Option<&'c mut Cache>,
        clock: Clock,
        progress: &'p mut (dyn FnMut(Progress) + Send),
    ) -> Self {
        Self { method, cache, clock, sources: HashMap::new(), done: 0, total: 0, progress, unkept: None }
    }

    /// Adds looks of the cache that are good and not old, and returns the names that are left.
    fn take<T: DeserializeOwned>(
        &mut self,
        dossiers: &mut [Dossier],
        not_older_than: Instant,
        wanted: impl Fn(&Dossier) -> bool,
        source: impl Fn(&DomainName) -> String,
        good: impl Fn(&T) -> bool,
        add: impl Fn(T, &mut Dossier),
    ) -> Result<Vec<DomainName>, CacheError> {
        let mut left = Vec::new();
        for dossier in dossiers.iter_mut().filter(|dossier| wanted(dossier)) {
            let source = source(&dossier.name);
            let key = LookKey { method: self.method, source: &source, name: &dossier.name };
            let kept = match self.cache.as_deref_mut() {
                Some(cache) => cache.get::<T>(&key, not_older_than)?,
                None => None,
            };
            match kept {
                Some((_, looked)) if good(&looked) => add(looked, dossier),
                _ => {
                    left.push(dossier.name.clone());
                    if self.cache.is_some() {
                        self.sources.insert(dossier.name.clone(), source);
                    }
                }
            }
        }
        self.total = left.len();
        Ok(left)
    }

    /// Keeps an outcome that is good and tells the progress.
    fn keep<T: Serialize>(&mut self, name: &DomainName, looked: &T, good: impl Fn(&T) -> bool) {
        self.done += 1;
        (self.progress)(Progress { method: self.method, done: self.done, total: self.total });
        // After one failure the disk is full or gone, and the rest of the run is spared the attempts.
        if !good(looked) || self.unkept.is_some() {
            return;
        }
        if let (Some(cache), Some(source)) = (self.cache.as_deref_mut(), self.sources.get(name)) {
            let key = LookKey { method: self.method, source, name };
            self.unkept = cache.put(&key, self.clock.now(), looked).err();
        }
    }

    fn end(self, report: &mut GatherReport) {
        let unkept = self.unkept.or_else(|| self.cache.and_then(|cache| cache.sync().err()));
        report.unkept = report.unkept.take().or(unkept.map(|error| error.to_string()));
    }
}
