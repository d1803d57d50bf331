// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What if, and which registries matter most next: against everything counted again the plain way.

use std::collections::BTreeSet;

use forestall_coord::board::Cell;
use forestall_coord::command::{Answer, Command};
use forestall_coord::event::AnswerScope;
use forestall_coord::order::{Aim, Order, order};
use forestall_coord::what_if::{Picture, what_if};
use forestall_coord::{Board, Level, ReachRange};
use forestall_model::{Action, AnswerResult, DayRange, Tld};
use forestall_testkit::counts::{daily, days, dealt, made_up_tlds, tlds};
use forestall_testkit::{CaseScript, campaigns};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;

/// Ends of ranges that count as the same: sums in another order, and steps of 2^-44.
const NEAR: f64 = 1e-11;

/// How many names a bot draws, and in how many rounds.
type Reading = (Option<u32>, u32);

/// What a test case is made of: names by slice of each campaign, how its bots draw, and what was answered.
#[derive(Clone, Debug)]
struct World {
    campaigns: Vec<(Vec<u32>, Vec<Reading>)>,
    /// (slice, first day, number of days)
    answers: Vec<(usize, i32, i32)>,
}

const SLICES: usize = 6;

fn horizon() -> DayRange {
    days("2026-11-23", "2026-11-29")
}

fn world() -> impl Strategy<Value = World> {
    let names = proptest::collection::vec(prop_oneof![Just(0), 1..40_u32], SLICES);
    let draws = proptest::collection::vec((prop_oneof![Just(None), (0..30_u32).prop_map(Some)], 0..3_u32), 0..3);
    // A case has a name at least.
    let names = names.prop_map(|mut names| {
        names[0] = names[0].max(1);
        names
    });
    let campaigns = proptest::collection::vec((names, draws), 1..4);
    let answers = proptest::collection::vec((0..SLICES, 0..6_i32, 1..6_i32), 0..6);
    (campaigns, answers).prop_map(|(campaigns, answers)| World { campaigns, answers })
}

fn opened(world: &World) -> CaseScript {
    let all = made_up_tlds(SLICES);
    let (mut of, mut counts) = (Vec::new(), Vec::new());
    for (number, (names, draws)) in world.campaigns.iter().enumerate() {
        let id = format!("campaign-{number}");
        let mut campaign = campaigns::campaign(&id);
        campaign.draws = draws.iter().map(|(names, rounds)| campaigns::draws(*names, *rounds)).collect();
        of.push(campaign);
        let named: Vec<(Tld, u32)> = all.iter().cloned().zip(names.iter().copied()).collect();
        let mut list = daily(&id, horizon(), &named);
        // Lists differ from day to day.
        for (period, day) in list.periods.iter_mut().zip(0..) {
            for count in &mut period.by_tld {
                count.names += day % 3;
            }
            period.distinct = period.by_tld.iter().map(|count| count.names).sum::<u32>() + day % 2;
        }
        counts.push(list);
    }
    let mut script = CaseScript::opened(horizon(), of, counts);
    for (slice, from, length) in &world.answers {
        let from = horizon().from.plus(*from);
        let days = DayRange { from, until: from.plus(*length) };
        let _ = script.act(&Command::Answer(Answer {
            tld: all[*slice].clone(),
            scope: AnswerScope::Days { days, campaigns: Vec::new() },
            action: Action::Reserve,
            result: AnswerResult::Done,
            attested: None,
        }));
    }
    script
}

/// What the plain way finds.
#[derive(Clone, Copy, Debug, Default)]
struct Plain {
    worst: ReachRange,
    mean: ReachRange,
    lists: usize,
    /// Whether a reach is so near to certainty that it may be taken for it.
    is_unclear: bool,
}

/// The plain way: the misses of every list are summed anew over the slices that do nothing more.
fn plain(board: &Board<'_>, level: Level, gone: &BTreeSet<Tld>, protected: DayRange, looked: DayRange) -> Plain {
    let (mut found, mut sum) = (Plain::default(), ReachRange::default());
    for variant in board.variants() {
        for period in variant.periods.iter().filter(|period| looked.contains(period.day)) {
            let mut misses = 0;
            for (tld, cells) in board.slices() {
                let of_list = |cell: &&Cell| (cell.campaign, cell.period) == (variant.campaign, period.period);
                let here: u32 = cells.iter().filter(of_list).map(|cell| cell.tally.misses(level)).sum();
                misses += if gone.contains(tld) && protected.contains(period.day) { 0 } else { here };
            }
            let reach = ReachRange::over(period.distinct, misses, &board.case.campaigns[variant.campaign].draws);
            found.worst = found.worst.worse(reach);
            (sum.low, sum.high) = (sum.low + reach.low, sum.high + reach.high);
            found.lists += 1;
            found.is_unclear |= [reach.low, reach.high].iter().any(|end| *end < 1.0 && *end > 1.0 - NEAR);
        }
    }
    let of = found.lists.max(1) as f64;
    Plain { mean: ReachRange { low: sum.low / of, high: sum.high / of }, ..found }
}

fn near(a: ReachRange, b: ReachRange) -> bool {
    (a.low - b.low).abs() < NEAR && (a.high - b.high).abs() < NEAR
}

fn shows(picture: &Picture, plain: Plain) -> bool {
    let worst = picture.worst.map_or_else(ReachRange::default, |worst| worst.reach);
    (near(worst, plain.worst) || plain.is_unclear) && near(picture.mean, plain.mean) && picture.lists == plain.lists
}

/// Says whether `a` is no better for an aim than `b`, as far as can be told.
fn is_no_better(aim: Aim, a: Plain, b: Plain) -> bool {
    let ends = |Plain { worst, mean, .. }: Plain| match aim {
        Aim::Worst => [worst.high, worst.low, mean.high, mean.low],
        Aim::Mean => [mean.high, mean.low, worst.high, worst.low],
    };
    for (end_a, end_b) in ends(a).into_iter().zip(ends(b)) {
        let apart = (end_a - end_b).abs();
        if apart > NEAR {
            return end_a > end_b || a.is_unclear || b.is_unclear;
        }
        // Less than the last digits can tell, and more than they leave open: either may come first.
        if apart > f64::EPSILON * 4.0 {
            return true;
        }
    }
    true
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_supposition_is_the_board_counted_anew(
        world in world(),
        gone in proptest::collection::btree_set(0..SLICES, 0..4),
        protected in (0..6_i32, 0..7_i32),
        looked in (0..6_i32, 0..7_i32),
    ) {
        let script = opened(&world);
        let board = script.board();
        let all = made_up_tlds(SLICES);
        let gone: BTreeSet<Tld> = gone.into_iter().map(|slice| all[slice].clone()).collect();
        let range = |(from, length): (i32, i32)| {
            let from = horizon().from.plus(from);
            DayRange { from, until: from.plus(length) }
        };
        let (protected, looked) = (range(protected), range(looked));
        for (effect, level) in what_if(&board, &gone, protected, looked).iter().zip(Level::ALL) {
            prop_assert_eq!(effect.level, *level);
            prop_assert!(shows(&effect.before, plain(&board, *level, &BTreeSet::new(), protected, looked)));
            prop_assert!(shows(&effect.after, plain(&board, *level, &gone, protected, looked)));
            let before = board.worst(*level, looked);
            prop_assert_eq!(effect.before.worst, before, "the board says the same");
        }
    }

    #[test]
    fn each_step_is_the_best_of_all_counted_anew(
        world in world(),
        level in select(Level::ALL),
        aim in select(Aim::ALL),
        from in 0..5_i32,
        whole in any::<bool>(),
    ) {
        let script = opened(&world);
        let board = script.board();
        let days = if whole { horizon() } else { DayRange { from: horizon().from.plus(from), until: horizon().until } };
        let order = order(&board, level, days, aim, usize::MAX);
        prop_assert_eq!(order.slices, order.steps.len());
        let mut gone = BTreeSet::new();
        prop_assert!(shows(&order.before, plain(&board, level, &gone, days, days)));
        for step in &order.steps {
            let after = |tld: &Tld| {
                let with = gone.iter().chain([tld]).cloned().collect();
                plain(&board, level, &with, days, days)
            };
            let chosen = after(&step.tld);
            prop_assert!(shows(&step.after, chosen), "{:?} {:?}", step, chosen);
            prop_assert_eq!(step.names, u64::from(board.slice_total(&step.tld, days).misses(level)));
            for other in order.steps.iter().map(|step| &step.tld).filter(|tld| !gone.contains(*tld)) {
                prop_assert!(is_no_better(aim, after(other), chosen), "{} before {}: {:?} {:?}", other, step.tld, after(other), chosen);
            }
            gone.insert(step.tld.clone());
        }
        // With all of them protected nothing is reached.
        let last = order.steps.last().map_or(order.before, |step| step.after);
        prop_assert!(near(last.mean, ReachRange::default()));
    }
}

/// One campaign of 100 names a day, of which a bot draws ten, dealt 60, 30 and 10.
fn three() -> CaseScript {
    let mut campaign = campaigns::campaign("a");
    campaign.draws = vec![campaigns::draws(Some(10), 1)];
    let names: Vec<(Tld, u32)> = tlds(&["be", "at", "ch"]).into_iter().zip([60, 30, 10]).collect();
    CaseScript::opened(horizon(), vec![campaign], vec![daily("a", horizon(), &names)])
}

fn words(order: &Order) -> Vec<&str> {
    order.steps.iter().map(|step| step.tld.as_str()).collect()
}

#[test]
fn the_largest_slice_first_where_each_counts() {
    let script = three();
    let order = order(&script.board(), Level::Observed, horizon(), Aim::Worst, 2);
    assert_eq!(words(&order), ["be", "at"]);
    assert_eq!((order.slices, order.steps[0].names), (3, 360));
    // Ten misses of 100 remain: 1 - C(90, 10) / C(100, 10), by hand 0.6695.
    let reach = order.steps[1].after.worst.expect("there are lists").reach;
    assert!((reach.high - 0.669_5).abs() < 1e-4, "{reach:?}");
    assert!(order.steps[0].is_felt(Aim::Worst, &order.before));
}

#[test]
fn a_slice_that_protects_some_days_leaves_the_others() {
    let script = three();
    let board = script.board();
    let first = DayRange { from: horizon().from, until: horizon().from.plus(2) };
    let all: BTreeSet<Tld> = tlds(&["be", "at", "ch"]).into_iter().collect();
    let [.., observed] = what_if(&board, &all, first, horizon());
    assert_eq!(observed.names, 200);
    let after = observed.after.worst.expect("there are lists");
    assert_eq!((after.day, after.reach), (first.until, observed.before.worst.expect("there are lists").reach));
    // Two of the six lists reach nobody any more.
    assert!((observed.after.mean.high - observed.before.mean.high * 4.0 / 6.0).abs() < 1e-12);
    let [.., within] = what_if(&board, &all, first, first);
    assert_eq!(within.after.mean, ReachRange::default());
    // A slice that is not in the case changes nothing.
    let [.., nothing] = what_if(&board, &tlds(&["org"]).into_iter().collect(), horizon(), horizon());
    assert_eq!((nothing.names, nothing.before), (0, nothing.after));
}

#[test]
fn where_nothing_is_felt_the_most_misses_come_first() {
    // Every bot asks for every name: only the last slice changes anything.
    let mut script = three();
    let mut campaign = campaigns::campaign("a");
    campaign.draws = vec![campaigns::draws(None, 1)];
    script = CaseScript::opened(horizon(), vec![campaign], script.counts);
    let order = order(&script.board(), Level::Observed, horizon(), Aim::Worst, 9);
    assert_eq!(words(&order), ["be", "at", "ch"]);
    let felt: Vec<bool> = order
        .steps
        .iter()
        .scan(order.before, |before, step| Some(step.is_felt(Aim::Worst, &std::mem::replace(before, step.after))))
        .collect();
    assert_eq!(felt, [false, false, true]);
}

#[test]
fn five_hundred_slices_are_put_in_order() {
    let names = dealt(50_000, &made_up_tlds(500));
    let mut campaign = campaigns::campaign("a");
    campaign.draws = vec![campaigns::draws(Some(500), 1)];
    let script = CaseScript::opened(horizon(), vec![campaign], vec![daily("a", horizon(), &names)]);
    let order = order(&script.board(), Level::Observed, horizon(), Aim::Mean, usize::MAX);
    assert_eq!(order.steps.len(), 500);
    // The last but one leaves 100 misses: 1 - C(49900, 500) / C(50000, 500), which is near 1 - 0.99^100.
    let reach = order.steps[498].after.mean.high;
    assert!((reach - 0.635).abs() < 0.002, "{reach}");
    assert_eq!(order.steps[499].after.mean, ReachRange::default());
}
