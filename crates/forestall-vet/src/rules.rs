// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The rules as data: each point with its weight, each limit with its value, all with a sentence and a source.
//!
//! The built-in rules are `data/rules.toml`. An operator's file may replace single weights and limits and nothing else; what is told by a
//! verdict are the version of the built-in rules and the digest of what was in force.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use forestall_model::Digest;
use serde::Deserialize;

use crate::nearest::nearest;
use crate::points::{Group, Limit, PointName};

/// The heaviest weight that a point may have, on either side.
pub const HEAVIEST: i32 = 1_000;
/// The largest value of a limit, on either side.
pub const LARGEST: i32 = 1_000_000;

/// A point as the rules know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What it is drawn from.
    pub group: Group,
    /// What it adds to the score.
    pub weight: i32,
    /// What it means, in one sentence.
    pub about: String,
    /// Who says that it matters.
    pub source: String,
}

/// A limit as the rules know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Its value.
    pub value: i32,
    /// What it means, in one sentence.
    pub about: String,
    /// Where it comes from.
    pub source: String,
}

/// The rules in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    version: u32,
    points: BTreeMap<PointName, Rule>,
    limits: BTreeMap<Limit, Bound>,
    /// Computed once: every verdict names it.
    digest: Digest,
}

/// Rules that were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RulesError {
    /// The file is no TOML, or not of the form of rules.
    #[error("the rules are not understood: {0}")]
    Form(String),
    /// A key that is not known.
    #[error("{key:?} is not {what}{}", nearest.map(|near| format!("; did you mean {near:?}?")).unwrap_or_default())]
    Unknown {
        /// What was expected, with its article.
        what: &'static str,
        /// What was found, cut after 60 characters.
        key: String,
        /// The known key that is spelled nearest.
        nearest: Option<&'static str>,
    },
    /// A file for another version of the rules.
    #[error("the rules are for version {found}; expected {expected}, that of this program")]
    Version {
        /// What was found.
        found: i64,
        /// What was expected.
        expected: u32,
    },
    /// A weight that is too heavy, or on the other side than the point.
    #[error("{point} has the weight {found}; expected a whole number from {least} to {most}")]
    Weight {
        /// The point.
        point: PointName,
        /// What was found.
        found: String,
        /// The least that the point may have.
        least: i32,
        /// The most.
        most: i32,
    },
    /// A limit that makes no sense.
    #[error("{limit} is {found}; expected a whole number from {least} to {most}")]
    Limit {
        /// The limit.
        limit: Limit,
        /// What was found.
        found: String,
        /// The least that the limit may be.
        least: i32,
        /// The most.
        most: i32,
    },
    /// A point or a limit that the built-in rules lack.
    #[error("the rules lack {0}")]
    Missing(&'static str),
}

/// The form of the built-in file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WholeFile {
    version: u32,
    points: BTreeMap<PointName, WholeRule>,
    limits: BTreeMap<Limit, WholeBound>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WholeRule {
    group: Group,
    weight: i32,
    about: String,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WholeBound {
    value: i32,
    about: String,
    source: String,
}

impl Rules {
    /// Returns the rules that are part of the program.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "the file is compiled in, and a test reads it")]
    pub fn built_in() -> &'static Self {
        static BUILT_IN: OnceLock<Rules> = OnceLock::new();
        BUILT_IN.get_or_init(|| Self::whole(include_str!("../data/rules.toml")).expect("the built-in rules are whole"))
    }

    /// Reads a whole set of rules.
    fn whole(text: &str) -> Result<Self, RulesError> {
        let file: WholeFile = toml::from_str(text).map_err(|error| RulesError::Form(error.to_string()))?;
        let missing = |word| RulesError::Missing(word);
        for point in PointName::ALL {
            file.points.get(point).ok_or_else(|| missing(point.word()))?;
        }
        for limit in Limit::ALL {
            file.limits.get(limit).ok_or_else(|| missing(limit.word()))?;
        }
        let rule =
            |rule: WholeRule| Rule { group: rule.group, weight: rule.weight, about: rule.about, source: rule.source };
        let bound = |bound: WholeBound| Bound { value: bound.value, about: bound.about, source: bound.source };
        let points = file.points.into_iter().map(|(name, found)| (name, rule(found))).collect();
        let limits = file.limits.into_iter().map(|(name, found)| (name, bound(found))).collect();
        let digest = digest_of(file.version, &points, &limits);
        Ok(Self { version: file.version, points, limits, digest })
    }

    /// Returns these rules with the weights and limits that an operator's file replaces.
    ///
    /// The file has `version`, and any of the tables `[points]` and `[limits]` with one whole number a key. A weight keeps its side and a
    /// note stays a note, so that no file can turn the meaning of a point round.
    ///
    /// # Errors
    ///
    /// [`RulesError`]: the first thing that is wrong; no rule is replaced then.
    pub fn with_file(&self, text: &str) -> Result<Self, RulesError> {
        let file: toml::Table = toml::from_str(text).map_err(|error| RulesError::Form(error.to_string()))?;
        let mut rules = self.clone();
        let mut versioned = false;
        for (key, value) in &file {
            match (key.as_str(), value) {
                ("version", toml::Value::Integer(found)) => {
                    if *found != i64::from(self.version) {
                        return Err(RulesError::Version { found: *found, expected: self.version });
                    }
                    versioned = true;
                }
                ("points", toml::Value::Table(points)) => {
                    points.iter().try_for_each(|(key, value)| rules.replace_weight(key, value))?;
                }
                ("limits", toml::Value::Table(limits)) => {
                    limits.iter().try_for_each(|(key, value)| rules.replace_limit(key, value))?;
                }
                ("version" | "points" | "limits", _) => {
                    return Err(RulesError::Form(format!(
                        "{key} is {}; expected a whole number for version, a table for points and limits",
                        value.type_str()
                    )));
                }
                _ => return Err(unknown("a key of rules", key, &["version", "points", "limits"])),
            }
        }
        if !versioned {
            return Err(RulesError::Missing("version"));
        }
        rules.digest = digest_of(rules.version, &rules.points, &rules.limits);
        Ok(rules)
    }

    fn replace_weight(&mut self, key: &str, value: &toml::Value) -> Result<(), RulesError> {
        let words: Vec<&'static str> = PointName::ALL.iter().map(|point| point.word()).collect();
        let point: PointName = key.parse().map_err(|_| unknown("a point", key, &words))?;
        let Some(rule) = self.points.get_mut(&point) else { return Err(RulesError::Missing(point.word())) };
        let (least, most) = match Self::built_in_weight(point) {
            0 => (0, 0),
            1.. => (0, HEAVIEST),
            _ => (-HEAVIEST, 0),
        };
        let wrong = || RulesError::Weight { point, found: short(&value.to_string()), least, most };
        let weight = whole_number(value).filter(|weight| (least..=most).contains(weight)).ok_or_else(wrong)?;
        rule.weight = weight;
        Ok(())
    }

    fn built_in_weight(point: PointName) -> i32 {
        Self::built_in().points.get(&point).map_or(0, |rule| rule.weight)
    }

    fn replace_limit(&mut self, key: &str, value: &toml::Value) -> Result<(), RulesError> {
        let words: Vec<&'static str> = Limit::ALL.iter().map(|limit| limit.word()).collect();
        let limit: Limit = key.parse().map_err(|_| unknown("a limit", key, &words))?;
        let Some(bound) = self.limits.get_mut(&limit) else { return Err(RulesError::Missing(limit.word())) };
        // A score of nothing is never clear, on either side.
        let (least, most) = if limit == Limit::ClearMalicious { (-LARGEST, -1) } else { (1, LARGEST) };
        let wrong = || RulesError::Limit { limit, found: short(&value.to_string()), least, most };
        bound.value = whole_number(value).filter(|value| (least..=most).contains(value)).ok_or_else(wrong)?;
        Ok(())
    }

    /// Returns the version of the built-in rules that these began as.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// Returns the weight of a point.
    #[must_use]
    pub fn weight(&self, point: PointName) -> i32 {
        self.points.get(&point).map_or(0, |rule| rule.weight)
    }

    /// Returns the value of a limit.
    #[must_use]
    pub fn limit(&self, limit: Limit) -> i32 {
        self.limits.get(&limit).map_or(i32::MAX, |bound| bound.value)
    }

    /// Returns the points in the order of their vocabulary.
    pub fn points(&self) -> impl Iterator<Item = (PointName, &Rule)> {
        self.points.iter().map(|(name, rule)| (*name, rule))
    }

    /// Returns the limits in the order of their vocabulary.
    pub fn limits(&self) -> impl Iterator<Item = (Limit, &Bound)> {
        self.limits.iter().map(|(name, bound)| (*name, bound))
    }

    /// Returns the SHA-256 of the version, the weights and the limits in force.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }
}

fn digest_of(version: u32, points: &BTreeMap<PointName, Rule>, limits: &BTreeMap<Limit, Bound>) -> Digest {
    let mut text = format!("version {version}\n");
    for (name, rule) in points {
        text.push_str(&format!("point {name} {}\n", rule.weight));
    }
    for (name, bound) in limits {
        text.push_str(&format!("limit {name} {}\n", bound.value));
    }
    Digest::of(text.as_bytes())
}

fn unknown(what: &'static str, key: &str, known: &[&'static str]) -> RulesError {
    RulesError::Unknown { what, key: short(key), nearest: nearest(key, known.iter().copied()) }
}

fn whole_number(value: &toml::Value) -> Option<i32> {
    value.as_integer().and_then(|number| i32::try_from(number).ok())
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}
