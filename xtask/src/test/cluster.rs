// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `cargo xtask test --cluster`: the tests of `forestall-query`, a workspace of its own since its engine takes long to build.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use super::steps::{self, Step};
use super::{counterparts, prepared, skips, stamp};
use crate::console::say;
use crate::tree::{self, Tree};

/// The workspace.
const FOLDER: &str = "crates/forestall-query";
/// The longest that all of it may take: a shared build machine has other work.
const LIMIT: Duration = Duration::from_mins(35);
/// How often it is looked whether a step ended.
const LOOKS: Duration = Duration::from_millis(200);
/// The variable by which tests find the program whose findings theirs are held against. Where it is set, that one is taken and none is built.
const PROGRAM: &str = "FORESTALL_PROGRAM";

/// Runs the steps and writes the stamp; with `if_changed` only where the stamp does not fit the sources.
///
/// # Errors
///
/// The first step that fails or takes too long, by name.
pub(super) fn run(root: &Path, install: bool, if_changed: bool) -> anyhow::Result<()> {
    let digest = stamp::of_sources(root, &Tree::read(root)?)?;
    if if_changed && stamp::fits(root, &digest) {
        say(&format!("cluster: {} fits the sources, whose tests passed", stamp::FILE));
        return Ok(());
    }
    let search = counterparts::search_path(std::env::var_os("PATH").as_deref(), root)?;
    let skips = skips::Skips::begin(root)?;
    let begin = Instant::now();
    let folder = root.join(FOLDER);
    let within = |folder: &Path, arguments: &[&str], environment: &[(&str, &OsStr)]| {
        let left = LIMIT.saturating_sub(begin.elapsed());
        ends_within(&mut prepared(folder, arguments, environment), left)
            .with_context(|| format!("cargo {}", arguments.join(" ")))
    };
    let given = std::env::var_os(PROGRAM).map(PathBuf::from);
    let built = tree::target(root).join("debug").join(format!("forestall{}", std::env::consts::EXE_SUFFIX));
    let program = given.as_ref().unwrap_or(&built);
    let steps = vec![
        Step::new("format", || within(&folder, &["fmt", "--check"], &[])),
        Step::new("lint", || within(&folder, &["clippy", "--all-targets", "--locked", "--", "-D", "warnings"], &[])),
        Step::new("counterparts", || {
            counterparts::provide(&search, install, root, counterparts::OF_THE_CLUSTER);
            Ok(())
        }),
        Step::new("forestall", || match &given {
            Some(program) if program.is_file() => Ok(()),
            Some(program) => bail!("{PROGRAM} names {}, which is not there", program.display()),
            None => within(root, &["build", "--package", "forestall-cli", "--locked"], &[]),
        }),
        Step::new("tests", || {
            let environment: [(&str, &OsStr); 3] = [
                ("PATH", search.as_os_str()),
                (skips::VARIABLE, skips.path().as_os_str()),
                (PROGRAM, program.as_os_str()),
            ];
            within(&folder, &["test", "--locked"], &environment)
        }),
        Step::new("stamp", || stamp::write(root, &digest)),
    ];
    let outcome = steps::run(steps, &|| begin.elapsed(), &say);
    for line in skips.lines()? {
        say(&line);
    }
    outcome
}

/// Runs a command, and ends it with all that it started where it takes longer than it may.
///
/// # Errors
///
/// It cannot start, fails, or takes too long.
fn ends_within(command: &mut Command, limit: Duration) -> anyhow::Result<()> {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let begin = Instant::now();
    let mut child = command.spawn().context("cannot start")?;
    loop {
        if let Some(status) = child.try_wait().context("cannot be waited for")? {
            if !status.success() {
                bail!("{status}");
            }
            return Ok(());
        }
        if begin.elapsed() >= limit {
            #[cfg(unix)]
            Command::new("kill").args(["-KILL", "--", &format!("-{}", child.id())]).status().ok();
            child.kill().ok();
            child.wait().ok();
            bail!("ended after {} minutes in all, which is the most that it may take", LIMIT.as_secs() / 60);
        }
        std::thread::sleep(LOOKS);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, limit: Duration) -> Result<(), String> {
        let mut command = Command::new("sh");
        ends_within(command.args(["-c", script]), limit).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_command_is_done_or_fails() {
        assert_eq!(shell("true", Duration::from_secs(60)), Ok(()));
        assert!(shell("exit 3", Duration::from_secs(60)).unwrap_err().contains('3'));
    }

    #[test]
    fn a_command_that_takes_too_long_is_ended_with_its_children() {
        let file = std::env::temp_dir().join(format!("forestall-xtask-limit-{}", std::process::id()));
        let script = format!("(sleep 2; touch '{}') & wait", file.display());
        let error = shell(&script, Duration::from_millis(300)).unwrap_err();
        assert!(error.contains("the most that it may take"), "{error}");
        std::thread::sleep(Duration::from_millis(2_500));
        assert!(!file.exists());
    }
}
