// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The release programs, for chores that measure or try them.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

use anyhow::{Context as _, ensure};

use crate::console::say;
use crate::{cargo, tree};

/// The two programs that are installed.
#[derive(Debug)]
pub(crate) struct Programs {
    /// `forestall`.
    pub(crate) forestall: PathBuf,
    /// `forestall-sinkhole`.
    pub(crate) sinkhole: PathBuf,
}

impl Programs {
    /// Builds both in release, which is quick where they are as the sources are.
    ///
    /// # Errors
    ///
    /// They cannot be built.
    pub(crate) fn build(root: &Path) -> anyhow::Result<Self> {
        say("building the release programs");
        let status = cargo::command()
            .args(["build", "--quiet", "--release", "--locked", "-p", "forestall-cli", "-p", "forestall-sinkhole"])
            .current_dir(root)
            .stdin(Stdio::null())
            .status()
            .context("cannot start cargo build")?;
        ensure!(status.success(), "the release programs were not built: {status}");
        let folder = target(root)?.join("release");
        Ok(Self { forestall: folder.join("forestall"), sinkhole: folder.join("forestall-sinkhole") })
    }

    /// Returns a command of `forestall` whose store lies in a folder, and which reads no standard input.
    pub(crate) fn forestall(&self, data: &Path) -> Command {
        let mut command = Command::new(&self.forestall);
        command.env("FORESTALL_DATA", data).env("FORESTALL_BY", "xtask").stdin(Stdio::null());
        command
    }
}

/// Returns the folder for build output of the repository at `root`.
///
/// # Errors
///
/// The folder that the environment names cannot be made absolute.
pub(crate) fn target(root: &Path) -> anyhow::Result<PathBuf> {
    let folder = tree::target(root);
    std::path::absolute(&folder).with_context(|| format!("cannot find {}", folder.display()))
}

/// What a process cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// Seconds of CPU time in the program and in the system, those of what it started and waited for included; to a hundredth.
    pub(crate) cpu: f64,
    /// Seconds on the wall.
    pub(crate) wall: f64,
}

/// Runs a command to its end.
///
/// # Errors
///
/// It cannot be started, or the system does not tell CPU time in `/proc`, as Linux does.
pub(crate) fn measured(command: &mut Command) -> anyhow::Result<(ExitStatus, Cost)> {
    let before = of_children()?;
    let begun = Instant::now();
    let status = command.status().with_context(|| format!("cannot start {}", command.get_program().display()))?;
    let wall = begun.elapsed().as_secs_f64();
    // Both are hundredths; their difference is none by a little.
    let cpu = ((of_children()? - before) * 100.0).round() / 100.0;
    Ok((status, Cost { cpu, wall }))
}

/// Returns the CPU seconds of all children that ended.
fn of_children() -> anyhow::Result<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").context("CPU time is read from /proc, as Linux has it")?;
    children_of(&text).context("/proc/self/stat: expected user and system time of children as the fields 16 and 17")
}

/// Reads the fields 16 and 17 of a `stat`, in hundredths of a second, counted from after the name in brackets.
fn children_of(stat: &str) -> Option<f64> {
    let mut fields = stat.rsplit(')').next()?.split_whitespace().skip(13).map(str::parse::<f64>);
    Some((fields.next()?.ok()? + fields.next()?.ok()?) / 100.0)
}

/// Returns a program from a search path; `None` where no folder has it.
pub(crate) fn found(search: &std::ffi::OsStr, program: &str) -> Option<PathBuf> {
    std::env::split_paths(search).map(|folder| folder.join(program)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_time_of_children_behind_a_name_with_brackets() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194560 100 200 0 0 11 12 13.0 27 20 0 1 0 99";
        assert!((children_of(stat).unwrap() - 0.4).abs() < 1e-9);
        assert_eq!(children_of("7 (a) S 1 7"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn counts_what_a_process_costs() {
        let (status, cost) = measured(Command::new("sh").args(["-c", "sleep 0.05"])).unwrap();
        assert!(status.success());
        assert!(cost.wall >= 0.05, "{cost:?}");
        assert!((0.0..1.0).contains(&cost.cpu), "{cost:?}");
    }
}
