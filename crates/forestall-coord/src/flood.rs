// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Legitimate names that will be hit, by day: which names with a holder the bots will ask for, when, and by how many.
//!
//! Somebody whose name happens to be on a bot's list did nothing wrong and sees a flood: in March 2009 four busy sites stood on the
//! list of Conficker, an airline among them. The expected load is the population times what one bot does; both are intervals, since
//! sources disagree on both, and neither is worth more than its assumptions, which ride with it.
//!
//! One bot meets a name that it draws with the probability that [`reach`](crate::reach) has for a single miss; it makes
//! `rounds x drawn / listed` contacts in a period on average.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use forestall_model::{DomainName, Draws, Instant, OwnerName, UtcDay, Window};

use crate::board::Board;
use crate::holding::Stance;
use crate::population::{Population, Populations};
use crate::reach::{ReachRange, Reaches};

/// Days before a window opens by which its holder, registrar and host should have been told.
pub const LEAD_DAYS: i64 = 7;

/// A number that is known to lie between two.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Interval {
    /// At least.
    pub low: f64,
    /// At most.
    pub high: f64,
}

/// One name with a holder in one window of one campaign.
#[derive(Clone, Debug)]
pub struct Hit<'a> {
    /// The name.
    pub name: &'a DomainName,
    /// The day on which the list of the name starts.
    pub day: UtcDay,
    /// The index of the campaign in the case.
    pub campaign: usize,
    /// When the bots ask for it, by their clocks.
    pub window: Window,
    /// When they do with clocks that are wrong or local.
    pub guard: Window,
    /// What follows from what is known of the holder.
    pub stance: Stance,
    /// Whether something was done to the name by mistake and is not yet known to be taken back.
    pub undoing: bool,
    /// The registrar, by number or name, where it is known.
    pub registrar: Option<&'a str>,
    /// Who hosts the name: the registrable names of its name servers, else its addresses; sorted, each once.
    pub hosts: Vec<String>,
    /// The probability that one bot asks for the name in the window.
    pub drawn: ReachRange,
    /// The contacts that one bot makes with the name in the window, on average.
    pub contacts_of_one: Interval,
    /// How the bots draw, by each reading.
    pub draws: &'a [Draws],
    /// How many machines there are; none where nobody knows.
    pub population: Option<Population>,
}

impl Hit<'_> {
    /// Returns the distinct machines to expect in the window; none where the population is not known.
    #[must_use]
    pub fn machines(&self) -> Option<Interval> {
        self.times(Interval { low: self.drawn.low, high: self.drawn.high })
    }

    /// Returns the contacts to expect in the window; none where the population is not known.
    #[must_use]
    pub fn contacts(&self) -> Option<Interval> {
        self.times(self.contacts_of_one)
    }

    /// Returns the contacts to expect on one day of the window, on average.
    #[must_use]
    pub fn contacts_a_day(&self) -> Option<Interval> {
        let days = self.days();
        self.contacts().map(|all| Interval { low: all.low / days, high: all.high / days })
    }

    /// Returns the length of the nominal window in days, at least one.
    #[must_use]
    pub fn days(&self) -> f64 {
        let hours = self.window.until.seconds_since(self.window.from).max(86_400) / 3_600;
        // No window is longer than the calendar, whose hours fit.
        f64::from(u32::try_from(hours).unwrap_or(u32::MAX)) / 24.0
    }

    /// Names who hosts the name by its addresses where its name servers are not known.
    pub fn host_at(&mut self, addresses: &[IpAddr]) {
        if self.hosts.is_empty() {
            self.hosts = sorted(addresses.iter().map(IpAddr::to_string).collect());
        }
    }

    /// Says whether there are less than [`LEAD_DAYS`] left to tell those concerned at `now`.
    #[must_use]
    pub fn is_short(&self, now: Instant) -> bool {
        self.guard.from.seconds_since(now) < LEAD_DAYS * 86_400
    }

    fn times(&self, of_one: Interval) -> Option<Interval> {
        let population = self.population.as_ref()?;
        Some(Interval { low: f64::from(population.low) * of_one.low, high: f64::from(population.high) * of_one.high })
    }
}

/// Returns the names with a legitimate or an unknown holder whose guard window meets `span`, by day, then by name and campaign.
///
/// These are the exclusions of the case, and the holdings on which nobody acts: benign, watched, undecided or disputed. What a
/// friend or another sinkhole holds awaits its contacts and is left out.
#[must_use]
pub fn flood<'a>(board: &Board<'a>, span: Window, populations: &Populations) -> Vec<Hit<'a>> {
    let case = board.case;
    let mut reaches: BTreeMap<usize, Reaches<'a>> = BTreeMap::new();
    let mut hits = Vec::new();
    let names: BTreeSet<&DomainName> = case.exclusions.keys().chain(case.holdings.keys()).collect();
    for name in names {
        let (holding, exclusion) = (case.holdings.get(name), case.exclusions.get(name));
        let stance = case.stance_of(name);
        if !is_hit(stance) {
            continue;
        }
        let tenure = holding.and_then(|holding| holding.verdict.as_ref()).map(|verdict| &verdict.tenure);
        let servers = tenure.and_then(|tenure| tenure.name_servers.as_deref()).unwrap_or_default();
        let hosts = hosts(servers);
        let of_exclusion = exclusion.map_or(&[][..], |exclusion| &exclusion.occurrences);
        let of_holding = holding.map_or(&[][..], |holding| &holding.occurrences);
        let mut lists = BTreeSet::new();
        for occurrence in of_exclusion.iter().chain(of_holding) {
            let Some(campaign) = case.campaign_index(&occurrence.campaign) else { continue };
            let counted = board.counted(campaign, occurrence.period);
            let Some(counted) = counted.filter(|_| lists.insert((campaign, occurrence.period))) else { continue };
            let guard = case.guard(campaign, counted.window);
            if !guard.meets(span) {
                continue;
            }
            let held = &case.campaigns[campaign];
            let reaches = reaches.entry(campaign).or_insert_with(|| Reaches::new(&held.draws));
            hits.push(Hit {
                name,
                day: case.list_day(occurrence.period),
                campaign,
                window: counted.window,
                guard,
                stance,
                undoing: case.undo_due(name).is_some(),
                registrar: tenure.and_then(|tenure| tenure.registrar.as_deref()),
                hosts: hosts.clone(),
                drawn: reaches.over(counted.distinct, 1),
                contacts_of_one: contacts(counted.distinct, &held.draws),
                draws: &held.draws,
                population: populations.of(&held.id),
            });
        }
    }
    hits.sort_by(|a, b| (a.day, a.name, a.campaign, a.window).cmp(&(b.day, b.name, b.campaign, b.window)));
    hits
}

/// Says whether a name with this stance belongs to somebody who is to be warned, or whom nobody may act against yet.
const fn is_hit(stance: Stance) -> bool {
    matches!(stance, Stance::Benign | Stance::Excluded | Stance::Watched | Stance::Undecided | Stance::Disputed)
}

/// Returns the registrable names under which name servers stand.
fn hosts(servers: &[OwnerName]) -> Vec<String> {
    let under = |server: &OwnerName| {
        let name = server.to_domain();
        let registrable = name.as_ref().and_then(DomainName::registrable).map(str::to_owned);
        registrable.unwrap_or_else(|| server.to_string())
    };
    sorted(servers.iter().map(under).collect())
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort_unstable();
    texts.dedup();
    texts
}

/// Returns how often one bot asks for one of `names` in a period, on average, over the readings; once where there is none.
fn contacts(names: u32, readings: &[Draws]) -> Interval {
    let of = |draws: &Draws| {
        let drawn = draws.names.unwrap_or(names).min(names);
        if names == 0 { 0.0 } else { f64::from(draws.rounds) * f64::from(drawn) / f64::from(names) }
    };
    let all = readings.iter().map(of).map(|value| Interval { low: value, high: value });
    let wider = |a: Interval, b: Interval| Interval { low: a.low.min(b.low), high: a.high.max(b.high) };
    all.reduce(wider).unwrap_or(Interval { low: 1.0, high: 1.0 })
}
