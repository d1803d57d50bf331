// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! An archive of a program that needs nothing of the system that it runs on, to be unpacked into `/usr` or into a folder of one's own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::programs::Program;
use super::run;
use super::stage::Stage;

/// Packs what is laid out; returns where the archive is.
///
/// # Errors
///
/// What tar and gzip report: GNU's are needed.
pub(super) fn pack(folder: &Path, program: Program, platform: &str, stage: &Stage) -> anyhow::Result<PathBuf> {
    stage.finish()?;
    let name = format!("{}-{}-{platform}-static", program.name, env!("CARGO_PKG_VERSION"));
    let mut tar = Command::new("tar");
    // By name, of nobody, each with its own time: the same files give the same octets.
    tar.args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--format=gnu", "--create", "--file=-"]);
    tar.arg(format!("--transform=s,^\\.,{name},")).arg("--directory").arg(stage.root()).arg(".");
    let tape = run::output("tar", &mut tar, None)?;
    let zipped = run::output("gzip", Command::new("gzip").args(["--best", "--no-name", "--stdout"]), Some(&tape))?;
    let path = folder.join(format!("{name}.tar.gz"));
    std::fs::write(&path, zipped).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(path)
}
