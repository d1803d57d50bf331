// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What copies of zones say of the names.

use std::collections::HashMap;
use std::path::Path;
use std::time::UNIX_EPOCH;

use anyhow::Context as _;
use forestall_connect::{WantedNames, ZonePresenceOptions, zone_presence};
use forestall_model::directory::Directory;
use forestall_model::{DomainName, Dossier, Instant};
use indicatif::{ProgressBar, ProgressStyle};

use super::packed;
use crate::failure::Refused;
use crate::{input, output};

/// Adds what a copy of a zone says of the names in it. The time of the copy is that of its file; `now` where nobody knows it.
///
/// # Errors
///
/// Where the file cannot be read, and a refusal where it is broken or cut; no dossier is changed then.
pub(super) fn add(
    path: &Path,
    directory: &Directory,
    now: Instant,
    dossiers: &mut [Dossier],
    places: &HashMap<DomainName, usize>,
) -> anyhow::Result<()> {
    let called = input::called(path);
    let mut wanted = WantedNames::new();
    for dossier in dossiers.iter() {
        wanted.insert(&dossier.name)?;
    }
    let options = ZonePresenceOptions { vantage: packed::name_of(path), origin: None, whole: true, directory };
    let bar = ProgressBar::no_length().with_style(
        ProgressStyle::with_template("{spinner} {human_pos} lines of {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar.set_message(called.clone());
    let at = time_of(path).unwrap_or(now);
    let report = zone_presence(
        input::open(path)?,
        &wanted,
        &options,
        at,
        |lines| bar.set_position(lines),
        |name, looked| {
            if let Some(dossier) = places.get(&name).and_then(|place| dossiers.get_mut(*place)) {
                looked.add_to(dossier);
            }
        },
    );
    bar.finish_and_clear();
    let report = report
        .map_err(|error| Refused(error.to_string()))
        .with_context(|| format!("nothing was vetted, because the zone file {called} is refused"))?;
    if !report.zone.ends_with_soa {
        output::note(format_args!(
            "warning: {called} does not end with its SOA, so that nobody can tell whether it is whole: names that it lacks are absent only if it is"
        ));
    }
    Ok(())
}

/// Returns when a file was last written.
fn time_of(path: &Path) -> Option<Instant> {
    let modified = input::file(path).ok()?.metadata().ok()?.modified().ok()?;
    let since = modified.duration_since(UNIX_EPOCH).ok()?;
    Some(Instant::from_seconds(i64::try_from(since.as_secs()).ok()?))
}
