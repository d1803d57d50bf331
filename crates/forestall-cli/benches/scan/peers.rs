// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Other programs that can look for names in traffic, where they are installed: same machine, same files, same names.
//!
//! They are given names without windows, so what they should find is each line with a listed name, on whatever day. Those that read
//! captures are measured without looking for anything.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use forestall_testkit::figures::tell;

use crate::listed::{Listed, day};
use crate::process::{self, Cost, per_second};
use crate::program::Program;
use crate::traffic::{self, Form, Traffic, Truth};
use crate::wishes::Wishes;

/// Where Python programs stand.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/scan/peers");

/// What our program is called.
const OURS: &str = "forestall scan";

/// An input, and how many of its lines have a listed name.
struct Input {
    /// What figures about it are called.
    id: &'static str,
    path: PathBuf,
    units: u64,
    true_lines: u64,
}

/// Measures our program and all others that are installed, and prints a table.
pub(crate) fn run(program: &Program, wishes: &Wishes, listed: &Listed, folder: &Path) -> Result<(), Box<dyn Error>> {
    let names = folder.join("names.txt");
    let count = write_names(program, listed, wishes.peers, &names)?;
    println!(
        "\n| program | names | units | CPU s | of it system | real s | MiB | M units / CPU s | lines found | of true lines |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let index = folder.join("peers.idx");
    program.index_of_file(&index, &names)?;
    for (id, units, slow) in [("beside-plain", wishes.lines, false), ("beside-plain-slow", wishes.slow, true)] {
        let input = make(id, listed, Form::Plain, units, traffic::CLIENTS, &folder.join("peers.log"))?;
        let rows = folder.join("peers.jsonl");
        let cost = program.scan(&index, &input.path, &rows)?;
        print_row(OURS, count, &input, cost, Some(queries(&rows)?));
        let python = |script: &str| {
            let mut command = Command::new(&wishes.python);
            command.arg(Path::new(FOLDER).join(script)).arg(&names).arg(&input.path);
            command
        };
        if slow {
            peer("python3, a set", count, &input, &mut python("set_of_names.py"), true)?;
            let mut rg = Command::new("rg");
            // With -i it refuses so many names.
            rg.args(["-F", "-c", "-f"]).arg(&names).arg(&input.path);
            peer("rg -F -c -f", count, &input, &mut rg, true)?;
        } else {
            peer("DuckDB", count, &input, &mut python("duckdb_join.py"), true)?;
            peer("polars", count, &input, &mut python("polars_join.py"), true)?;
        }
        std::fs::remove_file(&input.path)?;
    }
    for (id, units, slow) in [("beside-pcap", wishes.packets, false), ("beside-pcap-slow", wishes.slow / 10, true)] {
        let input = make(id, listed, Form::Pcap, units, wishes.machines, &folder.join("peers.pcap"))?;
        let rows = folder.join("peers.jsonl");
        let cost = program.scan(&index, &input.path, &rows)?;
        print_row(OURS, count, &input, cost, Some(queries(&rows)?));
        if slow {
            let mut tshark = Command::new("tshark");
            tshark.args(["-n", "-T", "fields", "-e", "ip.src", "-e", "dns.qry.name", "-r"]).arg(&input.path);
            peer("tshark -n -T fields", 0, &input, &mut tshark, false)?;
        } else {
            let mut tcpdump = Command::new("tcpdump");
            tcpdump.args(["-n", "-r"]).arg(&input.path).arg("udp port 53");
            peer("tcpdump -n", 0, &input, &mut tcpdump, false)?;
        }
        std::fs::remove_file(&input.path)?;
    }
    Ok(())
}

fn make(
    id: &'static str,
    listed: &Listed,
    form: Form,
    units: u64,
    clients: u32,
    path: &Path,
) -> Result<Input, Box<dyn Error>> {
    let Truth { pairs, early } = Traffic::new(listed, units, clients).write(form, units, path)?;
    process::warm(path)?;
    let true_lines = pairs.values().map(|(questions, _)| questions).sum::<u64>() + early.values().sum::<u64>();
    Ok(Input { id, path: path.to_owned(), units, true_lines })
}

/// Writes so many names: those that are asked for, and names of other days.
fn write_names(program: &Program, listed: &Listed, wanted: u64, path: &Path) -> Result<u64, Box<dyn Error>> {
    let wanted = usize::try_from(wanted)?;
    let asked = listed.families.iter().flat_map(|(_, names)| names).chain(listed.early.iter().flatten());
    let mut names: BTreeSet<String> = asked.cloned().collect();
    let mut later = day().plus(30);
    while names.len() < wanted {
        names.extend(program.predict("conficker-c", later)?.into_iter().take(wanted - names.len()));
        later = later.plus(1);
    }
    let mut out = BufWriter::new(File::create(path)?);
    names.iter().try_for_each(|name| writeln!(out, "{name}"))?;
    out.flush()?;
    Ok(u64::try_from(names.len())?)
}

/// Runs another program, where it is there, and prints what it costs; the last number that it prints is how many lines it found. What one
/// prints that finds nothing goes nowhere.
fn peer(called: &str, names: u64, input: &Input, command: &mut Command, finds: bool) -> Result<(), Box<dyn Error>> {
    let out = input.path.with_extension("out");
    let said = input.path.with_extension("said");
    command.stdin(Stdio::null()).stderr(File::create(&said)?);
    command.stdout(if finds { File::create(&out)?.into() } else { Stdio::null() });
    match process::run(command) {
        Ok((status, cost)) if status.success() => {
            let text = if finds { std::fs::read_to_string(&out)? } else { String::new() };
            let found = text.split_whitespace().next_back().and_then(|word| word.parse().ok());
            print_row(called, names, input, cost, found);
        }
        Ok((status, _)) => {
            let said = std::fs::read_to_string(&said)?;
            println!("| {called} | {status}: {} | | | | | | | | |", said.lines().next_back().unwrap_or_default());
        }
        Err(error) => println!("| {called} | skipped: {error} | | | | | | | | |"),
    }
    Ok(())
}

/// Returns how many questions rows tell of, in and out of windows.
fn queries(rows: &Path) -> Result<u64, Box<dyn Error>> {
    let text = std::fs::read_to_string(rows)?;
    let mut sum = 0;
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line)?;
        sum += row["queries"].as_u64().unwrap_or(0) + row["out_of_window"].as_u64().unwrap_or(0);
    }
    Ok(sum)
}

fn print_row(called: &str, names: u64, input: &Input, cost: Cost, found: Option<u64>) {
    let whose = if called == OURS { String::new() } else { format!("@{called}") };
    tell(&format!("{}{whose}", input.id), per_second(input.units, cost.cpu()) / 1e6, "M/CPU s");
    let found = found.map_or_else(|| "looks for none".to_owned(), |found| found.to_string());
    println!(
        "| {called} | {names} | {} | {:.2} | {:.2} | {:.2} | {:.0} | {:.3} | {found} | {} |",
        input.units,
        cost.cpu(),
        cost.system,
        cost.real,
        cost.resident,
        per_second(input.units, cost.cpu()) / 1e6,
        input.true_lines,
    );
}
