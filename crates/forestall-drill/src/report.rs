// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The report of a drill: who was reached when, what that was worth at each opening, and what the machines met.
//!
//! // WIRE FORMAT, version 1, as JSON.

use std::collections::{BTreeMap, BTreeSet};

use forestall_model::party::UtcOffset;
use forestall_model::{AnswerResult, CampaignId, CaseId, Instant, PartyId, Tld, UtcDay};
use serde::Serialize;

use crate::chance::Chance;
use crate::journal::{Entry, Known, ListOf, What};
use crate::load::Load;
use crate::scenario::Scenario;
use crate::world::Count;

/// How many of the worst registries are named.
const WORST: usize = 10;

/// The report of a drill.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The version of the form.
    pub version: u32,
    /// The scenario.
    pub title: String,
    /// Which of the scenario is history.
    pub source: String,
    /// The seed: the same scenario with the same seed gives the same report, but for [`Self::load`].
    pub seed: Chance,
    /// When the drill began, by its own clock.
    pub from: Instant,
    /// When it ended.
    pub until: Instant,
    /// The slices of its registries, in the order of case and domain.
    pub slices: Vec<Slice>,
    /// Openings of guard windows, in order of time.
    pub openings: Vec<Opening>,
    /// Names that the enemy got.
    pub lost: u64,
    /// The days of the campaigns' machines.
    pub days: Vec<Day>,
    /// The time zones of the campaigns' machines, over all days.
    pub zones: Vec<ZoneSum>,
    /// Slices that cost most, the worst first: places in [`Self::slices`].
    pub worst: Vec<usize>,
    /// What the hub did not take.
    pub not_taken: Vec<NotTaken>,
    /// What the hub had to bear; none where it was not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load: Option<Load>,
}

/// Who was reached when: one registry, one domain, one case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Slice {
    /// The case.
    pub case: CaseId,
    /// The domain.
    pub tld: Tld,
    /// The registry.
    pub party: PartyId,
    /// Its conduct in the scenario; `a person` where one played it.
    pub conduct: String,
    /// Lists that were cut.
    pub lists: u32,
    /// Lists and reminders that were handed over and taken.
    pub handed: u32,
    /// When the first list was cut.
    pub first_cut: Option<Instant>,
    /// When one was first handed over.
    pub first_handed: Option<Instant>,
    /// When one was first opened.
    pub first_opened: Option<Instant>,
    /// When one was first acknowledged.
    pub first_acknowledged: Option<Instant>,
    /// When one was first answered.
    pub first_answered: Option<Instant>,
    /// Answers by their result, in the order of the vocabulary; those that did not come are left out.
    pub answers: Vec<(AnswerResult, u32)>,
    /// Reminders that went out.
    pub reminders: u32,
    /// The highest number of a contact that was tried, from 1; 0 where nobody was.
    pub contacts_tried: u32,
    /// Guard windows that opened.
    pub openings: u32,
    /// Those at which every name was really protected.
    pub in_time: u32,
    /// Names at the openings: all, said to be protected, protected, the enemy's.
    pub at_opening: Count,
    /// The same when those of the windows closed that did.
    pub at_closing: Count,
    /// Names that came under protection between the opening and the closing of their window.
    pub late: u32,
    /// Whether reminders went out and nobody ever said that a list came, or answered.
    pub silent: bool,
}

impl Slice {
    /// Returns the names that its registry said were protected at an opening and that were not.
    #[must_use]
    pub const fn untrue(&self) -> u32 {
        self.at_opening.said.saturating_sub(self.at_opening.ours)
    }
}

/// One opening of a guard window.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Opening {
    /// When.
    pub at: Instant,
    /// The case.
    pub case: CaseId,
    /// The campaign.
    pub campaign: CampaignId,
    /// The day of the list.
    pub day: UtcDay,
    /// Distinct names of the whole list.
    pub names: u32,
    /// What the hub knew.
    pub known: Known,
    /// What was true.
    pub truth: Count,
}

/// One UTC day of a campaign's machines, in expected numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Day {
    /// The campaign.
    pub campaign: CampaignId,
    /// The day.
    pub day: UtcDay,
    /// Machines, rounded.
    pub machines: u64,
    /// Machines that were on in the busiest hour.
    pub busiest: u64,
    /// Distinct machines that met a name of the enemy's.
    pub met: u64,
    /// Distinct machines that would have met one if the enemy had registered all free names.
    pub could_meet: u64,
    /// Names of the day's list that the enemy holds.
    pub lost: u32,
}

/// The machines of one campaign in one time zone over all days, in machine-days.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ZoneSum {
    /// The campaign.
    pub campaign: CampaignId,
    /// The offset of its time from UTC.
    pub offset: UtcOffset,
    /// Machines, summed over the days.
    pub machines: u64,
    /// Those that met a name of the enemy's.
    pub met: u64,
    /// Those that would have met one if the enemy had registered all free names.
    pub could_meet: u64,
}

/// Something that the hub did not take.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NotTaken {
    /// When.
    pub at: Instant,
    /// The list.
    #[serde(flatten)]
    pub list: ListOf,
    /// The status of HTTP.
    pub status: u16,
    /// What the hub said.
    pub reason: String,
}

/// The conduct of a registry that a person plays.
pub const A_PERSON: &str = "a person";

impl Report {
    /// Makes the report of a journal. `people` are the domains whose registries people played.
    #[must_use]
    pub fn of(scenario: &Scenario, seed: Chance, people: &BTreeSet<Tld>, journal: &[Entry]) -> Self {
        let mut slices: BTreeMap<(CaseId, Tld), Slice> = BTreeMap::new();
        let conducts: BTreeMap<&Tld, (&PartyId, &str)> = scenario
            .registries
            .iter()
            .flat_map(|registry| {
                registry.tlds.iter().map(move |tld| (tld, (&registry.id, registry.group.name.as_str())))
            })
            .collect();
        let (mut openings, mut days, mut not_taken) = (Vec::new(), Vec::new(), Vec::new());
        let mut lost: BTreeMap<(CampaignId, UtcDay), u32> = BTreeMap::new();
        let mut zones: BTreeMap<(CampaignId, usize), (UtcOffset, [f64; 3])> = BTreeMap::new();
        let mut opened: BTreeMap<(&CaseId, &CampaignId, UtcDay, &Tld), u32> = BTreeMap::new();
        for Entry { at, what } in journal {
            match what {
                What::Edge { case, campaign, day, opens, names, known, truth } => {
                    let mut sum = Count::default();
                    for (tld, count) in truth {
                        sum.add(*count);
                        let Some((party, conduct)) = conducts.get(tld) else { continue };
                        let slice = slice_of(&mut slices, case, tld, party, conduct, people);
                        slice.edge(*opens, *count);
                        let key = (case, campaign, *day, tld);
                        if *opens {
                            opened.insert(key, count.ours);
                        } else if let Some(before) = opened.get(&key) {
                            slice.late += count.ours.saturating_sub(*before);
                        }
                    }
                    if *opens {
                        let (case, campaign) = (case.clone(), campaign.clone());
                        openings.push(Opening {
                            at: *at,
                            case,
                            campaign,
                            day: *day,
                            names: *names,
                            known: *known,
                            truth: sum,
                        });
                    }
                }
                What::Lost { campaign, day, tlds } => {
                    *lost.entry((campaign.clone(), *day)).or_default() += u32::try_from(tlds.len()).unwrap_or(u32::MAX);
                }
                What::Met { campaign, day, machines, busiest, met, could_meet, zones: of_day } => {
                    days.push(Day {
                        campaign: campaign.clone(),
                        day: *day,
                        machines: whole(*machines),
                        busiest: whole(*busiest),
                        met: whole(*met),
                        could_meet: whole(*could_meet),
                        lost: 0,
                    });
                    for (place, zone) in of_day.iter().enumerate() {
                        let first = (zone.offset, [0.0; 3]);
                        let (_, sum) = zones.entry((campaign.clone(), place)).or_insert(first);
                        *sum = [sum[0] + zone.machines, sum[1] + zone.met, sum[2] + zone.could_meet];
                    }
                }
                What::NotTaken { list, status, reason } => {
                    not_taken.push(NotTaken { at: *at, list: list.clone(), status: *status, reason: reason.clone() });
                }
                _ => {}
            }
            if let Some(list) = what.list() {
                let conduct = conducts.get(&list.tld).map_or("", |(_, conduct)| *conduct);
                slice_of(&mut slices, &list.case, &list.tld, &list.party, conduct, people).take(*at, what);
            }
        }
        for day in &mut days {
            day.lost = lost.get(&(day.campaign.clone(), day.day)).copied().unwrap_or(0);
        }
        let total = lost.values().map(|names| u64::from(*names)).sum();
        let mut slices: Vec<Slice> = slices.into_values().collect();
        for slice in &mut slices {
            let heard_of = slice.first_acknowledged.is_some() || slice.first_answered.is_some();
            slice.silent = slice.reminders > 0 && !heard_of;
        }
        let worst = worst_of(&slices);
        let sum = |((campaign, _), (offset, sum)): ((CampaignId, usize), (UtcOffset, [f64; 3]))| {
            let [machines, met, could_meet] = sum.map(whole);
            ZoneSum { campaign, offset, machines, met, could_meet }
        };
        Self {
            version: 1,
            title: scenario.title.clone(),
            source: scenario.source.clone(),
            seed,
            from: scenario.from,
            until: scenario.until,
            slices,
            openings,
            lost: total,
            days,
            zones: zones.into_iter().map(sum).collect(),
            worst,
            not_taken,
            load: None,
        }
    }

    /// Adds what the hub had to bear.
    #[must_use]
    pub fn with_load(self, load: Load) -> Self {
        Self { load: Some(load), ..self }
    }
}

impl What {
    /// Returns the list that this is about; none where it is about no list.
    #[must_use]
    pub const fn list(&self) -> Option<&ListOf> {
        match self {
            Self::Cut { list, .. }
            | Self::Handed { list, .. }
            | Self::Opened { list }
            | Self::Acknowledged { list }
            | Self::Answered { list, .. } => Some(list),
            _ => None,
        }
    }
}

fn slice_of<'a>(
    slices: &'a mut BTreeMap<(CaseId, Tld), Slice>,
    case: &CaseId,
    tld: &Tld,
    party: &PartyId,
    conduct: &str,
    people: &BTreeSet<Tld>,
) -> &'a mut Slice {
    slices.entry((case.clone(), tld.clone())).or_insert_with(|| Slice {
        case: case.clone(),
        tld: tld.clone(),
        party: party.clone(),
        conduct: if people.contains(tld) { A_PERSON } else { conduct }.to_owned(),
        lists: 0,
        handed: 0,
        first_cut: None,
        first_handed: None,
        first_opened: None,
        first_acknowledged: None,
        first_answered: None,
        answers: Vec::new(),
        reminders: 0,
        contacts_tried: 0,
        openings: 0,
        in_time: 0,
        at_opening: Count::default(),
        at_closing: Count::default(),
        late: 0,
        silent: false,
    })
}

impl Slice {
    fn edge(&mut self, opens: bool, count: Count) {
        if opens {
            self.openings += 1;
            self.in_time += u32::from(count.misses() == 0);
            self.at_opening.add(count);
        } else {
            self.at_closing.add(count);
        }
    }

    fn take(&mut self, at: Instant, what: &What) {
        let first = |when: &mut Option<Instant>| *when = Some(when.map_or(at, |before| before.min(at)));
        match what {
            What::Cut { .. } => {
                self.lists += 1;
                first(&mut self.first_cut);
            }
            What::Handed { reminder, contact, taken, .. } => {
                self.contacts_tried = self.contacts_tried.max(contact + 1);
                if *taken {
                    self.handed += 1;
                    self.reminders += u32::from(*reminder > 0);
                    first(&mut self.first_handed);
                }
            }
            What::Opened { .. } => first(&mut self.first_opened),
            What::Acknowledged { .. } => first(&mut self.first_acknowledged),
            What::Answered { result, .. } => {
                first(&mut self.first_answered);
                match self.answers.iter_mut().find(|(known, _)| known == result) {
                    Some((_, count)) => *count += 1,
                    None => self.answers.push((*result, 1)),
                }
                self.answers.sort_unstable_by_key(|(result, _)| *result);
            }
            _ => {}
        }
    }
}

/// Returns the places of the slices that missed most names at openings, the worst first; those that missed none are left out.
fn worst_of(slices: &[Slice]) -> Vec<usize> {
    let mut worst: Vec<usize> = (0..slices.len()).filter(|index| slices[*index].at_opening.misses() > 0).collect();
    worst.sort_by_key(|index| (std::cmp::Reverse(slices[*index].at_opening.misses()), *index));
    worst.truncate(WORST);
    worst
}

/// Rounds an expected number of machines.
fn whole(machines: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, and below 2^53 by the check of the file"
    )]
    let whole = machines.round().max(0.0) as u64;
    whole
}
