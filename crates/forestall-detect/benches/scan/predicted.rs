// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is predicted, in this process.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use forestall_dga::family::NoWordLists;
use forestall_dga::info::Predictability;
use forestall_dga::predict::{self, Lists, Query};
use forestall_dga::{Catalogue, GenerateError, Prepared};
use forestall_index::build::DEFAULT_MEMORY;
use forestall_index::{Builder, predicted};
use forestall_model::{DayRange, Instant, Params, UtcDay};

use crate::listed::first_day;

/// The threads that compute and build.
const THREADS: usize = 2;

/// Returns the names of a family for a day.
pub(crate) fn names(family: &str, day: UtcDay) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let catalogue = Catalogue::built_in();
    let family = catalogue.family(family).ok_or_else(|| format!("there is no family {family}"))?;
    let mut names = BTreeSet::new();
    for campaign in catalogue.campaigns_of(&family.info().slug) {
        let prepared = catalogue.prepare(campaign, &Params::new(), &NoWordLists)?;
        predict::visit::<GenerateError>(&prepared, &Query::all(Lists::At(day.start())), 1, |list| {
            names.extend(list.texts().map(|text| String::from_utf8_lossy(text).into_owned()));
            Ok(())
        })?;
    }
    if names.is_empty() { Err("nothing is predicted".into()) } else { Ok(names) }
}

/// Builds an index of about so many names: of all families that need no word list, as many days as that takes by what two shorter spans
/// hold.
pub(crate) fn index(path: &Path, names: u64) -> Result<(), Box<dyn Error>> {
    let catalogue = Catalogue::built_in();
    let families = catalogue.families().iter().map(|family| family.info());
    let sure = families.filter(|info| info.predictability == Predictability::Deterministic);
    let campaigns: Vec<Prepared> = sure
        .flat_map(|info| catalogue.campaigns_of(&info.slug))
        .filter_map(|campaign| catalogue.prepare(campaign, &Params::new(), &NoWordLists).ok())
        .collect();
    let (short, long) = (20, 60);
    let (few, more) = (of_days(path, &campaigns, short)?, of_days(path, &campaigns, long)?);
    let wanted = names.saturating_sub(few) * (long - short) / more.saturating_sub(few).max(1);
    // Names are asked for that are listed up to two weeks later.
    of_days(path, &campaigns, short + wanted).map(drop)
}

fn of_days(path: &Path, campaigns: &[Prepared], days: u64) -> Result<u64, Box<dyn Error>> {
    let span = DayRange { from: first_day(), until: first_day().plus(i32::try_from(days)?) }.window();
    let mut builder = Builder::new(tempfile::tempfile()?, DEFAULT_MEMORY);
    for campaign in campaigns {
        predicted::add(&mut builder, campaign, span, THREADS, |_| {})?;
    }
    let out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    Ok(builder.finish(Instant::from_seconds(0), Some(span), THREADS, out)?.names)
}
