// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What each estimator says of a population, and how often its interval holds the truth.

use serde::Serialize;

use super::population::{OfNetwork, Sight};
use super::scenario::Scenario;
use crate::agents::{self, AgentShares};
use crate::churn::{self, Pool, Whence};
use crate::estimate::{Estimate, NoEstimate, real};
use crate::occasions::Occasions;
use crate::source::Protocol;
use crate::{bounds, chao, chapman, half_life, jolly_seber, names, schnabel};

/// The most runs.
const MOST_RUNS: u32 = 100_000;

/// What an estimator said in one run: the truth that it is about, and the value with its interval.
#[derive(Clone, Debug, PartialEq)]
struct Said {
    estimator: String,
    about: &'static str,
    truth: f64,
    outcome: Result<Told, NoEstimate>,
}

/// A value with its interval, with what is known of how it came about.
#[derive(Clone, Debug, PartialEq)]
struct Told {
    value: Option<f64>,
    low: f64,
    high: f64,
    methods: Vec<String>,
    assumptions: Vec<String>,
}

/// One estimator over all runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Its name.
    pub estimator: String,
    /// What it is about.
    pub about: &'static str,
    /// Whether the scenario meets its assumptions, so that its interval should hold.
    pub meets: bool,
    /// The truth of the first run.
    pub truth: f64,
    /// What it says in the first run; none where it gives bounds only, or nothing.
    pub value: Option<f64>,
    /// The lower end of its interval in the first run.
    pub low: Option<f64>,
    /// The upper end; none where it has none.
    pub high: Option<f64>,
    /// By how much its values are off on average, as a share of the truth.
    pub bias: Option<f64>,
    /// The share of the runs in which its interval held the truth.
    pub coverage: Option<f64>,
    /// How wide the interval is on average, as a share of the truth.
    pub width: Option<f64>,
    /// Runs in which it said nothing.
    pub silent: u32,
    /// Why it said nothing in the first run in which it did not.
    pub why_silent: Option<String>,
    /// Its methods.
    pub methods: Vec<String>,
    /// Its assumptions.
    pub assumptions: Vec<String>,
}

/// All estimators over all runs of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The scenario's title.
    pub title: String,
    /// What it is for.
    pub about: String,
    /// Machines on the first day.
    pub machines: u64,
    /// Days.
    pub days: u32,
    /// Runs.
    pub runs: u32,
    /// The seed.
    pub seed: u64,
    /// A row for each estimator.
    pub rows: Vec<Row>,
}

/// A number of runs that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} runs; expected 1 to {MOST_RUNS}")]
pub struct RunsError(u32);

impl Report {
    /// Lives a population so many times and asks each estimator each time.
    ///
    /// # Errors
    ///
    /// [`RunsError`] for none, and for more than are of use.
    pub fn of(scenario: &Scenario, runs: u32, seed: u64) -> Result<Self, RunsError> {
        if !(1..=MOST_RUNS).contains(&runs) {
            return Err(RunsError(runs));
        }
        let mut sums: Vec<Sums> = Vec::new();
        for run in 0..runs {
            for (place, said) in asked(scenario, &Sight::of(scenario, seed, u64::from(run))).into_iter().enumerate() {
                match sums.get_mut(place) {
                    Some(sum) => sum.add(&said),
                    None => sums.push(Sums::new(&said)),
                }
            }
        }
        let meets = |estimator: &str| {
            let key = estimator.split(' ').next().unwrap_or_default();
            scenario.meets.iter().any(|known| known == key)
        };
        Ok(Self {
            title: scenario.title.clone(),
            about: scenario.about.trim().to_owned(),
            machines: scenario.machines(),
            days: scenario.days,
            runs,
            seed,
            rows: sums.into_iter().map(|sum| sum.row(meets)).collect(),
        })
    }

    /// Returns the row of an estimator.
    #[must_use]
    pub fn row(&self, estimator: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.estimator == estimator)
    }
}

/// What an estimator said so far.
struct Sums {
    first: Said,
    said: u32,
    silent: u32,
    why: Option<String>,
    held: u32,
    off: f64,
    width: f64,
}

impl Sums {
    fn new(first: &Said) -> Self {
        let mut sums = Self { first: first.clone(), said: 0, silent: 0, why: None, held: 0, off: 0.0, width: 0.0 };
        sums.add(first);
        sums
    }

    fn add(&mut self, said: &Said) {
        match &said.outcome {
            Ok(told) => {
                self.said += 1;
                self.held += u32::from((told.low..=told.high).contains(&said.truth));
                self.off += told.value.unwrap_or(said.truth) / said.truth.max(1.0) - said.truth / said.truth.max(1.0);
                self.width += (told.high - told.low) / said.truth.max(1.0);
            }
            Err(why) => {
                self.silent += 1;
                self.why.get_or_insert_with(|| why.to_string());
            }
        }
    }

    fn row(self, meets: impl Fn(&str) -> bool) -> Row {
        let told = self.first.outcome.ok();
        let mean = |sum: f64| (self.said > 0).then(|| sum / f64::from(self.said));
        let has_value = told.as_ref().is_none_or(|told| told.value.is_some());
        Row {
            meets: meets(&self.first.estimator),
            estimator: self.first.estimator,
            about: self.first.about,
            truth: self.first.truth,
            value: told.as_ref().and_then(|told| told.value).filter(|value| value.is_finite()),
            low: told.as_ref().map(|told| told.low),
            high: told.as_ref().map(|told| told.high).filter(|high| high.is_finite()),
            bias: mean(self.off).filter(|bias| has_value && bias.is_finite()),
            coverage: mean(f64::from(self.held)),
            width: mean(self.width).filter(|width| width.is_finite()),
            silent: self.silent,
            why_silent: self.why,
            methods: told.as_ref().map_or_else(Vec::new, |told| told.methods.clone()),
            assumptions: told.map_or_else(Vec::new, |told| told.assumptions),
        }
    }
}

/// Asks every estimator that the scenario has data for.
fn asked(scenario: &Scenario, sight: &Sight) -> Vec<Said> {
    let truth = &sight.truth;
    let (on, seen, infected) = (real(truth.on), real(truth.seen), real(truth.infected));
    let mut all = Vec::new();
    let mut say = |estimator: &str, about: &'static str, truth: f64, outcome: Result<Told, NoEstimate>| {
        all.push(Said { estimator: estimator.to_owned(), about, truth, outcome });
    };
    let of_day = sight.hours.whole().count(Protocol::V4);
    let busiest = sight.hours.busiest(Protocol::V4).1;
    let holding = scenario.names.holding();
    say("busiest-hour", SEEN, seen, Ok(told(&Estimate::counted(busiest))));
    say("day", SEEN, seen, Ok(told(&Estimate::counted(of_day))));
    say("sketch", "distinct addresses", real(truth.addresses), Ok(told(&sight.sketch.count())));
    let shares = shares(scenario);
    let behind = |of: &OfNetwork| agents::machines(&of.shown, shares.as_ref().map_err(Clone::clone)?);
    let by_agents = total(&sight.networks, behind);
    let each = by_agents.as_ref().map_or(1.0, |machines| machines.high() / real(of_day.max(1)));
    let bounds = bounds::of(sight.pairs_in_busiest_hour, of_day, each);
    let what = "pairs of address and User-Agent in the busiest hour; addresses of the day times machines behind one"
        .to_owned();
    let bounds = Told { value: None, low: bounds.low, high: bounds.high, methods: vec![what], assumptions: Vec::new() };
    say("bounds", SEEN, seen, Ok(bounds));
    say("names", ON, on, names::machines(of_day, &holding).map(|estimate| told(&estimate)));
    if holding.others > 0 {
        let alone = names::Holding { others: 0, ..holding };
        say("names-as-if-alone", ON, on, names::machines(of_day, &alone).map(|estimate| told(&estimate)));
    }
    let by_panel = |of: &OfNetwork, pool| churn::machines(of.addresses, &of.panel, Whence::Among, pool);
    say("churn", SEEN, seen, total(&sight.networks, |of| by_panel(of, None)).map(|estimate| told(&estimate)));
    let with_pool = zipped(scenario, sight).map(|(of, pool)| by_panel(of, Some(pool)));
    say("churn-with-pool", SEEN, seen, summed(with_pool).map(|estimate| told(&estimate)));
    say("agents", SEEN, seen, by_agents.map(|estimate| told(&estimate)));
    let together = total(&sight.networks, |of| {
        let addresses = Estimate::counted(of.addresses);
        behind(of)?.times(&churn::machines(of.addresses, &of.panel, Whence::Among, None)?).over(&addresses)
    });
    let together = together.and_then(|seen| names::from_estimate(&seen, &holding));
    say("together", ON, on, together.map(|estimate| told(&estimate)));
    if sight.occasions.len() > 1 {
        let sets: Vec<_> = sight.occasions.iter().collect();
        let two = Occasions::of(&sets[..2], Protocol::V4);
        let occasions = Occasions::of(&sets, Protocol::V4);
        say("chapman", INFECTED, infected, chapman::all(&two).map(|estimate| told(&estimate)));
        say("schnabel", INFECTED, infected, schnabel::all(&occasions).map(|estimate| told(&estimate)));
        say("chao", INFECTED, infected, chao::at_least(&occasions).map(|estimate| told(&estimate)));
        let middle = sets.len() / 2;
        say("jolly-seber", INFECTED, infected, jolly_seber::in_use(&occasions, middle).map(|estimate| told(&estimate)));
    }
    if usize::try_from(scenario.days).is_ok_and(|days| days >= half_life::LEAST_DAYS) {
        for (network, of) in scenario.networks.iter().zip(&sight.networks) {
            let Some(days) = network.half_life_days else { continue };
            // As somebody knows it who follows machines that are recognised: on how many days they are on, and how many addresses they then have.
            let of_week = (5.0 + 2.0 * network.weekend) / 7.0;
            let days_on = network.always_on + (1.0 - network.always_on) * network.presence * of_week;
            let each = days_on * of.panel.mean().unwrap_or(1.0);
            let decline = half_life::of_points(&of.points(scenario.first_day()), each);
            let estimator = format!("half-life {}", network.name);
            say(&estimator, "days to halve", days, decline.map(|decline| half(&decline)));
        }
    }
    all
}

const ON: &str = "machines that were on";
const SEEN: &str = "machines that met our names";
const INFECTED: &str = "infected machines";

fn told(estimate: &Estimate) -> Told {
    Told {
        value: Some(estimate.value()),
        low: estimate.low(),
        high: estimate.high(),
        methods: estimate.methods().iter().map(|method| format!("{}: {}", method.name, method.what)).collect(),
        assumptions: estimate.assumptions().iter().map(|text| (*text).to_owned()).collect(),
    }
}

fn half(decline: &half_life::Decline) -> Told {
    let (low, value, high) = decline.days_to_halve();
    let methods = vec![format!("{}: {}", half_life::METHOD.name, half_life::METHOD.what)];
    let assumptions = half_life::ASSUMPTIONS.iter().map(|text| (*text).to_owned()).collect();
    Told { value: Some(value), low, high, methods, assumptions }
}

/// The shares that machines have in truth: the i-th User-Agent in proportion to 1 / i.
fn shares(scenario: &Scenario) -> Result<AgentShares, NoEstimate> {
    AgentShares::of_counts((1..=scenario.agents).map(|i| u64::from(1_000_000 / i)))
}

fn zipped<'a>(scenario: &'a Scenario, sight: &'a Sight) -> impl Iterator<Item = (&'a OfNetwork, Pool)> {
    let pools = scenario.networks.iter().map(|network| Pool(u64::from(network.pool)));
    sight.networks.iter().zip(pools)
}

fn total(
    networks: &[OfNetwork],
    estimate: impl Fn(&OfNetwork) -> Result<Estimate, NoEstimate>,
) -> Result<Estimate, NoEstimate> {
    summed(networks.iter().map(estimate))
}

fn summed(parts: impl Iterator<Item = Result<Estimate, NoEstimate>>) -> Result<Estimate, NoEstimate> {
    let parts = parts.collect::<Result<Vec<_>, _>>()?;
    Estimate::sum(&parts).ok_or(NoEstimate::NothingSeen)
}
