// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is simulated, as a file.

use forestall_model::UtcDay;
use serde::{Deserialize, Serialize};

use crate::names::Holding;

/// The scenarios that are shipped, by name.
const SHIPPED: [(&str, &str); 11] = [
    ("names", include_str!("../../scenarios/names.toml")),
    ("others", include_str!("../../scenarios/others.toml")),
    ("dhcp", include_str!("../../scenarios/dhcp.toml")),
    ("dial-up", include_str!("../../scenarios/dial-up.toml")),
    ("nat", include_str!("../../scenarios/nat.toml")),
    ("carrier-nat", include_str!("../../scenarios/carrier-nat.toml")),
    ("off-hours", include_str!("../../scenarios/off-hours.toml")),
    ("unlike-machines", include_str!("../../scenarios/unlike-machines.toml")),
    ("moving", include_str!("../../scenarios/moving.toml")),
    ("clean-up", include_str!("../../scenarios/clean-up.toml")),
    ("conficker-c", include_str!("../../scenarios/conficker-c.toml")),
];

/// Octets of a scenario's file that are read.
pub const MOST_OCTETS: usize = 1 << 20;
/// Machines of a scenario: what a simulation holds in memory.
const MOST_MACHINES: u64 = 5_000_000;
/// Days of a scenario.
const MOST_DAYS: u32 = 400;
/// Machine-days of a scenario: some minutes of simulation.
const MOST_MACHINE_DAYS: u64 = 100_000_000;
/// Networks: each has an eighth of an IPv4 address space of its own.
const MOST_NETWORKS: usize = 200;
/// Addresses that a network hands out.
const MOST_POOL: u32 = 1 << 24;
/// Names that we and others hold: each is drawn for each machine.
const MOST_HELD: u32 = 10_000;
/// The most machines behind one address.
pub const BEHIND_MOST: u32 = 10_000;

/// A scenario.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    version: u32,
    /// One line.
    pub title: String,
    /// What it is for, and what it shows.
    pub about: String,
    /// The first day.
    pub first: String,
    /// How many days there are.
    pub days: u32,
    /// The UTC hour that is compared from day to day.
    pub hour: u32,
    /// The estimators of which it meets the assumptions.
    pub meets: Vec<String>,
    /// How many User-Agents there are; the i-th has a share in proportion to 1 / i.
    #[serde(default = "one")]
    pub agents: u32,
    /// The share of the machines that are recognised whatever their address is.
    #[serde(default)]
    pub recognised: f64,
    /// Who holds which names, and how bots ask.
    pub names: Names,
    /// The networks.
    #[serde(rename = "network")]
    pub networks: Vec<Network>,
}

fn one() -> u32 {
    1
}

/// Who holds which names, and how bots ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// Distinct names of a day's list.
    pub listed: u32,
    /// Names that we hold.
    pub ours: u32,
    /// Names that others hold.
    #[serde(default)]
    pub others: u32,
    /// Names that a bot asks for in a round; all where there is none.
    #[serde(default)]
    pub asked: Option<u32>,
    /// Rounds of a day.
    #[serde(default = "one")]
    pub rounds: u32,
    /// Whether a round ends with the first name that answers.
    #[serde(default)]
    pub stops: bool,
}

impl Names {
    /// Returns the same as the estimator takes it.
    #[must_use]
    pub fn holding(&self) -> Holding {
        let Self { listed, ours, others, asked, rounds, stops } = *self;
        Holding { listed, ours, others, asked, rounds, stops }
    }
}

/// A network.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Its name.
    pub name: String,
    /// Infected machines on the first day.
    pub machines: u32,
    /// How long an address is kept.
    pub lease: Lease,
    /// How many addresses it hands out.
    #[serde(default = "wide")]
    pub pool: u32,
    /// How many machines there are behind an address.
    #[serde(default)]
    pub behind: Behind,
    /// The days in which clean-up halves its machines; none where there is none.
    #[serde(default)]
    pub half_life_days: Option<f64>,
    /// Its local time in hours from UTC.
    #[serde(default)]
    pub offset: i32,
    /// The share of the machines that are always on.
    #[serde(default)]
    pub always_on: f64,
    /// With which probability one of the others is on at some time of a day.
    #[serde(default = "certain")]
    pub presence: f64,
    /// By how much that is another on Saturdays and Sundays.
    #[serde(default = "certain")]
    pub weekend: f64,
    /// Machines that are on more seldom than the others.
    #[serde(default)]
    pub rare: Option<Rare>,
    /// The local hour at which they are switched on, at the earliest.
    #[serde(default)]
    pub from: u32,
    /// In how many hours from then on.
    #[serde(default = "day")]
    pub within: u32,
    /// For how many hours they are on.
    #[serde(default = "evening")]
    pub on_hours: u32,
}

fn wide() -> u32 {
    1 << 20
}

fn certain() -> f64 {
    1.0
}

fn day() -> u32 {
    24
}

fn evening() -> u32 {
    5
}

/// Machines that are on more seldom.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rare {
    /// Their share.
    pub share: f64,
    /// With which probability they are on at some time of a day.
    pub presence: f64,
}

/// How long an address is kept.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Lease {
    /// For ever.
    Static,
    /// For exactly so many hours, then there is another.
    Hours(f64),
    /// For so many hours on average, ending at random.
    Mean(f64),
    /// Until the next start of the machine.
    Dialled,
}

/// How many machines there are behind an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Behind {
    /// One.
    #[default]
    One,
    /// At least one, and so many on average, geometrically distributed.
    Mean(f64),
    /// A share of the addresses are those of a carrier, with so many machines each; the others have one.
    Carrier {
        /// Their share.
        share: f64,
        /// Machines behind each.
        machines: u32,
    },
}

/// Why a scenario cannot be simulated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// It is no TOML, or not of this form.
    #[error("{0}")]
    Form(String),
    /// It is of another version.
    #[error("version {0} of scenarios; this program reads version 1")]
    Version(u32),
    /// A value is out of its range.
    #[error("{what} is {found}; expected {expected}")]
    Value {
        /// The value.
        what: String,
        /// What it is.
        found: String,
        /// What it must be.
        expected: String,
    },
}

/// Returns the names of the scenarios that are shipped, with their files.
#[must_use]
pub fn shipped() -> &'static [(&'static str, &'static str)] {
    &SHIPPED
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    ///
    /// [`ScenarioError`] where it is not of this form or a value is out of its range.
    pub fn from_toml(text: &str) -> Result<Self, ScenarioError> {
        if text.len() > MOST_OCTETS {
            return Err(value("the file", format!("{} octets long", text.len()), "at most 1 MiB"));
        }
        let scenario: Self = toml::from_str(text).map_err(|error| ScenarioError::Form(error.to_string()))?;
        if scenario.version != 1 {
            return Err(ScenarioError::Version(scenario.version));
        }
        scenario.check()?;
        Ok(scenario)
    }

    /// Returns a scenario that is shipped; `None` for no such name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (_, text) = SHIPPED.iter().find(|(known, _)| *known == name)?;
        Self::from_toml(text).ok()
    }

    /// Returns this with so many machines in all, shared out as they are.
    ///
    /// # Errors
    ///
    /// [`ScenarioError`] where these are too many, or none.
    pub fn with_machines(mut self, machines: u32) -> Result<Self, ScenarioError> {
        let before = self.machines();
        for network in &mut self.networks {
            let share = u64::from(network.machines) * u64::from(machines) / before.max(1);
            network.machines = u32::try_from(share).unwrap_or(u32::MAX);
        }
        self.check()?;
        Ok(self)
    }

    /// Returns the infected machines on the first day.
    #[must_use]
    pub fn machines(&self) -> u64 {
        self.networks.iter().map(|network| u64::from(network.machines)).sum()
    }

    /// Returns the first day.
    #[must_use]
    pub fn first_day(&self) -> UtcDay {
        self.first.parse().unwrap_or(UtcDay::MIN)
    }

    fn check(&self) -> Result<(), ScenarioError> {
        let within = |what: &str, found: f64, least: f64, most: f64| {
            if (least..=most).contains(&found) {
                return Ok(());
            }
            Err(value(what, found.to_string(), &format!("{least} to {most}")))
        };
        if self.first.parse::<UtcDay>().is_err() {
            return Err(value("first", self.first.clone(), "a date YYYY-MM-DD"));
        }
        within("days", f64::from(self.days), 1.0, f64::from(MOST_DAYS))?;
        within("hour", f64::from(self.hour), 0.0, 23.0)?;
        within("agents", f64::from(self.agents), 1.0, 10_000.0)?;
        within("recognised", self.recognised, 0.0, 1.0)?;
        let names = &self.names;
        within("names.listed", f64::from(names.listed), 1.0, 1e9)?;
        let held = u64::from(names.ours) + u64::from(names.others);
        within("names.ours and names.others together", held as f64, 0.0, f64::from(names.listed.min(MOST_HELD)))?;
        within("names.rounds", f64::from(names.rounds), 1.0, 100.0)?;
        within("the number of networks", self.networks.len() as f64, 1.0, MOST_NETWORKS as f64)?;
        within("the number of machines", self.machines() as f64, 1.0, MOST_MACHINES as f64)?;
        let machine_days = self.machines().saturating_mul(u64::from(self.days));
        within("the number of machine-days", machine_days as f64, 1.0, MOST_MACHINE_DAYS as f64)?;
        self.networks.iter().try_for_each(|network| network.check(within))
    }
}

impl Network {
    fn check(&self, within: impl Fn(&str, f64, f64, f64) -> Result<(), ScenarioError>) -> Result<(), ScenarioError> {
        let within = |what: &str, found, least, most| within(&format!("{what} of {}", self.name), found, least, most);
        within("machines", f64::from(self.machines), 0.0, MOST_MACHINES as f64)?;
        within("pool", f64::from(self.pool), f64::from(self.machines.max(2)), f64::from(MOST_POOL))?;
        if let Lease::Hours(hours) | Lease::Mean(hours) = self.lease {
            within("lease", hours, 0.25, 100_000.0)?;
        }
        match self.behind {
            Behind::One => {}
            Behind::Mean(mean) => within("behind", mean, 1.0, 1_000.0)?,
            Behind::Carrier { share, machines } => {
                within("behind.carrier.share", share, 0.0, 1.0)?;
                within("behind.carrier.machines", f64::from(machines), 1.0, f64::from(BEHIND_MOST))?;
            }
        }
        if let Some(days) = self.half_life_days {
            within("half_life_days", days, 0.1, 1e6)?;
        }
        within("offset", f64::from(self.offset), -12.0, 14.0)?;
        within("always_on", self.always_on, 0.0, 1.0)?;
        within("presence", self.presence, 0.0, 1.0)?;
        within("weekend", self.weekend, 0.0, 1.0)?;
        if let Some(rare) = self.rare {
            within("rare.share", rare.share, 0.0, 1.0)?;
            within("rare.presence", rare.presence, 0.0, 1.0)?;
        }
        within("from", f64::from(self.from), 0.0, 23.0)?;
        within("within", f64::from(self.within), 1.0, 24.0)?;
        within("on_hours", f64::from(self.on_hours), 1.0, 24.0)
    }
}

fn value(what: &str, found: String, expected: &str) -> ScenarioError {
    ScenarioError::Value { what: what.to_owned(), found, expected: expected.to_owned() }
}
