// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names per second of the example plug-ins, beside the same families built in; and what a module costs before its first name.
//! Figures: `README.md`.

use std::path::Path;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use forestall_dga::family::NoWordLists;
use forestall_dga::{Ask, Catalogue, NameBuf, Prepared};
use forestall_model::{DayRange, Params, UtcDay};
use forestall_plugin::Plugin;

fn main() {
    divan::main();
}

/// The built-in family and the example, with the names of a list.
const FAMILIES: [(&str, &str, u64); 2] = [("vidro", "vidro.wasm", 100), ("chinad", "chinad.wasm", 1_000)];

/// Lists of each family as it is built in.
#[divan::bench(args = ["vidro", "chinad"])]
fn built_in(bencher: Bencher<'_, '_>, family: &str) {
    lists(bencher, family, &Catalogue::built_in(), family);
}

/// The same lists by the example.
#[divan::bench(args = ["vidro", "chinad"])]
fn plugged_in(bencher: Bencher<'_, '_>, family: &str) {
    let mut catalogue = Catalogue::empty();
    plugin(file_of(family)).add_to(&mut catalogue).expect("an empty catalogue has no names");
    lists(bencher, family, &catalogue, &format!("{family}-example"));
}

/// One name: an instance is made for it.
#[divan::bench(args = ["vidro", "chinad"])]
fn first_name(bencher: Bencher<'_, '_>, family: &str) {
    let mut catalogue = Catalogue::empty();
    plugin(file_of(family)).add_to(&mut catalogue).expect("an empty catalogue has no names");
    let made = prepared(&catalogue, &format!("{family}-example"));
    let period = made.generator.period_containing(first_day().start()).expect("a day of the calendar");
    let ask = Ask { span: None, limit: Some(1) };
    let mut names = NameBuf::new();
    bencher.bench_local(|| {
        names.clear();
        made.generator.generate(black_box(&period), &ask, &mut names).expect("the example computes");
        names.len()
    });
}

/// Reading a module: taking it apart, compiling it, checking its metadata.
#[divan::bench(args = ["vidro", "chinad"])]
fn read(bencher: Bencher<'_, '_>, family: &str) {
    let module = module(file_of(family));
    bencher.bench_local(|| Plugin::read(black_box(module.as_slice())).expect("the example is in order"));
}

fn lists(bencher: Bencher<'_, '_>, family: &str, catalogue: &Catalogue, campaign: &str) {
    let made = prepared(catalogue, campaign);
    let names_a_list = FAMILIES.iter().find(|(slug, ..)| *slug == family).map_or(0, |(_, _, names)| *names);
    let span = DayRange { from: first_day(), until: first_day().plus(70) }.window();
    let periods: Vec<_> = made.generator.periods(span).collect();
    let ask = Ask { span: Some(span), limit: Some(names_a_list) };
    let mut names = NameBuf::new();
    let all = periods.len() as u64 * names_a_list;
    bencher.counter(ItemsCount::new(all)).bench_local(|| {
        for period in &periods {
            names.clear();
            made.generator.generate(black_box(period), &ask, &mut names).expect("the family computes");
        }
        names.len()
    });
}

fn prepared(catalogue: &Catalogue, campaign: &str) -> Prepared {
    let campaign = catalogue.campaign(campaign).expect("the campaign is there");
    catalogue.prepare(campaign, &Params::new(), &NoWordLists).expect("the campaign is in order")
}

fn first_day() -> UtcDay {
    UtcDay::from_ymd(2026, 11, 1).expect("a day")
}

fn file_of(family: &str) -> &'static str {
    FAMILIES.iter().find(|(slug, ..)| *slug == family).map_or("", |(_, file, _)| *file)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads its input")]
fn module(file: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/plugins").join(file))
        .expect("the example is kept")
}

fn plugin(file: &str) -> Plugin {
    Plugin::read(module(file).as_slice()).expect("the example is in order")
}
