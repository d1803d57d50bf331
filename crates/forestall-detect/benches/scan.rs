// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What reading logs and matching their names costs, in this process and without the program around it.
//!
//! `cargo bench -p forestall-detect --bench scan [-- KEY=VALUE...]`; the keys stand in [`wishes`]. The traffic is that of the benchmark of `forestall scan`, which
//! has the figures.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "traffic/benign.rs"]
mod benign;
#[path = "traffic/capture.rs"]
mod capture;
#[path = "traffic/dice.rs"]
mod dice;
#[path = "traffic/forms.rs"]
mod forms;
#[path = "traffic/listed.rs"]
mod listed;
#[path = "scan/predicted.rs"]
mod predicted;
#[path = "traffic/traffic.rs"]
mod traffic;
#[path = "scan/wishes.rs"]
mod wishes;

use std::error::Error;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use forestall_detect::readers::{Block, Counts, Options, Source};
use forestall_detect::scan::{Roster, Watch};
use forestall_index::{Index, Sealed};
use forestall_testkit::figures::tell;
use listed::Listed;
use rustix::time::{ClockId, clock_gettime};
use traffic::{CLIENTS, Form, Traffic};
use wishes::Wishes;

/// Octets of counts in memory for each thread, before a scratch file: more than is needed here.
const MOST: usize = 64 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let wishes = Wishes::read(std::env::args().skip(1))?;
    let folder = tempfile::Builder::new().prefix("forestall-sift-").tempdir()?;
    let folder = wishes.folder.as_deref().unwrap_or(folder.path());
    let listed = Listed::of(predicted::names)?;
    println!("| input | index, names | units | ns of CPU a unit: least | median | M units / CPU s | found |");
    println!("|---|---|---|---|---|---|---|");
    for (place, names) in wishes.names.iter().enumerate() {
        let path = folder.join(format!("{names}.idx"));
        if !path.exists() {
            predicted::index(&path, *names)?;
        }
        let index = Index::read(File::open(&path)?, None)?;
        for form in &wishes.forms {
            let units = if *form == Form::Pcap { wishes.packets } else { wishes.lines };
            let input = folder.join(format!("{units}-{}", form.file_name()));
            let traffic = Traffic::new(&listed, units, CLIENTS);
            let truth = if input.exists() {
                traffic.write(*form, units, Path::new("/dev/null"))?
            } else {
                traffic.write(*form, units, &input)?
            };
            let true_questions =
                truth.pairs.values().map(|(questions, _)| questions).chain(truth.early.values()).sum::<u64>();
            io::copy(&mut File::open(&input)?, &mut io::sink())?;
            let mut costs = Vec::new();
            let mut found = 0;
            for _ in 0..wishes.rounds {
                let before = nanoseconds();
                found = scan(&index, &input, *form, wishes.threads)?;
                costs.push(per_unit(nanoseconds() - before, units));
            }
            costs.sort_by(f64::total_cmp);
            let more = if place == 0 { "" } else { "-more-names" };
            costs.iter().for_each(|cost| tell(&format!("{}{more}", form.name()), *cost, "ns"));
            let (least, median) = (costs[0], costs[costs.len() / 2]);
            println!(
                "| {} | {} | {units} | {least:.1} | {median:.1} | {:.2} | {found} of {true_questions} |",
                form.name(),
                index.names(),
                1_000.0 / least
            );
        }
    }
    Ok(())
}

/// Scans an input as `forestall scan` does; returns how many questions for listed names were found, on whatever day.
fn scan(index: &Index, input: &Path, form: Form, threads: usize) -> Result<u64, Box<dyn Error>> {
    let roster = Roster::of(index)?;
    let no_scratch = || Err(io::Error::other("no scratch file is needed here"));
    let source = Mutex::new(Source::open(File::open(input)?, &Options::default())?);
    // A question and its answer are packets of their own, which go to one watch.
    let threads = if form == Form::Pcap { 1 } else { threads };
    let mut watches: Vec<_> = (0..threads).map(|_| Watch::new(index, &roster, MOST, None, &no_scratch)).collect();
    std::thread::scope(|scope| {
        let work = |watch: &mut Watch<'_, Sealed>| -> io::Result<()> {
            let (mut block, mut counts) = (Block::default(), Counts::default());
            while source.lock().unwrap_or_else(PoisonError::into_inner).next_block(&mut block)? {
                let mut batch = watch.batch();
                block.sift(&mut counts, &mut batch);
            }
            Ok(())
        };
        let works: Vec<_> = watches.iter_mut().map(|watch| scope.spawn(move || work(watch))).collect();
        works.into_iter().try_for_each(|work| work.join().unwrap_or_else(|_| Err(io::Error::other("a thread failed"))))
    })?;
    let found = watches.iter().map(Watch::matched).sum();
    watches.into_iter().try_for_each(|watch| watch.finish().map(drop))?;
    Ok(found)
}

/// Returns the CPU time of this process.
fn nanoseconds() -> i64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn per_unit(nanoseconds: i64, units: u64) -> f64 {
    nanoseconds as f64 / units as f64
}
