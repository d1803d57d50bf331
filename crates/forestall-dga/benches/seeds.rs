// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Candidates per second of each search for a seed, on one core, over the first candidates of an anchor from a list of no campaign. Figures: `README.md`.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use forestall_dga::family::NoWordLists;
use forestall_dga::identify::Clue;
use forestall_dga::{Ask, Catalogue, NameBuf};
use forestall_model::{DayRange, Params, UtcDay};

/// Candidates that are measured; all where there are fewer.
const CANDIDATES: u64 = 1 << 22;

/// Families, each with a parameter that no campaign has.
const FAMILIES: [(&str, &str, &str); 27] = [
    ("dircrypt", "seed", "DEADBEEF"),
    ("ramnit", "seed", "DEADBEEF"),
    ("corebot", "seed", "DEADBEEF"),
    ("vawtrak", "seed", "DEADBEEF"),
    ("dnschanger", "seed", "1234567890"),
    ("m0yv", "seed", "0x1BADB002"),
    ("ngioweb", "seed", "C0FFEE11"),
    ("qadars", "seed", "6a5b4c3"),
    ("ramdo", "seed", "0x1234567"),
    ("locky", "seed", "12345678"),
    ("symmi", "seed", "555555"),
    ("simda", "key", "abcdefgh"),
    ("shiotob", "domain", "somestartdomain.com"),
    ("tinba", "seed", "AbCdEfGhIjKlMnOp"),
    ("bumblebee", "seed", "OTHERONE"),
    ("flubot", "seed", "3543210"),
    ("proslikefan", "magic", "SomeOtherText"),
    ("qakbot", "seed", "1234567"),
    ("reconyc", "seed", "76543210"),
    ("mirai", "seed", "DEADBEEF"),
    ("ranbyus-may", "seed", "DEADBEEF"),
    ("ranbyus-september", "seed", "DEADBEEF"),
    ("necurs", "seed", "16383"),
    ("pitou", "magic", "0xDEADBEEF"),
    ("murofet", "key", "0xDEADBEEF"),
    ("tufik", "magic", "0xDEADBEEF"),
    ("newgoz", "seed", "0xDEADBEEF"),
];

/// Candidates that are measured where each is a whole list.
const LISTS: [(&str, u64); 3] = [("flubot", 1 << 14), ("qakbot", 1 << 10), ("reconyc", 1 << 18)];

fn main() {
    divan::main();
}

#[divan::bench(args = FAMILIES.map(|(family, ..)| family))]
fn candidates(bencher: Bencher<'_, '_>, family: &str) {
    let catalogue = Catalogue::built_in();
    let (slug, key, value) = *FAMILIES.iter().find(|(slug, ..)| *slug == family).expect("an argument is a family");
    let campaign = catalogue.campaigns_of(slug).next().expect("each family has a campaign");
    let mut params = Params::new();
    params.set(key, value);
    if slug == "murofet" {
        params.set("version", "2");
    }
    let prepared = catalogue.prepare(campaign, &params, &NoWordLists).expect("the seed is well formed");
    let day = UtcDay::from_epoch_days(20_777);
    let period = prepared.generator.period_containing(day.start()).expect("there is a list of that day");
    let mut list = NameBuf::new();
    let limit = Some(match slug {
        // A key behind a digest needs a whole set.
        "murofet" | "tufik" | "newgoz" => 1_000,
        "necurs" => 5,
        _ => 9,
    });
    prepared.generator.generate(&period, &Ask { span: None, limit }, &mut list).expect("it computes");
    let names: Vec<String> = list.iter().map(|name| String::from_utf8_lossy(name.bytes).into_owned()).collect();
    // A start domain is no computed name.
    let first = usize::from(slug == "tinba" || slug == "shiotob");
    let names: Vec<&str> = names[first..].iter().map(String::as_str).collect();
    let search = catalogue.family(slug).and_then(|family| family.seed_search()).expect("the family has a search");
    let clue = Clue { anchor: names[0], names: &names, period: &period, days: DayRange::one(day) };
    let start = match slug {
        // Version 2 begins after the candidates of version 1.
        "vawtrak" => 1 << 27,
        // The places after the first begin after the candidates for the first, which are those of Mirai.
        "ranbyus-may" => 1 << 22,
        _ => 0,
    };
    let measured = LISTS.iter().find(|(family, _)| *family == slug).map_or(CANDIDATES, |(_, lists)| *lists);
    let range = start..search.candidates().min(start + measured);
    let mut hits = Vec::new();
    bencher.counter(ItemsCount::new(range.end - range.start)).bench_local(|| {
        hits.clear();
        search.hits(black_box(&clue), range.clone(), &mut hits);
        hits.len()
    });
}
