// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The world outside: which names are really protected, whatever anybody says, and what somebody would see who looks.
//!
//! A name is one of four: *ours* (its registry protects it), *theirs* (the enemy registered it, and keeps it), or free; and beside that its
//! registry may have said that it is protected. Places are those of `forestall-model`: indices into the list of one (campaign, origin
//! period, top-level domain).

use std::collections::{BTreeMap, BTreeSet};

use forestall_model::counts::period_day;
use forestall_model::evidence::Places;
use forestall_model::{Action, CampaignId, DayRange, ListCounts, Sight, Tld};
use serde::Serialize;

use crate::chance::Chance;

/// The names of one (campaign, origin period, top-level domain).
#[derive(Clone, Debug, Default)]
struct Held {
    names: u32,
    /// Protected, by these actions.
    ours: BTreeMap<Action, Places>,
    /// Registered by the enemy.
    theirs: Places,
    /// Protected by the registry's word.
    said: Places,
}

/// Where the names of a list stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// All of them.
    pub names: u32,
    /// Those that their registry says are protected.
    pub said: u32,
    /// Those that are.
    pub ours: u32,
    /// Those that the enemy holds.
    pub theirs: u32,
}

impl Count {
    /// Adds another count.
    pub const fn add(&mut self, other: Self) {
        self.names += other.names;
        self.said += other.said;
        self.ours += other.ours;
        self.theirs += other.theirs;
    }

    /// Returns how many names nobody protects.
    #[must_use]
    pub const fn misses(self) -> u32 {
        self.names - self.ours
    }
}

/// What somebody sees who looks at a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// What most names show.
    pub usual: Sight,
    /// The places that show something else, by what they show.
    pub differing: Vec<(Sight, Places)>,
}

/// A line of a list: campaign, origin period, place.
pub type Line = (CampaignId, i64, u32);

/// The key of the lists of one campaign and origin period.
type Key = (CampaignId, i64);

/// The world outside.
#[derive(Clone, Debug)]
pub struct World {
    lists: BTreeMap<Key, BTreeMap<Tld, Held>>,
    distinct: BTreeMap<Key, u32>,
    chance: Chance,
}

impl World {
    /// Makes the world of some campaigns, in which every name is free.
    #[must_use]
    pub fn new(counts: &[ListCounts], chance: Chance) -> Self {
        let mut world = Self { lists: BTreeMap::new(), distinct: BTreeMap::new(), chance };
        for list in counts {
            for period in &list.periods {
                let key = (list.campaign.clone(), period.key);
                let held = |names| Held { names, ..Held::default() };
                let of = period.by_tld.iter().map(|count| (count.tld.clone(), held(count.names))).collect();
                world.lists.insert(key.clone(), of);
                world.distinct.insert(key, period.distinct);
            }
        }
        world
    }

    /// Returns the distinct names of a whole list, from which a machine draws; 0 where there is none.
    #[must_use]
    pub fn distinct(&self, campaign: &CampaignId, period: i64) -> u32 {
        self.distinct.get(&(campaign.clone(), period)).copied().unwrap_or(0)
    }

    /// A registry says of all names of its domain on some days that it did `action`, and `truth` of that is true. What the enemy
    /// holds already stays the enemy's. Returns how many names it says that of, and how many came under protection now.
    pub fn answer_days(
        &mut self,
        tld: &Tld,
        campaigns: &[CampaignId],
        days: DayRange,
        action: Action,
        truth: f64,
    ) -> (u64, u64) {
        let keys: Vec<(Key, u32)> = self
            .lists
            .iter()
            .filter(|((campaign, period), _)| campaigns.contains(campaign) && days.contains(period_day(*period)))
            .filter_map(|(key, by_tld)| Some((key.clone(), by_tld.get(tld)?.names)))
            .collect();
        let mut sums = (0, 0);
        for (key, names) in keys {
            let (said, came) = self.answer(tld, &key, 0..names, action, truth);
            sums = (sums.0 + said, sums.1 + came);
        }
        sums
    }

    /// As [`Self::answer_days`], of single lines. Lines of no list are left out.
    pub fn answer_lines(&mut self, tld: &Tld, lines: &[Line], action: Action, truth: f64) -> (u64, u64) {
        let mut by_list: BTreeMap<Key, Vec<u32>> = BTreeMap::new();
        for (campaign, period, place) in lines {
            by_list.entry((campaign.clone(), *period)).or_default().push(*place);
        }
        let mut sums = (0, 0);
        for (key, places) in by_list {
            let (said, came) = self.answer(tld, &key, places, action, truth);
            sums = (sums.0 + said, sums.1 + came);
        }
        sums
    }

    fn answer(
        &mut self,
        tld: &Tld,
        key: &Key,
        places: impl IntoIterator<Item = u32>,
        action: Action,
        truth: f64,
    ) -> (u64, u64) {
        let chance = self.chance;
        let Some(held) = self.lists.get_mut(key).and_then(|by_tld| by_tld.get_mut(tld)) else { return (0, 0) };
        // To watch, or to send new registrations to a person, protects nothing.
        if !action.protects() {
            return (0, 0);
        }
        let period = key.1.to_string();
        let (mut said, mut came) = (0, 0);
        for place in places {
            if place >= held.names {
                continue;
            }
            said += u64::from(!held.said.contains(place));
            held.said.insert(place);
            // A lie about a name stays one, however often it is said.
            let is_true = truth >= 1.0
                || (truth > 0.0
                    && chance.share(&["truth", key.0.as_str(), &period, tld.as_str(), &place.to_string()]) < truth);
            if is_true && !held.theirs.contains(place) && !held.is_ours(place) {
                held.ours.entry(action).or_default().insert(place);
                came += 1;
            }
        }
        (said, came)
    }

    /// The enemy registers up to `names` free names of a list, wherever it finds them. Returns under which domains it got one, in order.
    pub fn take(&mut self, campaign: &CampaignId, period: i64, names: u32) -> Vec<Tld> {
        let chance = self.chance;
        let Some(by_tld) = self.lists.get_mut(&(campaign.clone(), period)) else { return Vec::new() };
        let mut free: Vec<(Tld, u32)> = Vec::new();
        for (tld, held) in by_tld.iter() {
            let is_free = |place: &u32| !held.is_ours(*place) && !held.theirs.contains(*place);
            free.extend((0..held.names).filter(is_free).map(|place| (tld.clone(), place)));
        }
        let mut taken = Vec::new();
        for turn in 0..names {
            let Ok(left) = u32::try_from(free.len()) else { break };
            if left == 0 {
                break;
            }
            let share = chance.share(&["enemy", campaign.as_str(), &period.to_string(), &turn.to_string()]);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share below 1 of a u32")]
            let index = (share * f64::from(left)) as usize;
            let (tld, place) = free.swap_remove(index.min(free.len() - 1));
            if let Some(held) = by_tld.get_mut(&tld) {
                held.theirs.insert(place);
            }
            taken.push(tld);
        }
        taken.sort_unstable();
        taken
    }

    /// Returns where the names of a list stand, registry by registry, in the order of the domains.
    pub fn by_tld(&self, campaign: &CampaignId, period: i64) -> impl Iterator<Item = (&Tld, Count)> {
        let by_tld = self.lists.get(&(campaign.clone(), period));
        by_tld.into_iter().flatten().map(|(tld, held)| (tld, held.count()))
    }

    /// Returns where all names of a list stand together.
    #[must_use]
    pub fn count(&self, campaign: &CampaignId, period: i64) -> Count {
        let mut sum = Count::default();
        self.by_tld(campaign, period).for_each(|(_, count)| sum.add(count));
        sum
    }

    /// Returns the domains of some campaigns, in order.
    #[must_use]
    pub fn tlds(&self, campaigns: &[CampaignId]) -> BTreeSet<Tld> {
        let lists = self.lists.iter().filter(|((campaign, _), _)| campaigns.contains(campaign));
        lists.flat_map(|(_, by_tld)| by_tld.keys().cloned()).collect()
    }

    /// Returns what somebody sees who asks for registration data of the names of a list; `None` where there is no such list.
    #[must_use]
    pub fn look(&self, campaign: &CampaignId, period: i64, tld: &Tld) -> Option<View> {
        let held = self.lists.get(&(campaign.clone(), period))?.get(tld)?;
        let mut by_sight: BTreeMap<Sight, Places> = BTreeMap::new();
        for place in 0..held.names {
            by_sight.entry(held.sight(place)).or_default().insert(place);
        }
        let usual = by_sight.iter().max_by_key(|(_, places)| places.len()).map(|(sight, _)| *sight)?;
        let differing = by_sight.into_iter().filter(|(sight, _)| *sight != usual).collect();
        Some(View { usual, differing })
    }
}

impl Held {
    fn is_ours(&self, place: u32) -> bool {
        self.ours.values().any(|places| places.contains(place))
    }

    fn count(&self) -> Count {
        let ours = self.ours.values().map(Places::len).sum();
        Count { names: self.names, said: self.said.len(), ours, theirs: self.theirs.len() }
    }

    fn sight(&self, place: u32) -> Sight {
        if self.theirs.contains(place) {
            return Sight::OtherNameServers;
        }
        match self.ours.iter().find(|(_, places)| places.contains(place)) {
            None => Sight::Available,
            Some((Action::RegisterHold, _)) => Sight::OurHold,
            Some((Action::RegisterSinkhole | Action::RedirectNs, _)) => Sight::OurNameServers,
            Some(_) => Sight::Reserved,
        }
    }
}
