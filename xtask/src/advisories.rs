// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `cargo xtask advisories`: whether a package that we depend on has a known weakness, by cargo-deny and the database of RustSec.
//!
//! Neither is everywhere: where cargo-deny is not installed, or its database cannot be fetched, nothing was checked, and that is said in so many words. A
//! release wants the check: with `--required` its absence is a failure.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, bail};

use crate::console::say;
use crate::{arguments, cargo, tree};

/// Checks the lock file against the advisories.
///
/// # Errors
///
/// An advisory that concerns us; with `--required` also that nothing could be checked; an unknown argument.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let required = arguments::has("--required", "advisories", arguments)?;
    match check(&tree::root())? {
        Checked::Good => {
            say("advisories: none concerns a package of the lock file");
            Ok(())
        }
        Checked::Found => bail!("advisories concern packages of the lock file, see above"),
        Checked::Skipped(why) if required => bail!("advisories were NOT checked: {why}"),
        Checked::Skipped(why) => {
            say(&format!("advisories: SKIPPED, nothing was checked: {why}"));
            Ok(())
        }
    }
}

/// What came of it.
enum Checked {
    Good,
    Found,
    Skipped(String),
}

fn check(root: &Path) -> anyhow::Result<Checked> {
    let deny = |arguments: &[&str]| {
        let mut command = cargo::command();
        command.arg("deny").args(arguments).current_dir(root).stdin(Stdio::null());
        command
    };
    let there = deny(&["--version"]).output().context("cargo cannot be run")?;
    if !there.status.success() {
        return Ok(Checked::Skipped(
            "cargo-deny is not installed; `cargo install --locked cargo-deny` does it".to_owned(),
        ));
    }
    let fetched = deny(&["fetch", "db"]).output().context("cargo-deny cannot be run")?;
    if !fetched.status.success() {
        let said = String::from_utf8_lossy(&fetched.stderr);
        let last = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("no reason was given");
        return Ok(Checked::Skipped(format!("the database of advisories cannot be fetched ({last})")));
    }
    let status = deny(&["--offline", "check", "advisories"]).status().context("cargo-deny cannot be run")?;
    Ok(if status.success() { Checked::Good } else { Checked::Found })
}
