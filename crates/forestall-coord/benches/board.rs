// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How long a board takes over 90 days of Conficker A, B and C: 4.5 million names in 116 slices and 11,070 lists.
//!
//! The console builds a board for every page of a case. Run with `cargo bench -p forestall-coord`. Medians on two shared cores of
//! an AMD EPYC in November 2026: plain 5 ms, answered and swept 10 ms, with 100,000 exclusions 11 ms, gaps 0.2 ms, replay of
//! ten sweeps over every list and 100,000 exclusions 0.23 s, and 0.36 s for the board with every name fallen.

use std::collections::BTreeMap;

use divan::Bencher;
use forestall_coord::command::{Answer, Command, Exclude, RecordSweep};
use forestall_coord::event::{AnswerScope, Occurrence};
use forestall_coord::order::{Aim, order};
use forestall_coord::what_if::what_if;
use forestall_coord::{Board, Case, Level, ReachRange};
use forestall_model::evidence::{SeenName, Sweep, SweptList};
use forestall_model::{Action, AnswerResult, DayRange, Digest, Method, NameClass, Sight, Tld};
use forestall_testkit::counts::{daily, days, dealt, made_up_tlds};
use forestall_testkit::{CaseScript, campaigns, parsed};

fn main() {
    divan::main();
}

/// Counts a case in which nothing has happened.
#[divan::bench]
fn plain(bencher: Bencher<'_, '_>) {
    let script = opened();
    bencher.bench_local(|| script.board());
}

/// Counts a case in which every registry answered and every list was swept; in each list three names differ.
#[divan::bench]
fn answered_and_swept(bencher: Bencher<'_, '_>) {
    let mut script = opened();
    answer_all(&mut script);
    sweep_all(&mut script, Sight::Reserved);
    bencher.bench_local(|| script.board());
}

/// Counts the same case with 100,000 names of legitimate holders.
#[divan::bench]
fn with_100_000_exclusions(bencher: Bencher<'_, '_>) {
    let mut script = opened();
    answer_all(&mut script);
    sweep_all(&mut script, Sight::Reserved);
    exclude(&mut script, 100_000);
    bencher.bench_local(|| script.board());
}

/// Finds the gaps of the next seven days among all slices.
#[divan::bench]
fn gaps(bencher: Bencher<'_, '_>) {
    let script = opened();
    let board = script.board();
    bencher.bench_local(|| board.gaps(parsed("2026-11-23T12:00:00Z"), 7));
}

/// Reads the log of the case with 100,000 exclusions and ten sweeps over every list.
#[divan::bench]
fn replay(bencher: Bencher<'_, '_>) {
    let mut script = opened();
    answer_all(&mut script);
    for _ in 0..10 {
        sweep_all(&mut script, Sight::Reserved);
    }
    exclude(&mut script, 100_000);
    bencher.bench_local(|| Case::replay(script.log()));
}

/// Counts the board after a sweep that found all protection gone: every name is a special one.
#[divan::bench]
fn all_lost(bencher: Bencher<'_, '_>) {
    let mut script = opened();
    answer_all(&mut script);
    sweep_all(&mut script, Sight::Reserved);
    sweep_all(&mut script, Sight::Available);
    bencher.bench_local(|| Board::new(script.case(), &script.counts));
}

/// Puts 500 slices over 400 days in order, all of them.
#[divan::bench(args = [20, 500])]
fn order_of_500_slices(bencher: Bencher<'_, '_>, most: usize) {
    let script = wide();
    let board = script.board();
    bencher.bench_local(|| order(&board, Level::Observed, year(), Aim::Worst, most));
}

/// Finds the first of the same order the plain way: every slice is tried with all lists summed anew.
#[divan::bench(sample_count = 3)]
fn first_of_500_slices_plainly(bencher: Bencher<'_, '_>) {
    let script = wide();
    let board = script.board();
    bencher.bench_local(|| first_plainly(&board, Level::Observed));
}

/// Supposes that 20 of 500 slices are protected for 400 days.
#[divan::bench]
fn what_if_20_of_500_slices(bencher: Bencher<'_, '_>) {
    let script = wide();
    let board = script.board();
    let slices = script.tlds().into_iter().take(20).collect();
    bencher.bench_local(|| what_if(&board, &slices, year(), year()));
}

fn first_plainly(board: &Board<'_>, level: Level) -> Option<Tld> {
    let mut known: BTreeMap<(u32, u32), ReachRange> = BTreeMap::new();
    let mut best: Option<(ReachRange, &Tld)> = None;
    for (gone, _) in board.slices() {
        let mut misses: BTreeMap<(usize, i64), u32> = BTreeMap::new();
        for (_, cells) in board.slices().filter(|(tld, _)| *tld != gone) {
            for cell in cells {
                *misses.entry((cell.campaign, cell.period)).or_default() += cell.tally.misses(level);
            }
        }
        let mut worst = ReachRange::default();
        for variant in board.variants() {
            let draws = &board.case.campaigns[variant.campaign].draws;
            for period in &variant.periods {
                let left = misses.get(&(variant.campaign, period.period)).copied().unwrap_or_default();
                let reach = known.entry((period.distinct, left));
                worst = worst.worse(*reach.or_insert_with(|| ReachRange::over(period.distinct, left, draws)));
            }
        }
        if best.is_none_or(|(known, _)| worst < known) {
            best = Some((worst, gone));
        }
    }
    best.map(|(_, tld)| tld.clone())
}

/// 500 slices over 400 days, of a list of 50,000 names a day from which a bot draws 50: hard to order, for every slice is felt
/// over half of the way.
fn wide() -> CaseScript {
    let mut counts = vec![daily("a", year(), &dealt(50_000, &made_up_tlds(500)))];
    for (period, day) in counts[0].periods.iter_mut().zip(0..) {
        period.distinct = 50_000 - day % 4;
        for (count, tld) in period.by_tld.iter_mut().zip(0..) {
            count.names = count.names + (day * 37 + tld * 17) % 41 - 20;
        }
        let names: u32 = period.by_tld.iter().map(|count| count.names).sum();
        period.distinct = period.distinct.max(names);
    }
    let mut campaign = campaigns::campaign("a");
    campaign.draws = vec![campaigns::draws(Some(50), 1)];
    CaseScript::opened(year(), vec![campaign], counts)
}

fn year() -> DayRange {
    days("2026-11-23", "2027-12-28")
}

fn horizon() -> DayRange {
    days("2026-11-23", "2027-02-21")
}

fn opened() -> CaseScript {
    let tlds = |names: &[&str]| -> Vec<Tld> { names.iter().map(|name| parsed(name)).collect() };
    let a = dealt(250, &tlds(&["com", "net", "org", "info", "biz"]));
    let b = dealt(250, &tlds(&["cc", "cn", "ws", "com", "net", "org", "info", "biz"]));
    let c = dealt(50_000, &made_up_tlds(110));
    let mut counts = vec![
        daily("conficker-a", horizon(), &a),
        daily("conficker-b", horizon(), &b),
        daily("conficker-c", horizon(), &c),
    ];
    // As in the true lists: 0 to 3 names a day are repeated, and a domain has some 400 to 500.
    for (period, day) in counts[2].periods.iter_mut().zip(0..) {
        period.distinct = 50_000 - day % 4;
        for (count, tld) in period.by_tld.iter_mut().zip(0..) {
            count.names = count.names + (day * 37 + tld * 17) % 101 - 50;
        }
    }
    let campaigns = vec![campaigns::conficker_a(), campaigns::conficker_b(), campaigns::conficker_c()];
    let mut script = CaseScript::opened(horizon(), campaigns, counts);
    script.clock.set(parsed("2026-11-23T00:00:00Z"));
    script
}

fn answer_all(script: &mut CaseScript) {
    for tld in script.tlds() {
        script.must(&Command::Answer(Answer {
            tld,
            scope: AnswerScope::Days { days: horizon(), campaigns: Vec::new() },
            action: Action::Reserve,
            result: AnswerResult::Done,
            attested: None,
        }));
    }
}

fn sweep_all(script: &mut CaseScript, usual: Sight) {
    script.clock.advance(3_600);
    let mut lists = Vec::new();
    for list in &script.counts {
        for period in &list.periods {
            for count in &period.by_tld {
                let differing = |place: u32| SeenName {
                    place,
                    name: parsed(&format!("name-{place}.{}", count.tld)),
                    sight: Sight::OtherNameServers,
                    name_servers: Vec::new(),
                };
                lists.push(SweptList {
                    campaign: list.campaign.clone(),
                    period: period.key,
                    tld: count.tld.clone(),
                    digest: Digest::of(b"a list"),
                    generator_version: 1,
                    expected: count.names,
                    sample: None,
                    usual,
                    unknown: [1].into_iter().collect(),
                    differing: vec![differing(2), differing(3)],
                });
            }
        }
    }
    let at = script.clock.now();
    let sweep = Sweep { method: Method::Rdap, vantage: "a bench".to_owned(), at, name_servers: Vec::new(), lists };
    script.must(&Command::Sweep(RecordSweep { sweep }));
}

fn exclude(script: &mut CaseScript, number: u32) {
    let lists: Vec<(i64, Tld)> = script.counts[2]
        .periods
        .iter()
        .flat_map(|period| period.by_tld.iter().map(|count| (period.key, count.tld.clone())))
        .collect();
    for (i, (period, tld)) in (0..number).zip(lists.iter().cycle()) {
        script.must(&Command::Exclude(Exclude {
            name: parsed(&format!("holder-{i}.{tld}")),
            class: NameClass::RegisteredBenign,
            reason: "a legitimate holder".to_owned(),
            occurrences: vec![Occurrence {
                campaign: parsed("conficker-c"),
                period: *period,
                place: 10 + i / u32::try_from(lists.len()).expect("a few thousand lists"),
            }],
        }));
    }
}
