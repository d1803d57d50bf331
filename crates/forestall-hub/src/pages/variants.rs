// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The variants of a case: names a day, how bots draw, coverage and reach at each level of proof. Never summed.

use forestall_coord::{Case, Level};

use crate::number::{counted, coverage, grouped};
use crate::server::{Figures, VariantFigures};

/// One variant.
#[derive(Debug)]
pub(super) struct VariantRow {
    pub(super) id: String,
    pub(super) family: String,
    pub(super) unverified: bool,
    pub(super) names: String,
    pub(super) total: String,
    /// How a bot draws, with who says so.
    pub(super) draws: Vec<(String, String)>,
    pub(super) levels: Vec<VariantLevel>,
}

/// A variant at one level of proof.
#[derive(Debug)]
pub(super) struct VariantLevel {
    pub(super) word: &'static str,
    pub(super) coverage: String,
    pub(super) reach: String,
    pub(super) worst: String,
    pub(super) worst_day: String,
}

impl VariantRow {
    /// Returns the reach on the day as observed.
    pub(super) fn observed(&self) -> &str {
        self.levels.last().map_or("", |level| &level.reach)
    }
}

/// Returns the variants in the order of the case.
pub(super) fn rows(case: &Case, figures: &Figures) -> Vec<VariantRow> {
    figures.variants.iter().filter_map(|variant| row(case, variant)).collect()
}

fn row(case: &Case, variant: &VariantFigures) -> Option<VariantRow> {
    let campaign = case.campaigns.get(variant.campaign)?;
    let names = match variant.names_a_list {
        None => "no list in these days".to_owned(),
        Some((fewest, most)) if fewest == most => grouped(most),
        Some((fewest, most)) => format!("{} to {}", grouped(fewest), grouped(most)),
    };
    let level = |level: &Level| {
        let place = *level as usize;
        let (coverage, reach) = match &variant.on_day {
            None => ("no list".to_owned(), "no list".to_owned()),
            Some((tally, reach)) => (coverage(tally, *level), reach[place].to_string()),
        };
        let (worst_day, worst) = variant.worst[place].map(|(day, reach)| (day.to_string(), reach.to_string())).unzip();
        VariantLevel {
            word: level.word(),
            coverage,
            reach,
            worst: worst.unwrap_or_default(),
            worst_day: worst_day.unwrap_or_default(),
        }
    };
    Some(VariantRow {
        id: campaign.id.to_string(),
        family: campaign.family.to_string(),
        unverified: !campaign.verified,
        names,
        total: format!(
            "{} in {}",
            counted(variant.over_all.names, "name", "names"),
            counted(variant.lists as u64, "list", "lists")
        ),
        draws: campaign.draws.iter().map(|draws| (draws.to_string(), draws.source.clone())).collect(),
        levels: Level::ALL.iter().map(level).collect(),
    })
}
