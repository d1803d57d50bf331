// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a scenario is about, computed: the names of its campaigns by day and domain, and when their windows open.

use std::collections::BTreeMap;

use anyhow::{Context as _, anyhow};
use forestall_dga::counts::count;
use forestall_dga::{Catalogue, Family};
use forestall_drill::scenario::CasePlan;
use forestall_drill::{Chance, Scenario, World};
use forestall_hub::desk::Dictionaries;
use forestall_model::counts::period_day;
use forestall_model::{CampaignId, DayRange, ListCounts, Margin, Params, UtcDay, Window};

/// The lists of a campaign.
#[derive(Clone, Debug)]
pub(super) struct Lists {
    counts: ListCounts,
    margin: Margin,
}

/// The campaigns of a scenario.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    lists: BTreeMap<CampaignId, Lists>,
}

impl Setting {
    /// Computes how many names there are, for every day that a case of the scenario can reach.
    pub(super) fn of(scenario: &Scenario, catalogue: &Catalogue, words: &Dictionaries) -> anyhow::Result<Self> {
        let mut lists: BTreeMap<CampaignId, Lists> = BTreeMap::new();
        let last = scenario.until.day();
        for herd in &scenario.herds {
            let plans: Vec<&CasePlan> =
                scenario.cases.iter().filter(|case| case.campaigns.contains(&herd.campaign)).collect();
            let Some(from) = plans.iter().map(|case| case.from).min() else { continue };
            let reach = |case: &&CasePlan| horizon(case, last).until;
            let until = plans.iter().map(reach).max().unwrap_or(last).max(last.plus(1));
            let id = herd.campaign.as_str();
            let campaign = catalogue.campaign(id).ok_or_else(|| anyhow!("the catalogue has no campaign {id}"))?;
            let prepared = catalogue.prepare(campaign, &Params::new(), words).with_context(|| id.to_owned())?;
            let info = prepared.family.info();
            let span = DayRange { from: from.plus(-2), until: until.plus(2) };
            let mut counts = count(&prepared, span.window(), threads(), None).with_context(|| id.to_owned())?;
            // As the hub does: clocks ahead of UTC ask for the list of the day before the first.
            let first = info.first_day.map(|day| day.plus(-1));
            counts.periods.retain(|period| first.is_none_or(|first| period_day(period.key) >= first));
            let margin = Family::info(prepared.family.as_ref()).margin.guard();
            lists.insert(herd.campaign.clone(), Lists { counts, margin });
        }
        Ok(Self { lists })
    }

    /// Makes the world in which every name is free.
    pub(super) fn world(&self, chance: Chance) -> World {
        let counts: Vec<ListCounts> = self.lists.values().map(|lists| lists.counts.clone()).collect();
        World::new(&counts, chance)
    }

    /// Returns the lists of a campaign on some days: the key of the origin period, its day and its guard window, in order of time.
    pub(super) fn lists(
        &self,
        campaign: &CampaignId,
        days: DayRange,
    ) -> impl Iterator<Item = (i64, UtcDay, Window)> + use<'_> {
        let lists = self.lists.get(campaign);
        lists.into_iter().flat_map(move |lists| {
            let of_days = lists.counts.periods.iter().filter(move |period| days.contains(period_day(period.key)));
            of_days.map(|period| (period.key, period_day(period.key), period.window.widened(lists.margin)))
        })
    }

    /// Returns the key of the list whose nominal window holds the start of a day.
    pub(super) fn list_of(&self, campaign: &CampaignId, day: UtcDay) -> Option<i64> {
        let lists = self.lists.get(campaign)?;
        lists.counts.periods.iter().find(|period| period.window.contains(day.start())).map(|period| period.key)
    }
}

/// Returns the horizon of a case on a day: as it is opened, or as far ahead as it is moved.
pub(super) fn horizon(case: &CasePlan, on: UtcDay) -> DayRange {
    let moved = case.ahead.map(|ahead| on.plus(1 + i32::from(ahead)));
    DayRange { from: case.from, until: moved.map_or(case.until, |until| until.max(case.until)) }
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
