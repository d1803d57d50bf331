// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Coverage and reach day by day.

use forestall_api::days::{Day, DayLevel};
use forestall_coord::{Board, Level, Phase, ReachRange, Tally};
use forestall_model::{DayRange, Instant, Tld, UtcDay, Window};

use super::coverage::counts;
use super::words::{level, phase};

/// One list, of all slices or of one.
struct Listed {
    day: UtcDay,
    campaign: usize,
    window: Window,
    tally: Tally,
    reach: [ReachRange; 3],
}

/// Returns the lists of some days, in the order of the days, with the reach of misses.
#[must_use]
pub fn days_of_case(board: &Board<'_>, days: DayRange, now: Instant) -> Vec<Day> {
    let variants = board.variants().iter();
    let lists = variants.flat_map(|variant| {
        variant.periods.iter().filter(|period| days.contains(period.day)).map(|period| Listed {
            day: period.day,
            campaign: variant.campaign,
            window: period.window,
            tally: period.tally,
            reach: period.reach,
        })
    });
    in_order(board, lists, now)
}

/// Returns the lists of some days of one slice, in the order of the days, with the reach if its misses were the only ones.
#[must_use]
pub fn days_of_slice(board: &Board<'_>, tld: &Tld, days: DayRange, now: Instant) -> Vec<Day> {
    let lists = board.slice(tld).iter().filter(|cell| days.contains(cell.day)).map(|cell| {
        let draws = &board.case.campaigns[cell.campaign].draws;
        let reach = |level: Level| ReachRange::over(cell.distinct, cell.tally.misses(level), draws);
        Listed {
            day: cell.day,
            campaign: cell.campaign,
            window: cell.window,
            tally: cell.tally,
            reach: [Level::Claimed, Level::Attested, Level::Observed].map(reach),
        }
    });
    in_order(board, lists, now)
}

fn in_order(board: &Board<'_>, lists: impl Iterator<Item = Listed>, now: Instant) -> Vec<Day> {
    let shown = |of: Listed| {
        let campaign = &board.case.campaigns[of.campaign];
        let at = |(at, reach): (&Level, &ReachRange)| DayLevel {
            level: level(*at),
            names: of.tally.at(*at),
            coverage: of.tally.coverage(*at),
            low: reach.low,
            high: reach.high,
        };
        Day {
            day: of.day,
            campaign: campaign.id.clone(),
            unverified: !campaign.verified,
            phase: phase(Phase::of(board.case.guard(of.campaign, of.window), now)),
            counts: counts(&of.tally),
            levels: Level::ALL.iter().zip(&of.reach).map(at).collect(),
        }
    };
    let mut days: Vec<Day> = lists.map(shown).collect();
    days.sort_by_key(|day| day.day);
    days
}
