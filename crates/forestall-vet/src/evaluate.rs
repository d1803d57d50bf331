// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How good the rules are on names whose truth is known.
//!
//! Two sides are measured apart, since their errors differ: a malicious name that is called clear benign is left to the botnet for a day; an
//! innocent one that is called clear malicious stands on a list that a person waves through.

use std::collections::BTreeMap;

use forestall_model::{Band, DomainName, Dossier, vocabulary};
use serde::{Deserialize, Serialize};

use crate::circumstances::Circumstances;
use crate::rules::Rules;
use crate::verdict::assess;

vocabulary! {
    /// What is known to be true of a name.
    pub enum Label as "a label" {
        /// Its holder has nothing to do with the botnet.
        Benign = "benign",
        /// The botnet holds it.
        Malicious = "malicious",
    }
}

/// A name whose truth is known, with the evidence as somebody had it then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labelled {
    /// The truth.
    pub label: Label,
    /// Who says so.
    pub source: String,
    /// What of the evidence was made up, in words; empty where it is all real.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub synthetic: String,
    /// The facts.
    pub dossier: Dossier,
    /// What else a verdict needs.
    pub circumstances: Circumstances,
}

/// A verdict that is clear and wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrong {
    /// The name.
    pub name: DomainName,
    /// The truth.
    pub label: Label,
    /// What was said.
    pub band: Band,
    /// The score.
    pub score: i32,
}

/// What was measured. Shares are none where nothing was counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Names by truth and band.
    pub counts: BTreeMap<Label, BTreeMap<Band, u64>>,
    /// Clear verdicts that are wrong, in the order of the set.
    pub wrong: Vec<Wrong>,
}

impl Evaluation {
    /// Judges every name of a set.
    #[must_use]
    pub fn of<'l>(set: impl IntoIterator<Item = &'l Labelled>, rules: &Rules) -> Self {
        let mut evaluation = Self::default();
        for labelled in set {
            evaluation.add(labelled, rules);
        }
        evaluation
    }

    /// Judges one more name.
    pub fn add(&mut self, labelled: &Labelled, rules: &Rules) {
        let verdict = assess(&labelled.dossier, &labelled.circumstances, rules);
        *self.counts.entry(labelled.label).or_default().entry(verdict.band).or_default() += 1;
        let wrong = matches!(
            (labelled.label, verdict.band),
            (Label::Malicious, Band::ClearBenign) | (Label::Benign, Band::ClearMalicious)
        );
        if wrong {
            self.wrong.push(Wrong {
                name: verdict.name,
                label: labelled.label,
                band: verdict.band,
                score: verdict.score,
            });
        }
    }

    /// Returns the number of names.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.values().flat_map(BTreeMap::values).sum()
    }

    fn count(&self, label: Label, band: Band) -> u64 {
        self.counts.get(&label).and_then(|bands| bands.get(&band)).copied().unwrap_or(0)
    }

    fn labelled(&self, label: Label) -> u64 {
        self.counts.get(&label).map_or(0, |bands| bands.values().sum())
    }

    /// Returns the share of names called clear on a side that are so.
    #[must_use]
    pub fn precision(&self, side: Label) -> Option<f64> {
        let band = band_of(side);
        let called = Label::ALL.iter().map(|label| self.count(*label, band)).sum();
        share(self.count(side, band), called)
    }

    /// Returns the share of the names of a side that are called clear.
    #[must_use]
    pub fn recall(&self, side: Label) -> Option<f64> {
        share(self.count(side, band_of(side)), self.labelled(side))
    }

    /// Returns the share of names that no person has to look at: clear benign, and without holder.
    #[must_use]
    pub fn automatic(&self) -> Option<f64> {
        let settled = |band: &&Band| band.is_settled();
        share(self.in_bands(Band::ALL.iter().filter(settled)), self.total())
    }

    /// Returns the share of names that no person has to look at one by one: clear malicious ones are decided on together.
    #[must_use]
    pub fn sorted(&self) -> Option<f64> {
        share(self.in_bands(Band::ALL.iter().filter(|band| **band != Band::Human)), self.total())
    }

    fn in_bands<'b>(&self, bands: impl Iterator<Item = &'b Band>) -> u64 {
        bands.map(|band| Label::ALL.iter().map(|label| self.count(*label, *band)).sum::<u64>()).sum()
    }
}

const fn band_of(side: Label) -> Band {
    match side {
        Label::Benign => Band::ClearBenign,
        Label::Malicious => Band::ClearMalicious,
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    let exact = |number: u64| u32::try_from(number).map_or(f64::from(u32::MAX), f64::from);
    (whole > 0).then(|| exact(part) / exact(whole))
}
