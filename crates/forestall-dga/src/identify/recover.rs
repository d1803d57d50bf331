// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Parameters that no campaign has, found by searching all candidates.
//!
//! A family's [`SeedSearch`] tries ranges of candidates against one observed name, the *anchor*; each hit is checked in full: the list
//! of the parameters must hold [`CONFIRMING`] further names, and all names together at least 40 bits more than was searched.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use forestall_model::{DayRange, Instant, Params, UtcDay};

use super::Observed;
use super::known::{as_f64, bits, matching};
use crate::family::WordLists;
use crate::{Ask, Campaign, Catalogue, Family, NameBuf, Period};

/// Names beside the anchor that parameters must explain.
pub const CONFIRMING: usize = 3;

/// Bits that the names explained must hold beyond those searched.
const SPARE_BITS: f64 = 40.0;

/// Candidates that a thread tries between two looks at the others.
const BLOCK: u64 = 1 << 20;

/// What a family offers so that its unknown parameters can be searched for. Pure; called from several threads.
pub trait SeedSearch: Send + Sync {
    /// Returns the number of candidates; they are counted from 0.
    fn candidates(&self) -> u64;

    /// Appends the parameters of each candidate of `range` that makes the anchor in the list of the period, at any place.
    ///
    /// Hot: a candidate should be rejected by the first letters. False hits are allowed, each is checked in full. A candidate may be a state
    /// in the middle of the list; parameters are then those of each start from which it may be reached ([`super::Lcg32::before`]).
    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>);
}

/// What a search is given to go by.
#[derive(Clone, Copy, Debug)]
pub struct Clue<'a> {
    /// The name that a candidate must make, in lower case.
    pub anchor: &'a str,
    /// All observed names with a suffix of the family, the longest first; the anchor is one of them.
    pub names: &'a [&'a str],
    /// The origin period whose list is to hold them.
    pub period: &'a Period,
}

/// How a search is run.
#[derive(Clone, Debug)]
pub struct Effort {
    /// The origin periods that meet these days are searched, for a family with dates.
    pub days: DayRange,
    /// So many of the longest names are tried as anchor, so that a foreign name among them does no harm; 1 at least.
    pub anchors: usize,
    /// Only these candidates; all where there is none.
    pub within: Option<Range<u64>>,
    /// Threads, the caller's included.
    pub threads: usize,
}

/// Parameters that were found.
#[derive(Clone, Debug, PartialEq)]
pub struct Recovered {
    /// A campaign with these parameters: its id ends in `recovered` and a digest, its source says how it was found.
    pub campaign: Campaign,
    /// The first day of the origin period that holds the names; none for a family without dates.
    pub date: Option<UtcDay>,
    /// The observed names that the list holds, in the order observed.
    pub names: Vec<String>,
    /// Bits of these names beyond those that were searched.
    pub spare_bits: f64,
}

/// Why parameters cannot be searched for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecoverError {
    /// The family offers no search.
    #[error("the parameters of {family} cannot be searched for")]
    NoSearch {
        /// The family.
        family: String,
    },
    /// Too few names to tell a hit from chance.
    #[error("{found} of the names have a suffix of {family}; expected {} or more to confirm a seed", CONFIRMING + 1)]
    TooFewNames {
        /// The family.
        family: String,
        /// Names with a suffix of the family.
        found: usize,
    },
}

/// Searches for parameters of `family` that explain observed names; stops at the first found.
///
/// `progress` is told, from several threads, the candidates done and all of them over all periods and anchors.
///
/// # Errors
///
/// [`RecoverError`] where the family offers no search or too few names have its suffixes.
pub fn recover(
    catalogue: &Catalogue,
    words: &(dyn WordLists + Sync),
    family: &dyn Family,
    observed: &Observed,
    effort: &Effort,
    progress: impl Fn(u64, u64) + Sync,
) -> Result<Option<Recovered>, RecoverError> {
    let info = family.info();
    let slug = info.slug.to_string();
    let search = family.seed_search().ok_or_else(|| RecoverError::NoSearch { family: slug.clone() })?;
    let mut names = matching(info, observed);
    if names.len() <= CONFIRMING {
        return Err(RecoverError::TooFewNames { family: slug, found: names.len() });
    }
    let Some(default) = catalogue.campaigns_of(&info.slug).next() else { return Ok(None) };
    // Periods do not hang on the seed, so those of the default campaign are all there are.
    let Ok(prepared) = catalogue.prepare(default, &Params::new(), words) else { return Ok(None) };
    let periods: Vec<Period> = prepared.generator.periods(effort.days.window()).collect();
    let wanted: HashSet<&[u8]> = names.iter().map(|name| name.as_bytes()).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let tries: Vec<(&str, &Period)> = names
        .iter()
        .take(effort.anchors.max(1))
        .flat_map(|name| periods.iter().map(move |period| (*name, period)))
        .collect();
    let all_candidates = 0..search.candidates();
    let within = effort.within.clone().unwrap_or_else(|| all_candidates.clone());
    let within = within.start.min(all_candidates.end)..within.end.min(all_candidates.end);
    let each = within.end.saturating_sub(within.start);
    let all = each.saturating_mul(u64::try_from(tries.len()).unwrap_or(u64::MAX));
    let searched = as_f64(tries.len()).log2() + log2(each);
    let check = |params: Params, period: &Period| {
        let campaign = Campaign { params, count: default.count, ..default.clone() };
        let prepared = catalogue.prepare(&campaign, &Params::new(), words).ok()?;
        let mut list = NameBuf::new();
        prepared.generator.generate(period, &Ask { span: period.window, limit: campaign.count }, &mut list).ok()?;
        list.make_lower_case();
        let held: HashSet<&[u8]> = list.iter().map(|name| name.bytes).filter(|name| wanted.contains(name)).collect();
        let explained = observed.names().iter().filter(|name| held.contains(name.as_bytes()));
        let explained: Vec<String> = explained.cloned().collect();
        let spare = explained.iter().map(|name| bits(info, name)).sum::<f64>() - searched;
        (explained.len() > CONFIRMING && spare >= SPARE_BITS)
            .then(|| recovered(campaign, info.generator_version, period, explained, spare))
    };
    let (next, done, stop) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let found = Mutex::new(None);
    let blocks = each.div_ceil(BLOCK);
    let run = || {
        let mut hits = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let block = next.fetch_add(1, Ordering::Relaxed);
            let Some(at) = block.checked_div(blocks).and_then(|at| tries.get(usize::try_from(at).ok()?)) else {
                return;
            };
            let start = within.start + block % blocks * BLOCK;
            let range = start..within.end.min(start + BLOCK);
            let tried = range.end - range.start;
            hits.clear();
            search.hits(&Clue { anchor: at.0, names: &names, period: at.1 }, range, &mut hits);
            if let Some(hit) = hits.drain(..).find_map(|params| check(params, at.1)) {
                found.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(hit);
                stop.store(true, Ordering::Relaxed);
            }
            progress(done.fetch_add(tried, Ordering::Relaxed) + tried, all);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..effort.threads {
            scope.spawn(run);
        }
        run();
    });
    Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn recovered(base: Campaign, version: u32, period: &Period, names: Vec<String>, spare_bits: f64) -> Recovered {
    let digest = base.params.digest(base.family.as_str(), version).to_string();
    let id = format!("{}.recovered-{}", base.family, &digest[..8]);
    let date = period.window.map(|_| Instant::from_seconds(period.key).day());
    let on = date.map_or(String::new(), |day| format!(" of {day}"));
    let campaign = Campaign {
        id: id.parse().unwrap_or_else(|_| base.id.clone()),
        first_seen: date,
        source: format!("recovered from {} observed names{on}: {}", names.len(), names.join(", ")),
        draws: Vec::new(),
        ..base
    };
    Recovered { campaign, date, names, spare_bits }
}

fn log2(count: u64) -> f64 {
    f64::from(count.max(1).ilog2()) + 1.0
}
