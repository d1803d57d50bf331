// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Libraries of Python that read what we write, found beside a program that was installed with them.

use std::io::Write as _;
use std::process::{Command, Stdio};

use forestall_testkit::skip;

/// Runs a program in Python where `beside` is installed, with a text as its standard input, and returns what it prints; `None` where that or a
/// library is missing, after saying so.
pub(crate) fn run(test: &str, beside: &str, program: &str, input: &str) -> Option<String> {
    let python = skip::needs(test, beside)?.with_file_name("python3");
    let mut command = Command::new(python);
    command.args(["-X", "utf8", "-c", program]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that fails does not read to the end.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    if said.contains("ModuleNotFoundError") {
        skip::skipped(test, &format!("needs a library: {}", said.lines().last().unwrap_or_default()));
        return None;
    }
    assert!(done.status.success(), "{test}: {said}");
    Some(String::from_utf8(done.stdout).unwrap())
}
