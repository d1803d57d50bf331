// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `cargo xtask fuzz [--seconds N] [TARGET]...`: hostile octets against every reader, by libFuzzer.
//!
//! libFuzzer finds its way by counters at each branch, which the stable compiler sets where it is told to; only the address sanitizer would need an
//! unstable one, and the readers have no `unsafe` for it to watch. Seeds are the real files of the tests. What was found is kept under `target/fuzz`,
//! and an input that ends a target is named by libFuzzer and told here.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};

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
const SEEDS: [&str; 3] =
    ["crates/forestall-detect/tests/it/captures", "crates/forestall-detect/tests/it/tables", "fuzz/seeds"];

/// Runs the chore.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the project")?;
    let (mut seconds, mut chosen) = (600_u32, Vec::new());
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seconds" => {
                let number = arguments.next().and_then(|number| number.parse().ok()).filter(|number| *number > 0);
                seconds = number.context("--seconds takes a number of seconds")?;
            }
            word if word.starts_with('-') => bail!("{word} is no option; expected --seconds N, or names of targets"),
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
    let mut failed = Vec::new();
    for target in &chosen {
        if !attack(root, &folder, target, seconds)? {
            failed.push(target.as_str());
        }
    }
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

/// Runs one target; says whether it survived.
fn attack(root: &Path, folder: &Path, target: &str, seconds: u32) -> anyhow::Result<bool> {
    let corpus = folder.join("corpus").join(target);
    let found = folder.join("found").join(target);
    std::fs::create_dir_all(&corpus)?;
    std::fs::create_dir_all(&found)?;
    let seeds: Vec<PathBuf> = SEEDS.iter().map(|seeds| root.join(seeds)).filter(|seeds| seeds.is_dir()).collect();
    say(&format!("{target}, {seconds} seconds"));
    let status = Command::new(folder.join(host()?).join("release").join(target))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={LONGEST}"))
        .arg(format!("-rss_limit_mb={MEMORY}"))
        .arg(format!("-timeout={TIMEOUT}"))
        .args(["-print_final_stats=1", "-verbosity=0"])
        .arg(format!("-artifact_prefix={}/", found.display()))
        .arg(&corpus)
        .args(seeds)
        .status()
        .with_context(|| format!("{target} cannot be run"))?;
    Ok(status.success())
}
