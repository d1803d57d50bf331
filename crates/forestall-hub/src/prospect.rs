// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What if and what next, as a document: what pages, scripts and the command line print of them.

use std::collections::BTreeSet;

use forestall_api::what_if::{self, DayReach, LevelProspect, Prospect, Reaches, Step, VariantProspect};
use forestall_api::words;
use forestall_coord::order::{Aim, Order};
use forestall_coord::what_if::{Effect, Picture, what_if};
use forestall_coord::{Board, Case, ReachRange};
use forestall_model::{DayRange, Tld, UtcDay};

use crate::shown;

/// Supposes that the registries of some slices protect them on some days. // WIRE FORMAT, version 1.
#[must_use]
pub fn prospect(board: &Board<'_>, slices: &BTreeSet<Tld>, days: DayRange) -> Prospect {
    let effects = what_if(board, slices, days, days);
    Prospect {
        case: board.case.id.clone(),
        slices: slices.iter().cloned().collect(),
        days: days.into(),
        levels: effects.into_iter().map(|effect| level(board.case, &effect)).collect(),
    }
}

fn reaches(case: &Case, picture: &Picture) -> Reaches {
    Reaches {
        worst: picture.worst.and_then(|worst| shown::worst(case, worst)),
        mean: shown::reach(picture.mean),
        lists: picture.lists as u64,
    }
}

fn level(case: &Case, effect: &Effect) -> LevelProspect {
    let on = |(day, reach): (UtcDay, ReachRange)| DayReach { day, low: reach.low, high: reach.high };
    let variants = effect.variants.iter().filter_map(|variant| {
        let campaign = &case.campaigns[variant.campaign];
        Some(VariantProspect {
            campaign: campaign.id.clone(),
            unverified: !campaign.verified,
            before: on(variant.before?),
            after: on(variant.after?),
        })
    });
    LevelProspect {
        level: shown::level(effect.level),
        names: effect.names,
        before: reaches(case, &effect.before),
        after: reaches(case, &effect.after),
        variants: variants.collect(),
    }
}

/// Writes down an order of a case. // WIRE FORMAT, version 1.
#[must_use]
pub fn document(case: &Case, order: &Order) -> what_if::Order {
    let mut before = order.before;
    let steps = order.steps.iter().zip(1..).map(|(step, number)| {
        let felt = step.is_felt(order.aim, &before);
        before = step.after;
        Step { number, slice: step.tld.clone(), names: step.names, felt, after: reaches(case, &step.after) }
    });
    let steps = steps.collect();
    what_if::Order {
        case: case.id.clone(),
        aim: match order.aim {
            Aim::Worst => words::Aim::Worst,
            Aim::Mean => words::Aim::Mean,
        },
        level: shown::level(order.level),
        days: order.days.into(),
        before: reaches(case, &order.before),
        slices: order.slices as u64,
        steps,
    }
}
