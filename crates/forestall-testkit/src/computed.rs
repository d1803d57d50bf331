// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lists of the real generators, counted in the plainest way: a reference beside faster counting.

use std::collections::{BTreeMap, BTreeSet};

use forestall_coord::event::{CaseCampaign, Occurrence};
use forestall_dga::family::NoWordLists;
use forestall_dga::{Ask, Catalogue, NameBuf, info::Verification};
use forestall_model::name::last_label;
use forestall_model::{Digest, DomainName, ListCounts, Params, PeriodCounts, Tld, TldCount, Window};

use crate::parsed;

/// The names of one campaign over a span.
#[derive(Clone, Debug)]
pub struct Computed {
    /// The campaign as a case holds it.
    pub campaign: CaseCampaign,
    /// The origin periods in order of time.
    pub lists: Vec<List>,
}

/// The names of one origin period.
#[derive(Clone, Debug)]
pub struct List {
    /// The key of the period.
    pub period: i64,
    /// The nominal window.
    pub window: Window,
    /// Distinct names in generation order, per top-level domain.
    pub by_tld: BTreeMap<Tld, Vec<String>>,
}

impl Computed {
    /// Computes every list of a built-in campaign with a period that meets `span`.
    ///
    /// # Panics
    ///
    /// Where there is no such campaign.
    #[must_use]
    #[track_caller]
    pub fn of(campaign: &str, span: Window) -> Self {
        let catalogue = Catalogue::built_in();
        let campaign = catalogue.campaign(campaign).expect("the campaign is built in");
        let prepared = catalogue
            .prepare(campaign, &Params::new(), &NoWordLists)
            .expect("a built-in campaign has the parameters of its family");
        let info = prepared.family.info();
        let lists = prepared.generator.periods(span).map(|period| {
            let mut names = NameBuf::new();
            prepared.generator.generate(&period, &Ask::default(), &mut names).expect("a built-in family computes");
            let mut seen = BTreeSet::new();
            let mut by_tld: BTreeMap<Tld, Vec<String>> = BTreeMap::new();
            for name in &names {
                let name = String::from_utf8_lossy(name.bytes).to_ascii_lowercase();
                if seen.insert(name.clone()) {
                    by_tld.entry(parsed(last_label(&name))).or_default().push(name);
                }
            }
            List { period: period.key, window: period.window.unwrap_or(span), by_tld }
        });
        let lists = lists.collect();
        let campaign = &prepared.campaign;
        Self {
            campaign: CaseCampaign {
                id: campaign.id.clone(),
                family: campaign.family.clone(),
                params: campaign.params.clone(),
                digest: prepared.digest,
                generator_version: info.generator_version,
                verified: info.verification == Verification::Verified,
                guard: info.margin.guard(),
                first_day: info.first_day,
                draws: campaign.draws.clone(),
                zones: Vec::new(),
                registries: Vec::new(),
            },
            lists,
        }
    }

    /// Returns the counts.
    #[must_use]
    pub fn counts(&self) -> ListCounts {
        let count = |names: &Vec<String>| u32::try_from(names.len()).unwrap_or(u32::MAX);
        let period = |list: &List| PeriodCounts {
            key: list.period,
            window: list.window,
            distinct: list.by_tld.values().map(count).sum(),
            by_tld: list
                .by_tld
                .iter()
                .map(|(tld, names)| TldCount { tld: tld.clone(), names: count(names), not_registrable: Vec::new() })
                .collect(),
        };
        ListCounts { campaign: self.campaign.id.clone(), periods: self.lists.iter().map(period).collect() }
    }

    /// Returns every place of a name, in order of time.
    #[must_use]
    pub fn occurrences(&self, name: &DomainName) -> Vec<Occurrence> {
        let place = |list: &List| {
            let names = list.by_tld.get(&name.tld())?;
            let index = names.iter().position(|n| n == name.as_str())?;
            Some(Occurrence {
                campaign: self.campaign.id.clone(),
                period: list.period,
                place: u32::try_from(index).ok()?,
            })
        };
        self.lists.iter().filter_map(place).collect()
    }
}

impl List {
    /// Returns the digest of the names under one domain: each followed by a line feed.
    #[must_use]
    pub fn digest(&self, tld: &Tld) -> Digest {
        let names = self.by_tld.get(tld).map_or(&[][..], Vec::as_slice);
        let text: String = names.iter().flat_map(|name| [name.as_str(), "\n"]).collect();
        Digest::of(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use forestall_dga::family::NoWordLists;
    use forestall_dga::{Catalogue, counts};
    use forestall_model::Params;

    use super::Computed;
    use crate::counts::days;

    #[test]
    fn agrees_with_the_library() {
        let catalogue = Catalogue::built_in();
        // A day of C with names that stand twice is among these.
        let span = days("2009-03-30", "2009-04-03").window();
        for id in ["conficker-a", "conficker-b", "conficker-c"] {
            let campaign = catalogue.campaign(id).expect("the campaign is built in");
            let prepared = catalogue.prepare(campaign, &Params::new(), &NoWordLists).expect("its own parameters");
            assert_eq!(
                Computed::of(id, span).counts(),
                counts::count(&prepared, span, 2, None).expect("built in"),
                "{id}"
            );
        }
    }
}
