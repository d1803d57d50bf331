// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Looks for 90 days of Conficker A, B and C in a zone of 20 million lines: `cargo bench -p forestall-connect --bench zone [-- LINES [FOLDER]]`.
//!
//! Makes the compressed zone and the list of names in a folder of its own under FOLDER, the one for temporary files by default,
//! and removes it at the end. The looking is done by a process of its own, so that its CPU time and memory are those of the looking
//! alone. What is printed, and figures: `README.md`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "process/cost.rs"]
mod cost;
#[path = "zone/made.rs"]
mod made;

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;

use cost::Begun;
use forestall_connect::{WantedNames, ZonePresenceOptions, zone_presence};
use forestall_formats::zonefile::ZoneReader;
use forestall_model::directory::Directory;
use forestall_model::dossier::Existence;
use forestall_model::{DomainName, Instant};
use forestall_testkit::figures::tell;

/// The word that makes this program the process that looks.
const LOOK: &str = "look";
/// The word that makes it one that only reads the zone, by the plain path.
const PLAIN: &str = "plain";

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    match words.first().map(String::as_str) {
        Some(LOOK) => return look(Path::new(&words[1]), Path::new(&words[2])),
        Some(PLAIN) => return read_plainly(Path::new(&words[1])),
        _ => {}
    }
    let lines: u64 = words.first().map_or(Ok(20_000_000), |text| text.parse())?;
    let folder = tempfile::tempdir_in(words.get(1).map_or_else(std::env::temp_dir, PathBuf::from))?;
    let (names, zone) = (folder.path().join("names"), folder.path().join("com.zone.gz"));
    let begun = Begun::now();
    let registered = made::make(&names, &zone, lines)?;
    println!(
        "made in {:.0} s: {} octets of zone, compressed; {registered} of the names are in it",
        begun.elapsed().0.as_secs_f64(),
        zone.metadata()?.len()
    );
    let me = std::env::current_exe()?;
    let looked = Command::new(&me).arg(LOOK).args([&names, &zone]).output()?;
    let told = String::from_utf8(looked.stdout)?;
    print!("{told}");
    if !looked.status.success() || !told.contains(&format!(" {registered} delegated,")) {
        return Err(String::from_utf8_lossy(&looked.stderr).into_owned().into());
    }
    let status = Command::new(&me).arg(PLAIN).arg(&zone).status()?;
    status.success().then_some(()).ok_or_else(|| "the plain path failed".into())
}

/// Looks for the names of one file in the zone of another.
fn look(names: &Path, zone: &Path) -> Result<(), Box<dyn Error>> {
    let begun = Begun::now();
    let mut wanted = WantedNames::new();
    for line in BufReader::with_capacity(1 << 16, File::open(names)?).lines() {
        wanted.insert(&line?.parse::<DomainName>()?)?;
    }
    let (_, taken_in) = begun.elapsed();
    let options = ZonePresenceOptions {
        vantage: "com.zone".to_owned(),
        origin: None,
        whole: false,
        directory: Directory::built_in(),
    };
    let (mut delegated, mut absent) = (0_u64, 0_u64);
    let sink = |_, looked: forestall_connect::Looked| match looked.presence.map(|sourced| sourced.fact.existence) {
        Ok(Existence::Delegated) => delegated += 1,
        Ok(Existence::Absent) => absent += 1,
        _ => {}
    };
    let report = zone_presence(File::open(zone)?, &wanted, &options, Instant::from_seconds(0), |_| {}, sink)?;
    let (wall, cpu) = begun.elapsed();
    println!(
        "{} names in {} lines: {delegated} delegated, {absent} absent, {} of other zones",
        wanted.len(),
        report.zone.lines,
        report.outside
    );
    tell("cpu", cpu.as_secs_f64(), "CPU s");
    println!(
        "{:.2} CPU-seconds in all, {:.2} of them to take in the names; {:.2} s on the wall",
        cpu.as_secs_f64(),
        taken_in.as_secs_f64(),
        wall.as_secs_f64()
    );
    println!("the list of names: {} MiB", wanted.octets() >> 20);
    cost::print_most_memory();
    Ok(())
}

/// Reads the zone without looking for anything, by the plain path and by the quick one, and decompresses it alone.
fn read_plainly(zone: &Path) -> Result<(), Box<dyn Error>> {
    let open = || -> Result<_, Box<dyn Error>> { Ok(flate2::read::MultiGzDecoder::new(File::open(zone)?)) };
    let begun = Begun::now();
    std::io::copy(&mut open()?, &mut std::io::sink())?;
    println!("to decompress alone: {:.2} CPU-seconds", begun.elapsed().1.as_secs_f64());
    for (path, mut reader) in
        [("quick", ZoneReader::new(open()?)), ("plain", ZoneReader::new(open()?).by_the_plain_path())]
    {
        let begun = Begun::now();
        while reader.next_record()?.is_some() {}
        println!("to read by the {path} path alone: {:.2} CPU-seconds", begun.elapsed().1.as_secs_f64());
    }
    Ok(())
}
