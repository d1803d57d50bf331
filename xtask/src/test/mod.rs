// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `cargo xtask test`: everything that must hold before a change goes in, in the order in which it fails fastest.
//!
//! One profile, the one of the root manifest, serves lint, tests and documentation, so that a machine with two cores
//! builds the dependencies once.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::console::say;
use crate::{book, cargo, family_docs, reference, tidy, tree};

mod axe;
mod cluster;
mod counterparts;
mod skips;
mod stamp;
mod steps;

pub(crate) use counterparts::search_path;
#[cfg(test)]
pub(crate) use skips::skipped;
use steps::Step;

/// Runs every step and says how long each took; with `--no-install` nothing is installed. With `--cluster` the steps are those of the workspace of
/// `forestall-query`, and with `--if-changed` besides only where what they depend on changed since they passed.
///
/// # Errors
///
/// The first step that fails, by name; an unknown argument.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    const WORDS: [&str; 3] = ["--no-install", "--cluster", "--if-changed"];
    if let Some(unknown) = arguments.iter().find(|argument| !WORDS.contains(&argument.as_str())) {
        bail!("test takes --no-install, --cluster and --if-changed, found {unknown}");
    }
    let [no_install, cluster, if_changed] = WORDS.map(|word| arguments.iter().any(|argument| argument == word));
    let install = !no_install;
    let root = tree::root();
    if cluster {
        return cluster::run(&root, install, if_changed);
    }
    if if_changed {
        bail!("--if-changed goes with --cluster");
    }
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
            counterparts::provide(&search, install, &root, counterparts::COUNTERPARTS);
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
    let status = prepared(root, arguments, environment).status();
    let status = status.with_context(|| format!("cannot start cargo {words}"))?;
    if !status.success() {
        bail!("cargo {words}: {status}");
    }
    Ok(())
}

/// Returns the command that runs cargo in a folder, without standard input.
fn prepared(folder: &Path, arguments: &[&str], environment: &[(&str, impl AsRef<OsStr>)]) -> Command {
    let mut command = cargo::command();
    command
        .args(arguments)
        .envs(environment.iter().map(|(key, value)| (key, value)))
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

/// Writes seconds for people.
fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
