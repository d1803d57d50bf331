// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Programs that run while a trial goes on.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

/// How long a program may take to start, or to end once it was told to.
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(100);

/// A program that ends when this is dropped.
#[derive(Debug)]
pub(super) struct Running {
    name: String,
    child: Child,
}

impl Running {
    /// Starts a program; what it prints goes to `NAME.out` and `NAME.err` in a folder.
    pub(super) fn start(command: &mut Command, folder: &Path, name: &str) -> anyhow::Result<Self> {
        let out = |end: &str| File::create(folder.join(format!("{name}.{end}")));
        command.stdin(Stdio::null()).stdout(out("out")?).stderr(out("err")?);
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        Ok(Self { name: name.to_owned(), child })
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until `is_ready` gives something.
    pub(super) fn until<T>(&mut self, mut is_ready: impl FnMut() -> Option<T>) -> anyhow::Result<T> {
        let begun = Instant::now();
        loop {
            if let Some(ready) = is_ready() {
                return Ok(ready);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended with {status}", self.name);
            }
            ensure!(begun.elapsed() < PATIENCE, "{} is not ready after {} s", self.name, PATIENCE.as_secs());
            std::thread::sleep(PAUSE);
        }
    }

    /// Says whether it still runs.
    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Tells it to end by SIGTERM, and waits until it does.
    pub(super) fn end(mut self) -> anyhow::Result<ExitStatus> {
        let told = Command::new("kill").args(["-TERM", &self.id().to_string()]).status().context("cannot run kill")?;
        ensure!(told.success(), "{} is not there any more", self.name);
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(PAUSE);
        }
        bail!("{} does not end", self.name)
    }

    /// Returns the memory that it has, in MiB: resident, of which that of its mapped files and shared memory is left out.
    pub(super) fn memory(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).ok()?;
        Some(field(&status, "RssAnon:")? / 1_024.0)
    }

    /// Returns the most that was resident, in MiB.
    pub(super) fn most_memory(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).ok()?;
        Some(field(&status, "VmHWM:")? / 1_024.0)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Reads a line `FIELD: N kB`.
fn field(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Runs a command to its end and returns what it printed, which is no error where it ended with one of `allowed`.
pub(super) fn output(command: &mut Command, allowed: &[i32]) -> anyhow::Result<String> {
    let what = command.get_program().display().to_string();
    let done = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {what}"))?;
    let said = String::from_utf8_lossy(&done.stderr);
    ensure!(
        done.status.code().is_some_and(|code| allowed.contains(&code)),
        "{what} {:?}: {}: {}",
        command.get_args().collect::<Vec<_>>(),
        done.status,
        said.trim()
    );
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// Returns the day so many days from now, in UTC.
pub(super) fn day(from_now: u32) -> anyhow::Result<String> {
    let said = output(Command::new("date").args(["-u", "-d", &format!("{from_now} days"), "+%F"]), &[0])?;
    Ok(said.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_memory_from_the_status_of_a_process() {
        let status = "Name:\ta\nVmHWM:\t    2048 kB\nRssAnon:\t     512 kB\n";
        assert_eq!(field(status, "VmHWM:"), Some(2_048.0));
        assert_eq!(field(status, "RssAnon:"), Some(512.0));
        assert_eq!(field(status, "VmRSS:"), None);
    }

    #[test]
    fn a_command_that_ends_otherwise_is_an_error() {
        let shell = |code: &str, allowed: &[i32]| output(Command::new("sh").args(["-c", code]), allowed);
        assert_eq!(shell("echo a; exit 1", &[0, 1]).unwrap(), "a\n");
        let error = shell("echo no >&2; exit 3", &[0, 1]).unwrap_err().to_string();
        assert!(error.ends_with("exit status: 3: no"), "{error}");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_program_ends_when_it_is_told_to() {
        let folder = std::env::temp_dir();
        let name = format!("forestall-acceptance-{}", std::process::id());
        let mut running = Running::start(Command::new("sleep").arg("60"), &folder, &name).unwrap();
        assert!(running.is_alive());
        assert!(running.most_memory().is_some());
        assert!(!running.end().unwrap().success());
        for end in ["out", "err"] {
            std::fs::remove_file(folder.join(format!("{name}.{end}"))).unwrap();
        }
    }
}
