// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What others told of names: files from outside, as a case keeps them.

use std::collections::{BTreeMap, BTreeSet};

use forestall_model::evidence::Places;
use forestall_model::told::{ToldForm, ToldName};
use forestall_model::{CampaignId, Digest, DomainName, Instant, Marking, Telling, Tld, UtcDay, Window};

use crate::case::Case;
use crate::event::{Body, Event, Occurrence, ToldOther, ToldSet};

/// A file from outside that a case took in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The number of the event.
    pub version: u64,
    /// When it was said.
    pub at: Instant,
    /// Who said it, or where it can be read.
    pub source: Option<String>,
    /// The form of the file.
    pub form: ToldForm,
    /// SHA-256 of its octets.
    pub file: Digest,
    /// Its marking, where it says one.
    pub marking: Option<Marking>,
    /// Names of the case.
    pub sets: Vec<ToldSet>,
    /// Names that the case does not hold.
    pub others: Vec<ToldOther>,
}

impl Told {
    /// Returns what an event of this kind says; `None` for another.
    pub(crate) fn of(event: &Event) -> Option<Self> {
        let Body::Told { form, file, marking, sets, others } = &event.body else { return None };
        Some(Self {
            version: event.version,
            at: event.occurred,
            source: event.source.clone(),
            form: *form,
            file: *file,
            marking: *marking,
            sets: sets.clone(),
            others: others.clone(),
        })
    }
}

/// Returns how many names of the case are told of. A name that stands in two lists counts twice.
#[must_use]
pub fn names_of_case(sets: &[ToldSet]) -> u64 {
    sets.iter().map(|set| u64::from(set.places.len())).sum()
}

/// What a case makes of names that others tell of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Names of the case, as an event keeps them.
    pub sets: Vec<ToldSet>,
    /// Names that the case does not hold, or not on the days that are told, in order.
    pub others: Vec<ToldOther>,
    /// Distinct names.
    pub names: u64,
    /// Names of the case.
    pub known: u64,
    /// Names of the case that are excluded for a legitimate holder; they are among the known.
    pub excluded: u64,
    /// Names of the case that are told for days on which it does not have them.
    pub other_days: u64,
    /// Names that a campaign of the case has on days outside of its horizon.
    pub outside_horizon: u64,
    /// Names that no campaign of the case makes, as far as was looked.
    pub new: u64,
    /// The names of each campaign: how many, and the first and last day of their lists.
    pub campaigns: BTreeMap<CampaignId, (u64, UtcDay, UtcDay)>,
    /// Names that the case does not hold, by the family that they are told of; without one, under no word.
    pub families: BTreeMap<String, u64>,
}

/// What is known of a name before it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    New,
    OutsideHorizon,
    OtherDays,
    Known,
}

/// Compares names that others tell of with a case.
///
/// `places` says where names stand in the lists of the case, `beyond` which names its campaigns have outside of its horizon, and `window` when a list of
/// (campaign, origin period) is live. A name below one of the case counts as that one. Where a time is told for which a name is used, only lists
/// whose guard window meets it count.
pub fn compare(
    case: &Case,
    names: &[ToldName],
    places: &BTreeMap<DomainName, Vec<Occurrence>>,
    beyond: &BTreeSet<DomainName>,
    window: impl Fn(usize, i64) -> Option<Window>,
) -> Compared {
    let mut compared = Compared::default();
    let mut sets: BTreeMap<(Telling, Tld, CampaignId, i64), ToldSet> = BTreeMap::new();
    let mut fits: BTreeMap<&DomainName, Fit> = BTreeMap::new();
    let mut seen: BTreeMap<CampaignId, BTreeSet<&DomainName>> = BTreeMap::new();
    for told in names {
        let above = above(&told.name);
        let found =
            [Some(&told.name), above.as_ref()].into_iter().flatten().find_map(|name| places.get_key_value(name));
        let (name, occurrences) = found.map_or((&told.name, &[][..]), |(name, places)| (name, places.as_slice()));
        let meets = |occurrence: &&Occurrence| {
            let Some(index) = case.campaign_index(&occurrence.campaign) else { return false };
            window(index, occurrence.period).is_none_or(|live| case.guard(index, live).meets(span(told)))
        };
        let mut is_known = false;
        for occurrence in occurrences.iter().filter(meets) {
            is_known = true;
            let Occurrence { campaign, period, place } = occurrence;
            let key = (told.telling, name.tld(), campaign.clone(), *period);
            let set = sets.entry(key).or_insert_with(|| ToldSet {
                telling: told.telling,
                tld: name.tld(),
                campaign: campaign.clone(),
                period: *period,
                places: Places::new(),
                first: None,
                last: None,
            });
            set.places.insert(*place);
            set.first = [set.first, told.first].into_iter().flatten().min();
            set.last = set.last.max(told.last);
            seen.entry(campaign.clone()).or_default().insert(name);
            let day = case.list_day(*period);
            let days = compared.campaigns.entry(campaign.clone()).or_insert((0, day, day));
            (days.1, days.2) = (days.1.min(day), days.2.max(day));
        }
        let is_beyond = beyond.contains(&told.name) || above.as_ref().is_some_and(|above| beyond.contains(above));
        let fit = match (is_known, occurrences.is_empty(), is_beyond) {
            (true, ..) => Fit::Known,
            (false, false, _) => Fit::OtherDays,
            (false, true, true) => Fit::OutsideHorizon,
            (false, true, false) => Fit::New,
        };
        if fit != Fit::Known {
            let (family, telling) = (told.family.clone(), told.telling);
            let (first, last, from, until) = (told.first, told.last, told.from, told.until);
            compared.others.push(ToldOther { name: told.name.clone(), telling, family, first, last, from, until });
        }
        let kept = fits.entry(name).or_insert(fit);
        *kept = (*kept).max(fit);
    }
    for (name, fit) in &fits {
        compared.names += 1;
        match fit {
            Fit::Known => {
                compared.known += 1;
                compared.excluded += u64::from(case.exclusions.contains_key(*name));
            }
            Fit::OtherDays => compared.other_days += 1,
            Fit::OutsideHorizon => compared.outside_horizon += 1,
            Fit::New => compared.new += 1,
        }
    }
    for (campaign, names) in seen {
        if let Some(days) = compared.campaigns.get_mut(&campaign) {
            days.0 = names.len() as u64;
        }
    }
    compared
        .others
        .sort_by(|a, b| (&a.name, a.telling, &a.family, a.from).cmp(&(&b.name, b.telling, &b.family, b.from)));
    for other in &compared.others {
        *compared.families.entry(other.family.clone().unwrap_or_default()).or_default() += 1;
    }
    compared.sets = sets.into_values().collect();
    compared
}

/// Returns the registrable name above a name, where it is another one.
#[must_use]
pub fn above(name: &DomainName) -> Option<DomainName> {
    let registrable = name.registrable().filter(|above| *above != name.as_str())?;
    registrable.parse().ok()
}

/// Returns the time for which a name is told.
fn span(told: &ToldName) -> Window {
    let (from, until) = (Instant::from_micros(i64::MIN), Instant::from_micros(i64::MAX));
    Window { from: told.from.unwrap_or(from), until: told.until.unwrap_or(until) }
}
