// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Asks for 50,000 names at a server on loopback, without a limit of the rate: `cargo bench -p forestall-connect --bench dns [-- NAMES [PARALLEL]]`.
//!
//! The server is NSD with a zone of as many delegations; half of the names are among them, half do not exist. What is printed, and
//! figures: `README.md`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "process/cost.rs"]
mod cost;

use std::error::Error;
use std::fmt::Write as _;

use cost::Begun;
use forestall_connect::{PresenceOptions, Servers, collect_presence};
use forestall_model::directory::Directory;
use forestall_model::dossier::Existence;
use forestall_model::{DomainName, Instant};
use forestall_testkit::figures::tell;
use forestall_testkit::nsd::Nsd;

/// How often the names are asked for; each turn is printed.
const TURNS: usize = 5;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with("--"));
    let count: usize = words.next().map_or(Ok(50_000), |text| text.parse())?;
    let parallel: usize = words.next().map_or(Ok(64), |text| text.parse())?;
    let mut zone =
        "be. 300 IN SOA a.nic.be. hostmaster.nic.be. 1 1800 900 604800 60\nbe. 300 IN NS a.nic.be.\n".to_owned();
    for i in 0..count {
        writeln!(zone, "d{i}.be. 300 IN NS ns1.host{}.test.\nd{i}.be. 300 IN NS ns2.host{}.test.", i % 97, i % 97)?;
    }
    let Some(server) = Nsd::start("bench dns", &[("be", &zone)]) else { return Ok(()) };
    drop(zone);
    let names = (0..count)
        .map(|i| if i % 2 == 0 { format!("d{i}.be") } else { format!("absent{i}.be") }.parse())
        .collect::<Result<Vec<DomainName>, _>>()?;
    let options = PresenceOptions {
        per_second: None,
        concurrency: parallel,
        ..PresenceOptions::new(Servers::all(server.address()), Directory::built_in())
    };
    println!("{count} names, half of them delegated, {parallel} at a time");
    for turn in 1..=TURNS {
        let (mut delegated, mut absent) = (0, 0);
        let begun = Begun::now();
        let report = collect_presence(names.iter().cloned(), &options, Instant::from_seconds(0), |_, looked| {
            match looked.presence.map(|sourced| sourced.fact.existence) {
                Ok(Existence::Delegated) => delegated += 1,
                Ok(Existence::Absent) => absent += 1,
                _ => {}
            }
        })
        .await?;
        let (wall, cpu) = begun.elapsed();
        if (delegated, absent) != (count.div_ceil(2), count / 2) {
            return Err(format!("{delegated} delegated, {absent} absent: {report:?}").into());
        }
        tell("wall", wall.as_secs_f64(), "s");
        tell("cpu", cpu.as_secs_f64(), "CPU s");
        println!("turn {turn}: {:.2} s, {:.2} CPU-seconds of this program", wall.as_secs_f64(), cpu.as_secs_f64());
    }
    cost::print_most_memory();
    Ok(())
}
