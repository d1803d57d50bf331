// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a followed case says of each figure.

use std::collections::BTreeSet;

use forestall_model::{Band, Instant, ListCounts};

use super::follow::{COOL_DOWN, Follow, RELEASE_DAYS, Released};
use super::latency::{Stretch, by_slice, median};
use super::{Figure, Figures, Kpi, Reading, SliceLatency, Value};
use crate::board::{Board, Cell};
use crate::event::CaseKind;
use crate::holding::{Holding, Verdict};
use crate::reach::{ReachRange, Reaches};
use crate::tally::Tally;

/// Reach up to which a day counts as well covered: the target of K2.
const WELL_COVERED: f64 = 0.01;
/// Why nothing is said of windows before one has opened.
const NONE_OPENED: &str = "no window has opened since the case was opened";
/// Over which windows most figures go.
const OPENED: &str = "lists whose guard window opened while the case was followed";

/// Computes the figures; what has opened until `now` was counted.
pub(super) fn figures(follow: &Follow, counts: &[ListCounts], now: Instant) -> Figures {
    let board = Board::new(&follow.case, counts);
    let total = board.total(follow.case.horizon);
    let latency = by_slice(&follow.asked, now);
    let all = Kpi::ALL.iter().map(|kpi| {
        let (window, readings) = match kpi {
            Kpi::Coverage => (OPENED, coverage(follow)),
            Kpi::Reach => (OPENED, reach(follow, counts)),
            Kpi::Lost => ("all lists of the case", lost(follow, counts, &total, now)),
            Kpi::Lead => (OPENED, lead(follow)),
            Kpi::Latency => ("all requests of the case", latencies(&latency)),
            Kpi::Honesty => ("all lists of the case, as they stand", honesty(&total)),
            Kpi::FalseProtection => ("all lists of the case", false_protection(follow, &total)),
            Kpi::VettingLoad => ("all names of the case that somebody else holds", vetting(follow)),
            Kpi::Release => ("names that registries held, past their cool-down", release(follow, &board, now)),
            Kpi::EarlyRelease => ("names that registries say they released", early_release(follow)),
            Kpi::FirstSlice => ("the slices of the case", first_slice(follow)),
            Kpi::PredictorProof => {
                ("", none("vectors are checked by the tests of the program, and no live traffic is counted here"))
            }
            Kpi::Population | Kpi::CleanUp | Kpi::Notified => ("", none("no telemetry of a sinkhole is counted here")),
            Kpi::Hygiene => ("", none("what was published is not kept")),
            Kpi::SinkholeHealth => {
                ("", none("the page on the guard says what is known of the name servers; nothing counts their answers"))
            }
            Kpi::BusFactor => ("", none("no event says who can run the roll-over")),
        };
        Figure { kpi: *kpi, window, readings }
    });
    let all = all.collect();
    let coverage = follow.coverage.iter().map(|(tld, (observed, names))| (tld.clone(), *observed, *names)).collect();
    let events = follow.events.iter().map(|((day, kind), count)| (*day, *kind, *count)).collect();
    Figures { from: follow.from, until: now.max(follow.from), all, latency, coverage, events }
}

fn none(reason: &'static str) -> Vec<Reading> {
    vec![Reading { what: "", value: Value::NotKnown(reason) }]
}

const fn says(what: &'static str, value: Value) -> Reading {
    Reading { what, value }
}

fn seconds(what: &'static str, value: Option<i64>, reason: &'static str) -> Reading {
    says(what, value.map_or(Value::NotKnown(reason), Value::Seconds))
}

fn coverage(follow: &Follow) -> Vec<Reading> {
    let sum = follow.coverage.values().fold((0, 0), |sum, slice| (sum.0 + slice.0, sum.1 + slice.1));
    let whole = follow.coverage.values().filter(|(observed, names)| observed == names).count() as u64;
    vec![
        says("names", Value::share(sum.0, sum.1, NONE_OPENED)),
        says("slices with every name", Value::share(whole, follow.coverage.len() as u64, NONE_OPENED)),
        says("lists that were open before the case", Value::Count(follow.before_the_case)),
    ]
}

fn reach(follow: &Follow, counts: &[ListCounts]) -> Vec<Reading> {
    let (mut worst, mut well, mut lists) = (None, 0, 0);
    let (mut low, mut high) = (0.0, 0.0);
    for (campaign, list) in counts.iter().enumerate().take(follow.case.campaigns.len()) {
        let mut reaches = Reaches::new(&follow.case.campaigns[campaign].draws);
        for (period, counted) in list.periods.iter().enumerate() {
            let Some(misses) = follow.misses.get(&(campaign, period)) else { continue };
            let reach = reaches.over(counted.distinct, *misses);
            lists += 1;
            well += u64::from(reach.high < WELL_COVERED);
            (low, high) = (low + reach.low, high + reach.high);
            let day = follow.case.list_day(counted.key);
            if worst.is_none_or(|(known, _): (ReachRange, _)| known.worse(reach) != known) {
                worst = Some((reach, day));
            }
        }
    }
    let Some((reach, day)) = worst else { return none(NONE_OPENED) };
    let of = lists as f64;
    vec![
        says("worst variant and day", Value::Reach(reach, Some(day))),
        says("mean over variants and days", Value::Reach(ReachRange { low: low / of, high: high / of }, None)),
        says("variants and days under 1 %", Value::share(well, lists, NONE_OPENED)),
    ]
}

fn lost(follow: &Follow, counts: &[ListCounts], total: &Tally, now: Instant) -> Vec<Reading> {
    let case = &follow.case;
    let opened = |campaign: usize, period: i64| {
        let counted = counts.get(campaign).and_then(|list| list.of_period(period));
        counted.is_some_and(|counted| case.guard(campaign, counted.window).from <= now)
    };
    let by_others = |holding: &&Holding| holding.new && !holding.stance().stands_aside();
    let is_lost = |name: &forestall_model::DomainName, campaign: usize, period: i64, place: u32| {
        let list = case.slices.get(&name.tld()).and_then(|slice| slice.lists.get(&(campaign, period)));
        list.is_some_and(|list| list.is_lost(place))
    };
    let mut anew = BTreeSet::new();
    for (name, holding) in case.holdings.iter().filter(|(_, holding)| by_others(holding)) {
        for occurrence in &holding.occurrences {
            let Some(campaign) = case.campaign_index(&occurrence.campaign) else { continue };
            if opened(campaign, occurrence.period) && !is_lost(name, campaign, occurrence.period, occurrence.place) {
                anew.insert((name, campaign, occurrence.period));
            }
        }
    }
    let looked = total.looked > 0 || !case.holdings.is_empty();
    let reason = "nobody has looked at a name";
    let known = |count: u64| if looked { Value::Count(count) } else { Value::NotKnown(reason) };
    vec![
        says("protected before, held by somebody else now", known(u64::from(total.lost))),
        says(
            "protected before, held by somebody else at some time",
            known(follow.lost.values().map(|n| u64::from(*n)).sum()),
        ),
        says("registered anew by somebody unknown, window opened", known(anew.len() as u64)),
    ]
}

fn lead(follow: &Follow) -> Vec<Reading> {
    let mut leads = follow.leads.clone();
    leads.sort_unstable();
    let lists = leads.len() as u64 + follow.without_lead;
    let reason = if lists == 0 { NONE_OPENED } else { "no list was seen protected whole before it opened" };
    vec![
        seconds("median", median(&leads), reason),
        seconds("worst", leads.first().copied(), reason),
        says(
            "lists that were seen protected whole when they opened",
            Value::share(leads.len() as u64, lists, NONE_OPENED),
        ),
    ]
}

fn latencies(slices: &[SliceLatency]) -> Vec<Reading> {
    let mut all = [Stretch::default(), Stretch::default(), Stretch::default()];
    for slice in slices {
        for (sum, own) in all.iter_mut().zip([&slice.acknowledged, &slice.claimed, &slice.verified]) {
            sum.add(own);
        }
    }
    let requests: u64 = slices.iter().map(|slice| u64::from(slice.requests)).sum();
    if requests == 0 {
        return none("nobody was asked");
    }
    let words = [
        ("median to acknowledgement", "acknowledged", "no request was acknowledged"),
        ("median to claim", "claimed", "no request was claimed to be done"),
        ("median to proof", "verified", "no list of a request was seen protected whole"),
    ];
    let readings = all.iter().zip(words).flat_map(|(stretch, (median, reached, reason))| {
        let done = stretch.seconds.len() as u64;
        [seconds(median, stretch.median(), reason), says(reached, Value::share(done, requests, reason))]
    });
    readings.collect()
}

fn honesty(total: &Tally) -> Vec<Reading> {
    let claimed = u64::from(total.claimed);
    if claimed > 0 && total.looked == 0 {
        return none("nobody has looked at a claimed name");
    }
    let unproved = u64::from(total.claimed - total.observed.min(total.claimed));
    let reason = "no registry claims a name";
    vec![
        says("claimed and not observed", Value::share(unproved, claimed, reason)),
        says("claimed and refuted by a look", Value::share(u64::from(total.mismatch), claimed, reason)),
    ]
}

fn false_protection(follow: &Follow, total: &Tally) -> Vec<Reading> {
    let windows = |name| follow.case.holdings.get(name).map_or(1, |holding| holding.occurrences.len() as u64);
    let taken_back: u64 = follow.undone.keys().map(windows).sum();
    let mut took: Vec<i64> =
        follow.undone.values().filter_map(|(at, done)| Some((*done)?.seconds_since(*at))).collect();
    took.sort_unstable();
    let due = follow.undone.values().filter(|(_, done)| done.is_none()).count() as u64;
    let reason = "nothing was undone";
    vec![
        says(
            "taken back",
            Value::share(taken_back, u64::from(total.claimed).max(taken_back), "no registry claims a name"),
        ),
        seconds("median until it was undone", median(&took), reason),
        seconds("longest until it was undone", took.last().copied(), reason),
        says("names that wait to be undone", Value::Count(due)),
        says("names with a legitimate holder that are excluded", Value::Count(follow.case.exclusions.len() as u64)),
    ]
}

fn vetting(follow: &Follow) -> Vec<Reading> {
    let held = |holding: &&Holding| holding.verdict.as_ref().is_some_and(Verdict::is_of_others);
    let registered = || follow.case.holdings.values().filter(held);
    let by_a_person = |holding: &&Holding| {
        let clear = holding.verdict.as_ref().is_some_and(|verdict| verdict.band == Band::ClearBenign);
        !clear || holding.ruled.is_some() || holding.voided || holding.appeal.is_some()
    };
    let (all, people) = (registered().count() as u64, registered().filter(by_a_person).count() as u64);
    let reason = "no registered name was vetted";
    vec![
        says("needed a person", Value::share(people, all, reason)),
        says("explained by the evidence alone", Value::share(all - people, all, reason)),
        says("minutes for each", Value::NotKnown("nobody measures how long a person looks at a name")),
    ]
}

fn release(follow: &Follow, board: &Board<'_>, now: Instant) -> Vec<Reading> {
    let since = now.plus_seconds(-(COOL_DOWN + RELEASE_DAYS * 86_400));
    let is_due = |cell: &&Cell| follow.case.guard(cell.campaign, cell.window).until <= since;
    let due = board.slices().flat_map(|(_, cells)| cells).filter(is_due);
    let still: u64 = due.map(|cell| u64::from(cell.tally.claimed)).sum();
    let Released { on_time, late, .. } = follow.released;
    let reason = "no name that a registry held is past its cool-down";
    vec![
        says("released within 14 days of their cool-down", Value::share(on_time, on_time + late + still, reason)),
        says("held longer, and not released yet", Value::Count(still)),
    ]
}

fn early_release(follow: &Follow) -> Vec<Reading> {
    let Released { early, on_time, late } = follow.released;
    let reason = "no registry says that it released a name";
    vec![says("released inside their window or its cool-down", Value::share(early, early + on_time + late, reason))]
}

fn first_slice(follow: &Follow) -> Vec<Reading> {
    if follow.case.kind == CaseKind::Reconstruction {
        return none("a reconstruction is opened long after");
    }
    let opened = follow.case.opened;
    let firsts = follow.case.slices.values().map(|slice| slice.requests.first().map(|request| request.at));
    let firsts: Vec<Option<Instant>> = firsts.collect();
    let asked: Vec<Instant> = firsts.iter().copied().flatten().collect();
    let since = |at: Option<&Instant>| at.map(|at| at.seconds_since(opened));
    let all = (asked.len() == firsts.len()).then(|| asked.iter().max()).flatten();
    vec![
        seconds("to the first request", since(asked.iter().min()), "nobody was asked"),
        seconds("to a request to every slice", since(all), "not every slice was asked"),
        says("slices that were asked", Value::share(asked.len() as u64, firsts.len() as u64, "the case has no slice")),
    ]
}
