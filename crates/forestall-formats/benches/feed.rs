// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A feed of a million names, from the generator to the octets of each form: `cargo bench -p forestall-formats --bench feed [-- DAYS]`.
//!
//! The names are those of Conficker C, 50,000 a day, taken as the hub takes them: list by list, cut by top-level domain, those left out that nobody can
//! register, gathered with their guard windows, sorted, each once. What is printed, and figures: `README.md`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::error::Error;
use std::hint::black_box;
use std::io::{self, Write};

use forestall_formats::Form;
use forestall_formats::feed::{Campaign, Feed, Gatherer, Settings};
use forestall_model::marking::release;
use forestall_model::name::has_registrable;
use forestall_model::{Audience, DayRange, Instant, Margin, Marking, UtcDay, Window};
use forestall_testkit::{figures, names};
use rustix::time::{ClockId, clock_gettime};

/// How often everything is done; the fastest counts of each step.
const TURNS: usize = 7;
/// The margin of Conficker: 24 hours on each side.
const GUARD: Margin = Margin { before_seconds: 86_400, after_seconds: 86_400 };

fn main() -> Result<(), Box<dyn Error>> {
    let days = std::env::args().skip(1).find(|word| !word.starts_with("--"));
    let days: i32 = days.map_or(Ok(20), |text| text.parse())?;
    let first = UtcDay::from_ymd(2009, 4, 1).ok_or("a day")?;
    let span = DayRange { from: first, until: first.plus(days) }.window();

    let mut steps = Steps::default();
    let mut written = 0;
    for _ in 0..TURNS {
        let clock = Clock::start();
        let mut octets = 0;
        names::each("conficker-c", span, |name, _| octets += black_box(name).len());
        steps.put("the names alone", clock.seconds());

        let clock = Clock::start();
        let gatherer = gathered(span)?;
        steps.put("names, looked at and gathered", clock.seconds());
        let sorting = Clock::start();
        let feed = feed(span, gatherer);
        steps.put("  sorted, each once", sorting.seconds());
        let feed = release(feed, Audience::Recipient, Instant::from_seconds(0))?;
        let writing = Clock::start();
        let mut out = Counted(0);
        written = Form::Rpz.feed_writer().ok_or("a form of feeds")?(&feed, &Settings::default(), &mut out)?;
        steps.put("  written as rpz", writing.seconds());
        steps.put("an RPZ zone, all together", clock.seconds());
        steps.octets = out.0;

        for form in [Form::Bind, Form::Unbound, Form::KnotResolver, Form::Dnsmasq, Form::Hosts] {
            let writing = Clock::start();
            form.feed_writer().ok_or("a form of feeds")?(&feed, &Settings::default(), &mut Counted(0))?;
            steps.put(form.word(), writing.seconds());
        }
    }
    println!("{:40} {written}", "names in the zone");
    println!("{:40} {:.1} MB", "octets of the zone", steps.octets as f64 / 1e6);
    for (step, seconds) in steps.best {
        println!("{step:40} {seconds:.3} CPU-seconds");
    }
    Ok(())
}

/// Gathers the names as the hub does.
fn gathered(span: Window) -> Result<Gatherer, Box<dyn Error>> {
    let mut gatherer = Gatherer::new();
    let mut now = None;
    let mut failed = None;
    names::each("conficker-c", span, |name, window| {
        if !has_registrable(name) {
            return;
        }
        let number = match now {
            Some((known, number)) if known == window => Ok(number),
            _ => gatherer.window(window.widened(GUARD)),
        };
        match number.and_then(|number| gatherer.push(name, 0, number).map(|_| number)) {
            Ok(number) => now = Some((window, number)),
            Err(error) => failed = Some(error),
        }
    });
    failed.map_or(Ok(gatherer), |error| Err(error.into()))
}

fn feed(span: Window, gatherer: Gatherer) -> Feed {
    Feed {
        id: "bench".to_owned(),
        title: "A million names".to_owned(),
        marking: Marking::DEFAULT,
        span,
        opened: span.from,
        changed: span.from,
        campaigns: vec![Campaign {
            id: "conficker-c".parse().expect("an id"),
            family: "conficker-c".parse().expect("a slug"),
            aliases: Vec::new(),
            summary: String::new(),
            verified: true,
            scheme: "arithmetic",
            seeding: "time-dependent-deterministic",
            seed: String::new(),
            references: Vec::new(),
        }],
        entries: gatherer.finish(),
        let_through: Vec::new(),
    }
}

/// The fastest turn of each step, in order.
#[derive(Default)]
struct Steps {
    best: Vec<(&'static str, f64)>,
    octets: u64,
}

impl Steps {
    fn put(&mut self, step: &'static str, seconds: f64) {
        figures::tell(&step.trim().replace(", ", "-").replace(' ', "-").to_lowercase(), seconds, "CPU s");
        match self.best.iter_mut().find(|(known, _)| *known == step) {
            Some((_, best)) => *best = best.min(seconds),
            None => self.best.push((step, seconds)),
        }
    }
}

/// Takes octets and counts them.
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0 += black_box(octets).len() as u64;
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The CPU time of the process.
struct Clock(f64);

impl Clock {
    fn start() -> Self {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        Self(time.tv_sec as f64 + time.tv_nsec as f64 / 1e9)
    }

    fn seconds(&self) -> f64 {
        Self::start().0 - self.0
    }
}
