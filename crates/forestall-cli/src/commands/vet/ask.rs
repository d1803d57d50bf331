// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What servers and registration services say of the names, with a cache of what they said before.

use std::str::FromStr;

use forestall_connect::Cache;
use forestall_connect::gather::{FRESH_SECONDS, GatherError, Progress, Sources, gather};
use forestall_connect::rdap::{RdapBase, RdapBaseError};
use forestall_model::{Dossier, Instant, Method};
use indicatif::{ProgressBar, ProgressStyle};

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

/// Adds what the sources say, with a progress bar, and tells whom it left alone.
///
/// # Errors
///
/// A refusal where the marking forbids it, and where a client cannot be made or the cache cannot be read.
pub(super) async fn add(
    sources: &Sources<'_>,
    cache: Option<&mut Cache>,
    now: Instant,
    dossiers: &mut [Dossier],
) -> anyhow::Result<()> {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}, {eta} left");
    let bar = ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let tell = |progress: Progress| {
        bar.set_length(progress.total as u64);
        bar.set_message(if progress.method == Method::Dns { "names" } else { "registrations" });
        bar.set_position(progress.done as u64);
    };
    let cache = cache.map(|cache| (cache, now.plus_seconds(-FRESH_SECONDS)));
    let report = gather(dossiers, sources, cache, now, tell).await.map_err(|error| match error {
        GatherError::Cache(error) => anyhow::Error::new(error).context("the cache of looks could not be used"),
        refused => Refused(refused.to_string()).into(),
    })?;
    bar.finish_and_clear();
    for (who, reason) in &report.left_alone {
        output::note(format_args!("warning: {who} was left alone: {reason}"));
    }
    if let Some(reason) = &report.unkept {
        output::note(format_args!("warning: looks of this run are not in the cache: {reason}"));
    }
    for (method, failed) in &report.failed {
        output::note(format_args!("{} by {method} failed", counted(*failed as u64, "look")));
    }
    Ok(())
}
