// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What if and what next, as a document: what pages, scripts and the command line print of them.

use std::collections::BTreeSet;

use forestall_coord::board::Worst;
use forestall_coord::order::Order;
use forestall_coord::what_if::{Effect, Picture, what_if};
use forestall_coord::{Board, Case, Level, ReachRange};
use forestall_model::{DayRange, Tld, UtcDay};
use serde::Serialize;

/// What would change if some registries protected their slices. // WIRE FORMAT, version 1.
#[derive(Debug, Serialize)]
pub struct Prospect {
    /// The case.
    pub case: String,
    /// The slices, in order.
    pub slices: Vec<String>,
    /// The days over which they protect them, and over which the reach is looked at.
    pub days: DayRange,
    /// Each level of proof.
    pub levels: Vec<LevelProspect>,
}

/// One level of proof.
#[derive(Debug, Serialize)]
pub struct LevelProspect {
    /// The level.
    pub level: &'static str,
    /// Names that would be protected besides, summed over the lists.
    pub names: u64,
    /// As it is.
    pub before: Reaches,
    /// As it would be.
    pub after: Reaches,
    /// Each variant with a list in these days.
    pub variants: Vec<VariantProspect>,
}

/// Reach over the days.
#[derive(Debug, Serialize)]
pub struct Reaches {
    /// The worst variant on its worst day; none without lists.
    pub worst: Option<WorstOf>,
    /// The mean over variants and days.
    pub mean: Range,
    /// Lists over which the mean goes.
    pub lists: usize,
}

/// The worst of some reaches.
#[derive(Debug, Serialize)]
pub struct WorstOf {
    /// The variant.
    pub campaign: String,
    /// Whether its list is unverified.
    pub unverified: bool,
    /// The day.
    pub day: UtcDay,
    /// Both ends.
    #[serde(flatten)]
    pub range: Range,
}

/// Both ends of a reach, 0 to 1.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Range {
    /// The least by the published readings of how bots draw.
    pub low: f64,
    /// The largest.
    pub high: f64,
}

/// One variant.
#[derive(Debug, Serialize)]
pub struct VariantProspect {
    /// The variant.
    pub campaign: String,
    /// Whether its list is unverified.
    pub unverified: bool,
    /// The worst day as it is.
    pub before: DayReach,
    /// The worst day as it would be.
    pub after: DayReach,
}

/// A reach on its day.
#[derive(Debug, Serialize)]
pub struct DayReach {
    /// The day.
    pub day: UtcDay,
    /// Both ends.
    #[serde(flatten)]
    pub range: Range,
}

impl From<ReachRange> for Range {
    fn from(reach: ReachRange) -> Self {
        Self { low: reach.low, high: reach.high }
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        ReachRange { low: self.low, high: self.high }.fmt(f)
    }
}

impl Reaches {
    fn of(case: &Case, picture: &Picture) -> Self {
        let worst = |worst: Worst| WorstOf {
            campaign: case.campaigns[worst.campaign].id.to_string(),
            unverified: !case.campaigns[worst.campaign].verified,
            day: worst.day,
            range: worst.reach.into(),
        };
        Self { worst: picture.worst.map(worst), mean: picture.mean.into(), lists: picture.lists }
    }
}

impl Prospect {
    /// Supposes that the registries of some slices protect them on some days.
    #[must_use]
    pub fn of(board: &Board<'_>, slices: &BTreeSet<Tld>, days: DayRange) -> Self {
        let levels = what_if(board, slices, days, days).into_iter().map(|effect| level(board.case, &effect)).collect();
        let slices = slices.iter().map(ToString::to_string).collect();
        Self { case: board.case.id.to_string(), slices, days, levels }
    }

    /// Keeps one level of proof.
    #[must_use]
    pub fn at(mut self, level: Level) -> Self {
        self.levels.retain(|of| of.level == level.word());
        self
    }
}

fn level(case: &Case, effect: &Effect) -> LevelProspect {
    let on = |(day, reach): (UtcDay, ReachRange)| DayReach { day, range: reach.into() };
    let variants = effect.variants.iter().filter_map(|variant| {
        let campaign = &case.campaigns[variant.campaign];
        Some(VariantProspect {
            campaign: campaign.id.to_string(),
            unverified: !campaign.verified,
            before: on(variant.before?),
            after: on(variant.after?),
        })
    });
    LevelProspect {
        level: effect.level.word(),
        names: effect.names,
        before: Reaches::of(case, &effect.before),
        after: Reaches::of(case, &effect.after),
        variants: variants.collect(),
    }
}

/// Which registries matter most next. // WIRE FORMAT, version 1.
#[derive(Debug, Serialize)]
pub struct OrderDocument {
    /// The case.
    pub case: String,
    /// What is to fall: `worst` or `mean`.
    pub aim: &'static str,
    /// The level of proof that each slice reaches.
    pub level: &'static str,
    /// The days.
    pub days: DayRange,
    /// As it is.
    pub before: Reaches,
    /// Slices with a name that is not protected in these days.
    pub slices: usize,
    /// The first of them, the one that matters most first.
    pub steps: Vec<StepRow>,
}

/// One slice of the order.
#[derive(Debug, Serialize)]
pub struct StepRow {
    /// Its place, from 1.
    pub number: usize,
    /// The slice.
    pub slice: String,
    /// Its unprotected names, summed over the lists.
    pub names: u64,
    /// Whether what is to fall does, by this step.
    pub felt: bool,
    /// As it would be with this slice and those before it.
    pub after: Reaches,
}

impl OrderDocument {
    /// Writes down an order of a case.
    #[must_use]
    pub fn of(case: &Case, order: &Order) -> Self {
        let mut before = order.before;
        let steps = order.steps.iter().enumerate().map(|(place, step)| {
            let felt = step.is_felt(order.aim, &before);
            before = step.after;
            StepRow {
                number: place + 1,
                slice: step.tld.to_string(),
                names: step.names,
                felt,
                after: Reaches::of(case, &step.after),
            }
        });
        let steps = steps.collect();
        Self {
            case: case.id.to_string(),
            aim: order.aim.word(),
            level: order.level.word(),
            days: order.days,
            before: Reaches::of(case, &order.before),
            slices: order.slices,
            steps,
        }
    }
}
