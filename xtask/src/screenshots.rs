// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The pictures of the documentation, taken anew of the console as it is.

use std::process::Stdio;

use anyhow::{Context as _, bail};

use crate::{cargo, tree};

/// Serves a console on loopback and has Chromium take the pictures in `docs/images`.
///
/// # Errors
///
/// An argument; a console or a browser that does not start.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    if !arguments.is_empty() {
        bail!("screenshots takes no argument, found {}", arguments.join(" "));
    }
    let root = tree::root();
    let status = cargo::command()
        .args(["run", "--quiet", "--package", "forestall-hub", "--example", "screenshots", "--", "docs/images"])
        .current_dir(&root)
        .stdin(Stdio::null())
        .status()
        .context("cannot start cargo")?;
    if !status.success() {
        bail!("the pictures were not taken: {status}");
    }
    Ok(())
}
