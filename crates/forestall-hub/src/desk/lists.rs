// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The computed side of a case: counts, lists and places of names.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;

use forestall_coord::Case;
use forestall_coord::event::{CaseCampaign, Occurrence};
use forestall_dga::counts::{Unregistrable, count};
use forestall_dga::find::find;
use forestall_dga::slice::{self, Slice};
use forestall_dga::{GenerateError, Period, Prepared};
use forestall_model::counts::period_day;
use forestall_model::directory::{Directory, Registrability, Screen, TldEntry};
use forestall_model::{DayRange, Digest, DomainName, Instant, ListCounts, PeriodCounts, Tld, Window, WindowSet};

use super::periods::{ByTld, NAMES};
use super::{CampaignSpec, CaseFile, Desk, DeskError, Lists};

/// Part of what counts are cached under, other than for counts whose windows were those of the periods alone.
const WINDOWS: &[u8] = b"windows of the names";

/// The names of one (campaign, origin period, top-level domain).
#[derive(Clone, Debug)]
pub struct NameListing {
    /// The distinct names in generation order: a name's index is its place.
    pub names: Vec<DomainName>,
    /// SHA-256 over the names, each followed by a line feed.
    pub digest: Digest,
    /// The nominal windows of the names: from the place of the first name on that has them.
    windows: Vec<(usize, WindowSet)>,
}

impl Desk {
    /// Returns the computed side of a case: from memory, else from the store's cache, else computed.
    pub(super) async fn lists(&self, case: &Case) -> Result<Lists, DeskError> {
        let key: Vec<Digest> = case.campaigns.iter().map(|c| c.digest).collect();
        if let Some(lists) = self.remembered(case, &key) {
            return Ok(lists);
        }
        let mut prepared = Vec::new();
        for held in &case.campaigns {
            let spec = CampaignSpec { name: held.family.to_string(), replace: held.params.clone() };
            let mut ours = self.prepare(&spec)?;
            if ours.digest != held.digest {
                return Err(DeskError::OtherGenerator {
                    campaign: held.id.clone(),
                    theirs: held.digest.short(),
                    ours: ours.digest.short(),
                });
            }
            ours.campaign.id = held.id.clone();
            prepared.push(ours);
        }
        let prepared = Arc::new(prepared);
        let counts = self.count(&prepared, &case.campaigns, case.horizon).await?;
        let lists = Lists { key, horizon: case.horizon, prepared, counts: Arc::new(counts) };
        let mut files = self.inner.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.insert(case.id.clone(), lists.clone());
        Ok(lists)
    }

    fn remembered(&self, case: &Case, key: &[Digest]) -> Option<Lists> {
        let files = self.inner.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.get(&case.id).filter(|lists| lists.key == key && lists.horizon == case.horizon).cloned()
    }

    /// Counts the names of campaigns over a horizon, each from its first day on.
    pub(super) async fn count(
        &self,
        prepared: &Arc<Vec<Prepared>>,
        campaigns: &[CaseCampaign],
        horizon: DayRange,
    ) -> Result<Vec<ListCounts>, DeskError> {
        let mut counts = Vec::new();
        for (index, held) in campaigns.iter().enumerate() {
            let days = counted_days(held, horizon);
            let wanted: Vec<Period> =
                if days.is_empty() { Vec::new() } else { prepared[index].generator.periods(days.window()).collect() };
            let digest = self.cache_key(held);
            let keys =
                wanted.first().map_or(0..0, |first| first.key..wanted.last().map_or(first.key, |last| last.key) + 1);
            let mut periods = self.store().cached_counts(digest, held.generator_version, keys).await?;
            let keys: BTreeSet<i64> = wanted.iter().map(|period| period.key).collect();
            periods.retain(|cached| keys.contains(&cached.key));
            if periods.len() != wanted.len() {
                let (prepared, directory, span) = (Arc::clone(prepared), Arc::clone(self.directory()), days.window());
                periods = computed(move || count_span(&prepared[index], span, &directory)).await?;
                self.store().cache_counts(digest, held.generator_version, &periods).await?;
            }
            // A family without dates has one list for all time: cached for another case, it has that one's horizon.
            if wanted.iter().all(|period| period.window.is_none()) {
                periods.iter_mut().for_each(|counted| counted.window = days.window());
            }
            counts.push(ListCounts { campaign: held.id.clone(), periods });
        }
        Ok(counts)
    }

    /// Returns what counts follow from, but the generator's version: the campaign and the rules on what can be registered.
    fn cache_key(&self, held: &CaseCampaign) -> Digest {
        let rules = self.inner.rules.get_or_init(|| Digest::of(self.directory().export_csv().as_bytes()));
        Digest::of_parts(&[&held.digest.0, &rules.0, WINDOWS])
    }

    /// Returns the names of one list in the order of their places.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where the case has no such list.
    pub fn listing(
        &self,
        file: &CaseFile,
        tld: &Tld,
        campaign: usize,
        period: i64,
    ) -> Result<Arc<NameListing>, DeskError> {
        let (prepared, period) = list_of(file, campaign, period)?;
        let key = (prepared.digest, period.key, tld.clone());
        if let Some(kept) = self.inner.recent.get(&key) {
            return Ok(kept);
        }
        let listing = match self.inner.periods.known((prepared.digest, period.key)) {
            Some(by_tld) if by_tld.contains_key(tld) => NameListing::of(&by_tld[tld]),
            _ => NameListing::of(&slice::slice(prepared, &period, tld)?),
        };
        let listing = Arc::new(listing);
        self.inner.recent.keep(key, &listing);
        Ok(listing)
    }

    /// Returns the names of all slices of one (campaign, origin period).
    pub(super) fn listings(
        &self,
        file: &CaseFile,
        campaign: usize,
        period: i64,
    ) -> Result<BTreeMap<Tld, NameListing>, DeskError> {
        let by_tld = self.period(file, campaign, period)?;
        Ok(by_tld.iter().map(|(tld, slice)| (tld.clone(), NameListing::of(slice))).collect())
    }

    /// Returns the names of one (campaign, origin period) by domain, which are kept for whoever asks next.
    pub(super) fn period(&self, file: &CaseFile, campaign: usize, period: i64) -> Result<Arc<ByTld>, DeskError> {
        let (prepared, period) = list_of(file, campaign, period)?;
        let names = names_of(file, campaign, period.key);
        self.inner.periods.of((prepared.digest, period.key), names, || Ok(slice::by_tld(prepared, &period)?))
    }

    /// Delivers the names of one slice of some periods of a campaign, in their order. Periods that are not kept are computed, several at one
    /// time, and kept; where there is no room for all of them the slice alone is computed, over the whole span of the periods.
    pub(super) fn each_of_periods(
        &self,
        file: &CaseFile,
        tld: &Tld,
        campaign: usize,
        (periods, span): (&BTreeSet<i64>, Window),
        mut sink: impl FnMut(i64, NameListing) + Send,
    ) -> Result<(), DeskError> {
        let names: usize = periods.iter().map(|period| names_of(file, campaign, *period)).sum();
        if names > NAMES {
            return self.each_listing(file, tld, campaign, span, |period, listing| {
                if periods.contains(&period) {
                    sink(period, listing);
                }
            });
        }
        let waiting = Mutex::new(periods.iter());
        let compute = || -> Result<(), DeskError> {
            loop {
                let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some(period) = next else { return Ok(()) };
                self.period(file, campaign, *period)?;
            }
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (1..threads().min(periods.len())).map(|_| scope.spawn(compute)).collect();
            let done = compute();
            let others = threads.into_iter().map(|thread| match thread.join() {
                Ok(done) => done,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            others.fold(done, Result::and)
        })?;
        for period in periods {
            if let Some(slice) = self.period(file, campaign, *period)?.get(tld) {
                sink(*period, NameListing::of(slice));
            }
        }
        Ok(())
    }

    /// Delivers the names of one slice of each period of a campaign that meets `span`, in order of time.
    pub(super) fn each_listing(
        &self,
        file: &CaseFile,
        tld: &Tld,
        campaign: usize,
        span: Window,
        mut sink: impl FnMut(i64, NameListing) + Send,
    ) -> Result<(), DeskError> {
        let Some(prepared) = file.prepared.get(campaign) else { return Ok(()) };
        slice::each(prepared, span, tld, threads(), |slice| {
            sink(slice.period.key, NameListing::of(&slice));
            Ok(())
        })
    }

    /// Finds where names stand in the lists of a case; names that stand nowhere are left out.
    pub(super) async fn places_of(
        &self,
        file: &CaseFile,
        names: &[DomainName],
    ) -> Result<BTreeMap<DomainName, Vec<Occurrence>>, DeskError> {
        let (file, names) = (file.clone(), names.to_vec());
        let days = file.case.horizon;
        Ok(computed(move || find_places(&file, &names, days)).await?)
    }
}

impl NameListing {
    /// Returns the nominal windows of the name at a place.
    #[must_use]
    pub fn windows_of(&self, place: usize) -> &WindowSet {
        let after = self.windows.partition_point(|(first, _)| *first <= place);
        after.checked_sub(1).map_or(&WindowSet::Always, |index| &self.windows[index].1)
    }

    pub(super) fn of(slice: &Slice) -> Self {
        let mut listing =
            Self { names: Vec::with_capacity(slice.names.len()), digest: slice.digest(), windows: Vec::new() };
        for name in &slice.names {
            let Some(text) = std::str::from_utf8(name.bytes).ok().and_then(|text| text.parse().ok()) else { continue };
            if listing.windows.last().is_none_or(|(_, windows)| windows != name.windows) {
                listing.windows.push((listing.names.len(), name.windows.clone()));
            }
            listing.names.push(text);
        }
        listing
    }
}

/// Returns the days of a horizon on which a campaign has lists.
pub(super) fn counted_days(held: &CaseCampaign, horizon: DayRange) -> DayRange {
    DayRange { from: held.first_day.map_or(horizon.from, |day| day.max(horizon.from)), ..horizon }
}

/// Runs a computation beside the threads that serve connections.
pub(crate) async fn computed<T: Send + 'static>(compute: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(compute).await {
        Ok(value) => value,
        Err(ended) => std::panic::resume_unwind(ended.into_panic()),
    }
}

pub(super) fn threads() -> usize {
    available_parallelism().map_or(1, usize::from)
}

pub(super) fn list_of(file: &CaseFile, campaign: usize, period: i64) -> Result<(&Prepared, Period), DeskError> {
    let counted = file.counts.get(campaign).and_then(|list| list.of_period(period));
    let (Some(counted), Some(prepared)) = (counted, file.prepared.get(campaign)) else {
        return Err(DeskError::Input(format!("the case has no list of {}", period_day(period))));
    };
    // Where the dates of an algorithm jump, the period may be none that holds its own key.
    let direct = prepared.generator.period_containing(Instant::from_seconds(period)).filter(|p| p.key == period);
    let found = direct.or_else(|| prepared.generator.periods(counted.window).find(|p| p.key == period));
    let found = found.ok_or_else(|| DeskError::Input(format!("the family has no list of {}", period_day(period))))?;
    Ok((prepared, found))
}

/// Returns how many names the list of a period has in all.
fn names_of(file: &CaseFile, campaign: usize, period: i64) -> usize {
    let counted = file.counts.get(campaign).and_then(|list| list.of_period(period));
    counted.map_or(0, |counted| counted.distinct as usize)
}

fn count_span(prepared: &Prepared, span: Window, directory: &Directory) -> Result<Vec<PeriodCounts>, GenerateError> {
    let ruled = || directory.iter().filter(|entry| entry.has_rules());
    let tlds: BTreeSet<Tld> = ruled().map(|entry| entry.tld.clone()).collect();
    let rules: HashMap<&str, (&TldEntry, Screen<'_>)> =
        ruled().map(|entry| (entry.tld.as_str(), (entry, entry.screen()))).collect();
    let refused = |tld: &Tld, name: &str| {
        let rule = rules.get(tld.as_str()).filter(|(_, screen)| screen.may_refuse(name));
        rule.is_some_and(|(entry, _)| matches!(entry.registrability(name), Registrability::NotRegistrable { .. }))
    };
    Ok(count(prepared, span, threads(), Some(Unregistrable { tlds: &tlds, test: &refused }))?.periods)
}

/// Finds where names stand in the lists of some days, which need not be in the case.
pub(super) fn find_places(
    file: &CaseFile,
    names: &[DomainName],
    days: DayRange,
) -> Result<BTreeMap<DomainName, Vec<Occurrence>>, GenerateError> {
    let mut found: BTreeMap<DomainName, Vec<Occurrence>> = BTreeMap::new();
    for (prepared, counts) in file.prepared.iter().zip(file.counts.iter()) {
        let Some(held) = file.case.campaign_index(&counts.campaign).map(|index| &file.case.campaigns[index]) else {
            continue;
        };
        let days = counted_days(held, days);
        if days.is_empty() {
            continue;
        }
        for place in find(prepared, names, days.window(), threads())? {
            let occurrence =
                Occurrence { campaign: counts.campaign.clone(), period: place.period.key, place: place.place };
            found.entry(names[place.name].clone()).or_default().push(occurrence);
        }
    }
    Ok(found)
}
