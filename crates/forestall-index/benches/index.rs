// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Builds an index of 50 million names and looks names up in it: `cargo bench -p forestall-index [-- NAMES [FOLDER]]`.
//!
//! Beside it stands a `HashSet` of the same names as text, for memory and look-ups. The mix is a year of every campaign of the catalogue that needs no word list, and as many days of Conficker C as make up the rest. The index and the
//! scratch file, about 1.7 GB, go to FOLDER, the folder for temporary files by default. What is printed, and figures: `README.md`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../../forestall-testkit/src/figures.rs"]
#[expect(unreachable_pub, reason = "of the testkit, whose crates this one needs not")]
mod figures;

use std::collections::HashSet;
use std::error::Error;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::BufWriter;
use std::path::PathBuf;
use std::time::Instant as Clock;

use figures::tell;
use forestall_dga::family::NoWordLists;
use forestall_dga::predict::{self, Lists, Query};
use forestall_dga::{Catalogue, GenerateError, Prepared};
use forestall_index::build::DEFAULT_MEMORY;
use forestall_index::{Builder, Index, predicted};
use forestall_model::{DayRange, Instant, Margin, Params, UtcDay, Window};
use rustix::time::{ClockId, clock_gettime};

/// The threads that build; look-ups run on one.
const THREADS: usize = 2;
/// Names looked up at a time.
const BATCH: usize = 64;
/// Names of each kind that are looked up.
const LOOKED_UP: usize = 2_000_000;
/// How often each kind is looked up; the fastest counts.
const TURNS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with("--"));
    let wanted: u64 = words.next().map_or(Ok(50_000_000), |text| text.parse())?;
    let folder = words.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let (path, scratch_path) = (folder.join("forestall-bench.index"), folder.join("forestall-bench.scratch"));
    let first = UtcDay::from_ymd(2026, 1, 1).ok_or("a day")?;
    let catalogue = Catalogue::built_in();
    let prepare = |campaign| catalogue.prepare(campaign, &Params::new(), &NoWordLists);
    let (conficker, others): (Vec<Prepared>, Vec<Prepared>) = catalogue
        .campaigns()
        .iter()
        .filter_map(|c| prepare(c).ok())
        .partition(|p| p.campaign.id.as_str() == "conficker-c");
    let conficker = conficker.first().ok_or("Conficker C is built in")?;

    // The mix alone: what computing costs without building.
    let year = DayRange { from: first, until: first.plus(365) }.window();
    let start = Used::now();
    let (mut elsewhere, mut octets) = (0, 0);
    for prepared in &others {
        elsewhere += counted(prepared, reach(prepared, year), &mut octets)?;
    }
    let days = i32::try_from(wanted.saturating_sub(elsewhere) / 50_000)?.max(3) - 2;
    let span = DayRange { from: first, until: first.plus(days) }.window();
    let of_conficker = counted(conficker, reach(conficker, span), &mut octets)?;
    let computed = elsewhere + of_conficker;
    println!(
        "{:40} {} campaigns, {elsewhere} names, and {days} days of conficker-c, {of_conficker} names",
        "mix",
        others.len()
    );
    println!("{:40} {:.1}", "octets a name as text", share(octets, computed));
    tell("compute", start.cpu(), "CPU s");
    println!("{:40} {}", "computing alone, CPU-seconds", start.elapsed());

    let start = Used::now();
    let scratch = File::options().read(true).write(true).create(true).truncate(true).open(&scratch_path)?;
    let mut builder = Builder::new(scratch, DEFAULT_MEMORY);
    for prepared in &others {
        predicted::add(&mut builder, prepared, year, THREADS, |_| {})?;
    }
    predicted::add(&mut builder, conficker, span, THREADS, |_| {})?;
    let added = start.elapsed();
    let out = BufWriter::with_capacity(1 << 20, File::create(&path)?);
    let built = builder.finish(Instant::from_seconds(0), Some(span), THREADS, out)?;
    tell("build", start.cpu(), "CPU s");
    tell("memory", most_resident(), "MiB");
    println!("{:40} {}", "computing and building, CPU-seconds", start.elapsed());
    println!("{:40} {added}", "  until the last name was taken in");
    println!("{:40} {:.0} MiB", "most memory, resident", most_resident());
    fs::remove_file(&scratch_path)?;
    println!("{:40} {}", "names, each once", built.names);
    println!("{:40} {} MiB", "through the scratch file", built.spilled >> 20);
    tell("octets", share(built.octets, built.names), "octets a name");
    println!("{:40} {:.2}", "octets a name on disk", share(built.octets, built.names));

    let start = Used::now();
    let index = Index::take(&File::open(&path)?, THREADS)?;
    tell("read", start.cpu(), "CPU s");
    println!("{:40} {}", "reading and checking, CPU-seconds", start.elapsed());
    let sizes = index.sizes();
    for (part, octets) in [
        ("filters", sizes.filters),
        ("directories", sizes.directories),
        ("names", sizes.names),
        ("tables", sizes.tables),
    ] {
        println!("{:40} {:.2}", format!("  {part}, octets a name"), share(octets, built.names));
    }

    let present = sample(&others, conficker, year, span)?;
    let absent: Vec<String> = present.iter().map(|name| altered(name)).collect();
    let absent: Vec<String> = absent.into_iter().filter(|name| index.look_up(name.as_bytes()).is_none()).collect();
    let unlisted: Vec<String> = present.iter().map(|name| format!("{name}.example")).collect();
    let kinds = [
        ("listed", "listed", present),
        ("absent, under a listed parent", "absent", absent),
        ("absent, under none", "elsewhere", unlisted),
    ]
    .map(|(kind, id, names)| (kind, id, Queries::of(&names)));
    for (kind, id, queries) in &kinds {
        let names = queries.names();
        let found = names.iter().filter(|name| index.look_up(name).is_some()).count();
        println!("{kind}: {} names of {:.1} octets, {found} listed", names.len(), lengths(&names));
        for size in [BATCH, 16] {
            let batched = turns(&names, |names| {
                let mut hits = 0u64;
                for batch in names.chunks(size) {
                    index.look_up_batch(batch, |_, hit| hits += u64::from(black_box(hit).is_collision()) + 1);
                }
                hits
            });
            tell_all(&format!("{id}-batches-{size}"), &batched);
            println!("{:40} {:.1} ns", format!("  in batches of {size}"), least(&batched));
        }
        let single =
            turns(&names, |names| names.iter().filter(|name| black_box(index.look_up(name)).is_some()).count() as u64);
        tell_all(&format!("{id}-single"), &single);
        println!("{:40} {:.1} ns", "  one after another", least(&single));
    }
    fs::remove_file(&path)?;
    drop(index);

    // The peer: exact names only, no campaign, no window, no name above the query.
    let before = resident();
    let start = Used::now();
    let mut set: HashSet<Box<[u8]>> = HashSet::new();
    for (prepared, span) in others.iter().map(|other| (other, year)).chain([(conficker, span)]) {
        predict::visit::<GenerateError>(prepared, &Query::all(Lists::Span(reach(prepared, span))), THREADS, |list| {
            set.extend(list.texts().map(Box::from));
            Ok(())
        })?;
    }
    tell("build@HashSet", start.cpu(), "CPU s");
    println!("{:40} {}", "HashSet of texts, CPU-seconds", start.elapsed());
    println!("{:40} {}", "  names", set.len());
    let in_memory = (resident() - before) * 1_048_576.0 / lossy(set.len() as u64);
    tell("octets@HashSet", in_memory, "octets a name");
    println!("{:40} {in_memory:.1}", "  octets a name in memory");
    for (kind, id, queries) in &kinds {
        let single = turns(&queries.names(), |names| names.iter().filter(|name| set.contains(**name)).count() as u64);
        for way in ["batches-64", "batches-16", "single"] {
            tell_all(&format!("{id}-{way}@HashSet"), &single);
        }
        println!("{:40} {:.1} ns", format!("  {kind}"), least(&single));
    }
    Ok(())
}

/// Queries as they come: one after another in memory.
struct Queries {
    text: String,
}

impl Queries {
    fn of(names: &[String]) -> Self {
        Self { text: names.join("\n") }
    }

    fn names(&self) -> Vec<&[u8]> {
        self.text.lines().map(str::as_bytes).collect()
    }
}

/// Returns the span of nominal windows that reach into `span`.
fn reach(prepared: &Prepared, span: Window) -> Window {
    let margin = predicted::margin(prepared.family.as_ref());
    span.widened(Margin { before_seconds: margin.after_seconds, after_seconds: margin.before_seconds })
}

fn counted(prepared: &Prepared, span: Window, octets: &mut u64) -> Result<u64, GenerateError> {
    let mut names = 0;
    predict::visit::<GenerateError>(prepared, &Query::all(Lists::Span(span)), THREADS, |list| {
        names += list.len() as u64;
        *octets += list.pieces().map(|piece| piece.len() as u64).sum::<u64>();
        Ok(())
    })?;
    Ok(names)
}

/// Returns names of the mix in no order: one in so many that there are enough.
fn sample(others: &[Prepared], conficker: &Prepared, year: Window, span: Window) -> Result<Vec<String>, GenerateError> {
    let mut names = Vec::new();
    let mut state = 1u64;
    for (prepared, span) in others.iter().map(|other| (other, year)).chain([(conficker, span)]) {
        predict::visit::<GenerateError>(prepared, &Query::all(Lists::Span(span)), 1, |list| {
            for text in list.texts() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                if state >> 32 < (1 << 32) / 16
                    && let Ok(text) = std::str::from_utf8(text)
                {
                    names.push(text.to_owned());
                }
            }
            Ok(())
        })?;
    }
    for index in (1..names.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        names.swap(index, usize::try_from(state >> 33).unwrap_or(0) % (index + 1));
    }
    names.truncate(LOOKED_UP);
    Ok(names)
}

/// Puts a digit before the first label's last letter: no family writes that.
fn altered(name: &str) -> String {
    let dot = name.find('.').unwrap_or(0);
    format!("{}0-{}", &name[..dot / 2], &name[dot / 2..])
}

fn lengths(names: &[&[u8]]) -> f64 {
    share(names.iter().map(|name| name.len() as u64).sum(), names.len() as u64)
}

/// Returns the nanoseconds of CPU time a name, of each turn.
fn turns(names: &[&[u8]], run: impl Fn(&[&[u8]]) -> u64) -> Vec<f64> {
    let nanoseconds = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        time.tv_sec * 1_000_000_000 + time.tv_nsec
    };
    let turn = |_| {
        let start = nanoseconds();
        black_box(run(black_box(names)));
        lossy((nanoseconds() - start).cast_unsigned()) / lossy(names.len() as u64)
    };
    (0..TURNS).map(turn).collect()
}

fn least(figures: &[f64]) -> f64 {
    figures.iter().copied().fold(f64::INFINITY, f64::min)
}

fn tell_all(id: &str, nanoseconds: &[f64]) {
    nanoseconds.iter().for_each(|figure| tell(id, *figure, "ns"));
}

fn share(part: u64, whole: u64) -> f64 {
    lossy(part) / lossy(whole.max(1))
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn lossy(count: u64) -> f64 {
    count as f64
}

/// CPU time and real time used.
struct Used {
    user: f64,
    system: f64,
    real: Clock,
}

impl Used {
    fn now() -> Self {
        // User and system time are the fields 14 and 15, in hundredths of a second, counted from after the name in brackets.
        let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let after = text.rsplit(')').next().unwrap_or_default();
        let field =
            |number: usize| after.split_whitespace().nth(number).and_then(|text| text.parse().ok()).unwrap_or(0.0);
        Self { user: field(11) / 100.0, system: field(12) / 100.0, real: Clock::now() }
    }

    /// Returns the CPU seconds since.
    fn cpu(&self) -> f64 {
        let now = Self::now();
        now.user - self.user + now.system - self.system
    }

    fn elapsed(&self) -> String {
        let now = Self::now();
        let (user, system) = (now.user - self.user, now.system - self.system);
        format!(
            "{:.2} ({user:.2} user, {system:.2} system; {:.2} real)",
            user + system,
            self.real.elapsed().as_secs_f64()
        )
    }
}

/// Returns the most memory that was resident, in MiB; 0 where the system does not say.
fn most_resident() -> f64 {
    status("VmHWM:")
}

/// Returns the memory that is resident, in MiB; 0 where the system does not say.
fn resident() -> f64 {
    status("VmRSS:")
}

fn status(field: &str) -> f64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
