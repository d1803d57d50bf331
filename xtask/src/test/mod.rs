// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `cargo xtask test`: everything that must hold before a change goes in, in the order in which it fails fastest.
//!
//! One profile, the one of the root manifest, serves lint, tests and documentation, so that a machine with two cores
//! builds the dependencies once.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::console::say;
use crate::{arguments, book, family_docs, reference, tidy, tree};

mod axe;
mod counterparts;
mod skips;
mod steps;

pub(crate) use counterparts::search_path;
#[cfg(test)]
pub(crate) use skips::skipped;
use steps::Step;

/// Runs every step and says how long each took; with `--no-install` nothing is installed.
///
/// # Errors
///
/// The first step that fails, by name; an unknown argument.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let install = !arguments::has("--no-install", "test", arguments)?;
    let root = tree::root();
    let search = search_path(std::env::var_os("PATH").as_deref(), &root)?;
    let skips = skips::Skips::begin(&root)?;

    let steps = vec![
        Step::new("format", || cargo(&root, &["fmt", "--all", "--check"], &[])),
        Step::new("lint", || {
            cargo(&root, &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"], &[])
        }),
        Step::new("tidy", || tidy::run(&[])),
        Step::new("family-docs", || family_docs::run(&["--check".to_owned()])),
        Step::new("reference", || reference::run(&["--check".to_owned()])),
        Step::new("book", || book::run(&["--check".to_owned()])),
        Step::new("counterparts", || {
            counterparts::provide(&search, install, &root);
            axe::provide(&root, &search, install);
            Ok(())
        }),
        Step::new("tests", || {
            let environment = [
                // A changed snapshot fails here; it is reviewed by hand where it changed.
                ("INSTA_UPDATE", OsString::from("no")),
                ("PATH", search.clone()),
                (skips::VARIABLE, skips.path().into()),
            ];
            cargo(&root, &["test", "--workspace", "--locked"], &environment)
        }),
        Step::new("documentation", || {
            let arguments = ["doc", "--workspace", "--no-deps", "--locked"];
            cargo(&root, &arguments, &[("RUSTDOCFLAGS", OsString::from("-D warnings"))])
        }),
    ];
    let begin = Instant::now();
    let outcome = steps::run(steps, &|| begin.elapsed(), &say);
    for line in skips.lines()? {
        say(&line);
    }
    outcome
}

/// Runs cargo in the root of the repository, without standard input.
fn cargo(root: &Path, arguments: &[&str], environment: &[(&str, OsString)]) -> anyhow::Result<()> {
    let words = arguments.join(" ");
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(arguments)
        .envs(environment.iter().map(|(key, value)| (key, value)))
        .current_dir(root)
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot start cargo {words}"))?;
    if !status.success() {
        bail!("cargo {words}: {status}");
    }
    Ok(())
}

/// Writes seconds for people.
fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
