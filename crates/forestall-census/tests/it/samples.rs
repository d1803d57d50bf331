// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Machines from several samples of one hour: what is estimated where machines draw names by chance, and what is refused where that is not so.

use forestall_census::day::{DayReport, Entry, Held, Muster, Place, Reading, Totals, Visit};
use forestall_census::names::Holding;
use forestall_census::{Estimate, Source, Span, Unit};
use forestall_model::{Instant, UtcDay};

/// The figure.
const NAME: &str = "machines of the busiest hour";

fn day() -> UtcDay {
    "2026-11-26".parse().unwrap()
}

/// A chance that is the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// Draws so many names of a list, none of them twice.
    fn names(&mut self, of: u64, count: usize) -> Vec<u64> {
        let mut drawn = Vec::with_capacity(count);
        while drawn.len() < count {
            let name = self.below(of);
            if !drawn.contains(&name) {
                drawn.push(name);
            }
        }
        drawn
    }
}

fn visit(hour: i64, address: u32, sample: u16) -> Visit {
    let at = Instant::from_seconds(day().start().seconds() + hour * 3_600 + i64::from(address % 3_600));
    let place = Place { network: 64_500, country: Some(*b"BE") };
    Visit { at, source: Source::V4(0x0B00_0000 + address), agent: 1, q: None, port: 1_024, place, sample }
}

fn report(muster: Muster, held: &Held) -> DayReport {
    let names = ["sensor-1 at 198.51.100.2", "sensor-2 at 198.51.100.3", "sensor-2 at 198.51.100.4"];
    let machines = muster.finish_with(&names.map(str::to_owned));
    DayReport::of(&Totals { machines, ..Totals::empty(day(), "conficker", "nobody") }, held)
}

fn estimate(report: &DayReport) -> Estimate {
    let figure = report.figure(NAME).unwrap_or_else(|| panic!("{:?}", report.machines));
    assert_eq!((figure.definition().unit(), figure.definition().span()), (Unit::MachinesOn, Span::Hour));
    figure.estimate().clone()
}

fn why(report: &DayReport) -> String {
    let entry = report.machines.iter().find(|entry| entry.name() == NAME);
    match entry {
        Some(Entry::NotGiven { why, would_count, .. }) => {
            assert!(would_count.starts_with("infected machines that were on, conficker, in the busiest hour"));
            why.clone()
        }
        other => panic!("{other:?}"),
    }
}

/// Machines that each ask for 50 of 5,000 names in one hour, and for one name in another; samples hold so many names each, from the first one on.
fn population(seed: u64, machines: u32, held: &[u64]) -> Muster {
    let mut chance = Chance(seed);
    let mut muster = Muster::new(day());
    for machine in 0..machines {
        let names = chance.names(5_000, 50);
        let mut first = 0;
        for (sample, count) in (0_u16..).zip(held) {
            if names.iter().any(|name| (first..first + count).contains(name)) {
                assert!(muster.add(&visit(14, machine, sample)));
                if machine % 2 == 0 {
                    assert!(muster.add(&visit(3, machine, sample)));
                }
            }
            first += count;
        }
    }
    muster
}

#[test]
fn the_interval_holds_the_machines_of_the_hour() {
    for held in [&[69, 100][..], &[40, 69, 100]] {
        let (mut holds, mut sum) = (0, 0.0);
        for seed in 0..200 {
            let found = estimate(&report(population(seed, 600, held), &Held::default()));
            holds += usize::from(found.holds(600.0));
            sum += found.value();
        }
        assert!((170..=190).contains(&holds), "the 90 % interval holds the truth in {holds} of 200 runs, {held:?}");
        assert!((sum / 200.0 - 600.0).abs() < 12.0, "{} on average", sum / 200.0);
    }
}

#[test]
fn says_what_it_did_and_assumes() {
    let found = estimate(&report(population(1, 600, &[69, 100]), &Held::default()));
    let methods: Vec<&str> = found.methods().iter().map(|method| method.name).collect();
    assert_eq!(methods, ["Chapman", "samples of one hour"]);
    assert!(found.assumptions().iter().any(|assumes| assumes.contains("hold unlike names")), "{found:?}");
    let three = estimate(&report(population(1, 600, &[40, 69, 100]), &Held::default()));
    assert_eq!(three.methods()[0].name, "Schnabel");
}

#[test]
fn the_order_of_samples_changes_nothing() {
    let visits = |samples: &[u16]| {
        let mut muster = Muster::new(day());
        for sample in samples {
            for address in 0..400_u32 {
                if address % (u32::from(*sample) + 2) == 0 {
                    muster.add(&visit(14, address, *sample));
                }
            }
        }
        muster.finish_with(&["b".to_owned(), "a".to_owned(), "c".to_owned()])
    };
    let machines = visits(&[0, 1, 2]);
    assert_eq!(machines, visits(&[2, 0, 1]));
    let samples = machines.samples.unwrap();
    assert_eq!((samples.hour, samples.of.join(" "), samples.small), (14, "a b c".to_owned(), 0));
    let seen: Vec<u64> = samples.occasions.each.iter().map(|occasion| occasion.seen).collect();
    assert_eq!(seen, [134, 200, 100]);
}

#[test]
fn no_second_sample_no_figure() {
    let one = report(population(1, 600, &[169]), &Held::default());
    assert!(why(&one).contains("one address of one sensor"), "{}", why(&one));
    // The second sensor saw nineteen.
    let mut muster = population(1, 600, &[169]);
    (0..19).for_each(|machine| assert!(muster.add(&visit(14, machine, 1))));
    let small = report(muster, &Held::default());
    assert!(why(&small).contains("1 of 2 samples of the hour have at least 20 addresses"), "{}", why(&small));
}

#[test]
fn hardly_anybody_twice_no_figure() {
    let mut muster = Muster::new(day());
    for machine in 0..400 {
        assert!(muster.add(&visit(14, machine, u16::from(machine >= 200))));
    }
    (0..6).for_each(|machine| assert!(muster.add(&visit(14, machine, 1))));
    let few = report(muster, &Held::default());
    assert!(why(&few).contains("6 addresses of 400 came to several of 2 samples"), "{}", why(&few));
}

#[test]
fn who_stops_at_the_first_answer_is_in_one_sample_alone() {
    let holding = Holding { listed: 5_000, ours: 169, others: 0, asked: Some(50), rounds: 1, stops: true };
    let held = Held { readings: vec![Reading { holding, source: "a test".to_owned() }], ..Held::default() };
    let stops = report(population(1, 600, &[69, 100]), &held);
    assert!(why(&stops).contains("stops at the first name"), "{}", why(&stops));
}

#[test]
fn unlike_machines_show_from_three_samples_on() {
    // A fifth comes to every sample, the others to each with one of twenty.
    let mut chance = Chance(9);
    let mut muster = Muster::new(day());
    for machine in 0..6_000 {
        for sample in 0..3 {
            if machine % 5 == 0 || chance.below(20) == 0 {
                assert!(muster.add(&visit(14, machine, sample)));
            }
        }
    }
    let unlike = report(muster, &Held::default());
    assert!(why(&unlike).contains("samples hold unlike machines"), "{}", why(&unlike));
}
