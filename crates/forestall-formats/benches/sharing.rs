// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A day of 50,000 names in the forms for those who share and for sensors: `cargo bench -p forestall-formats --bench sharing`.
//!
//! What is measured is the form alone; the names are gathered before. With `-- --memory` the day is computed, gathered and written as STIX once, and how
//! much memory the process had at most is printed, as Linux tells it.

use std::io;

use divan::Bencher;
use forestall_formats::Form;
use forestall_formats::feed::{Campaign, Feed, Gatherer, Settings};
use forestall_model::marking::release;
use forestall_model::{Audience, Instant, Margin, Marking, Released, UtcDay};
use forestall_testkit::{figures, names};

/// Names of the day: as many as Conficker C has.
const NAMES: u32 = 50_000;

fn main() {
    if std::env::args().any(|word| word == "--memory") {
        return memory();
    }
    divan::main();
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn memory() {
    let day = UtcDay::from_ymd(2009, 4, 1).expect("it is in the calendar");
    let begun = peak();
    let mut gatherer = Gatherer::new();
    let window = gatherer.window(day.window().widened(Margin::CLOCK)).expect("it is the first");
    names::each("conficker-c", day.window(), |name, _| {
        gatherer.push(name, 0, window).expect("there is room");
    });
    let feed = released(gatherer);
    let gathered = peak();
    let write = Form::Stix.feed_writer().expect("it is a form of feeds");
    let written = write(&feed, &Settings::default(), &mut io::sink()).expect("a sink takes everything");
    figures::tell("memory", f64::from(peak()) / 1024.0, "MiB");
    println!(
        "{written} indicators: {begun} KiB at the start, {gathered} KiB with the names, {} KiB once they were written",
        peak()
    );
}

/// Returns the most memory that the process has had, in KiB.
fn peak() -> u32 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("it is among what Linux tells");
    line.trim().trim_end_matches(" kB").parse().expect("it is a number")
}

#[divan::bench(args = [Form::Stix, Form::Misp, Form::IntelMq, Form::N6, Form::Zeek, Form::Suricata])]
fn written(bencher: Bencher<'_, '_>, form: Form) {
    let feed = feed();
    let write = form.feed_writer().expect("all of these are forms of feeds");
    bencher.bench(|| write(&feed, &Settings::default(), &mut io::sink()).expect("a sink takes everything"));
}

fn feed() -> Released<Feed> {
    let day = UtcDay::from_ymd(2009, 4, 1).expect("it is in the calendar");
    let mut gatherer = Gatherer::new();
    let window = gatherer.window(day.window().widened(Margin::CLOCK)).expect("it is the first");
    for number in 0..NAMES {
        // Letters in an order of no meaning, as long as the names of Conficker C.
        let mixed = number.wrapping_mul(2_654_435_761);
        gatherer.push(format!("n{mixed:08x}.example").as_bytes(), 0, window).expect("there is room");
    }
    released(gatherer)
}

fn released(gatherer: Gatherer) -> Released<Feed> {
    let day = UtcDay::from_ymd(2009, 4, 1).expect("it is in the calendar");
    let word = |text: &str| text.to_owned();
    let campaign = Campaign {
        id: "conficker-c".parse().expect("it is a campaign"),
        family: "conficker-c".parse().expect("it is a family"),
        aliases: vec![word("conficker.d")],
        summary: word("A worm of 2008."),
        verified: false,
        scheme: "arithmetic",
        seeding: "time-dependent-deterministic",
        seed: String::new(),
        references: Vec::new(),
    };
    let feed = Feed {
        id: word("bench"),
        title: word("A day of Conficker C"),
        marking: Marking::PUBLIC,
        span: day.window(),
        opened: Instant::from_seconds(0),
        changed: Instant::from_seconds(0),
        campaigns: vec![campaign],
        entries: gatherer.finish(),
        let_through: Vec::new(),
    };
    release(feed, Audience::Public, Instant::from_seconds(0)).expect("it is public")
}
