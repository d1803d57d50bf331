// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Scenarios: what an exercise is about, written as a file by the people who run it.
//!
//! // WIRE FORMAT, version 1: TOML, as docs/drill.md describes it. An unknown key is a fault, and so is a later version.

use std::collections::BTreeSet;

use forestall_model::party::Rhythm;
use forestall_model::{Action, CampaignId, CaseId, DayRange, Instant, PartyId, Tld, UtcDay};
use serde::Deserialize;

use crate::botnet::Herd;
use crate::chance::Chance;
use crate::conduct::Conduct;
use crate::event::Injected;
use crate::file;
use crate::office::Office;

/// Conficker from November 2008 to April 2009.
pub const CONFICKER: &str = include_str!("../scenarios/conficker-2008-2009.toml");

/// A small one: five registries, each with another conduct, and ten days.
pub const FIVE_REGISTRIES: &str = include_str!("../scenarios/five-registries.toml");

/// The version of the file that this program reads.
pub(crate) const VERSION: u32 = 1;
/// Octets of a file at most: some hundred registries take some ten kilobytes.
pub const MOST_OCTETS: usize = 1 << 20;
/// Registries of a scenario at most: there are about 1,500 top-level domains.
pub const MOST_REGISTRIES: usize = 2_000;
/// Cases of a scenario at most.
pub const MOST_CASES: usize = 100;
/// Days that a scenario lasts at most: a hub's tokens are good for one day more.
pub const MOST_DAYS: i32 = 365;
/// The conduct of a registry that was added without names.
pub const READER: &str = "a reader";
/// Days that a case's horizon reaches ahead at most.
pub(crate) const MOST_AHEAD: u16 = 400;

/// A scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// What people call it.
    pub title: String,
    /// Which of it is history, and by whose word; and that the rest is made up.
    pub source: String,
    /// When it begins.
    pub from: Instant,
    /// When it ends.
    pub until: Instant,
    /// Minutes of the scenario between two looks at what is due.
    pub step_minutes: u32,
    /// Hours of the scenario between two looks from outside.
    pub look_hours: u32,
    /// Its cases, in the order of their opening.
    pub cases: Vec<CasePlan>,
    /// Its registries, in the order of the file.
    pub registries: Vec<Registry>,
    /// Among which conducts lots are drawn for registries that the file does not name, with their shares, which make 1; none where those
    /// domains have no registry.
    pub lots: Vec<(Group, f64)>,
    /// What is thrown in.
    pub events: Vec<Injected>,
    /// The machines of its campaigns.
    pub herds: Vec<Herd>,
}

/// A case that the coordinator opens.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CasePlan {
    /// Its id.
    pub id: CaseId,
    /// What people call it.
    pub title: String,
    /// When it is opened: a leap of the algorithm is a case that is opened late.
    pub opened: Instant,
    /// Its campaigns.
    pub campaigns: Vec<CampaignId>,
    /// The first day of its horizon.
    pub from: UtcDay,
    /// The day after the last of its horizon when it is opened.
    pub until: UtcDay,
    /// How many days the horizon reaches ahead of each day, where it moves on.
    #[serde(default)]
    pub ahead: Option<u16>,
    /// What registries are asked to do.
    pub action: Action,
    /// What they should do where that cannot be.
    #[serde(default)]
    pub fallback: Option<Action>,
    /// Two people who ask more of an unverified campaign than its marking allows.
    #[serde(default)]
    pub people: Option<[String; 2]>,
    /// On what evidence they do.
    #[serde(default)]
    pub evidence: Option<String>,
}

impl CasePlan {
    /// Returns the days of the horizon when it is opened.
    #[must_use]
    pub const fn days(&self) -> DayRange {
        DayRange { from: self.from, until: self.until }
    }
}

/// A registry of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Registry {
    /// Its id as a party.
    pub id: PartyId,
    /// What people call it.
    pub name: String,
    /// Its top-level domains.
    pub tlds: Vec<Tld>,
    /// When somebody is at work.
    pub office: Office,
    /// People who are tried one after the other, at least one.
    pub contacts: u32,
    /// How often it wants a new list.
    pub rhythm: Rhythm,
    /// How it behaves.
    pub group: Group,
}

/// A conduct with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// How those behave who belong to it.
    pub conduct: Conduct,
}

/// Why a text is no scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// It is too long.
    #[error("the scenario has {octets} octets; at most {MOST_OCTETS} are read")]
    TooLarge {
        /// Its length.
        octets: usize,
    },
    /// It is no TOML, or has a key or a value that is not of a scenario.
    #[error("{0}")]
    Syntax(String),
    /// It is of another version.
    #[error("the scenario says `version = {found}`; this program reads `version = {VERSION}`")]
    Version {
        /// What it says.
        found: i64,
    },
    /// A value that cannot be.
    #[error("line {line}: {key}: {what}")]
    Value {
        /// The line, from 1.
        line: usize,
        /// The key.
        key: &'static str,
        /// What is wrong, and what was expected.
        what: String,
    },
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    ///
    /// [`ScenarioError`] with the line and the key.
    pub fn read(text: &str) -> Result<Self, ScenarioError> {
        file::read(text)
    }

    /// Returns the top-level domains of its registries, in order.
    #[must_use]
    pub fn tlds(&self) -> BTreeSet<Tld> {
        self.registries.iter().flat_map(|registry| registry.tlds.iter().cloned()).collect()
    }

    /// Returns the scenario cut to the span from `from` to `until`. Cases that were open before are opened when it begins.
    ///
    /// # Errors
    ///
    /// A sentence for a person, where an end is not within the scenario or nothing would be left.
    pub fn within(mut self, from: Option<Instant>, until: Option<Instant>) -> Result<Self, String> {
        let outside = |at: Instant| at < self.from || at > self.until;
        if let Some(at) = from.into_iter().chain(until).find(|at| outside(*at)) {
            return Err(format!("{at} is not within the scenario, which lasts from {} to {}", self.from, self.until));
        }
        self.from = from.unwrap_or(self.from);
        self.until = until.unwrap_or(self.until);
        if self.from >= self.until {
            return Err(format!("from {} until {}: nothing is left of the scenario", self.from, self.until));
        }
        self.cases.retain(|case| case.opened < self.until);
        if self.cases.is_empty() {
            return Err(format!("no case is open between {} and {}", self.from, self.until));
        }
        for case in &mut self.cases {
            case.opened = case.opened.max(self.from);
        }
        Ok(self)
    }

    /// Gives a registry to each of `tlds` that has none, with a conduct by lot; they stay without where the file has no lots.
    ///
    /// By lot, so that no file has to say of a real registry that it is silent or does not tell the truth.
    pub fn complete(&mut self, tlds: impl IntoIterator<Item = Tld>, chance: Chance) {
        let known = self.tlds();
        for tld in tlds.into_iter().filter(|tld| !known.contains(tld)) {
            let (Some(id), Some(group)) = (registry_of(&tld), self.drawn(&tld, chance)) else { continue };
            self.registries.push(Registry {
                id,
                name: format!("Registry of .{tld}"),
                tlds: vec![tld],
                office: Office::default(),
                contacts: 2,
                rhythm: Rhythm::Daily,
                group,
            });
        }
    }

    /// Adds registries of top-level domains of `tlds` that have none, until there are `most`. They behave as nobody who gets a list: where the
    /// campaigns have no names under their domains, they get none.
    pub fn add_readers(&mut self, tlds: impl IntoIterator<Item = Tld>, most: usize) {
        let known = self.tlds();
        let free = tlds.into_iter().filter(|tld| !known.contains(tld));
        for (id, tld) in free.filter_map(|tld| Some((registry_of(&tld)?, tld))) {
            if self.registries.len() >= most {
                return;
            }
            self.registries.push(Registry {
                id,
                name: format!("Registry of .{tld}"),
                tlds: vec![tld],
                office: Office::default(),
                contacts: 1,
                rhythm: Rhythm::Daily,
                group: Group { name: READER.to_owned(), conduct: Conduct::SILENT },
            });
        }
    }

    fn drawn(&self, tld: &Tld, chance: Chance) -> Option<Group> {
        let mut left = chance.share(&["lot", tld.as_str()]);
        for (group, share) in &self.lots {
            left -= share;
            if left < 0.0 {
                return Some(group.clone());
            }
        }
        // Shares make 1 but for rounding.
        self.lots.last().map(|(group, _)| group.clone())
    }
}

/// Returns the id of the party that runs a top-level domain, in a drill; `None` for a domain that is too long for one.
pub(crate) fn registry_of(tld: &Tld) -> Option<PartyId> {
    format!("registry-{tld}").parse().ok()
}
