// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `cargo xtask fuzz [--seconds N] [--beside N] [TARGET]...`: hostile octets against every reader, by libFuzzer, so many targets at a time.
//!
//! libFuzzer finds its way by counters at each branch, which the stable compiler sets where it is told to; only the address sanitizer would need an
//! unstable one, and the readers have no `unsafe` for it to watch. Seeds are the real files of the tests. What was found is kept under `target/fuzz`,
//! what libFuzzer says of a target in a log there, and an input that ends a target is named here. At the end stands a line for each target, for the table in
//! `fuzz/README.md`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, anyhow, bail, ensure};

use crate::console::say;
use crate::linked::host;

/// What cargo-fuzz gives the compiler for coverage.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1";

/// Octets of the longest input.
const LONGEST: u32 = 1 << 16;
/// Megabytes of memory that a target may take.
const MEMORY: u32 = 1_024;
/// Seconds that one input may take.
const TIMEOUT: u32 = 10;

/// Where real inputs are, for all targets alike: what is not of a target's kind is a seed as well.
const SEEDS: [&str; 4] = [
    "crates/forestall-coord/tests/it/golden",
    "crates/forestall-detect/tests/it/captures",
    "crates/forestall-detect/tests/it/tables",
    "fuzz/seeds",
];

/// Runs the chore.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the project")?;
    let (mut seconds, mut beside, mut chosen) = (600_u32, 1_usize, Vec::new());
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seconds" => {
                let number = arguments.next().and_then(|number| number.parse().ok()).filter(|number| *number > 0);
                seconds = number.context("--seconds takes a number of seconds")?;
            }
            "--beside" => {
                let number = arguments.next().and_then(|number| number.parse().ok()).filter(|number| *number > 0);
                beside = number.context("--beside takes a number of targets that run at a time")?;
            }
            word if word.starts_with('-') => {
                bail!("{word} is no option; expected --seconds N, --beside N, or names of targets")
            }
            target => chosen.push(target.to_owned()),
        }
    }
    let targets = targets(root)?;
    for target in &chosen {
        ensure!(targets.contains(target), "{target} is no target; there are {}", targets.join(", "));
    }
    let chosen = if chosen.is_empty() { targets } else { chosen };
    let folder = root.join("target/fuzz");
    build(root, &folder)?;
    let attack = Attack { root, folder: &folder, seconds };
    let done = attack.all(&chosen, beside)?;
    say("target\tinputs\tmost memory, MiB\tkept inputs");
    for Survived { target, inputs, memory, kept, .. } in &done {
        say(&format!("{target}\t{inputs}\t{memory}\t{kept}"));
    }
    let failed: Vec<&str> = done.iter().filter(|of| !of.is_well).map(|of| of.target.as_str()).collect();
    ensure!(failed.is_empty(), "these targets did not survive: {}", failed.join(", "));
    Ok(())
}

/// Returns the names of the targets, sorted.
fn targets(root: &Path) -> anyhow::Result<Vec<String>> {
    let folder = root.join("fuzz/targets");
    let mut targets = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        targets.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
    }
    targets.sort();
    Ok(targets)
}

fn build(root: &Path, folder: &Path) -> anyhow::Result<()> {
    let triple = host()?;
    let status = Command::new(env!("CARGO"))
        // Flags go to what runs on the target alone where one is named: build scripts stay as they are.
        .args([
            "build",
            "--release",
            "--bins",
            "--target",
            &triple,
            "--manifest-path",
            "fuzz/Cargo.toml",
            "--target-dir",
        ])
        .arg(folder)
        .env("RUSTFLAGS", FLAGS)
        .current_dir(root)
        .status()
        .context("cargo cannot be run")?;
    ensure!(status.success(), "the targets were not built");
    Ok(())
}

/// How targets are run.
struct Attack<'a> {
    root: &'a Path,
    folder: &'a Path,
    seconds: u32,
}

/// What became of a target.
struct Survived {
    target: String,
    is_well: bool,
    /// Inputs that it was given.
    inputs: String,
    /// The most memory it had, in MiB.
    memory: String,
    /// Inputs that are kept since they reach what no other reached.
    kept: usize,
}

impl Attack<'_> {
    /// Runs targets, so many at a time. Returns what became of each, in their order.
    fn all(&self, targets: &[String], beside: usize) -> anyhow::Result<Vec<Survived>> {
        let waiting = Mutex::new(targets.iter().enumerate());
        let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work = || {
            let mut done = Vec::new();
            while let Some((number, target)) = next() {
                done.push((number, self.one(target)?));
            }
            anyhow::Ok(done)
        };
        let mut done = std::thread::scope(|scope| {
            let all: Vec<_> = (0..beside.min(targets.len())).map(|_| scope.spawn(work)).collect();
            let mut done = Vec::new();
            for one in all {
                done.extend(one.join().map_err(|_| anyhow!("a thread that runs targets ended"))??);
            }
            anyhow::Ok(done)
        })?;
        done.sort_unstable_by_key(|(number, _)| *number);
        Ok(done.into_iter().map(|(_, done)| done).collect())
    }

    /// Runs one target.
    fn one(&self, target: &str) -> anyhow::Result<Survived> {
        let (corpus, found) = (self.folder.join("corpus").join(target), self.folder.join("found").join(target));
        let logs = self.folder.join("log");
        for folder in [&corpus, &found, &logs] {
            std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        }
        let seeds: Vec<PathBuf> =
            SEEDS.iter().map(|seeds| self.root.join(seeds)).filter(|seeds| seeds.is_dir()).collect();
        let log = logs.join(target);
        let file = || File::options().append(true).open(&log);
        File::create(&log).with_context(|| format!("{} cannot be written", log.display()))?;
        say(&format!("{target}, {} seconds; log in {}", self.seconds, log.display()));
        let status = Command::new(self.folder.join(host()?).join("release").join(target))
            .arg(format!("-max_total_time={}", self.seconds))
            .arg(format!("-max_len={LONGEST}"))
            .arg(format!("-rss_limit_mb={MEMORY}"))
            .arg(format!("-timeout={TIMEOUT}"))
            .args(["-print_final_stats=1", "-verbosity=0"])
            .arg(format!("-artifact_prefix={}/", found.display()))
            .arg(&corpus)
            .args(seeds)
            .stdout(file()?)
            .stderr(file()?)
            .status()
            .with_context(|| format!("{target} cannot be run"))?;
        let text = std::fs::read(&log).map(|octets| String::from_utf8_lossy(&octets).into_owned())?;
        if !status.success() {
            say(&text);
            say(&format!("{target} did not survive; what ended it is in {}", found.display()));
        }
        let figure = |name: &str| {
            let line = text.lines().rev().find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name));
            line.map_or_else(|| "?".to_owned(), |figure| figure.trim_start_matches(':').trim().to_owned())
        };
        let (inputs, memory) = (figure("number_of_executed_units"), figure("peak_rss_mb"));
        let kept = std::fs::read_dir(&corpus)?.count();
        Ok(Survived { target: target.to_owned(), is_well: status.success(), inputs, memory, kept })
    }
}
