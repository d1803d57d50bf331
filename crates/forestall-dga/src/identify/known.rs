// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which campaigns of a catalogue explain observed names: by making their lists over a span.
//!
//! A name that stands in a list proves nothing where the lists are long and the name is short. So each explanation carries
//! [`Explanation::chance`], and what chance would give as readily is not reported.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use forestall_model::{CampaignId, DayRange, FamilySlug, Instant, Params, UtcDay, Window};

use super::Observed;
use super::victims::{CHANCE_ALONE, Undecoded, Victim, victims};
use crate::family::WordLists;
use crate::find::find;
use crate::info::Seeding;
use crate::{Campaign, Catalogue, FamilyInfo, GenerateError, ParamError, Period, Prepared};

/// Explanations that chance gives more often than this are left out.
const MOST_CHANCE: f64 = 0.01;

/// Names a day up to which a family with a date only is searched over the longer span.
const FEW_NAMES_A_DAY: f64 = 5_000.0;

/// The family whose names carry data.
const DECODED: &str = "sunburst";

/// Which days are searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spans {
    /// For families with seeds, and for those with many names a day.
    pub seeded: DayRange,
    /// For families with a date only and at most 5,000 names a day.
    pub date_only: DayRange,
}

impl Spans {
    /// Returns 400 days before `today` to 30 after, and from 2007 to a year after `today`.
    #[must_use]
    pub fn around(today: UtcDay) -> Self {
        let start = UtcDay::from_ymd(2007, 1, 1).unwrap_or(UtcDay::MIN);
        Self {
            seeded: DayRange { from: today.plus(-400), until: today.plus(31) },
            date_only: DayRange { from: start.min(today), until: today.plus(366) },
        }
    }

    /// Returns the same days for all families.
    #[must_use]
    pub const fn both(days: DayRange) -> Self {
        Self { seeded: days, date_only: days }
    }
}

/// One list that holds observed names.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The family.
    pub family: FamilySlug,
    /// The campaign.
    pub campaign: CampaignId,
    /// The parameters that differ from the family's defaults.
    pub params: Params,
    /// The first day of the origin period; none for a family without dates.
    pub date: Option<UtcDay>,
    /// By how many days the list is ahead of the day on which the names were asked for (behind where negative); 0 where that day lies in the
    /// period; none for a family without dates.
    pub clock_offset_days: Option<i32>,
    /// The observed names that the list holds, in the order observed. Never empty.
    pub names: Vec<String>,
    /// The part of all observed names, more than 0 and at most 1.
    pub explained: f64,
    /// How many such explanations chance would give over the whole search of this campaign, were names drawn letter by letter; an upper bound.
    pub chance: f64,
    /// What the names say, for a family whose names carry data: one victim.
    pub decoded: Option<Victim>,
}

/// What was found, and what could not be searched.
#[derive(Clone, Debug, Default)]
pub struct Identified {
    /// Best first: by names explained, then by the smaller clock error, then by chance, then in catalogue order.
    pub explanations: Vec<Explanation>,
    /// Campaigns that could not be searched.
    pub skipped: Vec<Skipped>,
    /// Observed names below a zone whose names carry data, from which nothing was read.
    pub undecoded: Vec<Undecoded>,
    /// Observed names that one explanation or more holds.
    pub explained: usize,
}

/// A campaign that could not be searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The campaign.
    pub campaign: CampaignId,
    /// Why.
    pub reason: SkipReason,
}

/// Why a campaign could not be searched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SkipReason {
    /// Its parameters do not make a generator; most often a word list is missing.
    #[error(transparent)]
    Param(#[from] ParamError),
    /// A list of it could not be computed.
    #[error(transparent)]
    Generate(#[from] GenerateError),
}

/// Searches the lists of every campaign whose family has a suffix of an observed name, and decodes names that carry data.
///
/// `asked` is the day on which the names were asked for. `progress` is told the campaigns done, all of them, and the next one's id.
///
/// # Examples
///
/// Names of Necurs from a machine whose clock is a week behind:
///
/// ```
/// use forestall_dga::Catalogue;
/// use forestall_dga::family::NoWordLists;
/// use forestall_dga::identify::{Observed, Spans, known};
/// use forestall_model::DayRange;
///
/// let observed = Observed::read(b"jxdhqqxgujyqwsxalna.bz\npscscegmsxkedjjihoqwj.ir\nnpdqbdvpuyjjvsotkfhxo.cx\n")?;
/// let spans = Spans::both(DayRange { from: "2019-12-25".parse()?, until: "2020-01-15".parse()? });
/// let asked = "2020-01-10".parse()?;
/// let found = known(&Catalogue::built_in(), &NoWordLists, &observed, &spans, asked, 2, |_, _, _| {});
/// let best = &found.explanations[0];
/// assert_eq!((best.family.as_str(), best.names.len()), ("necurs", 3));
/// assert_eq!(best.clock_offset_days, Some(-7));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn known(
    catalogue: &Catalogue,
    words: &dyn WordLists,
    observed: &Observed,
    spans: &Spans,
    asked: UtcDay,
    threads: usize,
    mut progress: impl FnMut(usize, usize, &CampaignId),
) -> Identified {
    let mut identified = Identified::default();
    let mut work = Vec::new();
    for campaign in catalogue.campaigns() {
        let Some(family) = catalogue.family(campaign.family.as_str()) else { continue };
        let names = matching(family.info(), observed);
        if !names.is_empty() {
            work.push((campaign, names));
        }
    }
    let all = work.len();
    for (done, (campaign, names)) in work.into_iter().enumerate() {
        progress(done, all, &campaign.id);
        let searched = || -> Result<Vec<Explanation>, SkipReason> {
            let prepared = catalogue.prepare(campaign, &Params::new(), words)?;
            let span = span(catalogue, &prepared, spans, asked);
            Ok(explanations(&prepared, &names, observed.names().len(), span, asked, threads)?)
        };
        match searched() {
            Ok(mut found) => identified.explanations.append(&mut found),
            Err(reason) => identified.skipped.push(Skipped { campaign: campaign.id.clone(), reason }),
        }
    }
    for campaign in catalogue.campaigns_of(DECODED) {
        let (found, undecoded) = victims(observed, asked);
        identified.undecoded = undecoded;
        identified.explanations.extend(found.into_iter().map(|victim| of_victim(campaign, victim, observed)));
    }
    identified.explanations.sort_by(|a, b| {
        let key = |e: &Explanation| (Reverse(e.names.len()), e.clock_offset_days.map_or(0, i32::unsigned_abs));
        key(a).cmp(&key(b)).then(a.chance.total_cmp(&b.chance))
    });
    identified.explained = identified.explained_names().len();
    identified
}

impl Identified {
    /// Returns the observed names that one explanation or more holds.
    #[must_use]
    pub fn explained_names(&self) -> BTreeSet<&str> {
        self.explanations.iter().flat_map(|explanation| &explanation.names).map(String::as_str).collect()
    }
}

fn of_victim(campaign: &Campaign, victim: Victim, observed: &Observed) -> Explanation {
    // Any two names of all may agree in the 64 bits of the identifier.
    let agreement = as_f64(observed.names().len()).powi(2) * (-64_f64).exp2();
    Explanation {
        family: campaign.family.clone(),
        campaign: campaign.id.clone(),
        params: campaign.params.clone(),
        date: None,
        clock_offset_days: None,
        names: victim.names.clone(),
        explained: as_f64(victim.names.len()) / as_f64(observed.names().len()),
        chance: if victim.confirmed { agreement } else { CHANCE_ALONE },
        decoded: Some(victim),
    }
}

/// Returns the observed names that end in a suffix of the family.
pub(super) fn matching<'a>(info: &FamilyInfo, observed: &'a Observed) -> Vec<&'a str> {
    let ends = |name: &str| info.suffixes.iter().any(|suffix| label_before(name, suffix).is_some());
    observed.names().iter().map(String::as_str).filter(|name| ends(name)).collect()
}

/// Returns the bits of a name before the family's suffix, were its letters drawn evenly: 26 letters, 36 where there are digits.
pub(super) fn bits(info: &FamilyInfo, name: &str) -> f64 {
    let label = info.suffixes.iter().filter_map(|suffix| label_before(name, suffix)).min_by_key(|label| label.len());
    let drawn: Vec<u8> = label.unwrap_or(name).bytes().filter(u8::is_ascii_alphanumeric).collect();
    let alphabet: f64 = if drawn.iter().any(u8::is_ascii_digit) { 36.0 } else { 26.0 };
    drawn.iter().map(|_| alphabet.log2()).sum()
}

fn label_before<'a>(name: &'a str, suffix: &str) -> Option<&'a str> {
    name.strip_suffix(suffix)?.strip_suffix('.').filter(|label| !label.is_empty())
}

fn explanations(
    prepared: &Prepared,
    names: &[&str],
    observed: usize,
    span: Window,
    asked: UtcDay,
    threads: usize,
) -> Result<Vec<Explanation>, GenerateError> {
    let mut lists: BTreeMap<Period, Vec<usize>> = BTreeMap::new();
    for found in find(prepared, names, span, threads)? {
        let held = lists.entry(found.period).or_default();
        if !held.contains(&found.name) {
            held.push(found.name);
        }
    }
    if lists.is_empty() {
        return Ok(Vec::new());
    }
    let info = prepared.family.info();
    let periods = as_f64(prepared.generator.periods(span).count());
    let length = names_in_period(prepared);
    let explanation = |(period, mut held): (Period, Vec<usize>)| {
        held.sort_unstable();
        // The chance that one list holds these names, times the lists, times the choices of so many names.
        let of_one = |(drawn, name): (usize, &usize)| {
            let choices = as_f64(names.len() - drawn) / as_f64(drawn + 1);
            (length / bits(info, names[*name]).exp2() / as_f64(info.suffixes.len().max(1))).min(1.0) * choices
        };
        let chance = periods * held.iter().enumerate().map(of_one).product::<f64>();
        let date = period.window.map(|_| Instant::from_seconds(period.key).day());
        Explanation {
            family: prepared.campaign.family.clone(),
            campaign: prepared.campaign.id.clone(),
            params: prepared.campaign.params.clone(),
            date,
            clock_offset_days: period.window.map(|window| offset(window, asked)),
            explained: as_f64(held.len()) / as_f64(observed),
            names: held.iter().map(|name| names[*name].to_owned()).collect(),
            chance,
            decoded: None,
        }
    };
    Ok(lists.into_iter().map(explanation).filter(|found| found.chance <= MOST_CHANCE).collect())
}

/// Returns the days from `asked` to the nearest day of `window`.
pub(super) fn offset(window: Window, asked: UtcDay) -> i32 {
    let first = window.from.day();
    let last = Instant::from_micros(window.until.micros().saturating_sub(1)).day().max(first);
    if asked < first { first.days_since(asked) } else { last.min(asked).days_since(asked) }
}

fn span(catalogue: &Catalogue, prepared: &Prepared, spans: &Spans, today: UtcDay) -> Window {
    let info = prepared.family.info();
    let dated = matches!(info.seeding, Seeding::TimeDependentDeterministic | Seeding::TimeDependentNonDeterministic);
    if dated && has_date_only(catalogue, info) {
        let window = prepared.generator.period_containing(today.start()).and_then(|period| period.window);
        let seconds = window.map_or(86_400, |window| window.until.seconds() - window.from.seconds()).max(1);
        let days = f64::from(u32::try_from(seconds).unwrap_or(u32::MAX)) / 86_400.0;
        if names_in_period(prepared) / days <= FEW_NAMES_A_DAY {
            return spans.date_only.window();
        }
    }
    spans.seeded.window()
}

/// Says whether a family has no seed: one campaign, without parameters of its own.
fn has_date_only(catalogue: &Catalogue, info: &FamilyInfo) -> bool {
    let mut campaigns = catalogue.campaigns_of(&info.slug);
    info.keys.is_empty() || campaigns.next().is_some_and(|first| first.params.is_empty()) && campaigns.next().is_none()
}

fn names_in_period(prepared: &Prepared) -> f64 {
    let names = prepared.campaign.count.or(prepared.family.info().names_per_period).unwrap_or(10_000);
    f64::from(u32::try_from(names).unwrap_or(u32::MAX))
}

pub(super) fn as_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
