// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Reading a scenario: the file as it is written, and what cannot be in it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use forestall_model::party::{Rhythm, UtcOffset, WorkingDays};
use forestall_model::{CampaignId, Draws, Instant, Tld, UtcDay};
use serde::Deserialize;
use toml::Spanned;

use crate::botnet::{Activity, Enemy, Herd, Zone};
use crate::conduct::Conduct;
use crate::event::Injected;
use crate::office::Office;
use crate::scenario::{
    CasePlan, Group, MOST_AHEAD, MOST_CASES, MOST_DAYS, MOST_OCTETS, MOST_REGISTRIES, Registry, Scenario,
    ScenarioError, VERSION, registry_of,
};

/// Minutes of a step at most: a day.
const MOST_STEP: u32 = 24 * 60;
/// Contacts of a registry at most.
const MOST_CONTACTS: u32 = 20;
/// Machines of a campaign at most: more than there are addresses of IPv4.
const MOST_MACHINES: u64 = 1 << 32;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[expect(dead_code, reason = "checked before the other keys are read")]
    version: u32,
    title: String,
    source: String,
    from: Spanned<Instant>,
    until: Spanned<Instant>,
    #[serde(default = "step_minutes")]
    step_minutes: Spanned<u32>,
    #[serde(default = "look_hours")]
    look_hours: Spanned<u32>,
    /// The shares of conducts among registries that are in no entry.
    lots: Option<Spanned<BTreeMap<String, f64>>>,
    conduct: BTreeMap<String, Spanned<Conduct>>,
    #[serde(default)]
    case: Vec<Spanned<CasePlan>>,
    #[serde(default)]
    registry: Vec<Spanned<Entry>>,
    #[serde(default)]
    event: Vec<Spanned<Injected>>,
    #[serde(default)]
    botnet: Vec<Spanned<HerdEntry>>,
    #[serde(default)]
    zone: Vec<Spanned<Zone>>,
    activity: Option<Spanned<Activity>>,
}

fn step_minutes() -> Spanned<u32> {
    Spanned::new(0..0, 60)
}

fn look_hours() -> Spanned<u32> {
    Spanned::new(0..0, 6)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    name: Option<String>,
    tlds: Vec<Tld>,
    conduct: String,
    #[serde(default = "utc")]
    offset: UtcOffset,
    #[serde(default = "monday_to_friday")]
    days: WorkingDays,
    #[serde(default = "office_hours")]
    hours: [u8; 2],
    #[serde(default)]
    holidays: Vec<UtcDay>,
    #[serde(default = "two")]
    contacts: u32,
    #[serde(default = "daily")]
    rhythm: Rhythm,
}

const fn utc() -> UtcOffset {
    UtcOffset::UTC
}

const fn monday_to_friday() -> WorkingDays {
    WorkingDays::MONDAY_TO_FRIDAY
}

const fn office_hours() -> [u8; 2] {
    [9, 17]
}

const fn two() -> u32 {
    2
}

const fn daily() -> Rhythm {
    Rhythm::Daily
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HerdEntry {
    campaign: CampaignId,
    machines: u64,
    on: UtcDay,
    #[serde(default)]
    half_life_days: Option<u32>,
    #[serde(default)]
    names: Option<u32>,
    #[serde(default = "one")]
    rounds: u32,
    source: String,
    #[serde(default)]
    enemy: Option<Enemy>,
}

const fn one() -> u32 {
    1
}

/// Reads a scenario.
///
/// # Errors
///
/// [`ScenarioError`] with the line and the key.
pub(crate) fn read(text: &str) -> Result<Scenario, ScenarioError> {
    if text.len() > MOST_OCTETS {
        return Err(ScenarioError::TooLarge { octets: text.len() });
    }
    // Before anything else: a later version may have keys that are unknown here.
    let table = text.parse::<toml::Table>().map_err(|error| ScenarioError::Syntax(error.to_string()))?;
    let version = table.get("version").and_then(toml::Value::as_integer);
    if let Some(found) = version.filter(|found| *found != i64::from(VERSION)) {
        return Err(ScenarioError::Version { found });
    }
    let file: File = toml::from_str(text).map_err(|error| ScenarioError::Syntax(error.to_string()))?;
    Checker { text }.scenario(file)
}

/// Finds what cannot be, with its line.
struct Checker<'a> {
    text: &'a str,
}

impl Checker<'_> {
    fn scenario(&self, file: File) -> Result<Scenario, ScenarioError> {
        self.span(&file)?;
        let lots = self.lots(&file)?;
        for conduct in file.conduct.values() {
            if let Some(fault) = conduct.get_ref().fault() {
                return Err(self.fault(&conduct.span(), "conduct", fault));
            }
        }
        let registries = self.registries(&file)?;
        let herds = self.herds(&file)?;
        let cases = self.cases(&file)?;
        for event in &file.event {
            if event.get_ref().from >= event.get_ref().until || event.get_ref().tlds.is_empty() {
                let what = "a trouble befalls some `tlds`, `from` an instant `until` a later one".to_owned();
                return Err(self.fault(&event.span(), "event", what));
            }
        }
        Ok(Scenario {
            title: file.title,
            source: file.source,
            from: file.from.into_inner(),
            until: file.until.into_inner(),
            step_minutes: file.step_minutes.into_inner(),
            look_hours: file.look_hours.into_inner(),
            cases,
            registries,
            lots,
            events: file.event.into_iter().map(Spanned::into_inner).collect(),
            herds,
        })
    }

    fn span(&self, file: &File) -> Result<(), ScenarioError> {
        let (from, until) = (*file.from.get_ref(), *file.until.get_ref());
        if until <= from || until.seconds_since(from) > i64::from(MOST_DAYS) * 86_400 {
            let what = format!("{from} to {until} is no span of more than nothing and at most {MOST_DAYS} days");
            return Err(self.fault(&file.until.span(), "until", what));
        }
        let step = *file.step_minutes.get_ref();
        if !(1..=MOST_STEP).contains(&step) {
            let what = format!("{step} minutes; expected 1 to {MOST_STEP}");
            return Err(self.fault(&file.step_minutes.span(), "step_minutes", what));
        }
        let look = *file.look_hours.get_ref();
        if !(1..=168).contains(&look) {
            let what = format!("{look} hours; expected 1 to 168");
            return Err(self.fault(&file.look_hours.span(), "look_hours", what));
        }
        if file.title.trim().is_empty() || file.source.trim().is_empty() {
            return Err(self.fault(&(0..0), "title", "a scenario has a title and a source".to_owned()));
        }
        Ok(())
    }

    fn cases(&self, file: &File) -> Result<Vec<CasePlan>, ScenarioError> {
        let mut cases: Vec<CasePlan> = Vec::new();
        if file.case.is_empty() || file.case.len() > MOST_CASES {
            let what = format!("{} cases; expected 1 to {MOST_CASES}", file.case.len());
            return Err(self.fault(&(0..0), "case", what));
        }
        for spanned in &file.case {
            let case = spanned.get_ref();
            let fault = |what: String| Err(self.fault(&spanned.span(), "case", what));
            if cases.iter().any(|other| other.id == case.id) {
                return fault(format!("the id {} is given twice", case.id));
            }
            if case.campaigns.is_empty() {
                return fault("a case has campaigns".to_owned());
            }
            if case.from >= case.until || case.until.days_since(case.from) > MOST_DAYS {
                return fault(format!("{} to {} is no horizon of 1 to {MOST_DAYS} days", case.from, case.until));
            }
            if case.ahead.is_some_and(|ahead| ahead > MOST_AHEAD) {
                return fault(format!("`ahead` is more than {MOST_AHEAD} days"));
            }
            if case.opened >= *file.until.get_ref() {
                return fault(format!("it is opened at {}, after the end of the scenario", case.opened));
            }
            if case.people.is_some() != case.evidence.is_some() {
                return fault(
                    "two `people` ask more of an unverified campaign on `evidence`: give both or none".to_owned(),
                );
            }
            if let Some(campaign) =
                case.campaigns.iter().find(|id| file.botnet.iter().all(|h| h.get_ref().campaign != **id))
            {
                return fault(format!("the campaign {campaign} has no [[botnet]]"));
            }
            cases.push(case.clone());
        }
        cases.sort_by(|a, b| a.opened.cmp(&b.opened).then_with(|| a.id.cmp(&b.id)));
        Ok(cases)
    }

    fn registries(&self, file: &File) -> Result<Vec<Registry>, ScenarioError> {
        let mut seen: BTreeSet<Tld> = BTreeSet::new();
        let mut registries = Vec::new();
        if file.registry.len() > MOST_REGISTRIES {
            let what = format!("{} registries; at most {MOST_REGISTRIES}", file.registry.len());
            return Err(self.fault(&(0..0), "registry", what));
        }
        for spanned in &file.registry {
            let entry = spanned.get_ref();
            let fault = |what: String| self.fault(&spanned.span(), "registry", what);
            let Some(first) = entry.tlds.first() else { return Err(fault("a registry has `tlds`".to_owned())) };
            for tld in &entry.tlds {
                if !seen.insert(tld.clone()) {
                    return Err(fault(format!("the domain {tld} has a registry already")));
                }
            }
            let [opens, closes] = entry.hours;
            if opens >= closes || closes > 24 {
                return Err(fault(format!("`hours` are [{opens}, {closes}]; expected two hours of a day in order")));
            }
            if !(1..=MOST_CONTACTS).contains(&entry.contacts) {
                return Err(fault(format!("`contacts` is {}; expected 1 to {MOST_CONTACTS}", entry.contacts)));
            }
            let mut holidays = entry.holidays.clone();
            holidays.sort_unstable();
            let id = registry_of(first).ok_or_else(|| fault(format!("the domain {first} is too long")))?;
            registries.push(Registry {
                id,
                name: entry.name.clone().unwrap_or_else(|| format!("Registry of .{first}")),
                tlds: entry.tlds.clone(),
                office: Office { offset: entry.offset, days: entry.days, opens, closes, holidays },
                contacts: entry.contacts,
                rhythm: entry.rhythm,
                group: self.group(&file.conduct, &entry.conduct, &spanned.span(), "registry")?,
            });
        }
        Ok(registries)
    }

    fn lots(&self, file: &File) -> Result<Vec<(Group, f64)>, ScenarioError> {
        let Some(lots) = &file.lots else { return Ok(Vec::new()) };
        let (place, lots) = (lots.span(), lots.get_ref());
        if lots.values().any(|share| !(0.0..=1.0).contains(share)) || (lots.values().sum::<f64>() - 1.0).abs() > 1e-6 {
            return Err(self.fault(&place, "lots", "the shares lie between 0 and 1 and make 1".to_owned()));
        }
        lots.iter().map(|(name, share)| Ok((self.group(&file.conduct, name, &place, "lots")?, *share))).collect()
    }

    fn group(
        &self,
        conducts: &BTreeMap<String, Spanned<Conduct>>,
        name: &str,
        place: &Range<usize>,
        key: &'static str,
    ) -> Result<Group, ScenarioError> {
        let known = || conducts.keys().cloned().collect::<Vec<_>>().join(", ");
        let conduct = conducts.get(name);
        let conduct =
            conduct.ok_or_else(|| self.fault(place, key, format!("{name:?} is no conduct; there are {}", known())))?;
        Ok(Group { name: name.to_owned(), conduct: conduct.get_ref().clone() })
    }

    fn herds(&self, file: &File) -> Result<Vec<Herd>, ScenarioError> {
        let activity = match &file.activity {
            None => Activity::ALWAYS,
            Some(activity) => {
                if let Some(fault) = activity.get_ref().fault() {
                    return Err(self.fault(&activity.span(), "activity", fault));
                }
                activity.get_ref().clone()
            }
        };
        let mut zones: Vec<Zone> = Vec::new();
        for spanned in &file.zone {
            let zone = spanned.get_ref();
            if !(zone.share > 0.0 && zone.share <= 1.0) {
                return Err(self.fault(
                    &spanned.span(),
                    "zone",
                    format!("`share` is {}; expected above 0 to 1", zone.share),
                ));
            }
            if zones.iter().any(|other| other.offset == zone.offset) {
                return Err(self.fault(&spanned.span(), "zone", format!("the offset {} is given twice", zone.offset)));
            }
            zones.push(*zone);
        }
        if zones.is_empty() {
            zones.push(Zone { offset: UtcOffset::UTC, share: 1.0 });
        }
        let total: f64 = zones.iter().map(|zone| zone.share).sum();
        if let Some(last) = file.zone.last().filter(|_| (total - 1.0).abs() > 1e-6) {
            let what = format!("the shares of all zones make {total:.6}; expected 1");
            return Err(self.fault(&last.span(), "zone", what));
        }
        let mut herds: Vec<Herd> = Vec::new();
        for spanned in &file.botnet {
            let entry = spanned.get_ref();
            let fault = |what: String| Err(self.fault(&spanned.span(), "botnet", what));
            if entry.machines > MOST_MACHINES {
                return fault(format!("{} machines; at most {MOST_MACHINES}", entry.machines));
            }
            if entry.rounds == 0 || entry.names == Some(0) || entry.half_life_days == Some(0) {
                return fault("`names`, `rounds` and `half_life_days` are not 0".to_owned());
            }
            if entry.source.trim().is_empty() {
                return fault("`source` says who counted, or that it is made up".to_owned());
            }
            if herds.iter().any(|other| other.campaign == entry.campaign) {
                return fault(format!("the campaign {} is given twice", entry.campaign));
            }
            herds.push(Herd {
                campaign: entry.campaign.clone(),
                machines: entry.machines,
                on: entry.on,
                half_life_days: entry.half_life_days,
                draws: Draws { names: entry.names, rounds: entry.rounds, source: entry.source.clone() },
                enemy: entry.enemy.unwrap_or_default(),
                zones: zones.clone(),
                activity: activity.clone(),
            });
        }
        Ok(herds)
    }

    fn fault(&self, place: &Range<usize>, key: &'static str, what: String) -> ScenarioError {
        let before = self.text.get(..place.start).unwrap_or_default();
        ScenarioError::Value { line: before.matches('\n').count() + 1, key, what }
    }
}
