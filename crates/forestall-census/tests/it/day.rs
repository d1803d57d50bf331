// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The census of a day: what is counted, what is refused, and what is said where there is no figure.

use std::collections::{BTreeMap, BTreeSet};

use forestall_census::day::{
    DayReport, Entry, Held, LEAST_CELL, LeftOut, Muster, Part, Place, PublicTable, Reading, Resolvers, Roll, Totals,
    Trend, Visit, csv, text,
};
use forestall_census::definition::Share;
use forestall_census::names::Holding;
use forestall_census::{Protocol, Source, Unit};
use forestall_model::{Instant, UtcDay};
use proptest::prelude::*;

fn day() -> UtcDay {
    "2026-11-26".parse().unwrap()
}

fn place(network: u32, country: &[u8; 2]) -> Place {
    Place { network, country: Some(*country) }
}

fn visit(hour: i64, second: i64, address: u32, agent: u32, place: Place) -> Visit {
    let at = Instant::from_seconds(day().start().seconds() + hour * 3_600 + second);
    Visit { at, source: Source::V4(address), agent, q: None, port: 1_024, place, sample: 0 }
}

/// A chance that is the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Machines of three networks: half of those of the first move, those of the second share an address by two. Each asks thrice a day. A fifth has a User-Agent of its own, by which it is known wherever it is.
/// Returns the visits and how many machines there are.
fn population(seed: u64, days_later: i64, share: f64) -> (Vec<Visit>, u64) {
    let mut chance = Chance(seed);
    let (mut visits, mut machines) = (Vec::new(), 0_u64);
    for number in 0..3_000_u32 {
        let (moves, agent) = (chance.below(2) == 0, u32::try_from(chance.below(40)).unwrap() + 1);
        let known = chance.below(5) == 0;
        // Who is cleaned stays away.
        if f64::from(number % 1_000) >= 1_000.0 * share {
            continue;
        }
        machines += 1;
        let network = number % 3;
        let places = [place(64_496, b"BE"), place(64_497, b"FR"), place(64_498, b"FR")];
        let agent = if known { 10_000 + number } else { agent };
        let home = match network {
            1 => 0x0B00_0000 + number / 6,
            of => 0x0A00_0000 * (of + 2) + number,
        };
        for hour in [3, 9, 17] {
            let address = if network == 0 && moves && hour == 17 { 0x6400_0000 + number } else { home };
            let second = i64::from(number % 3_600);
            let mut visit = visit(hour, second, address, agent, places[network as usize]);
            visit.at = Instant::from_seconds(visit.at.seconds() + 86_400 * days_later);
            visits.push(visit);
        }
    }
    (visits, machines)
}

fn mustered(visits: &[Visit], on: UtcDay) -> Totals {
    let mut muster = Muster::new(on);
    assert!(visits.iter().all(|visit| muster.add(visit)));
    Totals { machines: muster.finish(), ..Totals::empty(on, "conficker", "bogons, crawlers (crawlers-2026)") }
}

fn held(ours: u32) -> Held {
    let holding = Holding { listed: 250, ours, others: 0, asked: None, rounds: 1, stops: false };
    Held {
        share: Share { held: ours, listed: 250 },
        readings: vec![Reading { holding, source: "conficker-b, the whole list: a test".to_owned() }],
        how: "as the operator says".to_owned(),
        of: String::new(),
    }
}

#[test]
fn counts_addresses_pairs_and_parts_exactly() {
    let visits = [
        visit(3, 0, 1, 7, place(64_500, b"BE")),
        visit(3, 9, 1, 8, place(64_500, b"BE")),
        visit(4, 0, 1, 7, place(64_500, b"BE")),
        visit(4, 1, 2, 7, place(64_500, b"BE")),
        visit(4, 1, 2, 7, place(64_500, b"BE")),
        visit(9, 0, 3, 9, place(0, b"FR")),
    ];
    let machines = mustered(&visits, day()).machines;
    assert_eq!((machines.requests, machines.v4.day, machines.v4.busiest(), machines.v6.day), (6, 3, 2, 0));
    let pairs = machines.pairs.as_ref().unwrap();
    assert_eq!((pairs.day, pairs.hours[3], pairs.hours[4], pairs.hours[9]), (4, 2, 2, 1));
    assert_eq!((machines.shown.addresses(), machines.shown.pairs()), (3, 4));
    assert_eq!(machines.alone, [1, 1]);
    let parts: Vec<(String, u64, u64)> =
        machines.parts.iter().map(|part| (part.part.to_string(), part.v4, part.v4_hour)).collect();
    let expected = [("AS0", 1, 1), ("AS64500", 2, 2), ("BE", 2, 2), ("FR", 1, 1)];
    assert_eq!(parts, expected.map(|(part, day, hour)| (part.to_owned(), day, hour)));
}

#[test]
fn a_visit_of_another_day_is_not_added() {
    let mut muster = Muster::new(day());
    let mut late = visit(23, 0, 1, 1, Place::default());
    late.at = Instant::from_seconds(late.at.seconds() + 3_600);
    assert!(!muster.add(&late));
    assert_eq!(muster.finish().requests, 0);
}

#[test]
fn ipv6_is_counted_in_networks_and_never_added() {
    let mut muster = Muster::new(day());
    for (hour, text) in [(1, "2001:db8:1::1"), (1, "2001:db8:1::2"), (2, "2001:db8:2::1"), (2, "192.0.2.1")] {
        let source = Source::of(text.parse().unwrap());
        muster.add(&Visit { source, ..visit(hour, 0, 0, 1, place(64_500, b"BE")) });
    }
    let machines = muster.finish();
    assert_eq!((machines.v4.day, machines.v6.day), (1, 2));
    assert_eq!(machines.parts[0].v4 + machines.parts[0].v6, 3);
    let totals = Totals { machines, ..Totals::empty(day(), "conficker", "nobody") };
    let report = DayReport::of(&totals, &held(250));
    assert!(report.machines.iter().filter_map(Entry::figure).all(|figure| figure.estimate().value() < 3.0));
}

#[test]
fn the_interval_holds_the_machines_that_there_are() {
    let mut holds = 0;
    for seed in 0..40 {
        let (visits, machines) = population(seed, 0, 1.0);
        let report = DayReport::of(&mustered(&visits, day()), &held(250));
        let figure = report.figure("machines that were on").unwrap();
        assert_eq!(figure.definition().unit(), Unit::MachinesOn);
        let value = figure.estimate().value();
        assert!((value - machines as f64).abs() < 0.12 * machines as f64, "{value} of {machines}");
        holds += usize::from(figure.estimate().holds(machines as f64));
        let bounds = report.bounds.unwrap();
        assert!(bounds.low <= machines as f64, "{bounds:?}");
    }
    assert!((30..=40).contains(&holds), "the 90 % interval holds the truth in {holds} of 40 runs");
}

#[test]
fn a_figure_is_over_the_share_of_names_and_over_every_reading() {
    let (visits, machines) = population(1, 0, 1.0);
    let totals = mustered(&visits, day());
    let all = DayReport::of(&totals, &held(250));
    let value = |report: &DayReport| report.figure("machines that were on").unwrap().estimate().value();
    let mut two = held(10);
    two.readings.push(Reading {
        holding: Holding { listed: 250, ours: 10, others: 0, asked: Some(32), rounds: 1, stops: false },
        source: "another source".to_owned(),
    });
    let wide = DayReport::of(&totals, &two);
    let p = two.readings[1].holding.probability();
    let estimate = wide.figure("machines that were on").unwrap().estimate().clone();
    assert!(estimate.holds(value(&all)) && estimate.holds(value(&all) / p), "{estimate} for {machines}");
    let (bounds, over) = (wide.bounds.unwrap(), wide.bounds_of_all.unwrap());
    assert!(over.low <= bounds.low / p && (over.high - bounds.high / p).abs() < 1e-6);
    assert_eq!(wide.names.readings.len(), 2);
}

#[test]
fn what_cannot_be_given_says_why() {
    let why = |totals: &Totals, held: &Held| {
        let report = DayReport::of(totals, held);
        let last = report.machines.last().unwrap().clone();
        let Entry::NotGiven { why, would_count, .. } = last else { panic!("{last:?}") };
        assert!(!would_count.is_empty());
        why
    };
    let (visits, _) = population(1, 0, 1.0);
    let totals = mustered(&visits, day());
    assert!(why(&totals, &Held::default()).contains("is not known"));
    let few: Vec<Visit> = visits.iter().filter(|visit| visit.agent < 10_000).copied().collect();
    assert!(why(&mustered(&few, day()), &held(250)).contains("could be followed"));
    let mut nobody = Totals::empty(day(), "conficker", "nobody");
    assert!(why(&nobody, &held(250)).contains("no machine connected"));
    nobody.left_out.insert("own".to_owned(), LeftOut { requests: 0, queries: 9 });
    assert!(why(&nobody, &held(250)).contains("no machine connected"), "queries are of resolvers");
    nobody.left_out.insert("bogon".to_owned(), LeftOut { requests: 1, queries: 0 });
    assert!(why(&nobody, &held(250)).ends_with("was left out, as bogon"));
    nobody.left_out.insert("crawler".to_owned(), LeftOut { requests: 3, queries: 2 });
    assert!(
        why(&nobody, &held(250)).ends_with(
            "all 4 requests of machines that speak as the family does were left out: 1 as bogon, 3 as crawler"
        )
    );
    let mut muster = Muster::with_limits(day(), 500, 500);
    visits.iter().for_each(|visit| assert!(muster.add(visit)));
    let sampled = Totals { machines: muster.finish(), ..Totals::empty(day(), "conficker", "nobody") };
    assert!(why(&sampled, &held(250)).contains("more pairs"));
    assert_eq!(sampled.machines.v4, totals.machines.v4, "addresses are all counted");
    let [all, some] = [&totals, &sampled]
        .map(|totals| totals.machines.shown.pairs() as f64 / totals.machines.shown.addresses() as f64);
    assert!((all - some).abs() < 0.15, "a sample shows what all show: {all} {some}");
}

#[test]
fn queries_of_resolvers_never_make_a_figure_of_machines() {
    let mut roll = Roll::new(day());
    for number in 0..5_000_u32 {
        assert!(roll.add(visit(5, 0, number, 0, Place::default()).at, Source::V4(number), number % 2 == 0));
        roll.add_name(format!("{}.example", number % 70).as_bytes());
    }
    let resolvers: Resolvers = roll.finish();
    assert_eq!(
        (resolvers.queries, resolvers.v4.day, resolvers.names, resolvers.may_be_forged),
        (5_000, 5_000, 70, 2_500)
    );
    let alone = Totals { resolvers: resolvers.clone(), ..Totals::empty(day(), "conficker", "nobody") };
    let report = DayReport::of(&alone, &held(250));
    assert!(report.machines.iter().all(|entry| entry.figure().is_none()));
    assert!(report.bounds.is_none() && report.networks.is_empty());
    assert!(
        report.resolvers.iter().filter_map(Entry::figure).all(|figure| figure.definition().unit() == Unit::Resolvers)
    );
    let (visits, _) = population(1, 0, 1.0);
    let machines = mustered(&visits, day());
    let both = Totals { resolvers, ..machines.clone() };
    let (without, with) = (DayReport::of(&machines, &held(250)), DayReport::of(&both, &held(250)));
    assert_eq!(without.machines, with.machines);
    assert_eq!((without.bounds, without.networks), (with.bounds, with.networks));
    assert!(
        with.resolvers[0].figure().unwrap().definition().like(with.machines[0].figure().unwrap().definition()).is_err()
    );
}

#[test]
fn a_report_in_every_form() {
    let (mut visits, _) = population(7, 0, 1.0);
    visits.truncate(1_500);
    for (visit, q) in visits.iter_mut().zip(0..) {
        visit.q = Some(q % 90);
    }
    let mut totals = mustered(&visits, day());
    totals.left_out.insert("crawler".to_owned(), LeftOut { requests: 12, queries: 3 });
    totals.visitors.insert("scanner".to_owned(), 41);
    totals.shared.insert("other".to_owned(), 5);
    let mut roll = Roll::new(day());
    roll.add(visits[0].at, Source::V4(9), true);
    totals.resolvers = roll.finish();
    let report = DayReport::of(&totals, &held(200));
    insta::assert_snapshot!("text", text(&report, None));
    insta::assert_snapshot!("csv", csv(&[(report.clone(), None)]));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["machines"][0]["figure"]["definition"]["unit"], "addresses4");
    assert!(json["q_sum"]["warning"].as_str().unwrap().contains("no number of machines"));
    assert_eq!(json["parts_count"]["without"], "bogons, crawlers (crawlers-2026)");
    assert!(text(&report, None).contains("no number of machines"), "the q-sum is never without its warning");
}

#[test]
fn numbers_of_a_day_are_kept_and_read_again() {
    let (visits, _) = population(3, 0, 1.0);
    let totals = mustered(&visits, day());
    let written = serde_json::to_string(&totals).unwrap();
    assert_eq!(serde_json::from_str::<Totals>(&written).unwrap(), totals);
    assert!(!written.contains("11.0.") && !written.contains("184549"), "no address is in it");
    let unknown = written.replacen("\"version\"", "\"wersion\"", 1);
    assert!(serde_json::from_str::<Totals>(&unknown).is_err());
}

fn several_days(days: i64, share_of: impl Fn(i64) -> f64) -> Vec<(Totals, Held)> {
    let of = |later: i64| {
        let (visits, _) = population(5, later, share_of(later));
        (mustered(&visits, day().plus(i32::try_from(later).unwrap())), held(250))
    };
    (0..days).map(of).collect()
}

#[test]
fn a_trend_tells_how_fast_each_network_and_country_is_cleaned() {
    let days = several_days(21, |later| (-(later as f64) / 14.0).exp2());
    let trend = Trend::of(&days).unwrap();
    assert_eq!((trend.addresses.len(), trend.machines.len(), trend.refused.len()), (21, 21, 0));
    let (least, halves, most) = trend.decline.as_ref().unwrap().days_to_halve();
    assert!(least < 14.0 && most > 14.0 && (halves - 14.0).abs() < 1.5, "{least} {halves} {most}");
    let parts: BTreeSet<String> =
        trend.networks.iter().chain(&trend.countries).map(|part| part.part.to_string()).collect();
    assert_eq!(parts, ["AS64496", "AS64497", "AS64498", "BE", "FR"].map(str::to_owned).into());
    assert!(trend.networks.iter().all(|part| part.said.contains("halves in")), "{:?}", trend.networks);
    let level = Trend::of(&several_days(5, |_| 1.0)).unwrap();
    assert!(level.decline.is_none() && level.said.contains("5 days are too few"), "{}", level.said);
}

#[test]
fn unlike_days_are_not_drawn_in_one_curve() {
    let mut days = several_days(4, |_| 1.0);
    days[1].1 = held(200);
    days[2].0.without = "nobody".to_owned();
    let trend = Trend::of(&days).unwrap();
    assert_eq!(trend.addresses.len(), 2);
    let why: BTreeMap<String, String> =
        trend.refused.iter().map(|day| (day.day.to_string(), day.why.clone())).collect();
    assert!(why["2026-11-27"].contains("names held: 250 of 250 names against 200 of 250 names"), "{why:?}");
    assert!(why["2026-11-28"].contains("left out: bogons, crawlers (crawlers-2026) against nobody"), "{why:?}");
    assert!(Trend::of(&[]).is_none());
}

#[test]
fn parts_have_one_form() {
    for text in ["AS0", "AS64500", "AS4294967295", "BE", "ZZ", "AS"] {
        assert_eq!(text.parse::<Part>().unwrap().to_string(), text);
    }
    for text in ["", "A", "AS-1", "AS+1", "AS4294967296", "be", "BEL", "B1", "as1"] {
        assert!(text.parse::<Part>().is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn the_order_of_visits_changes_nothing(
        mut said in proptest::collection::vec((0_i64..24, 0_i64..3_600, 0_u32..40, 0_u32..6, proptest::option::of(0_u32..50)), 0..300),
        seed in 0_u64..1_000,
    ) {
        let make = |said: &[(i64, i64, u32, u32, Option<u32>)]| {
            let of = |(hour, second, address, agent, q): &(i64, i64, u32, u32, Option<u32>)| {
                Visit { q: *q, ..visit(*hour, *second, *address, *agent, place(64_500 + address % 3, b"BE")) }
            };
            let mut muster = Muster::new(day());
            said.iter().for_each(|one| assert!(muster.add(&of(one))));
            muster.finish()
        };
        // Of one moment and address, order is all that tells requests apart.
        said.sort_unstable();
        said.dedup_by_key(|(hour, second, address, ..)| (*hour, *second, *address));
        let one = make(&said);
        let mut chance = Chance(seed);
        for place in (1..said.len()).rev() {
            said.swap(place, usize::try_from(chance.below(place as u64 + 1)).unwrap());
        }
        prop_assert_eq!(&one, &make(&said));
        let exact: BTreeSet<u32> = said.iter().map(|one| one.2).collect();
        prop_assert_eq!(one.addresses(Protocol::V4).day, exact.len() as u64);
        prop_assert_eq!(one.parts.iter().filter(|part| matches!(part.part, Part::Network(_))).map(|part| part.v4).sum::<u64>(), exact.len() as u64);
    }

    #[test]
    fn no_hidden_cell_can_be_reckoned(counts in proptest::collection::vec(0_u64..24, 0..5)) {
        let of = |counts: &[u64]| {
            PublicTable::of(counts.iter().enumerate().map(|(number, count)| (format!("C{number}"), *count)))
        };
        let table = of(&counts);
        let sum: u64 = counts.iter().sum();
        prop_assert!(table.total.is_none_or(|total| total == sum && total >= LEAST_CELL));
        prop_assert!(table.cells.iter().all(|cell| cell.count >= LEAST_CELL));
        let (Some(total), Some(_)) = (table.total, table.hidden) else {
            prop_assert!(table.cells.is_empty() && table.hidden.is_none());
            return Ok(());
        };
        // Whoever knows the rules tries all numbers that give the same table.
        let is_shown = |number: usize| table.cells.iter().any(|cell| cell.part == format!("C{number}"));
        let places: Vec<usize> = (0..counts.len()).filter(|number| counts[*number] > 0 && !is_shown(*number)).collect();
        prop_assert_eq!(table.hidden, Some(places.len() as u64));
        let rest = total - table.cells.iter().map(|cell| cell.count).sum::<u64>();
        let mut could_be: Vec<BTreeSet<u64>> = vec![BTreeSet::new(); places.len()];
        let mut tried = counts.clone();
        try_all(&places, rest, &mut tried, &mut |tried| {
            if of(tried) == table {
                for (number, place) in places.iter().enumerate() {
                    could_be[number].insert(tried[*place]);
                }
            }
        });
        for (place, could_be) in places.iter().zip(&could_be) {
            prop_assert!(could_be.contains(&counts[*place]));
            if counts[*place] < LEAST_CELL {
                prop_assert!(could_be.len() > 1, "cell {} of {:?} can be nothing else", place, counts);
            }
        }
    }
}

/// Gives the places all numbers from 1 on that have this sum.
fn try_all(places: &[usize], rest: u64, tried: &mut Vec<u64>, see: &mut dyn FnMut(&[u64])) {
    match places {
        [] if rest == 0 => see(tried),
        [] => {}
        [place] if rest > 0 => {
            tried[*place] = rest;
            see(tried);
        }
        [place, others @ ..] => {
            for number in 1..rest {
                tried[*place] = number;
                try_all(others, rest - number, tried, see);
            }
        }
    }
}
