// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A case, and the numbers of it in a list.

use forestall_api::case::{Campaign, Case, Draws, Guard, ProviderZone, Variant, VariantDay};
use forestall_api::case_list::{CaseEntry, CaseNumbers};
use forestall_coord::board::{self, Worst};
use forestall_coord::event::CaseCampaign;
use forestall_coord::{Board, Level};
use forestall_model::{DayRange, Marking, UtcDay};
use forestall_store::CaseView;

use super::coverage::{at_levels, counts, coverage, worst_at_levels};
use super::words::case_kind;
use crate::desk::CaseFile;

/// Returns what a list of cases says of one to those who see all of it.
#[must_use]
pub fn numbers(case: &CaseView) -> CaseNumbers {
    CaseNumbers {
        kind: case_kind(case.kind),
        horizon: case.horizon.into(),
        board_day: case.board_day,
        campaigns: case.campaigns.clone(),
        unverified: case.unverified,
        version: case.version,
        opened: case.opened,
        changed: case.changed,
        slices: case.slices.into(),
        requests: case.requests.into(),
        answers: case.answers.into(),
        exclusions: case.exclusions.into(),
        sweeps: case.sweeps.into(),
        looks: case.looks.into(),
        notes: case.notes.into(),
    }
}

/// Returns the entry of a case in the list for those who see all of it.
#[must_use]
pub fn entry(case: &CaseView) -> CaseEntry {
    CaseEntry {
        id: case.id.clone(),
        title: case.title.clone(),
        marking: case.marking.into(),
        own_slices: Vec::new(),
        whole: Some(numbers(case)),
    }
}

/// Returns the day from which a case is looked at: the one that is asked for where the case has it, else as [`CaseFile::day`] says.
#[must_use]
pub fn day(file: &CaseFile, on: Option<UtcDay>, today: UtcDay) -> UtcDay {
    on.filter(|on| file.case.horizon.contains(*on)).unwrap_or_else(|| file.day(on.unwrap_or(today)))
}

/// Returns a case as it is looked at from a day, under the marking that holds for it.
#[must_use]
pub fn case(board: &Board<'_>, marking: Marking, day: UtcDay) -> Case {
    let case = board.case;
    let slices = || case.slices.values();
    Case {
        id: case.id.clone(),
        title: case.title.clone(),
        kind: case_kind(case.kind),
        marking: marking.into(),
        horizon: case.horizon.into(),
        ahead: case.ahead,
        board_day: case.board_day,
        looked_from: day,
        campaigns: case.campaigns.iter().map(campaign).collect(),
        slices: case.slices.len() as u64,
        slices_asked: slices().filter(|slice| !slice.requests.is_empty()).count() as u64,
        slices_answered: slices().filter(|slice| slice.answer_count > 0).count() as u64,
        exclusions: case.exclusions.len() as u64,
        name_servers: case.name_servers.clone(),
        four_eyes: case.four_eyes,
        opened: case.opened,
        changed: case.changed,
        version: case.version,
        on_day: coverage(board, DayRange::one(day)),
        over_all: coverage(board, case.horizon),
        variants: board.variants().iter().map(|of| variant(board, of, day)).collect(),
    }
}

fn campaign(held: &CaseCampaign) -> Campaign {
    let zone = |zone: &forestall_coord::event::ProviderZone| ProviderZone {
        zone: zone.zone.clone(),
        provider: zone.provider.clone(),
    };
    let draws = |draws: &forestall_model::Draws| Draws {
        names: draws.names,
        rounds: draws.rounds,
        source: draws.source.clone(),
    };
    Campaign {
        id: held.id.clone(),
        family: held.family.clone(),
        parameters: held.params.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        digest: held.digest,
        generator_version: held.generator_version,
        verified: held.verified,
        guard: Guard { before_seconds: held.guard.before_seconds, after_seconds: held.guard.after_seconds },
        first_day: held.first_day,
        draws: held.draws.iter().map(draws).collect(),
        zones: held.zones.iter().map(zone).collect(),
        registries: held.registries.clone(),
    }
}

fn variant(board: &Board<'_>, of: &board::Variant, day: UtcDay) -> Variant {
    let campaign = &board.case.campaigns[of.campaign];
    let on_day = of.periods.iter().find(|period| period.day == day).map(|period| VariantDay {
        distinct: period.distinct,
        counts: counts(&period.tally),
        levels: at_levels(|level| period.reach[level as usize]),
    });
    Variant {
        campaign: campaign.id.clone(),
        unverified: !campaign.verified,
        lists: of.periods.len() as u64,
        distinct: of.periods.iter().map(|period| u64::from(period.distinct)).sum(),
        over_all: counts(&of.total),
        on_day,
        worst: worst_at_levels(board.case, |level| worst_of(of, level)),
    }
}

/// Returns the worst day of one variant over the horizon.
fn worst_of(variant: &board::Variant, level: Level) -> Option<Worst> {
    let reaches = variant.periods.iter().map(|period| (period.day, period.reach[level as usize]));
    let (day, reach) = reaches.reduce(|worst, next| if worst.1.worse(next.1) == worst.1 { worst } else { next })?;
    Some(Worst { campaign: variant.campaign, day, reach })
}
