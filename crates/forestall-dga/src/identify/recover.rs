// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Parameters that no campaign has, found by searching all candidates.
//!
//! A family's [`SeedSearch`] tries ranges of candidates against one observed name, the *anchor*; each hit is checked in full: the list
//! of the parameters must hold [`CONFIRMING`] further names, and all names together at least 40 bits more than was searched. Names that
//! the family cannot make, by their shape alone, are neither searched nor counted.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use forestall_model::{DayRange, Instant, Params, UtcDay, Window};

use super::Observed;
use super::known::{as_f64, bits, matching, offset};
use crate::family::WordLists;
use crate::{Ask, Campaign, Catalogue, Family, FamilyInfo, NameBuf, Period};

/// Names beside the anchor that parameters must explain.
pub const CONFIRMING: usize = 3;

/// Bits that the names explained must hold beyond those searched.
const SPARE_BITS: f64 = 40.0;

/// Candidates that a thread tries between two looks at the others.
const BLOCK: u64 = 1 << 20;

/// Anchors that are tried where parameters explain only what follows the anchor.
const MOST_ANCHORS: usize = 16;

/// Parameters that are checked in full for one anchor and block; foreign input with more hits than this is not worth its time.
const MOST_CHECKS: usize = 20_000;

/// What a family offers so that its unknown parameters can be searched for. Pure; called from several threads.
pub trait SeedSearch: Send + Sync {
    /// Says whether the family can make this name, in lower case and with a suffix of the family, by its shape: length, letters, parity.
    ///
    /// Cheap, and never wrong in saying no.
    fn fits(&self, _name: &str) -> bool {
        true
    }

    /// Says whether a candidate means something else in each origin period, so that each is searched for itself.
    ///
    /// Where not, one search serves all: [`SeedSearch::hits`] then gives the parameters for every period of [`Clue::days`], and a hit is
    /// held against each of its own periods in these days.
    fn per_period(&self) -> bool {
        true
    }

    /// Says whether parameters explain only the anchor and names after it. Then more names are tried as anchors, in the order observed, and the
    /// search goes on while names are left that no earlier hit explains.
    fn later_only(&self) -> bool {
        false
    }

    /// Returns the number of candidates; they are counted from 0.
    fn candidates(&self) -> u64;

    /// Appends the parameters of each candidate of `range` that makes the anchor in the list of the period, at any place.
    ///
    /// Hot: a candidate should be rejected by the first letters. False hits are allowed, each is checked in full. A candidate may be a state
    /// in the middle of the list; parameters are then those of each start from which it may be reached ([`super::Lcg32::before`]). Of
    /// parameters that explain as many names the first appended is kept.
    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>);

    /// Returns how many names a list with these parameters has, where the family's default campaign has another number.
    fn count(&self, _params: &Params) -> Option<u64> {
        None
    }

    /// Returns the numbers of names that lists of the family were seen to have, rising, where parameters do not tell which: the smallest that
    /// reaches the last name explained is taken.
    fn counts(&self) -> &[u64] {
        &[]
    }

    /// Returns parameters that have the origin periods searched, where those of the family's default campaign are others.
    fn form(&self) -> Params {
        Params::new()
    }
}

/// What a search is given to go by.
#[derive(Clone, Copy, Debug)]
pub struct Clue<'a> {
    /// The name that a candidate must make, in lower case.
    pub anchor: &'a str,
    /// All observed names with a suffix of the family and a shape that fits, the longest first; the anchor is one of them.
    pub names: &'a [&'a str],
    /// The origin period whose list is to hold them; the first of `days` where one search serves all.
    pub period: &'a Period,
    /// The days of the search; the middle one is the likeliest.
    pub days: DayRange,
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
    /// The window of that period.
    pub window: Option<Window>,
    /// The observed names that the list holds, in the order observed.
    pub names: Vec<String>,
    /// Bits of these names beyond those that were searched.
    pub spare_bits: f64,
    /// Other parameters that explain as many of the names. Their lists differ before the first of them, or on other days.
    pub equals: Vec<Params>,
}

impl Recovered {
    /// Returns by how many days the list is ahead of the day on which the names were asked for, as in [`super::Explanation::clock_offset_days`].
    #[must_use]
    pub fn clock_offset_days(&self, asked: UtcDay) -> Option<i32> {
        self.window.map(|window| offset(window, asked))
    }
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
    #[error("{found} of the names can be of {family} by suffix and shape; expected {} or more to confirm a seed", CONFIRMING + 1)]
    TooFewNames {
        /// The family.
        family: String,
        /// Names with a suffix of the family and a shape that fits.
        found: usize,
    },
}

/// Searches for parameters of `family` that explain observed names; stops at the first found, or goes on as [`SeedSearch::later_only`] says.
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
    names.retain(|name| search.fits(name));
    if names.len() <= CONFIRMING {
        return Err(RecoverError::TooFewNames { family: slug, found: names.len() });
    }
    let Some(default) = catalogue.campaigns_of(&info.slug).next() else { return Ok(None) };
    // Periods do not hang on the seed, so those of the default campaign are all there are.
    let Ok(prepared) = catalogue.prepare(default, &search.form(), words) else { return Ok(None) };
    let mut periods: Vec<Period> = prepared.generator.periods(effort.days.window()).collect();
    // A list that is too short to confirm anything is confirmed by those of the other periods.
    let short = info.names_per_period.is_some_and(|names| names <= CONFIRMING as u64);
    let together = if short { periods.clone() } else { Vec::new() };
    if search.per_period() {
        // The clocks of most machines are right, so that the period in the middle is the likeliest.
        let middle = effort.days.days().nth(effort.days.len().saturating_sub(1) / 2);
        let ahead = |period: &Period| Some(offset(period.window?, middle?).unsigned_abs());
        periods.sort_by_key(ahead);
    } else {
        periods.truncate(1);
    }
    let in_order = names.clone();
    names.sort_by_key(|name| Reverse(name.len()));
    let anchors =
        if search.later_only() { in_order.iter().take(MOST_ANCHORS) } else { names.iter().take(effort.anchors.max(1)) };
    let tries: Vec<(&str, &Period)> =
        anchors.flat_map(|name| periods.iter().map(move |period| (*name, period))).collect();
    let all_candidates = 0..search.candidates();
    let within = effort.within.clone().unwrap_or_else(|| all_candidates.clone());
    let within = within.start.min(all_candidates.end)..within.end.min(all_candidates.end);
    let each = within.end.saturating_sub(within.start);
    let all = each.saturating_mul(u64::try_from(tries.len()).unwrap_or(u64::MAX));
    let judge = Judge {
        catalogue,
        words,
        info,
        search,
        default,
        observed: observed.names(),
        wanted: names.iter().map(|name| name.as_bytes()).collect(),
        searched: as_f64(tries.len()).log2() + log2(each),
        days: (!search.per_period()).then_some(effort.days),
        together,
    };
    let (next, done, stop) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let found: Mutex<Vec<Hit<'_>>> = Mutex::new(Vec::new());
    let blocks = each.div_ceil(BLOCK);
    // Where one date taken for another gives parameters that explain nearly as much, all tries are made and compared; they are few.
    let all_tries = !judge.together.is_empty();
    let run = || {
        let mut hits = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let block = next.fetch_add(1, Ordering::Relaxed);
            let Some((anchor, period)) =
                block.checked_div(blocks).and_then(|at| tries.get(usize::try_from(at).ok()?)).copied()
            else {
                return;
            };
            let start = within.start + block % blocks * BLOCK;
            let range = start..within.end.min(start + BLOCK);
            let tried = range.end - range.start;
            let is_explained = search.later_only()
                && in_turn(&found.lock().unwrap_or_else(PoisonError::into_inner), block)
                    .is_some_and(|best| best.names.iter().any(|name| name == anchor));
            if !is_explained {
                hits.clear();
                search.hits(&Clue { anchor, names: &names, period, days: effort.days }, range, &mut hits);
                hits.truncate(MOST_CHECKS);
                if let Some(recovered) = judge.best(&hits, period) {
                    let finished = !search.later_only() || recovered.names.len() == names.len();
                    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                    let at = found.partition_point(|hit| hit.block < block);
                    found.insert(at, Hit { block, anchor, recovered });
                    stop.fetch_or(finished && !all_tries, Ordering::Relaxed);
                }
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
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(if all_tries {
        most_of_all(found)
    } else if search.later_only() {
        in_turn(&found, u64::MAX).cloned()
    } else {
        // What one thread would have found first, whoever was the faster here.
        found.into_iter().next().map(|hit| hit.recovered)
    })
}

/// What a block of candidates gave.
struct Hit<'a> {
    block: u64,
    anchor: &'a str,
    recovered: Recovered,
}

/// Returns what a single thread would hold when it comes to a block, from hits in the order of their blocks: an anchor that is explained already is passed over.
fn in_turn<'a>(hits: &'a [Hit<'_>], block: u64) -> Option<&'a Recovered> {
    let mut best: Option<&Recovered> = None;
    for hit in hits.iter().take_while(|hit| hit.block < block) {
        let is_explained = best.is_some_and(|best| best.names.iter().any(|name| name == hit.anchor));
        if !is_explained && best.is_none_or(|best| best.names.len() < hit.recovered.names.len()) {
            best = Some(&hit.recovered);
        }
    }
    best
}

/// Returns the hit that explains most names, of equal ones the first; the parameters of the others that explain as many are its equals.
fn most_of_all(hits: Vec<Hit<'_>>) -> Option<Recovered> {
    let most = hits.iter().map(|hit| hit.recovered.names.len()).max()?;
    let mut best: Option<Recovered> = None;
    for Hit { recovered, .. } in hits.into_iter().filter(|hit| hit.recovered.names.len() == most) {
        let Some(best) = &mut best else {
            best = Some(recovered);
            continue;
        };
        for params in std::iter::once(recovered.campaign.params).chain(recovered.equals) {
            if params != best.campaign.params && !best.equals.contains(&params) {
                best.equals.push(params);
            }
        }
    }
    best
}

/// Holds parameters against the observed names.
struct Judge<'a> {
    catalogue: &'a Catalogue,
    words: &'a (dyn WordLists + Sync),
    info: &'a FamilyInfo,
    search: &'a dyn SeedSearch,
    default: &'a Campaign,
    observed: &'a [String],
    wanted: HashSet<&'a [u8]>,
    /// The bits that the whole search tries.
    searched: f64,
    /// The days whose periods are held against the names, where that of the clue is not the only one.
    days: Option<DayRange>,
    /// Periods whose lists count as one, where each alone is too short.
    together: Vec<Period>,
}

/// What a list holds of the observed names.
struct Held {
    period: Period,
    /// In the order observed.
    names: Vec<String>,
    /// How many names of the list reach to the last of them.
    until: u64,
}

impl Judge<'_> {
    /// Returns those that explain most names, of equal ones the first; none where the names are no proof.
    fn best(&self, hits: &[Params], period: &Period) -> Option<Recovered> {
        let mut best: Option<(Params, Held, Vec<Params>)> = None;
        for params in hits {
            let Some(held) = self.explained(params, period) else { continue };
            let most = best.as_ref().map_or(0, |(_, held, _)| held.names.len());
            if held.names.len() > most {
                best = Some((params.clone(), held, Vec::new()));
            } else if let Some((first, _, equals)) = best.as_mut().filter(|_| held.names.len() == most)
                && first != params
                && !equals.contains(params)
            {
                equals.push(params.clone());
            }
        }
        let (params, Held { period, names, until }, equals) = best?;
        let spare = names.iter().map(|name| bits(self.info, name)).sum::<f64>() - self.searched;
        let count = self.search.counts().iter().copied().find(|count| *count >= until);
        let mut campaign = self.campaign(params);
        campaign.count = count.or(campaign.count);
        (names.len() > CONFIRMING && spare >= SPARE_BITS)
            .then(|| recovered(campaign, self.info.generator_version, &period, names, spare, equals))
    }

    /// Returns the campaign with these parameters; where its list can be of several lengths, with the longest.
    fn campaign(&self, params: Params) -> Campaign {
        let longest = self.search.counts().last().copied();
        let count = self.search.count(&params).or(longest).or(self.default.count);
        Campaign { params, count, ..self.default.clone() }
    }

    /// Returns the period whose list holds most of the names, with these.
    fn explained(&self, params: &Params, period: &Period) -> Option<Held> {
        let campaign = self.campaign(params.clone());
        let prepared = self.catalogue.prepare(&campaign, &Params::new(), self.words).ok()?;
        let periods = match self.days {
            Some(days) => prepared.generator.periods(days.window()).collect(),
            None => vec![*period],
        };
        let mut best: Option<Held> = None;
        let mut list = NameBuf::new();
        for period in periods {
            list.clear();
            let of_one = std::slice::from_ref(&period);
            for period in if self.together.is_empty() { of_one } else { &self.together } {
                let ask = Ask { span: period.window, limit: campaign.count };
                prepared.generator.generate(period, &ask, &mut list).ok()?;
            }
            list.make_lower_case();
            let mut held: HashSet<&[u8]> = HashSet::new();
            let mut until = 0;
            for (name, place) in list.iter().zip(1..) {
                if self.wanted.contains(name.bytes) && held.insert(name.bytes) {
                    until = place;
                }
            }
            if held.len() > best.as_ref().map_or(0, |best| best.names.len()) {
                let names = self.observed.iter().filter(|name| held.contains(name.as_bytes()));
                best = Some(Held { period, names: names.cloned().collect(), until });
            }
        }
        best
    }
}

fn recovered(
    base: Campaign,
    version: u32,
    period: &Period,
    names: Vec<String>,
    spare_bits: f64,
    equals: Vec<Params>,
) -> Recovered {
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
    Recovered { campaign, date, window: period.window, names, spare_bits, equals }
}

fn log2(count: u64) -> f64 {
    f64::from(count.max(1).ilog2()) + 1.0
}
