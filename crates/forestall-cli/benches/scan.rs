// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What `forestall scan` costs on traffic that this program makes: CPU time, memory, and whether every hit was found and none invented.
//!
//! `cargo bench -p forestall-cli --bench scan [-- KEY=VALUE...]`; the keys stand in [`wishes`], what is printed and figures in
//! `README.md`. Everything is written to a folder of its own, which is removed at the end.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../../forestall-detect/benches/traffic/benign.rs"]
mod benign;
#[path = "../../forestall-detect/benches/traffic/capture.rs"]
mod capture;
#[path = "scan/check.rs"]
mod check;
#[path = "../../forestall-detect/benches/traffic/dice.rs"]
mod dice;
#[path = "../../forestall-detect/benches/traffic/forms.rs"]
mod forms;
#[path = "../../forestall-detect/benches/traffic/listed.rs"]
mod listed;
#[path = "scan/pairs.rs"]
mod pairs;
#[path = "scan/peers.rs"]
mod peers;
#[path = "scan/process.rs"]
mod process;
#[path = "scan/program.rs"]
mod program;
#[path = "../../forestall-detect/benches/traffic/traffic.rs"]
mod traffic;
#[path = "scan/wishes.rs"]
mod wishes;

use std::error::Error;
use std::path::{Path, PathBuf};

use check::Told;
use forestall_testkit::figures::tell;
use process::{Cost, per_second};
use program::Program;
use traffic::{Form, Traffic};
use wishes::Wishes;

fn main() -> Result<(), Box<dyn Error>> {
    let wishes = Wishes::read(std::env::args().skip(1))?;
    let folder = tempfile::Builder::new().prefix("forestall-scan-").tempdir_in(&wishes.folder)?;
    let program = Program::new(folder.path());
    let listed = program.listed()?;
    println!(
        "| input | index, names | units | CPU s | of it system | real s | start, CPU s | M units / CPU s | without start | MiB | start, MiB | found |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    let mut indexes = Vec::new();
    for names in &wishes.names {
        let path = folder.path().join(format!("{names}.idx"));
        indexes.push((program.index(&path, *names)?, path));
    }
    for form in &wishes.forms {
        let units = if *form == Form::Pcap { wishes.packets } else { wishes.lines };
        let input = folder.path().join(form.file_name());
        let truth = Traffic::new(&listed, units, traffic::CLIENTS).write(*form, units, &input)?;
        process::warm(&input)?;
        let mut first: Option<Vec<Cost>> = None;
        for (names, index) in &indexes {
            let row = measure(&program, &wishes, index, &input)?;
            let told = truth.hold_against(&row.rows)?;
            tell_runs(form.name(), units, &row, first.as_deref());
            tell_wrong(form.name(), &told)?;
            first.get_or_insert_with(|| row.runs.clone());
            print_row(form.name(), *names, units, &row, &told);
        }
        std::fs::remove_file(&input)?;
    }
    if wishes.pairs > 0 {
        let (names, index) = indexes.first().ok_or("no index is asked for")?;
        let input = folder.path().join("pairs.log");
        let (lines, truth) = pairs::write(&listed, wishes.pairs, &input)?;
        process::warm(&input)?;
        let row = measure(&program, &wishes, index, &input)?;
        let told = truth.hold_against(&row.rows)?;
        for run in &row.runs {
            tell("pairs-memory", run.resident - row.start.resident, "MiB");
        }
        tell_wrong("pairs", &told)?;
        print_row(&format!("{} pairs", wishes.pairs), *names, lines, &row, &told);
        std::fs::remove_file(&input)?;
    }
    if wishes.peers > 0 {
        peers::run(&program, &wishes, &listed, folder.path())?;
    }
    folder.close()?;
    Ok(())
}

/// What scanning one input cost.
struct Measured {
    /// Each run.
    runs: Vec<Cost>,
    /// The best of them.
    cost: Cost,
    /// The same with an empty input: reading the index.
    start: Cost,
    /// Where the rows are.
    rows: PathBuf,
}

/// Scans an input as often as is wished, and an empty one; the run with the least CPU time counts.
fn measure(program: &Program, wishes: &Wishes, index: &Path, input: &Path) -> Result<Measured, Box<dyn Error>> {
    process::warm(index)?;
    let empty = input.with_extension("empty");
    std::fs::write(&empty, [])?;
    let rows = input.with_extension("jsonl");
    let nothing = input.with_extension("nothing");
    let run = |input: &Path, rows: &Path| {
        (0..wishes.rounds).map(|_| program.scan(index, input, rows)).collect::<Result<Vec<Cost>, _>>()
    };
    let best = |runs: &[Cost]| {
        let best = runs.iter().min_by(|a, b| a.cpu().total_cmp(&b.cpu()));
        best.copied().ok_or_else(|| Box::<dyn Error>::from("no round is asked for"))
    };
    let start = best(&run(&empty, &nothing)?)?;
    let runs = run(input, &rows)?;
    Ok(Measured { cost: best(&runs)?, runs, start, rows })
}

/// Hands on how fast each run was, and with a larger index how many times the cost of the first one it took.
fn tell_runs(form: &str, units: u64, row: &Measured, first: Option<&[Cost]>) {
    let more = if first.is_some() { "-more-names" } else { "" };
    for run in &row.runs {
        tell(&format!("{form}{more}"), per_second(units, run.cpu()) / 1e6, "M/CPU s");
    }
    for (run, first) in row.runs.iter().zip(first.unwrap_or_default()) {
        tell(&format!("{form}-times-for-more-names"), run.cpu() / first.cpu(), "times");
    }
}

/// Hands on how much of what was told is not true, or is missing.
fn tell_wrong(input: &str, told: &Told) -> Result<(), Box<dyn Error>> {
    tell(&format!("{input}-wrong"), f64::from(u32::try_from(told.wrong())?), "rows and hits");
    Ok(())
}

fn print_row(input: &str, names: u64, units: u64, row: &Measured, told: &Told) {
    let Measured { cost, start, .. } = row;
    println!(
        "| {input} | {names} | {units} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.0} | {:.0} | {told} |",
        cost.cpu(),
        cost.system,
        cost.real,
        start.cpu(),
        per_second(units, cost.cpu()) / 1e6,
        per_second(units, cost.cpu() - start.cpu()) / 1e6,
        cost.resident,
        start.resident,
    );
}
