// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The computed side of a case: counts, lists and places of names.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::convert::Infallible;
use std::sync::{Arc, PoisonError};
use std::thread::available_parallelism;

use forestall_coord::Case;
use forestall_coord::event::{CaseCampaign, Occurrence};
use forestall_dga::predict::{Lists as Asked, Only, Query, visit};
use forestall_dga::{Name, Period, Prepared};
use forestall_model::counts::period_day;
use forestall_model::directory::{Directory, Registrability, TldEntry};
use forestall_model::name::last_label;
use forestall_model::{DayRange, Digest, DomainName, ListCounts, PeriodCounts, Tld, TldCount, Window};

use super::{CampaignSpec, CaseFile, Desk, DeskError, Lists};

/// The names of one (campaign, origin period, top-level domain).
#[derive(Clone, Debug)]
pub struct NameListing {
    /// The distinct names in generation order: a name's index is its place.
    pub names: Vec<DomainName>,
    /// SHA-256 over the names, each followed by a line feed.
    pub digest: Digest,
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
            let days = DayRange { from: held.first_day.map_or(horizon.from, |day| day.max(horizon.from)), ..horizon };
            let wanted: Vec<Period> = if days.is_empty() {
                Vec::new()
            } else {
                prepared[index].generator.periods(days.window()).collect()
            };
            let digest = self.cache_key(held);
            let keys = wanted.first().map_or(0..0, |first| first.key..wanted.last().map_or(first.key, |last| last.key) + 1);
            let mut periods = self.store().cached_counts(digest, held.generator_version, keys).await?;
            periods.retain(|cached| wanted.iter().any(|period| period.key == cached.key));
            if periods.len() != wanted.len() {
                let (prepared, directory, span) = (Arc::clone(prepared), self.directory(), days.window());
                let counted = move || count_span(&prepared[index], span, directory);
                periods = tokio::task::spawn_blocking(counted).await.map_err(|e| DeskError::Input(format!("counting: {e}")))?;
                self.store().cache_counts(digest, held.generator_version, &periods).await?;
            }
            counts.push(ListCounts { campaign: held.id.clone(), periods });
        }
        Ok(counts)
    }

    /// Returns what counts follow from, but the generator's version: the campaign and the rules on what can be registered.
    fn cache_key(&self, held: &CaseCampaign) -> Digest {
        Digest::of_parts(&[&held.digest.0, self.directory().export_csv().as_bytes()])
    }

    /// Returns the names of one list in the order of their places.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where the case has no such list.
    pub fn listing(&self, file: &CaseFile, tld: &Tld, campaign: usize, period: i64) -> Result<NameListing, DeskError> {
        let counted = file.counts.get(campaign).and_then(|list| list.periods.iter().find(|p| p.key == period));
        let prepared = file.prepared.get(campaign);
        let (Some(counted), Some(prepared)) = (counted, prepared) else {
            return Err(DeskError::Input(format!("the case has no list of {}", period_day(period))));
        };
        let only = Only { tld: Some(tld.clone()), suffix: None };
        let query = Query { only, ..Query::all(Asked::Span(counted.window)) };
        let mut names = Vec::new();
        let mut text = Vec::new();
        let Ok(_) = visit::<Infallible>(prepared, &query, 1, |list| {
            if list.period().key == period {
                list.pieces().for_each(|piece| text.extend_from_slice(piece));
                names.extend(list.names().filter_map(|name| domain(&name)));
            }
            Ok(())
        });
        Ok(NameListing { names, digest: Digest::of(&text) })
    }

    /// Finds where names stand in the lists of a case; names that stand nowhere are left out.
    pub(super) async fn places_of(
        &self,
        file: &CaseFile,
        names: &[DomainName],
    ) -> Result<BTreeMap<DomainName, Vec<Occurrence>>, DeskError> {
        let (file, names) = (file.clone(), names.to_vec());
        let find = move || find_places(&file, &names);
        tokio::task::spawn_blocking(find).await.map_err(|e| DeskError::Input(format!("looking for names: {e}")))
    }
}

fn threads() -> usize {
    available_parallelism().map_or(1, usize::from)
}

fn domain(name: &Name<'_>) -> Option<DomainName> {
    std::str::from_utf8(name.bytes).ok()?.parse().ok()
}

fn count_span(prepared: &Prepared, span: Window, directory: &Directory) -> Vec<PeriodCounts> {
    let mut periods = Vec::new();
    let mut ruled: HashMap<Vec<u8>, Option<&TldEntry>> = HashMap::new();
    let Ok(_) = visit::<Infallible>(prepared, &Query::all(Asked::Span(span)), threads(), |list| {
        let mut counts: BTreeMap<&[u8], (u32, Vec<u32>)> = BTreeMap::new();
        let mut distinct = 0;
        for name in list.names() {
            let Some(dot) = name.bytes.iter().rposition(|b| *b == b'.') else { continue };
            let label = &name.bytes[dot + 1..];
            let (names, not_registrable) = counts.entry(label).or_default();
            if !ruled.contains_key(label) {
                ruled.insert(label.to_vec(), rules_of(directory, label));
            }
            if let Some(entry) = ruled.get(label).copied().flatten() {
                let text = std::str::from_utf8(name.bytes).unwrap_or_default();
                if matches!(entry.registrability(text), Registrability::NotRegistrable { .. }) {
                    not_registrable.push(*names);
                }
            }
            *names += 1;
            distinct += 1;
        }
        let entry = |(label, (names, not_registrable)): (&[u8], (u32, Vec<u32>))| {
            let tld: Tld = std::str::from_utf8(label).ok()?.parse().ok()?;
            Some(TldCount { tld, names, not_registrable })
        };
        let period = list.period();
        let by_tld = counts.into_iter().filter_map(entry).collect();
        periods.push(PeriodCounts { key: period.key, window: period.window.unwrap_or(span), distinct, by_tld });
        Ok(())
    });
    periods
}

fn rules_of<'d>(directory: &'d Directory, label: &[u8]) -> Option<&'d TldEntry> {
    let tld: Tld = std::str::from_utf8(label).ok()?.parse().ok()?;
    directory.entry(&tld).filter(|entry| entry.has_rules())
}

fn find_places(file: &CaseFile, names: &[DomainName]) -> BTreeMap<DomainName, Vec<Occurrence>> {
    let wanted: HashMap<&[u8], &DomainName> = names.iter().map(|name| (name.as_str().as_bytes(), name)).collect();
    let tlds: HashSet<&str> = names.iter().map(|name| last_label(name.as_str())).collect();
    let mut found: BTreeMap<DomainName, Vec<Occurrence>> = BTreeMap::new();
    for (prepared, counts) in file.prepared.iter().zip(file.counts.iter()) {
        let (Some(first), Some(last)) = (counts.periods.first(), counts.periods.last()) else { continue };
        let span = Window { from: first.window.from, until: last.window.until };
        for tld in &tlds {
            let Ok(tld) = tld.parse::<Tld>() else { continue };
            let query = Query { only: Only { tld: Some(tld), suffix: None }, ..Query::all(Asked::Span(span)) };
            let Ok(_) = visit::<Infallible>(prepared, &query, threads(), |list| {
                for (place, name) in (0_u32..).zip(list.names()) {
                    if let Some(wanted) = wanted.get(name.bytes) {
                        let occurrence = Occurrence { campaign: counts.campaign.clone(), period: list.period().key, place };
                        found.entry((*wanted).clone()).or_default().push(occurrence);
                    }
                }
                Ok(())
            });
        }
    }
    found
}

/// The identifier of one line of a list: campaign, origin period, top-level domain and place in one word.
pub(super) mod line_id {
    use forestall_model::{CampaignId, Tld};

    /// Writes `CAMPAIGN/PERIOD/TLD/PLACE`.
    pub(in crate::desk) fn write(campaign: &CampaignId, period: i64, tld: &Tld, place: u32) -> String {
        format!("{campaign}/{period}/{tld}/{place}")
    }

    /// Reads what [`write`] writes; `None` for anything else.
    pub(in crate::desk) fn read(text: &str) -> Option<(CampaignId, i64, Tld, u32)> {
        let mut parts = text.split('/');
        let id = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        parts.next().is_none().then_some(id)
    }
}
