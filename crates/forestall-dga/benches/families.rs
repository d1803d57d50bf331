// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names per CPU second of every family, one list and several lists at a time, beside plain ports in Rust and in Python.
//!
//! `cargo bench -p forestall-dga --bench families` prints a table in Markdown; words behind `--` pick families. Figures: `README.md`.

#![expect(clippy::print_stdout, reason = "a program that prints what it is for")]

#[path = "families/clock.rs"]
mod clock;
#[path = "../tests/it/dictionaries.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "the tests read single files too, and end where one is missing")]
mod dictionaries;
#[path = "../../forestall-testkit/src/figures.rs"]
#[expect(unreachable_pub, reason = "of the testkit, which builds on this crate and cannot be built for it")]
mod figures;
#[path = "families/peers.rs"]
mod peers;
#[path = "../tests/it/ports/mod.rs"]
mod ports;

use clock::names_a_second;
use dictionaries::Folder;
use figures::tell;
use forestall_dga::family::NoWordLists;
use forestall_dga::{Ask, Campaign, Catalogue, NameBuf, Period, Prepared, WordLists};
use forestall_model::{Instant, Params, UtcDay, Window};
use ports::PORTS;

/// Families whose names come from a linear congruential generator.
const LINEAR: [&str; 19] = [
    "ccleaner",
    "corebot",
    "dircrypt",
    "dnschanger",
    "flubot",
    "fobber",
    "gozi",
    "kraken",
    "m0yv",
    "mydoom",
    "ngioweb",
    "qadars",
    "ramnit",
    "ranbyus-september",
    "shadowpad",
    "symmi",
    "tempedreve",
    "vawtrak",
    "vidro",
];

/// Families whose names come from MD5.
const MD5: [&str; 11] = [
    "enviserv",
    "gameover-p2p",
    "monerodownloader",
    "murofet",
    "newgoz",
    "nymaim2",
    "orchard",
    "pushdo",
    "sharkbot",
    "tufik",
    "verblecon",
];

/// Lists that a measurement goes round.
const LISTS: usize = 32;

fn main() {
    // Cargo adds `--bench`.
    let chosen: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let catalogue = Catalogue::built_in();
    let folder = Folder::read();
    let words: &dyn WordLists = folder.as_ref().map_or(&NoWordLists, |folder| folder);
    println!(
        "Million names per CPU second. Plain: the port in `tests/it/ports`; gain: the better of the two columns before it, over it.\n"
    );
    println!("| family | names in a list | one list | several lists | plain | gain |");
    println!("|---|---|---|---|---|---|");
    let mut ready = Vec::new();
    for family in catalogue.families() {
        let slug = &*family.info().slug;
        if !chosen.is_empty() && !chosen.iter().any(|chosen| chosen == slug) {
            continue;
        }
        let Some(campaign) = catalogue.campaigns_of(slug).next() else {
            println!("| {slug} | none: for recognition only | | | | |");
            continue;
        };
        match catalogue.prepare(campaign, &Params::new(), words) {
            Ok(prepared) => {
                print_row(&prepared, campaign);
                ready.push(prepared);
            }
            Err(error) => println!("| {slug} | skipped: {error} | | | | |"),
        }
    }
    println!(
        "\nNames per second of user CPU time of ports in Python, and how often ours go into a CPU second of each:\n"
    );
    println!("| family | interpreter | names | ours over theirs |");
    println!("|---|---|---|---|");
    for prepared in ready.iter().filter(|prepared| peers::FAMILIES.contains(&&*prepared.family.info().slug)) {
        print_peers(prepared);
    }
}

fn print_row(prepared: &Prepared, campaign: &Campaign) {
    let slug = &*prepared.family.info().slug;
    let periods: Vec<Period> = prepared.generator.periods(year()).take(LISTS).collect();
    let (names, one) = if periods.is_empty() { (0, 0.0) } else { one_list(prepared, &periods) };
    if names == 0 {
        println!("| {slug} | none: for recognition only | | | | |");
        return;
    }
    let several = (prepared.generator.lanes() > 1).then(|| several_lists(prepared, &periods));
    let port = PORTS.iter().find(|(family, _)| *family == slug);
    let plain = port.map(|(_, port)| {
        let mut starts = periods.iter().map(|period| Instant::from_seconds(period.key)).cycle();
        names_a_second(|| {
            let text = port(&campaign.params, starts.next().expect("a cycle"), names);
            text.lines().count().min(std::hint::black_box(names))
        })
    });
    tell_speed(slug, periods.len() > 1, one.max(several.unwrap_or(0.0)), plain);
    let figure = |speed: Option<f64>| speed.map_or(String::new(), |speed| format!("{:.2}", speed / 1e6));
    let gain = plain.map_or(String::new(), |plain| format!("{:.1}", one.max(several.unwrap_or(0.0)) / plain));
    println!("| {slug} | {names} | {} | {} | {} | {gain} |", figure(Some(one)), figure(several), figure(plain));
}

/// Hands the speed of a family on: by its name, by what was promised of its kind, and beside its plain port.
fn tell_speed(slug: &str, has_several_lists: bool, best: f64, plain: Option<f64>) {
    const UNIT: &str = "M names/CPU s";
    tell(&format!("names.{slug}"), best / 1e6, UNIT);
    if LINEAR.contains(&slug) {
        tell(&format!("linear.{slug}"), best / 1e6, UNIT);
    }
    if LINEAR.contains(&slug) && has_several_lists {
        tell(&format!("linear-several.{slug}"), best / 1e6, UNIT);
    }
    if MD5.contains(&slug) {
        tell(&format!("md5.{slug}"), best / 1e6, UNIT);
    }
    if let Some(plain) = plain {
        tell(&format!("names.{slug}@plain port"), plain / 1e6, UNIT);
        tell(&format!("gain.{slug}"), best / plain, "times");
    }
}

fn print_peers(prepared: &Prepared) {
    let slug = &*prepared.family.info().slug;
    let periods: Vec<Period> = prepared.generator.periods(year()).take(1).collect();
    let mut list = NameBuf::new();
    prepared.generator.generate(&periods[0], &ask(prepared), &mut list).expect("a built-in family computes");
    let (_, ours) = one_list(prepared, &periods);
    for (name, interpreter) in peers::INTERPRETERS {
        let version = peers::version(interpreter).unwrap_or_else(|| name.to_owned());
        match peers::names_a_second(interpreter, slug, periods[0].key, &list) {
            Ok(theirs) => {
                tell(&format!("names.{slug}@{name}"), theirs / 1e6, "M names/CPU s");
                println!("| {slug} | {version} | {theirs:.0} | {:.0} |", ours / theirs);
            }
            Err(reason) => println!("| {slug} | {version} | {reason} | |"),
        }
    }
}

/// The span of which lists are computed.
fn year() -> Window {
    let day = |text: &str| text.parse::<UtcDay>().expect("a day").start();
    Window { from: day("2020-01-01"), until: day("2021-01-01") }
}

/// What a prediction of the year asks for.
fn ask(prepared: &Prepared) -> Ask {
    Ask { span: Some(year()), limit: prepared.campaign.count }
}

/// Returns the names of a list, and names per CPU second, one list after another.
fn one_list(prepared: &Prepared, periods: &[Period]) -> (usize, f64) {
    let (ask, mut list) = (ask(prepared), NameBuf::new());
    let mut next = periods.iter().cycle();
    let mut make = || {
        list.clear();
        let period = next.next().expect("every family has a list in the year");
        prepared.generator.generate(period, &ask, &mut list).expect("a built-in family computes");
        list.len()
    };
    (make(), names_a_second(make))
}

/// Returns names per CPU second where the family gets as many lists at a time as it takes.
fn several_lists(prepared: &Prepared, periods: &[Period]) -> f64 {
    let (ask, lanes) = (ask(prepared), prepared.generator.lanes());
    let lists = periods.len() / lanes * lanes;
    let mut lists = vec![NameBuf::new(); lists];
    names_a_second(|| {
        for (periods, lists) in periods.chunks_exact(lanes).zip(lists.chunks_exact_mut(lanes)) {
            lists.iter_mut().for_each(NameBuf::clear);
            prepared.generator.generate_each(periods, &ask, lists).expect("a built-in family computes");
        }
        lists.iter().map(NameBuf::len).sum()
    })
}
