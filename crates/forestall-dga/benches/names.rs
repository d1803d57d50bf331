// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names per second of each variant of Conficker, beside the plain reference; counts and searches. Figures: `README.md`.

#[path = "../tests/it/plain.rs"]
mod plain;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use forestall_dga::family::NoWordLists;
use forestall_dga::predict::{self, Lists, Query};
use forestall_dga::{Ask, Catalogue, GenerateError, NameBuf, Period, Prepared, counts, find};
use forestall_model::{DayRange, Params, UtcDay, Window};

const VARIANTS: [&str; 3] = ["conficker-a", "conficker-b", "conficker-c"];

fn main() {
    divan::main();
}

/// One list after the other, in the plainest way.
#[divan::bench(args = VARIANTS)]
fn plain(bencher: Bencher<'_, '_>, family: &str) {
    let variant = [plain::A, plain::B, plain::C][VARIANTS.iter().position(|v| *v == family).unwrap_or(0)];
    let (names, day) = (names_a_day(family), u64::from(first_day().filetime_days()));
    bencher.counter(ItemsCount::new(names)).bench(|| variant.list(black_box(day)));
}

/// One list by the library.
#[divan::bench(args = VARIANTS)]
fn one_list(bencher: Bencher<'_, '_>, family: &str) {
    let prepared = prepared(family);
    let period = periods(&prepared, 1)[0];
    let mut names = NameBuf::new();
    bencher.counter(ItemsCount::new(names_a_day(family))).bench_local(|| {
        names.clear();
        prepared
            .generator
            .generate(black_box(&period), &Ask::default(), &mut names)
            .expect("a built-in family computes");
        names.len()
    });
}

/// As many lists side by side as the library computes at a time.
#[divan::bench(args = VARIANTS)]
fn side_by_side(bencher: Bencher<'_, '_>, family: &str) {
    let prepared = prepared(family);
    let lanes = prepared.generator.lanes();
    let periods = periods(&prepared, lanes);
    let mut names = vec![NameBuf::new(); lanes];
    bencher.counter(ItemsCount::new(lanes * names_a_day(family))).bench_local(|| {
        names.iter_mut().for_each(NameBuf::clear);
        prepared
            .generator
            .generate_each(black_box(&periods), &Ask::default(), &mut names)
            .expect("a built-in family computes");
    });
}

/// A month in plain form, duplicates removed, on one thread, to nowhere.
#[divan::bench(args = VARIANTS)]
fn plain_form(bencher: Bencher<'_, '_>, family: &str) {
    let prepared = prepared(family);
    let query = Query::all(Lists::Span(span(30)));
    bencher.counter(ItemsCount::new(30 * names_a_day(family))).bench_local(|| {
        let mut bytes = 0;
        predict::plain::<GenerateError>(&prepared, &query, 1, |text| {
            bytes += text.len();
            Ok(())
        })
        .map(|_| bytes)
    });
}

/// The counts of a case of 90 days, on two threads.
#[divan::bench(args = VARIANTS)]
fn counts_of_90_days(bencher: Bencher<'_, '_>, family: &str) {
    let prepared = prepared(family);
    bencher
        .counter(ItemsCount::new(90 * names_a_day(family)))
        .bench_local(|| counts::count(&prepared, span(90), 2, None).expect("a built-in family computes"));
}

/// A thousand names looked for in 90 days, on two threads.
#[divan::bench(args = VARIANTS)]
fn find_1000_in_90_days(bencher: Bencher<'_, '_>, family: &str) {
    let prepared = prepared(family);
    let names: Vec<String> = (0..1_000).map(|n| format!("name{n}.com")).collect();
    bencher
        .counter(ItemsCount::new(90 * names_a_day(family)))
        .bench_local(|| find::find(&prepared, &names, span(90), 2).expect("a built-in family computes"));
}

fn prepared(family: &str) -> Prepared {
    let catalogue = Catalogue::built_in();
    let campaign = catalogue.campaigns_of(family).next().expect("the family is built in");
    catalogue.prepare(campaign, &Params::new(), &NoWordLists).expect("the campaign is built in")
}

fn names_a_day(family: &str) -> usize {
    if family == "conficker-c" { 50_000 } else { 250 }
}

fn first_day() -> UtcDay {
    UtcDay::from_ymd(2009, 4, 1).expect("a day")
}

fn span(days: i32) -> Window {
    DayRange { from: first_day(), until: first_day().plus(days) }.window()
}

fn periods(prepared: &Prepared, days: usize) -> Vec<Period> {
    prepared.generator.periods(span(i32::try_from(days).expect("few"))).collect()
}
