// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tools that are called, and what is told where one is missing or refuses.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, bail};

/// Runs a tool to its end, with some octets as its input, and returns what it printed.
///
/// # Errors
///
/// The tool is missing, by its name, or ends with a failure, with what it said.
pub(super) fn output(name: &str, command: &mut Command, input: Option<&[u8]>) -> anyhow::Result<Vec<u8>> {
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("{name} is needed and cannot be run"))?;
    let feed = input.zip(child.stdin.take()).map(|(octets, mut pipe)| {
        let octets = octets.to_owned();
        // A thread of its own: a tool may fill its output before it has read everything.
        std::thread::spawn(move || pipe.write_all(&octets))
    });
    let Output { status, stdout, stderr } = child.wait_with_output().with_context(|| format!("{name} was lost"))?;
    if !status.success() {
        bail!("{name}: {status}\n{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr).trim_end());
    }
    if let Some(feed) = feed {
        feed.join()
            .ok()
            .context("the thread that feeds a tool ended")?
            .with_context(|| format!("{name} did not read"))?;
    }
    Ok(stdout)
}

/// Runs a tool and returns what it printed, as text.
///
/// # Errors
///
/// As [`output`].
pub(super) fn answer(name: &str, command: &mut Command) -> anyhow::Result<String> {
    Ok(String::from_utf8_lossy(&output(name, command, None)?).into_owned())
}

/// Runs a tool whose output is of no use where it succeeds.
///
/// # Errors
///
/// As [`output`].
pub(super) fn quietly(name: &str, command: &mut Command, input: Option<&[u8]>) -> anyhow::Result<()> {
    output(name, command, input).map(drop)
}
